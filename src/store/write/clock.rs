//! Checks of the clock. An entry recorded at a wrong time in the future cannot be undone, since later entries must have later
//! times. So nothing is recorded while the clock has jumped ahead, and a last entry in the future is reported.

use std::time::Duration;
#[cfg(not(target_os = "linux"))]
use std::time::Instant;

use jiff::SignedDuration;

use crate::model::Timestamp;

/// How far the clock may be ahead of its time at the start plus the time since.
pub const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How far the last entry may be ahead of the clock, since clocks are often corrected by seconds.
const LAST_AHEAD_MAX: SignedDuration = SignedDuration::from_mins(1);

/// A fault of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockFault {
    /// It has jumped ahead since the start.
    #[error(
        "the clock of the server shows {now}, but should show about {expected} by its time at the start and the time since; set it right, or, if it is right now, restart the server"
    )]
    Jumped {
        /// The time of the clock.
        now: Timestamp,
        /// The time at the start plus the time since.
        expected: Timestamp,
    },
    /// It is behind the last entry.
    #[error(
        "the last entry was recorded at {last}, which is in the future: the clock shows {now}. If it is behind, set it right; if it was ahead when that was recorded, later changes are recorded after that moment too, unless a backup from before it is restored"
    )]
    LastEntryAhead {
        /// When the last entry was recorded.
        last: Timestamp,
        /// The time of the clock.
        now: Timestamp,
    },
}

/// The time at the start, and a steady clock that measures the time since.
#[derive(Debug)]
pub(in crate::store) struct ClockCheck {
    started_at: Timestamp,
    since: SteadyClock,
}

impl ClockCheck {
    pub(in crate::store) fn start() -> Self {
        Self {
            started_at: Timestamp::now(),
            since: SteadyClock::now(),
        }
    }

    /// Checks that an entry may be recorded at `now`.
    pub(in crate::store) fn check(&self, now: Timestamp) -> Result<(), ClockFault> {
        check(self.started_at, self.since.elapsed(), now)
    }
}

fn check(started_at: Timestamp, elapsed: Duration, now: Timestamp) -> Result<(), ClockFault> {
    let expected = started_at.saturating_add(elapsed).unwrap_or(Timestamp::MAX);
    if now.duration_since(expected) > AHEAD_MAX {
        return Err(ClockFault::Jumped { now, expected });
    }
    Ok(())
}

/// The fault of a clock that shows `now` if the last entry is in its future.
#[must_use]
pub fn last_entry_ahead(last: Timestamp, now: Timestamp) -> Option<ClockFault> {
    (last.duration_since(now) > LAST_AHEAD_MAX).then_some(ClockFault::LastEntryAhead { last, now })
}

/// A time of a clock that cannot be set, and that continues while the machine sleeps.
#[derive(Debug, Clone, Copy)]
struct SteadyClock(
    #[cfg(target_os = "linux")] rustix::time::Timespec,
    #[cfg(not(target_os = "linux"))] Instant,
);

#[cfg(target_os = "linux")]
impl SteadyClock {
    fn now() -> Self {
        // `Instant` stops while the machine sleeps: after a weekend nothing could be recorded.
        Self(rustix::time::clock_gettime(rustix::time::ClockId::Boottime))
    }

    fn elapsed(&self) -> Duration {
        let since_boot = |moment: rustix::time::Timespec| Duration::try_from(moment).unwrap_or_default();
        since_boot(Self::now().0).saturating_sub(since_boot(self.0))
    }
}

#[cfg(not(target_os = "linux"))]
impl SteadyClock {
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
        let started_at = at("2026-11-30T12:00:00Z");
        let hour = Duration::from_secs(60 * 60);
        for (hours_run, now, is_right) in [
            (0, "2026-11-30T12:00:00Z", true),
            (0, "2026-12-01T12:00:00Z", true),
            (0, "2026-12-01T12:00:00.000001Z", false),
            (0, "2028-01-04T12:00:00Z", false),
            (0, "2020-01-01T00:00:00Z", true),
            (1, "2026-12-01T13:00:00Z", true),
            (1, "2026-12-01T13:00:01Z", false),
            // The server ran for two years.
            (2 * 365 * 24, "2028-11-29T12:00:00Z", true),
            (2 * 365 * 24, "2028-12-01T00:00:00Z", false),
        ] {
            let checked = check(started_at, hour * hours_run, at(now));
            assert_eq!(checked.is_ok(), is_right, "{hours_run} {now} {checked:?}");
        }
        let fault = check(started_at, hour, at("2028-01-04T12:00:00Z"))
            .unwrap_err()
            .to_string();
        assert!(
            fault.contains("2028-01-04T12:00:00Z")
                && fault.contains("2026-11-30T13:00:00Z")
                && fault.contains("restart"),
            "{fault}"
        );
        assert_eq!(check(Timestamp::MAX, hour, Timestamp::MAX), Ok(()));
    }

    #[test]
    fn the_steady_clock_measures_elapsed_time() {
        let clock = SteadyClock::now();
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
