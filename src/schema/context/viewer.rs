//! Who looks: one snapshot seen through one view, handed down to everything a question selects.

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
    model::{AskedView, At, Date, Entry, Timestamp, View},
    store::{
        State, Store,
        commit::{self, Pending, Proposal, Receipt},
        log::RoundTrip,
    },
};

/// What one request reads and may spend: the same for everything in it.
#[derive(Debug)]
pub(crate) struct Asking {
    /// Where changes go.
    pub(crate) store: Arc<Store>,
    /// What is read, from the first byte of the answer to the last.
    pub(crate) state: Arc<State>,
    /// What the clock says. What is recorded may be later: the clock may have been set back since.
    pub(crate) now: Timestamp,
    /// The name of the token that the request came with.
    pub(crate) by: Option<String>,
    /// How many items a mutation may have.
    pub(crate) changes_max: u64,
    /// The view of the `Guanxi-View` header.
    pub(crate) default_view: ViewInput,
    pub(crate) budget: Arc<Budget>,
    pub(crate) changing: Changing,
}

/// Until when a request may change something, and how.
#[derive(Debug, Clone)]
pub(crate) struct Changing {
    pub(crate) handover: WriteHandover,
    pub(crate) deadline: Instant,
    /// How long the answer may be read once something was changed.
    pub(crate) allowed: Duration,
    /// Set when nobody waits for the answer.
    pub(crate) stop: StopSignal,
}

impl Changing {
    /// Gives a change to the writer and waits for what becomes of it, however long that takes: from then on it is not stopped
    /// any more. None when the time was over before, or nobody waits; then nothing was changed.
    pub(crate) fn commit(&self, store: &Store, proposal: Proposal) -> Option<Result<Receipt, commit::Error>> {
        if self.stop.is_set() || Instant::now() >= self.deadline {
            return None;
        }
        let submit = || store.submit(proposal, RoundTrip::Unchecked);
        let outcome = self.handover.hand_over(submit)?.and_then(Pending::wait);
        self.handover.set_read_deadline(Instant::now() + self.allowed);
        Some(outcome)
    }
}

impl Asking {
    /// What the request being answered reads.
    pub(crate) fn of(ctx: &Context<'_>) -> Result<Arc<Self>, Error> {
        let asking = ctx.data::<Arc<Self>>();
        asking.map(Arc::clone).map_err(|error| Error::internal(error.message))
    }

    /// The default view: today's, of everything that is recorded.
    fn latest_view(&self) -> View {
        self.state.graph().latest_view(self.now)
    }

    /// At most `max` entries of the log of changes after `position`, oldest first, as far as the state that is read holds
    /// them.
    pub(crate) fn entries_after(&self, position: u64, max: usize) -> Result<Vec<Arc<Entry>>, Error> {
        let entries = self.store.entries_after(position, max);
        let mut entries = entries.map_err(|error| {
            tracing::error!(%error, "the log of changes cannot be read");
            Error::unavailable("The log of changes cannot be read at the moment")
        })?;
        let last = self.state.graph().last_recorded_at();
        entries.retain(|entry| entry.recorded_at <= last);
        Ok(entries)
    }

    /// The last entry of the log of changes that the state that is read holds.
    pub(crate) fn last_entry(&self) -> Result<Option<Arc<Entry>>, Error> {
        let mut position = self.newest();
        // What was recorded since the request began is passed over.
        while let Some(before) = position.checked_sub(1) {
            self.budget.charge(1)?;
            if let Some(entry) = self.entries_after(before, 1)?.pop() {
                return Ok(Some(entry));
            }
            position = before;
        }
        Ok(None)
    }

    /// The position of the newest change.
    pub(crate) fn newest(&self) -> u64 {
        *self.store.watch().borrow()
    }
}

/// One snapshot seen through one view. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    asking: Arc<Asking>,
    /// The graph as it was known to the view.
    snapshot: Snapshot,
    /// When the last record was made that is seen.
    last: Timestamp,
    view: View,
    mask: Mask,
    asked: Asked,
}

