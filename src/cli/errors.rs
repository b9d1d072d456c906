//! Wrong arguments that clap accepts.

/// The exit code for wrong arguments, the same as clap's.
pub(super) const USAGE_ERROR: u8 = 2;

/// Arguments that cannot be combined, with advice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub(super) String);
