//! Problems of a store that its operator has to solve.

use std::fmt;

use crate::store::Store;

/// A problem of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthProblem {
    /// The log accepts no changes.
    Unwritable {
        /// The error of the operating system.
        reason: String,
        /// Whether it is unknown if the last changes were stored.
        outcome_unknown: bool,
    },
    /// Values of the log are damaged.
    Damaged {
        /// Each damaged value with the reason; never empty.
        places: Vec<String>,
    },
}

impl HealthProblem {
    /// The code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unwritable { .. } => "LOG_UNWRITABLE",
            Self::Damaged { .. } => "LOG_DAMAGED",
        }
    }
}

impl fmt::Display for HealthProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unwritable {
                reason,
                outcome_unknown,
            } => {
                write!(
                    f,
                    "No changes are accepted, since writing to the log failed: {reason}. "
                )?;
                if *outcome_unknown {
                    f.write_str("Whether the last changes were stored is known when the log can be opened again. ")?;
                }
                f.write_str("It is retried until it succeeds.")
            }
            Self::Damaged { places } => write!(
                f,
                "The log is damaged: {}. Restore the last good backup (guanxi restore); the data that is served now can be \
                 exported first (guanxi export).",
                places.join("; ")
            ),
        }
    }
}

impl Store {
    /// The current problems of the store. A store that was opened for reading has none of writing.
    #[must_use]
    pub fn health_problems(&self) -> Vec<HealthProblem> {
        let failure = self.shared.log.failure().filter(|failure| failure.is_retried);
        let unwritable = failure.map(|failure| HealthProblem::Unwritable {
            reason: failure.reason,
            outcome_unknown: failure.outcome_unknown,
        });
        let places = self.shared.damaged_places();
        let damaged = (!places.is_empty()).then_some(HealthProblem::Damaged { places });
        unwritable.into_iter().chain(damaged).collect()
    }
}