/// The view as it was asked for, and what ids carry of it. Cheap to clone.
#[derive(Debug, Clone)]
struct Asked {
    view: AskedView,
    /// What follows the id of the data in the id of what is seen; nothing through the default view.
    suffix: Arc<str>,
}

impl Asked {
    fn of(view: AskedView) -> Self {
        Self {
            view,
            suffix: view.id_of("").into(),
        }
    }
}

impl Viewer {
    /// The viewer of a root field with this `view` argument.
    pub(crate) fn new(ctx: &Context<'_>, view: Option<&ViewInput>) -> Result<Self, Error> {
        let asking = Asking::of(ctx)?;
        let (asked, place) = match view {
            Some(view) => (view, format!("Query.{}(view:)", ctx.field().name())),
            None => (&asking.default_view, "Guanxi-View".to_owned()),
        };
        let resolved = asked.resolve(&asking.latest_view(), &place)?;
        let asked = asked.asked();
        Ok(Self::of(asking, resolved, asked))
    }

    /// The viewer of a root field whose `id` names what is seen: through the view that it carries, or else that of the header.
    pub(crate) fn of_id(ctx: &Context<'_>, asked: &AskedView) -> Result<Self, Error> {
        let view = (!asked.is_default()).then(|| ViewInput::again(asked));
        Self::new(ctx, view.as_ref())
    }

    /// The viewer of a root field that takes its views from arguments of its own: of everything known at the moment of the
    /// request, which [`Self::through`] tells apart.
    pub(crate) fn of_now(ctx: &Context<'_>) -> Result<Self, Error> {
        let asking = Asking::of(ctx)?;
        let latest = asking.latest_view();
        Ok(Self::of(asking, latest, AskedView::default()))
    }

    /// The viewer of what a mutation left: `state`, in which `entry` is carried out.
    pub(crate) fn after(asking: &Asking, state: Arc<State>, entry: Option<&Entry>) -> Result<Self, Error> {
        let latest = state.graph().latest_view(asking.now);
        let recorded_at = entry.map_or(asking.now, |entry| entry.recorded_at);
        let view = View {
            known_at: latest.known_at.max(recorded_at),
            ..asking.default_view.resolve(&latest, "Guanxi-View")?
        };
        let asking = Asking {
            store: Arc::clone(&asking.store),
            state,
            now: asking.now,
            by: asking.by.clone(),
            changes_max: asking.changes_max,
            default_view: asking.default_view.clone(),
            budget: Arc::clone(&asking.budget),
            changing: asking.changing.clone(),
        };
        let asked = asking.default_view.asked();
        Ok(Self::of(Arc::new(asking), view, asked))
    }

    /// What the `view` given as the argument at `coordinate` sees, its defaults taken from the view of this one.
    pub(crate) fn through(&self, view: &ViewInput, coordinate: &str) -> Result<Self, Error> {
        let resolved = view.resolve(&self.view, coordinate)?;
        Ok(Self {
            asked: Asked::of(view.asked()),
            ..self.with(resolved)
        })
    }

    fn of(asking: Arc<Asking>, view: View, asked: AskedView) -> Self {
        let last = asking.state.graph().last_recorded_at();
        Self::knowing(asking, view, last, Asked::of(asked))
    }

    /// What was recorded after `last` is not seen, whatever its time: a clock may be behind what it records.
    fn knowing(asking: Arc<Asking>, view: View, last: Timestamp, asked: Asked) -> Self {
        let read = View {
            known_at: view.known_at.min(last),
            ..view
        };
        let mask = asking.state.graph().mask(&read);
        let snapshot = asking.state.graph().known_at(read.known_at);
        Self {
            asking,
            last,
            snapshot,
            view,
            mask,
            asked,
        }
    }

    /// The same viewer on another day, or with other knowledge or statuses.
    pub(crate) fn with(&self, view: View) -> Self {
        Self::knowing(Arc::clone(&self.asking), view, self.last, self.asked.clone())
    }

