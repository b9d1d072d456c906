//! From a dataset to a snapshot: rows sorted by id, references turned into rows, indexes made. O(n log n).

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    Error,
    adjacency::{Adjacency, Link},
    index::{Groups, KeyIndex, hash_of},
    rows::{
        AmountRow, EntityIx, EntityRow, EvidenceRow, IdentifierRow, NameRow, Rare, RareColumns, RelationshipIx,
        RelationshipRow, SourceIx, SourceRow, Span, day_number,
    },
    snapshot::Snapshot,
    text::{Text, TextPoolBuilder},
};
use crate::model::{
    Amount, Dataset, Ends, Entity, Evidence, PartialDate, Relationship, Share, Source, Stated, disputed, fold,
};

impl Snapshot {
    /// The graph of a dataset.
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

/// The rows made so far, and where each id of the dataset went.
struct Builder<'a> {
    dataset: &'a Dataset,
    texts: TextPoolBuilder,
    times: Vec<Timestamp>,
    sources: Sorted<'a, Source>,
    entities: Sorted<'a, Entity>,
    relationships: Sorted<'a, Relationship>,
    source_rows: Vec<SourceRow>,
    entity_rows: Vec<EntityRow>,
    name_rows: Vec<NameRow>,
    identifier_rows: Vec<IdentifierRow>,
    relationship_rows: Vec<RelationshipRow>,
    evidence_rows: Vec<EvidenceRow>,
    rare: RareColumns,
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

fn count(noun: &'static str, count: usize) -> Result<u32, Error> {
    // The largest number stands for "none" in rows.
    let fits = u32::try_from(count).ok().filter(|count| *count < u32::MAX);
    fits.ok_or(Error::TooLarge {
        noun,
        max: u32::MAX - 1,
    })
}

impl<'a> Builder<'a> {
    fn new(dataset: &'a Dataset) -> Result<Self, Error> {
        let recorded = dataset
            .relationships
            .iter()
            .map(|relationship| relationship.recorded_at);
        let retracted = dataset
            .relationships
            .iter()
            .filter_map(|relationship| relationship.retracted_at);
        let mut times: Vec<Timestamp> = recorded.chain(retracted).chain([dataset.recorded_at]).collect();
        times.sort_unstable();
        times.dedup();
        let builder = Self {
            dataset,
            texts: TextPoolBuilder::default(),
            times,
            sources: Sorted::new(&dataset.sources, |source| source.id.as_str())?,
            entities: Sorted::new(&dataset.entities, |entity| entity.id.as_str())?,
            relationships: Sorted::new(&dataset.relationships, |relationship| relationship.id.as_str())?,
            source_rows: Vec::with_capacity(dataset.sources.len()),
            entity_rows: Vec::with_capacity(dataset.entities.len()),
            name_rows: Vec::new(),
            identifier_rows: Vec::new(),
            relationship_rows: Vec::with_capacity(dataset.relationships.len()),
            evidence_rows: Vec::new(),
            rare: RareColumns::default(),
        };
        let taken = |id: &&&str| builder.entities.rows.contains_key(**id) || builder.sources.rows.contains_key(**id);
        let shared = builder.relationships.rows.keys().find(|id| taken(id));
        let shared = shared.or_else(|| {
            builder
                .sources
                .rows
                .keys()
                .find(|id| builder.entities.rows.contains_key(**id))
        });
        match shared {
            Some(id) => Err(Error::Duplicate { id: (*id).to_owned() }),
            None => Ok(builder),
        }
    }

    fn time(&self, time: Timestamp) -> Result<u32, Error> {
        count("record times", self.times.partition_point(|known| *known < time))
    }

    fn add_sources(&mut self) -> Result<(), Error> {
        for source in &self.sources.records {
            self.source_rows.push(SourceRow {
                id: self.texts.push(&source.id)?,
                publisher: self.texts.intern(&source.publisher)?,
                title: self.texts.push(&source.title)?,
                url: self.texts.intern_optional(source.url.as_deref())?,
                licence: self.texts.intern_optional(source.licence.as_deref())?,
                published_on: source.published_on,
            });
        }
        Ok(())
    }

