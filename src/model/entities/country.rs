//! Countries and their parts, by their codes: ISO 3166-1 alpha-2 (`US`) and ISO 3166-2 (`US-NY`), in capitals. Only what the
//! codes themselves say.

use crate::model::{Entity, Invalid};

/// Codes that lists use for countries beside those of ISO 3166-1.
const OTHER_CODES: [(&str, &str); 2] = [("UK", "GB"), ("EL", "GR")];

/// The code that people mean by `text`: in capitals, and of ISO 3166 where lists use another.
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
/// [`Invalid`] when it is no code of a country or of a part of one.
pub fn country_code(text: &str) -> Result<String, Invalid> {
    let written = text.trim().to_uppercase();
    let code = match OTHER_CODES.iter().find(|(other, _)| *other == written) {
        Some((_, code)) => (*code).to_owned(),
        None => written,
    };
    Entity::check_country(&code).map_err(|invalid| Invalid::new(text, invalid.expected))?;
    Ok(code)
}

/// The country in which the place with this code lies: `US` for `US-NY`, and for `US` itself.
#[must_use]
pub fn country_of(code: &str) -> &str {
    code.split_once('-').map_or(code, |(country, _)| country)
}

/// Whether the place with the code `place` is the one with the code `area`, or lies in it.
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
