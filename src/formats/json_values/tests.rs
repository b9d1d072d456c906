//! Values of every layout, and damaged ones, cut out of the same texts.

use std::io::BufReader;

use super::*;

/// The values, each with its record and line, or why there are no more.
fn values(text: &str, buffer: usize) -> (Vec<String>, String) {
    let mut values_read = Vec::new();
    let mut bytes = BufReader::with_capacity(buffer, text.as_bytes());
    let options = ReadOptions {
        bytes_max: 60,
        packages: &["statements"],
        expected: Some("statements"),
        loose_values: LooseValues::Accepted,
    };
    let failure = read(&mut bytes, options, &mut |place, value| {
        let value = String::from_utf8_lossy(value).replace('\n', "/");
        values_read.push(format!("{}@{}: {value}", place.record, place.line.unwrap_or_default()));
        ControlFlow::Continue(())
    });
    (
        values_read,
        failure.err().map(|error| error.to_string()).unwrap_or_default(),
    )
}

fn check(text: &str, expected: &[&str], error: &str) {
    for buffer in [1, 3, 1000] {
        let (values_read, failure) = values(text, buffer);
        assert_eq!(values_read, expected, "{text}");
        assert!(
            failure.contains(error) && failure.is_empty() == error.is_empty(),
            "{text}: {failure}"
        );
    }
}

#[test]
fn arrays_packages_and_lines_are_cut_into_the_same_values() {
    let expected = ["1@1: {\"a\": \"]}\\\",[\"}", "2@2: {\"b\": [1, {}]}"];
    check("[{\"a\": \"]}\\\",[\"},\n{\"b\": [1, {}]}\n]\n", &expected, "");
    check("{\"a\": \"]}\\\",[\"}\n{\"b\": [1, {}]}\n", &expected, "");
    check("{\"a\": \"]}\\\",[\"},\r\n{\"b\": [1, {}]},", &expected, "");
    let packed = "{\"statements\" : [{\"a\": \"]}\\\",[\"},\n{\"b\": [1, {}]}], \"x\": [\"}\"]}";
    check(packed, &expected, "");
    check("{\"statements\": []][{\"a\": 1}]", &["1@1: {\"a\": 1}"], "");
    check("[}, {\"a\": 1}]", &["1@1: }", "2@1: {\"a\": 1}"], "");
    let inner = "{\"x\": {\"statements\": []}}";
    check(inner, &[&format!("1@1: {inner}")], "");
    let text = "{\"x\": \"statements\", \"y\": [1]}";
    check(text, &[&format!("1@1: {text}")], "");
}

#[test]
fn values_on_several_lines_and_several_on_one_are_values_too() {
    check(
        "{\n \"a\": 1\n}\n{\n\"b\":\n[\n{\n}\n]}",
        &["1@1: {/ \"a\": 1/}", "2@4: {/\"b\":/[/{/}/]}"],
        "",
    );
    check(
        "{\"a\":1}{\"b\":2} {}",
        &["1@1: {\"a\":1}", "2@1: {\"b\":2}", "3@1: {}"],
        "",
    );
    check(
        "{\"a\":1}\n{\n\"b\":2}\n{}",
        &["1@1: {\"a\":1}", "2@2: {/\"b\":2}", "3@4: {}"],
        "",
    );
    check("[1]\n[{},2]\n{}", &["1@1: 1", "2@2: {}", "3@2: 2", "4@3: {}"], "");
}

#[test]
fn values_that_are_no_objects_are_values_too() {
    check("[1, null,, \"a,b\"]", &["1@1: 1", "2@1: null", "3@1: \"a,b\""], "");
    check("[]", &[], "");
    check(" \n", &[], "");
}

#[test]
fn what_is_damaged_does_not_hide_the_next_value() {
    check(
        "{\"a\":1}\n{\"b\":[\n{}\n{}\n",
        &["1@1: {\"a\":1}", "2@2: {\"b\":[", "3@3: {}", "4@4: {}"],
        "",
    );
    check(
        "{\"a\":\"x\n{\"b\":1}\nno\n{}",
        &["1@1: {\"a\":\"x", "2@2: {\"b\":1}", "3@3: no", "4@4: {}"],
        "",
    );
    check(
        "{\n\"a\": \"x\n\"b\": 1\n}\n{\n}\n",
        &["1@1: {/\"a\": \"x/\"b\": 1/}", "2@5: {/}"],
        "",
    );
    check("{}\n{\"a\":\n", &["1@1: {}", "2@2: {\"a\":"], "");
    check("{}\n[1,2]\n{}", &["1@1: {}", "2@2: [1,2]", "3@3: {}"], "");
    let deep = "{\"a\":[\n".repeat(8);
    let (values_read, _) = values(&format!("{deep}{{}}\n{{}}\n"), 7);
    assert_eq!(values_read.len(), 10, "{values_read:?}");
}

#[test]
fn what_is_cut_too_long_or_no_json_is_refused_with_its_line() {
    check("[1,\n2", &["1@1: 1"], "line 2: the file ends here");
    check("{\"a\":\n", &[], "line 2: the file ends here");
    check("{}\n{\"a\": \"x", &["1@1: {}"], "line 2: the file ends here");
    check("{}\n{\n \"a\": {\n", &["1@1: {}"], "line 4: the file ends here");
    check("id,name\n", &[], "line 1: no JSON starts here; expected statements");
    check("[1]\nand", &["1@1: 1"], "line 2: something stands behind");
    let long = format!("[\"{}\"]", "a".repeat(59));
    check(&long, &[], "line 1: a record is longer than 60 bytes");
    let long = format!("{{\"a\":\"{}\"}}", "a".repeat(59));
    check(&long, &[], "line 1: a record is longer than 60 bytes");
}
