//! The root fields that watch the log. A subscription is opened once, which checks what it asks for, and then asked again for
//! each event, over the state and within the budget of that moment. What to send when is decided by `feed`.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{
    Context, Subscription as Root,
    futures_util::stream::{self, Stream},
};

use crate::{
    engine::error::Error,
    model::{Change as Recorded, Entry, Step},
    schema::{
        context::viewer::Viewer,
        query::changes::ChangeFilter,
        types::changes::change::{Change, Place},
        values::node_key::NodeKey,
    },
};

/// So many entities may be watched by one subscription.
const IDS_MAX: usize = 100;

/// What a subscription asks for.
#[derive(Debug, Clone)]
pub(in crate::schema) struct Subject {
    /// The last change that was seen; none to begin with the next one.
    pub(in crate::schema) after: Option<Place>,
    pub(in crate::schema) wanted: Wanted,
}

/// Which changes a subscription asks for.
#[derive(Debug, Clone)]
pub(in crate::schema) enum Wanted {
    Changes(ChangeFilter),
    /// Of these entities and their relationships.
    Entities(Vec<String>),
}

impl Wanted {
    /// Whether the next change of the log is asked for. Whoever watches an entity watches what it is merged into.
    pub(in crate::schema) fn fits(&mut self, entry: &Entry, step: &Step) -> bool {
        match self {
            Self::Changes(filter) => filter.fits(entry, step),
            Self::Entities(ids) => {
                let fits = step.entities.iter().any(|entity| ids.contains(entity));
                if let Recorded::Merge { from, into } = &step.change
                    && ids.contains(from)
                    && !ids.contains(into)
                {
                    ids.push(into.clone());
                }
                fits
            }
        }
    }
}

/// In the data of a request: what its root field is to do.
#[derive(Debug, Clone)]
pub(in crate::schema) enum Phase {
    /// Say what is asked for, after this cursor where the transport names one.
    Open(Arc<Opening>),
    /// Answer this change: an entry and the number of its step.
    Tell(Arc<Entry>, usize),
}

/// Where a root field says what it is asked for.
#[derive(Debug, Default)]
pub(in crate::schema) struct Opening {
    resume_after: Option<String>,
    subject: Mutex<Option<Subject>>,
}

impl Opening {
    pub(in crate::schema) fn new(resume_after: Option<String>) -> Self {
        Self {
            resume_after,
            subject: Mutex::default(),
        }
    }

    /// What was asked for; none when the field refused its arguments.
    pub(in crate::schema) fn subject(&self) -> Option<Subject> {
        self.subject.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What the root fields have in common: no event while opening, and one afterwards.
fn events(
    ctx: &Context<'_>,
    after: Option<String>,
    wanted: impl FnOnce() -> Result<Wanted, Error>,
) -> Result<impl Stream<Item = Change>, Error> {
    let phase = ctx.data::<Phase>().map_err(|error| Error::internal(error.message))?;
    let event = match phase {
        Phase::Open(opening) => {
            let coordinate = format!("Subscription.{}(after:)", ctx.field().name());
            let after = opening.resume_after.clone().or(after);
            let subject = Subject {
                after: after.map(|after| place(&after, &coordinate)).transpose()?,
                wanted: wanted()?,
            };
            *opening.subject.lock().unwrap_or_else(PoisonError::into_inner) = Some(subject);
            None
        }
        Phase::Tell(entry, step) => Some(Change::new(Viewer::of_now(ctx)?, Arc::clone(entry), *step)),
    };
    Ok(stream::iter(event))
}

fn place(cursor: &str, coordinate: &str) -> Result<Place, Error> {
    Place::decode(cursor).ok_or_else(|| {
        let cursor: String = cursor.chars().take(60).collect();
        Error::bad_user_input(
            coordinate,
            format!("{cursor:?} is no cursor of a change; give the cursor of the last change you saw, or leave it out"),
        )
    })
}

/// What is recorded, as it is recorded.
#[derive(Debug, Default)]
pub(crate) struct Subscription;

/// What is recorded, as it is recorded: each change once, in the order of the log. Whoever was away resumes after the cursor
/// of the last change seen, without gaps or repeats. Each event is answered over the state of its moment.
#[Root]
impl Subscription {
    /// Every change of every record, or those that fit.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor of the last change seen: what followed is told first. Default: only what is recorded from now on."
        )]
        after: Option<String>,
        #[graphql(desc = "Only those that fit.")] filter: Option<ChangeFilter>,
    ) -> Result<impl Stream<Item = Change>, Error> {
        events(ctx, after, || {
            let filter = filter.unwrap_or_default().checked("Subscription.changes(filter:)")?;
            Ok(Wanted::Changes(filter))
        })
    }

    /// The changes of entities and of their relationships. An entity that is merged into another is followed there.
    async fn entity_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids of the entities, 1 to 100.")] ids: Vec<NodeKey>,
        #[graphql(
            desc = "The cursor of the last change seen: what followed is told first. Default: only what is recorded from now on."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Change>, Error> {
        events(ctx, after, || {
            if !(1..=IDS_MAX).contains(&ids.len()) {
                return Err(Error::bad_user_input(
                    "Subscription.entityChanged(ids:)",
                    format!("there are {} ids; it takes 1 to {IDS_MAX}", ids.len()),
                ));
            }
            Ok(Wanted::Entities(ids.into_iter().map(|id| id.0).collect()))
        })
    }
}
