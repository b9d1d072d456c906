//! Damaged files: whatever stands in them, the reader ends without a panic, and every record is accounted for.

use super::*;

/// Numbers that are the same in every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// The text with one thing done to it: a byte changed, some cut, some repeated, some put in between.
fn damaged(text: &[u8], seeded: &mut Seeded) -> Vec<u8> {
    const PUT: [&[u8]; 12] = [
        b"\"",
        b"{",
        b"]",
        b",",
        b"null",
        b"-1e999",
        b"\\u0000",
        b"\xff",
        b"\n",
        b"\"recordId\":\"\"",
        b"[[[[[[[[",
        b"true",
    ];
    let mut text = text.to_vec();
    let at = seeded.below(text.len());
    let end = (at + 1 + seeded.below(200)).min(text.len());
    match seeded.below(4) {
        0 => text[at] = u8::try_from(seeded.below(256)).unwrap(),
        1 => drop(text.drain(at..end)),
        2 => {
            let again = text[at..end].to_vec();
            text.splice(at..at, again);
        }
        _ => drop(text.splice(at..at, PUT[seeded.below(PUT.len())].iter().copied())),
    }
    text
}

#[test]
fn damaged_samples_are_read_without_a_panic() {
    let source_defaults = SourceDefaults {
        record_bytes_max: 20_000,
        ..source_defaults()
    };
    let mut seeded = Seeded(7);
    for text in sample_files().values() {
        let statements: Vec<Value> = serde_json::from_slice(text).unwrap();
        let lines = statements.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        for original in [text.as_slice(), lines.as_bytes()] {
            let mut damaged_text = original.to_vec();
            for round in 0..16 {
                // Damage adds up for a while.
                let from = if round % 4 == 0 { original } else { &damaged_text };
                damaged_text = damaged(from, &mut seeded);
                // The rule that each record is accounted for is checked by whoever reads.
                let _ = read_within(&damaged_text, &source_defaults);
            }
        }
    }
}

#[test]
fn a_record_that_is_too_long_ends_the_reading_with_advice() {
    let source_defaults = SourceDefaults {
        record_bytes_max: 100,
        ..source_defaults()
    };
    let long = format!("[{{\"recordId\": \"{}", "a".repeat(200));
    let (found, end) = read_within(long.as_bytes(), &source_defaults);
    assert!(found.is_empty());
    assert!(end.unwrap_err().to_string().contains("--record-bytes-max"));
}

#[test]
fn a_value_that_is_nested_deep_is_rejected() {
    let deep = format!("[{{\"recordId\": {}{}}}]", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(faults(&read(deep)).len(), 1);
}
