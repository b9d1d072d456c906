//! Converts model values to rows: each record becomes a row, its texts go to the pools. The records it refers to already have
//! places.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash},
};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::{
    graph::{
        Error,
        columns::{
            Columns,
            cold::ColdPoolBuilder,
            ids,
            numbers::{at, count, count_below},
            rows::{
                AmountRow, EntityExtra, EntityRow, EvidenceRow, FIRST_OUTSIDE, IdentifierRow, Marks, NameRow,
                PackedDate, Rare, RelationshipExtra, RelationshipRow, SourceRow, Span, ToEntity, ToSource, VersionSpan,
            },
            text::{Text, TextPoolBuilder},
        },
        ix::{EntityIx, SourceIx},
    },
    model::{
        Amount, Directness, Entity, Evidence, PartialDate, Relationship, Share, Source, UnknownReason, disputed,
        evidence_id,
    },
};

/// Keys of relationships up to this length are likely to be shared with others.
const KEY_BYTES: usize = 12;

/// Builds columns; texts are still being collected.
#[derive(Default)]
pub(in crate::graph) struct RowBuilder {
    pub(in crate::graph) texts: TextPoolBuilder,
    pub(in crate::graph) cold: ColdPoolBuilder,
    pub(in crate::graph) columns: Columns,
    index: ValueIndex,
    hasher: DefaultHashBuilder,
}

/// Positions of the values that are already in their columns.
#[derive(Default)]
struct ValueIndex {
    recorded: HashTable<Rare>,
    extras: HashTable<Rare>,
    shares: HashTable<Rare>,
    amounts: HashTable<Rare>,
    confidences: HashTable<Rare>,
    /// Runs of statements, by the first one.
    runs: HashTable<Rare>,
}

/// Ends of a relationship, and why one of them is unknown.
pub(in crate::graph) type RowEnds = (EntityIx, EntityIx, Option<UnknownReason>);

/// The source and the speaker of a statement.
pub(in crate::graph) type Attribution = (SourceIx, EntityIx);

impl RowBuilder {
    /// The finished columns.
    pub(in crate::graph) fn finish(self) -> Columns {
        Columns {
            texts: self.texts.finish(),
            cold: self.cold.finish(),
            ..self.columns
        }
    }

    /// Converts a version of a source to a row.
    pub(in crate::graph) fn source(
        &mut self,
        source: &Source,
        recorded: VersionSpan,
        older: Span,
    ) -> Result<SourceRow, Error> {
        Ok(SourceRow {
            id: self.texts.push(&source.id)?,
            publisher: self.texts.intern(&source.publisher)?,
            title: self.texts.push(&source.title)?,
            url: self.texts.intern_optional(source.url.as_deref())?,
            licence: self.texts.intern_optional(source.licence.as_deref())?,
            published_on: PackedDate::of(source.published_on),
            recorded: self.recorded(recorded)?,
            older,
        })
    }

