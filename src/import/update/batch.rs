//! Batches of changes: the one that is collected, and the one that is being committed.

use std::collections::HashSet;

use hashbrown::HashMap;

use crate::{
    import::Origin,
    model::{Change, Noun, Timestamp},
    store::commit::Pending,
};

/// Changes with their origins.
pub(in crate::import) type ChangeBatch = Vec<(Change, Vec<Origin>)>;

/// A batch that is being committed.
#[derive(Debug)]
pub(in crate::import) struct PendingBatch {
    pub(super) batch: ChangeBatch,
    /// The records that it puts, by id.
    pub(in crate::import) puts: HashMap<String, Noun>,
    /// The ids that it retracts.
    pub(super) retracts: HashSet<String>,
    pub(super) at: Timestamp,
    pub(super) answer: Pending,
}
