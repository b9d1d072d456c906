//! Relationships: typed, directed, dated claims that two entities are connected.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{
    Amount, Directness, Evidence, Interest, Invalid, PartialDate, Share, ShareOf, Stance, StatementPeriod, Validity,
    catalog::catalog, records::serialized,
};

catalog! {
    /// The family of a relationship kind.
    pub enum RelationshipCategory as "a relationship category" {
        /// Who owns or consolidates whom.
        Ownership = "OWNERSHIP",
        /// Who decides, whatever they own.
        Control = "CONTROL",
        /// Who holds which office or belongs to what.
        Role = "ROLE",
        /// Who does business with whom.
        Commerce = "COMMERCE",
        /// Who paid or lent to whom.
        Finance = "FINANCE",
        /// Where something is.
        Place = "PLACE",
        /// What followed what.
        Succession = "SUCCESSION",
    }
}

catalog! {
    /// The kind of a claim. `from KIND to` reads as a sentence.
    pub enum RelationshipKind as "a relationship kind" {
        /// from holds a share of to.
        Owns = "OWNS",
        /// from is the accounting parent of to; never a share. The role "ultimate accounting parent" states that it is the
        /// ultimate one.
        Consolidates = "CONSOLIDATES",
        /// to is a branch of from.
        HasBranch = "HAS_BRANCH",
        /// from manages the fund to.
        ManagesFund = "MANAGES_FUND",
        /// to is a subfund of from.
        HasSubfund = "HAS_SUBFUND",
        /// from is a feeder fund of to.
        Feeds = "FEEDS",
        /// from controls to by votes, appointments or other influence.
        Controls = "CONTROLS",
        /// from is an officer of to.
        OfficerOf = "OFFICER_OF",
        /// from works for to.
        EmployedBy = "EMPLOYED_BY",
        /// from is a member of to.
        MemberOf = "MEMBER_OF",
        /// from acts for to.
        Represents = "REPRESENTS",
        /// The two are family, associates or otherwise related. Symmetric.
        RelatedTo = "RELATED_TO",
        /// The two work together. Symmetric.
        PartnersWith = "PARTNERS_WITH",
        /// The two compete. Symmetric.
        CompetesWith = "COMPETES_WITH",
        /// from supplies to.
        Supplies = "SUPPLIES",
        /// from runs to, a service or an event.
        Operates = "OPERATES",
        /// from accepts to, a service, from its customers.
        Accepts = "ACCEPTS",
        /// from carries out deliveries for to.
        DeliversFor = "DELIVERS_FOR",
        /// from takes part in to, an event or a market.
        ParticipatesIn = "PARTICIPATES_IN",
        /// from offers its capabilities in to, a place or a market.
        Serves = "SERVES",
        /// from paid to.
        Paid = "PAID",
        /// from lent to to.
        LentTo = "LENT_TO",
        /// from has its seat in to.
        BasedIn = "BASED_IN",
        /// from lies in to, or has premises there.
        LocatedIn = "LOCATED_IN",
        /// to took the place of from.
        SucceededBy = "SUCCEEDED_BY",
    }
}

/// The role of a CONSOLIDATES whose `from` is stated to be the ultimate accounting parent.
pub const ULTIMATE_PARENT_ROLE: &str = "ultimate accounting parent";

impl RelationshipKind {
    /// The family it belongs to.
    #[must_use]
    pub fn category(self) -> RelationshipCategory {
        use RelationshipCategory as Category;
        match self {
            Self::Owns | Self::Consolidates | Self::HasBranch | Self::ManagesFund | Self::HasSubfund | Self::Feeds => {
                Category::Ownership
            }
            Self::Controls => Category::Control,
            Self::OfficerOf | Self::EmployedBy | Self::MemberOf | Self::Represents | Self::RelatedTo => Category::Role,
            Self::PartnersWith
            | Self::CompetesWith
            | Self::Supplies
            | Self::Operates
            | Self::Accepts
            | Self::DeliversFor
            | Self::ParticipatesIn
            | Self::Serves => Category::Commerce,
            Self::Paid | Self::LentTo => Category::Finance,
            Self::BasedIn | Self::LocatedIn => Category::Place,
            Self::SucceededBy => Category::Succession,
        }
    }

    /// Whether it is the same in both directions; stored once, found from both ends.
    #[must_use]
    pub fn is_symmetric(self) -> bool {
        matches!(self, Self::RelatedTo | Self::PartnersWith | Self::CompetesWith)
    }

