//! Real disks that are full or read-only: what is reported, what is stored, and recovery.

use std::{
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use axum::body::Body;
use guanxi::{
    engine::Limits,
    http::{self, Access, Backend, Readiness, Settings},
    model::{Change, Entity, EntityKind, Record, Timestamp},
    schema::Api,
    store::{
        HealthProblem, State, Store,
        commit::{self, Proposal},
        folder::StoreFolder,
    },
};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::command::{Server, error_of, output_of};
use crate::harness::{BUNDLED, mounts, mounts::Tmpfs, now, program};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn open(dir: &Path) -> Store {
    let store_folder = StoreFolder::open(dir, now()).unwrap();
    if !store_folder.has_store().unwrap() {
        store_folder.create(&BUNDLED, now()).unwrap();
    }
    Store::open(store_folder, |graph| Arc::new(State::new(graph))).unwrap()
}

fn put(id: &str) -> Proposal {
    let mut company = Entity::new(id, EntityKind::Company, id).unwrap();
    // Large, and not compressible.
    let words: Vec<String> = (0..400).map(|_| format!("{:x}", fastrand::u64(..))).collect();
    company.description = Some(words.join(" "));
    Proposal {
        retry: None,
        by: None,
        reason: None,
        at: Timestamp::now(),
        decide: Box::new(|_| Ok(vec![Change::Put(Box::new(Record::Entity(company)))])),
    }
}

fn has(store: &Store, id: &str) -> bool {
    let state = store.state();
    let mask = state.graph().mask(&guanxi::model::View::now(Timestamp::MAX));
    state.graph().entity_by_id(id, &mask).is_some()
}

/// The answer of `/health/ready` for this store.
fn ready(store: &Arc<Store>) -> (u16, serde_json::Value) {
    let backend = Backend {
        api: Arc::new(Api::new(Limits::default()).unwrap()),
        store: Arc::clone(store),
        access: Access::open(),
    };
    let router = http::router(backend, Settings::default(), Readiness::default()).unwrap();
    let request = axum::http::Request::builder()
        .uri("/health/ready")
        .body(Body::empty())
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let answer = router.oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    })
}

