//! What single properties of a record mean for the model.

pub(in crate::formats::followthemoney) mod annotation;
pub(in crate::formats::followthemoney) mod directness;
pub(in crate::formats::followthemoney) mod ended;
pub(in crate::formats::followthemoney) mod identifiers;
pub(in crate::formats::followthemoney) mod percentages;
