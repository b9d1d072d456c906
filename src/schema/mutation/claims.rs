//! The inputs of mutations: relationships and statements. An omitted field stays unchanged; null clears it.

use std::convert::identity;

use async_graphql::{InputObject, MaybeUndefined};

use super::records::{SourceInput, date, entity_key, expected_version, json, patch};
use crate::{
    edit::{AmountEdit, EvidenceAddition, EvidenceEdit, RelationshipEdit, ShareEdit},
    model::{Capability, Directness, Interest, RelationshipKind, RelationshipStatus, ShareOf, Stance, UnknownReason},
    schema::{
        query::root::EntityBy,
        values::{
            enums::Member,
            node_key::NodeKey,
            scalars::{Date, Json, PartialDate},
        },
    },
};

/// A share in percent: one percentage, a text, or a range.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct ShareInput {
    /// One percentage, from 0 to 100.
    exact: Option<f64>,
    /// The low end of a range. Default: 0.
    min: Option<f64>,
    /// The high end of a range. Default: 100.
    max: Option<f64>,
    /// Whether the range includes its low end. Default: true.
    min_inclusive: Option<bool>,
    /// Whether the range includes its high end. Default: true.
    max_inclusive: Option<bool>,
    /// The share in the notation of tables: `48`, `20..25`, `>50..100`.
    text: Option<String>,
    /// What it is a share of. Default: CAPITAL, or VOTES for CONTROLS; in a statement, the same as in its relationship.
    of: Option<Member<ShareOf>>,
}

impl From<ShareInput> for ShareEdit {
    fn from(input: ShareInput) -> Self {
        Self {
            exact: input.exact,
            min: input.min,
            max: input.max,
            min_inclusive: input.min_inclusive,
            max_inclusive: input.max_inclusive,
            text: input.text,
            of: input.of.map(|of| of.0),
        }
    }
}

/// An amount of money.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct AmountInput {
    /// The value in units of the currency, 0 or more.
    value: f64,
    /// The currency (ISO 4217), such as `USD`.
    currency: String,
    /// What the amount is of, in words. Only amounts with the same text are compared.
    of: Option<String>,
}

impl From<AmountInput> for AmountEdit {
    fn from(input: AmountInput) -> Self {
        Self {
            value: input.value,
            currency: input.currency,
            of: input.of,
        }
    }
}

/// A statement of one source about a relationship.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EvidenceInput {
    /// Its id; an existing statement with this id is overwritten. Default: derived from the relationship and the source.
    id: Option<NodeKey>,
    /// The id of an existing source. Cannot be combined with `source`.
    source_id: Option<NodeKey>,
    /// The source, created or updated together with the statement. Cannot be combined with `sourceId`.
    source: Option<SourceInput>,
    /// The place in the source: page, paragraph, row.
    locator: Option<String>,
    /// Whether the statement is for, against or about the claim.
    #[graphql(default_with = "Member(Stance::Asserts)")]
    stance: Member<Stance>,
    /// The entity that the source quotes.
    speaker: Option<EntityBy>,
    /// When the statement was made, if that is not the date of the source.
    stated_on: Option<PartialDate>,
    /// A summary of the statement, in your words.
    summary: Option<String>,
    /// The share, if this source gives a figure of its own.
    share: Option<ShareInput>,
    /// The amount, if this source gives a figure of its own.
    amount: Option<AmountInput>,
    /// The confidence in the statement, from 0 (none) to 1 (full).
    confidence: Option<f64>,
}

impl From<EvidenceInput> for EvidenceEdit {
    fn from(input: EvidenceInput) -> Self {
        Self {
            id: input.id.map(|id| id.0),
            source_id: input.source_id.map(|id| id.0),
            source: input.source.map(Into::into),
            locator: input.locator,
            stance: input.stance.0,
            speaker: input.speaker.map(entity_key),
            stated_on: input.stated_on.map(date),
            summary: input.summary,
            share: input.share.map(Into::into),
            amount: input.amount.map(Into::into),
            confidence: input.confidence,
        }
    }
}

