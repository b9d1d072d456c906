//! The log in a file on a failing disk: no acknowledged entry is lost, groups are complete or absent, and damage is located.

use std::sync::Arc;

use guanxi::{
    graph::Snapshot,
    model::{Action, AppliedChange, Change, Dataset, Entity, EntityKind, Entry, Record, Retry},
    store::{
        HealthProblem, State, Store,
        commit::{self, Proposal},
        log::{self, CommittedRetry, Durable, Error, Log, LogReader, Memory, RoundTrip},
    },
};
use proptest::{collection::vec, prelude::*, sample::Index};

use super::{
    memory_disk::{Disk, Failure},
    serialization,
};
use crate::harness::{BUNDLED, now};

/// A disk with a log whose initial data is the bundled data.
fn disk_with_log() -> Disk {
    let disk = Disk::default();
    log::create(disk.clone(), &BUNDLED, now()).unwrap();
    disk
}

fn log_on(disk: &Disk) -> Log {
    let disk = disk.clone();
    let log = Durable::open(move |_| Ok(disk.clone()), || Ok(())).unwrap();
    Log::Durable(Box::new(log))
}

/// An entry at this position with a retry key of its own.
fn entry_at(position: u64) -> Arc<Entry> {
    Arc::new(Entry {
        position,
        recorded_at: now(),
        reason: Some(format!("the reason of entry {position}")),
        by: None,
        retry: Some(Retry {
            key: format!("key {position}"),
            digest: position * 7,
        }),
        steps: Vec::new(),
    })
}

fn append(log: &Log, entries: &[Arc<Entry>]) -> Result<(), Error> {
    let prepared: Vec<_> = entries
        .iter()
        .map(|entry| log.prepare(Arc::clone(entry), RoundTrip::Unchecked).unwrap())
        .collect();
    log.append(&prepared)
}

/// The initial data and the entries of the log on a disk.
fn read(disk: &Disk) -> Result<(Dataset, Vec<Entry>), Error> {
    let reader = LogReader::exclusive(|| Ok(disk.clone()))?;
    let mut entries = Vec::new();
    reader.replay(0, |entry| {
        entries.push(entry);
        Ok(())
    })?;
    assert_eq!(u64::try_from(entries.len()).unwrap(), reader.last_position());
    let head = reader.head().clone();
    let mut dataset = Dataset {
        title: head.title,
        description: head.description,
        licence: head.licence,
        recorded_at: head.recorded_at,
        sources: Vec::new(),
        entities: Vec::new(),
        relationships: Vec::new(),
    };
    reader.load(|record| -> Result<(), Error> {
        match record {
            Record::Source(source) => dataset.sources.push(source),
            Record::Entity(entity) => dataset.entities.push(entity),
            Record::Relationship(relationship) => dataset.relationships.push(relationship),
        }
        Ok(())
    })?;
    Ok((dataset, entries))
}

fn positions(entries: &[Arc<Entry>]) -> Vec<u64> {
    entries.iter().map(|entry| entry.position).collect()
}

#[test]
fn appended_entries_are_read_before_and_after_reopening() {
    let disk = disk_with_log();
    let check = |log: &Log| {
        assert_eq!(log.last_position(), 5);
        assert_eq!(positions(&log.entries_after(0, 3).unwrap()), [1, 2, 3]);
        assert_eq!(positions(&log.entries_after(3, 100).unwrap()), [4, 5]);
        assert!(log.entries_after(5, 100).unwrap().is_empty());
        assert!(log.entries_after(u64::MAX, 100).unwrap().is_empty());
        assert_eq!(*log.entries_after(1, 1).unwrap()[0], *entry_at(2));
        let committed = CommittedRetry {
            digest: 28,
            position: 4,
        };
        assert_eq!(log.retry("key 4").unwrap(), Some(committed));
        assert_eq!(log.retry("key 9").unwrap(), None);
    };
    for log in [log_on(&disk), Log::Memory(Memory::default())] {
        append(&log, &[entry_at(1), entry_at(2)]).unwrap();
        append(&log, &[entry_at(3), entry_at(4), entry_at(5)]).unwrap();
        check(&log);
        let refused = append(&log, &[entry_at(7)]).unwrap_err();
        assert_eq!(refused.to_string(), "entry 7 does not follow entry 5");
        check(&log);
    }
    check(&log_on(&disk));
    assert_eq!(read(&disk).unwrap().0, *BUNDLED);
}

