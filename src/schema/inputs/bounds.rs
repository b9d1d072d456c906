//! Bounds of numeric arguments.

use crate::engine::error::Error;

/// The value if it lies within the bounds, or an error that names the argument by its `coordinate`.
pub(in crate::schema) fn within(value: i32, min: i32, max: i32, coordinate: &str) -> Result<usize, Error> {
    let inside = (min..=max)
        .contains(&value)
        .then(|| usize::try_from(value).ok())
        .flatten();
    inside.ok_or_else(|| {
        Error::bad_user_input(
            coordinate,
            format!("{value} is out of range; it must be {min} to {max}"),
        )
    })
}
