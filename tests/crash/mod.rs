//! A process that is killed while it writes: every acknowledged change is there, no batch is half there, and nothing is found
//! wrong. The child is this test binary again, with a folder in its environment.

mod disks;

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use guanxi::{
    model::{Change, Dataset, Entity, EntityKind, Record, Retry, Timestamp},
    store::{State, Store, commit::Proposal, folder::StoreFolder},
};

/// The folder of the child's store.
const FOLDER: &str = "GUANXI_TEST_CRASH_DIR";
const WRITERS: u64 = 4;
/// What starts the line of an acknowledged change.
const TOLD: &str = "acknowledged ";

fn open(dir: &Path) -> Store {
    let home = StoreFolder::open(dir, Timestamp::now()).unwrap();
    if !home.has_store().unwrap() {
        let dataset = Dataset {
            title: "Crash".to_owned(),
            description: None,
            licence: None,
            recorded_at: Timestamp::UNIX_EPOCH,
            sources: Vec::new(),
            entities: vec![Entity::new("first", EntityKind::Company, "First").unwrap()],
            relationships: Vec::new(),
        };
        home.create(&dataset, Timestamp::now()).unwrap();
    }
    Store::open(home, |graph| Arc::new(State::unprepared(graph))).unwrap()
}

/// A batch of as many companies as its number says, all of one name.
fn batch(writer: u64, number: u64) -> Vec<Change> {
    let name = format!("{writer} {number}");
    let company =
        |member: u64| Entity::new(&format!("{writer}-{number}-{member}"), EntityKind::Company, &name).unwrap();
    let companies = (0..=number % 3).map(company);
    companies
        .map(|company| Change::Put(Box::new(Record::Entity(company))))
        .collect()
}

fn proposal(writer: u64, number: u64) -> Proposal {
    Proposal {
        retry: Some(Retry {
            key: format!("{writer} {number}"),
            digest: number,
        }),
        by: None,
        reason: None,
        at: Timestamp::now(),
        decide: Box::new(move |_| Ok(batch(writer, number))),
    }
}

/// Writes until it is killed, when it is run by [`a_killed_process_loses_nothing_that_it_acknowledged`].
#[test]
fn child() {
    let Some(dir) = env::var_os(FOLDER) else { return };
    let store = open(Path::new(&dir));
    let first = store.figures().position;
    thread::scope(|scope| {
        // A base may be half written when the end comes.
        scope.spawn(|| {
            loop {
                store.rebase().unwrap();
            }
        });
        for writer in 0..WRITERS {
            let store = &store;
            scope.spawn(move || {
                // Numbers that no earlier round has used.
                for number in first * 1000.. {
                    store.commit(proposal(writer, number)).unwrap();
                    let told = format!("{TOLD}{writer} {number}\n");
                    std::io::stdout().lock().write_all(told.as_bytes()).unwrap();
                }
            });
        }
    });
}

/// Runs a child for so long, kills it, and gives what it acknowledged.
fn killed_after(dir: &Path, delay: Duration) -> Vec<(u64, u64)> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--nocapture"])
        .env(FOLDER, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    let reader = thread::spawn(move || {
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        let told = lines.filter_map(|line| {
            let (writer, number) = line.strip_prefix(TOLD)?.split_once(' ')?;
            Some((writer.parse().unwrap(), number.parse().unwrap()))
        });
        told.collect::<Vec<_>>()
    });
    thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

/// Every batch in the store by its writer and number, with how many companies of it there are.
fn batches(store: &Store) -> BTreeMap<(u64, u64), usize> {
    let state = store.state();
    let graph = state.graph();
    let mask = graph.mask(&guanxi::model::View::now(Timestamp::MAX));
    let mut found = BTreeMap::new();
    for company in graph.entities(&mask) {
        let name = graph.entity(company).name();
        if let Some((writer, number)) = name.split_once(' ') {
            let batch = (writer.parse().unwrap(), number.parse().unwrap());
            *found.entry(batch).or_insert(0) += 1;
        }
    }
    found
}

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    const STORES: usize = 10;
    const ROUNDS: usize = 5;
    let mut in_all = 0;
    for _ in 0..STORES {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("store");
        let mut acknowledged = Vec::new();
        for _ in 0..ROUNDS {
            acknowledged.extend(killed_after(&dir, Duration::from_millis(fastrand::u64(1..250))));
            let checked = Command::new(env!("CARGO_BIN_EXE_guanxi"))
                .args(["check", "--store", dir.to_str().unwrap()])
                .output()
                .unwrap();
            let told = String::from_utf8(checked.stderr).unwrap();
            // Killed before there was anything.
            let unborn = told.contains("there is no guanxi.redb") && acknowledged.is_empty();
            assert!(checked.status.success() || unborn, "{told}");
        }
        let store = open(&dir);
        let found = batches(&store);
        for told in &acknowledged {
            assert!(found.contains_key(told), "{told:?} was acknowledged and is lost");
        }
        for ((writer, number), companies) in found {
            assert_eq!(
                companies,
                batch(writer, number).len(),
                "{writer} {number} is half there"
            );
        }
        if let Some((writer, number)) = acknowledged.last() {
            let position = store.figures().position;
            let receipt = store.commit(proposal(*writer, *number)).unwrap();
            assert!(receipt.replayed && receipt.entry.is_some());
            assert_eq!(store.figures().position, position);
        }
        in_all += acknowledged.len();
    }
    assert!(in_all > 100, "only {in_all} changes were acknowledged");
}
