//! The types of the schema, one file for each.

pub(crate) mod channel;
pub(crate) mod entity;
pub(crate) mod evidence;
pub(crate) mod figures;
pub(crate) mod kinds;
pub(crate) mod neighbors;
pub(crate) mod relationship;
pub(crate) mod source;
pub(crate) mod statistics;
