//! Chains in words.

use guanxi::{
    graph::{Direction, Pattern, Snapshot, algo::Chain},
    model::View,
};

use crate::harness::{now, sketch::sketch};

/// The sentence of the chain over these entities, each step over the only relationship between the two.
fn check(drawing: &str, entities: &[&str], expected: &str) {
    let snapshot = Snapshot::build(&sketch(drawing)).unwrap();
    let view = View::now(now());
    let mask = snapshot.mask(&view);
    let entity = |id: &str| snapshot.entity_by_id(id, &mask).unwrap();
    let hops = entities.windows(2).map(|ends| {
        let mut hops = snapshot.hops(entity(ends[0]), Pattern::in_direction(Direction::Both), mask);
        hops.find(|hop| hop.neighbor == entity(ends[1])).unwrap()
    });
    let chain = Chain {
        start: entity(entities[0]),
        hops: hops.collect(),
    };
    assert_eq!(chain.sentence(&snapshot, View::day_of(now())), expected);
}

#[test]
fn steps_along_their_relationships_are_one_sentence() {
    check(
        "A -60-> B -controls-> @Ann -40-> C",
        &["A", "B", "@Ann", "C"],
        "A owns B (60 %; Pencil), which controls @Ann (Pencil), who owns C (40 %; Pencil).",
    );
}

#[test]
fn a_step_against_its_relationship_is_worded_in_its_direction() {
    let drawing = "A -60-> B; C -40-> B; C -10-> D";
    check(
        drawing,
        &["A", "B", "C", "D"],
        "A owns B (60 %; Pencil). C owns B (40 %; Pencil). C owns D (10 %; Pencil).",
    );
    check(
        drawing,
        &["B", "C", "D"],
        "C owns B (40 %; Pencil). C owns D (10 %; Pencil).",
    );
}

#[test]
fn a_symmetric_step_reads_the_way_it_is_taken() {
    check(
        "B -partners_with-> A; B -60-> C",
        &["A", "B", "C"],
        "A partners with B (Pencil), which owns C (60 %; Pencil).",
    );
}

#[test]
fn a_chain_of_no_steps_has_an_empty_sentence() {
    check("A -60-> B", &["A"], "");
}
