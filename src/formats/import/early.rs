//! Versions of relationships that were known before their ends were: they wait, and what is said later of the same relationship
//! waits behind them, so that its history keeps its order.

use std::collections::BTreeMap;

use super::{Error, filing::Filing, waiting::Waited};

/// How many may wait; what comes early beyond that is told to refer to nothing.
const EARLY_MAX: usize = 10_000;

/// What waits, by the id of the relationship.
#[derive(Debug, Default)]
pub(super) struct Early {
    waiting: BTreeMap<String, Vec<Waited>>,
    count: usize,
}

impl Early {
    /// Puts a draft, unless it is early or others for the same record are.
    pub(super) fn put(&mut self, filing: &mut Filing, waited: Waited) -> Result<(), Error> {
        let id = waited.draft.change.id();
        if let Some(before) = self.waiting.get_mut(id) {
            if filing.is_early(&before[0].draft) && self.count < EARLY_MAX {
                before.push(waited);
                self.count += 1;
                return Ok(());
            }
            let before = self.waiting.remove(id).unwrap_or_default();
            self.count -= before.len();
            before.into_iter().try_for_each(|before| put(filing, before))?;
        } else if waited.draft.known_at.is_some() && self.count < EARLY_MAX && filing.is_early(&waited.draft) {
            self.count += 1;
            self.waiting.insert(id.to_owned(), vec![waited]);
            return Ok(());
        }
        put(filing, waited)
    }

    /// Puts what still waits.
    pub(super) fn put_rest(&mut self, filing: &mut Filing) -> Result<(), Error> {
        let rest = std::mem::take(&mut self.waiting);
        self.count = 0;
        rest.into_values().flatten().try_for_each(|waited| put(filing, waited))
    }
}

fn put(filing: &mut Filing, Waited { origin, draft }: Waited) -> Result<(), Error> {
    filing.put(origin, draft)
}
