//! Proposals of changes and their results. Proposals are decided in order, each on the state after the one before.

use std::{
    fmt,
    sync::{Arc, mpsc::Receiver},
};

use jiff::SignedDuration;

use super::clock;
use crate::{
    graph::{ApplyError, Snapshot},
    model::{Change, Entry, Retry, Timestamp},
    store::{State, log},
};

/// The minimum time between the recorded times of two commits.
const TICK: SignedDuration = SignedDuration::from_micros(1);

/// Decides the changes for the state to which they will be applied. Must be pure and fast, since all other commits wait for it.
pub type Decide = Box<dyn FnOnce(&Snapshot) -> Result<Vec<Change>, Rejected> + Send>;

/// The reason of [`Decide`] for rejecting a proposal, which the store only passes on.
pub type Rejected = Box<dyn std::any::Any + Send>;

/// A proposed change.
pub struct Proposal {
    /// The key for retrying without applying it twice.
    pub retry: Option<Retry>,
    /// The name of the token that allowed it.
    pub by: Option<String>,
    /// The reason given by the caller.
    pub reason: Option<String>,
    /// The caller's clock. The entry is recorded later than all entries before it, even if the clock is behind.
    pub at: Timestamp,
    /// Decides the changes.
    pub decide: Decide,
}

impl fmt::Debug for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proposal")
            .field("retry", &self.retry)
            .field("by", &self.by)
            .field("reason", &self.reason)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// The result of an accepted proposal, which is durable.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Its entry in the log; `None` if it changed nothing.
    pub entry: Option<Arc<Entry>>,
    /// A state that includes it.
    pub state: Arc<State>,
    /// Whether an earlier proposal with the same key was committed instead.
    pub replayed: bool,
}

/// The pending result of a proposal.
#[derive(Debug)]
pub struct Pending(pub(in crate::store) Receiver<Result<Receipt, Error>>);

impl Pending {
    /// Waits for the result.
    ///
    /// # Errors
    /// [`Error`]; then nothing was changed, unless it is [`Error::OutcomeUnknown`].
    pub fn wait(self) -> Result<Receipt, Error> {
        // The writer answers every proposal, unless it panics while writing.
        self.0
            .recv()
            .map_err(|_| Error::OutcomeUnknown("the writer ended before it answered".to_owned()))?
    }
}

/// Why a proposal was not committed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// [`Decide`] rejected it.
    #[error("the proposal was rejected")]
    Rejected(Rejected),
    /// The decided changes cannot be applied.
    #[error(transparent)]
    Refused(#[from] ApplyError),
    /// The key was used before for a different request.
    #[error("the key was used before for a different request")]
    RetryKeyReused,
    /// It would not be read back from the log unchanged, for example because values are nested too deep.
    #[error("{0}")]
    Unstorable(String),
    /// The clock is ahead, so the entry would lie in the future.
    #[error(transparent)]
    Clock(#[from] clock::ClockFault),
    /// Too many proposals are waiting.
    #[error("too many changes wait to be recorded; try again soon")]
    Busy,
    /// The log currently cannot be written or read. Nothing was changed.
    #[error("nothing can be recorded: {0}")]
    Unavailable(String),
    /// Writing failed: whether it was stored is known when the log is reopened.
    #[error("it is not known whether this was recorded: {0}")]
    OutcomeUnknown(String),
}

impl Error {
    pub(in crate::store) fn stopped() -> Self {
        Self::Unavailable("the store has stopped".to_owned())
    }
}

/// The time at which a proposal made at `at` is recorded: later than `last`, in whole microseconds.
pub(in crate::store) fn recorded_after(last: Timestamp, at: Timestamp) -> Timestamp {
    let truncated = |moment: Timestamp| Timestamp::from_microsecond(moment.as_microsecond()).unwrap_or(moment);
    let next = truncated(last).checked_add(TICK).unwrap_or(Timestamp::MAX);
    truncated(at).max(next)
}

pub(in crate::store) fn unavailable(error: &log::Error) -> Error {
    match error {
        log::Error::Unstorable { reason, .. } => Error::Unstorable(reason.clone()),
        _ => Error::Unavailable(error.to_string()),
    }
}

/// The error for changes during a bulk insertion.
pub(in crate::store) fn bulk_insert_error() -> Error {
    Error::Unavailable("an import is adding records; the store takes other changes when that has ended".to_owned())
}
