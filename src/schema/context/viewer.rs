//! One snapshot read through one view, passed down to every field that a query selects.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{Context, ID, Number, Value};
use twox_hash::XxHash3_64;

use super::view::ViewInput;
use crate::{
    engine::{error::Error, run::work::StopSignal, write_handover::WriteHandover},
    graph::{
        Budget, EntityIx, Exhausted, Mask, Scan, Snapshot,
        algo::{Ranking, RankingQuestion},
    },
    model::{AsOf, Date, Entry, RequestedView, Timestamp, View},
    store::{
        State, Store,
        commit::{self, Pending, Proposal, Receipt},
        log::RoundTrip,
    },
};

/// What one request reads and may spend, shared by all of its fields.
#[derive(Debug)]
pub(crate) struct RequestContext {
    /// The store that mutations write to.
    pub(crate) store: Arc<Store>,
    /// The state that is read, the same throughout the answer.
    pub(crate) state: Arc<State>,
    /// The time by the clock. Records may be later than this: the clock may have been set back since.
    pub(crate) now: Timestamp,
    /// The name of the request's access token.
    pub(crate) by: Option<String>,
    /// The maximum number of items in a mutation.
    pub(crate) changes_max: u64,
    /// The view of the `Guanxi-View` header.
    pub(crate) default_view: ViewInput,
    pub(crate) budget: Arc<Budget>,
    pub(crate) write: WriteContext,
}

/// How a request commits changes, and until when.
#[derive(Debug, Clone)]
pub(crate) struct WriteContext {
    pub(crate) handover: WriteHandover,
    pub(crate) deadline: Instant,
    /// How long the answer may be read after a commit.
    pub(crate) read_time: Duration,
    /// Set when the client no longer waits for the answer.
    pub(crate) stop: StopSignal,
}

impl WriteContext {
    /// Hands a change to the writer and waits for the outcome, however long that takes: from then on it cannot be stopped.
    /// None when the deadline had passed or the client no longer waits; then nothing was changed.
    pub(crate) fn commit(&self, store: &Store, proposal: Proposal) -> Option<Result<Receipt, commit::Error>> {
        if self.stop.is_set() || Instant::now() >= self.deadline {
            return None;
        }
        let submit = || store.submit(proposal, RoundTrip::Unchecked);
        let outcome = self.handover.hand_over(submit)?.and_then(Pending::wait);
        self.handover.set_read_deadline(Instant::now() + self.read_time);
        Some(outcome)
    }
}

impl RequestContext {
    /// The context of the request being executed.
    pub(crate) fn from_ctx(ctx: &Context<'_>) -> Result<Arc<Self>, Error> {
        let context = ctx.data::<Arc<Self>>();
        context.map(Arc::clone).map_err(|error| Error::internal(error.message))
    }

    /// The default view: today's, of everything recorded.
    fn latest_view(&self) -> View {
        self.state.graph().latest_view(self.now)
    }

    /// At most `max` entries of the change log after `position`, oldest first, without those that are newer than the state
    /// being read.
    pub(crate) fn entries_after(&self, position: u64, max: usize) -> Result<Vec<Arc<Entry>>, Error> {
        let entries = self.store.entries_after(position, max);
        let mut entries = entries.map_err(|error| {
            tracing::error!(%error, "the change log cannot be read");
            Error::unavailable("The change log cannot be read at the moment")
        })?;
        let last = self.state.graph().last_recorded_at();
        entries.retain(|entry| entry.recorded_at <= last);
        Ok(entries)
    }

    /// The last entry of the change log that the state being read contains.
    pub(crate) fn last_entry(&self) -> Result<Option<Arc<Entry>>, Error> {
        let mut position = self.newest_position();
        // Entries recorded since the request began are skipped.
        while let Some(before) = position.checked_sub(1) {
            self.budget.charge(1)?;
            if let Some(entry) = self.entries_after(before, 1)?.pop() {
                return Ok(Some(entry));
            }
            position = before;
        }
        Ok(None)
    }

    /// The position of the newest entry of the change log.
    pub(crate) fn newest_position(&self) -> u64 {
        *self.store.watch().borrow()
    }
}

