//! How many values a text of JSON holds, counted in one pass and without reading them: what is too much is refused before
//! anything is made of it.

/// The values of a text, lists and objects among them, each with what is in it. What is no JSON is counted somehow; the parser says
/// so afterwards.
pub(in crate::http) fn count(text: &[u8]) -> u64 {
    let mut counted = u64::from(!text.is_empty());
    let (mut bytes, mut is_opened) = (text.iter(), false);
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => continue,
            // An empty list or object holds nothing; any other one value more than commas.
            b']' | b'}' => {}
            _ => counted += u64::from(is_opened),
        }
        is_opened = matches!(byte, b'[' | b'{');
        match byte {
            b',' => counted += 1,
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    counted
}

/// Goes on behind the end of a string.
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

    /// By definition.
    fn values(value: &Value) -> u64 {
        1 + match value {
            Value::Array(items) => items.iter().map(values).sum(),
            Value::Object(fields) => fields.values().map(values).sum(),
            _ => 0,
        }
    }

    #[test]
    fn values_are_counted_as_they_are_read() {
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
    fn what_is_no_json_is_counted_all_the_same() {
        assert_eq!(count(b""), 0);
        for text in ["[[[[", r#""\"#, r#"{"a"#, "]}],,", "\u{0}"] {
            assert!(count(text.as_bytes()) <= 6, "{text}");
        }
    }
}
