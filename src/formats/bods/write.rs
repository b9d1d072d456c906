//! stub
use crate::formats::export::{Selection, Written};
use std::io::{self, Write};
/// stub
/// # Errors
/// stub
pub fn write(_selection: &Selection, _out: &mut impl Write) -> io::Result<Written> {
    Ok(Written::default())
}
