//! The limits of a record, the same as for tables and for changes over the API.

use serde_json::{Map, Value};

use crate::{
    formats::reader::{Draft, RecordChange, RecordFault},
    model::{
        DERIVED_ID_CHARS_MAX, Entity, ID_CHARS_MAX, Identifier, LINE_CHARS_MAX, LIST_MAX, Name, PROPERTIES_BYTES_MAX,
        Record, RequestedView, Share, Source, TEXT_CHARS_MAX, confidence, is_blank,
    },
};

/// The deepest nesting of properties that the log can read back.
const NESTING_MAX: usize = 64;

/// The first violated limit of a draft.
pub(super) fn check_limits(draft: &Draft) -> Option<RecordFault> {
    let addition_record;
    let record = match &draft.change {
        RecordChange::Record(record) | RecordChange::Placeholder(record) => record,
        RecordChange::Addition(addition) => {
            addition_record = addition.as_record();
            &addition_record
        }
        RecordChange::Thing {
            id,
            properties: details,
        } => {
            let id_is_long = too_long(&[(Some(id), ID_CHARS_MAX, "its id is too long")]);
            let reason = id_is_long.or_else(|| properties(details));
            return reason.map(|reason| RecordFault::rejected("", reason).with(id));
        }
        RecordChange::OnlyThese { .. } | RecordChange::Retraction { .. } => return None,
    };
    let reason = ends_in_a_view(record.id())
        .or_else(|| malformed(record))
        .or_else(|| invisible_text(record))
        .or_else(|| too_large(record));
    reason.map(|reason| RecordFault::rejected("", reason).with(draft.change.id()))
}

fn ends_in_a_view(id: &str) -> Option<&'static str> {
    let (_, view) = RequestedView::of_id(id);
    (!view.is_default())
        .then_some("its id ends in a view, as the ids in answers do; remove everything from the last question mark on")
}

/// Why a record would not be read back unchanged: readers of the log validate it again.
fn malformed(record: &Record) -> Option<&'static str> {
    match record {
        Record::Source(source) => {
            let is_valid = Source::id_of(&source.id).is_ok_and(|id| id == source.id);
            (!is_valid).then_some("the id of its source is invalid")
        }
        Record::Entity(entity) => {
            let is_valid =
                |known: &Identifier| Identifier::new(&known.scheme, &known.value).is_ok_and(|new| new == *known);
            let reason = Entity::check_id(&entity.id)
                .err()
                .map(|_| "its id is invalid for an entity");
            reason
                .or_else(|| Entity::check_name(&entity.name).err().map(|_| "its name is invalid"))
                .or_else(|| {
                    let is_blank = |name: &Name| is_blank(&name.text);
                    entity
                        .names
                        .iter()
                        .any(is_blank)
                        .then_some("one of its names has no visible characters")
                })
                .or_else(|| (!entity.identifiers.iter().all(is_valid)).then_some("one of its identifiers is invalid"))
        }
        Record::Relationship(relationship) => {
            let statements = &relationship.evidence;
            let amounts = statements.iter().filter_map(|statement| statement.amount.as_ref());
            let mut amounts = amounts.chain(&relationship.amount);
            let shares = statements.iter().filter_map(|statement| statement.share.as_ref());
            let mut shares = shares.chain(&relationship.share);
            let mut confidences = statements.iter().filter_map(|statement| statement.confidence);
            let is_share = |share: &Share| share.range.to_string().parse() == Ok(share.range);
            if statements.is_empty() {
                Some("it has no evidence")
            } else if !amounts.all(|amount| amount.value.is_finite() && amount.value >= 0.0) {
                Some("its amount is not a finite number of at least 0")
            } else if !shares.all(is_share) {
                Some("its share is not a range within 0 to 100")
            } else if !confidences.all(|number| confidence(number).is_ok()) {
                Some("a confidence is not a number from 0 to 1")
            } else {
                None
            }
        }
    }
}

/// A text of a record that is not empty, but has no visible characters.
fn invisible_text(record: &Record) -> Option<&'static str> {
    let is_invisible = |text: &String| !text.is_empty() && is_blank(text);
    match record {
        Record::Source(source) if is_invisible(&source.title) => Some("its title has no visible characters"),
        Record::Source(source) if is_invisible(&source.publisher) => Some("its publisher has no visible characters"),
        Record::Relationship(relationship) if relationship.role.as_ref().is_some_and(is_invisible) => {
            Some("its role has no visible characters")
        }
        Record::Source(_) | Record::Entity(_) | Record::Relationship(_) => None,
    }
}

