//! The validity of claims: half-open intervals of partial dates, and whether a claim held on a day.

use jiff::civil::Date;

use serde::{Deserialize, Serialize};

use crate::model::{Invalid, PartialDate, catalog::catalog};

/// When a relationship held: `[since, until)`, where `until` is the first day on which it no longer holds.
///
/// A missing bound is *not stated* and read as open. A partial bound reads as its period's first day; an `until` that
/// would then not lie after `since` reads as the day after its period. If no source states when it ended, `ended_by` takes
/// the place of `until`: a day on which it was over at the latest.
///
/// Bounds that contradict each other, so that no reading of the end lies after `since`, are stored as stated and neither is
/// trusted: the claim is read as over by the later of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bounds", into = "Bounds")]
pub struct Validity {
    since: Option<PartialDate>,
    until: Option<PartialDate>,
    ended_by: Option<Date>,
}

/// The bounds as stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_by: Option<PartialDate>,
}

impl TryFrom<Bounds> for Validity {
    type Error = Invalid;

    fn try_from(bounds: Bounds) -> Result<Self, Invalid> {
        match (bounds.until, bounds.ended_by) {
            (until, None) => Ok(Self::as_written(bounds.since, until)),
            (None, Some(ended_by)) => Ok(Self::over_by(bounds.since, ended_by.first_day())),
            (Some(_), Some(ended_by)) => Err(Invalid::new(&ended_by, BOTH_ENDS)),
        }
    }
}

impl From<Validity> for Bounds {
    fn from(validity: Validity) -> Self {
        Self {
            since: validity.since,
            until: validity.until,
            ended_by: validity.ended_by.map(PartialDate::from),
        }
    }
}

/// The expectation if both ends are given.
const BOTH_ENDS: &str = "until, if the end is known, or endedBy, if only a day after the end is known; not both";

catalog! {
    /// Whether a claim held on a day.
    pub enum DayValidity named ("Held") as "an answer" {
        /// It held on that day.
        Yes = "YES",
        /// It did not hold on that day.
        No = "NO",
        /// The day lies in the period of a partial bound, or outside the stated bounds.
        Maybe = "MAYBE",
    }
}

/// The period that the statements of a claim span, both days inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementPeriod {
    /// The first day of the earliest statement's date.
    pub first: Date,
    /// The last day of the latest statement's date.
    pub last: Date,
}

impl StatementPeriod {
    /// The period that spans all these dates; `None` without dates.
    pub fn spanning(dates: impl IntoIterator<Item = PartialDate>) -> Option<Self> {
        dates.into_iter().fold(None, |span: Option<Self>, date| {
            let (first, last) = (date.first_day(), date.last_day());
            Some(span.map_or(Self { first, last }, |span| Self {
                first: span.first.min(first),
                last: span.last.max(last),
            }))
        })
    }
}

impl Validity {
    /// No bound stated: open on both sides.
    pub const OPEN: Self = Self {
        since: None,
        until: None,
        ended_by: None,
    };

    /// [`Validity::OPEN`].
    #[must_use]
    pub fn open() -> Self {
        Self::OPEN
    }

    /// The interval `[since, until)`.
    ///
    /// # Errors
    /// [`Invalid`] when `until`, however it is read, is not after `since`.
    pub fn new(since: Option<PartialDate>, until: Option<PartialDate>) -> Result<Self, Invalid> {
        Self::as_written(since, until).checked()
    }

    /// From `since` on, and over by `until` or by `ended_by`, at most one of which is given.
    ///
    /// # Errors
    /// [`Invalid`] when both ends are given, or the end, however it is read, is not after `since`.
    pub fn bounded(
        since: Option<PartialDate>,
        until: Option<PartialDate>,
        ended_by: Option<Date>,
    ) -> Result<Self, Invalid> {
        match (until, ended_by) {
            (until, None) => Self::new(since, until),
            (None, Some(ended_by)) => Self::over_by(since, ended_by).checked(),
            (Some(_), Some(ended_by)) => Err(Invalid::new(&ended_by, BOTH_ENDS)),
        }
    }

    /// The bounds as a source states them, even if they contradict each other.
    #[must_use]
    pub fn as_written(since: Option<PartialDate>, until: Option<PartialDate>) -> Self {
        Self {
            since,
            until,
            ended_by: None,
        }
    }

