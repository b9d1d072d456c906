//! From records to a snapshot: rows sorted by id, references turned into rows, indexes made. O(n log n).

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    Error,
    base::{Base, Title},
    columns::{Rows, Told, count},
    history::History,
    index::{KeyIndex, hash_of},
    rows::{EntityIx, SourceIx, Span},
    snapshot::Snapshot,
};
use crate::model::{Dataset, Ends, Entity, Relationship, Source, fold};

impl Snapshot {
    /// The graph of a dataset.
    ///
    /// # Errors
    /// [`Error`] when an id is used twice, a reference leads nowhere, or there is more than a graph can hold.
    pub fn build(dataset: &Dataset) -> Result<Self, Error> {
        let at = dataset.recorded_at;
        Builder {
            whole: Whole {
                title: &dataset.title,
                description: dataset.description.as_deref(),
                licence: dataset.licence.as_deref(),
                recorded_at: at,
            },
            sources: Sorted::new(dataset.sources.iter().map(|source| Told::first(&source.id, source, at)))?,
            entities: Sorted::new(
                dataset
                    .entities
                    .iter()
                    .map(|entity| Told::first(&entity.id, entity, at)),
            )?,
            relationships: Sorted::new(dataset.relationships.iter().map(|relationship| Told {
                retracted_at: relationship.retracted_at,
                ..Told::first(&relationship.id, relationship, relationship.recorded_at)
            }))?,
            rows: Rows::default(),
        }
        .build()
    }

    /// The graph of all versions of all records.
    ///
    /// # Errors
    /// [`Error`] when an id is used twice, a reference leads nowhere, or there is more than a graph can hold.
    pub fn of_history(history: &History) -> Result<Self, Error> {
        Builder {
            whole: Whole {
                title: &history.title,
                description: history.description.as_deref(),
                licence: history.licence.as_deref(),
                recorded_at: history.recorded_at,
            },
            sources: Sorted::new(history.sources.iter().map(|source| Told::of(&source.record.id, source)))?,
            entities: Sorted::new(
                history
                    .entities
                    .iter()
                    .map(|entity| Told::of(&entity.record.id, entity)),
            )?,
            relationships: Sorted::new(
                history
                    .relationships
                    .iter()
                    .map(|relationship| Told::of(&relationship.record.id, relationship)),
            )?,
            rows: Rows::default(),
        }
        .build()
    }
}

/// What is said about all records.
struct Whole<'a> {
    title: &'a str,
    description: Option<&'a str>,
    licence: Option<&'a str>,
    recorded_at: Timestamp,
}

/// The records, and the rows made of them so far.
struct Builder<'a> {
    whole: Whole<'a>,
    sources: Sorted<'a, Source>,
    entities: Sorted<'a, Entity>,
    relationships: Sorted<'a, Relationship>,
    rows: Rows,
}

/// Versions in the order of their ids and numbers, and the place of each id among the ids.
struct Sorted<'a, T> {
    versions: Vec<Told<'a, T>>,
    rows: HashMap<&'a str, u32>,
}

impl<'a, T> Sorted<'a, T> {
    fn new(versions: impl Iterator<Item = Told<'a, T>>) -> Result<Self, Error> {
        let mut versions: Vec<Told<'a, T>> = versions.collect();
        versions.sort_unstable_by_key(|told| (told.id, told.version));
        let mut rows = HashMap::with_capacity(versions.len());
        count("records", versions.len())?;
        for (told, next) in versions.iter().zip(versions.iter().skip(1)) {
            if (told.id, told.version) == (next.id, next.version) {
                return Err(Error::Duplicate { id: told.id.to_owned() });
            }
        }
        for told in &versions {
            let row = count("records", rows.len())?;
            rows.entry(told.id).or_insert(row);
        }
        Ok(Self { versions, rows })
    }

    /// The versions of each record, by id.
    fn records(&self) -> impl Iterator<Item = &[Told<'a, T>]> {
        self.versions.chunk_by(|one, next| one.id == next.id)
    }

    fn row(&self, holder: &str, noun: &'static str, id: &str) -> Result<u32, Error> {
        self.rows.get(id).copied().ok_or_else(|| Error::Dangling {
            holder: holder.to_owned(),
            noun,
            id: id.to_owned(),
        })
    }

    fn times(&self) -> impl Iterator<Item = Timestamp> {
        self.versions
            .iter()
            .flat_map(|told| [Some(told.recorded_at), told.retracted_at])
            .flatten()
    }
}

