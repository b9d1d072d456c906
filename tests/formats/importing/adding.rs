//! Many new records for a store that holds others: they are added beside everything else, and what comes of them is what comes of
//! them one by one.

use guanxi::model::Ends;
use proptest::prelude::*;

use super::{Desk, How, Imported, one};

const COMPANIES: &str = r#"
    [source]
    id = "companies"
    publisher = "P"
    title = "T"
    [[entity]]
    id = "c:{id}"
    kind = "COMPANY"
    name = "{name}"
"#;
const OWNERS: &str = r#"
    [source]
    id = "owners"
    publisher = "P"
    title = "T"
    [[entity]]
    id = "p:{person}"
    kind = "PERSON"
    name = "{person}"
    placeholder = true
    [[relationship]]
    kind = "OWNS"
    from = "p:{person}"
    to = "c:{company}"
    key = "1"
    share = "{share}"
"#;

fn how(mapping: &'static str, batch_max: usize) -> How {
    How {
        mapping: Some(mapping),
        batch_max,
        ..How::default()
    }
}

fn companies(count: usize) -> Desk {
    let desk = Desk::new();
    let rows: String = (0..count).map(|id| format!("{id},Company {id}\n")).collect();
    let file = desk.file("companies.csv", &format!("id,name\n{rows}"));
    desk.import_as(&one(&file), how(COMPANIES, 2));
    desk
}

fn import(desk: &Desk, rows: &str, batch_max: usize) -> Imported {
    let file = desk.file("owners.csv", &format!("person,company,share\n{rows}"));
    desk.import_as(&one(&file), how(OWNERS, batch_max))
}

/// Owners and what they own, with the first of the numbers of the share.
fn owned(desk: &Desk) -> Vec<(String, String, Option<f64>)> {
    let (_, relationships, _) = desk.content();
    let claim = relationships.into_iter().map(|claim| {
        let Ends::Known { from, to } = claim.ends else {
            panic!("both ends are known")
        };
        (from, to, claim.share.map(|share| share.range.min))
    });
    claim.collect()
}

#[test]
fn many_new_records_are_added_beside_everything_else_and_written_for_the_next_start() {
    let desk = companies(10);
    let rows: String = (0..200)
        .map(|row| format!("ann{},{},5\n", row / 10, row % 10))
        .collect();
    let imported = import(&desk, &rows, 10);
    assert_eq!(imported.done.tally.counts().imported, 200);
    let (entities, relationships, position) = desk.content();
    assert_eq!((entities.len(), relationships.len()), (30, 200));
    assert_eq!(desk.written(), Some(position), "no state stands beside the base");
    assert!(position >= 20, "each batch is an entry");
    let again = import(&desk, &rows, 10);
    assert_eq!(again.done.tally.counts().unchanged, 200);
    assert_eq!(desk.content().2, position);
}

#[test]
fn a_few_new_records_among_many_are_changes_as_any_others() {
    let desk = companies(400);
    import(&desk, "ann,1,5\nbob,2,5\ncid,3,5\n", 2);
    assert_eq!(
        desk.written(),
        Some(0),
        "the base is the one that the first import made"
    );
    assert_eq!(owned(&desk).len(), 3);
}

#[test]
fn what_waits_comes_in_while_others_are_added() {
    let desk = companies(3);
    let rows: String = (0..60).map(|row| format!("ann{row},{},5\n", row % 6)).collect();
    let imported = import(&desk, &rows, 4);
    assert_eq!(imported.done.waiting_in_store, 30);
    let rows: String = (3..6).map(|id| format!("{id},Company {id}\n")).collect();
    let file = desk.file("more.csv", &format!("id,name\n{rows}"));
    desk.import_as(&one(&file), how(COMPANIES, 2));
    assert_eq!(owned(&desk).len(), 60);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// New, known and changed records in any order and in batches of any size: what comes of them does not depend on how they
    /// are committed. That what is written is what the log makes is looked at after every import here.
    #[test]
    fn how_records_are_committed_makes_no_difference(
        before in prop::collection::vec((0..6_u8, 0..5_u8, 1..9_u8), 0..12),
        after in prop::collection::vec((0..9_u8, 0..7_u8, 1..9_u8), 1..60),
        batch_max in 1..9_usize,
    ) {
        let rows = |rows: &[(u8, u8, u8)]| -> String {
            rows.iter().map(|(person, company, share)| format!("ann{person},{company},{share}\n")).collect()
        };
        let together = |batch_max: usize| {
            let desk = companies(5);
            import(&desk, &rows(&before), 50);
            let imported = import(&desk, &rows(&after), batch_max);
            (desk, imported)
        };
        let (one, imported) = together(batch_max);
        let (other, at_once) = together(1_000);
        prop_assert_eq!(imported.done.tally.counts(), at_once.done.tally.counts());
        prop_assert_eq!(imported.findings, at_once.findings);
        let (entities, _, _) = one.content();
        prop_assert_eq!(entities, other.content().0);
        prop_assert_eq!(owned(&one), owned(&other));
    }
}
