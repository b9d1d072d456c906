//! What fails while an index is built or followed: it is told, nobody waits for ever, and it is tried again.

use super::*;
use crate::{
    graph::Builder,
    model::{Entity, EntityKind, Record, Timestamp},
};

fn indexing() -> (Arc<Indexing>, Snapshot) {
    let mut builder = Builder::new(Timestamp::UNIX_EPOCH);
    let company = Entity::new("acme", EntityKind::Company, "Acme").unwrap();
    builder.add(&Record::Entity(company)).unwrap();
    let graph = builder.finish("Test", None, None).unwrap();
    (Indexing::new(&graph, Preparation::Ahead), graph)
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
    assert!(!indexing.rebuilding.load(Ordering::Acquire), "not at once");
    fail(RETRY);
    let start = Instant::now();
    while indexing.index(&graph).unwrap().is_err() {
        assert!(start.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn whoever_panics_outside_the_lock_lets_nobody_wait() {
    let (indexing, graph) = indexing();
    let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
        drop(indexing.apart(indexing.lock(), || -> u32 { panic!("out of ink") }));
    }));
    assert!(panicked.is_err());
    indexing.prepare(&graph);
    assert!(indexing.index(&graph).unwrap().is_ok());
    let alone = Alone::of(&indexing, |indexing| &indexing.following).unwrap();
    assert!(Alone::of(&indexing, |indexing| &indexing.following).is_none());
    let panicked = panic::catch_unwind(AssertUnwindSafe(move || {
        let _alone = alone;
        panic!("out of ink");
    }));
    assert!(panicked.is_err());
    assert!(Alone::of(&indexing, |indexing| &indexing.following).is_some());
}

#[test]
fn a_panic_while_building_is_told() {
    let failed = [
        caught(|| -> Result<(), _> { panic!("out of ink") }),
        caught(|| panic!("out of {}", "ink")),
    ];
    assert!(
        failed
            .into_iter()
            .all(|failed| failed.unwrap_err() == "a panic: out of ink")
    );
}
