//! Shares, amounts, capabilities and confidence: what they may be and which relationships have them.

use super::{accept, check_each};

#[test]
fn shares_lie_within_0_and_100_and_are_not_reversed() {
    let share = "expected a share in percent like 48, 20..25, >25..50, 25..<50 or ..50, within 0 and 100";
    check_each(
        "relationships.csv",
        &[
            (">50..100", "101", &format!("2: share \"101\": {share}")),
            (">50..100", "-1", &format!("2: share \"-1\": {share}")),
            (">50..100", "25..20", &format!("2: share \"25..20\": {share}")),
            (">50..100", "48%", &format!("2: share \"48%\": {share}")),
        ],
    );
    check_each(
        "evidence.csv",
        &[(",61,", ",half,", &format!("4: share \"half\": {share}"))],
    );
}

#[test]
fn only_what_is_owned_or_voted_has_a_share() {
    check_each(
        "relationships.csv",
        &[
            (
                "owns,OWNS",
                "owns,CONSOLIDATES",
                "2: share \">50..100\": expected a blank cell, since only OWNS and CONTROLS have a share, not CONSOLIDATES",
            ),
            (
                "60,VOTES",
                "60,",
                "4: share_of: expected VOTES, since the kind is CONTROLS; a share of capital is OWNS",
            ),
            (
                "60,VOTES",
                "60,PROFIT",
                "4: share_of \"PROFIT\": expected VOTES, since the kind is CONTROLS; a share of capital is OWNS",
            ),
            (
                "60,VOTES",
                "60,SEATS",
                "4: share_of \"SEATS\": expected what a share is of (one of CAPITAL, VOTES, PROFIT)",
            ),
            (
                "60,VOTES",
                ",VOTES",
                "4: share: expected a share where share_of is given; .. when it is not known",
            ),
        ],
    );
    check_each(
        "evidence.csv",
        &[(
            "CONTRADICTS,,,,,",
            "CONTRADICTS,,,,20,",
            "3: share \"20\": expected a blank cell, since only OWNS and CONTROLS have a share, not SERVES",
        )],
    );
    accept("relationships.csv", "60,VOTES", "..,VOTES");
    accept("relationships.csv", "60,VOTES", ",");
}

#[test]
fn amounts_have_a_number_and_a_currency() {
    let number = "expected a plain number like 75000000 or 0.8";
    check_each(
        "relationships.csv",
        &[
            (
                "1500000000,USD",
                "1500000000,",
                "2: currency: expected a currency for the amount",
            ),
            (
                "1500000000,USD",
                ",USD",
                "2: amount: expected an amount for the currency",
            ),
            (
                "1500000000,USD",
                ",",
                "2: amount: expected an amount where amount_of is given",
            ),
            ("1500000000", "1.5e9", &format!("2: amount \"1.5e9\": {number}")),
            ("1500000000", "\"1,500\"", &format!("2: amount \"1,500\": {number}")),
            ("1500000000", "inf", &format!("2: amount \"inf\": {number}")),
            ("1500000000", ".", &format!("2: amount \".\": {number}")),
            (
                "1500000000",
                "-1",
                "2: amount \"-1\": expected an amount that is not negative, like 75000000",
            ),
            (
                "USD",
                "usd",
                "2: currency \"usd\": expected a currency code of three capital letters (ISO 4217), like USD",
            ),
        ],
    );
    check_each(
        "evidence.csv",
        &[(",100,,", ",100,5,", "2: currency: expected a currency for the amount")],
    );
}

#[test]
fn only_serves_has_capabilities() {
    check_each(
        "relationships.csv",
        &[
            (
                "serves,SERVES",
                "serves,ACCEPTS",
                "3: capabilities \"PAYMENT;CUSTOMS\": expected a blank cell, since only SERVES has capabilities, not ACCEPTS",
            ),
            (
                "PAYMENT;CUSTOMS",
                "PAYMENT,CUSTOMS",
                "3: expected 18 fields as in the header, not 19",
            ),
            (
                "PAYMENT;CUSTOMS",
                "PAYMENT;CREDIT",
                "3: capabilities \"CREDIT\": expected a capability (one of PAYMENT, LOGISTICS, CUSTOMS, MARKETING)",
            ),
        ],
    );
}

#[test]
fn confidence_lies_between_0_and_1() {
    let confidence = "expected a number from 0 to 1, like 0.8";
    check_each(
        "evidence.csv",
        &[
            ("0.8", "1.01", &format!("2: confidence \"1.01\": {confidence}")),
            ("0.8", "-0.1", &format!("2: confidence \"-0.1\": {confidence}")),
            ("0.8", "NaN", &format!("2: confidence \"NaN\": {confidence}")),
            ("0.8", "high", &format!("2: confidence \"high\": {confidence}")),
        ],
    );
    accept("evidence.csv", "0.8", "1");
}
