//! Builds a snapshot from records, one at a time: each becomes a row where it is added, and rows are sorted by id at the end. A
//! refused record leaves nothing behind.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    fill::{Attribution, RowBuilder, RowEnds, json_text},
    rebuild::RowCopy,
};
use crate::{
    graph::{
        Error,
        base::{
            Base, Title,
            arrange::{self, Permutation},
            index::{KeyIndex, identifier_key, key_of},
        },
        columns::{
            Columns,
            ids::{RowsById, write_id},
            numbers::{at, count, number},
            rows::{EntityRow, RelationshipRow, Span, ToEntity, ToSource, VersionSpan},
            text::{Text, TextPool},
        },
        ix::{EntityIx, SourceIx},
        read::snapshot::Snapshot,
    },
    model::{Dataset, Ends, Entity, Noun, Record, Relationship, Source, fold},
};

impl Snapshot {
    /// The graph of a dataset: the first version of each of its records.
    ///
    /// # Errors
    /// [`Error`] when an id is used twice, a reference leads nowhere, or there is more than a graph can hold.
    pub fn build(dataset: &Dataset) -> Result<Self, Error> {
        let mut builder = GraphBuilder::new(dataset.recorded_at);
        dataset
            .sources
            .iter()
            .try_for_each(|source| builder.add_source(source))?;
        dataset
            .entities
            .iter()
            .try_for_each(|entity| builder.add_entity(entity))?;
        dataset
            .relationships
            .iter()
            .try_for_each(|relationship| builder.add_relationship(relationship))?;
        builder.finish(
            &dataset.title,
            dataset.description.as_deref(),
            dataset.licence.as_deref(),
        )
    }
}

/// Builds a graph from records: the first version of each. They come in any order of ids, but after the records they refer to.
///
/// ```
/// use guanxi::{graph::GraphBuilder, model::{Entity, EntityKind, Noun, Timestamp}};
/// let mut builder = GraphBuilder::new(Timestamp::UNIX_EPOCH);
/// builder.add_entity(&Entity::new("acme", EntityKind::Company, "Acme Inc.").unwrap()).unwrap();
/// assert_eq!(builder.holds("acme"), Some(Noun::Entity));
/// let graph = builder.finish("Companies", None, None).unwrap();
/// assert_eq!(graph.title(), "Companies");
/// ```
pub struct GraphBuilder {
    pub(in crate::graph) rows: RowBuilder,
    /// When records without a time of their own were recorded.
    recorded_at: Timestamp,
    times: Times,
    sources: RowsById,
    entities: RowsById,
    relationships: RowsById,
    by_name: Vec<(u32, u32)>,
    by_identifier: Vec<(u32, u32)>,
    /// The numbers of sources, entities and versions of relationships that were copied.
    copied: [usize; 3],
}

impl std::fmt::Debug for GraphBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = [Noun::Source, Noun::Entity, Noun::Relationship].map(|noun| (noun, self.count(noun)));
        f.debug_map().entries(counts).finish()
    }
}

impl GraphBuilder {
    /// An empty builder. Sources and entities are recorded at `recorded_at`.
    #[must_use]
    pub fn new(recorded_at: Timestamp) -> Self {
        let mut times = Times::default();
        times.number_of(recorded_at);
        Self {
            rows: RowBuilder::default(),
            recorded_at,
            times,
            sources: RowsById::default(),
            entities: RowsById::default(),
            relationships: RowsById::default(),
            by_name: Vec::new(),
            by_identifier: Vec::new(),
            copied: [0; 3],
        }
    }

    /// A builder with all records of a snapshot, and room for about this many further `relationships`. Finish it with
    /// [`GraphBuilder::finish_over`] the same snapshot. O(n).
    ///
    /// # Errors
    /// [`Error`] when there is more than a graph can hold.
    pub fn over(snapshot: &Snapshot, relationships: usize) -> Result<Self, Error> {
        let RowCopy {
            rows,
            times,
            by_name,
            by_identifier,
        } = snapshot.copy_rows()?;
        let (columns, texts) = (&rows.columns, rows.texts.pool());
        let (sources, entities) = (&columns.sources, &columns.entities);
        Ok(Self {
            sources: RowsById::of_rows(number(sources.len()), 0, |row, id| {
                write_text(id, sources[at(row)].id, texts);
            }),
            entities: RowsById::of_rows(number(entities.len()), 0, |row, id| {
                write_text(id, entities[at(row)].id, texts);
            }),
            relationships: RowsById::of_rows(number(columns.relationships.len()), relationships, |row, id| {
                relationship_id(id, &columns.relationships[at(row)], entities, texts);
            }),
            copied: [sources.len(), entities.len(), columns.relationships.len()],
            recorded_at: snapshot.last_recorded_at(),
            times: Times::of(times),
            rows,
            by_name,
            by_identifier,
        })
    }

