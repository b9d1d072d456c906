//! Indirect claims, parties that are not disclosed, claims that may be over and shares of votes, over drawn graphs.

use guanxi::model::{AsOf, ShareOf, View};

use super::ownership::{Asking, check, check_asking, today};

/// Checks several claims about one drawing.
fn check_all(cases: &[(&str, &[&str])]) {
    for (drawing, claims) in cases {
        for claim in *claims {
            check(drawing, claim);
        }
    }
}

#[test]
fn an_indirect_claim_sums_up_its_chain_and_is_not_added() {
    check_all(&[
        (
            "b -60-> a; @p -100-> b; @p -i60{r1,r2}-> a; @o -40-> a",
            &[
                "owners(a): @p 60, @o 40",
                "undisclosed(a): 0",
                "chains(a): @p b a, @o a",
                "derived(a): r1, r2, r3, r4",
            ],
        ),
        // Longer chains, and several of them.
        (
            "@p -50-> b -50-> c -40-> a; @p -20-> d -50-> a; @p -i20-> a",
            &["owners(a): @p 20", "undisclosed(a): 80"],
        ),
        // Its own share is added to its shares through others.
        (
            "@p -10-> a; @p -100-> b -60-> a; @p -i60-> a",
            &["owners(a): @p 70", "undisclosed(a): 30"],
        ),
    ]);
}

#[test]
fn an_indirect_claim_narrows_what_is_computed_of_its_chain() {
    check_all(&[
        ("@p -?-> b -60-> a; @p -i>25..50-> a", &["owners(a): @p >25..50"]),
        (
            "@p -50..100-> b -60-> a; @p -i40-> a",
            &["owners(a): @p 40", "undisclosed(a): 60"],
        ),
        (
            "@p -5..10-> a; @p -50..100-> b -60-> a; @p -i40..80-> a",
            &["owners(a): @p 45..70"],
        ),
        // Several indirect claims are one, as wide as both.
        ("@p -?-> b -60-> a; @p -i20-> a; @p -i30-> a", &["owners(a): @p 20..30"]),
        // A disputed one only bounds the share from above.
        ("@p -?-> b -60-> a; @p -!i30-> a", &["owners(a): @p ..30"]),
        // Where they do not meet, what is computed stands.
        ("@p -100-> b -60-> a; @p -i70-> a", &["owners(a): @p 60"]),
        ("@p -100-> b -60-> a; @p -i..<60-> a", &["owners(a): @p 60"]),
        // Only in the company of the query: above it shares only multiply.
        (
            "@p -?-> b -60-> a -50-> c; @p -i30-> a",
            &["owners(a): @p 30", "owners(c): @p ..30"],
        ),
    ]);
}

#[test]
fn an_indirect_claim_without_a_chain_is_a_holding_of_its_own() {
    check_all(&[
        (
            "@p -30-> a; @p -i20-> a",
            &[
                "owners(a): @p 50",
                "undisclosed(a): 50",
                "chains(a): @p a, @p a",
                "over(a): r1, r2",
            ],
        ),
        (
            "@p -i20-> a -50-> c",
            &["owners(a): @p 20", "owners(c): @p 10", "chains(c): @p a c"],
        ),
        ("@p -80-> a; @p -i40-> a", &["owners(a): @p 100", "undisclosed(a): 0"]),
        // Claims of one directness are one, as wide as both; what is unknown counts as direct.
        (
            "@p -30-> a; @p -40-> a; @p -i20-> a; @p -i10-> a",
            &["owners(a): @p 40..60"],
        ),
        // Nothing leads on from a share of 0.
        ("@p -0-> b -60-> a; @p -i20-> a", &["owners(a): b 60, @p 20"]),
        ("@p -100-> b -0-> a; @p -i20-> a", &["owners(a): @p 20"]),
        // Other bases and indirect claims make no chain.
        ("@p -v100-> b -60-> a; @p -i20-> a", &["owners(a): b 60, @p 20"]),
        ("@p -i100-> b -60-> a; @p -i20-> a", &["owners(a): @p 80"]),
        // A way that comes back to its beginning or its end is no chain.
        (
            "@p -30-> a -100-> b -10-> a; @p -i20-> a",
            &["owners(a): @p 55.555555556"],
        ),
        (
            "A -50-> b -10-> A -20-> a; A -i30-> a; @p -80-> A",
            &["owners(a): @p 42.105263158"],
        ),
        // An owner has no holder, not even an indirect one.
        ("@p -i50-> A -60-> a", &["owners(a): @p 30", "cyclic(a): no"]),
        ("A -50-> B -i50-> A; @p -50-> A", &["cyclic(A): yes"]),
    ]);
}

