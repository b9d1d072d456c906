//! The tables of the file, the version of their form, and what turns an older form into today's.

use redb::TableDefinition;
use serde::{Deserialize, Serialize};

use super::{
    error::{Error, FORMAT},
    value::Place,
};
use crate::model::{Entity, Record, Relationship, Source};

/// What is said of the whole, by name.
pub(super) const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
/// What the store began with, in chunks counted from 0.
pub(super) const LOAD: TableDefinition<u64, &[u8]> = TableDefinition::new("load");
/// The entries by position, counted from 1.
pub(super) const ENTRIES: TableDefinition<u64, &[u8]> = TableDefinition::new("entries");
/// Retry keys, each with its digest and the position of its entry.
pub(super) const RETRIES: TableDefinition<&str, (u64, u64)> = TableDefinition::new("retries");

/// What imports remember from one to the next, by key. It is not part of what is known.
pub(super) const NOTES: TableDefinition<&str, &[u8]> = TableDefinition::new("notes");

/// The values of `meta`, each with its key and its place.
pub(super) const VERSION: (&str, Place) = ("version", Place::meta(0));
pub(super) const HEAD: (&str, Place) = ("head", Place::meta(1));

/// Pages of the file that are kept in memory. Entries are read once at the start and then from where they are newest.
pub(super) const CACHE_BYTES: usize = 32 << 20;

/// Records in one chunk of what the store began with.
pub(super) const CHUNK: usize = 10_000;

/// Of which form the file is, and who wrote it. Every version of the program reads this, so it stays as it is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) format: u32,
    pub(super) program: String,
}

impl Version {
    pub(super) fn of_this_program() -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Whether this program reads the form. An older form is turned into today's here, before anything else is read.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.format {
            FORMAT => Ok(()),
            newer => Err(Error::Newer {
                format: newer,
                program: self.program.clone(),
            }),
        }
    }
}

/// Some of what the store began with.
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

/// The same, to be written.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part<'a> {
    Sources(&'a [Source]),
    Entities(&'a [Entity]),
    Relationships(&'a [Relationship]),
}

impl Part<'_> {
    pub(super) fn is(self, chunk: &Chunk) -> bool {
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
    fn a_newer_form_is_refused_with_who_wrote_it() {
        Version::of_this_program().check().unwrap();
        let newer = Version {
            format: FORMAT + 1,
            program: "9.8.7".to_owned(),
        };
        let told = newer.check().unwrap_err().to_string();
        assert!(
            told.contains("written by guanxi 9.8.7") && told.contains("a later one"),
            "{told}"
        );
    }
}
