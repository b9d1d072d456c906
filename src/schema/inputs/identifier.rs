//! Identifiers as inputs.

use async_graphql::InputObject;

/// An identifier in a register or standard.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct IdentifierInput {
    /// The scheme, compared in lower case: `lei`, `iso3166-1`.
    pub(in crate::schema) scheme: String,
    /// The value as the scheme writes it.
    pub(in crate::schema) value: String,
}
