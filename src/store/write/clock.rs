//! How far the clock can be believed. What is recorded at a wrong moment in the future cannot be taken back: everything after
//! it must be later still. So a clock that has jumped ahead records nothing, and an entry that lies in the future is noticed.

use std::time::Duration;
#[cfg(not(target_os = "linux"))]
use std::time::Instant;

use jiff::SignedDuration;

use crate::model::Timestamp;

/// How far the clock may be ahead of what it said at the start and the time since.
pub const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How far the last entry may be ahead of the clock: clocks are set right by seconds all the time.
const LAST_AHEAD_MAX: SignedDuration = SignedDuration::from_mins(1);

/// What is wrong with the clock, and the way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It has jumped ahead since the start.
    #[error(
        "the clock of the server says {now}, and should say about {expected} by what it said at the start and the time since; set it right, or, if it is right now, restart the server"
    )]
    Jumped {
        /// What the clock says.
        now: Timestamp,
        /// What it would say had nobody set it.
        expected: Timestamp,
    },
    /// It is behind what was recorded last.
    #[error(
        "the last entry was recorded at {last}, which is in the future: the clock says {now}. If it is behind, set it right; if it was ahead when that was recorded, later changes are recorded after that moment too, unless a backup from before it is restored"
    )]
    LastEntryAhead {
        /// When the last entry was recorded.
        last: Timestamp,
        /// What the clock says.
        now: Timestamp,
    },
}

/// What the clock said at one moment, and a second clock that nobody sets.
#[derive(Debug)]
pub(in crate::store) struct Clock {
    began: Timestamp,
    since: Steady,
}

impl Clock {
    pub(in crate::store) fn start() -> Self {
        Self {
            began: Timestamp::now(),
            since: Steady::now(),
        }
    }

    /// Whether something may be recorded at `now`.
    pub(in crate::store) fn check(&self, now: Timestamp) -> Result<(), Fault> {
        check(self.began, self.since.elapsed(), now)
    }
}

fn check(began: Timestamp, elapsed: Duration, now: Timestamp) -> Result<(), Fault> {
    let expected = began.saturating_add(elapsed).unwrap_or(Timestamp::MAX);
    if now.duration_since(expected) > AHEAD_MAX {
        return Err(Fault::Jumped { now, expected });
    }
    Ok(())
}

/// Whether what was recorded last lies in the future of a clock that says `now`.
#[must_use]
pub fn last_entry_ahead(last: Timestamp, now: Timestamp) -> Option<Fault> {
    (last.duration_since(now) > LAST_AHEAD_MAX).then_some(Fault::LastEntryAhead { last, now })
}

/// A moment of a clock that only runs forward, and runs on while the machine sleeps.
#[derive(Debug, Clone, Copy)]
struct Steady(
    #[cfg(target_os = "linux")] rustix::time::Timespec,
    #[cfg(not(target_os = "linux"))] Instant,
);

#[cfg(target_os = "linux")]
impl Steady {
    fn now() -> Self {
        // Instant stands still while the machine sleeps: after a weekend nothing could be recorded.
        Self(rustix::time::clock_gettime(rustix::time::ClockId::Boottime))
    }

    fn elapsed(&self) -> Duration {
        let since_boot = |moment: rustix::time::Timespec| Duration::try_from(moment).unwrap_or_default();
        since_boot(Self::now().0).saturating_sub(since_boot(self.0))
    }
}

#[cfg(not(target_os = "linux"))]
impl Steady {
    fn now() -> Self {
        Self(Instant::now())
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_be_set_back_and_a_day_ahead_and_no_further() {
        let at = |moment: &str| moment.parse::<Timestamp>().unwrap();
        let began = at("2026-11-30T12:00:00Z");
        let hour = Duration::from_secs(60 * 60);
        for (hours_run, now, is_right) in [
            (0, "2026-11-30T12:00:00Z", true),
            (0, "2026-12-01T12:00:00Z", true),
            (0, "2026-12-01T12:00:00.000001Z", false),
            (0, "2028-01-04T12:00:00Z", false),
            (0, "2020-01-01T00:00:00Z", true),
            (1, "2026-12-01T13:00:00Z", true),
            (1, "2026-12-01T13:00:01Z", false),
            // It ran for two years.
            (2 * 365 * 24, "2028-11-29T12:00:00Z", true),
            (2 * 365 * 24, "2028-12-01T00:00:00Z", false),
        ] {
            let checked = check(began, hour * hours_run, at(now));
            assert_eq!(checked.is_ok(), is_right, "{hours_run} {now} {checked:?}");
        }
        let fault = check(began, hour, at("2028-01-04T12:00:00Z")).unwrap_err().to_string();
        assert!(
            fault.contains("2028-01-04T12:00:00Z")
                && fault.contains("2026-11-30T13:00:00Z")
                && fault.contains("restart"),
            "{fault}"
        );
        assert_eq!(check(Timestamp::MAX, hour, Timestamp::MAX), Ok(()));
    }

    #[test]
    fn the_steady_clock_runs() {
        let clock = Steady::now();
        std::thread::sleep(Duration::from_millis(20));
        let elapsed = clock.elapsed();
        assert!(
            (Duration::from_millis(20)..Duration::from_secs(60)).contains(&elapsed),
            "{elapsed:?}"
        );
    }

    #[test]
    fn an_entry_may_be_a_minute_ahead_of_the_clock() {
        let at = |moment: &str| moment.parse::<Timestamp>().unwrap();
        let now = at("2026-11-30T12:00:00Z");
        for (last, is_ahead) in [
            ("2026-11-30T11:00:00Z", false),
            ("2026-11-30T12:01:00Z", false),
            ("2026-11-30T12:01:01Z", true),
            ("2028-01-04T12:00:00Z", true),
        ] {
            assert_eq!(last_entry_ahead(at(last), now).is_some(), is_ahead, "{last}");
        }
    }
}
