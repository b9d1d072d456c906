//! Opening, filling and checking stores.

pub(super) mod health;
pub mod load;
pub(super) mod store;
pub(super) mod unresolved;
pub(super) mod verification;
