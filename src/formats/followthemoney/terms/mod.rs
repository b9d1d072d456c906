//! The terms of FollowTheMoney: its schemata, their properties, and the words of its statuses.

pub(in crate::formats::followthemoney) mod about;
pub(in crate::formats::followthemoney) mod ids;
pub(in crate::formats::followthemoney) mod ours;
pub(in crate::formats::followthemoney) mod properties;
pub(in crate::formats::followthemoney) mod schemata;
pub(in crate::formats::followthemoney) mod statuses;
