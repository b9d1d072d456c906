//! Errors of the log.

/// The file format that this program writes.
pub(super) const FORMAT: u32 = 1;

/// Why the log could not be written or read. Callers that know the folder prepend it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A stored value is not as it was written.
    #[error("{place}: {reason}")]
    Damaged {
        /// Which value: `entry 812`.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value would not be read back unchanged. Nothing was written.
    #[error("{place} cannot be stored: {reason}")]
    Unstorable {
        /// Which value.
        place: String,
        /// The reason.
        reason: String,
    },
    /// An entry does not follow the last one. Nothing was written.
    #[error("entry {position} does not follow entry {last}")]
    Gap {
        /// The last entry of the log.
        last: u64,
        /// The position of the entry.
        position: u64,
    },
    /// Nothing was written, and nothing will be.
    #[error("nothing was written: {0}")]
    NotWritten(String),
    /// Writing failed. Whether the last group was stored is unknown until the log is reopened, which is retried until it succeeds.
    #[error("writing failed, and it is not known yet whether anything was written: {0}")]
    OutcomeUnknown(String),
    /// The file was written by a later version of the program.
    #[error(
        "it has format {format}, written by guanxi {program}, and this version of guanxi reads formats up to {}; use that version or \
         a later one",
        FORMAT
    )]
    NewerFormat {
        /// Its format.
        format: u32,
        /// The version of the program that wrote it.
        program: String,
    },
    /// The file is not a log.
    #[error("the file is not a log of guanxi: {0}")]
    NotALog(String),
    /// The process that wrote the file ended without closing it, and another one may be opening it now.
    #[error("it was not closed, and no process has it open; try again, or start the program on it once")]
    NotClosed,
    /// The file cannot be read or written.
    #[error("{0}")]
    File(String),
}

impl Error {
    pub(in crate::store) fn damaged(place: impl Into<String>, reason: &(impl ToString + ?Sized)) -> Self {
        Self::Damaged {
            place: place.into(),
            reason: reason.to_string(),
        }
    }

    pub(super) fn unstorable(place: impl Into<String>, reason: &(impl ToString + ?Sized)) -> Self {
        Self::Unstorable {
            place: place.into(),
            reason: reason.to_string(),
        }
    }
}
