//! Relationships that are said to be over, though nobody says since when: by a status like "resigned", or by a role like "former
//! director". Such a one was over on the day on which that was seen, which is all that can be said.

use jiff::civil::Date;

use super::{line::Line, values};
use crate::{
    formats::followthemoney::terms::{schemata::Edge, statuses},
    model::{PartialDate, RelationshipKind},
};

/// What a role begins with that somebody no longer has.
const FORMERLY: [&str; 7] = ["former", "formerly", "ex", "previous", "previously", "past", "retired"];

/// Our own words for it, before the day.
const ENDED_BY: &str = "ended by ";

/// When a record was seen to say so: what can stand there, the best first.
const SEEN: [&str; 3] = ["retrievedAt", "date", "modifiedAt"];

/// Where the days when a dataset last changed what it says stand, beside the properties.
const CHANGED: &str = "last_change";

/// The day on which the relationship was over at the latest, where the record says that it is. What says so stays, but for our
/// own words.
pub(in crate::formats::followthemoney) fn day(
    line: &mut Line,
    edge: Edge,
    kind: RelationshipKind,
    today: Date,
) -> Option<Date> {
    if !edge.knows("status") {
        return None;
    }
    let stated = line.values("status").iter().find_map(|text| stated(text));
    if let Some(day) = stated {
        for text in line.take("status") {
            if self::stated(&text) != Some(day) {
                line.put_back("status", text);
            }
        }
        return Some(day);
    }
    let has_ended = match line.values("status") {
        [text] => statuses::is_over(text),
        _ => false,
    };
    let is_role = edge.role == Some("role") && is_held(kind);
    let role = line.values("role").iter().find_map(|role| values::one_line(role));
    let is_former = is_role && role.is_some_and(|role| is_former(&role));
    (has_ended || is_former).then(|| seen(line).unwrap_or(today))
}

/// A status in our own words.
fn stated(text: &str) -> Option<Date> {
    let day: PartialDate = text.strip_prefix(ENDED_BY)?.parse().ok()?;
    day.is_day().then(|| day.first_day())
}

/// Our words for it.
pub(in crate::formats::followthemoney) fn words(day: Date) -> String {
    format!("{ENDED_BY}{day}")
}

/// Whether somebody has a role for a time, in relationships of this kind.
fn is_held(kind: RelationshipKind) -> bool {
    use RelationshipKind as Kind;
    matches!(
        kind,
        Kind::Owns | Kind::Controls | Kind::OfficerOf | Kind::EmployedBy | Kind::MemberOf | Kind::Represents
    )
}

/// Whether a role begins or ends with a word that says it is one no longer: "ex-director", "Director (resigned)". Members ex
/// officio are members.
fn is_former(role: &str) -> bool {
    let role = role.to_lowercase();
    let mut words = role
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    if FORMERLY.contains(&first) && !(first == "ex" && second == Some("officio")) {
        return true;
    }
    let aside = |start: char, end: &str| {
        let (_, last) = role.trim_end().strip_suffix(end)?.rsplit_once(start)?;
        Some(statuses::is_over(last))
    };
    aside('(', ")").or_else(|| aside(',', "")).unwrap_or(false)
}

/// The last day of when the record was seen, or last changed.
fn seen(line: &Line) -> Option<Date> {
    let dates = SEEN
        .iter()
        .flat_map(|property| line.values(property).iter().map(String::as_str));
    let mut dates = dates.chain(line.beside(CHANGED)).filter_map(values::date);
    dates.next().map(|(date, _)| date.last_day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_say_by_their_first_or_their_last_word_that_they_are_over() {
        for (role, expected) in [
            ("former director", true),
            ("Ex-CEO", true),
            ("ex director", true),
            ("Previously secretary", true),
            ("retired partner", true),
            ("Director (resigned)", true),
            ("director, retired", true),
            ("ex officio member", false),
            ("ex-officio member", false),
            ("Director", false),
            ("formerly", true),
            ("Immediate past president", false),
            ("executive director", false),
            ("director (non-executive)", false),
            ("member, board", false),
            ("", false),
        ] {
            assert_eq!(is_former(role), expected, "{role}");
        }
    }

    #[test]
    fn our_own_words_name_the_day() {
        let day = Date::constant(2017, 1, 15);
        assert_eq!(words(day), "ended by 2017-01-15");
        assert_eq!(stated(&words(day)), Some(day));
        for text in ["ended by 2017", "ended", "Ended by 2017-01-15", "ended by noon"] {
            assert_eq!(stated(text), None, "{text}");
        }
    }
}
