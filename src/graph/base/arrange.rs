//! Sorts rows by id: nothing is moved if they are already sorted, which is usual. Ids are unique.

use crate::graph::columns::numbers::{at, number};

/// The number of bytes of an id that are compared without reading the id itself.
const KEY: usize = 16;
/// The most ids with the same prefix that are compared directly.
const FEW: usize = 32;
/// The length of a common prefix from which ids are compared directly.
const SKIP_MAX: usize = 512;

/// The new order of rows.
pub(in crate::graph) struct Permutation {
    /// The new row of each old one; `None` if no row was moved.
    places: Option<Vec<u32>>,
}

impl Permutation {
    /// The new row of an old one.
    pub(in crate::graph) fn place(&self, row: u32) -> u32 {
        self.places.as_ref().map_or(row, |places| places[at(row)])
    }
}

/// Sorts `rows` by their ids, which `write` writes. O(n log n), or O(n) if they are already sorted.
pub(in crate::graph) fn by_id<R>(rows: &mut [R], write: impl Fn(&R, &mut String)) -> Permutation {
    let (mut last, mut id) = (String::new(), String::new());
    let is_sorted = rows.iter().enumerate().all(|(place, row)| {
        std::mem::swap(&mut last, &mut id);
        id.clear();
        write(row, &mut id);
        place == 0 || last < id
    });
    if is_sorted {
        return Permutation { places: None };
    }
    let mut order: Vec<([u8; KEY], u32)> = (0..number(rows.len())).map(|row| ([0; KEY], row)).collect();
    sort(&mut order, |row, id| write(&rows[at(row)], id));
    let mut places = vec![0; rows.len()];
    for (place, (_, row)) in (0..).zip(&order) {
        places[at(*row)] = place;
    }
    let order = order.into_iter().map(|(_, row)| row).collect();
    permute(rows, order);
    Permutation { places: Some(places) }
}

/// Sorts by id, a few bytes of all ids at a time, so that most comparisons read no id.
fn sort(order: &mut [([u8; KEY], u32)], write: impl Fn(u32, &mut String)) {
    let mut id = String::new();
    let mut open = vec![(0..order.len(), 0)];
    while let Some((range, skip)) = open.pop() {
        let part = &mut order[range.clone()];
        if part.len() <= FEW || skip > SKIP_MAX {
            part.sort_by_cached_key(|(_, row)| {
                let mut id = String::new();
                write(*row, &mut id);
                id
            });
            continue;
        }
        for (key, row) in &mut *part {
            id.clear();
            write(*row, &mut id);
            let rest = id.as_bytes().get(skip..).unwrap_or_default();
            let length = rest.len().min(KEY);
            *key = [0; KEY];
            key[..length].copy_from_slice(&rest[..length]);
        }
        part.sort_unstable();
        let mut start = range.start;
        for equal in part.chunk_by(|one, other| one.0 == other.0) {
            let end = start + equal.len();
            open.extend((equal.len() > 1).then_some((start..end, skip + KEY)));
            start = end;
        }
    }
}

/// Moves rows, so that each place has the row that `order` states for it.
fn permute<R>(rows: &mut [R], mut order: Vec<u32>) {
    for start in 0..rows.len() {
        let mut place = start;
        // Along the cycle of rows that replace each other.
        loop {
            let from = at(order[place]);
            order[place] = number(place);
            if from == start {
                break;
            }
            rows.swap(place, from);
            place = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_sorted_by_id_wherever_ids_differ(
            ids: BTreeSet<(u8, u8)>, seed: u64, long in 0..40_usize
        ) {
            // Many ids with the same prefix, of several lengths.
            let id = |(one, other): &(u8, u8)| format!("{}{}{}", "x".repeat(long), "y".repeat(usize::from(one / 64)), other);
            let mut expected: Vec<String> = ids.iter().map(id).collect();
            expected.sort_unstable();
            expected.dedup();
            let mut mixed = expected.clone();
            let mut random = seed;
            for place in (1..mixed.len()).rev() {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                mixed.swap(place, usize::try_from(random >> 33).unwrap() % (place + 1));
            }
            let before = mixed.clone();
            let borrowed: Vec<&str> = before.iter().map(String::as_str).collect();
            let mut rows = borrowed.clone();
            let arranged = by_id(&mut rows, |row, id| id.push_str(row));
            prop_assert_eq!(&rows, &expected);
            for (row, id) in (0..).zip(borrowed) {
                prop_assert_eq!(rows[at(arranged.place(row))], id);
            }
        }
    }
}
