//! Building snapshots: from records, from a commit, from a packed base. Start with `build` and `apply`.

pub(super) mod applier;
pub(super) mod apply;
pub(super) mod apply_error;
pub(super) mod build;
pub(super) mod fill;
pub(super) mod pack;
pub(super) mod places;
pub(super) mod ranks;
pub(super) mod rebuild;
pub(super) mod respace;