/// A part of a record that is too large.
fn too_large(record: &Record) -> Option<&'static str> {
    match record {
        Record::Source(source) => too_long(&[
            (Some(&source.id), ID_CHARS_MAX, "its id is too long"),
            (Some(&source.publisher), LINE_CHARS_MAX, "the publisher is too long"),
            (Some(&source.title), LINE_CHARS_MAX, "the title is too long"),
            (source.url.as_ref(), TEXT_CHARS_MAX, "the link is too long"),
        ]),
        Record::Entity(entity) => too_long(&[
            (Some(&entity.id), ID_CHARS_MAX, "its id is too long"),
            (Some(&entity.name), LINE_CHARS_MAX, "its name is too long"),
            (
                entity.description.as_ref(),
                TEXT_CHARS_MAX,
                "its description is too long",
            ),
        ])
        .or_else(|| {
            let names = entity.names.iter();
            let is_long = |text: &String| text.len() > LINE_CHARS_MAX && text.chars().count() > LINE_CHARS_MAX;
            names
                .map(|name| &name.text)
                .any(is_long)
                .then_some("one of its names is too long")
        })
        .or_else(|| (entity.names.len() > LIST_MAX).then_some("it has too many names"))
        .or_else(|| (entity.identifiers.len() > LIST_MAX).then_some("it has too many identifiers"))
        .or_else(|| entity.properties.as_ref().and_then(properties)),
        Record::Relationship(relationship) => too_long(&[
            (Some(&relationship.id), DERIVED_ID_CHARS_MAX, "its id is too long"),
            (relationship.role.as_ref(), LINE_CHARS_MAX, "its role is too long"),
            (
                relationship.record.as_ref(),
                LINE_CHARS_MAX,
                "the id of its record is too long",
            ),
        ])
        .or_else(|| {
            let is_long = |id: &String| id.len() > DERIVED_ID_CHARS_MAX || id.chars().any(char::is_control);
            let is_beyond = relationship.components.len() > LIST_MAX || relationship.components.iter().any(is_long);
            is_beyond.then_some("it has too many components, or one with an invalid id")
        })
        .or_else(|| (relationship.evidence.len() > LIST_MAX).then_some("it has too much evidence"))
        .or_else(|| relationship.properties.as_ref().and_then(properties)),
    }
}

