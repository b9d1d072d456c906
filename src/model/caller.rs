//! Who asks, and what they may do. How they prove it is for others to know.

use super::catalog;

catalog! {
    /// What a caller may do. Each role may do what those before it may.
    pub enum Role as "a role" {
        /// Ask and watch.
        Reader = "READER",
        /// Change what is recorded.
        Editor = "EDITOR",
        /// Run the server.
        Admin = "ADMIN",
    }
}

/// Who a request is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name of the token. None where no token was asked for.
    pub name: Option<String>,
    /// What the caller may do.
    pub role: Role,
}

impl Caller {
    /// Someone without a token.
    #[must_use]
    pub fn unnamed(role: Role) -> Self {
        Self { name: None, role }
    }
}