    fn add_entities(&mut self) -> Result<(), Error> {
        for entity in &self.entities.records {
            let names_start = count("names", self.name_rows.len())?;
            for name in &entity.names {
                self.name_rows.push(NameRow {
                    text: self.texts.push(&name.text)?,
                    language: self.texts.intern_optional(name.language.as_deref())?,
                    script: self.texts.intern_optional(name.script.as_deref())?,
                    kind: name.kind,
                });
            }
            let identifiers_start = count("identifiers", self.identifier_rows.len())?;
            for identifier in &entity.identifiers {
                self.identifier_rows.push(IdentifierRow {
                    scheme: self.texts.intern(&identifier.scheme)?,
                    value: self.texts.push(&identifier.value)?,
                });
            }
            self.entity_rows.push(EntityRow {
                id: self.texts.push(&entity.id)?,
                name: self.texts.push(&entity.name)?,
                description: self.texts.intern_optional(entity.description.as_deref())?,
                website: self.texts.intern_optional(entity.website.as_deref())?,
                properties: json_text(&mut self.texts, entity.properties.as_ref())?,
                country: self.texts.intern_optional(entity.country.as_deref())?,
                names: Span {
                    start: names_start,
                    len: count("names", entity.names.len())?,
                },
                identifiers: Span {
                    start: identifiers_start,
                    len: count("identifiers", entity.identifiers.len())?,
                },
                founded: entity.founded,
                dissolved: entity.dissolved,
                starts_on: entity.starts_on,
                ends_on: entity.ends_on,
                kind: entity.kind,
                status: entity.status,
            });
        }
        Ok(())
    }

    fn add_relationships(&mut self) -> Result<(), Error> {
        let published_on: HashMap<&str, Option<PartialDate>> = self
            .dataset
            .sources
            .iter()
            .map(|source| (source.id.as_str(), source.published_on))
            .collect();
        for position in 0..self.relationships.records.len() {
            let relationship = self.relationships.records[position];
            let entity = |id: &str| self.entities.row(&relationship.id, "entity", id).map(EntityIx);
            let (from, to, unknown) = match &relationship.ends {
                Ends::Known { from, to } => (entity(from)?, entity(to)?, None),
                Ends::UnknownFrom { to, reason } => (EntityIx::NONE, entity(to)?, Some(*reason)),
                Ends::UnknownTo { from, reason } => (entity(from)?, EntityIx::NONE, Some(*reason)),
            };
            let start = count("statements", self.evidence_rows.len())?;
            for statement in &relationship.evidence {
                self.add_statement(RelationshipIx(count("relationships", position)?), statement)?;
            }
            let dates = relationship.stated_dates(|source| published_on.get(source).copied().flatten());
            let row = RelationshipRow {
                id: self.texts.push(&relationship.id)?,
                role: self.texts.intern_optional(relationship.role.as_deref())?,
                properties: json_text(&mut self.texts, relationship.properties.as_ref())?,
                from,
                to,
                share: self.share(relationship.share)?,
                amount: self.amount(relationship.amount.as_ref())?,
                evidence: Span {
                    start,
                    len: count("statements", relationship.evidence.len())?,
                },
                recorded: self.time(relationship.recorded_at)?,
                retracted: relationship.retracted_at.map_or(Ok(u32::MAX), |time| self.time(time))?,
                validity: relationship.validity,
                stated: Stated::spanning(dates.iter().copied()),
                last_stated_on: dates.into_iter().max_by_key(|date| (date.last_day(), date.first_day())),
                capabilities: relationship.capabilities.iter().copied().collect(),
                unknown,
                kind: relationship.kind,
                status: relationship.status,
                disputed: disputed(&relationship.evidence),
            };
            self.relationship_rows.push(row);
        }
        Ok(())
    }

    fn add_statement(&mut self, relationship: RelationshipIx, statement: &Evidence) -> Result<(), Error> {
        let speaker = statement
            .speaker
            .as_deref()
            .map(|id| self.entities.row(&statement.id, "speaker", id));
        let row = EvidenceRow {
            id: self.texts.push(&statement.id)?,
            relationship,
            source: SourceIx(self.sources.row(&statement.id, "source", &statement.source)?),
            speaker: speaker.transpose()?.map_or(EntityIx::NONE, EntityIx),
            locator: self.texts.intern_optional(statement.locator.as_deref())?,
            summary: self.texts.intern_optional(statement.summary.as_deref())?,
            share: self.share(statement.share)?,
            amount: self.amount(statement.amount.as_ref())?,
            stated_on: statement.stated_on,
            confidence: statement.confidence,
            stance: statement.stance,
        };
        self.evidence_rows.push(row);
        Ok(())
    }

    fn share(&mut self, share: Option<Share>) -> Result<Rare, Error> {
        let Some(share) = share else { return Ok(Rare::NONE) };
        self.rare.shares.push(share);
        count("shares", self.rare.shares.len() - 1).map(Rare)
    }

