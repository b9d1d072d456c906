//! Entities: the interface, the seven kinds, and the values they hold.

pub(crate) mod control;
pub(crate) mod entity;
pub(crate) mod kinds;
pub(crate) mod node;
pub(crate) mod values;
