//! Callers and their roles. Authentication is elsewhere.

use super::catalog;

catalog! {
    /// The permissions of a caller. Each role includes those before it.
    pub enum Role as "a role" {
        /// Query and subscribe.
        Reader = "READER",
        /// Change what is recorded.
        Editor = "EDITOR",
        /// Run the server.
        Admin = "ADMIN",
    }
}

/// The sender of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name of the token; `None` if none was required.
    pub name: Option<String>,
    /// The caller's permissions.
    pub role: Role,
}

impl Caller {
    /// A caller without a token.
    #[must_use]
    pub fn unnamed(role: Role) -> Self {
        Self { name: None, role }
    }
}
