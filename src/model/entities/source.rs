//! Sources: the documents and registers behind the evidence.

use serde::{Deserialize, Serialize};

use crate::model::{Invalid, PartialDate, is_blank, records::serialized};

/// A document or register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `source:` and the data's own id; unique among all nodes.
    #[serde(deserialize_with = "deserialize_id")]
    pub id: String,
    /// Its publisher.
    pub publisher: String,
    /// Its title.
    pub title: String,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_on: Option<PartialDate>,
    /// The licence of its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

impl Source {
    /// The prefix of every source's id.
    pub const PREFIX: &str = "source:";

    /// The id of the source with this `key` in the data, with or without the prefix.
    ///
    /// # Errors
    /// [`Invalid`] when `key` is empty.
    pub fn id_of(key: &str) -> Result<String, Invalid> {
        let bare = key.strip_prefix(Self::PREFIX).unwrap_or(key).trim();
        if is_blank(bare) || bare.chars().any(char::is_control) {
            return Err(Invalid::new(key, "the id of a source"));
        }
        Ok(format!("{}{bare}", Self::PREFIX))
    }
}

fn deserialize_id<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    serialized::checked(deserializer, |id| match Source::id_of(id)? {
        expected if expected == id => Ok(()),
        _ => Err(Invalid::new(id, "the id of a source, which starts with source:")),
    })
}
