//! Effective ownership over drawn graphs.

use guanxi::{
    graph::{
        Budget, EntityIx, Exhausted, Mask, Snapshot,
        algo::{UltimateOwners, ultimate_owners},
    },
    model::{AsOf, Set, ShareOf, View},
};

use crate::harness::{now, sketch::sketch};

/// What is requested of a drawing, in addition to the company.
pub(super) struct Asking {
    pub(super) view: View,
    pub(super) of: ShareOf,
    pub(super) threshold: f64,
}

pub(super) fn today() -> Asking {
    Asking {
        view: View::now(now()).for_computing(),
        of: ShareOf::Capital,
        threshold: 0.0,
    }
}

fn solve(drawing: &str, company: &str, asking: &Asking) -> (Snapshot, UltimateOwners) {
    let snapshot = Snapshot::build(&sketch(drawing)).unwrap();
    let (mask, company) = locate(&snapshot, asking.view, company);
    let budget = Budget::new(1_000_000, || false);
    let answer = ultimate_owners(&snapshot, mask, company, asking.of, asking.threshold, &budget).unwrap();
    (snapshot, answer)
}

fn locate(snapshot: &Snapshot, view: View, company: &str) -> (Mask, EntityIx) {
    let mask = snapshot.mask(&view);
    (mask, snapshot.entity_by_id(company, &mask).unwrap())
}

/// `owners(C): A 30, B 20..25`, `undisclosed(C): 45..50`, `cyclic(C): yes` or `chains(C): A B C, A C`.
pub(super) fn check_asking(drawing: &str, claim: &str, asking: &Asking) {
    let (question, expected) = claim.split_once("):").unwrap();
    let (question, company) = question.split_once('(').unwrap();
    let (snapshot, answer) = solve(drawing, company, asking);
    let id = |entity: EntityIx| snapshot.entity(entity).id().to_owned();
    let lines: Vec<String> = match question {
        "owners" => answer
            .owners
            .iter()
            .map(|owner| format!("{} {}", id(owner.owner), owner.share))
            .collect(),
        "undisclosed" => vec![answer.undisclosed.to_string()],
        "cyclic" => vec![if answer.cyclic { "yes" } else { "no" }.to_owned()],
        "chains" => {
            let chains = answer.owners.iter().flat_map(|owner| &owner.chains);
            chains
                .map(|chain| chain.entities().map(id).collect::<Vec<_>>().join(" "))
                .collect()
        }
        "over" => {
            let chains = answer.owners.iter().flat_map(|owner| &owner.chains);
            let id = |relationship| snapshot.relationship(relationship).id().into_owned();
            chains
                .map(|chain| chain.relationships().map(id).collect::<Vec<_>>().join(" "))
                .collect()
        }
        "derived" => {
            let id = |relationship: &_| snapshot.relationship(*relationship).id().into_owned();
            answer.derived_from.iter().map(id).collect()
        }
        _ => panic!("{question} is no question"),
    };
    assert_eq!(lines.join(", "), expected.trim(), "{claim} of {drawing}");
    assert!(!answer.truncated, "{drawing}");
}

pub(super) fn check(drawing: &str, claim: &str) {
    check_asking(drawing, claim, &today());
}

#[test]
fn shares_multiply_along_a_chain_and_add_up_over_several() {
    check("A -60-> B -50-> C", "owners(C): A 30");
    check("A -60-> B -50-> C", "undisclosed(C): 70");
    check("A -60-> B -50-> C; A -20-> C; D -10-> C", "owners(C): A 50, D 10");
    check("A -60-> B -50-> C; A -20-> C; D -10-> C", "undisclosed(C): 40");
    check("A -60-> B -50-> C", "owners(A):");
    check("A -60-> B -50-> C", "undisclosed(A): 100");
}

#[test]
fn ranges_multiply_by_their_ends() {
    check("A -20..25-> B -40..60-> C", "owners(C): A 8..15");
    check("A -20..25-> B -40..60-> C", "undisclosed(C): 85..92");
    check("A -?-> C", "owners(C): A ..");
    check("A -?-> C", "undisclosed(C): ..");
}

