//! What is read: the graph and what is derived from it, the search index and rankings.

pub(super) mod current;
pub(super) mod index_file;
pub(super) mod indexing;
pub(super) mod rankings;
