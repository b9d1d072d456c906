//! The graph against naive readings of the data it was built from.

mod filter_work;
mod filters;
mod known;
mod paths;
mod walking;
