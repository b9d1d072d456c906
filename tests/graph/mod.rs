//! The graph against naive readings of the data it was built from.

mod groups;
mod ownership;
mod ownership_properties;
mod sentences;
mod walking;
