//! Ultimate parents and corporate groups over drawn graphs.

use guanxi::{
    graph::{
        Budget, EntityIx, Snapshot,
        algo::{corporate_group, ultimate_parent},
    },
    model::View,
};

use crate::harness::{now, sketch::sketch};

/// `parent(C): A`, or `group(C): A: B 1, C 2`, or `chains(C): A B, A B C`.
fn check(drawing: &str, claim: &str) {
    let (question, expected) = claim.split_once("):").unwrap();
    let (question, company) = question.split_once('(').unwrap();
    let snapshot = Snapshot::build(&sketch(drawing)).unwrap();
    let mask = snapshot.mask(&View::now(now()).for_computing());
    let company = snapshot.entity_by_id(company, &mask).unwrap();
    let budget = Budget::new(1_000_000, || false);
    let id = |entity: EntityIx| snapshot.entity(entity).id().to_owned();
    let group = corporate_group(&snapshot, mask, company, &budget).unwrap();
    let told = match question {
        "parent" => ultimate_parent(&snapshot, mask, company, &budget)
            .unwrap()
            .map(id)
            .unwrap_or_default(),
        "group" => {
            let members = group
                .members()
                .map(|member| format!("{} {}", id(member.entity), member.distance));
            format!("{}: {}", id(group.parent), members.collect::<Vec<_>>().join(", "))
        }
        "chains" => {
            let chains = group.members().map(|member| group.chain(member));
            let told = chains.map(|chain| chain.entities().map(id).collect::<Vec<_>>().join(" "));
            told.collect::<Vec<_>>().join(", ")
        }
        _ => panic!("{question} is no question"),
    };
    assert_eq!(told.trim(), expected.trim(), "{claim} of {drawing}");
}

#[test]
fn a_parent_owns_over_half_for_certain_consolidates_or_controls() {
    check("A -60-> B -50.1-> C", "parent(C): A");
    check("A ->50..100-> B", "parent(B): A");
    check("A -50-> B", "parent(B):");
    check("A -50..100-> B", "parent(B):");
    check("A -?-> B", "parent(B):");
    check("@Ann -controls-> A -consolidates-> B", "parent(B): @Ann");
}

#[test]
fn what_is_disputed_or_only_reported_makes_no_parent() {
    check("A -!100-> B", "parent(B):");
    check("A -~100-> B", "parent(B):");
    check("A -!controls-> B", "parent(B):");
}

#[test]
fn the_top_has_no_parent_but_a_group() {
    check("A -60-> B", "parent(A):");
    check("A -60-> B", "group(A): A: B 1");
    check("A -40-> B", "group(B): B:");
}

#[test]
fn of_several_parents_accounts_go_before_shares_and_shares_before_influence() {
    check("A -controls-> D; B -60-> D; C -consolidates-> D", "parent(D): C");
    check("A -controls-> D; B -60-> D", "parent(D): B");
    check("B -60-> D; A -60-> D", "parent(D): A");
}

#[test]
fn direct_and_ultimate_parents_lead_to_the_same_top() {
    // A register names the direct parent M and the ultimate parent U.
    check(
        "M -consolidates-> C; U -consolidates-> C; U -consolidates-> M",
        "parent(C): U",
    );
    check(
        "M -consolidates-> C; U -consolidates-> C; U -consolidates-> M",
        "group(C): U: C 1, M 1",
    );
}

#[test]
fn a_circle_is_left_where_it_can_be_and_else_led_by_its_smallest_id() {
    check("B -60-> C -60-> B", "parent(C): B");
    check("B -60-> C -60-> B", "parent(B):");
    check("B -60-> C -60-> B", "group(B): B: C 1");
    check("B -60-> C -60-> B; C -60-> D", "parent(D): B");
    check("B -60-> C -60-> B; Z -controls-> C; B -60-> D", "parent(D): Z");
    check("A -100-> A", "parent(A):");
    check(
        "B -60-> C -60-> E -60-> B; E -60-> B; C -70-> D -70-> B",
        "parent(E): B",
    );
}

#[test]
fn members_stand_by_distance_with_their_shortest_chain() {
    check(
        "A -60-> C; A -60-> B -60-> D -60-> E; C -60-> D; A -controls-> E",
        "chains(E): A B, A C, A E, A B D",
    );
    check("@Ann -60-> A -60-> @Bob -60-> C", "group(A): @Ann: A 1");
}

#[test]
fn a_long_chain_of_parents_is_followed_to_the_top() {
    let drawing: String = (0..5_000).map(|at| format!("A{at} -100-> A{};", at + 1)).collect();
    check(&drawing, "parent(A5000): A0");
}
