//! Entities: the interface, the seven kinds, and their values.

pub(crate) mod control;
pub(crate) mod entity;
pub(crate) mod kinds;
pub(crate) mod node;
pub(crate) mod values;
