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

/// An event in the history of an entity or of one of its relationships.
#[derive(Debug, Clone)]
pub(crate) struct TimelineEntry {
    viewer: Viewer,
    entry: algo::TimelineEntry,
}

/// An event in the history of an entity or of one of its relationships.
#[Object]
impl TimelineEntry {
    /// The date, as precise as stated, which may be in the future; null when no source states one.
    async fn on(&self) -> Option<PartialDate> {
        self.entry.on.map(PartialDate)
    }

    /// The type of event.
    async fn what(&self) -> Member<TimelineEvent> {
        Member(self.entry.what)
    }

    /// The relationship concerned; null when the event concerns the entity itself.
    async fn relationship(&self) -> Option<Relationship> {
        let relationship = self.entry.relationship?;
        Some(Relationship::new(self.viewer.clone(), relationship))
    }
}

/// A page of the timeline of an entity, independent of the day of its view.
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
    let total = Total::from_count(entries.len())?;
    Ok(Connection::new(&listing, &viewer, &page, total, |entry| {
        TimelineEntry {
            viewer: viewer.clone(),
            entry,
        }
    }))
}
