//! Answers that are computed from many relationships. Walks are written once over [`super::Expand`]; what needs shares and
//! capabilities reads the snapshot.

mod channels;
mod common;
mod neighborhood;
mod paths;

pub use channels::{Coverage, PurchaseChannel, PurchaseQuestion, purchase_channels};
pub use common::{CommonConnection, common_connections};
pub use neighborhood::{Bounds, Neighborhood, neighborhood};
pub use paths::{Path, PathOutcome, PathQuestion, Paths, paths};
