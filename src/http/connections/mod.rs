//! Connections: accepting, bounding, timing out and stopping them.

pub(in crate::http) mod descriptors;
pub(in crate::http) mod handle;
pub(in crate::http) mod server;
pub(in crate::http) mod slots;
pub(in crate::http) mod stop;
pub(in crate::http) mod write_timeout;