/// Waits until the condition holds.
fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_full_disk_is_reported_and_the_log_recovers_when_there_is_space() {
    if !mounts::inside("store::real_disks::a_full_disk_is_reported_and_the_log_recovers_when_there_is_space") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = Tmpfs::mount(&folder.path().join("disk"), 8 << 10);
    let dir = folder.path().join("disk/store");
    let store = Arc::new(open(&dir));
    assert_eq!(ready(&store), (200, serde_json::json!({"status": "ready"})));
    let (mut stored, mut refused_ids) = (Vec::new(), Vec::new());
    for round in 0..4 {
        disk.fill();
        for number in 0..2_000 {
            let id = format!("round-{round}-{number}");
            match store.commit(put(&id)) {
                Ok(_) => stored.push(id),
                Err(commit::Error::Unavailable(reason)) => {
                    assert!(reason.contains("No space left"), "{reason}");
                    refused_ids.push(id);
                    break;
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(refused_ids.len(), 4 * round + 1, "the disk was never full");
        // Changes are refused while it is full, and all stored ones can be read.
        for number in 0..3 {
            let id = format!("full-{round}-{number}");
            let refused = store.commit(put(&id)).unwrap_err();
            assert!(matches!(refused, commit::Error::Unavailable(_)), "{refused}");
            refused_ids.push(id);
        }
        let entries = store.entries_after(0, usize::MAX).unwrap();
        assert_eq!(entries.len(), stored.len());
        let [
            HealthProblem::Unwritable {
                reason,
                outcome_unknown: false,
            },
        ] = &store.health_problems()[..]
        else {
            panic!("{:?}", store.health_problems());
        };
        assert!(reason.contains("No space left"), "{reason}");
        let (status, report) = ready(&store);
        assert_eq!((status, &report["status"]), (503, &"unready".into()));
        assert_eq!(report["reasons"][0]["code"], "LOG_UNWRITABLE");
        let message = report["reasons"][0]["message"].as_str().unwrap();
        assert!(
            message.contains("No space left") && !message.contains(text(&dir)),
            "{message}"
        );
        disk.free();
        wait_until("it recovers", || store.health_problems().is_empty());
        assert_eq!(ready(&store).0, 200);
        let id = format!("after-{round}");
        store.commit(put(&id)).unwrap();
        stored.push(id);
    }
    let check = |store: &Store| {
        assert!(stored.iter().all(|id| has(store, id)));
        assert!(!refused_ids.iter().any(|id| has(store, id)));
        assert_eq!(store.figures().position, u64::try_from(stored.len()).unwrap());
    };
    check(&store);
    drop(store);
    check(&open(&dir));
    assert!(output_of(&["check", "--store", text(&dir)]).contains("no problems in the stored data"));
}

#[test]
fn a_store_on_which_nothing_can_be_written_is_read() {
    if !mounts::inside("store::real_disks::a_store_on_which_nothing_can_be_written_is_read") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = Tmpfs::mount(&folder.path().join("disk"), 16 << 10);
    let dir = folder.path().join("disk/store");
    let store = open(&dir);
    (0..20).for_each(|number| drop(store.commit(put(&format!("new-{number}"))).unwrap()));
    // The state of the folder after the process was killed.
    let killed = folder.path().join("disk/killed");
    std::fs::create_dir(&killed).unwrap();
    for name in ["guanxi.redb", "begun"] {
        std::fs::copy(dir.join(name), killed.join(name)).unwrap();
    }
    store.rebase().unwrap();
    drop(store);
    disk.make_read_only();
    for (number, dir) in [dir.as_path(), killed.as_path()].into_iter().enumerate() {
        let check_output = output_of(&["check", "--store", text(dir)]);
        assert!(
            check_output.contains("20 entries") && check_output.contains("every page of the file"),
            "{check_output}"
        );
        let backup = folder.path().join(format!("{number}.backup"));
        let backup_output = output_of(&["backup", text(&backup), "--store", text(dir)]);
        assert!(backup_output.contains("20 entries"), "{backup_output}");
        let restored = folder.path().join(format!("restored-{number}"));
        output_of(&["restore", text(&backup), "--store", text(&restored)]);
        assert!(has(&open(&restored), "new-19"));
        let exported = output_of(&["export", "json-lines", "--store", text(dir)]);
        assert!(exported.contains("new-19"), "{exported}");
        let message = error_of(&["serve", "--port", "0", "--store", text(dir)]);
        assert!(
            message.contains("serve it with --read-only") && message.contains("Read-only file system"),
            "{message}"
        );
        let server = Server::start(&["--read-only", "--store", text(dir)]);
        assert!(
            server
                .query(r#"{ entity(by: {id: "new-19"}) { name } }"#)
                .contains("new-19")
        );
        let changed = server
            .query(r#"mutation { retractEntities(input: {entities: [{id: "new-19"}]}) { userErrors { code } } }"#);
        assert!(changed.contains("FORBIDDEN"), "{changed}");
        let lines = folder.path().join("lines.jsonl");
        std::fs::write(&lines, exported).unwrap();
        let imported = program(&["import", "json-lines", text(&lines), "--store", text(dir)])
            .output()
            .unwrap();
        let message = String::from_utf8(imported.stderr).unwrap();
        assert!(
            !imported.status.success() && message.contains("Read-only file system"),
            "{message}"
        );
    }
    disk.make_writable();
    open(&dir).commit(put("after")).unwrap();
}

#[test]
fn damage_that_the_start_does_not_read_is_reported_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let store = open(&dir);
    (0..60).for_each(|number| drop(store.commit(put(&format!("new-{number}"))).unwrap()));
    store.rebase().unwrap();
    store.commit(put("later")).unwrap();
    drop(store);
    let path = dir.join("guanxi.redb");
    let original = std::fs::read(&path).unwrap();
    let verified = || {
        let store = Arc::new(open(&dir));
        store.verify_in_background();
        store.wait_for_verification();
        store
    };
    assert_eq!(verified().health_problems(), []);
    let mut damaged = 0;
    for place in (0..original.len()).step_by(original.len() / 60) {
        let mut bytes = original.clone();
        bytes[place] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        // The start refuses damage in what it reads; elsewhere the space may be unused.
        let opened = Store::open(StoreFolder::open(&dir, now()).unwrap(), |graph| {
            Arc::new(State::unprepared(graph))
        });
        let Ok(store) = opened else { continue };
        store.verify_in_background();
        store.wait_for_verification();
        let store = Arc::new(store);
        let problems = store.health_problems();
        let [HealthProblem::Damaged { places }] = &problems[..] else {
            assert_eq!(problems, []);
            continue;
        };
        damaged += 1;
        assert!(
            places[0].starts_with("entry ") || places[0].starts_with("chunk "),
            "{places:?}"
        );
        assert!(problems[0].to_string().contains("guanxi restore"));
        if damaged > 3 {
            continue;
        }
        let (status, report) = ready(&store);
        assert_eq!((status, &report["reasons"][0]["code"]), (503, &"LOG_DAMAGED".into()));
        drop(store);
        let message = error_of(&["check", "--store", text(&dir)]);
        assert!(
            message.contains("restore the last good backup") && message.contains("guanxi export"),
            "{message}"
        );
        // The data that is still served can be exported.
        output_of(&["export", "json-lines", "--store", text(&dir)]);
    }
    assert!(damaged > 5, "{damaged}");
}
