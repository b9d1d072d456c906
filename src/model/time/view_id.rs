//! Ids of objects in another view than the default one: the id in the data, followed by the requested view, so that a client
//! that caches one object for each id caches two for two views.

use std::fmt;

use jiff::{Timestamp, civil::Date};

use crate::model::{Catalog, RelationshipStatus, Set};

/// Separates the id in the data from the view.
const MARK: char = '?';
/// Separates the parts of a view.
const AND: char = '&';

/// A requested view. Absent parts have their defaults.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestedView {
    /// The claims that held on this day.
    pub as_of: Option<Date>,
    /// The claims that held at any time; excludes `as_of`.
    pub ever: bool,
    /// The claims recorded at this moment.
    pub known_at: Option<Timestamp>,
    /// The claims with these statuses.
    pub statuses: Option<Set<RelationshipStatus>>,
}

impl RequestedView {
    /// Whether it is the default view.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The id in this view of the object with the id `key` in the data.
    ///
    /// ```
    /// use guanxi::model::RequestedView;
    /// let view = RequestedView { ever: true, ..RequestedView::default() };
    /// assert_eq!(view.id_of("paypal"), "paypal?ever=true");
    /// assert_eq!(RequestedView::default().id_of("paypal"), "paypal");
    /// ```
    #[must_use]
    pub fn id_of(&self, key: &str) -> String {
        match self.is_default() {
            true => key.to_owned(),
            false => format!("{key}{MARK}{self}"),
        }
    }

    /// Splits an id into the id in the data and the view; the default view if it has none. A suffix in any other form than that
    /// of [`RequestedView::id_of`] is part of the id.
    ///
    /// ```
    /// use guanxi::model::RequestedView;
    /// assert_eq!(RequestedView::of_id("paypal?ever=true").0, "paypal");
    /// assert_eq!(RequestedView::of_id("paypal?ever=false").0, "paypal?ever=false");
    /// ```
    #[must_use]
    pub fn of_id(id: &str) -> (&str, Self) {
        let split = id.rsplit_once(MARK);
        let split = split.and_then(|(key, view)| Some((key, Self::parse(view)?)));
        split.unwrap_or((id, Self::default()))
    }

    /// The view with this canonical form; `None` for the default view and for any other form.
    fn parse(text: &str) -> Option<Self> {
        let mut view = Self::default();
        for part in text.split(AND) {
            let (name, value) = part.split_once('=')?;
            match name {
                "asOf" => view.as_of = Some(value.parse().ok()?),
                "ever" => view.ever = true,
                "knownAt" => view.known_at = Some(value.parse().ok()?),
                "statuses" => {
                    let statuses = value.split(',').map(status);
                    view.statuses = Some(statuses.collect::<Option<_>>()?);
                }
                _ => return None,
            }
        }
        let is_one = view.as_of.is_none() || !view.ever;
        (is_one && !view.is_default() && view.to_string() == text).then_some(view)
    }
}

fn status(name: &str) -> Option<RelationshipStatus> {
    let all = RelationshipStatus::ALL.iter().copied();
    all.into_iter().find(|status| status.as_str() == name)
}

impl fmt::Display for RequestedView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let statuses = self.statuses.map(|statuses| {
            let names: Vec<&str> = statuses.iter().map(Catalog::as_str).collect();
            format!("statuses={}", names.join(","))
        });
        let parts = [
            self.as_of.map(|day| format!("asOf={day}")),
            self.ever.then(|| "ever=true".to_owned()),
            self.known_at.map(|moment| format!("knownAt={moment}")),
            statuses,
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&parts.join(&AND.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn view() -> impl Strategy<Value = RequestedView> {
        let at = prop_oneof![
            Just((None, false)),
            Just((None, true)),
            (1900i16..2100, 1i8..13, 1i8..29)
                .prop_map(|(year, month, day)| (Some(Date::constant(year, month, day)), false)),
        ];
        let statuses = proptest::option::of(proptest::sample::subsequence(RelationshipStatus::ALL.to_vec(), 1..4));
        let known_at = proptest::option::of((0i64..4_000_000_000, 0i32..1_000_000_000));
        (at, known_at, statuses).prop_map(|((as_of, ever), known_at, statuses)| RequestedView {
            as_of,
            ever,
            known_at: known_at.map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap()),
            statuses: statuses.map(|statuses| Set::of(&statuses)),
        })
    }

    proptest! {
        #[test]
        fn an_id_carries_its_view(key in "[a-z:?=&0-9]{1,20}", view in view()) {
            // A key that itself ends in a view is refused in every input.
            prop_assume!(RequestedView::of_id(&key).1.is_default());
            let id = view.id_of(&key);
            prop_assert_eq!(RequestedView::of_id(&id), (key.as_str(), view));
        }
    }

    #[test]
    fn only_the_canonical_form_is_a_view() {
        for id in [
            "a",
            "a?",
            "a?ever=false",
            "a?ever=true&asOf=2014-11-28",
            "a?asOf=2014-11-28&ever=true",
            "a?asOf=2014-11",
            "a?asOf=2014-11-28&",
            "a?knownAt=2026-11-01T00:00:00.000Z",
            "a?knownAt=2026-11-01T00:00:00+00:00",
            "a?statuses=ACTIVE,REPORTED",
            "a?statuses=ACTIVE,ACTIVE",
            "a?statuses=",
            "a?statuses=active",
            "a?knownAt=2026-11-01T00:00:00Z&asOf=2014-11-28",
            "a?asof=2014-11-28",
        ] {
            assert_eq!(RequestedView::of_id(id), (id, RequestedView::default()), "{id}");
        }
        let id = "a?asOf=2014-11-28&knownAt=2026-11-01T00:00:00Z&statuses=REPORTED,ACTIVE";
        let (key, view) = RequestedView::of_id(id);
        assert_eq!((key, view.id_of(key).as_str()), ("a", id));
    }
}
