//! Rows with the values they refer to: texts, rare values, and rows elsewhere.

pub(super) mod cold;
pub(super) mod ids;
pub(super) mod numbers;
pub(super) mod rows;
pub(super) mod text;

use self::{
    cold::ColdPool,
    numbers::at,
    rows::{
        AmountRow, EntityExtra, EntityRow, EvidenceRow, IdentifierRow, NameRow, Rare, RelationshipExtra,
        RelationshipRow, SourceRow, Span, ToEntity, ToSource, VersionSpan,
    },
    text::TextPool,
};
use super::ix::{EntityIx, SourceIx};
use crate::model::Share;

/// Rows and the values they refer to within the same columns.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) texts: TextPool,
    /// Properties.
    pub(super) cold: ColdPool,
    /// The distinct spans in which versions were known.
    pub(super) recorded: Vec<VersionSpan>,
    /// The latest version of each entity.
    pub(super) entities: Vec<EntityRow>,
    pub(super) older_entities: Vec<EntityRow>,
    pub(super) entity_extras: Vec<EntityExtra>,
    pub(super) names: Vec<NameRow>,
    pub(super) identifiers: Vec<IdentifierRow>,
    /// Every version of each relationship.
    pub(super) relationships: Vec<RelationshipRow>,
    pub(super) relationship_extras: Vec<RelationshipExtra>,
    /// The statements of relationships; equal runs of several relationships are stored once.
    pub(super) evidence: Vec<EvidenceRow>,
    /// The latest version of each source.
    pub(super) sources: Vec<SourceRow>,
    pub(super) older_sources: Vec<SourceRow>,
    pub(super) shares: Vec<Share>,
    pub(super) amounts: Vec<AmountRow>,
    pub(super) confidences: Vec<f64>,
    /// References of rows to rows outside the base.
    pub(super) outside_entities: Vec<EntityIx>,
    pub(super) outside_sources: Vec<SourceIx>,
}

impl Columns {
    /// The span in which a version was known, as recorded.
    pub(super) fn recorded(&self, recorded: Rare) -> VersionSpan {
        self.recorded[at(recorded.0)]
    }

    /// The entity that a row refers to; [`EntityIx::NONE`] if none.
    pub(super) fn entity(&self, to: ToEntity) -> EntityIx {
        match to.base_row() {
            Some(row) => EntityIx::of_base(row),
            None => to
                .outside_place()
                .map_or(EntityIx::NONE, |place| self.outside_entities[at(place)]),
        }
    }

    /// The source that a row refers to.
    pub(super) fn source(&self, to: ToSource) -> SourceIx {
        match to.base_row() {
            Some(row) => SourceIx::of_base(row),
            None => self.outside_sources[at(to.outside_place().expect("every statement has a source"))],
        }
    }

    /// The rarely used fields of an entity.
    pub(super) fn entity_extra(&self, row: &EntityRow) -> EntityExtra {
        row.extra.of(&self.entity_extras).copied().unwrap_or(EntityExtra::NONE)
    }

    /// The versions of an entity before its latest, oldest first.
    pub(super) fn older_entities(&self, row: &EntityRow) -> &[EntityRow] {
        let extra = row.extra.of(&self.entity_extras);
        extra.map_or(&[], |extra| extra.older.of(&self.older_entities))
    }

    /// The entity that another one was merged into, if that is why it was retracted.
    pub(super) fn merged_into(&self, row: &EntityRow) -> Option<EntityIx> {
        let extra = row.extra.of(&self.entity_extras)?;
        self.entity(extra.merged_into).to_option()
    }

    /// The other names of an entity.
    pub(super) fn names(&self, row: &EntityRow) -> &[NameRow] {
        let (start, len) = (row.names, u32::from(row.names_count));
        Span { start, len }.of(&self.names)
    }

    /// The identifiers of an entity.
    pub(super) fn identifiers(&self, row: &EntityRow) -> &[IdentifierRow] {
        let (start, len) = (row.identifiers, u32::from(row.identifiers_count));
        Span { start, len }.of(&self.identifiers)
    }

    /// The rarely used fields of a relationship.
    pub(super) fn relationship_extra(&self, row: &RelationshipRow) -> RelationshipExtra {
        let extra = row.extra.of(&self.relationship_extras).copied();
        extra.unwrap_or(RelationshipExtra::NONE)
    }

    /// The statements of a relationship, in the order of the data.
    pub(super) fn statements(&self, row: &RelationshipRow) -> &[EvidenceRow] {
        if row.evidence == Rare::NONE {
            return &[];
        }
        let from_first = &self.evidence[at(row.evidence.0)..];
        let last = from_first.iter().position(|statement| statement.is_last);
        &from_first[..=last.expect("every run of statements has a last one")]
    }
}
