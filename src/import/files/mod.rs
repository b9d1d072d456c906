//! The files of an import: opened, unpacked, detected by format, and ordered.

pub(super) mod archive;
pub(super) mod compression;
pub(super) mod encoding;
pub(super) mod error;
pub(super) mod format;
pub(super) mod input;
pub(super) mod plan;
pub(super) mod stored_file;
