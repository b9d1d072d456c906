//! Answers that are computed from many relationships, each a function over a snapshot and a mask.

mod channels;

pub use channels::{Coverage, PurchaseChannel, PurchaseQuestion, purchase_channels};
