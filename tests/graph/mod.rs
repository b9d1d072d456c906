//! The graph against naive readings of the data it was built from.

mod filters;
mod walking;
