//! Authentication by API tokens, of which only hashes are stored.

pub mod tokens;