fn too_long(texts: &[(Option<&String>, usize, &'static str)]) -> Option<&'static str> {
    // Every character takes at least one byte.
    let is_beyond = |(text, max, _): &&(Option<&String>, usize, &'static str)| {
        text.is_some_and(|text| text.len() > *max && text.chars().count() > *max)
    };
    texts.iter().find(is_beyond).map(|(.., reason)| *reason)
}

/// Whether a record is shallow enough to be read back from the log.
pub(super) fn is_shallow(record: &Record) -> bool {
    let properties = match record {
        Record::Entity(entity) => &entity.properties,
        Record::Relationship(relationship) => &relationship.properties,
        Record::Source(_) => &None,
    };
    let values = properties.iter().flat_map(Map::values);
    !values.into_iter().any(|value| measure(value, 1, &mut 0))
}

fn properties(properties: &Map<String, Value>) -> Option<&'static str> {
    let mut bytes = 0;
    let members = properties.iter();
    let is_deep = members.fold(false, |deep, (name, value)| {
        bytes += name.len() + 6;
        deep | measure(value, 1, &mut bytes)
    });
    if is_deep {
        return Some("its properties are nested too deep");
    }
    (bytes > PROPERTIES_BYTES_MAX).then_some("its properties are too large")
}

/// Adds the approximate size of the value as JSON. Returns whether it is nested too deep.
fn measure(value: &Value, depth: usize, bytes: &mut usize) -> bool {
    if depth > NESTING_MAX {
        return true;
    }
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => *bytes += 8,
        Value::String(text) => *bytes += text.len() + 3,
        Value::Array(items) => {
            *bytes += 2;
            return items.iter().any(|item| measure(item, depth + 1, bytes));
        }
        Value::Object(members) => {
            *bytes += 2;
            return members.iter().any(|(name, value)| {
                *bytes += name.len() + 4;
                measure(value, depth + 1, bytes)
            });
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Ends, EntityKind, Evidence, NameKind, Relationship, RelationshipKind, ShareOf, ShareRange};

    fn reason(change: impl FnOnce(&mut Entity)) -> Option<String> {
        let mut entity = Entity::new("a", EntityKind::Company, "A").unwrap();
        change(&mut entity);
        check_limits(&Draft::of(Record::Entity(entity))).map(|fault| fault.reason.into_owned())
    }

    #[test]
    fn a_name_without_visible_characters_is_refused() {
        let named = |text: &str| Name {
            text: text.to_owned(),
            language: None,
            script: None,
            kind: NameKind::Alias,
        };
        for blank in [" ", "\u{200B}", "\u{FEFF}\u{2060}", "\u{3164}"] {
            assert_eq!(
                reason(|entity| entity.name = blank.to_owned()).as_deref(),
                Some("its name is invalid")
            );
            let refusal = reason(|entity| entity.names = vec![named("A"), named(blank)]);
            assert_eq!(
                refusal.as_deref(),
                Some("one of its names has no visible characters"),
                "{blank:?}"
            );
        }
        assert_eq!(reason(|entity| entity.names = vec![named("می\u{200C}خواهم")]), None);
    }

    #[test]
    fn a_title_publisher_or_role_without_visible_characters_is_refused() {
        let refusal = |record: Record| check_limits(&Draft::of(record)).map(|fault| fault.reason.into_owned());
        let source = |title: &str, publisher: &str| {
            let (id, title, publisher) = ("source:a".to_owned(), title.to_owned(), publisher.to_owned());
            Record::Source(Source {
                id,
                title,
                publisher,
                published_on: None,
                url: None,
                licence: None,
            })
        };
        let role = |role: &str| {
            let ends = Ends::Known {
                from: "a".to_owned(),
                to: "b".to_owned(),
            };
            let mut claim = Relationship::new("rel:1".to_owned(), RelationshipKind::OfficerOf, ends);
            claim.evidence = vec![Evidence::asserting("e".to_owned(), "source:a")];
            claim.role = Some(role.to_owned());
            Record::Relationship(claim)
        };
        for blank in ["\u{200B}", "\u{FEFF}\u{2060}", "\u{3164}"] {
            for (record, reason) in [
                (source(blank, "B"), "its title has no visible characters"),
                (source("A", blank), "its publisher has no visible characters"),
                (role(blank), "its role has no visible characters"),
            ] {
                assert_eq!(refusal(record).as_deref(), Some(reason), "{blank:?}");
            }
        }
        for visible in [source("A", ""), source("نامه\u{200C}ای", "B"), role("director")] {
            assert_eq!(refusal(visible), None);
        }
    }

    #[test]
    fn files_have_the_limits_of_tables() {
        let object = |value: Value| value.as_object().cloned();
        let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(reason(|_| ()), None);
        assert_eq!(
            reason(|entity| entity.properties = object(json!({ "a": "é".repeat(20_000) }))),
            None
        );
        for (refusal, expected) in [
            (reason(|entity| entity.name = "é".repeat(1_001)), "its name is too long"),
            (reason(|entity| entity.id = "é".repeat(501)), "its id is too long"),
            (
                reason(|entity| entity.properties = object(json!({ "a": deep }))),
                "its properties are nested too deep",
            ),
            (
                reason(|entity| entity.properties = object(json!({ "a": "a".repeat(70_000) }))),
                "its properties are too large",
            ),
        ] {
            assert_eq!(refusal.as_deref(), Some(expected));
        }
    }

    /// A record after a round trip through JSON, as in the log.
    fn read_back(record: &Record) -> Option<Record> {
        serde_json::from_slice(&serde_json::to_vec(record).unwrap()).ok()
    }

    #[test]
    fn records_that_would_not_be_read_back_unchanged_are_refused() {
        let entity = |change: fn(&mut Entity)| {
            let mut entity = Entity::new("a", EntityKind::Company, "A").unwrap();
            change(&mut entity);
            Record::Entity(entity)
        };
        let claim = |change: fn(&mut Relationship)| {
            let ends = Ends::Known {
                from: "a".to_owned(),
                to: "b".to_owned(),
            };
            let mut claim = Relationship::new("rel:1".to_owned(), RelationshipKind::Owns, ends);
            claim.evidence = vec![Evidence::asserting("e".to_owned(), "source:s")];
            change(&mut claim);
            Record::Relationship(claim)
        };
        let is_refused = |record: &Record| check_limits(&Draft::of(record.clone())).is_some();
        for valid in [entity(|_| ()), claim(|_| ())] {
            assert!(
                !is_refused(&valid) && read_back(&valid).as_ref() == Some(&valid),
                "{valid:?}"
            );
        }
        for malformed in [
            entity(|entity| entity.id = "rel:a".to_owned()),
            entity(|entity| entity.name = "A\u{0}".to_owned()),
            entity(|entity| {
                entity.identifiers = vec![Identifier {
                    scheme: "LEI".to_owned(),
                    value: "x".to_owned(),
                }];
            }),
            claim(|claim| claim.evidence[0].confidence = Some(2.0)),
            claim(|claim| {
                claim.share = Some(Share {
                    range: ShareRange {
                        min: f64::NAN,
                        max: 50.0,
                        min_inclusive: true,
                        max_inclusive: true,
                    },
                    of: ShareOf::Capital,
                });
            }),
        ] {
            assert!(read_back(&malformed).as_ref() != Some(&malformed), "{malformed:?}");
            assert!(is_refused(&malformed), "{malformed:?}");
        }
    }
}
