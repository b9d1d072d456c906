//! An import that ends before its end is gone on with by the next, and comes to the same.

use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    sync::mpsc,
    thread,
    time::Duration,
};

use guanxi::{
    model::Timestamp,
    store::folder::{Error, StoreFolder},
};
use proptest::prelude::*;

use super::{Desk, How, lei_file, rr_file};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn an_interrupted_import_goes_on_and_comes_to_the_same(
        names in prop::collection::vec("[A-Z][a-z]{2,8}", 1..400),
        links in prop::collection::vec((0_usize..400, 0_usize..400), 0..400),
        bad in prop::collection::vec(0_usize..400, 1..6),
        stops in prop::collection::vec(1_usize..6, 1..4),
    ) {
        let rows: Vec<(usize, &str)> = names.iter().map(String::as_str).enumerate().collect();
        let mut lei_text = lei_file(&rows);
        // Faults at which the import is ended, spread over the file.
        for line in &bad {
            let end = lei_text.lines().take(1 + line % (names.len() + 1)).map(|line| line.len() + 1).sum();
            lei_text.insert_str(end, "NOT-AN-LEI,Nobody,US,ACTIVE\n");
        }
        let links: Vec<(usize, usize, &str)> = links.iter().map(|(child, parent)| (*child, *parent, "2015-03-01T00:00:00Z")).collect();
        let rr_text = rr_file(&links);
        let import = |desk: &Desk, how: How| {
            let files = [desk.file("lei.csv", &lei_text), desk.file("rr.csv", &rr_text)];
            desk.import_as(&files, how)
        };
        let whole = Desk::new();
        import(&whole, How::default());
        let cut = Desk::new();
        for stop_after in stops {
            let how = How { stop_after, ..How::default() };
            let imported = import(&cut, how);
            imported.counts();
        }
        let last = import(&cut, How::default());
        prop_assert!(!last.done.is_incomplete);
        let ((entities, relationships, _), (others, other_relationships, _)) = (whole.content(), cut.content());
        prop_assert_eq!(entities, others);
        prop_assert_eq!(relationships, other_relationships);
        let again = import(&cut, How::default());
        prop_assert_eq!(again.counts()[1], 0);
    }
}

#[test]
fn a_store_is_not_served_half_imported() {
    let desk = Desk::new();
    let text = format!("{}NOT-AN-LEI,Nobody,US,ACTIVE\n", lei_file(&[(1, "One")]));
    let file = desk.file("lei.csv", &text);
    let how = How {
        stop_after: 1,
        ..How::default()
    };
    assert!(desk.import_as(&[file], how).done.is_incomplete);
    let home = StoreFolder::open(&desk.store(), Timestamp::now()).unwrap();
    let refused = home.has_store().unwrap_err();
    assert!(matches!(refused, Error::ImportInterrupted { .. }), "{refused}");
    assert!(refused.to_string().contains("run it again"), "{refused}");
}

#[test]
fn an_import_that_keeps_nothing_before_all_is_read_leaves_a_mark_until_it_ends() {
    let desk = Desk::new();
    let statement = |id: &str, kind: &str| {
        format!(
            r#"{{"statementId":"{id}-00000000000000000000000000000000","declarationSubject":"x","recordId":"{id}","recordStatus":"new","recordType":"entity","statementDate":"2020-01-01","recordDetails":{{"entityType":{{"type":"{kind}"}},"name":"{id}","isComponent":false}}}}"#
        )
    };
    let rejected = r#"{"statementId":"c-00000000000000000000000000000000","recordId":"c","recordType":"entity","recordDetails":7}"#;
    let file = desk.file(
        "in.json",
        &format!(
            "[{},{rejected},{}]",
            statement("a", "registeredEntity"),
            statement("b", "registeredEntity")
        ),
    );
    let how = How {
        stop_after: 1,
        ..How::default()
    };
    assert!(desk.import_as(std::slice::from_ref(&file), how).done.is_incomplete);
    let home = StoreFolder::open(&desk.store(), Timestamp::now()).unwrap();
    let refused = home.has_store().unwrap_err();
    assert!(matches!(refused, Error::ImportInterrupted { .. }), "{refused}");
    drop(home);
    assert!(!desk.import(&[file]).done.is_incomplete);
    let home = StoreFolder::open(&desk.store(), Timestamp::now()).unwrap();
    assert!(home.has_store().unwrap() && !home.is_import_marked());
}

#[test]
fn a_panic_ends_an_import_and_the_same_goes_on_from_there() {
    // Twice as many as are read ahead (`BATCHES_AHEAD`).
    let many: Vec<(usize, &str)> = (0..5_000).map(|row| (row, "Some")).collect();
    let file = |desk: &Desk| {
        let fault = "NOT-AN-LEI,Nobody,US,ACTIVE\n";
        // More is read ahead than is taken when it happens.
        let (begin, end) = (lei_file(&many[..10]), lei_file(&many[10..]));
        let (_, end) = end.split_once('\n').unwrap();
        desk.file("lei.csv", &format!("{begin}{fault}{fault}{end}"))
    };
    for is_known in [false, true] {
        let desk = Desk::new();
        if is_known {
            desk.import(&[desk.file("lei.csv", &lei_file(&many[..5]))]);
        }
        let panics = How {
            panic_after: 1,
            ..How::default()
        };
        let (sender, ended) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                let panicked =
                    panic::catch_unwind(AssertUnwindSafe(|| desk.try_import(&[file(&desk)], panics))).is_err();
                sender.send(panicked).unwrap();
            });
            // A thread that waits for ever would be waited for here as well.
            let Ok(panicked) = ended.recv_timeout(Duration::from_secs(120)) else {
                eprintln!("the import never ends");
                std::process::abort();
            };
            assert!(panicked);
        });
        if !is_known {
            // As if it had been killed before anything was kept.
            for file in fs::read_dir(desk.store()).unwrap().map(|file| file.unwrap().path()) {
                if file.file_name().unwrap().to_str().unwrap().starts_with("import.") {
                    fs::remove_file(file).unwrap();
                }
            }
            let refused = StoreFolder::open(&desk.store(), Timestamp::now())
                .unwrap()
                .has_store()
                .unwrap_err();
            assert!(matches!(refused, Error::ImportInterrupted { .. }), "{refused}");
        }
        let imported = desk.import(&[file(&desk)]);
        assert_eq!(imported.counts()[3], 2);
        assert_eq!(desk.content().0.len(), many.len(), "{is_known}");
    }
}