    fn amount(&mut self, amount: Option<&Amount>) -> Result<Rare, Error> {
        let Some(amount) = amount else { return Ok(Rare::NONE) };
        let of = self.texts.intern_optional(amount.of.as_deref())?;
        self.rare.amounts.push(AmountRow {
            value: amount.value,
            currency: amount.currency,
            of,
        });
        count("amounts", self.rare.amounts.len() - 1).map(Rare)
    }

    fn finish(mut self) -> Result<Snapshot, Error> {
        let title = self.texts.push(&self.dataset.title)?;
        let description = self.texts.intern_optional(self.dataset.description.as_deref())?;
        let licence = self.texts.intern_optional(self.dataset.licence.as_deref())?;
        let recorded = self.time(self.dataset.recorded_at)?;
        let (outgoing, incoming, undisclosed) = self.links()?;
        let statements = || (0u32..).zip(&self.evidence_rows);
        let by_speaker = statements()
            .filter(|(_, row)| row.speaker.known().is_some())
            .map(|(ix, row)| (row.speaker.0, ix));
        let by_source = statements().map(|(ix, row)| (row.source.0, ix));
        Ok(Snapshot {
            by_speaker: Groups::new(by_speaker.collect()),
            by_source: Groups::new(by_source.collect()),
            by_name: KeyIndex::new(self.name_keys()),
            by_identifier: KeyIndex::new(self.identifier_keys()),
            texts: self.texts.finish(),
            times: self.times,
            recorded,
            entities: self.entity_rows,
            names: self.name_rows,
            identifiers: self.identifier_rows,
            relationships: self.relationship_rows,
            evidence: self.evidence_rows,
            sources: self.source_rows,
            rare: self.rare,
            outgoing,
            incoming,
            undisclosed,
            title,
            description,
            licence,
        })
    }

    /// The links in both directions, and the relationships with an unknown end by the known one.
    fn links(&self) -> Result<(Adjacency, Adjacency, Groups), Error> {
        let (mut outgoing, mut incoming, mut undisclosed) = (Vec::new(), Vec::new(), Vec::new());
        for (position, row) in (0u32..).zip(&self.relationship_rows) {
            let link = |neighbor: EntityIx| Link {
                relationship: RelationshipIx(position),
                since: row.validity.since_day().map_or(i32::MIN, day_number),
                until: row.validity.until_day().map_or(i32::MAX, day_number),
                recorded: row.recorded,
                retracted: row.retracted,
                kind: row.kind,
                status: row.status,
                neighbor_kind: self.entity_rows[neighbor.at()].kind,
                disputed: row.disputed,
            };
            match (row.from.known(), row.to.known()) {
                (Some(from), Some(to)) => {
                    outgoing.push((from, to, link(to)));
                    incoming.push((to, from, link(from)));
                }
                (Some(known), None) | (None, Some(known)) => undisclosed.push((known.0, position)),
                (None, None) => unreachable!("the model knows no relationship without a known end"),
            }
        }
        let entities = self.entity_rows.len();
        Ok((
            Adjacency::new(entities, outgoing),
            Adjacency::new(entities, incoming),
            Groups::new(undisclosed),
        ))
    }

    fn name_keys(&self) -> Vec<(u64, u32)> {
        let entities = (0u32..).zip(&self.entities.records);
        let names = entities.flat_map(|(ix, entity)| {
            let others = entity.names.iter().map(|name| name.text.as_str());
            std::iter::once(entity.name.as_str())
                .chain(others)
                .map(move |name| (ix, name))
        });
        names.map(|(ix, name)| (hash_of(fold(name).as_str()), ix)).collect()
    }

    fn identifier_keys(&self) -> Vec<(u64, u32)> {
        let entities = (0u32..).zip(&self.entities.records);
        let identifiers =
            entities.flat_map(|(ix, entity)| entity.identifiers.iter().map(move |identifier| (ix, identifier)));
        identifiers
            .map(|(ix, identifier)| (hash_of((identifier.scheme.as_str(), identifier.value.as_str())), ix))
            .collect()
    }
}

fn json_text(
    texts: &mut TextPoolBuilder,
    object: Option<&serde_json::Map<String, serde_json::Value>>,
) -> Result<Text, Error> {
    let text = object.map(|object| serde_json::Value::Object(object.clone()).to_string());
    texts.intern_optional(text.as_deref())
}
