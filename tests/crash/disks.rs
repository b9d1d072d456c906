//! The same on disks that are full or read-only in between, and with clocks that jump: what was acknowledged is there, what was
//! said not to be kept is not, and whatever nobody was told of is there as a whole or not at all.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use guanxi::{
    graph::Snapshot,
    model::Timestamp,
    store::{self, State, Store, commit::Error, folder::FolderAccess},
};

use super::{batch, open, proposal};
use crate::harness::mounts::{self, Tmpfs};

/// The folder of the child's store, and the number of its first batch.
const FOLDER: &str = "GUANXI_TEST_CRASH_DISK_DIR";
const FIRST: &str = "GUANXI_TEST_CRASH_DISK_FIRST";
const WRITERS: u64 = 4;
const ROUNDS: u64 = 50;
/// Numbers of batches that a round has at most.
const BATCHES: u64 = 1_000_000;

/// What a child says of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    /// It is sent.
    Sent,
    /// It is kept.
    Kept,
    /// It is not kept, and will not be.
    NotKept,
    /// It may have been kept.
    Unsure,
}

const WORDS: [(&str, Said); 4] = [
    ("sent", Said::Sent),
    ("kept", Said::Kept),
    ("not-kept", Said::NotKept),
    ("unsure", Said::Unsure),
];

