//! Comparing names: case and script folding, Latin readings, legal forms, and how alike two names are.

pub(super) mod company_name;
pub(super) mod fold;
pub(crate) mod letters;
pub(super) mod matching;
pub(crate) mod romanization;
pub(super) mod similarity;
