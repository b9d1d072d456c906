//! Records of FollowTheMoney as drafts. Start with `line`.

pub(in crate::formats::followthemoney) mod about;
pub(in crate::formats::followthemoney) mod claim;
pub(in crate::formats::followthemoney) mod directness;
pub(in crate::formats::followthemoney) mod edge;
pub(in crate::formats::followthemoney) mod ended;
pub(in crate::formats::followthemoney) mod identifiers;
pub(in crate::formats::followthemoney) mod line;
pub(in crate::formats::followthemoney) mod nested;
pub(in crate::formats::followthemoney) mod node;
pub(in crate::formats::followthemoney) mod percentages;
pub(in crate::formats::followthemoney) mod reading;
pub(in crate::formats::followthemoney) mod sources;
pub(in crate::formats::followthemoney) mod statements;
pub(in crate::formats::followthemoney) mod table;
pub(in crate::formats::followthemoney) mod values;
