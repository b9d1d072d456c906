//! From model values to rows: each record becomes a row, its texts go to the pool. References are rows already.

use super::{
    Error,
    rows::{
        AmountRow, EntityIx, EntityRow, EvidenceRow, IdentifierRow, NameRow, Rare, RareColumns, Recorded,
        RelationshipRow, SourceIx, SourceRow, Span,
    },
    text::{Text, TextPool, TextPoolBuilder},
};
use crate::model::{Amount, Entity, Evidence, Relationship, Share, Source, UnknownReason, disputed};

/// Rows and their texts. References to texts, names, statements and rare values lead within the same columns.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) texts: TextPool,
    /// The latest version of each.
    pub(super) entities: Vec<EntityRow>,
    pub(super) older_entities: Vec<EntityRow>,
    pub(super) names: Vec<NameRow>,
    pub(super) identifiers: Vec<IdentifierRow>,
    /// Every version of each.
    pub(super) relationships: Vec<RelationshipRow>,
    pub(super) evidence: Vec<EvidenceRow>,
    /// The latest version of each.
    pub(super) sources: Vec<SourceRow>,
    pub(super) older_sources: Vec<SourceRow>,
    pub(super) rare: RareColumns,
}

/// The columns made so far; their texts are still being gathered.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) texts: TextPoolBuilder,
    pub(super) columns: Columns,
}

impl Rows {
    /// The finished columns.
    pub(super) fn finish(self) -> Columns {
        Columns {
            texts: self.texts.finish(),
            ..self.columns
        }
    }

    pub(super) fn source(&mut self, source: &Source, recorded: Recorded, older: Span) -> Result<SourceRow, Error> {
        Ok(SourceRow {
            recorded,
            older,
            id: self.texts.push(&source.id)?,
            publisher: self.texts.intern(&source.publisher)?,
            title: self.texts.push(&source.title)?,
            url: self.texts.intern_optional(source.url.as_deref())?,
            licence: self.texts.intern_optional(source.licence.as_deref())?,
            published_on: source.published_on,
        })
    }

    pub(super) fn entity(
        &mut self,
        entity: &Entity,
        recorded: Recorded,
        (older, merged_into): (Span, EntityIx),
    ) -> Result<EntityRow, Error> {
        let names = Span {
            start: count("names", self.columns.names.len())?,
            len: count("names", entity.names.len())?,
        };
        for name in &entity.names {
            self.columns.names.push(NameRow {
                text: self.texts.push(&name.text)?,
                language: self.texts.intern_optional(name.language.as_deref())?,
                script: self.texts.intern_optional(name.script.as_deref())?,
                kind: name.kind,
            });
        }
        let identifiers = Span {
            start: count("identifiers", self.columns.identifiers.len())?,
            len: count("identifiers", entity.identifiers.len())?,
        };
        for identifier in &entity.identifiers {
            self.columns.identifiers.push(IdentifierRow {
                scheme: self.texts.intern(&identifier.scheme)?,
                value: self.texts.push(&identifier.value)?,
            });
        }
        Ok(EntityRow {
            recorded,
            older,
            merged_into,
            id: self.texts.push(&entity.id)?,
            name: self.texts.push(&entity.name)?,
            description: self.texts.intern_optional(entity.description.as_deref())?,
            website: self.texts.intern_optional(entity.website.as_deref())?,
            properties: json_text(&mut self.texts, entity.properties.as_ref())?,
            country: self.texts.intern_optional(entity.country.as_deref())?,
            names,
            identifiers,
            founded: entity.founded,
            dissolved: entity.dissolved,
            starts_on: entity.starts_on,
            ends_on: entity.ends_on,
            kind: entity.kind,
            status: entity.status,
        })
    }

    pub(super) fn relationship(
        &mut self,
        relationship: &Relationship,
        recorded: Recorded,
        (from, to, unknown): (EntityIx, EntityIx, Option<UnknownReason>),
        start: u32,
    ) -> Result<RelationshipRow, Error> {
        Ok(RelationshipRow {
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
            recorded,
            validity: relationship.validity,
            capabilities: relationship.capabilities.iter().copied().collect(),
            unknown,
            kind: relationship.kind,
            status: relationship.status,
            disputed: disputed(&relationship.evidence),
        })
    }

    pub(super) fn add_statement(
        &mut self,
        statement: &Evidence,
        source: SourceIx,
        speaker: EntityIx,
    ) -> Result<(), Error> {
        let row = EvidenceRow {
            id: self.texts.push(&statement.id)?,
            source,
            speaker,
            locator: self.texts.intern_optional(statement.locator.as_deref())?,
            summary: self.texts.intern_optional(statement.summary.as_deref())?,
            share: self.share(statement.share)?,
            amount: self.amount(statement.amount.as_ref())?,
            stated_on: statement.stated_on,
            confidence: statement.confidence,
            stance: statement.stance,
        };
        self.columns.evidence.push(row);
        Ok(())
    }

    fn share(&mut self, share: Option<Share>) -> Result<Rare, Error> {
        let Some(share) = share else { return Ok(Rare::NONE) };
        self.columns.rare.shares.push(share);
        count("shares", self.columns.rare.shares.len() - 1).map(Rare)
    }

    fn amount(&mut self, amount: Option<&Amount>) -> Result<Rare, Error> {
        let Some(amount) = amount else { return Ok(Rare::NONE) };
        let of = self.texts.intern_optional(amount.of.as_deref())?;
        self.columns.rare.amounts.push(AmountRow {
            value: amount.value,
            currency: amount.currency,
            of,
        });
        count("amounts", self.columns.rare.amounts.len() - 1).map(Rare)
    }
}

/// A number of rows, as long as it fits.
pub(super) fn count(noun: &'static str, count: usize) -> Result<u32, Error> {
    // The largest number stands for "none" in rows.
    let fits = u32::try_from(count).ok().filter(|count| *count < u32::MAX);
    fits.ok_or(Error::TooLarge {
        noun,
        max: u32::MAX - 1,
    })
}

fn json_text(
    texts: &mut TextPoolBuilder,
    object: Option<&serde_json::Map<String, serde_json::Value>>,
) -> Result<Text, Error> {
    let text = object.map(|object| serde_json::Value::Object(object.clone()).to_string());
    texts.intern_optional(text.as_deref())
}
