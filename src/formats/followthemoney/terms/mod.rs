//! The terms of FollowTheMoney: its schemata, their properties, and the words of its statuses.

pub(in crate::formats::followthemoney) mod annotations;
pub(in crate::formats::followthemoney) mod extension;
pub(in crate::formats::followthemoney) mod ids;
pub(in crate::formats::followthemoney) mod properties;
pub(in crate::formats::followthemoney) mod schemata;
pub(in crate::formats::followthemoney) mod statuses;