    /// The graph of `snapshot`, from which this builder was made, with all added records.
    ///
    /// # Errors
    /// [`Error`] when there is more than a graph can hold.
    pub fn finish_over(mut self, snapshot: &Snapshot) -> Result<Snapshot, Error> {
        let title = snapshot.title_row(&mut self.rows)?;
        Ok(snapshot.on_base(self.into_base(title)))
    }

    /// Sets the time at which records of [`GraphBuilder::add_now`] are recorded.
    pub fn record_at(&mut self, moment: Timestamp) {
        self.recorded_at = moment;
    }

    /// Adds a record as recorded at the moment of [`GraphBuilder::record_at`], ignoring its own time.
    ///
    /// # Errors
    /// As [`GraphBuilder::add`].
    pub fn add_now(&mut self, record: &Record) -> Result<(), Error> {
        match record {
            Record::Relationship(relationship) => self.add_relationship_of(relationship, self.recorded_at, None),
            _ => self.add(record),
        }
    }

    /// The kind of the record with this id, even if retracted. O(1).
    #[must_use]
    pub fn holds(&self, id: &str) -> Option<Noun> {
        let entity = self.entity(id).map(|_| Noun::Entity);
        let source = || self.source(id).map(|_| Noun::Source);
        let relationship = || self.relationship(id).map(|_| Noun::Relationship);
        entity.or_else(source).or_else(relationship)
    }

    /// The kind of the current record with this id: an entity or a source, or an added relationship. O(1).
    #[must_use]
    pub fn current(&self, id: &str) -> Option<Noun> {
        let entity = self.current_entity(id).map(|_| Noun::Entity);
        let source = || self.current_source(id).map(|_| Noun::Source);
        let relationship = || self.is_new(id).then_some(Noun::Relationship);
        entity.or_else(source).or_else(relationship)
    }

    /// Whether the record with this id was added, and not copied from a snapshot. O(1).
    #[must_use]
    pub fn is_new(&self, id: &str) -> bool {
        let [sources, entities, relationships] = self.copied;
        if let Some(entity) = self.entity(id) {
            return at(entity) >= entities;
        }
        if let Some(source) = self.source(id) {
            return at(source) >= sources;
        }
        self.relationship(id).is_some_and(|row| at(row) >= relationships)
    }

    /// The position of the entity with this id among the added ones, from 0. O(1).
    #[must_use]
    pub fn place_of_entity(&self, id: &str) -> Option<usize> {
        self.entity(id).map(at)
    }

    /// The number of records of one kind.
    #[must_use]
    pub fn count(&self, noun: Noun) -> usize {
        match noun {
            Noun::Source => self.rows.columns.sources.len(),
            Noun::Entity => self.rows.columns.entities.len(),
            Noun::Relationship => self.rows.columns.relationships.len(),
        }
    }

    /// Adds a record.
    ///
    /// # Errors
    /// As [`GraphBuilder::add_source`], [`GraphBuilder::add_entity`] and [`GraphBuilder::add_relationship`].
    pub fn add(&mut self, record: &Record) -> Result<(), Error> {
        match record {
            Record::Source(source) => self.add_source(source),
            Record::Entity(entity) => self.add_entity(entity),
            Record::Relationship(relationship) => self.add_relationship(relationship),
        }
    }

    /// Adds a source.
    ///
    /// # Errors
    /// [`Error`] if its id is already used, or there is more than a graph can hold.
    pub fn add_source(&mut self, source: &Source) -> Result<(), Error> {
        self.check_unused(&source.id)?;
        let recorded = self.recorded(self.recorded_at, None)?;
        let row = self.rows.source(source, recorded, Span::NONE)?;
        let place = count("sources", self.rows.columns.sources.len())?;
        self.rows.columns.sources.push(row);
        let (texts, rows) = (self.rows.texts.pool(), &self.rows.columns.sources);
        self.sources
            .insert(&source.id, place, |row, id| write_text(id, rows[at(row)].id, texts));
        Ok(())
    }

    /// Adds an entity.
    ///
    /// # Errors
    /// [`Error`] if its id is already used, or there is more than a graph can hold.
    pub fn add_entity(&mut self, entity: &Entity) -> Result<(), Error> {
        self.check_unused(&entity.id)?;
        let recorded = self.recorded(self.recorded_at, None)?;
        let properties = json_text(entity.properties.as_ref());
        let before = (Span::NONE, EntityIx::NONE);
        let row = self.rows.entity(entity, properties.as_deref(), recorded, before)?;
        let place = count("entities", self.rows.columns.entities.len())?;
        self.rows.columns.entities.push(row);
        let names = std::iter::once(&entity.name).chain(entity.names.iter().map(|name| &name.text));
        self.by_name
            .extend(names.map(|name| (key_of(fold(name).as_str()), place)));
        let identifiers = entity.identifiers.iter();
        let keys = identifiers.map(|identifier| identifier_key(&identifier.scheme, &identifier.value));
        self.by_identifier.extend(keys.map(|key| (key, place)));
        let (texts, rows) = (self.rows.texts.pool(), &self.rows.columns.entities);
        self.entities
            .insert(&entity.id, place, |row, id| write_text(id, rows[at(row)].id, texts));
        Ok(())
    }

