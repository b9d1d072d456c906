//! Numbers of rows: four bytes in memory, positions in slices.

use crate::graph::Error;

/// A number of a row as a position in a slice.
pub(in crate::graph) fn at(row: u32) -> usize {
    usize::try_from(row).expect("a row fits the address space")
}

/// A number of rows.
pub(in crate::graph) fn number(rows: usize) -> u32 {
    u32::try_from(rows).expect("rows are counted when they are built")
}

/// A number of rows, if it fits.
pub(in crate::graph) fn count(noun: &'static str, count: usize) -> Result<u32, Error> {
    // The largest number means "none" in rows.
    count_below(noun, count, u32::MAX)
}

/// The same with a lower limit.
pub(in crate::graph) fn count_below(noun: &'static str, count: usize, limit: u32) -> Result<u32, Error> {
    let fits = u32::try_from(count).ok().filter(|count| *count < limit);
    fits.ok_or(Error::TooLarge { noun, max: limit - 1 })
}
