//! Why a log cannot be written or read.

/// The form that this program writes.
pub(super) const FORMAT: u32 = 1;

/// Why the log could not be written or read. Whoever knows the folder says so in front.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What is kept is not what was written.
    #[error("{place}: {reason}")]
    Damaged {
        /// Which value: `entry 812`.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value would not be read back as it is. Nothing was written.
    #[error("{place} cannot be kept: {reason}")]
    Unkeepable {
        /// Which value.
        place: String,
        /// Why not.
        reason: String,
    },
    /// The entries to be added do not follow the last one. Nothing was written.
    #[error("entry {found} does not follow entry {last}")]
    Gap {
        /// The last entry of the log.
        last: u64,
        /// The position to be added.
        found: u64,
    },
    /// Nothing of it was written, and nothing of it will be.
    #[error("nothing was written: {0}")]
    Unwritten(String),
    /// Writing failed. Whether the last group was kept is seen when the log can be opened again, which is tried until then.
    #[error("writing failed, and it is not known yet whether something was written: {0}")]
    Unsure(String),
    /// A later version of the program wrote it.
    #[error(
        "it is of format {format}, written by guanxi {program}, and this guanxi knows formats up to {}; use that version or a \
         later one",
        FORMAT
    )]
    Newer {
        /// Its format.
        format: u32,
        /// The version of the program that wrote it.
        program: String,
    },
    /// There is a file, but no log in it.
    #[error("the file holds no log of guanxi's: {0}")]
    Foreign(String),
    /// The process that wrote it was ended before it could close it, and another may be opening it now.
    #[error("it was not closed, and nobody has it open; try again, or start the program on it once")]
    Unclosed,
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

    pub(super) fn unkeepable(place: impl Into<String>, reason: &(impl ToString + ?Sized)) -> Self {
        Self::Unkeepable {
            place: place.into(),
            reason: reason.to_string(),
        }
    }
}
