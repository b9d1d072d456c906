//! Dates of known precision, the validity of claims, and the view through which a graph is read.

pub(super) mod date;
pub(super) mod validity;
pub(super) mod view;
pub(super) mod view_id;
