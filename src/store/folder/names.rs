//! The names of the files in the folder of a store.

/// The file with the log.
pub const LOG: &str = "guanxi.redb";
/// What is written and removed to find out whether there is room again on a disk that was full.
pub(super) const ROOM: &str = "guanxi.redb.room.new";
/// Marks that a store was begun in a folder.
pub(super) const BEGUN: &str = "begun";
/// Marks that an import was begun that has kept nothing yet.
pub(super) const IMPORTING: &str = "importing";
/// The file with what has been imported so far, until it becomes the log.
pub const LOADING: &str = "import.redb";
/// What their names begin with.
pub(super) const SNAPSHOT: &str = "snapshot-";
/// What those of the search index begin with.
pub(super) const SEARCH: &str = "search-";
