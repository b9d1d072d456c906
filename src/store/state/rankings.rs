//! The rankings of one state: each is computed when it is first asked for and kept, a bounded number of them. The next state has
//! none: any commit may change every score, and what is answered is what its state says. They are refreshed by who asks, whose
//! budget bounds it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::graph::{
    Budget, Exhausted, Snapshot,
    algo::{self, Ranking, RankingQuestion},
};

/// How many rankings are kept, the latest asked for; at a million entities each takes 16 MB.
pub const RANKINGS_MAX: usize = 8;
/// How often one who waits for a ranking looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(20);

/// The rankings computed so far, and those being computed.
#[derive(Debug, Default)]
pub(in crate::store) struct Rankings {
    slots: Mutex<Slots>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Slots {
    /// The one asked for last stands last.
    kept: Vec<(RankingQuestion, Arc<Ranking>)>,
    computing: Vec<RankingQuestion>,
}

impl Rankings {
    /// The answer to `question`: kept, or computed now. Who asks for what another is computing waits for it, and computes it
    /// when the other gave up.
    pub(in crate::store) fn answer(
        &self,
        snapshot: &Snapshot,
        question: &RankingQuestion,
        budget: &Budget,
    ) -> Result<Arc<Ranking>, Exhausted> {
        let mut slots = self.lock();
        loop {
            if let Some(place) = slots.kept.iter().position(|(known, _)| known == question) {
                slots.kept[place..].rotate_left(1);
                return Ok(slots
                    .kept
                    .last()
                    .map(|(_, ranking)| Arc::clone(ranking))
                    .expect("it was found"));
            }
            if !slots.computing.contains(question) {
                break;
            }
            let waited = self.changed.wait_timeout(slots, LOOK);
            slots = waited.unwrap_or_else(PoisonError::into_inner).0;
            budget.charge(0)?;
        }
        slots.computing.push(question.clone());
        drop(slots);
        let turn = Turn {
            rankings: self,
            question,
        };
        let ranking = Arc::new(algo::ranking(snapshot, question, budget)?);
        let mut slots = self.lock();
        if slots.kept.len() == RANKINGS_MAX {
            slots.kept.remove(0);
        }
        slots.kept.push((question.clone(), Arc::clone(&ranking)));
        drop(slots);
        drop(turn);
        Ok(ranking)
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        // Nothing is left half done under the lock, whoever panics.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to compute one ranking. Given up when dropped, however the computation ends.
struct Turn<'a> {
    rankings: &'a Rankings,
    question: &'a RankingQuestion,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.rankings.lock().computing.retain(|other| other != self.question);
        self.rankings.changed.notify_all();
    }
}
