//! What keeps a store from being well, for who runs it.

use std::fmt;

use crate::store::Store;

/// What keeps a store from being well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The log takes no changes.
    Unwritable {
        /// What the system says.
        reason: String,
        /// Whether it is open whether the last changes were kept.
        unresolved: bool,
    },
    /// Something in the log is not what was written.
    Damaged {
        /// What, and how; never empty.
        places: Vec<String>,
    },
}

impl Trouble {
    /// What programs tell it by.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unwritable { .. } => "LOG_UNWRITABLE",
            Self::Damaged { .. } => "LOG_DAMAGED",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unwritable { reason, unresolved } => {
                write!(f, "No changes are taken, since writing to the log failed: {reason}. ")?;
                if *unresolved {
                    f.write_str("Whether the last changes were kept is known when the log can be opened again. ")?;
                }
                f.write_str("It is tried again until it succeeds.")
            }
            Self::Damaged { places } => write!(
                f,
                "The log is damaged: {}. Restore the last good backup (guanxi restore); what is served now can be taken along \
                 first (guanxi export).",
                places.join("; ")
            ),
        }
    }
}

impl Store {
    /// What keeps the store from being well; nothing where it is, or is only meant to be read.
    #[must_use]
    pub fn troubles(&self) -> Vec<Trouble> {
        let failure = self.shared.log.failure().filter(|failure| failure.passing);
        let unwritable = failure.map(|failure| Trouble::Unwritable {
            reason: failure.reason,
            unresolved: failure.unresolved,
        });
        let places = self.shared.damaged_places();
        let damaged = (!places.is_empty()).then_some(Trouble::Damaged { places });
        unwritable.into_iter().chain(damaged).collect()
    }
}