    /// The default basis of its share; `None` for kinds without a share.
    #[must_use]
    pub fn share_basis(self) -> Option<ShareOf> {
        match self {
            Self::Owns => Some(ShareOf::Capital),
            Self::Controls => Some(ShareOf::Votes),
            _ => None,
        }
    }

    /// Whether it is an interest in a company, with a type, a directness and components.
    #[must_use]
    pub fn is_interest(self) -> bool {
        matches!(self, Self::Owns | Self::Controls)
    }

    /// Whether its share may have the basis `of`: control is given by a share of the votes.
    #[must_use]
    pub fn takes_share_of(self, of: ShareOf) -> bool {
        match self {
            Self::Owns => true,
            kind => kind.share_basis() == Some(of),
        }
    }
}

catalog! {
    /// How firm a claim is. *Ended* is not a status: it is an `until` in the past, or `endedBy` if no source states when.
    pub enum RelationshipStatus as "a relationship status" {
        /// It is rumoured.
        Rumoured = "RUMOURED",
        /// A third party reports it, unconfirmed.
        Reported = "REPORTED",
        /// A party has announced it: agreed, not yet in effect.
        Announced = "ANNOUNCED",
        /// A party intends it.
        Planned = "PLANNED",
        /// It is in effect.
        Active = "ACTIVE",
        /// It is interrupted.
        Suspended = "SUSPENDED",
        /// The claim, plan or announcement was withdrawn.
        Withdrawn = "WITHDRAWN",
        /// The claim has been shown to be wrong.
        Refuted = "REFUTED",
        /// The source does not state how firm it is.
        Unknown = "UNKNOWN",
    }
}

catalog! {
    /// A capability of a service for a shopper or a merchant.
    pub enum Capability as "a capability" {
        /// Taking payment.
        Payment = "PAYMENT",
        /// Moving goods to the shopper.
        Logistics = "LOGISTICS",
        /// Clearing customs.
        Customs = "CUSTOMS",
        /// Bringing the offer to shoppers.
        Marketing = "MARKETING",
    }
}

catalog! {
    /// Why an end of a relationship is not known.
    pub enum UnknownReason as "a reason why an end is unknown" {
        /// It is controlled by natural persons without a legal entity between.
        NaturalPersons = "NATURAL_PERSONS",
        /// The parent is not obliged to consolidate.
        NonConsolidating = "NON_CONSOLIDATING",
        /// No person is known to own or control it.
        NoKnownPerson = "NO_KNOWN_PERSON",
        /// The parent has no LEI.
        NoLei = "NO_LEI",
        /// The relationship is not public.
        NonPublic = "NON_PUBLIC",
        /// Binding legal commitments prevent disclosure.
        BindingLegalCommitments = "BINDING_LEGAL_COMMITMENTS",
        /// Legal obstacles prevent disclosure.
        LegalObstacles = "LEGAL_OBSTACLES",
        /// Consent to disclose was not obtained.
        ConsentNotObtained = "CONSENT_NOT_OBTAINED",
        /// Detriment from disclosure cannot be excluded.
        DetrimentNotExcluded = "DETRIMENT_NOT_EXCLUDED",
        /// The source gives no reason.
        Unspecified = "UNSPECIFIED",
    }
}

impl UnknownReason {
    /// The reason in words, as part of a sentence.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::NaturalPersons => "natural persons without a legal entity between",
            Self::NonConsolidating => "the parent need not consolidate",
            Self::NoKnownPerson => "no person is known to own or control it",
            Self::NoLei => "the parent has no LEI",
            Self::NonPublic => "the relationship is not public",
            Self::BindingLegalCommitments => "binding legal commitments prevent disclosure",
            Self::LegalObstacles => "legal obstacles prevent disclosure",
            Self::ConsentNotObtained => "consent to disclose was not obtained",
            Self::DetrimentNotExcluded => "detriment from disclosure cannot be excluded",
            Self::Unspecified => "no reason is given",
        }
    }
}

/// The two ends of a relationship, by entity id. At most one is unknown, with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredEnds", into = "StoredEnds")]
pub enum Ends {
    /// Both are known.
    Known {
        /// The id of the entity the sentence starts with.
        from: String,
        /// The id of the entity it ends with.
        to: String,
    },
    /// The start is not disclosed.
    UnknownFrom {
        /// The id of the known end.
        to: String,
        /// Why the other is unknown.
        reason: UnknownReason,
    },
    /// The end is not disclosed.
    UnknownTo {
        /// The id of the known end.
        from: String,
        /// Why the other is unknown.
        reason: UnknownReason,
    },
}

