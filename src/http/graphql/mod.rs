//! GraphQL over HTTP: one endpoint, its transports, and the text of the schema. Start with `endpoint`.

pub(in crate::http) mod context;
pub(in crate::http) mod endpoint;
pub(in crate::http) mod header_list;
pub(in crate::http) mod json_size;
pub(in crate::http) mod multipart;
pub(in crate::http) mod negotiate;
pub(in crate::http) mod params;
pub(in crate::http) mod sdl;
pub(in crate::http) mod sse;
pub(in crate::http) mod websocket;