    /// The same, as it was when the last record was that of `last`.
    pub(crate) fn as_of(&self, view: View, last: Timestamp) -> Self {
        Self::knowing(Arc::clone(&self.asking), view, last, self.asked.clone())
    }

    /// When the last record was made that this one may see.
    pub(crate) fn last(&self) -> Timestamp {
        self.last
    }

    pub(crate) fn asking(&self) -> &Asking {
        &self.asking
    }

    /// What is read: the graph, and what is derived from it.
    pub(crate) fn state(&self) -> &State {
        &self.asking.state
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// A ranking, kept from earlier or computed at the request's expense.
    pub(crate) fn ranking(&self, question: &RankingQuestion) -> Result<Arc<Ranking>, Error> {
        Ok(self.asking.state.ranking(question, self.budget())?)
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.asking.budget
    }

    /// A pass of matching over what is seen, at the request's expense.
    pub(crate) fn scan(&self) -> Scan<'_> {
        Scan::new(self.snapshot(), self.mask, self.budget()).on(self.day())
    }

    pub(crate) fn view(&self) -> View {
        self.view
    }

    pub(crate) fn mask(&self) -> Mask {
        self.mask
    }

    /// The mask of computed answers: only ACTIVE relationships unless statuses were asked for. What they lead to is seen
    /// through the view as asked for.
    pub(crate) fn mask_for_computing(&self) -> Mask {
        let view = self.view.for_computing();
        self.snapshot().mask(&View {
            known_at: view.known_at.min(self.last),
            ..view
        })
    }

    /// The same viewer, asked what was known at another moment.
    pub(crate) fn known_at(&self, moment: Timestamp) -> Self {
        let asked = AskedView {
            known_at: Some(moment),
            ..self.asked.view
        };
        let view = View {
            known_at: moment,
            ..self.view
        };
        Self {
            asked: Asked::of(asked),
            ..self.with(view)
        }
    }

    /// A hash of the view as asked for: a cursor made under another is refused.
    pub(crate) fn asked(&self) -> u64 {
        hash_of(&self.asked.suffix)
    }

    /// The id of what is seen and has the id `key` in the data.
    pub(crate) fn id_of(&self, key: &str) -> ID {
        match &*self.asked.suffix {
            "" => key.into(),
            suffix => [key, suffix].concat().into(),
        }
    }

    /// The day on which sentences are told and entities have their status: the one asked for, today for ever.
    pub(crate) fn day(&self) -> Date {
        match self.view.at {
            At::Day(day) => day,
            At::Ever => View::day_of(self.asking.now),
        }
    }

    /// The entity that the argument at `coordinate` names.
    pub(crate) fn entity_named(&self, id: &str, coordinate: &str) -> Result<EntityIx, Error> {
        self.snapshot().entity_by_id(id, &self.mask).ok_or_else(|| {
            Error::not_found(
                coordinate,
                format!("There is no entity with the id {id:?}; entity(by: {{name: …}}) finds ids"),
            )
        })
    }
}

/// A hash of a text, the same in every run and release.
pub(crate) fn hash_of(text: &str) -> u64 {
    XxHash3_64::oneshot(text.as_bytes())
}

impl From<Exhausted> for Error {
    fn from(exhausted: Exhausted) -> Self {
        match exhausted {
            Exhausted::Work { spent, work_max } => Self::budget_exceeded(format!(
                "Too much to look at: {exhausted}. Narrow the question by filters, depths and lengths, ask for smaller pages, or leave out totalCount. The server's setting is --work-max."
            ))
            .extension("explored", Value::Number(Number::from(spent)))
            .extension("budget", Value::Number(Number::from(work_max)))
            .extension("setting", "--work-max"),
            Exhausted::Stopped => {
                Self::timeout("The time for this request is over; narrow the question or raise --timeout-ms")
            }
        }
    }
}
