//! What is written, read by the package of those who made the format. Skipped aloud where there is no Python with its packages,
//! and a failure where `CI=true` says that it must run.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use guanxi::formats::tables;
use serde_json::{Value, json};

use super::{donations, export, import};
use crate::{harness::python::Packages, web::needed};

const SCRIPT: &str = "validate.py";
static PACKAGES: Packages = Packages::new("formats/followthemoney/requirements.txt");

/// What the package says about a file, or none after saying that the test is skipped.
fn validated(claim: &str, text: &str) -> Option<Value> {
    let python = needed(claim, PACKAGES.python())?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/formats/followthemoney")
        .join(SCRIPT);
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{claim}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_bundled_graph_loads_in_the_package_and_every_value_is_valid() {
    let graph = tables::bundled().unwrap();
    let (text, written) = export(&graph);
    let Some(found) = validated("the bundled graph in the followthemoney package", &text) else {
        return;
    };
    assert_eq!(found["problems"], json!([]));
    assert_eq!(found["records"], json!(written.entities + written.relationships));
    let schemata = found["schemata"].as_object().unwrap();
    let names: Vec<&str> = schemata.keys().map(String::as_str).collect();
    for schema in [
        "Asset",
        "Company",
        "Control",
        "Directorship",
        "Event",
        "Ownership",
        "Person",
        "Territory",
        "UnknownLink",
    ] {
        assert!(names.contains(&schema), "{schema} in {names:?}");
    }
}

#[test]
fn the_donations_load_in_the_package_and_every_value_is_valid() {
    let claim = "the donations in the followthemoney package";
    let Some(text) = donations(claim) else { return };
    let (text, _) = export(&import(&text, "donations.ftm.json"));
    let Some(found) = validated(claim, &text) else { return };
    assert_eq!(found["problems"], json!([]));
    assert_eq!(
        found["schemata"],
        json!({"Address": 89, "Company": 56, "Organization": 17, "Payment": 290, "Person": 22})
    );
}
