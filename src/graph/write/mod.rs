//! Making states: from records, from a commit, from what is stored. Start with `build` and `apply`.

pub(super) mod apply;
pub(super) mod build;
pub(super) mod fill;
pub(super) mod pack;
pub(super) mod places;
pub(super) mod ranks;
pub(super) mod rebuild;
pub(super) mod refused;
pub(super) mod respace;
pub(super) mod work;
