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
        /// Where it starts.
        From = "FROM",
        /// Where it leads.
        To = "TO",
    }
}

/// An end of a relationship that is not disclosed, and why.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UnknownEnd {
    /// Which end.
    end: Member<End>,
    /// Why it is not disclosed.
    reason: Member<UnknownReason>,
    /// The reason in words.
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
    /// Names what is seen, unique among all nodes: `key`, and behind it the view, where that is not the default one.
    pub(crate) async fn id(&self) -> ID {
        self.viewer.id_of(&self.read().id())
    }

    /// The id of the data, the same through every view.
    pub(crate) async fn key(&self) -> ID {
        self.read().id().into_owned().into()
    }

    /// What is claimed.
    async fn kind(&self) -> Member<RelationshipKind> {
        Member(self.read().kind())
    }

    /// The family of its kind.
    async fn category(&self) -> Member<RelationshipCategory> {
        Member(self.read().kind().category())
    }

    /// The entity the sentence starts with; null when it is not disclosed.
    async fn from(&self) -> Option<Entity> {
        self.read()
            .from()
            .map(|entity| Entity::new(self.viewer.clone(), entity))
    }

    /// The entity the sentence ends with; null when it is not disclosed.
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

    /// In the source's words, such as "executive chairman"; null when not stated.
    async fn role(&self) -> Option<&str> {
        self.read().role()
    }

    /// How firm the claim is. *Ended* is no status: it is an `until` in the past, or `endedBy` where nobody says when.
    async fn status(&self) -> Member<RelationshipStatus> {
        Member(self.read().status())
    }

    /// The first day it held, as precise as stated; null when not stated. For RUMOURED to PLANNED: when the claim stood.
    async fn since(&self) -> Option<PartialDate> {
        self.read().validity().since().map(PartialDate)
    }

    /// The first day on which it no longer held, as precise as stated; null when not stated.
    async fn until(&self) -> Option<PartialDate> {
        self.read().validity().until().map(PartialDate)
    }

    /// The day on which it was over at the latest, where nobody says when it ended: "former director", seen on that day. Also the
    /// later of two dates that contradict each other, of which neither is believed. Null otherwise.
    async fn ended_by(&self) -> Option<Date> {
        self.read().validity().ended_by().map(Date)
    }

    /// Whether it held on a day: MAYBE when the day lies in the period of a partial bound, outside what is stated, or before
    /// `endedBy`.
    async fn held(&self, #[graphql(desc = "The day asked for.")] on: Date) -> Option<Member<DayValidity>> {
        Some(Member(self.read().on_day(on.0)))
    }

    /// The share held; null when not stated, which may be anything from 0 to 100 %.
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

    /// The relationships that an indirect one is made up of, as the source names them, in the order of the data: those that are
    /// known and that the view sees.
    #[graphql(directive = list_size::apply(Some(5), None, None, None))]
    async fn components(&self) -> Vec<Self> {
        let (snapshot, mask) = (self.viewer.snapshot(), self.viewer.mask());
        let components = snapshot.components(self.ix, mask).into_iter();
        components
            .map(|component| Self::new(self.viewer.clone(), component))
            .collect()
    }

    /// The source's own id of the record that says so; several relationships may come from one record. Null when not stated.
    async fn record(&self) -> Option<&str> {
        self.read().record_id()
    }

    /// The amount paid or lent; null when not stated or when sources differ (each statement has its own).
    async fn amount(&self) -> Option<Amount> {
        self.read().amount().map(Amount::from)
    }

    /// What is offered, for SERVES; empty otherwise.
    async fn capabilities(&self) -> Vec<Member<Capability>> {
        Member::list(self.read().capabilities())
    }

    /// Whether sources contradict each other: about the claim, its share or its amount.
    async fn disputed(&self) -> bool {
        self.read().disputed()
    }

    /// What the sources say, at least one statement, in the order of the data.
    #[graphql(directive = list_size::apply(Some(5), None, None, None))]
    async fn evidence(&self) -> Vec<Evidence> {
        self.read()
            .evidence()
            .map(|statement| Evidence::new(self.viewer.clone(), statement))
            .collect()
    }

    /// The date of the latest statement that asserts it; null when all are undated.
    async fn last_stated_on(&self) -> Option<PartialDate> {
        self.read().last_stated_on().map(PartialDate)
    }

    /// What the data carries beyond this; null when there is nothing.
    async fn properties(&self) -> Option<Json> {
        Json::of(self.read().properties().as_deref())
    }

    /// When it entered the graph.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.read().recorded_at())
    }

    /// When it was taken back; null while it stands.
    async fn retracted_at(&self) -> Option<DateTime> {
        self.read().retracted_at().map(DateTime)
    }

    /// How often it was recorded, from 1.
    async fn version(&self) -> i32 {
        i32::try_from(self.read().version()).unwrap_or(i32::MAX)
    }

    /// The claim as an English sentence with its figures, dates and sources, told on the day of the view.
    async fn sentence(&self) -> String {
        self.read().sentence(self.viewer.day())
    }
}
