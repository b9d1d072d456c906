//! What a record may hold, whoever writes it: the bounds that tables and changes over the API have.

use serde_json::{Map, Value};

use crate::{
    formats::reader::{Draft, Fault, Wanted},
    model::{
        AskedView, DERIVED_ID_CHARS_MAX, Entity, ID_CHARS_MAX, Identifier, LINE_CHARS_MAX, LIST_MAX, Name,
        PROPERTIES_BYTES_MAX, Record, Share, Source, TEXT_CHARS_MAX, confidence, is_blank,
    },
};

/// How deep properties may be nested, so that they are read back from the log.
const NESTING_MAX: usize = 64;

/// What of a draft is beyond the bounds.
pub(super) fn beyond_limits(draft: &Draft) -> Option<Fault> {
    let of_addition;
    let record = match &draft.change {
        Wanted::Record(record) | Wanted::Placeholder(record) => record,
        Wanted::Addition(addition) => {
            of_addition = addition.as_record();
            &of_addition
        }
        Wanted::Thing { id, said } => {
            let id_is_long = beyond(&[(Some(id), ID_CHARS_MAX, "its id is too long")]);
            let reason = id_is_long.or_else(|| properties(said));
            return reason.map(|reason| Fault::rejected("", reason).with(id));
        }
        Wanted::OnlyThese { .. } | Wanted::Retraction { .. } => return None,
    };
    let reason = ends_in_a_view(record.id())
        .or_else(|| unsound(record))
        .or_else(|| unseen(record))
        .or_else(|| too_large(record));
    reason.map(|reason| Fault::rejected("", reason).with(draft.change.id()))
}

fn ends_in_a_view(id: &str) -> Option<&'static str> {
    let (_, view) = AskedView::of_id(id);
    (!view.is_default())
        .then_some("its id ends in a view, as those of answers do; leave out what follows the last question mark")
}

/// Why a record could be written, but would not be read back as it is: whoever reads it holds it against the rules again.
fn unsound(record: &Record) -> Option<&'static str> {
    match record {
        Record::Source(source) => {
            let keeps = Source::id_of(&source.id).is_ok_and(|id| id == source.id);
            (!keeps).then_some("the id of its source cannot be one")
        }
        Record::Entity(entity) => {
            let is_kept =
                |known: &Identifier| Identifier::new(&known.scheme, &known.value).is_ok_and(|new| new == *known);
            let reason = Entity::check_id(&entity.id)
                .err()
                .map(|_| "its id cannot be an entity's");
            reason
                .or_else(|| Entity::check_name(&entity.name).err().map(|_| "its name cannot be one"))
                .or_else(|| {
                    let is_blank = |name: &Name| is_blank(&name.text);
                    entity
                        .names
                        .iter()
                        .any(is_blank)
                        .then_some("nothing can be seen of a name of it")
                })
                .or_else(|| (!entity.identifiers.iter().all(is_kept)).then_some("an identifier of it cannot be one"))
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
                Some("it has no statement")
            } else if !amounts.all(|amount| amount.value.is_finite() && amount.value >= 0.0) {
                Some("its amount is no number that money has")
            } else if !shares.all(is_share) {
                Some("its share is no range from 0 to 100")
            } else if !confidences.all(|number| confidence(number).is_ok()) {
                Some("a confidence is no number from 0 to 1")
            } else {
                None
            }
        }
    }
}

/// What of a record is written, and cannot be seen.
fn unseen(record: &Record) -> Option<&'static str> {
    let is_unseen = |text: &String| !text.is_empty() && is_blank(text);
    match record {
        Record::Source(source) if is_unseen(&source.title) => Some("nothing can be seen of its title"),
        Record::Source(source) if is_unseen(&source.publisher) => Some("nothing can be seen of its publisher"),
        Record::Relationship(relationship) if relationship.role.as_ref().is_some_and(is_unseen) => {
            Some("nothing can be seen of its role")
        }
        Record::Source(_) | Record::Entity(_) | Record::Relationship(_) => None,
    }
}

