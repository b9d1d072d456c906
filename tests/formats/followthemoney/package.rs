//! What is written, read by the package of those who made the format. Skipped aloud where there is no Python with its packages,
//! and a failure where `CI=true` says that it must run.

use std::{
    env,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use guanxi::formats::tables;
use serde_json::{Value, json};

use super::{donations, export, import};

const SCRIPT: &str = "validate.py";
const PACKAGES: &str = "requirements.txt";

/// The Python that has the packages, or why there is none. The first test that asks installs them below the target directory.
fn python() -> Result<PathBuf, String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/followthemoney");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("followthemoney");
    fs::create_dir_all(&folder).unwrap();
    // Another run of the tests may be installing: it is waited for.
    let lock = File::create(folder.join(".lock")).unwrap();
    lock.lock().unwrap();
    let python = folder.join(if cfg!(windows) {
        "venv/Scripts/python.exe"
    } else {
        "venv/bin/python"
    });
    let wanted = fs::read_to_string(sources.join(PACKAGES)).unwrap();
    let stamp = folder.join("venv/.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    let advice = "on Debian, apt-get install python3-venv python3-dev libicu-dev pkg-config g++";
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(&sources)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("{} cannot be run ({error}); {advice}", program.display()))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
        Err(format!("the packages cannot be installed: {said}; {advice}"))
    };
    let venv = folder.join("venv");
    run(Path::new("python3"), &["-m", "venv", "--clear", venv.to_str().unwrap()])?;
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "-r",
        PACKAGES,
    ];
    run(&python, &install)?;
    fs::write(stamp, wanted).unwrap();
    Ok(python)
}

/// What the package says about a file, or none after saying that the test is skipped.
fn validated(claim: &str, text: &str) -> Option<Value> {
    let python = match python() {
        Ok(python) => python,
        Err(why) => {
            let sentence = format!("SKIPPED: {claim}: {why}");
            assert!(env::var("CI").as_deref() != Ok("true"), "{sentence}");
            // Not eprintln: the output of a test that passes is captured, and nobody would see this.
            io::stderr().write_all(format!("\n{sentence}\n").as_bytes()).unwrap();
            return None;
        }
    };
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