/// A relationship to create or update. An omitted field stays unchanged; null clears it.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RelationshipInput {
    /// The id of the relationship. Default: `rel:from:KIND:to:key`, with its parts percent-encoded.
    id: Option<NodeKey>,
    /// The kind of relationship. Required without an id and for a new relationship; cannot be changed.
    kind: Option<Member<RelationshipKind>>,
    /// The start: the subject of the sentence `from KIND to`. Required without an id and for a new relationship, unless unknown;
    /// cannot be changed.
    from: Option<EntityBy>,
    /// The end: the object of the sentence `from KIND to`. Required without an id and for a new relationship, unless unknown;
    /// cannot be changed.
    to: Option<EntityBy>,
    /// Why one end is unknown, if `from` or `to` is omitted.
    unknown_reason: Option<Member<UnknownReason>>,
    /// The last part of a derived id, which distinguishes several relationships of one kind between the same ends. Default:
    /// `since` as given, or else `1`.
    key: Option<String>,
    /// The role in the words of the source, such as "executive chairman".
    role: MaybeUndefined<String>,
    /// How firm the claim is. Default for a new relationship: ACTIVE. Null means UNKNOWN.
    status: MaybeUndefined<Member<RelationshipStatus>>,
    /// The first day on which it held.
    since: MaybeUndefined<PartialDate>,
    /// The first day on which it no longer held. Replaces `endedBy`.
    until: MaybeUndefined<PartialDate>,
    /// A day on which it had already ended, if no source states when it ended. Cannot be combined with `until`.
    ended_by: MaybeUndefined<Date>,
    /// The share, for OWNS and CONTROLS.
    share: MaybeUndefined<ShareInput>,
    /// The type of interest, for OWNS and CONTROLS.
    interest: MaybeUndefined<Member<Interest>>,
    /// Whether the interest is held directly or through others, for OWNS and CONTROLS. Null means UNKNOWN.
    directness: MaybeUndefined<Member<Directness>>,
    /// The ids of all relationships that an indirect one consists of, for OWNS and CONTROLS. Replaces the current list.
    components: MaybeUndefined<Vec<NodeKey>>,
    /// The amount paid or lent.
    amount: MaybeUndefined<AmountInput>,
    /// All capabilities offered, for SERVES. Replaces the current list.
    capabilities: MaybeUndefined<Vec<Member<Capability>>>,
    /// Further properties, as a JSON object. Replaces the current object.
    properties: MaybeUndefined<Json>,
    /// Statements to add to the existing ones. A new relationship requires at least one.
    evidence: Option<Vec<EvidenceInput>>,
    /// The current version that is expected, 0 if the record must not exist yet; any other version is a CONFLICT.
    expected_version: Option<i32>,
}

impl RelationshipInput {
    /// The number of its statements.
    pub(super) fn statements(&self) -> usize {
        self.evidence.as_ref().map_or(0, Vec::len)
    }
}

impl From<RelationshipInput> for RelationshipEdit {
    fn from(input: RelationshipInput) -> Self {
        let capabilities = |members: Vec<Member<Capability>>| members.into_iter().map(|member| member.0).collect();
        Self {
            id: input.id.map(|id| id.0),
            kind: input.kind.map(|kind| kind.0),
            from: input.from.map(entity_key),
            to: input.to.map(entity_key),
            unknown_reason: input.unknown_reason.map(|reason| reason.0),
            key: input.key,
            role: patch(input.role, identity),
            status: patch(input.status, |status| status.0),
            since: patch(input.since, date),
            until: patch(input.until, date),
            ended_by: patch(input.ended_by, |day| day.0),
            share: patch(input.share, Into::into),
            interest: patch(input.interest, |interest| interest.0),
            directness: patch(input.directness, |directness| directness.0),
            components: patch(input.components, |ids| ids.into_iter().map(|NodeKey(id)| id).collect()),
            amount: patch(input.amount, Into::into),
            capabilities: patch(input.capabilities, capabilities),
            properties: patch(input.properties, json),
            evidence: input.evidence.into_iter().flatten().map(Into::into).collect(),
            expected_version: expected_version(input.expected_version),
        }
    }
}

/// A statement about an existing relationship.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct AddedEvidenceInput {
    /// The id of the relationship.
    relationship_id: NodeKey,
    /// The statement.
    statement: EvidenceInput,
    /// The current version of the relationship that is expected; any other version is a CONFLICT.
    expected_version: Option<i32>,
}

impl From<AddedEvidenceInput> for EvidenceAddition {
    fn from(input: AddedEvidenceInput) -> Self {
        Self {
            relationship: input.relationship_id.0,
            evidence: input.statement.into(),
            expected_version: expected_version(input.expected_version),
        }
    }
}
