//! Missing files in the folder of a store are reported: nothing replaces them, and no caller gets more access than before.

use std::{fs, path::Path, time::Duration};

use guanxi::{
    model::Timestamp,
    store::folder::{Error, StoreFolder},
};

use super::command::{Server, error_of, output_of};
use crate::harness::{BUNDLED, now, program};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_store_without_its_log_is_not_created_again() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, backup) = (folder.path().join("s"), folder.path().join("b"));
    drop(Server::start(&["--store", text(&dir)]));
    output_of(&["backup", text(&backup), "--store", text(&dir)]);
    fs::remove_file(dir.join("guanxi.redb")).unwrap();
    for arguments in [
        &["serve", "--port", "0", "--store", text(&dir)][..],
        &["import", "json-lines", "README.md", "--store", text(&dir)],
    ] {
        let message = error_of(arguments);
        assert!(
            message.contains("guanxi.redb is missing") && message.contains("restore a backup"),
            "{message}"
        );
    }
    let message = error_of(&["check", "--store", text(&dir)]);
    assert!(message.contains("guanxi.redb is missing"), "{message}");
    output_of(&["restore", text(&backup), "--store", text(&dir)]);
    drop(Server::start(&["--store", text(&dir)]));
    let log = dir.join("guanxi.redb");
    let original = fs::read(&log).unwrap();
    for content in [&[][..], &original[..30_000], &original[..original.len() / 2]] {
        fs::write(&log, content).unwrap();
        for arguments in [
            &["serve", "--port", "0", "--store", text(&dir)][..],
            &["check", "--store", text(&dir)],
        ] {
            let message = error_of(arguments);
            assert!(
                message.contains("restore the last good backup"),
                "{} bytes: {message}",
                content.len()
            );
        }
    }
}

#[test]
fn a_folder_with_an_interrupted_import_is_not_empty() {
    let folder = tempfile::tempdir().unwrap();
    let store_folder = StoreFolder::open(folder.path(), now()).unwrap();
    store_folder.mark_import().unwrap();
    drop(store_folder);
    let message = error_of(&["serve", "--port", "0", "--store", text(folder.path())]);
    assert!(
        message.contains("an import into it was interrupted; run it again"),
        "{message}"
    );
    let store_folder = StoreFolder::open(folder.path(), now()).unwrap();
    assert!(matches!(store_folder.has_store(), Err(Error::ImportInterrupted { .. })));
    assert!(
        !store_folder.has_store_for_import().unwrap(),
        "the import can be resumed"
    );
    StoreFolder::unmark_import(folder.path()).unwrap();
    store_folder.create(&BUNDLED, Timestamp::now()).unwrap();
    assert!(store_folder.has_store().unwrap());
}

#[test]
fn a_store_without_its_tokens_is_not_open_to_everyone() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("s");
    let store = text(&dir);
    drop(Server::start(&["--store", store]));
    let tokens = dir.join("tokens.json");
    for is_served_with_them in [false, true] {
        output_of(&["token", "create", "someone", "--role", "admin", "--store", store]);
        if is_served_with_them {
            drop(Server::start(&["--store", store]));
        }
        fs::remove_file(&tokens).unwrap();
        let message = error_of(&["serve", "--port", "0", "--store", store]);
        assert!(
            message.contains("the tokens that protect the store are missing")
                && message.contains("guanxi token create"),
            "{message}"
        );
    }
    output_of(&["token", "create", "someone", "--role", "admin", "--store", store]);
    drop(Server::start(&["--store", store]));
}

#[cfg(unix)]
#[test]
fn only_their_owner_can_read_the_files_of_a_store() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (dir, backup) = (folder.path().join("s"), folder.path().join("b"));
    drop(Server::start(&["--store", text(&dir)]));
    output_of(&["backup", text(&backup), "--store", text(&dir)]);
    let files = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
    for file in files.chain([backup]) {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    let message = error_of(&["backup", "-", "--store", text(&dir)]);
    assert!(message.contains("the name of a file"), "{message}");
    assert!(!Path::new("-").exists());
}

#[cfg(unix)]
#[test]
fn a_server_survives_its_terminal_and_boolean_settings_take_the_usual_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&["--store", text(folder.path())]);
    let hung_up = std::process::Command::new("kill")
        .args(["-HUP", &server.child.id().to_string()])
        .status();
    assert!(hung_up.unwrap().success());
    std::thread::sleep(Duration::from_millis(300));
    assert!(server.child.try_wait().unwrap().is_none(), "the server still runs");
    for (word, starts) in [
        ("1", true),
        ("yes", true),
        ("0", true),
        ("false", true),
        ("perhaps", false),
    ] {
        let output = program(&["serve", "--port", "0", "--data", "nowhere"])
            .env("GUANXI_READ_ONLY", word)
            .output()
            .unwrap();
        // A valid value is accepted, and the start fails because of the missing folder.
        assert_eq!(
            output.status.code(),
            Some(if starts { 1 } else { 2 }),
            "{word}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
