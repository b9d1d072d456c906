//! Numbers between two bounds.

use crate::engine::error::Error;

/// A number between two bounds, or what is wrong with it.
pub(in crate::schema) fn within(value: i32, min: i32, max: i32, place: &str) -> Result<usize, Error> {
    let inside = (min..=max)
        .contains(&value)
        .then(|| usize::try_from(value).ok())
        .flatten();
    inside.ok_or_else(|| Error::bad_user_input(place, format!("{value} is out of range; it takes {min} to {max}")))
}
