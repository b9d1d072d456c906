//! Counts the values in JSON in one pass, without parsing them, so that too many values are refused before they are
//! allocated.

/// The number of values in a text, including lists, objects and the values in them. For invalid JSON it is arbitrary, as the parser
/// refuses that afterwards.
pub(in crate::http) fn count(text: &[u8]) -> u64 {
    let mut total = u64::from(!text.is_empty());
    let (mut bytes, mut is_after_bracket) = (text.iter(), false);
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => continue,
            // An empty list or object contains no value; any other contains one more than it has commas.
            b']' | b'}' => {}
            _ => total += u64::from(is_after_bracket),
        }
        is_after_bracket = matches!(byte, b'[' | b'{');
        match byte {
            b',' => total += 1,
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    total
}

/// Skips to the end of a string.
fn skip_string(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The number of values by definition.
    fn values(value: &Value) -> u64 {
        1 + match value {
            Value::Array(items) => items.iter().map(values).sum(),
            Value::Object(fields) => fields.values().map(values).sum(),
            _ => 0,
        }
    }

    #[test]
    fn the_count_is_that_of_the_parsed_values() {
        for text in [
            "1",
            "[]",
            "{}",
            " [ ] ",
            "[[], {}, [[]]]",
            r#"{"a": 1, "b": [1, 2, {"c": null}], "d": {}}"#,
            r#"{"a, b": "[,\",{", "\\": ["\\", ","], "e": "\u005b,"}"#,
            "[1,\n\t2 , 3]",
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(count(text.as_bytes()), values(&value), "{text}");
        }
    }

    #[test]
    fn invalid_json_has_a_small_count() {
        assert_eq!(count(b""), 0);
        for text in ["[[[[", r#""\"#, r#"{"a"#, "]}],,", "\u{0}"] {
            assert!(count(text.as_bytes()) <= 6, "{text}");
        }
    }
}
