//! What mutations take: relationships and statements. A field that is left out stays as it is; null empties it.

use async_graphql::{InputObject, MaybeUndefined};

use super::records::{SourceInput, date, expected, json, key, patch, same};
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

/// A share in percent: exact, as text, or by its bounds.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct ShareInput {
    /// One percentage, within 0 and 100.
    exact: Option<f64>,
    /// The low end of a range. Default: 0.
    min: Option<f64>,
    /// The high end of a range. Default: 100.
    max: Option<f64>,
    /// Whether the low end itself is possible. Default: true.
    min_inclusive: Option<bool>,
    /// Whether the high end itself is possible. Default: true.
    max_inclusive: Option<bool>,
    /// The range as tables write it: `48`, `20..25`, `>50..100`.
    text: Option<String>,
    /// What it is a share of. Default: CAPITAL, for CONTROLS: VOTES; of a statement: the same as the relationship's.
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
    /// In units of the currency, not negative.
    value: f64,
    /// ISO 4217, such as USD.
    currency: String,
    /// What it is of, in words; only amounts of the same are compared.
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
    /// Its id; the statement with this id is written over. Left out: derived from the relationship and the source.
    id: Option<NodeKey>,
    /// The id of a source that is known. Excludes `source`.
    source_id: Option<NodeKey>,
    /// The source, created or updated beside the statement. Excludes `sourceId`.
    source: Option<SourceInput>,
    /// Where in the source: page, paragraph, row.
    locator: Option<String>,
    /// For or against the claim.
    #[graphql(default_with = "Member(Stance::Asserts)")]
    stance: Member<Stance>,
    /// Whom the source quotes.
    speaker: Option<EntityBy>,
    /// When it was said, where that is not the source's date.
    stated_on: Option<PartialDate>,
    /// What it says, in your words.
    summary: Option<String>,
    /// The share, where this source gives its own figure.
    share: Option<ShareInput>,
    /// The amount, where this source gives its own figure.
    amount: Option<AmountInput>,
    /// From 0 (none) to 1 (full), where sources are rated.
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
            speaker: input.speaker.map(key),
            stated_on: input.stated_on.map(date),
            summary: input.summary,
            share: input.share.map(Into::into),
            amount: input.amount.map(Into::into),
            confidence: input.confidence,
        }
    }
}

/// A relationship to be created or updated. A field that is left out stays as it is; null empties it.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RelationshipInput {
    /// Which relationship is meant. Left out: the one with the id `rel:from:KIND:to:key`, its parts percent-encoded.
    id: Option<NodeKey>,
    /// What is claimed. Needed for a new one or without an id; never changes.
    kind: Option<Member<RelationshipKind>>,
    /// The entity the sentence starts with. Needed for a new one or without an id, unless it is unknown; never changes.
    from: Option<EntityBy>,
    /// The entity the sentence ends with. Needed for a new one or without an id, unless it is unknown; never changes.
    to: Option<EntityBy>,
    /// Why one end is unknown, where `from` or `to` is left out.
    unknown_reason: Option<Member<UnknownReason>>,
    /// The last part of a derived id, which tells apart several of one kind between the same ends. Default: `since` as given,
    /// else 1.
    key: Option<String>,
    /// In the source's words, such as "executive chairman".
    role: MaybeUndefined<String>,
    /// How firm the claim is. A new one is ACTIVE unless it says otherwise; null is UNKNOWN.
    status: MaybeUndefined<Member<RelationshipStatus>>,
    /// The first day it held.
    since: MaybeUndefined<PartialDate>,
    /// The first day on which it no longer held. Replaces `endedBy`.
    until: MaybeUndefined<PartialDate>,
    /// The day on which it was over at the latest, where nobody says when it ended. Excludes `until`.
    ended_by: MaybeUndefined<Date>,
    /// The share held, for OWNS and CONTROLS.
    share: MaybeUndefined<ShareInput>,
    /// The type of interest, for OWNS and CONTROLS.
    interest: MaybeUndefined<Member<Interest>>,
    /// Whether it is held directly or through others, for OWNS and CONTROLS. Null is UNKNOWN.
    directness: MaybeUndefined<Member<Directness>>,
    /// The ids of the relationships that an indirect one is made up of: all of them. For OWNS and CONTROLS.
    components: MaybeUndefined<Vec<NodeKey>>,
    /// The amount paid or lent.
    amount: MaybeUndefined<AmountInput>,
    /// What is offered, for SERVES: all of it.
    capabilities: MaybeUndefined<Vec<Member<Capability>>>,
    /// What the data carries beyond this: a JSON object, in place of the one known.
    properties: MaybeUndefined<Json>,
    /// What sources say: added to what they said so far. A new relationship needs at least one statement.
    evidence: Option<Vec<EvidenceInput>>,
    /// The version it must have, or CONFLICT; 0 when there must be none yet.
    expected_version: Option<i32>,
}

impl RelationshipInput {
    /// How many statements it carries.
    pub(super) fn statements(&self) -> usize {
        self.evidence.as_ref().map_or(0, Vec::len)
    }
}

impl From<RelationshipInput> for RelationshipEdit {
    fn from(input: RelationshipInput) -> Self {
        let capabilities = |listed: Vec<Member<Capability>>| listed.into_iter().map(|member| member.0).collect();
        Self {
            id: input.id.map(|id| id.0),
            kind: input.kind.map(|kind| kind.0),
            from: input.from.map(key),
            to: input.to.map(key),
            unknown_reason: input.unknown_reason.map(|reason| reason.0),
            key: input.key,
            role: patch(input.role, same),
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
            expected_version: expected(input.expected_version),
        }
    }
}

/// A statement for a relationship that is known.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct AddedEvidenceInput {
    /// The id of the relationship.
    relationship_id: NodeKey,
    /// The statement.
    statement: EvidenceInput,
    /// The version the relationship must have, or CONFLICT.
    expected_version: Option<i32>,
}

impl From<AddedEvidenceInput> for EvidenceAddition {
    fn from(input: AddedEvidenceInput) -> Self {
        Self {
            relationship: input.relationship_id.0,
            evidence: input.statement.into(),
            expected_version: expected(input.expected_version),
        }
    }
}