impl Ends {
    /// The ids of the ends that are known, the start first.
    pub fn known(&self) -> impl Iterator<Item = &str> {
        let (from, to) = match self {
            Self::Known { from, to } => (Some(from), Some(to)),
            Self::UnknownFrom { to, .. } => (None, Some(to)),
            Self::UnknownTo { from, .. } => (Some(from), None),
        };
        from.into_iter().chain(to).map(String::as_str)
    }
}

/// The ends as stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredEnds {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown: Option<UnknownReason>,
}

impl TryFrom<StoredEnds> for Ends {
    type Error = Invalid;

    fn try_from(stored: StoredEnds) -> Result<Self, Invalid> {
        match (stored.from, stored.to, stored.unknown) {
            (Some(from), Some(to), None) => Ok(Self::Known { from, to }),
            (None, Some(to), Some(reason)) => Ok(Self::UnknownFrom { to, reason }),
            (Some(from), None, Some(reason)) => Ok(Self::UnknownTo { from, reason }),
            _ => Err(Invalid::new(
                "ends",
                "two entities, or one and the reason why the other is unknown",
            )),
        }
    }
}

impl From<Ends> for StoredEnds {
    fn from(ends: Ends) -> Self {
        let (from, to, unknown) = match ends {
            Ends::Known { from, to } => (Some(from), Some(to), None),
            Ends::UnknownFrom { to, reason } => (None, Some(to), Some(reason)),
            Ends::UnknownTo { from, reason } => (Some(from), None, Some(reason)),
        };
        Self { from, to, unknown }
    }
}

/// A typed, directed, dated claim that two entities are connected; never without evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relationship {
    /// Unique among all nodes.
    pub id: String,
    /// The kind of the claim.
    pub kind: RelationshipKind,
    /// Its two entities.
    pub ends: Ends,
    /// In the source's words: "executive chairman".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// How firm it is.
    pub status: RelationshipStatus,
    /// When it held; for RUMOURED to PLANNED, when the claim was current.
    #[serde(default = "Validity::open", skip_serializing_if = "Validity::is_open")]
    pub validity: Validity,
    /// For OWNS and CONTROLS: how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// For OWNS and CONTROLS: the type of interest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interest: Option<Interest>,
    /// Whether it is held directly or through others.
    #[serde(default = "Directness::unknown", skip_serializing_if = "Directness::is_unknown")]
    pub directness: Directness,
    /// The components of an indirect interest, in the order of the data: ids of relationships, or of their source records
    /// ([`Relationship::record`]). Some may not be recorded yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<String>,
    /// The source's own id of the record behind it; several relationships may come from one record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// For PAID, LENT_TO and purchases: how much money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// For SERVES: the capabilities offered there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
    /// Further properties from a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<Map<String, Value>>,
    /// The statements of its sources; at least one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// When it was recorded in the graph.
    #[serde(with = "serialized::moment")]
    pub recorded_at: Timestamp,
    /// When it was retracted, if it was.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "serialized::optional_moment"
    )]
    pub retracted_at: Option<Timestamp>,
}

impl Relationship {
    /// A claim in effect with only kind and ends. Its evidence must be added, and a commit sets the time when it was recorded.
    #[must_use]
    pub fn new(id: String, kind: RelationshipKind, ends: Ends) -> Self {
        Self {
            id,
            kind,
            ends,
            role: None,
            status: RelationshipStatus::Active,
            validity: Validity::OPEN,
            share: None,
            interest: None,
            directness: Directness::Unknown,
            components: Vec::new(),
            record: None,
            amount: None,
            capabilities: Vec::new(),
            properties: None,
            evidence: Vec::new(),
            recorded_at: Timestamp::UNIX_EPOCH,
            retracted_at: None,
        }
    }

    /// The default basis of a source's own figure: that of the claim's share; `None` for kinds without a share.
    #[must_use]
    pub fn share_basis(&self) -> Option<ShareOf> {
        self.share.map(|share| share.of).or_else(|| self.kind.share_basis())
    }

    /// The dates of its ASSERTS statements: when each was made, else when its source was published.
    pub fn statement_dates(&self, published_on: impl Fn(&str) -> Option<PartialDate>) -> Vec<PartialDate> {
        let asserts = self
            .evidence
            .iter()
            .filter(|statement| statement.stance == Stance::Asserts);
        asserts
            .filter_map(|statement| statement.stated_on.or_else(|| published_on(&statement.source)))
            .collect()
    }

    /// The period that its ASSERTS statements span.
    pub fn statement_period(&self, published_on: impl Fn(&str) -> Option<PartialDate>) -> Option<StatementPeriod> {
        StatementPeriod::spanning(self.statement_dates(published_on))
    }
}
