//! Finding the entities for the words of a question. Start with `find`.

pub(super) mod find;
pub(super) mod intersect;
pub(super) mod similar;
pub(super) mod terms;