impl Builder<'_> {
    fn build(mut self) -> Result<Snapshot, Error> {
        self.refuse_shared_ids()?;
        let mut times: Vec<Timestamp> = self.relationships.times().chain([self.whole.recorded_at]).collect();
        times.extend(self.sources.times().chain(self.entities.times()));
        times.sort_unstable();
        times.dedup();
        self.rows.times = times;
        self.add_sources()?;
        self.add_entities()?;
        self.add_relationships()?;
        self.finish()
    }

    fn refuse_shared_ids(&self) -> Result<(), Error> {
        let (entities, sources) = (&self.entities.rows, &self.sources.rows);
        let taken = |id: &&&str| entities.contains_key(**id) || sources.contains_key(**id);
        let shared = self.relationships.rows.keys().find(taken);
        match shared.or_else(|| sources.keys().find(|id| entities.contains_key(**id))) {
            Some(id) => Err(Error::Duplicate { id: (*id).to_owned() }),
            None => Ok(()),
        }
    }

    fn add_sources(&mut self) -> Result<(), Error> {
        for versions in self.sources.records() {
            let start = count("versions", self.rows.older_sources.len())?;
            let older = Span {
                start,
                len: count("versions", versions.len() - 1)?,
            };
            for (position, told) in versions.iter().enumerate() {
                let recorded = self.rows.recorded(told)?;
                let row = self.rows.source(told.record, recorded, older)?;
                let is_latest = position + 1 == versions.len();
                let column = if is_latest {
                    &mut self.rows.sources
                } else {
                    &mut self.rows.older_sources
                };
                column.push(row);
            }
        }
        Ok(())
    }

    fn add_entities(&mut self) -> Result<(), Error> {
        for versions in self.entities.records() {
            let start = count("versions", self.rows.older_entities.len())?;
            let older = Span {
                start,
                len: count("versions", versions.len() - 1)?,
            };
            for (position, told) in versions.iter().enumerate() {
                let into = told.merged_into.map(|into| self.entities.row(told.id, "entity", into));
                let into = into.transpose()?.map_or(EntityIx::NONE, EntityIx::of_base);
                let recorded = self.rows.recorded(told)?;
                let row = self.rows.entity(told.record, recorded, (older, into))?;
                let is_latest = position + 1 == versions.len();
                let column = if is_latest {
                    &mut self.rows.entities
                } else {
                    &mut self.rows.older_entities
                };
                column.push(row);
            }
        }
        Ok(())
    }

    fn add_relationships(&mut self) -> Result<(), Error> {
        for told in &self.relationships.versions {
            let relationship = told.record;
            let entity = |id: &str| self.entities.row(told.id, "entity", id).map(EntityIx::of_base);
            let (from, to, unknown) = match &relationship.ends {
                Ends::Known { from, to } => (entity(from)?, entity(to)?, None),
                Ends::UnknownFrom { to, reason } => (EntityIx::NONE, entity(to)?, Some(*reason)),
                Ends::UnknownTo { from, reason } => (entity(from)?, EntityIx::NONE, Some(*reason)),
            };
            let start = count("statements", self.rows.evidence.len())?;
            for statement in &relationship.evidence {
                let source = SourceIx::of_base(self.sources.row(&statement.id, "source", &statement.source)?);
                let speaker = statement.speaker.as_deref();
                let speaker = speaker
                    .map(|id| self.entities.row(&statement.id, "speaker", id))
                    .transpose()?;
                let speaker = speaker.map_or(EntityIx::NONE, EntityIx::of_base);
                self.rows.add_statement(statement, source, speaker)?;
            }
            let recorded = self.rows.recorded(told)?;
            let row = self
                .rows
                .relationship(relationship, recorded, (from, to, unknown), start)?;
            self.rows.relationships.push(row);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Snapshot, Error> {
        let title = self.rows.texts.push(self.whole.title)?;
        let description = self.rows.texts.intern_optional(self.whole.description)?;
        let licence = self.rows.texts.intern_optional(self.whole.licence)?;
        let began = self.rows.time(self.whole.recorded_at)?;
        let (by_name, by_identifier) = (self.name_keys(), self.identifier_keys());
        let (columns, times) = self.rows.finish();
        Ok(Snapshot::of(Base::new(
            columns,
            times,
            (KeyIndex::new(by_name), KeyIndex::new(by_identifier)),
            Title {
                title,
                description,
                licence,
                began,
            },
        )))
    }

    /// By every name of every version.
    fn name_keys(&self) -> Vec<(u64, u32)> {
        let records = (0u32..).zip(self.entities.records());
        let versions = records.flat_map(|(ix, versions)| versions.iter().map(move |told| (ix, told.record)));
        let names = versions.flat_map(|(ix, entity)| {
            let others = entity.names.iter().map(|name| name.text.as_str());
            std::iter::once(entity.name.as_str())
                .chain(others)
                .map(move |name| (ix, name))
        });
        names.map(|(ix, name)| (hash_of(fold(name).as_str()), ix)).collect()
    }

    /// By every identifier of every version.
    fn identifier_keys(&self) -> Vec<(u64, u32)> {
        let records = (0u32..).zip(self.entities.records());
        let versions = records.flat_map(|(ix, versions)| versions.iter().map(move |told| (ix, told.record)));
        let identifiers =
            versions.flat_map(|(ix, entity)| entity.identifiers.iter().map(move |identifier| (ix, identifier)));
        identifiers
            .map(|(ix, identifier)| (hash_of((identifier.scheme.as_str(), identifier.value.as_str())), ix))
            .collect()
    }
}
