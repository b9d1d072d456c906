//! The names of the files in a store's folder.

/// The log.
pub const LOG: &str = "guanxi.redb";
/// Written and removed to check for free space after the disk was full.
pub(super) const SPACE_CHECK: &str = "guanxi.redb.room.new";
/// Marks a folder in which a store was created.
pub(super) const CREATED_MARK: &str = "begun";
/// Marks a folder in which the import of a new store has started.
pub(super) const IMPORT_MARK: &str = "importing";
/// The unfinished log of an import, until it becomes the log.
pub const IMPORT_LOG: &str = "import.redb";
/// The prefix of snapshots.
pub(super) const SNAPSHOT: &str = "snapshot-";
/// The prefix of search indexes.
pub(super) const SEARCH: &str = "search-";