#[test]
fn who_stands_between_in_an_indirect_claim_owns_nothing_in_the_end() {
    check_all(&[
        (
            "b -60-> a; @p -controls-> b; @p -i60{r1,r2}-> a; @o -40-> a",
            &["owners(a): @p 60, @o 40", "undisclosed(a): 0"],
        ),
        // The holder may be named itself, in the place of what it holds.
        (
            "b -60-> a; @p -i50{b}-> a; @o -40-> a",
            &["owners(a): @p 50, @o 40", "undisclosed(a): 10"],
        ),
        // What it holds beyond the claim is not disclosed.
        (
            "b -80-> a; @p -i60{r1}-> a",
            &["owners(a): @p 60", "undisclosed(a): 40"],
        ),
        // Components lead on from one to the next; others are not meant.
        (
            "c -100-> d; b -60-> a; c -100-> b; e -5-> a; e -5-> f; @p -i60{r2,r3,r5}-> a",
            &["owners(a): @p 60, e 5", "owners(f): e 5", "owners(d): c 100"],
        ),
        // Also of what is held by what the claim is on.
        (
            "b -60-> a -50-> c; b -10-> c; @p -i60{r1}-> a",
            &["owners(c): @p 30", "undisclosed(c): 70"],
        ),
        // A claim of a share of zero has no effect.
        ("b -60-> a; @p -i0{r1}-> a", &["owners(a): b 60"]),
        // Where there is a chain, it is held already.
        (
            "b -60-> a; @p -50-> b; @p -i30{r1,r2}-> a",
            &["owners(a): @p 30", "undisclosed(a): 70"],
        ),
        ("b -60-> a; ? -i60{r1}-> a", &["owners(a):", "undisclosed(a): 100"]),
    ]);
}

#[test]
fn a_party_that_is_not_disclosed_stands_in_chains_and_owns_nothing_in_the_end() {
    check_all(&[
        ("@?u -75-> a", &["owners(a):", "undisclosed(a): 100"]),
        ("@?u -75-> a; @p -25-> a", &["owners(a): @p 25", "undisclosed(a): 75"]),
        (
            "@p -50-> #?u -60-> a",
            &["owners(a): @p 30", "undisclosed(a): 70", "chains(a): @p #?u a"],
        ),
        ("#?u -60-> b -50-> a", &["owners(a):", "undisclosed(a): 100"]),
    ]);
}

#[test]
fn a_claim_that_ended_on_an_unstated_day_may_count_as_nothing() {
    let on = |day: &str| Asking {
        view: View {
            as_of: AsOf::Day(day.parse().unwrap()),
            ..today().view
        },
        ..today()
    };
    let drawing = "@p -60[2014,by2017-01-15)-> a; @o -20-> a";
    check_asking(drawing, "owners(a): @o 20, @p ..60", &on("2017-01-14"));
    check_asking(drawing, "undisclosed(a): 20..80", &on("2014-01-01"));
    check_asking(drawing, "owners(a): @o 20", &on("2017-01-15"));
    check_asking(drawing, "owners(a): @o 20", &on("2013-12-31"));
    // Of dates that contradict each other neither is believed.
    let drawing = "@p -60[2012-05-01,2010-03-01)-> a";
    check_asking(drawing, "owners(a): @p ..60", &on("1990-01-01"));
    check_asking(drawing, "owners(a): @p ..60", &on("2012-04-30"));
    check_asking(drawing, "owners(a):", &on("2012-05-01"));
}

#[test]
fn joint_holdings_and_organizations_own_as_others_do() {
    check_all(&[
        (
            "p -100-> s1 -30-> t; p -100-> s2 -30-> t; s1 -40-> u; p -20-> u",
            &["owners(t): p 60", "owners(u): p 60", "undisclosed(t): 40"],
        ),
        (
            "p -100-> s1 -30-> t; p -50-> s2 -30-> t; p -i45-> t",
            &["owners(t): p 45"],
        ),
        (
            "$state -60-> b -50-> $agency; @p -30-> $agency",
            &["owners($agency): $state 30, @p 30"],
        ),
        ("$state -60-> $agency -50-> c", &["owners(c): $state 30"]),
    ]);
}

#[test]
fn votes_are_read_of_every_kind_of_claim() {
    let votes = Asking {
        of: ShareOf::Votes,
        ..today()
    };
    for (drawing, claim) in [
        ("A -controls=60-> c; B -v30-> c; D -20-> c", "owners(c): A 60, B 30"),
        ("A -controls-> c; B -v30-> c", "owners(c): B 30"),
        ("A -controls=60-> b -v50-> c", "owners(c): A 30"),
        ("A -controls=60-> c; A -v50-> c", "owners(c): A 50..60"),
        ("A -controls=60-> b -v50-> c; A -iv30-> c", "owners(c): A 30"),
        ("A -100-> b -v50-> c; A -iv30-> c", "owners(c): b 50, A 30"),
        ("A -controls=60-> c; ? -controls=40-> c", "derived(c): r1, r2"),
    ] {
        check_asking(drawing, claim, &votes);
    }
    check("A -controls=60-> c; B -30-> c", "owners(c): B 30");
}
