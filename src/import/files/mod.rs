//! The files of an import: opened, unpacked, told apart by format, in the order in which they are read.

pub(super) mod archive;
pub(super) mod encoding;
pub(super) mod format;
pub(super) mod input;
pub(super) mod packed;
pub(super) mod plan;
pub(super) mod stored;