    /// Adds a relationship with its evidence.
    ///
    /// # Errors
    /// [`Error`] if its id is already used, it refers to a missing record, or there is more than a graph can hold.
    pub fn add_relationship(&mut self, relationship: &Relationship) -> Result<(), Error> {
        self.add_relationship_of(relationship, relationship.recorded_at, relationship.retracted_at)
    }

    fn add_relationship_of(
        &mut self,
        relationship: &Relationship,
        recorded_at: Timestamp,
        retracted_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.check_unused(&relationship.id)?;
        let ends = self.ends(relationship)?;
        let attributions: Vec<Attribution> = self.attributions(relationship)?;
        let recorded = self.recorded(recorded_at, retracted_at)?;
        let properties = json_text(relationship.properties.as_ref());
        let row = self
            .rows
            .relationship(relationship, properties.as_deref(), recorded, ends, &attributions)?;
        let place = count("relationships", self.rows.columns.relationships.len())?;
        self.rows.columns.relationships.push(row);
        let (columns, texts) = (&self.rows.columns, self.rows.texts.pool());
        self.relationships.insert(&relationship.id, place, |row, id| {
            relationship_id(id, &columns.relationships[at(row)], &columns.entities, texts);
        });
        Ok(())
    }

    fn ends(&self, relationship: &Relationship) -> Result<RowEnds, Error> {
        let entity = |id: &str| self.resolve(&relationship.id, "entity", id, self.current_entity(id));
        let entity = |id: &str| entity(id).map(EntityIx::of_base);
        Ok(match &relationship.ends {
            Ends::Known { from, to } => (entity(from)?, entity(to)?, None),
            Ends::UnknownFrom { to, reason } => (EntityIx::NONE, entity(to)?, Some(*reason)),
            Ends::UnknownTo { from, reason } => (entity(from)?, EntityIx::NONE, Some(*reason)),
        })
    }

    /// The source and the speaker of each statement.
    fn attributions(&self, relationship: &Relationship) -> Result<Vec<Attribution>, Error> {
        let statements = relationship.evidence.iter();
        let attributions = statements.map(|statement| {
            let source = self.current_source(&statement.source);
            let source = self.resolve(&statement.id, "source", &statement.source, source)?;
            let speaker = statement.speaker.as_deref();
            let speaker = speaker.map(|id| self.resolve(&statement.id, "speaker", id, self.current_entity(id)));
            let speaker = speaker.transpose()?.map_or(EntityIx::NONE, EntityIx::of_base);
            Ok((SourceIx::of_base(source), speaker))
        });
        attributions.collect()
    }

    fn resolve(&self, holder: &str, noun: &'static str, id: &str, row: Option<u32>) -> Result<u32, Error> {
        row.ok_or_else(|| Error::Dangling {
            holder: holder.to_owned(),
            noun,
            id: id.to_owned(),
        })
    }

    fn entity(&self, id: &str) -> Option<u32> {
        let rows = &self.rows.columns.entities;
        self.entities.find(id, |row| self.text(rows[at(row)].id) == id)
    }

    fn current_entity(&self, id: &str) -> Option<u32> {
        let columns = &self.rows.columns;
        let entity = self.entity(id);
        entity.filter(|row| columns.recorded(columns.entities[at(*row)].recorded).until == VersionSpan::OPEN)
    }

    fn current_source(&self, id: &str) -> Option<u32> {
        let columns = &self.rows.columns;
        let source = self.source(id);
        source.filter(|row| columns.recorded(columns.sources[at(*row)].recorded).until == VersionSpan::OPEN)
    }

    fn source(&self, id: &str) -> Option<u32> {
        let rows = &self.rows.columns.sources;
        self.sources.find(id, |row| self.text(rows[at(row)].id) == id)
    }

    fn relationship(&self, id: &str) -> Option<u32> {
        let (columns, texts) = (&self.rows.columns, self.rows.texts.pool());
        let mut other = String::new();
        self.relationships.find(id, |row| {
            other.clear();
            relationship_id(&mut other, &columns.relationships[at(row)], &columns.entities, texts);
            other == id
        })
    }

    fn check_unused(&self, id: &str) -> Result<(), Error> {
        match self.holds(id) {
            Some(_) => Err(Error::Duplicate { id: id.to_owned() }),
            None => Ok(()),
        }
    }

