//! How an entity is named by an identifier.

use async_graphql::InputObject;

/// An identifier that a register or a standard gives.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct IdentifierInput {
    /// The scheme, compared in lower case: `lei`, `iso3166-1`.
    pub(in crate::schema) scheme: String,
    /// The value as the scheme writes it.
    pub(in crate::schema) value: String,
}
