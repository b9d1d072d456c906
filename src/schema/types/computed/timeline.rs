//! The timeline of an entity.

use async_graphql::{Context, Object};

use crate::{
    engine::error::Error,
    graph::{
        OrderDirection,
        algo::{self, TimelineEvent, TimelineOrderField},
        page,
    },
    model::{AsOf, View},
    schema::{
        context::viewer::Viewer,
        types::{claims::relationship::Relationship, entities::entity::EntityFields},
        values::{
            enums::Member,
            page::{Connection, Listing, PageArgs, Total},
            scalars::PartialDate,
        },
    },
};

/// Something that happened to an entity or to one of its relationships.
#[derive(Debug, Clone)]
pub(crate) struct TimelineEntry {
    viewer: Viewer,
    entry: algo::TimelineEntry,
}

/// Something that happened to an entity or to one of its relationships.
#[Object]
impl TimelineEntry {
    /// When, as precise as stated, in the future too where a source says so; null when no source says.
    async fn on(&self) -> Option<PartialDate> {
        self.entry.on.map(PartialDate)
    }

    /// What happened.
    async fn what(&self) -> Member<TimelineEvent> {
        Member(self.entry.what)
    }

    /// The relationship it happened to; null when it happened to the entity itself.
    async fn relationship(&self) -> Option<Relationship> {
        let relationship = self.entry.relationship?;
        Some(Relationship::new(self.viewer.clone(), relationship))
    }
}

/// A page of what happened around `fields`, whatever the day of its view.
pub(crate) fn timeline(
    ctx: &Context<'_>,
    fields: &EntityFields,
    args: &PageArgs,
) -> Result<Connection<TimelineEntry>, Error> {
    const ORDER: &[(TimelineOrderField, OrderDirection)] = &[
        (TimelineOrderField::On, OrderDirection::Ascending),
        (TimelineOrderField::What, OrderDirection::Ascending),
    ];
    let listing = Listing::new::<algo::TimelineEntry>(ctx, &fields.viewer, "Entity", fields.read().id(), ORDER)?;
    let (window, viewer) = listing.window(&fields.viewer, args)?;
    let (snapshot, budget) = (viewer.snapshot(), viewer.budget());
    let on_any_day = snapshot.mask(&View {
        as_of: AsOf::Ever,
        ..viewer.view()
    });
    let entries = algo::timeline(snapshot, on_any_day, fields.ix, budget)?;
    let rows = || entries.iter().copied();
    let page = page(snapshot, rows(), |_| Ok(true), ORDER, &window, budget)?;
    let total = Total::number(entries.len())?;
    Ok(Connection::new(&listing, &viewer, &page, total, |entry| {
        TimelineEntry {
            viewer: viewer.clone(),
            entry,
        }
    }))
}
