//! The root fields that watch the change log. A subscription is executed once on opening, which checks its arguments, and again for
//! each event, over the latest state and within a new budget. `feed` decides which events to send and when.

use std::sync::Arc;

use async_graphql::{
    Context, Subscription as Root,
    futures_util::stream::{self, Stream},
};
use parking_lot::Mutex;

use crate::{
    engine::error::Error,
    model::{AppliedChange, Change as Recorded, Entry},
    schema::{
        context::viewer::Viewer,
        query::changes::ChangeFilter,
        types::changes::change::{Change, ChangePosition},
        values::node_key::NodeKey,
    },
};

/// The maximum number of entities that one subscription may watch.
const IDS_MAX: usize = 100;

/// The checked arguments of a subscription.
#[derive(Debug, Clone)]
pub(in crate::schema) struct SubscriptionSpec {
    /// The last change received so far; none to begin with the next one.
    pub(in crate::schema) after: Option<ChangePosition>,
    pub(in crate::schema) filter: EventFilter,
}

/// The changes that a subscription sends.
#[derive(Debug, Clone)]
pub(in crate::schema) enum EventFilter {
    Changes(ChangeFilter),
    /// Changes of these entities and of their relationships.
    Entities(Vec<String>),
}

impl EventFilter {
    /// Whether the next change of the log matches. An entity that is merged into another is watched there from then on.
    pub(in crate::schema) fn matches(&mut self, entry: &Entry, step: &AppliedChange) -> bool {
        match self {
            Self::Changes(filter) => filter.matches(entry, step),
            Self::Entities(ids) => {
                let matches = step.entities.iter().any(|entity| ids.contains(entity));
                if let Recorded::Merge { from, into } = &step.change
                    && ids.contains(from)
                    && !ids.contains(into)
                {
                    ids.push(into.clone());
                }
                matches
            }
        }
    }
}

/// The task of the root field, in the data of a request.
#[derive(Debug, Clone)]
pub(in crate::schema) enum SubscriptionTask {
    /// Check the arguments and store them in the slot.
    Open(Arc<SpecSlot>),
    /// Answer this change: an entry and the index of its step.
    Deliver(Arc<Entry>, usize),
}

/// The slot in which a root field stores its checked arguments.
#[derive(Debug, Default)]
pub(in crate::schema) struct SpecSlot {
    resume_after: Option<String>,
    spec: Mutex<Option<SubscriptionSpec>>,
}

impl SpecSlot {
    /// An empty slot. `resume_after` replaces the argument `after`.
    pub(in crate::schema) fn new(resume_after: Option<String>) -> Self {
        Self {
            resume_after,
            spec: Mutex::default(),
        }
    }

    /// The arguments; none when the field refused them.
    pub(in crate::schema) fn take(&self) -> Option<SubscriptionSpec> {
        self.spec.lock().take()
    }
}

/// The implementation that the root fields share: no event while opening, and one event afterwards.
fn events(
    ctx: &Context<'_>,
    after: Option<String>,
    filter: impl FnOnce() -> Result<EventFilter, Error>,
) -> Result<impl Stream<Item = Change>, Error> {
    let task = ctx
        .data::<SubscriptionTask>()
        .map_err(|error| Error::internal(error.message))?;
    let event = match task {
        SubscriptionTask::Open(slot) => {
            let coordinate = format!("Subscription.{}(after:)", ctx.field().name());
            let after = slot.resume_after.clone().or(after);
            let spec = SubscriptionSpec {
                after: after.map(|after| position(&after, &coordinate)).transpose()?,
                filter: filter()?,
            };
            *slot.spec.lock() = Some(spec);
            None
        }
        SubscriptionTask::Deliver(entry, step) => Some(Change::new(Viewer::latest(ctx)?, Arc::clone(entry), *step)),
    };
    Ok(stream::iter(event))
}

fn position(cursor: &str, coordinate: &str) -> Result<ChangePosition, Error> {
    ChangePosition::decode(cursor).ok_or_else(|| {
        let cursor: String = cursor.chars().take(60).collect();
        Error::bad_user_input(
            coordinate,
            format!(
                "{cursor:?} is not a cursor of a change; give the cursor of the last change you received, or omit it"
            ),
        )
    })
}

/// The change log as a stream.
#[derive(Debug, Default)]
pub(crate) struct Subscription;

/// The change log as a stream: each change once, in the order of the log, as soon as it is recorded. A client that was disconnected
/// resumes after the cursor of the last change it received, without gaps or repeats. Each event is computed over the state at the
/// moment of sending.
#[Root]
impl Subscription {
    /// All changes of all records, or those that match the filter.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor of the last change received: all later changes are sent, starting with those already recorded. Default: only changes recorded from now on."
        )]
        after: Option<String>,
        #[graphql(desc = "Only changes that match.")] filter: Option<ChangeFilter>,
    ) -> Result<impl Stream<Item = Change>, Error> {
        events(ctx, after, || {
            let filter = filter.unwrap_or_default().checked("Subscription.changes(filter:)")?;
            Ok(EventFilter::Changes(filter))
        })
    }

    /// The changes of the given entities and of their relationships. When an entity is merged into another one, the other is
    /// watched from then on.
    async fn entity_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids of the entities, 1 to 100.")] ids: Vec<NodeKey>,
        #[graphql(
            desc = "The cursor of the last change received: all later changes are sent, starting with those already recorded. Default: only changes recorded from now on."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Change>, Error> {
        events(ctx, after, || {
            if !(1..=IDS_MAX).contains(&ids.len()) {
                return Err(Error::bad_user_input(
                    "Subscription.entityChanged(ids:)",
                    format!("there are {} ids; 1 to {IDS_MAX} are allowed", ids.len()),
                ));
            }
            Ok(EventFilter::Entities(ids.into_iter().map(|id| id.0).collect()))
        })
    }
}
