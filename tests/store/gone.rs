//! What is gone from the folder of a store is missed: nothing else takes its place, and nobody is let in who was not before.

use std::{fs, path::Path, time::Duration};

use guanxi::{
    model::Timestamp,
    store::folder::{Error, Home},
};

use super::command::{Serving, refused, told};
use crate::harness::{BUNDLED, now, program};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_store_whose_log_is_gone_is_not_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, backup) = (folder.path().join("s"), folder.path().join("b"));
    drop(Serving::start(&["--store", text(&dir)]));
    told(&["backup", text(&backup), "--store", text(&dir)]);
    fs::remove_file(dir.join("guanxi.redb")).unwrap();
    for arguments in [
        &["serve", "--port", "0", "--store", text(&dir)][..],
        &["import", "json-lines", "README.md", "--store", text(&dir)],
    ] {
        let said = refused(arguments);
        assert!(
            said.contains("guanxi.redb is gone") && said.contains("restore a backup"),
            "{said}"
        );
    }
    let said = refused(&["check", "--store", text(&dir)]);
    assert!(said.contains("guanxi.redb is gone"), "{said}");
    told(&["restore", text(&backup), "--store", text(&dir)]);
    drop(Serving::start(&["--store", text(&dir)]));
    let log = dir.join("guanxi.redb");
    let whole = fs::read(&log).unwrap();
    for damaged in [&[][..], &whole[..30_000], &whole[..whole.len() / 2]] {
        fs::write(&log, damaged).unwrap();
        for arguments in [
            &["serve", "--port", "0", "--store", text(&dir)][..],
            &["check", "--store", text(&dir)],
        ] {
            let said = refused(arguments);
            assert!(
                said.contains("restore the last good backup"),
                "{} bytes: {said}",
                damaged.len()
            );
        }
    }
}

#[test]
fn an_import_that_was_ended_before_it_kept_anything_is_no_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::enter(folder.path(), now()).unwrap();
    home.mark_importing().unwrap();
    drop(home);
    let said = refused(&["serve", "--port", "0", "--store", text(folder.path())]);
    assert!(
        said.contains("an import into it was interrupted; run it again"),
        "{said}"
    );
    let home = Home::enter(folder.path(), now()).unwrap();
    assert!(matches!(home.is_begun(), Err(Error::Unfinished { .. })));
    assert!(!home.is_begun_for_an_import().unwrap(), "the import goes on");
    Home::unmark_importing(folder.path()).unwrap();
    home.begin(&BUNDLED, Timestamp::now()).unwrap();
    assert!(home.is_begun().unwrap());
}

#[test]
fn a_store_whose_tokens_are_gone_is_not_open_to_everybody() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("s");
    let store = text(&dir);
    drop(Serving::start(&["--store", store]));
    let tokens = dir.join("tokens.json");
    for is_served_with_them in [false, true] {
        told(&["token", "create", "someone", "--role", "admin", "--store", store]);
        if is_served_with_them {
            drop(Serving::start(&["--store", store]));
        }
        fs::remove_file(&tokens).unwrap();
        let said = refused(&["serve", "--port", "0", "--store", store]);
        assert!(
            said.contains("the tokens that protect the store are missing") && said.contains("guanxi token create"),
            "{said}"
        );
    }
    told(&["token", "create", "someone", "--role", "admin", "--store", store]);
    drop(Serving::start(&["--store", store]));
}

#[cfg(unix)]
#[test]
fn only_their_owner_reads_the_files_of_a_store() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (dir, backup) = (folder.path().join("s"), folder.path().join("b"));
    drop(Serving::start(&["--store", text(&dir)]));
    told(&["backup", text(&backup), "--store", text(&dir)]);
    let files = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
    for file in files.chain([backup]) {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    let said = refused(&["backup", "-", "--store", text(&dir)]);
    assert!(said.contains("the name of a file"), "{said}");
    assert!(!Path::new("-").exists());
}

#[cfg(unix)]
#[test]
fn a_terminal_that_closes_ends_no_server_and_settings_take_the_usual_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut serving = Serving::start(&["--store", text(folder.path())]);
    let hung_up = std::process::Command::new("kill")
        .args(["-HUP", &serving.child.id().to_string()])
        .status();
    assert!(hung_up.unwrap().success());
    std::thread::sleep(Duration::from_millis(300));
    assert!(serving.child.try_wait().unwrap().is_none(), "it serves on");
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
        // What is understood goes on to the folder that is not there.
        assert_eq!(
            output.status.code(),
            Some(if starts { 1 } else { 2 }),
            "{word}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
