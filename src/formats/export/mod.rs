//! Writing the graph in other people's formats: what is chosen is written record by record, and what a format cannot hold is
//! counted.

pub mod dot;
pub mod flat;
pub mod graphml;
pub mod json_lines;
mod selection;

use std::collections::BTreeMap;

pub use selection::{Selection, SelectionError, Surroundings};

/// What was written, and what the format could not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// Sources.
    pub sources: u64,
    /// Entities.
    pub entities: u64,
    /// Relationships.
    pub relationships: u64,
    /// What was left out, by what it is: "confidence of a statement".
    pub left_out: BTreeMap<&'static str, u64>,
}

impl ExportSummary {
    /// Something that the format cannot hold.
    pub fn leave_out(&mut self, what: &'static str) {
        *self.left_out.entry(what).or_default() += 1;
    }
}
