//! Going on after a write that failed: the log is opened again as soon as that can be done, what was kept of the last changes is
//! shown, and only then others are taken.

use std::time::{Duration, Instant};

use super::{commit, shared::Shared};
use crate::store::log;

/// How long the writer waits for a change before it looks at the log.
const LOOK: Duration = Duration::from_secs(1);
/// How long it waits between two attempts to go on, at first and at most.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// An attempt may take one part in so many of the time.
const SHARE: u32 = 4;

/// When it is tried again to go on.
#[derive(Debug, Default)]
pub(in crate::store) struct Healing {
    /// None while nothing has failed.
    next: Option<Next>,
}

#[derive(Debug)]
struct Next {
    at: Instant,
    pause: Duration,
}

impl Healing {
    /// How long to wait for a change before [`Healing::go_on`].
    pub(in crate::store) fn look(&self, shared: &Shared) -> Duration {
        let is_failing = shared.log.failure().is_some_and(|failure| failure.passing);
        match &self.next {
            _ if !is_failing => LOOK,
            Some(next) => next.at.saturating_duration_since(Instant::now()),
            None => PAUSE_MIN,
        }
    }

    /// Tries to go on after a failure, when it is time. The caller has the turn.
    pub(in crate::store) fn go_on(&mut self, shared: &Shared) {
        let Some(failure) = shared.log.failure().filter(|failure| failure.passing) else {
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
                    unresolved = failure.unresolved,
                    "the log takes no changes; it is tried to go on"
                );
                PAUSE_MIN
            }
        };
        match shared.go_on() {
            Ok(()) => {
                tracing::info!("the log takes changes again");
                self.next = None;
            }
            Err(error) => {
                tracing::debug!(%error, "the log takes no changes yet");
                let end = Instant::now();
                self.next = Some(Next {
                    at: end + pause.max((end - start) * SHARE),
                    pause,
                });
            }
        }
    }
}

impl Shared {
    /// Opens the log again, shows what it kept of the changes that failed, and takes others.
    fn go_on(&self) -> Result<(), commit::Error> {
        let unavailable = |error: log::Error| commit::Error::Unavailable(error.to_string());
        self.log.reopen().map_err(unavailable)?;
        let shown = *self.position.borrow();
        let mut position = shown;
        let mut graph = self.state().graph().clone();
        self.catch_up(&mut graph, &mut position, self.log.last_position())?;
        if position > shown {
            tracing::warn!(shown, position, "changes were kept of which that was not known");
            self.publish(std::sync::Arc::new(self.state().followed_by(graph)), position);
        }
        self.log.resume().map_err(unavailable)
    }
}
