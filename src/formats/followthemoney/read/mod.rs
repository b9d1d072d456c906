//! Records of FollowTheMoney as drafts. Start with `record_reader`.

pub(in crate::formats::followthemoney) mod annotation;
pub(in crate::formats::followthemoney) mod asserted;
pub(in crate::formats::followthemoney) mod directness;
pub(in crate::formats::followthemoney) mod edge;
pub(in crate::formats::followthemoney) mod ended;
pub(in crate::formats::followthemoney) mod identifiers;
pub(in crate::formats::followthemoney) mod nested;
pub(in crate::formats::followthemoney) mod node;
pub(in crate::formats::followthemoney) mod percentages;
pub(in crate::formats::followthemoney) mod raw_record;
pub(in crate::formats::followthemoney) mod record_reader;
pub(in crate::formats::followthemoney) mod sources;
pub(in crate::formats::followthemoney) mod statements;
pub(in crate::formats::followthemoney) mod table;
pub(in crate::formats::followthemoney) mod values;