/// One snapshot read through one view. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    request: Arc<RequestContext>,
    /// The graph as known at the moment of the view.
    snapshot: Snapshot,
    /// The time of the last visible record.
    last_recorded_at: Timestamp,
    view: View,
    mask: Mask,
    identity: ViewIdentity,
}

/// The view as requested, and the suffix by which ids carry it. Cheap to clone.
#[derive(Debug, Clone)]
struct ViewIdentity {
    view: RequestedView,
    /// What follows the key of a record in its id; empty for the default view.
    id_suffix: Arc<str>,
}

impl ViewIdentity {
    fn new(view: RequestedView) -> Self {
        Self {
            view,
            id_suffix: view.id_of("").into(),
        }
    }
}

impl Viewer {
    /// The viewer of a root field with this `view` argument.
    pub(crate) fn new(ctx: &Context<'_>, view: Option<&ViewInput>) -> Result<Self, Error> {
        let request = RequestContext::from_ctx(ctx)?;
        let (input, origin) = match view {
            Some(view) => (view, format!("Query.{}(view:)", ctx.field().name())),
            None => (&request.default_view, "Guanxi-View".to_owned()),
        };
        let resolved = input.resolve(&request.latest_view(), &origin)?;
        let identity = ViewIdentity::new(input.normalized());
        Ok(Self::of_latest_state(request, resolved, identity))
    }

    /// The viewer of a root field that loads a record by id: `view` is the one in the id; when that is the default view, the
    /// view of the header is used.
    pub(crate) fn for_id(ctx: &Context<'_>, view: &RequestedView) -> Result<Self, Error> {
        let view = (!view.is_default()).then(|| ViewInput::from_normalized(view));
        Self::new(ctx, view.as_ref())
    }

    /// The viewer of a root field with several views in arguments of its own: it sees everything recorded by the time of the
    /// request, and [`Self::through`] derives the viewer of each argument from it.
    pub(crate) fn latest(ctx: &Context<'_>) -> Result<Self, Error> {
        let request = RequestContext::from_ctx(ctx)?;
        let view = request.latest_view();
        Ok(Self::of_latest_state(
            request,
            view,
            ViewIdentity::new(RequestedView::default()),
        ))
    }

    /// The viewer of the result of a mutation: `state` includes the changes of `entry`.
    pub(crate) fn after_commit(
        request: &RequestContext,
        state: Arc<State>,
        entry: Option<&Entry>,
    ) -> Result<Self, Error> {
        let latest = state.graph().latest_view(request.now);
        let recorded_at = entry.map_or(request.now, |entry| entry.recorded_at);
        let view = View {
            known_at: latest.known_at.max(recorded_at),
            ..request.default_view.resolve(&latest, "Guanxi-View")?
        };
        let request = RequestContext {
            store: Arc::clone(&request.store),
            state,
            now: request.now,
            by: request.by.clone(),
            changes_max: request.changes_max,
            default_view: request.default_view.clone(),
            budget: Arc::clone(&request.budget),
            write: request.write.clone(),
        };
        let identity = ViewIdentity::new(request.default_view.normalized());
        Ok(Self::of_latest_state(Arc::new(request), view, identity))
    }

    /// The viewer for `view`, the argument at `coordinate`, with omitted fields taken from the view of this viewer.
    pub(crate) fn through(&self, view: &ViewInput, coordinate: &str) -> Result<Self, Error> {
        let resolved = view.resolve(&self.view, coordinate)?;
        Ok(Self {
            identity: ViewIdentity::new(view.normalized()),
            ..self.with(resolved)
        })
    }

    fn of_latest_state(request: Arc<RequestContext>, view: View, identity: ViewIdentity) -> Self {
        let last_recorded_at = request.state.graph().last_recorded_at();
        Self::of_records_until(last_recorded_at, request, view, identity)
    }

    /// Records after `last_recorded_at` are not visible, whatever moment the view names: what is recorded after the request
    /// began may bear an earlier time than that moment.
    fn of_records_until(
        last_recorded_at: Timestamp,
        request: Arc<RequestContext>,
        view: View,
        identity: ViewIdentity,
    ) -> Self {
        let bounded = View {
            known_at: view.known_at.min(last_recorded_at),
            ..view
        };
        let mask = request.state.graph().mask(&bounded);
        let snapshot = request.state.graph().known_at(bounded.known_at);
        Self {
            request,
            last_recorded_at,
            snapshot,
            view,
            mask,
            identity,
        }
    }