/// Writes until it is killed, when it is run by [`no_change_is_lost_or_half_kept_whatever_the_disk_and_the_clock_do`].
#[test]
fn child() {
    let (Some(dir), Some(first)) = (env::var_os(FOLDER), env::var(FIRST).ok()) else {
        return;
    };
    let first: u64 = first.parse().unwrap();
    let store = open(Path::new(&dir));
    let say = |word: &str, writer: u64, number: u64| {
        let said = format!("{word} {writer} {number}\n");
        std::io::stdout().lock().write_all(said.as_bytes()).unwrap();
    };
    thread::scope(|scope| {
        // A base may be half written when the end comes, or when the disk is full.
        scope.spawn(|| {
            loop {
                let _ = store.rebase();
                thread::sleep(Duration::from_millis(20));
            }
        });
        for writer in 0..WRITERS {
            let store = &store;
            scope.spawn(move || {
                for number in first.. {
                    say("sent", writer, number);
                    match store.commit(proposal(writer, number)) {
                        Ok(_) => say("kept", writer, number),
                        Err(Error::Unavailable(_) | Error::Busy) => {
                            say("not-kept", writer, number);
                            thread::sleep(Duration::from_millis(5));
                        }
                        Err(Error::OutcomeUnknown(_)) => say("unsure", writer, number),
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
}

/// What happens in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    /// The disk is full until the end.
    Full,
    /// The disk is full for a while.
    FullForAWhile,
    /// It is read-only before it is opened again.
    ReadOnly,
    /// The clock is so many days ahead, or behind.
    Clock(i32),
}

const TROUBLES: [Trouble; 7] = [
    Trouble::None,
    Trouble::Full,
    Trouble::FullForAWhile,
    Trouble::ReadOnly,
    Trouble::Clock(400),
    Trouble::FullForAWhile,
    Trouble::Clock(-4_000),
];

/// The library that lets clocks jump.
fn faketime() -> Option<String> {
    let output = Command::new("faketime")
        .args(["-f", "+1d", "printenv", "LD_PRELOAD"])
        .output();
    let library = String::from_utf8(output.ok()?.stdout).ok()?;
    Some(library.trim().to_owned()).filter(|library| !library.is_empty())
}

/// Runs a child until it is killed, and gives the last that it said of each batch.
fn round(dir: &Path, disk: &Tmpfs, trouble: Trouble, first: u64) -> BTreeMap<(u64, u64), Said> {
    let exe = env::current_exe().unwrap();
    let mut command = match trouble {
        Trouble::Clock(days) => {
            // With the wrapper, it would be the wrapper that is killed.
            let library = faketime().unwrap_or_default();
            let mut command = Command::new(exe);
            command.env("LD_PRELOAD", library).env("FAKETIME", format!("{days:+}d"));
            // Only the clock on the wall jumps.
            command.env("DONT_FAKE_MONOTONIC", "1");
            command
        }
        _ => Command::new(exe),
    };
    let mut child = command
        .args(["--exact", "crash::disks::child", "--nocapture"])
        .env(FOLDER, dir)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    let (begun, begins) = std::sync::mpsc::channel();
    let reader = thread::spawn(move || {
        let mut said = BTreeMap::new();
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let told = line.split_once(' ').and_then(|(word, batch)| {
                let (_, said) = WORDS.iter().find(|(known, _)| *known == word)?;
                let (writer, number) = batch.split_once(' ')?;
                Some(((writer.parse().ok()?, number.parse().ok()?), *said))
            });
            if let Some((batch, told)) = told {
                said.insert(batch, told);
                let _ = begun.send(());
            }
        }
        said
    });
    // What comes before the first batch takes longest where much is run at a time.
    let _ = begins.recv_timeout(Duration::from_secs(20));
    let pause = |most: u64| thread::sleep(Duration::from_millis(fastrand::u64(1..most)));
    pause(120);
    if let Trouble::Full | Trouble::FullForAWhile = trouble {
        disk.fill();
        pause(120);
    }
    if trouble == Trouble::FullForAWhile {
        disk.free();
        pause(500);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

/// Every batch in the graph by its writer and number, with how many companies of it there are.
fn batches(graph: &Snapshot) -> BTreeMap<(u64, u64), usize> {
    let mask = graph.mask(&guanxi::model::View::now(Timestamp::MAX));
    let mut found = BTreeMap::new();
    for company in graph.entities(&mask) {
        if let Some((writer, number)) = graph.entity(company).name().split_once(' ') {
            *found
                .entry((writer.parse().unwrap(), number.parse().unwrap()))
                .or_insert(0) += 1;
        }
    }
    found
}

/// Whether what is there is what was told.
fn check(graph: &Snapshot, said: &BTreeMap<(u64, u64), Said>, round: u64) {
    let found = batches(graph);
    for (told, said) in said {
        match said {
            Said::Kept => assert!(
                found.contains_key(told),
                "round {round}: {told:?} was acknowledged and is lost"
            ),
            Said::NotKept => assert!(
                !found.contains_key(told),
                "round {round}: {told:?} was refused and is there"
            ),
            Said::Sent | Said::Unsure => {}
        }
    }
    for ((writer, number), companies) in found {
        assert!(
            said.contains_key(&(writer, number)),
            "round {round}: nobody sent {writer} {number}"
        );
        assert_eq!(
            companies,
            batch(writer, number).len(),
            "round {round}: {writer} {number} is half there"
        );
    }
}

#[test]
fn no_change_is_lost_or_half_kept_whatever_the_disk_and_the_clock_do() {
    if !mounts::inside("crash::disks::no_change_is_lost_or_half_kept_whatever_the_disk_and_the_clock_do") {
        return;
    }
    let has_clock = Command::new("faketime")
        .args(["-f", "+1d", "true"])
        .status()
        .is_ok_and(|status| status.success());
    if !has_clock {
        let sentence = "SKIPPED: clocks that jump: there is no `faketime`";
        assert!(env::var("CI").as_deref() != Ok("true"), "{sentence}");
        eprintln!("{sentence}");
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = Tmpfs::mount(&folder.path().join("disk"), 24 << 10);
    let dir = folder.path().join("disk/store");
    drop(open(&dir));
    let mut said = BTreeMap::new();
    let mut told = BTreeSet::new();
    for number in 0..ROUNDS {
        let trouble = TROUBLES[usize::try_from(number).unwrap() % TROUBLES.len()];
        let trouble = match trouble {
            Trouble::Clock(_) if !has_clock => Trouble::None,
            trouble => trouble,
        };
        let of_round = round(&dir, &disk, trouble, number * BATCHES);
        told.extend(of_round.values().map(|said| (trouble_name(trouble), *said)));
        said.extend(of_round);
        if trouble == Trouble::ReadOnly {
            disk.make_read_only();
            let guest = FolderAccess::open(&dir, Timestamp::now()).unwrap();
            assert!(matches!(guest, FolderAccess::ReadOnly(..)));
            let store = Store::open_read_only(&dir, guest, |graph| Arc::new(State::unprepared(graph))).unwrap();
            check(store.state().graph(), &said, number);
            let refused = store.commit(proposal(9, number)).unwrap_err();
            assert!(matches!(refused, Error::Unavailable(_)), "{refused}");
            drop(store);
            disk.make_writable();
        }
        // Where the disk is full still, all of it can be read.
        check(&store::read(&dir, Timestamp::now()).unwrap(), &said, number);
        disk.free();
        if number % 10 == 9 {
            let checked = Command::new(env!("CARGO_BIN_EXE_guanxi"))
                .args(["check", "--store", dir.to_str().unwrap()])
                .output()
                .unwrap();
            assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        }
    }
    let store = open(&dir);
    check(store.state().graph(), &said, ROUNDS);
    // What was left open is settled by sending it again, and nothing is made twice.
    let open_still = said
        .iter()
        .filter(|(_, said)| matches!(said, Said::Sent | Said::Unsure));
    let before = batches(store.state().graph());
    for ((writer, number), _) in open_still.take(200) {
        let receipt = store.commit(proposal(*writer, *number)).unwrap();
        assert_eq!(receipt.replayed, before.contains_key(&(*writer, *number)));
    }
    let kept = said.values().filter(|said| **said == Said::Kept).count();
    assert!(kept > 200, "only {kept} changes were acknowledged");
    println!("{kept} changes were acknowledged; {told:?}");
    let refused = |name: &str| told.contains(&(name.to_owned(), Said::NotKept));
    assert!(
        refused("Full") && refused("FullForAWhile"),
        "the disk was never full: {told:?}"
    );
}

fn trouble_name(trouble: Trouble) -> String {
    let name = format!("{trouble:?}");
    name.split('(').next().unwrap_or_default().to_owned()
}