    /// Converts a version of an entity to a row. Its `properties` are JSON text.
    pub(in crate::graph) fn entity(
        &mut self,
        entity: &Entity,
        properties: Option<&str>,
        recorded: VersionSpan,
        (older, merged_into): (Span, EntityIx),
    ) -> Result<EntityRow, Error> {
        let names = count("names", self.columns.names.len() + entity.names.len())?;
        let names_count = count_u16("names of one entity", entity.names.len())?;
        for name in &entity.names {
            let row = NameRow {
                text: self.texts.push(&name.text)?,
                language: self.texts.intern_optional(name.language.as_deref())?,
                script: self.texts.intern_optional(name.script.as_deref())?,
                kind: name.kind,
            };
            self.columns.names.push(row);
        }
        let identifiers = count("identifiers", self.columns.identifiers.len() + entity.identifiers.len())?;
        let identifiers_count = count_u16("identifiers of one entity", entity.identifiers.len())?;
        for identifier in &entity.identifiers {
            let row = IdentifierRow {
                scheme: self.texts.intern(&identifier.scheme)?,
                value: self.texts.push(&identifier.value)?,
            };
            self.columns.identifiers.push(row);
        }
        let extra = EntityExtra {
            description: self.texts.intern_optional(entity.description.as_deref())?,
            website: self.texts.intern_optional(entity.website.as_deref())?,
            dissolved: PackedDate::of(entity.dissolved),
            starts_on: PackedDate::of(entity.starts_on),
            ends_on: PackedDate::of(entity.ends_on),
            older: if older.len == 0 { Span::NONE } else { older },
            merged_into: self.entity_reference(merged_into)?,
        };
        Ok(EntityRow {
            id: self.texts.push(&entity.id)?,
            name: self.texts.push(&entity.name)?,
            country: self.texts.intern_optional(entity.country.as_deref())?,
            properties: self.cold.push_optional(properties)?,
            names: names - u32::from(names_count),
            identifiers: identifiers - u32::from(identifiers_count),
            founded: PackedDate::of(entity.founded),
            extra: self.entity_extra(extra)?,
            recorded: self.recorded(recorded)?,
            names_count,
            identifiers_count,
            kind: entity.kind,
            status: entity.status,
            undisclosed: entity.undisclosed,
        })
    }

    fn entity_extra(&mut self, extra: EntityExtra) -> Result<Rare, Error> {
        if extra == EntityExtra::NONE {
            return Ok(Rare::NONE);
        }
        let place = count("entities", self.columns.entity_extras.len())?;
        self.columns.entity_extras.push(extra);
        Ok(Rare(place))
    }

    /// Converts a version of a relationship to a row, and adds its statements with their `attributions`.
    pub(in crate::graph) fn relationship(
        &mut self,
        relationship: &Relationship,
        properties: Option<&str>,
        recorded: VersionSpan,
        (from, to, unknown): RowEnds,
        attributions: &[Attribution],
    ) -> Result<RelationshipRow, Error> {
        let extra = RelationshipExtra {
            role: self.texts.intern_optional(relationship.role.as_deref())?,
            properties: self.cold.push_optional(properties)?,
            share: self.share(relationship.share)?,
            amount: self.amount(relationship.amount.as_ref())?,
            components: self.components(&relationship.components)?,
            record: self.texts.intern_optional(relationship.record.as_deref())?,
            interest: relationship.interest,
            capabilities: relationship.capabilities.iter().copied().collect(),
        };
        let mut marks = marks(relationship);
        let id = match ids::key(relationship) {
            Some(key) => {
                marks |= Marks::DERIVED_ID;
                // Ordinals, dates and kinds of records are shared by many relationships; a source's own numbers are not.
                if key.len() <= KEY_BYTES {
                    self.texts.intern(key)?
                } else {
                    self.texts.push(key)?
                }
            }
            None => self.texts.push(&relationship.id)?,
        };
        let validity = relationship.validity;
        let end = validity.until().or(validity.stated_ended_by().map(PartialDate::from));
        Ok(RelationshipRow {
            id,
            from: self.entity_reference(from)?,
            to: self.entity_reference(to)?,
            evidence: self.statements(relationship, attributions)?,
            since: PackedDate::of(validity.since()),
            until: PackedDate::of(end),
            extra: self.relationship_extra(extra)?,
            recorded: self.recorded(recorded)?,
            unknown,
            kind: relationship.kind,
            status: relationship.status,
            marks: Marks(marks),
        })
    }

    /// The ids of components, one per line; they contain no line breaks.
    fn components(&mut self, ids: &[String]) -> Result<Text, Error> {
        match ids {
            [] => Ok(Text::NONE),
            ids => self.texts.push(&ids.join("\n")),
        }
    }