    /// The same viewer with another view.
    pub(crate) fn with(&self, view: View) -> Self {
        self.with_records_until(self.last_recorded_at, view)
    }

    /// The same viewer with another view and another time of the last visible record.
    pub(crate) fn with_records_until(&self, last_recorded_at: Timestamp, view: View) -> Self {
        Self::of_records_until(last_recorded_at, Arc::clone(&self.request), view, self.identity.clone())
    }

    /// The time of the last visible record.
    pub(crate) fn last_recorded_at(&self) -> Timestamp {
        self.last_recorded_at
    }

    pub(crate) fn request(&self) -> &RequestContext {
        &self.request
    }

    /// The state being read: the graph, and the data derived from it.
    pub(crate) fn state(&self) -> &State {
        &self.request.state
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// A ranking, cached or computed within the budget of the request.
    pub(crate) fn ranking(&self, question: &RankingQuestion) -> Result<Arc<Ranking>, Error> {
        Ok(self.request.state.ranking(question, self.budget())?)
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.request.budget
    }

    /// A pass of matching filters against visible rows, within the budget of the request.
    pub(crate) fn scan(&self) -> Scan<'_> {
        Scan::new(self.snapshot(), self.mask, self.budget()).on(self.day())
    }

    pub(crate) fn view(&self) -> View {
        self.view
    }

    pub(crate) fn mask(&self) -> Mask {
        self.mask
    }

    /// The mask of computed answers: only ACTIVE relationships unless the view names statuses. The fields below such an answer
    /// are read through the view itself.
    pub(crate) fn mask_for_computing(&self) -> Mask {
        let view = self.view.for_computing();
        self.snapshot().mask(&View {
            known_at: view.known_at.min(self.last_recorded_at),
            ..view
        })
    }

    /// The same viewer with what was known at another moment.
    pub(crate) fn known_at(&self, moment: Timestamp) -> Self {
        let normalized = RequestedView {
            known_at: Some(moment),
            ..self.identity.view
        };
        let view = View {
            known_at: moment,
            ..self.view
        };
        Self {
            identity: ViewIdentity::new(normalized),
            ..self.with(view)
        }
    }

    /// A hash of the view as requested: a cursor made under another view is refused.
    pub(crate) fn view_hash(&self) -> u64 {
        hash_of(&self.identity.id_suffix)
    }

    /// The id of the record with this key, as seen by this viewer.
    pub(crate) fn id_of(&self, key: &str) -> ID {
        match &*self.identity.id_suffix {
            "" => key.into(),
            suffix => [key, suffix].concat().into(),
        }
    }

    /// The day of sentences and of the statuses of entities: that of the view, or today when the view has none.
    pub(crate) fn day(&self) -> Date {
        match self.view.as_of {
            AsOf::Day(day) => day,
            AsOf::Ever => View::day_of(self.request.now),
        }
    }

    /// The entity with the id in the argument at `coordinate`.
    pub(crate) fn entity_named(&self, id: &str, coordinate: &str) -> Result<EntityIx, Error> {
        self.snapshot().entity_by_id(id, &self.mask).ok_or_else(|| {
            Error::not_found(
                coordinate,
                format!("There is no entity with the id {id:?}; entity(by: {{name: …}}) finds ids"),
            )
        })
    }
}

/// A hash of a text that is stable across runs and releases.
pub(crate) fn hash_of(text: &str) -> u64 {
    XxHash3_64::oneshot(text.as_bytes())
}

impl From<Exhausted> for Error {
    fn from(exhausted: Exhausted) -> Self {
        match exhausted {
            Exhausted::Work { spent, work_max } => Self::budget_exceeded(format!(
                "Too much work: {exhausted}. Narrow the query by filters, depths and lengths, request smaller pages, or omit totalCount. The server's setting is --work-max."
            ))
            .extension("explored", Value::Number(Number::from(spent)))
            .extension("budget", Value::Number(Number::from(work_max)))
            .extension("setting", "--work-max"),
            Exhausted::Stopped => {
                Self::timeout("The time for this request is over; narrow the query or raise --timeout-ms")
            }
        }
    }
}
