//! Access to the server: tokens and roles, host names, origins of pages.

pub(in crate::http) mod cors;
pub(in crate::http) mod hosts;
pub(in crate::http) mod rules;
