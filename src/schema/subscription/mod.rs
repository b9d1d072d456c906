//! The root of subscriptions, and the feed of one subscriber. Start with `root`.

pub(in crate::schema) mod feed;
pub(in crate::schema) mod log_readers;
pub(in crate::schema) mod root;
