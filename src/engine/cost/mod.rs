//! What a request may cost, estimated before it runs, and what it did cost.

pub(crate) mod directives;
pub(crate) mod measure;
pub(crate) mod tally;
