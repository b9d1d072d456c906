//! Countries and their subdivisions, by their codes: ISO 3166-1 alpha-2 (`US`) and ISO 3166-2 (`US-NY`), in capitals. Derives
//! everything from the codes themselves.

use crate::model::{Entity, Invalid};

/// Country codes in common use that differ from ISO 3166-1, with the standard ones.
const OTHER_CODES: [(&str, &str); 2] = [("UK", "GB"), ("EL", "GR")];

/// Normalizes a country code: to capitals, and to ISO 3166 from other codes in common use.
///
/// ```
/// use guanxi::model::country_code;
///
/// assert_eq!(country_code(" uk ").unwrap(), "GB");
/// assert_eq!(country_code("us-ny").unwrap(), "US-NY");
/// assert!(country_code("Narnia").is_err());
/// ```
///
/// # Errors
/// [`Invalid`] if it is not the code of a country or subdivision.
pub fn country_code(text: &str) -> Result<String, Invalid> {
    let upper = text.trim().to_uppercase();
    let code = match OTHER_CODES.iter().find(|(other, _)| *other == upper) {
        Some((_, code)) => (*code).to_owned(),
        None => upper,
    };
    Entity::check_country(&code).map_err(|invalid| Invalid::new(text, invalid.expected))?;
    Ok(code)
}

/// The country of a country or subdivision code: `US` for `US-NY`, and for `US` itself.
#[must_use]
pub fn country_of(code: &str) -> &str {
    code.split_once('-').map_or(code, |(country, _)| country)
}

/// Whether the place with the code `place` is the area with the code `area` or lies in it.
///
/// ```
/// use guanxi::model::lies_in;
///
/// assert!(lies_in("US-NY", "US") && lies_in("US", "US"));
/// assert!(!lies_in("US", "US-NY") && !lies_in("US-NY", "US-DE"));
/// ```
#[must_use]
pub fn lies_in(place: &str, area: &str) -> bool {
    place == area || country_of(place) == area
}
