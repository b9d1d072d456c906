//! The log of changes, what mutations answer, and what differs between two views.

pub(crate) mod change;
pub(crate) mod diff_entry;
pub(crate) mod payload;
pub(crate) mod store_figures;
pub(crate) mod user_error;
