//! Identifiers that registers and standards give to entities.

use super::Invalid;

/// The scheme of a country's ISO 3166-1 alpha-2 code.
pub const COUNTRY_SCHEME: &str = "iso3166-1";

/// A scheme and a value, unique per scheme: `lei` 5493…, `iso3166-1` CN.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identifier {
    /// The scheme in lower case: lei, qid, iso3166-1, or a register's own.
    pub scheme: String,
    /// The value as the scheme writes it.
    pub value: String,
}

impl Identifier {
    /// An identifier; the scheme is put in lower case, white space around both is dropped.
    ///
    /// # Errors
    /// [`Invalid`] when either is empty.
    pub fn new(scheme: &str, value: &str) -> Result<Self, Invalid> {
        let (scheme, value) = (scheme.trim().to_lowercase(), value.trim().to_owned());
        if scheme.is_empty() {
            return Err(Invalid::new(&scheme, "a scheme, like lei"));
        }
        if value.is_empty() {
            return Err(Invalid::new(&value, "the value of an identifier"));
        }
        Ok(Self { scheme, value })
    }
}
