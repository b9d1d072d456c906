//! The cost of a request: estimated before it runs, and counted while it runs.

pub(crate) mod directives;
pub(crate) mod measure;
pub(crate) mod tally;
