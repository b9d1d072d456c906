//! The states that are read: the graph, and the search index and rankings derived from it.

pub(super) mod current;
pub(super) mod index_file;
pub(super) mod indexing;
pub(super) mod rankings;