    fn relationship_extra(&mut self, extra: RelationshipExtra) -> Result<Rare, Error> {
        if extra == RelationshipExtra::NONE {
            return Ok(Rare::NONE);
        }
        let key = |extra: &RelationshipExtra| {
            let RelationshipExtra { role, properties, .. } = *extra;
            let figures = (extra.share, extra.amount, extra.interest);
            (
                role,
                properties,
                figures,
                extra.components,
                extra.record,
                extra.capabilities.bits(),
            )
        };
        let column = &mut self.columns.relationship_extras;
        intern_value(
            "relationships",
            &mut self.index.extras,
            &self.hasher,
            column,
            extra,
            key,
        )
    }

    /// Adds the statements of a relationship, or reuses equal ones of another.
    fn statements(&mut self, relationship: &Relationship, attributions: &[Attribution]) -> Result<Rare, Error> {
        let start = self.columns.evidence.len();
        if relationship.evidence.is_empty() {
            return Ok(Rare::NONE);
        }
        count("statements", start + relationship.evidence.len())?;
        let (mut all_derived, mut numbers) = (true, HashMap::new());
        for (statement, attribution) in relationship.evidence.iter().zip(attributions) {
            let number = numbers.entry(statement.source.as_str()).or_insert(0);
            *number += 1;
            let is_derived = statement.id == evidence_id(&relationship.id, &statement.source, *number);
            let id = match is_derived {
                true => Text::NONE,
                false => self.texts.push(&statement.id)?,
            };
            let row = self.statement(statement, id, *attribution)?;
            all_derived &= is_derived;
            self.columns.evidence.push(row);
        }
        if let Some(last) = self.columns.evidence.last_mut() {
            last.is_last = true;
        }
        let first = Rare(count("statements", start)?);
        if !all_derived {
            return Ok(first);
        }
        let (rows, hasher) = (&mut self.columns.evidence, &self.hasher);
        let run = |first: Rare| run(rows, at(first.0));
        let hash = hasher.hash_one(run(first));
        if let Some(equal) = self.index.runs.find(hash, |other| run(*other) == run(first)) {
            let equal = *equal;
            rows.truncate(start);
            return Ok(equal);
        }
        self.index
            .runs
            .insert_unique(hash, first, |other| hasher.hash_one(run(*other)));
        Ok(first)
    }

    fn statement(
        &mut self,
        statement: &Evidence,
        id: Text,
        (source, speaker): Attribution,
    ) -> Result<EvidenceRow, Error> {
        Ok(EvidenceRow {
            id,
            source: self.source_reference(source)?,
            speaker: self.entity_reference(speaker)?,
            locator: self.texts.intern_optional(statement.locator.as_deref())?,
            summary: self.texts.intern_optional(statement.summary.as_deref())?,
            share: self.share(statement.share)?,
            amount: self.amount(statement.amount.as_ref())?,
            confidence: self.confidence(statement.confidence)?,
            stated_on: PackedDate::of(statement.stated_on),
            stance: statement.stance,
            is_last: false,
        })
    }

    fn entity_reference(&mut self, ix: EntityIx) -> Result<ToEntity, Error> {
        if ix == EntityIx::NONE {
            return Ok(ToEntity::NONE);
        }
        match ix.base_row() {
            Some(row) => count_below("entities", at(row), FIRST_OUTSIDE).map(ToEntity::of_base),
            None => {
                let place = count_below("entities", self.columns.outside_entities.len(), FIRST_OUTSIDE - 1)?;
                self.columns.outside_entities.push(ix);
                Ok(ToEntity(FIRST_OUTSIDE + place))
            }
        }
    }

    fn source_reference(&mut self, ix: SourceIx) -> Result<ToSource, Error> {
        match ix.base_row() {
            Some(row) => count_below("sources", at(row), FIRST_OUTSIDE).map(ToSource::of_base),
            None => {
                let place = count_below("sources", self.columns.outside_sources.len(), FIRST_OUTSIDE - 1)?;
                self.columns.outside_sources.push(ix);
                Ok(ToSource(FIRST_OUTSIDE + place))
            }
        }
    }

