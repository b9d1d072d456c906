//! Comparison of names: case and script folding, romanization, legal forms, and similarity.

pub(super) mod company_name;
pub(super) mod fold;
pub(crate) mod letters;
pub(super) mod matching;
pub(crate) mod romanization;
pub(super) mod similarity;
