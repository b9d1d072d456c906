//! The change log, the payloads of mutations, and the differences between two views.

pub(crate) mod change;
pub(crate) mod diff_entry;
pub(crate) mod payload;
pub(crate) mod store_figures;
pub(crate) mod user_error;