#[test]
fn an_entry_that_would_not_be_read_back_is_refused_before_it_is_written() {
    let log = log_on(&disk_with_log());
    let mut deep = serde_json::Value::Null;
    for _ in 0..200 {
        deep = serde_json::Value::Array(vec![deep]);
    }
    let mut entity = BUNDLED.entities[0].clone();
    entity.properties = Some([("deep".to_owned(), deep)].into_iter().collect());
    let mut entry = Entry::clone(&entry_at(1));
    entry.steps.push(AppliedChange {
        change: Change::Put(Box::new(Record::Entity(entity))),
        action: Action::Created,
        version: 1,
        entities: Vec::new(),
    });
    let refused = log
        .prepare(Arc::new(entry), RoundTrip::Unchecked)
        .unwrap_err()
        .to_string();
    assert!(refused.starts_with("entry 1 cannot be stored: "), "{refused}");
    append(&log, &[entry_at(1)]).unwrap();
}

#[test]
fn a_failed_log_reports_what_was_stored_and_recovers() {
    for failure in [Failure::ShortWrite, Failure::Full, Failure::Sync] {
        let (mut failures, mut unknown_outcomes) = (0, 0);
        for successes in 0..60 {
            let disk = disk_with_log();
            let log = log_on(&disk);
            append(&log, &[entry_at(1)]).unwrap();
            disk.fail_after(successes, failure);
            let failed = match append(&log, &[entry_at(2), entry_at(3)]) {
                Ok(()) if failures > 0 && log.failure().is_none() => break,
                Ok(()) => None,
                Err(error) => Some(error),
            };
            failures += 1;
            if log.failure().is_some() {
                let refused = append(&log, &[entry_at(log.last_position() + 1)]).unwrap_err();
                assert!(matches!(refused, Error::NotWritten(_)), "{refused}");
            }
            let acknowledged = log.last_position();
            match &failed {
                None => assert_eq!(acknowledged, 3),
                Some(Error::NotWritten(_)) => assert_eq!(acknowledged, 1),
                Some(Error::OutcomeUnknown(_)) => {
                    unknown_outcomes += 1;
                    assert_eq!(acknowledged, 1);
                    assert!(log.failure().unwrap().outcome_unknown);
                    // It is not visible before it is known to be durable.
                    assert!(log.retry("key 3").map_or(true, |committed| committed.is_none()));
                }
                Some(other) => panic!("{other}"),
            }
            // The group is complete or absent, and results that were reported are true.
            let expected: &[usize] = match &failed {
                None => &[3],
                Some(Error::NotWritten(_)) => &[1],
                Some(_) => &[1, 3],
            };
            for disk in [disk.clone(), disk.after_power_loss(|| 1), disk.after_power_loss(|| 0)] {
                let (dataset, entries) = read(&Disk::with_bytes(disk.bytes())).unwrap();
                assert_eq!(dataset, *BUNDLED);
                assert!(
                    expected.contains(&entries.len()),
                    "{failure:?} after {successes}, {failed:?}: {}",
                    entries.len()
                );
            }
            disk.repair();
            log.reopen().unwrap();
            log.resume().unwrap();
            assert_eq!(log.failure(), None);
            let stored = log.last_position();
            assert!(expected.contains(&usize::try_from(stored).unwrap()));
            let all: Vec<u64> = (1..=stored).collect();
            assert_eq!(positions(&log.entries_after(0, 10).unwrap()), all);
            append(&log, &[entry_at(stored + 1)]).unwrap();
            drop(log);
            for disk in [disk.clone(), disk.after_power_loss(|| 1)] {
                assert_eq!(read(&disk).unwrap().1.len(), all.len() + 1);
                let log = log_on(&disk);
                append(&log, &[entry_at(log.last_position() + 1)]).unwrap();
            }
        }
        assert!(failures > 1, "{failure:?} never failed");
        // Whether a failed write is on the disk is only known after reopening.
        assert!(unknown_outcomes > 0, "{failure:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_entries_are_read_back(entries in vec(serialization::entry(), 1..4), dataset in serialization::dataset()) {
        let disk = Disk::default();
        log::create(disk.clone(), &dataset, now()).unwrap();
        let entries: Vec<Arc<Entry>> = (1..).zip(entries).map(|(position, entry)| Arc::new(Entry { position, ..entry })).collect();
        append(&log_on(&disk), &entries).unwrap();
        let (initial_data, read) = read(&disk).unwrap();
        prop_assert_eq!(initial_data, dataset);
        prop_assert_eq!(read, entries.iter().map(|entry| Entry::clone(entry)).collect::<Vec<_>>());
    }

    #[test]
    fn a_power_failure_loses_no_acknowledged_entry(
        groups in vec(1u64..4, 1..5), stop in 0usize..30, sectors in vec(any::<usize>(), 1..64)
    ) {
        let disk = disk_with_log();
        let log = log_on(&disk);
        let mut acknowledged = 0;
        let mut ends = vec![0];
        for (number, size) in groups.iter().enumerate() {
            if number + 1 == groups.len() {
                // The power fails somewhere in the last group.
                disk.fail_after(stop, if stop % 2 == 0 { Failure::Sync } else { Failure::Full });
            }
            let first = log.last_position() + 1;
            let entries: Vec<_> = (first..first + size).map(entry_at).collect();
            ends.push(first + size - 1);
            if append(&log, &entries).is_ok() {
                acknowledged = first + size - 1;
            }
        }
        let mut sectors = sectors.into_iter().cycle();
        let remaining = disk.after_power_loss(|| sectors.next().unwrap());
        let (dataset, entries) = read(&remaining).unwrap();
        prop_assert_eq!(&dataset, &*BUNDLED);
        let last = u64::try_from(entries.len()).unwrap();
        prop_assert!(last >= acknowledged && ends.contains(&last), "{} of {} in {:?}", last, acknowledged, ends);
        let log = log_on(&remaining);
        prop_assert_eq!(log.last_position(), last);
        append(&log, &[entry_at(last + 1)]).unwrap();
        drop(log);
        log::check_pages(remaining).unwrap();
    }

    #[test]
    fn a_damaged_file_is_refused_or_read_correctly(place in any::<Index>(), length in 1usize..600, cut in proptest::bool::weighted(0.2)) {
        let disk = disk_with_log();
        let log = log_on(&disk);
        for position in 1..=20 {
            append(&log, &[entry_at(position)]).unwrap();
        }
        // Of a log that was not closed, and of one that was.
        for whole in [disk.bytes(), { drop(log); disk.bytes() }] {
            let mut bytes = whole.clone();
            let place = place.index(bytes.len());
            if cut {
                bytes.truncate(place);
            } else {
                let end = bytes.len().min(place + length);
                bytes[place..end].iter_mut().for_each(|byte| *byte ^= 0x5a);
            }
            let damaged = Disk::with_bytes(bytes.clone());
            match read(&damaged) {
                Ok((dataset, entries)) => {
                    prop_assert_eq!(&dataset, &*BUNDLED);
                    prop_assert_eq!(entries.len(), 20);
                }
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
            // Reading does not change the file, so that data can still be rescued manually.
            prop_assert!(damaged.bytes() == bytes);
        }
    }
}

#[test]
fn a_damaged_entry_is_named() {
    let disk = disk_with_log();
    let log = log_on(&disk);
    for position in 1..=40 {
        append(&log, &[entry_at(position)]).unwrap();
    }
    drop(log);
    let whole = disk.bytes();
    let mut named = Vec::new();
    for place in (0..whole.len()).step_by(64) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        if let Err(error) = read(&Disk::with_bytes(bytes)) {
            named.push(error.to_string());
        }
    }
    assert!(
        named
            .iter()
            .any(|message| message == "entry 12: the checksum does not match"),
        "{named:?}"
    );
    assert!(
        named
            .iter()
            .any(|message| message == "chunk 1 of the initial data: the checksum does not match"),
        "{named:?}"
    );
}

#[test]
fn a_store_with_a_failing_disk_refuses_changes_and_is_still_read() {
    let disk = disk_with_log();
    let graph = Snapshot::build(&BUNDLED).unwrap();
    let store = Store::with_log(Arc::new(State::unprepared(graph)), log_on(&disk));
    let commit = |id: &'static str| {
        store.commit(Proposal {
            retry: None,
            by: None,
            reason: None,
            at: now(),
            decide: Box::new(move |_| {
                let company = Entity::new(id, EntityKind::Company, id).unwrap();
                Ok(vec![Change::Put(Box::new(Record::Entity(company)))])
            }),
        })
    };
    commit("before").unwrap();
    let before = store.state().graph().last_recorded_at();
    disk.fail_after(1, Failure::Sync);
    let refused = commit("failing").unwrap_err();
    assert!(
        matches!(&refused, commit::Error::OutcomeUnknown(message) if message.contains("the disk is gone")),
        "{refused}"
    );
    let refused = commit("after").unwrap_err();
    assert!(matches!(&refused, commit::Error::Unavailable(_)), "{refused}");
    assert_eq!(store.state().graph().last_recorded_at(), before);
    assert_eq!(*store.watch().borrow(), 1);
    assert_eq!(positions(&store.entries_after(0, 10).unwrap()), [1]);
    let [
        HealthProblem::Unwritable {
            outcome_unknown: true, ..
        },
    ] = &store.health_problems()[..]
    else {
        panic!("{:?}", store.health_problems());
    };
    disk.repair();
    let start = std::time::Instant::now();
    while !store.health_problems().is_empty() {
        assert!(
            start.elapsed() < std::time::Duration::from_secs(20),
            "it never recovered"
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    // Exactly the stored changes are visible.
    let published = *store.watch().borrow();
    let mask = store
        .state()
        .graph()
        .mask(&guanxi::model::View::now(guanxi::model::Timestamp::MAX));
    let is_visible = store.state().graph().entity_by_id("failing", &mask).is_some();
    assert_eq!(published, if is_visible { 2 } else { 1 });
    assert_eq!(commit("later").unwrap().entry.unwrap().position, published + 1);
    drop(store);
    assert_eq!(u64::try_from(read(&disk).unwrap().1.len()).unwrap(), published + 1);
}

#[test]
fn entries_are_returned_without_reading_from_disk_only_if_they_are_in_memory() {
    let disk = disk_with_log();
    let graph = || Arc::new(State::unprepared(Snapshot::build(&BUNDLED).unwrap()));
    let put = |_: &Snapshot| {
        let company = Entity::new("before", EntityKind::Company, "Before").unwrap();
        Ok(vec![Change::Put(Box::new(Record::Entity(company)))])
    };
    let store = Store::with_log(graph(), log_on(&disk));
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: None,
        at: now(),
        decide: Box::new(put),
    };
    store.commit(proposal).unwrap();
    assert_eq!(positions(&store.recent_after(0, 10).unwrap()), [1]);
    drop(store);
    let log = log_on(&disk);
    assert!(log.recent_after(0, 10).is_none());
    assert_eq!(positions(&log.entries_after(0, 10).unwrap()), [1]);
    assert_eq!(log.recent_after(1, 10).map(|entries| entries.len()), Some(0));
}

#[test]
fn a_file_that_is_not_a_log_is_refused() {
    let empty = LogReader::exclusive(|| Ok(Disk::default())).unwrap_err().to_string();
    let text = LogReader::exclusive(|| Ok(Disk::with_bytes(b"id,name\n".repeat(1000))))
        .unwrap_err()
        .to_string();
    for message in [empty, text] {
        assert!(message.contains("is not a log of guanxi"), "{message}");
    }
}

#[test]
fn a_refusal_that_depends_on_lost_changes_is_not_reported() {
    let disk = disk_with_log();
    let graph = Snapshot::build(&BUNDLED).unwrap();
    let store = Store::with_log(Arc::new(State::unprepared(graph)), log_on(&disk));
    let proposal = |decide: commit::Decide| Proposal {
        retry: None,
        by: None,
        reason: None,
        at: now(),
        decide,
    };
    let put = |id: &'static str| -> commit::Decide {
        Box::new(move |graph: &Snapshot| {
            let mask = graph.mask(&guanxi::model::View::now(guanxi::model::Timestamp::MAX));
            if graph.entity_by_id(id, &mask).is_some() {
                return Err(Box::new("there is one"));
            }
            let company = Entity::new(id, EntityKind::Company, id).unwrap();
            Ok(vec![Change::Put(Box::new(Record::Entity(company)))])
        })
    };
    let group = || {
        // The others wait while the first is decided, and share a write.
        let (waits, go) = std::sync::mpsc::channel::<()>();
        let mut decide = Some(go);
        let first = store
            .submit(
                proposal(Box::new(move |_| {
                    decide.take().unwrap().recv().unwrap();
                    Err(Box::new("nothing"))
                })),
                RoundTrip::Unchecked,
            )
            .unwrap();
        let rest: Vec<_> = ["acme", "acme"]
            .map(|id| store.submit(proposal(put(id)), RoundTrip::Unchecked).unwrap())
            .into_iter()
            .collect();
        waits.send(()).unwrap();
        assert!(matches!(first.wait(), Err(commit::Error::Rejected(_))));
        rest.into_iter().map(commit::Pending::wait).collect::<Vec<_>>()
    };
    disk.fail_after(0, Failure::Full);
    let results = group();
    assert!(!results.iter().any(Result::is_ok), "{results:?}");
    assert!(
        !results
            .iter()
            .any(|result| matches!(result, Err(commit::Error::Rejected(_)))),
        "no change was stored: {results:?}"
    );
    disk.repair();
    let start = std::time::Instant::now();
    while !store.health_problems().is_empty() {
        assert!(
            start.elapsed() < std::time::Duration::from_secs(20),
            "it never recovered"
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let results = group();
    assert!(
        results[0].is_ok() || matches!(results[0], Err(commit::Error::Rejected(_))),
        "{results:?}"
    );
    assert!(matches!(results[1], Err(commit::Error::Rejected(_))), "{results:?}");
}
