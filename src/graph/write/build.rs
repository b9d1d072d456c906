//! From records to a snapshot, one record at a time: each becomes a row where it is added, and rows are put in the order of
//! their ids at the end. What was refused leaves nothing behind.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    fill::{RowEnds, Rows, json_text},
    rebuild::Copied,
};
use crate::{
    graph::{
        Error,
        base::{
            Base, Title,
            arrange::{self, Arranged},
            index::{KeyIndex, identifier_key, key_of},
        },
        columns::{
            Columns,
            ids::{Ids, write_id},
            numbers::{at, count, number},
            rows::{EntityRow, Recorded, RelationshipRow, Span, ToEntity, ToSource},
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
        let mut builder = Builder::new(dataset.recorded_at);
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

/// A graph that is being made of records: the first version of each. They come in any order of ids, but what a record refers
/// to comes before it.
///
/// ```
/// use guanxi::{graph::Builder, model::{Entity, EntityKind, Noun, Timestamp}};
/// let mut builder = Builder::new(Timestamp::UNIX_EPOCH);
/// builder.add_entity(&Entity::new("acme", EntityKind::Company, "Acme Inc.").unwrap()).unwrap();
/// assert_eq!(builder.holds("acme"), Some(Noun::Entity));
/// let graph = builder.finish("Companies", None, None).unwrap();
/// assert_eq!(graph.title(), "Companies");
/// ```
pub struct Builder {
    pub(in crate::graph) rows: Rows,
    /// When what does not say so itself was recorded.
    recorded_at: Timestamp,
    times: Times,
    sources: Ids,
    entities: Ids,
    relationships: Ids,
    by_name: Vec<(u32, u32)>,
    by_identifier: Vec<(u32, u32)>,
    /// How many sources, entities and versions of relationships were copied.
    copied: [usize; 3],
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = [Noun::Source, Noun::Entity, Noun::Relationship].map(|noun| (noun, self.count(noun)));
        f.debug_map().entries(counts).finish()
    }
}

impl Builder {
    /// No records yet. Sources and entities are recorded at `recorded_at`.
    #[must_use]
    pub fn new(recorded_at: Timestamp) -> Self {
        let mut times = Times::default();
        times.known(recorded_at);
        Self {
            rows: Rows::default(),
            recorded_at,
            times,
            sources: Ids::default(),
            entities: Ids::default(),
            relationships: Ids::default(),
            by_name: Vec::new(),
            by_identifier: Vec::new(),
            copied: [0; 3],
        }
    }

    /// Everything that a snapshot holds, to which about so many relationships will be added: it is finished by
    /// [`Builder::finish_over`] that snapshot. O(n).
    ///
    /// # Errors
    /// [`Error`] when there is more than a graph can hold.
    pub fn over(snapshot: &Snapshot, relationships: usize) -> Result<Self, Error> {
        let Copied {
            rows,
            times,
            by_name,
            by_identifier,
        } = snapshot.copied()?;
        let (columns, texts) = (&rows.columns, rows.texts.pool());
        let (sources, entities) = (&columns.sources, &columns.entities);
        Ok(Self {
            sources: Ids::of_rows(number(sources.len()), 0, |row, id| {
                write_text(id, sources[at(row)].id, texts);
            }),
            entities: Ids::of_rows(number(entities.len()), 0, |row, id| {
                write_text(id, entities[at(row)].id, texts);
            }),
            relationships: Ids::of_rows(number(columns.relationships.len()), relationships, |row, id| {
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

    /// The graph of all that was added to `snapshot`, over which this was made.
    ///
    /// # Errors
    /// [`Error`] when there is more than a graph can hold.
    pub fn finish_over(mut self, snapshot: &Snapshot) -> Result<Snapshot, Error> {
        let title = snapshot.title_row(&mut self.rows)?;
        Ok(snapshot.on_base(self.into_base(title)))
    }

    /// What is added by [`Builder::add_now`] from now on is recorded at `moment`.
    pub fn record_at(&mut self, moment: Timestamp) {
        self.recorded_at = moment;
    }

    /// Adds a record as recorded at the moment of [`Builder::record_at`], whatever it says itself.
    ///
    /// # Errors
    /// As [`Builder::add`].
    pub fn add_now(&mut self, record: &Record) -> Result<(), Error> {
        match record {
            Record::Relationship(relationship) => self.add_relationship_of(relationship, self.recorded_at, None),
            _ => self.add(record),
        }
    }

    /// What has this id, be it taken back. O(1).
    #[must_use]
    pub fn holds(&self, id: &str) -> Option<Noun> {
        let entity = self.entity(id).map(|_| Noun::Entity);
        let source = || self.source(id).map(|_| Noun::Source);
        let relationship = || self.relationship(id).map(|_| Noun::Relationship);
        entity.or_else(source).or_else(relationship)
    }

    /// What stands under this id: an entity or a source, or a relationship that was added. O(1).
    #[must_use]
    pub fn stands(&self, id: &str) -> Option<Noun> {
        let entity = self.standing_entity(id).map(|_| Noun::Entity);
        let source = || self.standing_source(id).map(|_| Noun::Source);
        let relationship = || self.is_new(id).then_some(Noun::Relationship);
        entity.or_else(source).or_else(relationship)
    }

    /// Whether what has this id was added, and not copied from a snapshot. O(1).
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

    /// Which of the entities that were added has this id, from 0. O(1).
    #[must_use]
    pub fn place_of_entity(&self, id: &str) -> Option<usize> {
        self.entity(id).map(at)
    }

    /// How many records of one kind were added.
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
    /// As [`Builder::add_source`], [`Builder::add_entity`] and [`Builder::add_relationship`].
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
    /// [`Error`] when its id is used already, or there is more than a graph can hold.
    pub fn add_source(&mut self, source: &Source) -> Result<(), Error> {
        self.refuse_known(&source.id)?;
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
    /// [`Error`] when its id is used already, or there is more than a graph can hold.
    pub fn add_entity(&mut self, entity: &Entity) -> Result<(), Error> {
        self.refuse_known(&entity.id)?;
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
        let keys = identifiers.map(|known| identifier_key(&known.scheme, &known.value));
        self.by_identifier.extend(keys.map(|key| (key, place)));
        let (texts, rows) = (self.rows.texts.pool(), &self.rows.columns.entities);
        self.entities
            .insert(&entity.id, place, |row, id| write_text(id, rows[at(row)].id, texts));
        Ok(())
    }

    /// Adds a relationship with its evidence.
    ///
    /// # Errors
    /// [`Error`] when its id is used already, it refers to what was not added, or there is more than a graph can hold.
    pub fn add_relationship(&mut self, relationship: &Relationship) -> Result<(), Error> {
        self.add_relationship_of(relationship, relationship.recorded_at, relationship.retracted_at)
    }

    fn add_relationship_of(
        &mut self,
        relationship: &Relationship,
        recorded_at: Timestamp,
        retracted_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.refuse_known(&relationship.id)?;
        let ends = self.ends(relationship)?;
        let said: Vec<(SourceIx, EntityIx)> = self.said(relationship)?;
        let recorded = self.recorded(recorded_at, retracted_at)?;
        let properties = json_text(relationship.properties.as_ref());
        let row = self
            .rows
            .relationship(relationship, properties.as_deref(), recorded, ends, &said)?;
        let place = count("relationships", self.rows.columns.relationships.len())?;
        self.rows.columns.relationships.push(row);
        let (columns, texts) = (&self.rows.columns, self.rows.texts.pool());
        self.relationships.insert(&relationship.id, place, |row, id| {
            relationship_id(id, &columns.relationships[at(row)], &columns.entities, texts);
        });
        Ok(())
    }

    fn ends(&self, relationship: &Relationship) -> Result<RowEnds, Error> {
        let entity = |id: &str| self.referred(&relationship.id, "entity", id, self.standing_entity(id));
        let entity = |id: &str| entity(id).map(EntityIx::of_base);
        Ok(match &relationship.ends {
            Ends::Known { from, to } => (entity(from)?, entity(to)?, None),
            Ends::UnknownFrom { to, reason } => (EntityIx::NONE, entity(to)?, Some(*reason)),
            Ends::UnknownTo { from, reason } => (entity(from)?, EntityIx::NONE, Some(*reason)),
        })
    }

    /// The source and the speaker of each statement.
    fn said(&self, relationship: &Relationship) -> Result<Vec<(SourceIx, EntityIx)>, Error> {
        let statements = relationship.evidence.iter();
        let said = statements.map(|statement| {
            let source = self.standing_source(&statement.source);
            let source = self.referred(&statement.id, "source", &statement.source, source)?;
            let speaker = statement.speaker.as_deref();
            let speaker = speaker.map(|id| self.referred(&statement.id, "speaker", id, self.standing_entity(id)));
            let speaker = speaker.transpose()?.map_or(EntityIx::NONE, EntityIx::of_base);
            Ok((SourceIx::of_base(source), speaker))
        });
        said.collect()
    }

    fn referred(&self, holder: &str, noun: &'static str, id: &str, found: Option<u32>) -> Result<u32, Error> {
        found.ok_or_else(|| Error::Dangling {
            holder: holder.to_owned(),
            noun,
            id: id.to_owned(),
        })
    }

    fn entity(&self, id: &str) -> Option<u32> {
        let rows = &self.rows.columns.entities;
        self.entities.find(id, |row| self.text(rows[at(row)].id) == id)
    }

    fn standing_entity(&self, id: &str) -> Option<u32> {
        let columns = &self.rows.columns;
        let found = self.entity(id);
        found.filter(|row| columns.recorded(columns.entities[at(*row)].recorded).until == Recorded::OPEN)
    }

    fn standing_source(&self, id: &str) -> Option<u32> {
        let columns = &self.rows.columns;
        let found = self.source(id);
        found.filter(|row| columns.recorded(columns.sources[at(*row)].recorded).until == Recorded::OPEN)
    }

    fn source(&self, id: &str) -> Option<u32> {
        let rows = &self.rows.columns.sources;
        self.sources.find(id, |row| self.text(rows[at(row)].id) == id)
    }

    fn relationship(&self, id: &str) -> Option<u32> {
        let (columns, texts) = (&self.rows.columns, self.rows.texts.pool());
        let mut known = String::new();
        self.relationships.find(id, |row| {
            known.clear();
            relationship_id(&mut known, &columns.relationships[at(row)], &columns.entities, texts);
            known == id
        })
    }

    fn refuse_known(&self, id: &str) -> Result<(), Error> {
        match self.holds(id) {
            Some(_) => Err(Error::Duplicate { id: id.to_owned() }),
            None => Ok(()),
        }
    }

    fn text(&self, text: Text) -> &str {
        self.rows.texts.pool().text(text).unwrap_or_default()
    }

    /// The first version of a record, known from `recorded_at` until it was taken back.
    fn recorded(&mut self, recorded_at: Timestamp, retracted_at: Option<Timestamp>) -> Result<Recorded, Error> {
        let mut time = |time| count("record times", self.times.known(time));
        Ok(Recorded {
            from: time(recorded_at)?,
            until: retracted_at.map_or(Ok(Recorded::OPEN), time)?,
            version: 1,
        })
    }

    /// The graph of all that was added.
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

    /// The rows in the order of their ids, with what finds them. `title` says by which record time it all began, as these were
    /// counted until now.
    pub(in crate::graph) fn into_base(self, title: Title) -> Base {
        drop((self.sources, self.entities, self.relationships));
        let (times, moved) = self.times.sorted();
        let title = Title {
            began: moved[at(title.began)],
            ..title
        };
        let mut columns = self.rows.finish();
        let entities = arrange_rows(&mut columns);
        for recorded in &mut columns.recorded {
            recorded.from = moved[at(recorded.from)];
            if recorded.until != Recorded::OPEN {
                recorded.until = moved[at(recorded.until)];
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

/// Puts all rows in the order of their ids. Where the entities went.
fn arrange_rows(columns: &mut Columns) -> Arranged {
    let texts = &columns.texts;
    let sources = arrange::by_id(&mut columns.sources, |row, id| write_text(id, row.id, texts));
    let entities = arrange::by_id(&mut columns.entities, |row, id| write_text(id, row.id, texts));
    let moved = |to: ToEntity| {
        let row = to.base_row();
        row.map_or(to, |row| ToEntity::of_base(entities.place(row)))
    };
    for row in &mut columns.relationships {
        (row.from, row.to) = (moved(row.from), moved(row.to));
    }
    for row in &mut columns.entity_extras {
        row.merged_into = moved(row.merged_into);
    }
    for row in &mut columns.evidence {
        row.speaker = moved(row.speaker);
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

/// The record times so far, each with its number.
#[derive(Default)]
struct Times {
    numbers: HashMap<Timestamp, usize>,
}

impl Times {
    /// These, each with its place as its number.
    fn of(times: Vec<Timestamp>) -> Self {
        Self {
            numbers: times.into_iter().zip(0..).collect(),
        }
    }

    /// The number of a time.
    fn known(&mut self, time: Timestamp) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(time).or_insert(next)
    }

    /// All of them, ascending, and the place of each by its number.
    fn sorted(self) -> (Vec<Timestamp>, Vec<u32>) {
        let mut times: Vec<(Timestamp, usize)> = self.numbers.into_iter().collect();
        times.sort_unstable();
        let mut places = vec![0; times.len()];
        for (place, (_, known)) in times.iter().enumerate() {
            places[*known] = number(place);
        }
        (times.into_iter().map(|(time, _)| time).collect(), places)
    }
}
