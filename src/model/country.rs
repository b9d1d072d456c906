//! Countries and their parts, by their codes: ISO 3166-1 alpha-2 (`US`) and ISO 3166-2 (`US-NY`), in capitals. Only what the
//! codes themselves say.

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
