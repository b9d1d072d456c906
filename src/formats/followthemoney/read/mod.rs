//! Records of FollowTheMoney as drafts. Start with `record_reader`.

pub(in crate::formats::followthemoney) mod asserted;
pub(in crate::formats::followthemoney) mod entity_record;
pub(in crate::formats::followthemoney) mod nested;
pub(in crate::formats::followthemoney) mod properties;
pub(in crate::formats::followthemoney) mod raw_record;
pub(in crate::formats::followthemoney) mod record_reader;
pub(in crate::formats::followthemoney) mod relationship_record;
pub(in crate::formats::followthemoney) mod sources;
pub(in crate::formats::followthemoney) mod statements;
pub(in crate::formats::followthemoney) mod table;
pub(in crate::formats::followthemoney) mod values;
