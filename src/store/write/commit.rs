//! What is asked of the store, and what it answers: proposals that are decided in order, each on the state that the one
//! before left.

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

/// How far apart commits are recorded at least.
const TICK: SignedDuration = SignedDuration::from_micros(1);

/// Decides what to change, given the state that it will be applied to. Pure and quick: everybody waits for it.
pub type Decide = Box<dyn FnOnce(&Snapshot) -> Result<Vec<Change>, Rejected> + Send>;

/// Why a proposal changes nothing, in the words of who decided: the store hands it back unread.
pub type Rejected = Box<dyn std::any::Any + Send>;

/// A change to be made.
pub struct Proposal {
    /// Under which key it may be repeated without being made twice.
    pub retry: Option<Retry>,
    /// The name of the token that allowed it.
    pub by: Option<String>,
    /// Why, in the words of who proposes it.
    pub reason: Option<String>,
    /// The caller's clock. What is recorded is later than everything before, whatever the clock says.
    pub at: Timestamp,
    /// What to change.
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

/// What became of a proposal that was accepted. It is durable.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// What the log tells of it; none when it changed nothing.
    pub entry: Option<Arc<Entry>>,
    /// The state in which it is carried out.
    pub state: Arc<State>,
    /// Whether this is what an earlier attempt with the same key did.
    pub replayed: bool,
}

/// The answer to a proposal, which may still be on its way.
#[derive(Debug)]
pub struct Pending(pub(in crate::store) Receiver<Result<Receipt, Error>>);

impl Pending {
    /// The answer. Blocks until it is there.
    ///
    /// # Errors
    /// [`Error`]; then nothing was changed, unless it is [`Error::Unsure`].
    pub fn wait(self) -> Result<Receipt, Error> {
        // The writer answers everything that it took, unless it fails while it writes.
        self.0
            .recv()
            .map_err(|_| Error::Unsure("the writer ended before it answered".to_owned()))?
    }
}

/// Why a proposal was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Who decided said no.
    #[error("the proposal was rejected")]
    Rejected(Rejected),
    /// What was decided cannot be carried out.
    #[error(transparent)]
    Refused(#[from] ApplyError),
    /// The key was used before, for something else.
    #[error("the key was used before, for something else")]
    RetryKeyReused,
    /// It would not be read back from the log as it is, such as values that are nested too deep.
    #[error("{0}")]
    Unkeepable(String),
    /// The clock has run ahead: what would be recorded so stays in the future for good.
    #[error(transparent)]
    Clock(#[from] clock::Fault),
    /// Too many changes wait already.
    #[error("too many changes wait to be recorded; try again soon")]
    Busy,
    /// Nothing can be recorded, or read from the log, now. Nothing was changed.
    #[error("nothing can be recorded: {0}")]
    Unavailable(String),
    /// Writing it failed: whether it was kept is seen when the store is opened again.
    #[error("it is not known whether this was recorded: {0}")]
    Unsure(String),
}

impl Error {
    pub(in crate::store) fn stopped() -> Self {
        Self::Unavailable("the store has stopped".to_owned())
    }
}

/// The moment at which something is recorded that is proposed at `at`: later than everything before, in whole microseconds.
pub(in crate::store) fn after(last: Timestamp, at: Timestamp) -> Timestamp {
    let whole = |moment: Timestamp| Timestamp::from_microsecond(moment.as_microsecond()).unwrap_or(moment);
    let next = whole(last).checked_add(TICK).unwrap_or(Timestamp::MAX);
    whole(at).max(next)
}

pub(in crate::store) fn unavailable(error: &log::Error) -> Error {
    match error {
        log::Error::Unkeepable { reason, .. } => Error::Unkeepable(reason.clone()),
        _ => Error::Unavailable(error.to_string()),
    }
}

/// Why a change is refused while records are being added.
pub(in crate::store) fn adding_already() -> Error {
    Error::Unavailable("an import is adding records; the store takes other changes when that has ended".to_owned())
}
