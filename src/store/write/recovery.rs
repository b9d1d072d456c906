//! Recovery after a failed write: the log is reopened as soon as possible, the changes that were stored are published, and then
//! new changes are accepted.

use std::time::{Duration, Instant};

use super::{commit, shared::Shared};
use crate::store::log;

/// How long the writer waits for a change before it checks the log.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The first and the longest pause between two attempts.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Attempts may take this fraction of the time: one part in `SHARE`.
const SHARE: u32 = 4;

/// The schedule of attempts to recover.
#[derive(Debug, Default)]
pub(in crate::store) struct Recovery {
    /// `None` while nothing has failed.
    next: Option<NextAttempt>,
}

#[derive(Debug)]
struct NextAttempt {
    at: Instant,
    pause: Duration,
}

impl Recovery {
    /// How long to wait for a change before [`Recovery::attempt_if_due`].
    pub(in crate::store) fn wait_duration(&self, shared: &Shared) -> Duration {
        let is_failing = shared.log.failure().is_some_and(|failure| failure.is_retried);
        match &self.next {
            _ if !is_failing => CHECK_INTERVAL,
            Some(next) => next.at.saturating_duration_since(Instant::now()),
            None => PAUSE_MIN,
        }
    }

    /// Attempts to recover from a failure, if the pause is over. The caller has locked writes.
    pub(in crate::store) fn attempt_if_due(&mut self, shared: &Shared) {
        let Some(failure) = shared.log.failure().filter(|failure| failure.is_retried) else {
            self.next = None;
            return;
        };
        let start = Instant::now();
        let pause = match &self.next {
            Some(next) if next.at > start => return,
            Some(next) => (next.pause * 2).min(PAUSE_MAX),
            None => {
                tracing::error!(
                    reason = failure.reason,
                    unresolved = failure.outcome_unknown,
                    "the log accepts no changes; recovery is attempted"
                );
                PAUSE_MIN
            }
        };
        match shared.recover() {
            Ok(()) => {
                tracing::info!("the log accepts changes again");
                self.next = None;
            }
            Err(error) => {
                tracing::debug!(%error, "the log accepts no changes yet");
                let end = Instant::now();
                self.next = Some(NextAttempt {
                    at: end + pause.max((end - start) * SHARE),
                    pause,
                });
            }
        }
    }
}

impl Shared {
    /// Reopens the log, publishes the failed changes that were stored, and accepts new ones.
    fn recover(&self) -> Result<(), commit::Error> {
        let unavailable = |error: log::Error| commit::Error::Unavailable(error.to_string());
        self.log.reopen().map_err(unavailable)?;
        let published = *self.position.borrow();
        let mut position = published;
        let mut graph = self.state().graph().clone();
        self.catch_up(&mut graph, &mut position, self.log.last_position())?;
        if position > published {
            tracing::warn!(
                shown = published,
                position,
                "changes whose outcome was unknown were stored"
            );
            self.publish(std::sync::Arc::new(self.state().next(graph)), position);
        }
        self.log.resume().map_err(unavailable)
    }
}
