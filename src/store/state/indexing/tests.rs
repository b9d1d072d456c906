//! Failures while an index is built or updated: they are reported and retried, and no search waits forever.

use std::thread;

use super::{background::ExclusiveTask, *};
use crate::{
    graph::GraphBuilder,
    model::{Entity, EntityKind, Record, Timestamp},
};

fn indexing() -> (Arc<Indexing>, Snapshot) {
    let mut builder = GraphBuilder::new(Timestamp::UNIX_EPOCH);
    let company = Entity::new("acme", EntityKind::Company, "Acme").unwrap();
    builder.add(&Record::Entity(company)).unwrap();
    let graph = builder.finish("Test", None, None).unwrap();
    (Indexing::new(&graph, IndexPreparation::InAdvance), graph)
}

#[test]
fn an_index_that_could_not_be_built_is_built_again() {
    let (indexing, graph) = indexing();
    let fail = |ago: Duration| {
        let at = Instant::now().checked_sub(ago).expect("the machine runs for longer");
        indexing.lock().latest = Latest::Failed("out of memory".to_owned(), at);
    };
    fail(Duration::ZERO);
    for _ in 0..3 {
        let failed = indexing.index(&graph).unwrap().unwrap_err();
        assert_eq!(failed, "out of memory");
    }
    assert!(!indexing.is_rebuilding.load(Ordering::Acquire), "not immediately");
    fail(RETRY);
    let start = Instant::now();
    while indexing.index(&graph).unwrap().is_err() {
        assert!(start.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_panic_without_the_lock_blocks_no_other_thread() {
    let (indexing, graph) = indexing();
    let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
        drop(indexing.run_unlocked(indexing.lock(), || -> u32 { panic!("out of ink") }));
    }));
    assert!(panicked.is_err());
    indexing.prepare(&graph);
    assert!(indexing.index(&graph).unwrap().is_ok());
    let task = ExclusiveTask::start(&indexing, |indexing| &indexing.is_updating).unwrap();
    assert!(ExclusiveTask::start(&indexing, |indexing| &indexing.is_updating).is_none());
    let panicked = panic::catch_unwind(AssertUnwindSafe(move || {
        let _task = task;
        panic!("out of ink");
    }));
    assert!(panicked.is_err());
    assert!(ExclusiveTask::start(&indexing, |indexing| &indexing.is_updating).is_some());
}

#[test]
fn a_panic_while_building_is_reported() {
    let failed = [
        catch_panic(|| -> Result<(), _> { panic!("out of ink") }),
        catch_panic(|| panic!("out of {}", "ink")),
    ];
    assert!(
        failed
            .into_iter()
            .all(|failed| failed.unwrap_err() == "a panic: out of ink")
    );
}
