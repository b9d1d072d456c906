//! The context of a request: the snapshot and the view that every field below a root field inherits.

pub(in crate::schema) mod view;
pub(in crate::schema) mod viewer;
