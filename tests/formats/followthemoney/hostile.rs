//! Files that were cut, mixed up or made to hurt: reading ends without a panic, and every record is either made into something or
//! rejected.

use guanxi::formats::reader::Effect;
use serde_json::json;

use super::{default_source, donations, read, read_with_defaults};

/// Every property that is read in a way of its own, on few lines.
fn furnished() -> String {
    let records = [
        json!({"id": "gx.lei.3A5", "schema": "Company", "datasets": ["x"], "properties": {
            "name": ["A", "B"], "alias": ["C"], "previousName": ["D"], "country": ["de", "gb-sct"], "jurisdiction": ["cy"],
            "leiCode": ["5493001KJTIIGC8Y1R12"], "registrationNumber": ["HRB 1"], "status": ["active"],
            "incorporationDate": ["1999-05"], "website": ["https://example.org"], "addressEntity": ["p"]}}),
        json!({"id": "p", "schema": "Address", "properties": {"street": ["Main St"], "city": ["X"]}}),
        json!({"id": "gx-rel.rel.3Aa.3ASUPPLIES.3Ab.3A1", "schema": "UnknownLink", "properties": {
            "subject": ["a"], "object": ["b"], "role": ["supplies", "parts"], "recordId": ["p. 2"]}}),
        json!({"id": "k", "schema": "Ownership", "properties": {
            "owner": ["a", "b"], "asset": ["c"], "percentage": ["more than 25% but not more than 50%"],
            "startDate": ["2014-11-25T10:00"], "endDate": ["2015"], "sourceUrl": ["https://example.org/a"]}}),
        json!({"id": "m", "schema": "Payment", "properties": {
            "payer": ["a"], "beneficiary": ["b"], "amount": ["1,000.50"], "currency": ["GBP"], "date": ["2014-02-28"]}}),
    ];
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// Whether every record of this file has drafts, or a fault for which it is rejected.
fn check(text: &[u8]) {
    let mut source_defaults = default_source();
    source_defaults.record_bytes_max = 100_000;
    let Ok((_, found)) = read_with_defaults(text, "hostile.json", &source_defaults) else {
        return;
    };
    for (position, found) in found.iter().enumerate() {
        assert_eq!(found.place.record, u64::try_from(position).unwrap() + 1);
        let rejected = found.faults.iter().any(|fault| fault.effect == Effect::Rejected);
        assert!(rejected || !found.drafts.is_empty(), "{found:?}");
    }
}

/// Flips, cuts, repeats or inserts something somewhere.
fn mutate(text: &mut Vec<u8>, chance: &mut fastrand::Rng) {
    const PIECES: [&[u8]; 12] = [
        b"\"",
        b"[",
        b"{",
        b"\n",
        b"\\u0000",
        b"\\ud800",
        b"null",
        b"1e999",
        b"\xff\xfe",
        b"gx.",
        b"%",
        b"-",
    ];
    if text.is_empty() {
        return;
    }
    let place = chance.usize(..text.len());
    let end = (place + chance.usize(..200)).min(text.len());
    match chance.u8(..4) {
        0 => text[place] ^= 1 << chance.u8(..8),
        1 => drop(text.drain(place..end)),
        2 => {
            let piece = text[place..end].to_vec();
            text.splice(place..place, piece);
        }
        _ => drop(text.splice(place..place, PIECES[chance.usize(..PIECES.len())].iter().copied())),
    }
}

fn check_mutated(sound: &[u8], seed: u64, cases: usize) {
    let mut chance = fastrand::Rng::with_seed(seed);
    check(sound);
    for _ in 0..cases {
        let mut text = sound.to_vec();
        for _ in 0..chance.usize(1..6) {
            mutate(&mut text, &mut chance);
        }
        check(&text);
    }
}

#[test]
fn mutated_records_are_read_without_a_panic_and_counted() {
    check_mutated(furnished().as_bytes(), 1, 600);
}

#[test]
fn mutated_donations_are_read_without_a_panic_and_counted() {
    let Some(text) = donations("mutated donations") else {
        return;
    };
    let start: String = text.lines().take(40).flat_map(|line| [line, "\n"]).collect();
    check_mutated(start.as_bytes(), 2, 300);
}

#[test]
fn odd_and_endless_texts_do_no_harm() {
    let deep = format!("{{\"id\": \"a\", \"properties\": {}", "[".repeat(50_000));
    let wide: Vec<String> = (0..5_000).map(|number| format!("a{number}")).collect();
    let addresses = json!({"id": "a", "schema": "Company", "properties": {"name": wide, "addressEntity": wide, "alias": wide,
        "wikidataId": wide, "country": wide, "status": wide}});
    let ends =
        json!({"id": "a", "schema": "Ownership", "properties": {"owner": wide, "asset": wide, "percentage": wide}});
    for text in [
        &*deep,
        &addresses.to_string(),
        &ends.to_string(),
        "\u{0}",
        "{}",
        "{\"id\":\"a\"}\r\n\r\r\n",
        "null\nnull",
    ] {
        check(text.as_bytes());
    }
    check(b"\xff\xfe{\x00\"\x00");
    // What is more than a record can hold stays bounded.
    let found = read(&addresses.to_string());
    assert!(found[0].drafts.len() <= 1_001, "{}", found[0].drafts.len());
}
