//! Rows of relationship records and of reporting exceptions: periods in any slot, qualifiers, and reasons as often as in the
//! register.

use fastrand::Rng;

use super::{
    groups::{Link, Tie, index},
    lei::{ISSUERS, Lei},
    pick,
    row::{Day, Row},
};

/// Reasons why a parent is not reported, with their weights.
const REASONS: [(&str, u32); 9] = [
    ("NATURAL_PERSONS", 46),
    ("NO_KNOWN_PERSON", 31),
    ("NON_CONSOLIDATING", 14),
    ("NO_LEI", 6),
    ("NON_PUBLIC", 3),
    ("CONSENT_NOT_OBTAINED", 1),
    ("LEGAL_OBSTACLES", 1),
    ("BINDING_LEGAL_COMMITMENTS", 1),
    ("DETRIMENT_NOT_EXCLUDED", 1),
];

/// The categories of exceptions: the direct and the ultimate parent.
const CATEGORIES: [&str; 2] = [
    "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT",
    "ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT",
];

/// A row of a relationship record.
pub(crate) fn write_relationship(link: &Link, leis: &[Lei], rng: &mut Rng, row: &mut Row) {
    row.cell(leis[index(link.child)].text());
    row.cell("LEI");
    row.cell(leis[index(link.parent)].text());
    row.cell("LEI");
    row.cell(match link.tie {
        Tie::Branch => "IS_INTERNATIONAL_BRANCH_OF",
        Tie::Directly => "IS_DIRECTLY_CONSOLIDATED_BY",
        Tie::Feeder => "IS_FEEDER_TO",
        Tie::Managed => "IS_FUND-MANAGED_BY",
        Tie::Subfund => "IS_SUBFUND_OF",
        Tie::Ultimately => "IS_ULTIMATELY_CONSOLIDATED_BY",
    });
    let is_consolidated = matches!(link.tie, Tie::Directly | Tie::Ultimately);
    let is_ended = rng.u8(..20) == 0;
    row.cell(match rng.u16(..1000) {
        0 => "NULL",
        _ if is_ended => "INACTIVE",
        _ => "ACTIVE",
    });
    periods(is_consolidated, is_ended, rng, row);
    if is_consolidated {
        row.cell("ACCOUNTING_STANDARD");
        row.cell(pick(
            &[("IFRS", 5), ("US_GAAP", 2), ("OTHER_ACCOUNTING_STANDARD", 3)],
            rng,
        ));
        row.blank(8);
    } else {
        row.blank(10);
    }
    if is_consolidated && rng.u8(..10) == 0 {
        row.cell("ACCOUNTING_CONSOLIDATION");
        row.cell(pick(&[("100.00", 6), ("75.50", 1), ("51.00", 1)], rng));
        row.cell("PERCENTAGE");
        row.blank(12);
    } else {
        row.blank(15);
    }
    registration(rng, row);
}

/// The periods: one that dates the relationship, for most; of consolidation, also of accounts and of their filing, in any order.
fn periods(is_consolidated: bool, is_ended: bool, rng: &mut Rng, row: &mut Row) {
    let mut types = vec!["RELATIONSHIP_PERIOD"];
    if is_consolidated && rng.u8(..4) > 0 {
        types.push("ACCOUNTING_PERIOD");
        if rng.bool() {
            types.push("DOCUMENT_FILING_PERIOD");
        }
        rng.shuffle(&mut types);
    }
    if rng.u8(..50) == 0 {
        types.retain(|kind| *kind != "RELATIONSHIP_PERIOD");
    }
    for kind in &types {
        let (start, year) = if *kind == "RELATIONSHIP_PERIOD" {
            (Day::any(1995..=2022, rng), 2023)
        } else {
            let start = Day::first(rng.u16(2021..=2024));
            (start, start.year + 1)
        };
        start.moment(row);
        match *kind {
            "ACCOUNTING_PERIOD" => Day::first(year).moment(row),
            "RELATIONSHIP_PERIOD" if is_ended => Day::any(year..=2026, rng).moment(row),
            "DOCUMENT_FILING_PERIOD" if rng.bool() => Day::first(year).moment(row),
            _ => row.blank(1),
        }
        row.cell(kind);
    }
    row.blank(15 - types.len() * 3);
}

fn registration(rng: &mut Rng, row: &mut Row) {
    let first = rng.u16(2017..=2024);
    Day::any(first..=first, rng).moment(row);
    Day::any(2025..=2025, rng).moment(row);
    row.cell(pick(&[("PUBLISHED", 75), ("LAPSED", 20), ("RETIRED", 5)], rng));
    Day::any(2026..=2026, rng).moment(row);
    row.cell(pick(&ISSUERS, rng));
    row.cell(pick(
        &[
            ("FULLY_CORROBORATED", 8),
            ("PARTIALLY_CORROBORATED", 1),
            ("ENTITY_SUPPLIED_ONLY", 1),
        ],
        rng,
    ));
    row.cell(pick(
        &[
            ("ACCOUNTS_FILING", 4),
            ("REGULATORY_FILING", 3),
            ("SUPPORTING_DOCUMENTS", 2),
            ("CONTRACTS", 1),
            ("OTHER_OFFICIAL_DOCUMENTS", 1),
        ],
        rng,
    ));
    if rng.u8(..3) == 0 {
        row.part("https://register.example/filings/");
        row.digits(rng.u32(..100_000_000), 8);
        row.close();
    } else {
        row.blank(1);
    }
}

/// A row of a reporting exception: of level 0 for the direct parent, of level 1 for the ultimate one.
pub(crate) fn write_exception(lei: Lei, level: usize, rng: &mut Rng, row: &mut Row) {
    row.cell(lei.text());
    row.cell(CATEGORIES[level]);
    let reason = pick(&REASONS, rng);
    row.cell(reason);
    row.blank(4);
    if reason == "NON_PUBLIC" && rng.u8(..4) == 0 {
        row.cell("The parent's consent was refused.");
        row.blank(4);
    } else {
        row.blank(5);
    }
}
