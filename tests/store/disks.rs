//! Real disks that are full, or on which nothing can be written: what is told, what is kept, and how it goes on.

use std::{
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use axum::body::Body;
use guanxi::{
    engine::Limits,
    http::{self, Access, Readiness, Service, Settings},
    model::{Change, Entity, EntityKind, Record, Timestamp},
    schema::Api,
    store::{
        State, Store, Trouble,
        commit::{self, Proposal},
        folder::Home,
    },
};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::command::{Serving, refused, told};
use crate::harness::{BUNDLED, mounts, mounts::Tmpfs, now, program};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn open(dir: &Path) -> Store {
    let home = Home::enter(dir, now()).unwrap();
    if !home.is_begun().unwrap() {
        home.begin(&BUNDLED, now()).unwrap();
    }
    Store::open(home, |graph| Arc::new(State::new(graph))).unwrap()
}

fn put(id: &str) -> Proposal {
    let mut company = Entity::new(id, EntityKind::Company, id).unwrap();
    // Large, and hardly to be packed.
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

/// What `/health/ready` answers for this store.
fn ready(store: &Arc<Store>) -> (u16, serde_json::Value) {
    let service = Service {
        api: Arc::new(Api::new(Limits::default()).unwrap()),
        store: Arc::clone(store),
        access: Access::open(),
    };
    let router = http::router(service, Settings::default(), Readiness::default()).unwrap();
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

/// Waits until it holds.
fn soon(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_full_disk_is_told_and_the_log_goes_on_when_there_is_room() {
    if !mounts::inside("store::disks::a_full_disk_is_told_and_the_log_goes_on_when_there_is_room") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = Tmpfs::mount(&folder.path().join("disk"), 8 << 10);
    let dir = folder.path().join("disk/store");
    let store = Arc::new(open(&dir));
    assert_eq!(ready(&store), (200, serde_json::json!({"status": "ready"})));
    let (mut kept, mut not_kept) = (Vec::new(), Vec::new());
    for round in 0..4 {
        disk.fill();
        for number in 0..2_000 {
            let id = format!("round-{round}-{number}");
            match store.commit(put(&id)) {
                Ok(_) => kept.push(id),
                Err(commit::Error::Unavailable(reason)) => {
                    assert!(reason.contains("No space left"), "{reason}");
                    not_kept.push(id);
                    break;
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(not_kept.len(), 4 * round + 1, "it was never full");
        // Nothing is tried while it is full, and everything that is kept can be read.
        for number in 0..3 {
            let id = format!("full-{round}-{number}");
            let refused = store.commit(put(&id)).unwrap_err();
            assert!(matches!(refused, commit::Error::Unavailable(_)), "{refused}");
            not_kept.push(id);
        }
        let entries = store.entries_after(0, usize::MAX).unwrap();
        assert_eq!(entries.len(), kept.len());
        let [
            Trouble::Unwritable {
                reason,
                unresolved: false,
            },
        ] = &store.troubles()[..]
        else {
            panic!("{:?}", store.troubles());
        };
        assert!(reason.contains("No space left"), "{reason}");
        let (status, told) = ready(&store);
        assert_eq!((status, &told["status"]), (503, &"unready".into()));
        assert_eq!(told["reasons"][0]["code"], "LOG_UNWRITABLE");
        let message = told["reasons"][0]["message"].as_str().unwrap();
        assert!(
            message.contains("No space left") && !message.contains(text(&dir)),
            "{message}"
        );
        disk.free();
        soon("it goes on", || store.troubles().is_empty());
        assert_eq!(ready(&store).0, 200);
        let id = format!("after-{round}");
        store.commit(put(&id)).unwrap();
        kept.push(id);
    }
    let check = |store: &Store| {
        assert!(kept.iter().all(|id| has(store, id)));
        assert!(!not_kept.iter().any(|id| has(store, id)));
        assert_eq!(store.figures().position, u64::try_from(kept.len()).unwrap());
    };
    check(&store);
    drop(store);
    check(&open(&dir));
    assert!(told(&["check", "--store", text(&dir)]).contains("no problems in the stored data"));
}

#[test]
fn a_store_on_which_nothing_can_be_written_is_read() {
    if !mounts::inside("store::disks::a_store_on_which_nothing_can_be_written_is_read") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = Tmpfs::mount(&folder.path().join("disk"), 16 << 10);
    let dir = folder.path().join("disk/store");
    let store = open(&dir);
    (0..20).for_each(|number| drop(store.commit(put(&format!("new-{number}"))).unwrap()));
    // As it is when the process is killed.
    let killed = folder.path().join("disk/killed");
    std::fs::create_dir(&killed).unwrap();
    for name in ["guanxi.redb", "begun"] {
        std::fs::copy(dir.join(name), killed.join(name)).unwrap();
    }
    store.settle().unwrap();
    drop(store);
    disk.make_read_only();
    for (number, dir) in [dir.as_path(), killed.as_path()].into_iter().enumerate() {
        let checked = told(&["check", "--store", text(dir)]);
        assert!(
            checked.contains("20 entries") && checked.contains("every page of the file"),
            "{checked}"
        );
        let backup = folder.path().join(format!("{number}.backup"));
        let copied = told(&["backup", text(&backup), "--store", text(dir)]);
        assert!(copied.contains("20 entries"), "{copied}");
        let again = folder.path().join(format!("restored-{number}"));
        told(&["restore", text(&backup), "--store", text(&again)]);
        assert!(has(&open(&again), "new-19"));
        let exported = told(&["export", "json-lines", "--store", text(dir)]);
        assert!(exported.contains("new-19"), "{exported}");
        let said = refused(&["serve", "--port", "0", "--store", text(dir)]);
        assert!(
            said.contains("serve it with --read-only") && said.contains("Read-only file system"),
            "{said}"
        );
        let serving = Serving::start(&["--read-only", "--store", text(dir)]);
        assert!(
            serving
                .asked(r#"{ entity(by: {id: "new-19"}) { name } }"#)
                .contains("new-19")
        );
        let changed = serving
            .asked(r#"mutation { retractEntities(input: {entities: [{id: "new-19"}]}) { userErrors { code } } }"#);
        assert!(changed.contains("FORBIDDEN"), "{changed}");
        let lines = folder.path().join("lines.jsonl");
        std::fs::write(&lines, exported).unwrap();
        let imported = program(&["import", "json-lines", text(&lines), "--store", text(dir)])
            .output()
            .unwrap();
        let said = String::from_utf8(imported.stderr).unwrap();
        assert!(
            !imported.status.success() && said.contains("Read-only file system"),
            "{said}"
        );
    }
    disk.make_writable();
    open(&dir).commit(put("after")).unwrap();
}

#[test]
fn what_the_start_does_not_read_is_read_afterwards_and_its_damage_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let store = open(&dir);
    (0..60).for_each(|number| drop(store.commit(put(&format!("new-{number}"))).unwrap()));
    store.settle().unwrap();
    store.commit(put("later")).unwrap();
    drop(store);
    let path = dir.join("guanxi.redb");
    let whole = std::fs::read(&path).unwrap();
    let verified = || {
        let store = Arc::new(open(&dir));
        store.verify_beside();
        store.wait_for_verification();
        store
    };
    assert_eq!(verified().troubles(), []);
    let mut damaged = 0;
    for place in (0..whole.len()).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        // Where the start reads, it refuses the store; elsewhere there may be nothing.
        let opened = Store::open(Home::enter(&dir, now()).unwrap(), |graph| {
            Arc::new(State::unprepared(graph))
        });
        let Ok(store) = opened else { continue };
        store.verify_beside();
        store.wait_for_verification();
        let store = Arc::new(store);
        let troubles = store.troubles();
        let [Trouble::Damaged { places }] = &troubles[..] else {
            assert_eq!(troubles, []);
            continue;
        };
        damaged += 1;
        assert!(
            places[0].starts_with("entry ") || places[0].starts_with("chunk "),
            "{places:?}"
        );
        assert!(troubles[0].to_string().contains("guanxi restore"));
        if damaged > 3 {
            continue;
        }
        let (status, told) = ready(&store);
        assert_eq!((status, &told["reasons"][0]["code"]), (503, &"LOG_DAMAGED".into()));
        drop(store);
        let said = refused(&["check", "--store", text(&dir)]);
        assert!(
            said.contains("restore the last good backup") && said.contains("guanxi export"),
            "{said}"
        );
        // What is served still can be taken along.
        super::command::told(&["export", "json-lines", "--store", text(&dir)]);
    }
    assert!(damaged > 5, "{damaged}");
}
