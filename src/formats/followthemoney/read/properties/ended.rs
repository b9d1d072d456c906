//! Relationships that are over without an end date: by a status like "resigned", or by a role like "former director". Such a
//! relationship was over by the day on which that was observed.

use jiff::civil::Date;

use crate::{
    formats::followthemoney::{
        read::{raw_record::RawRecord, values},
        terms::{schemata::RelationshipSchema, statuses},
    },
    model::{PartialDate, RelationshipKind},
};

/// The first words of a role that is no longer held.
const FORMERLY: [&str; 7] = ["former", "formerly", "ex", "previous", "previously", "past", "retired"];

/// Our own words for it, before the day.
const ENDED_BY: &str = "ended by ";

/// The properties with the day of the observation, the best first.
const OBSERVATION_DATES: [&str; 3] = ["retrievedAt", "date", "modifiedAt"];

/// The field outside of the properties with the day of the last change.
const CHANGED: &str = "last_change";

/// The day on which the relationship was over at the latest, where the record says that it is. The text stays, but for our
/// own words.
pub(in crate::formats::followthemoney) fn day(
    record: &mut RawRecord,
    relationship_schema: RelationshipSchema,
    kind: RelationshipKind,
    today: Date,
) -> Option<Date> {
    if !relationship_schema.knows("status") {
        return None;
    }
    let own_status_day = record.values("status").iter().find_map(|text| own_status_day(text));
    if let Some(day) = own_status_day {
        for text in record.take("status") {
            if self::own_status_day(&text) != Some(day) {
                record.put_back("status", text);
            }
        }
        return Some(day);
    }
    let has_ended = match record.values("status") {
        [text] => statuses::is_over(text),
        _ => false,
    };
    let is_role = relationship_schema.role == Some("role") && is_temporary(kind);
    let role = record.values("role").iter().find_map(|role| values::one_line(role));
    let is_former = is_role && role.is_some_and(|role| is_former(&role));
    (has_ended || is_former).then(|| observed_on(record).unwrap_or(today))
}

/// A status in our own words.
fn own_status_day(text: &str) -> Option<Date> {
    let day: PartialDate = text.strip_prefix(ENDED_BY)?.parse().ok()?;
    day.is_day().then(|| day.first_day())
}

/// Our words for it.
pub(in crate::formats::followthemoney) fn words(day: Date) -> String {
    format!("{ENDED_BY}{day}")
}

/// Whether roles in relationships of this kind are held for a time.
fn is_temporary(kind: RelationshipKind) -> bool {
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

/// The last day on which the record was observed, or last changed.
fn observed_on(record: &RawRecord) -> Option<Date> {
    let dates = OBSERVATION_DATES
        .iter()
        .flat_map(|property| record.values(property).iter().map(String::as_str));
    let mut dates = dates.chain(record.context_text(CHANGED)).filter_map(values::date);
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
        assert_eq!(own_status_day(&words(day)), Some(day));
        for text in ["ended by 2017", "ended", "Ended by 2017-01-15", "ended by noon"] {
            assert_eq!(own_status_day(text), None, "{text}");
        }
    }
}