    /// From `since` on, and over on the day `ended_by` at the latest: no source states when it ended.
    #[must_use]
    pub fn over_by(since: Option<PartialDate>, ended_by: Date) -> Self {
        Self {
            since,
            until: None,
            ended_by: Some(ended_by),
        }
    }

    fn checked(self) -> Result<Self, Invalid> {
        let end = self.until.or(self.ended_by.map(PartialDate::from));
        match (self.since, end) {
            (Some(since), Some(end)) if self.is_contradictory() => Err(Invalid::new(
                &end,
                format!("a date after since ({since}); until is the first day on which it no longer holds"),
            )),
            _ => Ok(self),
        }
    }

    /// Whether no bound is stated.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Self::OPEN
    }

    /// The first day, as precise as stated.
    #[must_use]
    pub fn since(self) -> Option<PartialDate> {
        self.since
    }

    /// The first day on which it no longer holds, as precise as stated.
    #[must_use]
    pub fn until(self) -> Option<PartialDate> {
        self.until
    }

    /// The day on which it was over at the latest, if no source states when it ended: as stated, or the later of two bounds
    /// that contradict each other.
    #[must_use]
    pub fn ended_by(self) -> Option<Date> {
        if self.is_contradictory() {
            let bounds = [self.since.map(PartialDate::first_day), self.end_day()];
            return bounds.into_iter().flatten().max();
        }
        self.ended_by
    }

    /// The day on which it was over at the latest, only if stated.
    #[must_use]
    pub fn stated_ended_by(self) -> Option<Date> {
        self.ended_by
    }

    /// Whether no reading of the end lies after `since`.
    #[must_use]
    pub fn is_contradictory(self) -> bool {
        let since = self.since.map(PartialDate::first_day);
        since.zip(self.end_day()).is_some_and(|(since, end)| end <= since)
    }

    /// `since` read as a day; `None` if the bounds contradict each other.
    #[must_use]
    pub fn since_day(self) -> Option<Date> {
        if self.is_contradictory() {
            return None;
        }
        self.since.map(PartialDate::first_day)
    }

    /// The first day on which it is over for certain. Open as well if its period ends with the calendar.
    #[must_use]
    pub fn until_day(self) -> Option<Date> {
        self.ended_by().or_else(|| self.end_day())
    }

    /// The end as stated, read as a day.
    fn end_day(self) -> Option<Date> {
        let Some(until) = self.until else {
            return self.ended_by;
        };
        let day = until.first_day();
        if self.since.is_some_and(|since| day <= since.first_day()) {
            return if until.is_day() { Some(day) } else { until.day_after() };
        }
        Some(day)
    }

    /// Whether `day` lies in the interval as read: the rule of every `asOf`.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        self.since_day().is_none_or(|since| since <= day) && self.until_day().is_none_or(|until| day < until)
    }

    /// Whether the claim held on `day`, given the period that its `statements` span.
    ///
    /// YES between the stated bounds; a side without a bound extends as far as the statements. If no source states when it ended,
    /// MAYBE until the day on which it was over at the latest.
    #[must_use]
    pub fn on_day(self, day: Date, statements: Option<StatementPeriod>) -> DayValidity {
        if let Some(ended_by) = self.ended_by() {
            let before = self.since_day().is_some_and(|since| day < since);
            return if before || ended_by <= day {
                DayValidity::No
            } else {
                DayValidity::Maybe
            };
        }
        let before = self.since.is_some_and(|since| day < since.first_day());
        let after = self
            .until
            .is_some_and(|until| day > until.last_day() || (until.is_day() && day == until.first_day()));
        if before || after {
            return DayValidity::No;
        }
        let in_partial_bound = [self.since, self.until]
            .into_iter()
            .flatten()
            .any(|bound| !bound.is_day() && bound.covers(day));
        if in_partial_bound {
            return DayValidity::Maybe;
        }
        // A bound on one side also implies that the claim held next to it.
        let earliest = self.since_day().or(statements.map(|period| period.first));
        let latest = self.until_day().or_else(|| {
            let last_statement = statements.map(|period| period.last);
            let start = self.since.map(PartialDate::last_day);
            last_statement.max(start)
        });
        let inside = earliest.is_some_and(|first| first <= day) && latest.is_some_and(|last| day <= last);
        if inside { DayValidity::Yes } else { DayValidity::Maybe }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> PartialDate {
        text.parse().unwrap()
    }

    fn validity(since: &str, until: &str) -> Validity {
        let bound = |text: &str| (!text.is_empty()).then(|| date(text));
        Validity::new(bound(since), bound(until)).unwrap()
    }

    fn on_day(since: &str, until: &str, statements: &[&str], day: &str) -> DayValidity {
        let period = StatementPeriod::spanning(statements.iter().map(|text| date(text)));
        validity(since, until).on_day(day.parse().unwrap(), period)
    }

    #[test]
    fn until_is_the_first_day_on_which_it_no_longer_holds() {
        let one_day = validity("2014-11-28", "2014-11-29");
        assert!(!one_day.contains("2014-11-27".parse().unwrap()));
        assert!(one_day.contains("2014-11-28".parse().unwrap()));
        assert!(!one_day.contains("2014-11-29".parse().unwrap()));
    }

    #[test]
    fn a_partial_until_within_the_period_of_since_reads_as_the_day_after_it() {
        assert_eq!(validity("2013", "2013").until_day().unwrap().to_string(), "2014-01-01");
        assert_eq!(
            validity("2013-05-03", "2013").until_day().unwrap().to_string(),
            "2014-01-01"
        );
        assert_eq!(validity("2005", "2013").until_day().unwrap().to_string(), "2013-01-01");
    }

    #[test]
    fn an_until_that_is_never_after_since_is_refused() {
        for (since, until) in [
            ("2014", "2013"),
            ("2014-11-28", "2014-11-28"),
            ("2014-05", "2014-04"),
            ("2014-02-01", "2014-01"),
        ] {
            assert!(
                Validity::new(Some(date(since)), Some(date(until))).is_err(),
                "{since} to {until}"
            );
        }
    }

    #[test]
    fn contradictory_bounds_are_stored_and_neither_is_trusted() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        for (since, until, ended_by) in [
            ("2012-05-01", "2010-03-01", "2012-05-01"),
            ("2014", "2013", "2014-01-01"),
            ("2014-11-28", "2014-11-28", "2014-11-28"),
            ("2014-02-01", "2014-01", "2014-02-01"),
        ] {
            let validity = Validity::as_written(Some(date(since)), Some(date(until)));
            assert!(validity.is_contradictory());
            assert_eq!(
                (validity.since(), validity.until()),
                (Some(date(since)), Some(date(until)))
            );
            assert_eq!(validity.ended_by(), Some(day(ended_by)), "{since} to {until}");
            assert_eq!(validity.on_day(day("1990-01-01"), None), DayValidity::Maybe);
            assert_eq!(validity.on_day(day(ended_by), None), DayValidity::No);
            assert!(validity.contains(day("1990-01-01")) && !validity.contains(day(ended_by)));
        }
    }

    #[test]
    fn a_claim_over_by_a_day_may_have_ended_at_any_time_before() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let validity = Validity::over_by(Some(date("2010")), day("2017-01-15"));
        let statements = StatementPeriod::spanning([date("2012")]);
        for (on, expected) in [
            ("2009-12-31", DayValidity::No),
            ("2012-06-01", DayValidity::Maybe),
            ("2017-01-14", DayValidity::Maybe),
            ("2017-01-15", DayValidity::No),
        ] {
            assert_eq!(validity.on_day(day(on), statements), expected, "{on}");
        }
        assert!(Validity::bounded(None, Some(date("2012")), Some(day("2012-01-01"))).is_err());
        assert!(Validity::bounded(Some(date("2018")), None, Some(day("2017-01-15"))).is_err());
        let json = serde_json::to_string(&validity).unwrap();
        assert_eq!(serde_json::from_str::<Validity>(&json).unwrap(), validity);
    }

    #[test]
    fn a_day_is_maybe_where_the_sources_leave_it_open() {
        assert_eq!(on_day("2002", "2015-07-17", &[], "2002-05-01"), DayValidity::Maybe);
        assert_eq!(on_day("2002", "2015-07-17", &[], "2003-01-01"), DayValidity::Yes);
        assert_eq!(on_day("2002", "2015-07-17", &[], "2015-07-17"), DayValidity::No);
        assert_eq!(on_day("2002", "2015-07-17", &[], "2001-12-31"), DayValidity::No);
        assert_eq!(
            on_day("", "", &["2014-11", "2017-02-04"], "2016-01-01"),
            DayValidity::Yes
        );
        assert_eq!(
            on_day("", "", &["2014-11", "2017-02-04"], "2014-11-01"),
            DayValidity::Yes
        );
        assert_eq!(
            on_day("", "", &["2014-11", "2017-02-04"], "2014-10-31"),
            DayValidity::Maybe
        );
        assert_eq!(
            on_day("", "", &["2014-11", "2017-02-04"], "2017-02-05"),
            DayValidity::Maybe
        );
        assert_eq!(on_day("2013-08-01", "", &["2014"], "2014-06-01"), DayValidity::Yes);
        assert_eq!(on_day("2013-08-01", "", &[], "2013-08-01"), DayValidity::Yes);
        assert_eq!(on_day("2013-08-01", "", &["2014"], "2015-01-01"), DayValidity::Maybe);
        assert_eq!(on_day("", "2014", &[], "2014-06-01"), DayValidity::Maybe);
        assert_eq!(on_day("", "2014", &[], "2015-01-01"), DayValidity::No);
        assert_eq!(on_day("", "", &[], "2015-01-01"), DayValidity::Maybe);
    }

    fn partial() -> impl Strategy<Value = PartialDate> {
        (
            2000i16..2004,
            proptest::option::of((1i8..=12, proptest::option::of(1i8..=28))),
        )
            .prop_map(|(year, rest)| {
                PartialDate::new(year, rest.map(|(month, _)| month), rest.and_then(|(_, day)| day)).unwrap()
            })
    }

    fn day() -> impl Strategy<Value = Date> {
        (0i32..1700).prop_map(|offset| Date::constant(1999, 10, 1).checked_add(offset.days()).unwrap())
    }

    proptest! {
        #[test]
        fn the_interval_is_half_open_and_never_empty(since in proptest::option::of(partial()), until in proptest::option::of(partial()), day in day()) {
            let Ok(validity) = Validity::new(since, until) else {
                // Refused only when no reading of until lies after since.
                let (since, until) = (since.unwrap(), until.unwrap());
                prop_assert!(until.first_day() <= since.first_day());
                prop_assert!(until.is_day() || until.day_after().unwrap() <= since.first_day());
                return Ok(());
            };
            let from = validity.since_day().is_none_or(|since| since <= day);
            let to = validity.until_day().is_none_or(|until| day < until);
            prop_assert_eq!(validity.contains(day), from && to);
            if let (Some(since), Some(until)) = (validity.since_day(), validity.until_day()) {
                prop_assert!(since < until);
            }
        }

        #[test]
        fn a_day_agrees_with_every_exact_interval_that_the_partial_bounds_may_mean(
            since in partial(), until in partial(), day in day()
        ) {
            let Ok(validity) = Validity::new(Some(since), Some(until)) else { return Ok(()) };
            // Every pair of days that the two bounds may mean, if it is an interval.
            let days = |bound: PartialDate| [bound.first_day(), bound.last_day()];
            let readings: Vec<bool> = days(since).into_iter()
                .flat_map(|from| days(until).into_iter().map(move |to| (from, to)))
                .filter(|(from, to)| from < to)
                .map(|(from, to)| from <= day && day < to)
                .collect();
            match validity.on_day(day, None) {
                DayValidity::Yes => prop_assert!(readings.iter().all(|held| *held)),
                DayValidity::No => prop_assert!(readings.iter().all(|held| !*held)),
                DayValidity::Maybe => prop_assert!([since, until].iter().any(|bound| !bound.is_day() && bound.covers(day))),
            }
        }

        #[test]
        fn a_claim_that_did_not_hold_on_a_day_is_never_in_a_view_of_that_day(
            since in proptest::option::of(partial()), until in proptest::option::of(partial()), stated in proptest::option::of(partial()), day in day()
        ) {
            let Ok(validity) = Validity::new(since, until) else { return Ok(()) };
            match validity.on_day(day, StatementPeriod::spanning(stated)) {
                DayValidity::Yes => prop_assert!(validity.contains(day)),
                DayValidity::No => prop_assert!(!validity.contains(day)),
                DayValidity::Maybe => {}
            }
        }
    }
}
