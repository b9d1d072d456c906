//! How a file of JSON values is read, and why it is refused.

use std::io;

use crate::formats::reader::{Unreadable, too_long};

/// How a file is read.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct ReadOptions {
    /// How many bytes one value may have.
    pub(in crate::formats) bytes_max: usize,
    /// The names of an array of values, where one object may hold them all.
    pub(in crate::formats) packages: &'static [&'static str],
    /// What is expected, where a file that begins with something else than JSON is refused as a whole.
    pub(in crate::formats) expected: Option<&'static str>,
    /// Whether values outside of an array are accepted.
    pub(in crate::formats) loose_values: LooseValues,
}

/// Values outside of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum LooseValues {
    /// They are read like those in an array.
    Accepted,
    /// A file without an array is refused, and so is one that is damaged in front of it or between its values.
    Refused,
}

/// Why there are no more values.
#[derive(Debug)]
pub(in crate::formats) enum ReadError {
    /// The system refuses, or an archive is damaged.
    Io(io::Error),
    /// The file is malformed.
    Malformed {
        line: u64,
        reason: Reason,
        options: ReadOptions,
    },
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Reason {
    /// A value is longer than is allowed.
    TooLong,
    /// It ends in the middle of a value, or before its array does.
    CutOff,
    /// It contains something other than JSON.
    NoJson,
    /// It has no array of values.
    NoArray,
    /// Something other than JSON follows its array.
    AfterArray,
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<ReadError> for Unreadable {
    fn from(error: ReadError) -> Self {
        let (line, reason, options) = match error {
            ReadError::Io(error) => return Self::Io(error),
            ReadError::Malformed { line, reason, options } => (line, reason, options),
        };
        let expected = options.expected.unwrap_or("JSON");
        let reason = match reason {
            Reason::TooLong => too_long(options.bytes_max).to_string(),
            Reason::CutOff => {
                "the file ends here, in the middle of a record: it was cut off, or the command that wrote it \
                               failed; get it again"
                    .to_owned()
            }
            Reason::NoJson => format!("no JSON starts here; expected {expected}"),
            Reason::NoArray => format!("there is no array of records; expected {expected}"),
            Reason::AfterArray => "something stands behind the array, which is no JSON".to_owned(),
        };
        Self::malformed(format!("line {line}"), reason)
    }
}