/// What of a record is larger than it may be.
fn too_large(record: &Record) -> Option<&'static str> {
    match record {
        Record::Source(source) => beyond(&[
            (Some(&source.id), ID_CHARS_MAX, "its id is too long"),
            (Some(&source.publisher), LINE_CHARS_MAX, "the publisher is too long"),
            (Some(&source.title), LINE_CHARS_MAX, "the title is too long"),
            (source.url.as_ref(), TEXT_CHARS_MAX, "the link is too long"),
        ]),
        Record::Entity(entity) => beyond(&[
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
                .then_some("a name of it is too long")
        })
        .or_else(|| (entity.names.len() > LIST_MAX).then_some("it has too many names"))
        .or_else(|| (entity.identifiers.len() > LIST_MAX).then_some("it has too many identifiers"))
        .or_else(|| entity.properties.as_ref().and_then(properties)),
        Record::Relationship(relationship) => beyond(&[
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
            is_beyond.then_some("it has too many components, or one whose id cannot be one")
        })
        .or_else(|| (relationship.evidence.len() > LIST_MAX).then_some("it has too many statements"))
        .or_else(|| relationship.properties.as_ref().and_then(properties)),
    }
}

fn beyond(texts: &[(Option<&String>, usize, &'static str)]) -> Option<&'static str> {
    // No character takes less than a byte.
    let is_beyond = |(text, max, _): &&(Option<&String>, usize, &'static str)| {
        text.is_some_and(|text| text.len() > *max && text.chars().count() > *max)
    };
    texts.iter().find(is_beyond).map(|(.., reason)| *reason)
}

/// Whether a record is nested no deeper than it may be, so that it is read back from the log.
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

/// Adds about as many bytes as the value takes as JSON. Whether it is nested too deep.
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
        beyond_limits(&Draft::of(Record::Entity(entity))).map(|fault| fault.reason.into_owned())
    }

    #[test]
    fn a_name_of_which_nothing_can_be_seen_is_none() {
        let named = |text: &str| Name {
            text: text.to_owned(),
            language: None,
            script: None,
            kind: NameKind::Alias,
        };
        for blank in [" ", "\u{200B}", "\u{FEFF}\u{2060}", "\u{3164}"] {
            assert_eq!(
                reason(|entity| entity.name = blank.to_owned()).as_deref(),
                Some("its name cannot be one")
            );
            let told = reason(|entity| entity.names = vec![named("A"), named(blank)]);
            assert_eq!(
                told.as_deref(),
                Some("nothing can be seen of a name of it"),
                "{blank:?}"
            );
        }
        assert_eq!(reason(|entity| entity.names = vec![named("می\u{200C}خواهم")]), None);
    }

    #[test]
    fn a_title_publisher_or_role_of_which_nothing_can_be_seen_is_none() {
        let told = |record: Record| beyond_limits(&Draft::of(record)).map(|fault| fault.reason.into_owned());
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
                (source(blank, "B"), "nothing can be seen of its title"),
                (source("A", blank), "nothing can be seen of its publisher"),
                (role(blank), "nothing can be seen of its role"),
            ] {
                assert_eq!(told(record).as_deref(), Some(reason), "{blank:?}");
            }
        }
        for seen in [source("A", ""), source("نامه\u{200C}ای", "B"), role("director")] {
            assert_eq!(told(seen), None);
        }
    }

    #[test]
    fn what_the_tables_may_not_hold_no_file_brings() {
        let object = |value: Value| value.as_object().cloned();
        let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(reason(|_| ()), None);
        assert_eq!(
            reason(|entity| entity.properties = object(json!({ "a": "é".repeat(20_000) }))),
            None
        );
        for (told, expected) in [
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
            assert_eq!(told.as_deref(), Some(expected));
        }
    }

    /// What is read back of a record, as the log does.
    fn read_back(record: &Record) -> Option<Record> {
        serde_json::from_slice(&serde_json::to_vec(record).unwrap()).ok()
    }

    #[test]
    fn what_would_not_be_read_back_as_it_is_does_not_get_into_the_log() {
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
        let refused = |record: &Record| beyond_limits(&Draft::of(record.clone())).is_some();
        for sound in [entity(|_| ()), claim(|_| ())] {
            assert!(
                !refused(&sound) && read_back(&sound).as_ref() == Some(&sound),
                "{sound:?}"
            );
        }
        for unsound in [
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
            assert!(read_back(&unsound).as_ref() != Some(&unsound), "{unsound:?}");
            assert!(refused(&unsound), "{unsound:?}");
        }
    }
}