    fn text(&self, text: Text) -> &str {
        self.rows.texts.pool().text(text).unwrap_or_default()
    }

    /// The span of the first version of a record, known from `recorded_at` until it was retracted.
    fn recorded(&mut self, recorded_at: Timestamp, retracted_at: Option<Timestamp>) -> Result<VersionSpan, Error> {
        let mut time = |time| count("record times", self.times.number_of(time));
        Ok(VersionSpan {
            from: time(recorded_at)?,
            until: retracted_at.map_or(Ok(VersionSpan::OPEN), time)?,
            version: 1,
        })
    }

    /// The graph of all records.
    ///
    /// # Errors
    /// [`Error`] when there is more than a graph can hold.
    pub fn finish(mut self, title: &str, description: Option<&str>, licence: Option<&str>) -> Result<Snapshot, Error> {
        let title = Title {
            title: self.rows.texts.push(title)?,
            description: self.rows.texts.intern_optional(description)?,
            licence: self.rows.texts.intern_optional(licence)?,
            began: 0,
        };
        Ok(Snapshot::of(self.into_base(title)))
    }

    /// The base: the rows in the order of their ids, with indexes. `title.began` is a record time as numbered by this builder.
    pub(in crate::graph) fn into_base(self, title: Title) -> Base {
        drop((self.sources, self.entities, self.relationships));
        let (times, new_times) = self.times.sorted();
        let title = Title {
            began: new_times[at(title.began)],
            ..title
        };
        let mut columns = self.rows.finish();
        let entities = arrange_rows(&mut columns);
        for recorded in &mut columns.recorded {
            recorded.from = new_times[at(recorded.from)];
            if recorded.until != VersionSpan::OPEN {
                recorded.until = new_times[at(recorded.until)];
            }
        }
        let keys = |mut keys: Vec<(u32, u32)>| {
            keys.iter_mut().for_each(|(_, row)| *row = entities.place(*row));
            KeyIndex::new(keys)
        };
        let keys = (keys(self.by_name), keys(self.by_identifier));
        Base::new(columns, times, keys, title)
    }
}

/// Sorts all rows by id, and returns the new order of the entities.
fn arrange_rows(columns: &mut Columns) -> Permutation {
    let texts = &columns.texts;
    let sources = arrange::by_id(&mut columns.sources, |row, id| write_text(id, row.id, texts));
    let entities = arrange::by_id(&mut columns.entities, |row, id| write_text(id, row.id, texts));
    let moved_reference = |to: ToEntity| {
        let row = to.base_row();
        row.map_or(to, |row| ToEntity::of_base(entities.place(row)))
    };
    for row in &mut columns.relationships {
        (row.from, row.to) = (moved_reference(row.from), moved_reference(row.to));
    }
    for row in &mut columns.entity_extras {
        row.merged_into = moved_reference(row.merged_into);
    }
    for row in &mut columns.evidence {
        row.speaker = moved_reference(row.speaker);
        if let Some(source) = row.source.base_row() {
            row.source = ToSource::of_base(sources.place(source));
        }
    }
    let ends = &columns.entities;
    arrange::by_id(&mut columns.relationships, |row, id| {
        relationship_id(id, row, ends, texts)
    });
    entities
}

fn write_text(out: &mut String, text: Text, texts: &TextPool) {
    out.push_str(texts.text(text).unwrap_or_default());
}

/// Writes the id of a relationship between rows of `entities`.
fn relationship_id(out: &mut String, row: &RelationshipRow, entities: &[EntityRow], texts: &TextPool) {
    let end = |to: ToEntity| {
        let row = to.base_row().map(|row| entities[at(row)].id);
        row.and_then(|id| texts.text(id)).unwrap_or_default()
    };
    write_id(out, texts, row, end);
}

/// The record times, each with its number.
#[derive(Default)]
struct Times {
    numbers: HashMap<Timestamp, usize>,
}

impl Times {
    /// These times, each with its position as its number.
    fn of(times: Vec<Timestamp>) -> Self {
        Self {
            numbers: times.into_iter().zip(0..).collect(),
        }
    }

    /// The number of a time, which is added if missing.
    fn number_of(&mut self, time: Timestamp) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(time).or_insert(next)
    }

    /// All times, ascending, and the position of each by its number.
    fn sorted(self) -> (Vec<Timestamp>, Vec<u32>) {
        let mut times: Vec<(Timestamp, usize)> = self.numbers.into_iter().collect();
        times.sort_unstable();
        let mut places = vec![0; times.len()];
        for (place, (_, old)) in times.iter().enumerate() {
            places[*old] = number(place);
        }
        (times.into_iter().map(|(time, _)| time).collect(), places)
    }
}
