//! The tables of the file, and the version of its format.

use redb::TableDefinition;
use serde::{Deserialize, Serialize};

use super::{
    error::{Error, FORMAT},
    value::ValueKey,
};
use crate::model::{Entity, Record, Relationship, Source};

/// Metadata by name.
pub(super) const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
/// The initial data, in chunks numbered from 0.
pub(super) const LOAD: TableDefinition<u64, &[u8]> = TableDefinition::new("load");
/// The entries by position, from 1.
pub(super) const ENTRIES: TableDefinition<u64, &[u8]> = TableDefinition::new("entries");
/// Retry keys, each with its digest and the position of its entry.
pub(super) const RETRIES: TableDefinition<&str, (u64, u64)> = TableDefinition::new("retries");

/// Notes of imports for later imports, by key. They are not part of the data.
pub(super) const NOTES: TableDefinition<&str, &[u8]> = TableDefinition::new("notes");

/// The values of `meta`, each with its key in the table and for its checksum.
pub(super) const VERSION: (&str, ValueKey) = ("version", ValueKey::meta(0));
pub(super) const HEAD: (&str, ValueKey) = ("head", ValueKey::meta(1));

/// The size of the page cache. Entries are read once at the start, and later mostly the newest.
pub(super) const CACHE_BYTES: usize = 32 << 20;

/// The number of records in one chunk of the initial data.
pub(super) const CHUNK: usize = 10_000;

/// The format of the file, and the program that wrote it. Every version of the program reads this, so it must not change.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FormatVersion {
    pub(super) format: u32,
    pub(super) program: String,
}

impl FormatVersion {
    pub(super) fn current() -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Checks that this program reads the format. Older formats will be converted here, before anything else is read.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.format {
            FORMAT => Ok(()),
            newer => Err(Error::NewerFormat {
                format: newer,
                program: self.program.clone(),
            }),
        }
    }
}

/// Records of the initial data.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chunk {
    #[serde(default)]
    pub(super) sources: Vec<Source>,
    #[serde(default)]
    pub(super) entities: Vec<Entity>,
    #[serde(default)]
    pub(super) relationships: Vec<Relationship>,
}

impl Chunk {
    /// Its records, in order.
    pub(super) fn records(self) -> impl Iterator<Item = Record> {
        let sources = self.sources.into_iter().map(Record::Source);
        let entities = self.entities.into_iter().map(Record::Entity);
        let relationships = self.relationships.into_iter().map(Record::Relationship);
        sources.chain(entities).chain(relationships)
    }
}

/// A [`Chunk`] to be written, with records of one noun.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ChunkRef<'a> {
    Sources(&'a [Source]),
    Entities(&'a [Entity]),
    Relationships(&'a [Relationship]),
}

impl ChunkRef<'_> {
    pub(super) fn equals(self, chunk: &Chunk) -> bool {
        match self {
            Self::Sources(sources) => sources == chunk.sources,
            Self::Entities(entities) => entities == chunk.entities,
            Self::Relationships(relationships) => relationships == chunk.relationships,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_format_is_refused_with_the_version_that_wrote_it() {
        FormatVersion::current().check().unwrap();
        let newer = FormatVersion {
            format: FORMAT + 1,
            program: "9.8.7".to_owned(),
        };
        let message = newer.check().unwrap_err().to_string();
        assert!(
            message.contains("written by guanxi 9.8.7") && message.contains("a later one"),
            "{message}"
        );
    }
}
