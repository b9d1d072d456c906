//! Relationships with their evidence and sources.

pub(crate) mod derivation;
pub(crate) mod evidence;
pub(crate) mod relationship;
pub(crate) mod source;