#[test]
fn an_excluded_end_stays_excluded_unless_the_cap_reaches_it() {
    check("A ->50..100-> B ->50..100-> C", "owners(C): A >25..100");
    check("A ->50..100-> B ->50..100-> C", "undisclosed(C): ..<75");
    check("A -25..<50-> B -50-> C", "owners(C): A 12.5..<25");
    check("A ->0..25-> B -?-> C", "owners(C): A ..25");
    // Over the cap the excluded ends of the parts no longer matter.
    check(
        "A -100-> B; A -100-> D; B -60..<80-> C; D -60..<80-> C",
        "owners(C): A 100",
    );
    check(
        "A -100-> B; A -100-> D; B ->30..40-> C; D -30..<40-> C",
        "owners(C): A >60..<80",
    );
}

#[test]
fn shares_are_capped_in_each_step_and_never_normalised() {
    check(
        "A -100-> B; A -100-> D; B -80-> C; D -70-> C -50-> E",
        "owners(E): A 50",
    );
    check("A -80-> C; B -70-> C", "owners(C): A 80, B 70");
    check("A -80-> C; B -70-> C", "undisclosed(C): 0");
}

#[test]
fn concurrent_claims_count_once_as_their_hull() {
    check("A -48-> C; A -51-> C", "owners(C): A 48..51");
    check("A -48-> C; A -51-> C", "over(C): r2");
    check("A -20-> C; A -?-> C", "owners(C): A ..");
    check(
        "A -48[2013,2017-09)-> C; A -51[2017-09,)-> C; A -10-> B -10-> C",
        "owners(C): A 52",
    );
}

#[test]
fn a_disputed_holding_may_be_nothing() {
    check("A -!60-> C", "owners(C): A ..60");
    check("A -!60-> C; A -50-> C", "owners(C): A ..60");
    check("A -!60-> C", "undisclosed(C): 40..100");
}

#[test]
fn an_undisclosed_share_belongs_to_no_party() {
    check("? -60-> C; A -40-> C", "owners(C): A 40");
    check("? -60-> C; A -40-> C", "undisclosed(C): 60");
    check("? -60-> C; A -40-> C", "derived(C): r1, r2");
    check("? -100-> B -50-> C", "owners(C): B 50");
    check("? -v100-> C; A -40-> C", "derived(C): r2");
}

#[test]
fn circles_are_solved() {
    // B holds 0.5 + 0.2 of what C is held: e(A,B) = 0.5 / (1 - 0.2 · 0.5).
    check("A -50-> B -50-> C -20-> B", "owners(C): A 27.777777778");
    check("A -50-> B -50-> C -20-> B", "cyclic(C): yes");
    check("A -50-> B -50-> C", "cyclic(C): no");
    check("A -100-> B -100-> A", "owners(A):");
    check("A -100-> B -100-> A", "undisclosed(A): 100");
    check("A -100-> B -100-> A", "cyclic(B): yes");
    // However little flows in, two that own each other wholly pass it on until they are full.
    check("@Ann -0.001-> A -100-> B -100-> A", "owners(B): @Ann 100");
    check("A -!50-> B -100-> C -100-> B; B -10-> D", "owners(D): A ..10");
}

#[test]
fn a_company_that_owns_itself_is_owned_by_those_who_own_the_rest() {
    check("A -60-> C -10-> C", "owners(C): A 66.666666667");
    check("A -60-> C -10-> C", "undisclosed(C): 33.333333333");
    check("A -10-> A -60-> C", "owners(C): A 60");
    check("A -10-> A -60-> C", "cyclic(C): yes");
    check("A -60-> B -10-> B -30-> C", "owners(C): A 20");
    check("C -100-> C", "owners(C):");
}

#[test]
fn a_person_is_an_ultimate_owner_despite_claims_to_own_the_person() {
    check("A -100-> @Ann -40-> C", "owners(C): @Ann 40");
    check("@Ann -40-> C -10-> @Ann", "owners(C): @Ann 40");
    check("@Ann -40-> C -10-> @Ann", "cyclic(C): no");
}

#[test]
fn a_share_of_nothing_makes_no_owner() {
    check("A -0-> C; B -5-> C", "owners(C): B 5");
    check("A -0-> B -50-> C", "owners(C): B 50");
}

#[test]
fn owners_are_selected_by_their_high_end_and_ordered_by_both() {
    let over = |threshold| Asking { threshold, ..today() };
    let drawing = "A -10-> C; B -5..30-> C; D -10..20-> C; E -10-> C";
    check(drawing, "owners(C): D 10..20, A 10, E 10, B 5..30");
    check_asking(drawing, "owners(C): D 10..20, B 5..30", &over(20.0));
    check_asking(drawing, "undisclosed(C): 30..65", &over(20.0));
    check_asking(drawing, "owners(C):", &over(30.5));
}

