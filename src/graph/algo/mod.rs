//! Answers that are computed from many relationships, each a function over a snapshot and a mask.

mod chain;
mod channels;
mod groups;
mod ownership;

pub use chain::Chain;
pub use channels::{Coverage, PurchaseChannel, PurchaseQuestion, purchase_channels};
pub use groups::{CorporateGroup, Member, MemberOrderField, corporate_group, ultimate_parent};
pub use ownership::{UltimateOwner, UltimateOwners, ultimate_owners};
