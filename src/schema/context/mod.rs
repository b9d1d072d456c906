//! What a question is asked of: the snapshot and the view that everything below a root field inherits.

pub(in crate::schema) mod view;
pub(in crate::schema) mod viewer;