#[test]
fn shares_of_votes_are_another_question() {
    let votes = Asking {
        of: ShareOf::Votes,
        ..today()
    };
    let drawing = "A -v70-> C; B -30-> C; D -?-> C";
    check_asking(drawing, "owners(C): A 70", &votes);
    check(drawing, "owners(C): B 30, D ..");
}

#[test]
fn a_reported_owner_owns_nothing_unless_requested() {
    let drawing = "A -~60-> C; B -10-> C";
    check(drawing, "owners(C): B 10");
    let everything = Asking {
        view: View {
            statuses: Set::all(),
            has_explicit_statuses: true,
            ..View::now(now())
        },
        ..today()
    };
    check_asking(drawing, "owners(C): A 60, B 10", &everything);
}

#[test]
fn owners_change_with_the_day() {
    let on = |day: &str| Asking {
        view: View {
            as_of: AsOf::Day(day.parse().unwrap()),
            ..today().view
        },
        ..today()
    };
    let drawing = "A -100[2002,2015-07-17)-> P; B -40[2015-07-17,)-> P";
    check_asking(drawing, "owners(P): A 100", &on("2015-07-16"));
    check_asking(drawing, "owners(P): B 40", &on("2015-07-17"));
}

#[test]
fn chains_come_strongest_first_then_shortest_then_by_ids() {
    check(
        "A -50-> B -50-> C; A -90-> D -90-> C; A -10-> C",
        "chains(C): A D C, A B C, A C",
    );
    check(
        "A -20-> E -50-> C; A -50-> D -20-> C; A -10-> C",
        "chains(C): A C, A D C, A E C",
    );
    check(
        "A -50-> B -50-> D -20-> B; D -50-> C; B -1-> C",
        "chains(C): A B D C, A B C",
    );
}

#[test]
fn an_owner_has_at_most_ten_chains() {
    let drawing: String = (10..22).map(|b| format!("A -{b}-> B{b} -100-> C;")).collect();
    let (_, answer) = solve(&drawing, "C", &today());
    assert_eq!(answer.owners[0].chains.len(), 10);
}

#[test]
fn equally_strong_chains_by_the_million_are_not_all_tried() {
    // 30 levels of two, every holding unknown: 2^30 chains of strength 1.
    let mut drawing = "A -?-> L0; A -?-> M0; L29 -?-> C; M29 -?-> C;".to_owned();
    for level in 0..29 {
        for (from, to) in [("L", "L"), ("L", "M"), ("M", "L"), ("M", "M")] {
            drawing.push_str(&format!("{from}{level} -?-> {to}{};", level + 1));
        }
    }
    let (_, answer) = solve(&drawing, "C", &today());
    assert_eq!((answer.owners[0].chains.len(), answer.truncated), (10, false));
}

#[test]
fn a_long_chain_of_holders_is_solved_but_not_shown() {
    let drawing: String = (0..20_000).map(|at| format!("A{at} -100-> A{};", at + 1)).collect();
    let (_, answer) = solve(&drawing, "A20000", &today());
    assert_eq!(answer.owners[0].share.single(), Some(100.0));
    assert_eq!((answer.owners[0].chains.len(), answer.truncated), (0, true));
    let (_, answer) = solve(&drawing, "A100", &today());
    assert_eq!((answer.owners[0].chains[0].hops.len(), answer.truncated), (100, false));
}

#[test]
fn an_exhausted_budget_is_an_error_and_no_partial_answer() {
    let drawing: String = (0..1000).map(|at| format!("A{at} -0.1-> C;")).collect();
    let snapshot = Snapshot::build(&sketch(&drawing)).unwrap();
    let (mask, company) = locate(&snapshot, today().view, "C");
    let solve = |work_max| {
        let budget = Budget::new(work_max, || false);
        ultimate_owners(&snapshot, mask, company, ShareOf::Capital, 0.0, &budget)
    };
    assert!(matches!(solve(500), Err(Exhausted::Work { work_max: 500, .. })));
    assert_eq!(solve(20_000).map(|answer| answer.owners.len()), Ok(1000));
}
