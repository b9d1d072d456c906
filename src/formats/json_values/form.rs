//! What a file of values may be made of, and why one is refused.

use std::io;

use crate::formats::reader::{Unreadable, too_long};

/// What a file may be made of.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct Form {
    /// How many bytes one value may have.
    pub(in crate::formats) bytes_max: usize,
    /// The names of an array of values, where one object may hold them all.
    pub(in crate::formats) packages: &'static [&'static str],
    /// What is expected, where a file that begins with something else than JSON is refused as a whole.
    pub(in crate::formats) expected: Option<&'static str>,
    /// Where else values may stand than in an array.
    pub(in crate::formats) outside: Outside,
}

/// Values that stand in no array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Outside {
    /// They are values like those in one.
    Taken,
    /// A file without an array is refused, and so is one that is damaged in front of it or between its values.
    Refused,
}

/// Why there are no more values.
#[derive(Debug)]
pub(in crate::formats) enum Broken {
    /// The system refuses, or an archive is damaged.
    Io(io::Error),
    /// It is not what it should be.
    Form { line: u64, reason: Reason, form: Form },
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Reason {
    /// A value is longer than is allowed.
    TooLong,
    /// It ends in the middle of a value, or before its array does.
    CutOff,
    /// Something stands where only JSON may.
    NoJson,
    /// It has no array of values.
    NoArray,
    /// Something stands behind its array.
    Behind,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Broken> for Unreadable {
    fn from(broken: Broken) -> Self {
        let (line, reason, form) = match broken {
            Broken::Io(error) => return Self::Io(error),
            Broken::Form { line, reason, form } => (line, reason, form),
        };
        let expected = form.expected.unwrap_or("JSON");
        let reason = match reason {
            Reason::TooLong => too_long(form.bytes_max).to_string(),
            Reason::CutOff => {
                "the file ends here, in the middle of a record: it was cut off, or the command that wrote it \
                               failed; get it again"
                    .to_owned()
            }
            Reason::NoJson => format!("no JSON starts here; expected {expected}"),
            Reason::NoArray => format!("there is no array of records; expected {expected}"),
            Reason::Behind => "something stands behind the array, which is no JSON".to_owned(),
        };
        Self::form(format!("line {line}"), reason)
    }
}
