//! What a record may hold, whoever writes it: the bounds that tables and changes over the API have.

use serde_json::{Map, Value};

use super::{Draft, Fault, Wanted};
use crate::model::{
    DERIVED_ID_CHARS_MAX, ID_CHARS_MAX, LINE_CHARS_MAX, LIST_MAX, PROPERTIES_BYTES_MAX, Record, TEXT_CHARS_MAX,
};

/// How deep properties may be nested, so that they are read back from the log.
const NESTING_MAX: usize = 64;

/// What of a draft is beyond the bounds.
pub(super) fn beyond_limits(draft: &Draft) -> Option<Fault> {
    let (Wanted::Record(record) | Wanted::Placeholder(record)) = &draft.change else {
        return None;
    };
    let reason = match record {
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
        ])
        .or_else(|| (relationship.evidence.len() > LIST_MAX).then_some("it has too many statements"))
        .or_else(|| relationship.properties.as_ref().and_then(properties)),
    };
    reason.map(|reason| Fault::rejected("", reason).with(record.id()))
}

fn beyond(texts: &[(Option<&String>, usize, &'static str)]) -> Option<&'static str> {
    // No character takes less than a byte.
    let is_beyond = |(text, max, _): &&(Option<&String>, usize, &'static str)| {
        text.is_some_and(|text| text.len() > *max && text.chars().count() > *max)
    };
    texts.iter().find(is_beyond).map(|(.., reason)| *reason)
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
    use crate::model::{Entity, EntityKind};

    fn reason(change: impl FnOnce(&mut Entity)) -> Option<String> {
        let mut entity = Entity::new("a", EntityKind::Company, "A").unwrap();
        change(&mut entity);
        beyond_limits(&Draft::of(Record::Entity(entity))).map(|fault| fault.reason.into_owned())
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
}
