//! Snapshots in files: blocks with a checksum each.

pub(super) const PREFIX: &str = "snapshot-";
