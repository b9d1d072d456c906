//! From a dataset to a snapshot: rows sorted by id, references turned into rows, indexes made. O(n log n).

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    Error,
    base::{Base, Title},
    columns::{Rows, count},
    index::{KeyIndex, hash_of},
    rows::{EntityIx, SourceIx, Span},
    snapshot::Snapshot,
};
use crate::model::{Dataset, Ends, Entity, Relationship, Source, fold};

impl Snapshot {
    /// The graph of a dataset: the first version of each of its records.
    ///
    /// # Errors
    /// [`Error`] when an id is used twice, a reference leads nowhere, or there is more than a graph can hold.
    pub fn build(dataset: &Dataset) -> Result<Self, Error> {
        let mut builder = Builder::new(dataset)?;
        builder.add_sources()?;
        builder.add_entities()?;
        builder.add_relationships()?;
        builder.finish()
    }
}

/// The records, and the rows made of them so far.
struct Builder<'a> {
    dataset: &'a Dataset,
    sources: Sorted<'a, Source>,
    entities: Sorted<'a, Entity>,
    relationships: Sorted<'a, Relationship>,
    rows: Rows,
}

/// Records in the order of their ids, and the row of each.
struct Sorted<'a, T> {
    records: Vec<&'a T>,
    rows: HashMap<&'a str, u32>,
}

impl<'a, T> Sorted<'a, T> {
    fn new(records: &'a [T], id_of: impl Fn(&'a T) -> &'a str) -> Result<Self, Error> {
        let mut sorted: Vec<&T> = records.iter().collect();
        sorted.sort_unstable_by_key(|record| id_of(record));
        let mut rows = HashMap::with_capacity(sorted.len());
        for (position, record) in sorted.iter().enumerate() {
            let id = id_of(record);
            if rows.insert(id, count("records", position)?).is_some() {
                return Err(Error::Duplicate { id: id.to_owned() });
            }
        }
        Ok(Self { records: sorted, rows })
    }

    fn row(&self, holder: &str, noun: &'static str, id: &str) -> Result<u32, Error> {
        self.rows.get(id).copied().ok_or_else(|| Error::Dangling {
            holder: holder.to_owned(),
            noun,
            id: id.to_owned(),
        })
    }
}

/// There is nothing before a first version.
const NO_OLDER: Span = Span { start: 0, len: 0 };

impl<'a> Builder<'a> {
    fn new(dataset: &'a Dataset) -> Result<Self, Error> {
        let relationships = dataset.relationships.iter();
        let times = relationships.flat_map(|relationship| [Some(relationship.recorded_at), relationship.retracted_at]);
        let mut times: Vec<Timestamp> = times.flatten().chain([dataset.recorded_at]).collect();
        times.sort_unstable();
        times.dedup();
        let builder = Self {
            dataset,
            sources: Sorted::new(&dataset.sources, |source| source.id.as_str())?,
            entities: Sorted::new(&dataset.entities, |entity| entity.id.as_str())?,
            relationships: Sorted::new(&dataset.relationships, |relationship| relationship.id.as_str())?,
            rows: Rows {
                times,
                ..Rows::default()
            },
        };
        builder.refuse_shared_ids()?;
        Ok(builder)
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
        let recorded = self.rows.first(self.dataset.recorded_at, None)?;
        for source in &self.sources.records {
            let row = self.rows.source(source, recorded, NO_OLDER)?;
            self.rows.columns.sources.push(row);
        }
        Ok(())
    }

    fn add_entities(&mut self) -> Result<(), Error> {
        let recorded = self.rows.first(self.dataset.recorded_at, None)?;
        for entity in &self.entities.records {
            let row = self.rows.entity(entity, recorded, (NO_OLDER, EntityIx::NONE))?;
            self.rows.columns.entities.push(row);
        }
        Ok(())
    }

    fn add_relationships(&mut self) -> Result<(), Error> {
        for relationship in &self.relationships.records {
            let entity = |id: &str| self.entities.row(&relationship.id, "entity", id).map(EntityIx::of_base);
            let (from, to, unknown) = match &relationship.ends {
                Ends::Known { from, to } => (entity(from)?, entity(to)?, None),
                Ends::UnknownFrom { to, reason } => (EntityIx::NONE, entity(to)?, Some(*reason)),
                Ends::UnknownTo { from, reason } => (entity(from)?, EntityIx::NONE, Some(*reason)),
            };
            let start = count("statements", self.rows.columns.evidence.len())?;
            for statement in &relationship.evidence {
                let source = SourceIx::of_base(self.sources.row(&statement.id, "source", &statement.source)?);
                let speaker = statement.speaker.as_deref();
                let speaker = speaker
                    .map(|id| self.entities.row(&statement.id, "speaker", id))
                    .transpose()?;
                let speaker = speaker.map_or(EntityIx::NONE, EntityIx::of_base);
                self.rows.add_statement(statement, source, speaker)?;
            }
            let recorded = self.rows.first(relationship.recorded_at, relationship.retracted_at)?;
            let row = self
                .rows
                .relationship(relationship, recorded, (from, to, unknown), start)?;
            self.rows.columns.relationships.push(row);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Snapshot, Error> {
        let title = Title {
            title: self.rows.texts.push(&self.dataset.title)?,
            description: self.rows.texts.intern_optional(self.dataset.description.as_deref())?,
            licence: self.rows.texts.intern_optional(self.dataset.licence.as_deref())?,
            began: self.rows.time(self.dataset.recorded_at)?,
        };
        let keys = (KeyIndex::new(self.name_keys()), KeyIndex::new(self.identifier_keys()));
        let (columns, times) = self.rows.finish();
        Ok(Snapshot::of(Base::new(columns, times, keys, title)))
    }

    fn name_keys(&self) -> Vec<(u64, u32)> {
        let entities = (0u32..).zip(&self.entities.records);
        let names = entities.flat_map(|(row, entity)| {
            let others = entity.names.iter().map(|name| name.text.as_str());
            std::iter::once(entity.name.as_str())
                .chain(others)
                .map(move |name| (row, name))
        });
        names.map(|(row, name)| (hash_of(fold(name).as_str()), row)).collect()
    }

    fn identifier_keys(&self) -> Vec<(u64, u32)> {
        let entities = (0u32..).zip(&self.entities.records);
        let identifiers =
            entities.flat_map(|(row, entity)| entity.identifiers.iter().map(move |identifier| (row, identifier)));
        identifiers
            .map(|(row, identifier)| (hash_of((identifier.scheme.as_str(), identifier.value.as_str())), row))
            .collect()
    }
}
