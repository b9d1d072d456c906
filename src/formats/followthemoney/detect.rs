//! Whether a file holds FollowTheMoney, by the names in its first record.

use super::{read::statements, terms::schemata};
use crate::formats::json_values::first_value;

/// What stands on the top level of a record, beside what only others have.
const FIELDS: [&str; 11] = [
    "id",
    "schema",
    "properties",
    "caption",
    "datasets",
    "referents",
    "target",
    "origin",
    "first_seen",
    "last_seen",
    "last_change",
];

/// Whether a file that starts like this holds FollowTheMoney: an object, be it the first of an array, with a schema that is known, or so
/// far with nothing but what its records have.
#[must_use]
pub fn detect(start: &[u8]) -> bool {
    if statements::is_table(start) {
        return true;
    }
    let first = first_value(start);
    if !first.starts_with(b"{") {
        return false;
    }
    let fields = fields(first);
    let schema = fields.iter().find(|(name, _)| name == b"schema");
    if let Some((_, Some(schema))) = schema {
        return std::str::from_utf8(schema).is_ok_and(|schema| schemata::kind_of(schema).is_some());
    }
    let is_known = |name: &[u8]| FIELDS.iter().any(|field| field.as_bytes() == name);
    fields.iter().any(|(name, _)| name == b"properties") && fields.iter().all(|(name, _)| is_known(name))
}

/// The names on the top level of the object that these bytes begin with, which may be cut off, each with its value where that is a text.
fn fields(start: &[u8]) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let mut fields: Vec<(Vec<u8>, Option<Vec<u8>>)> = Vec::new();
    let (mut depth, mut position, mut is_value) = (0_usize, 0, false);
    while let Some(byte) = start.get(position) {
        position += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => break,
            b'}' | b']' => depth -= 1,
            b':' if depth == 1 => is_value = true,
            b',' if depth == 1 => is_value = false,
            b'"' => {
                let Some(length) = text_length(&start[position..]) else {
                    break;
                };
                let text = start[position..position + length].to_vec();
                position += length + 1;
                match fields.last_mut() {
                    Some((_, value)) if depth == 1 && is_value => *value = Some(text),
                    _ if depth == 1 => fields.push((text, None)),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    fields
}

/// How long a text is up to its closing quote.
fn text_length(rest: &[u8]) -> Option<usize> {
    let mut escaped = false;
    rest.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_distinguished_from_other_files() {
        let check = |start: &str, expected| assert_eq!(detect(start.as_bytes()), expected, "{start}");
        check(
            r#"{"id": "a", "properties": {"name": ["b"]}, "schema": "Person"}"#,
            true,
        );
        check("\n {\"schema\":\"Vessel\",\"id\":\"a\"", true);
        check(
            r#"{"id": "a", "caption": "\"schema\": \"x\"", "properties": {"name": ["long, lo"#,
            true,
        );
        check(
            r#"{"canonical_id": "a", "prop": "name", "schema": "Company", "value": "b"}"#,
            true,
        );
        check(r#"{"id": "a", "schema": "https://json-schema.org"}"#, false);
        check(
            r#"{"statementId": "a", "recordType": "entity", "properties": {}}"#,
            false,
        );
        check(r#"{"type": "Feature", "properties": {}}"#, false);
        check(r#"{"data": {"schema": "Person", "properties": 1}}"#, false);
        check(r#"{"id": "a""#, false);
        check("[{\"id\": 1}]", false);
        check("[\n {\n  \"id\": \"a\",\n  \"schema\": \"Company\"\n }\n]", true);
        check("{\"id\": \"a\"}\n{\"schema\": \"Company\"}", false);
        check("lei,schema", false);
        check(
            "canonical_id,entity_id,prop,prop_type,schema,value\nco-a,co-a,name,name,Company,A",
            true,
        );
        check("id,\"entity_id\",schema,prop,value,dataset\r\n", true);
        check("id,prop,schema\n", false);
        check("", false);
    }
}
