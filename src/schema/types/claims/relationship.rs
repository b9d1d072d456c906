//! A relationship: a typed, directed, dated claim with its evidence.

use async_graphql::{ID, Object, SimpleObject};

use super::evidence::Evidence;
use crate::{
    engine::cost::directives::list_size,
    graph::{RelationshipIx, RelationshipRef},
    model::{
        Capability, DayValidity, Directness, Interest, RelationshipCategory, RelationshipKind, RelationshipStatus,
        UnknownReason, catalog,
    },
    schema::{
        context::viewer::Viewer,
        types::entities::{
            entity::Entity,
            values::{Amount, Share},
        },
        values::{
            enums::Member,
            scalars::{Date, DateTime, Json, PartialDate},
        },
    },
};

catalog! {
    /// One of the two ends of a relationship.
    pub(crate) enum End as "an end of a relationship" {
        /// The start: `from`.
        From = "FROM",
        /// The end: `to`.
        To = "TO",
    }
}

/// An end of a relationship that is not disclosed, and why.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UnknownEnd {
    /// Which of the two ends.
    end: Member<End>,
    /// Why it is not disclosed.
    reason: Member<UnknownReason>,
    /// The reason, in English.
    description: &'static str,
}

/// A typed, directed, dated claim that two entities are connected. `from KIND to` reads as a sentence.
#[derive(Debug, Clone)]
pub(crate) struct Relationship {
    viewer: Viewer,
    ix: RelationshipIx,
}

impl Relationship {
    pub(crate) fn new(viewer: Viewer, ix: RelationshipIx) -> Self {
        Self { viewer, ix }
    }

    fn read(&self) -> RelationshipRef<'_> {
        self.viewer.snapshot().relationship(self.ix)
    }
}

/// A typed, directed, dated claim that two entities are connected. `from KIND to` reads as a sentence.
#[Object]
impl Relationship {
    /// An id that is unique among all nodes: the `key`, followed by the view it was read through unless that is the default view.
    pub(crate) async fn id(&self) -> ID {
        self.viewer.id_of(&self.read().id())
    }

    /// The id of the record, the same in every view.
    pub(crate) async fn key(&self) -> ID {
        self.read().id().into_owned().into()
    }

    /// The kind of relationship.
    async fn kind(&self) -> Member<RelationshipKind> {
        Member(self.read().kind())
    }

    /// The category of its kind.
    async fn category(&self) -> Member<RelationshipCategory> {
        Member(self.read().kind().category())
    }

    /// The start: the subject of the sentence `from KIND to`; null when it is not disclosed.
    async fn from(&self) -> Option<Entity> {
        self.read()
            .from()
            .map(|entity| Entity::new(self.viewer.clone(), entity))
    }

    /// The end: the object of the sentence `from KIND to`; null when it is not disclosed.
    async fn to(&self) -> Option<Entity> {
        self.read().to().map(|entity| Entity::new(self.viewer.clone(), entity))
    }

    /// The end that is not disclosed, and why; null when both are known.
    async fn unknown_end(&self) -> Option<UnknownEnd> {
        let relationship = self.read();
        let reason = relationship.unknown()?;
        let end = if relationship.from().is_none() {
            End::From
        } else {
            End::To
        };
        Some(UnknownEnd {
            end: Member(end),
            reason: Member(reason),
            description: reason.description(),
        })
    }

    /// The role in the words of the source, such as "executive chairman"; null when not stated.
    async fn role(&self) -> Option<&str> {
        self.read().role()
    }

    /// How firm the claim is. There is no status for *ended*: an ended relationship has an `until` in the past, or `endedBy` if no
    /// source states when it ended.
    async fn status(&self) -> Member<RelationshipStatus> {
        Member(self.read().status())
    }

    /// The first day on which it held, as precise as stated; null when not stated. For statuses from RUMOURED to PLANNED, when the
    /// claim was current.
    async fn since(&self) -> Option<PartialDate> {
        self.read().validity().since().map(PartialDate)
    }

    /// The first day on which it no longer held, as precise as stated; null when not stated.
    async fn until(&self) -> Option<PartialDate> {
        self.read().validity().until().map(PartialDate)
    }

    /// A day on which it had already ended, if no source states when it ended: a "former director" in a source of that day. Also the
    /// later of two contradictory dates, of which neither is trusted. Null otherwise.
    async fn ended_by(&self) -> Option<Date> {
        self.read().validity().ended_by().map(Date)
    }

    /// Whether it held on a given day: MAYBE when the day is within the period of a partial date, beyond a bound that is not stated,
    /// or before `endedBy`.
    async fn held(&self, #[graphql(desc = "The day to check.")] on: Date) -> Option<Member<DayValidity>> {
        Some(Member(self.read().on_day(on.0)))
    }

    /// The share held; null when not stated, in which case it may be anything from 0 to 100 %.
    async fn share(&self) -> Option<Share> {
        self.read().share().map(Share::from)
    }

    /// The type of interest, for OWNS and CONTROLS; null when not stated.
    async fn interest(&self) -> Option<Member<Interest>> {
        self.read().interest().map(Member)
    }

    /// Whether the interest is held directly or through others. UNKNOWN counts as direct.
    async fn directness(&self) -> Member<Directness> {
        Member(self.read().directness())
    }

    /// The relationships that an indirect one consists of according to its source, in the order of the data. Only those that are in
    /// the graph and that the view sees.
    #[graphql(directive = list_size::apply(Some(5), None, None, None))]
    async fn components(&self) -> Vec<Self> {
        let (snapshot, mask) = (self.viewer.snapshot(), self.viewer.mask());
        let components = snapshot.components(self.ix, mask).into_iter();
        components
            .map(|component| Self::new(self.viewer.clone(), component))
            .collect()
    }

    /// The id of its record in the source; several relationships may come from one record. Null when not stated.
    async fn record(&self) -> Option<&str> {
        self.read().record_id()
    }

    /// The amount paid or lent; null when not stated, or when sources differ (see the `amount` of each statement).
    async fn amount(&self) -> Option<Amount> {
        self.read().amount().map(Amount::from)
    }

    /// The capabilities offered, for SERVES; empty for other kinds.
    async fn capabilities(&self) -> Vec<Member<Capability>> {
        Member::list(self.read().capabilities())
    }

    /// Whether sources contradict each other: about the claim, its share or its amount.
    async fn disputed(&self) -> bool {
        self.read().disputed()
    }

    /// The statements of sources, at least one, in the order of the data.
    #[graphql(directive = list_size::apply(Some(5), None, None, None))]
    async fn evidence(&self) -> Vec<Evidence> {
        self.read()
            .evidence()
            .map(|statement| Evidence::new(self.viewer.clone(), statement))
            .collect()
    }

    /// The date of the latest statement that asserts it; null when all of them are undated.
    async fn last_stated_on(&self) -> Option<PartialDate> {
        self.read().last_stated_on().map(PartialDate)
    }

    /// Further properties of the record, as a JSON object; null when there are none.
    async fn properties(&self) -> Option<Json> {
        Json::of(self.read().properties().as_deref())
    }

    /// When this version was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.read().recorded_at())
    }

    /// When this version was replaced or retracted; null while it is current.
    async fn retracted_at(&self) -> Option<DateTime> {
        self.read().retracted_at().map(DateTime)
    }

    /// The number of this version, from 1.
    async fn version(&self) -> i32 {
        i32::try_from(self.read().version()).unwrap_or(i32::MAX)
    }

    /// The claim as an English sentence with its figures, dates and sources, in the tense of the day of the view.
    async fn sentence(&self) -> String {
        self.read().sentence(self.viewer.day())
    }
}