    fn recorded(&mut self, recorded: VersionSpan) -> Result<Rare, Error> {
        let (index, column) = (&mut self.index.recorded, &mut self.columns.recorded);
        intern_value("record times", index, &self.hasher, column, recorded, |recorded| {
            *recorded
        })
    }

    fn share(&mut self, share: Option<Share>) -> Result<Rare, Error> {
        let Some(share) = share else { return Ok(Rare::NONE) };
        let key = |share: &Share| {
            let range = share.range;
            let ends = [range.min, range.max].map(f64::to_bits);
            (ends, range.min_inclusive, range.max_inclusive, share.of)
        };
        let (index, column) = (&mut self.index.shares, &mut self.columns.shares);
        intern_value("shares", index, &self.hasher, column, share, key)
    }

    fn amount(&mut self, amount: Option<&Amount>) -> Result<Rare, Error> {
        let Some(amount) = amount else { return Ok(Rare::NONE) };
        let row = AmountRow {
            value: amount.value,
            currency: amount.currency,
            of: self.texts.intern_optional(amount.of.as_deref())?,
        };
        let key = |row: &AmountRow| (row.value.to_bits(), row.currency, row.of);
        let (index, column) = (&mut self.index.amounts, &mut self.columns.amounts);
        intern_value("amounts", index, &self.hasher, column, row, key)
    }

    fn confidence(&mut self, confidence: Option<f64>) -> Result<Rare, Error> {
        let Some(confidence) = confidence else {
            return Ok(Rare::NONE);
        };
        let (index, column) = (&mut self.index.confidences, &mut self.columns.confidences);
        let key = |confidence: &f64| confidence.to_bits();
        intern_value("statements", index, &self.hasher, column, confidence, key)
    }
}

/// The flags of a relationship.
fn marks(relationship: &Relationship) -> u8 {
    let validity = relationship.validity;
    let marks = [
        (disputed(&relationship.evidence), Marks::DISPUTED),
        (relationship.directness == Directness::Direct, Marks::DIRECT),
        (relationship.directness == Directness::Indirect, Marks::INDIRECT),
        (validity.stated_ended_by().is_some(), Marks::ENDED_BY),
        (validity.is_contradictory(), Marks::CONTRADICTORY),
    ];
    marks
        .into_iter()
        .filter(|(holds, _)| *holds)
        .fold(0, |marks, (_, mark)| marks | mark)
}

/// The run of statements of a relationship that starts at `first`.
fn run(rows: &[EvidenceRow], first: usize) -> &[EvidenceRow] {
    let last = rows[first..].iter().position(|row| row.is_last);
    &rows[first..=first + last.unwrap_or_default()]
}

/// The position of a value in its column, to which it is added if missing.
fn intern_value<T: Copy, K: Hash + Eq>(
    noun: &'static str,
    index: &mut HashTable<Rare>,
    hasher: &DefaultHashBuilder,
    column: &mut Vec<T>,
    value: T,
    key: impl Fn(&T) -> K,
) -> Result<Rare, Error> {
    let value_key = key(&value);
    let hash = hasher.hash_one(&value_key);
    if let Some(existing) = index.find(hash, |place| key(&column[at(place.0)]) == value_key) {
        return Ok(*existing);
    }
    let place = Rare(count(noun, column.len())?);
    column.push(value);
    index.insert_unique(hash, place, |place| hasher.hash_one(key(&column[at(place.0)])));
    Ok(place)
}

fn count_u16(noun: &'static str, count: usize) -> Result<u16, Error> {
    u16::try_from(count).map_err(|_| Error::TooLarge {
        noun,
        max: u32::from(u16::MAX),
    })
}

/// The properties of a record as JSON text.
pub(in crate::graph) fn json_text(object: Option<&serde_json::Map<String, serde_json::Value>>) -> Option<String> {
    object.map(|object| serde_json::to_string(object).expect("a JSON object serializes"))
}
