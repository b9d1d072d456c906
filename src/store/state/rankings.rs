//! The cached rankings of one state. Each is computed by the first request for it, within the budget of that request. The next
//! state starts without any, since every commit may change every score.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::graph::{
    Budget, Exhausted, Snapshot,
    algo::{self, Ranking, RankingQuestion},
};

/// The number of cached rankings, the most recently used ones; for a million entities each takes 16 MB.
pub const RANKINGS_MAX: usize = 8;
/// How often a request that waits for a ranking checks its budget.
const WAIT_INTERVAL: Duration = Duration::from_millis(20);

/// The rankings computed so far, and those being computed.
#[derive(Debug, Default)]
pub(in crate::store) struct Rankings {
    slots: Mutex<Slots>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Slots {
    /// The most recently used one is last.
    cached: Vec<(RankingQuestion, Arc<Ranking>)>,
    computing: Vec<RankingQuestion>,
}

impl Rankings {
    /// The ranking for `question`, cached or computed now. If another request is computing it, this one waits, and computes it
    /// when the other failed.
    pub(in crate::store) fn answer(
        &self,
        snapshot: &Snapshot,
        question: &RankingQuestion,
        budget: &Budget,
    ) -> Result<Arc<Ranking>, Exhausted> {
        let mut slots = self.slots.lock();
        loop {
            if let Some(place) = slots
                .cached
                .iter()
                .position(|(cached_question, _)| cached_question == question)
            {
                slots.cached[place..].rotate_left(1);
                return Ok(slots
                    .cached
                    .last()
                    .map(|(_, ranking)| Arc::clone(ranking))
                    .expect("it was moved to the end"));
            }
            if !slots.computing.contains(question) {
                break;
            }
            self.changed.wait_for(&mut slots, WAIT_INTERVAL);
            budget.charge(0)?;
        }
        slots.computing.push(question.clone());
        drop(slots);
        let guard = ComputingGuard {
            rankings: self,
            question,
        };
        let ranking = Arc::new(algo::ranking(snapshot, question, budget)?);
        let mut slots = self.slots.lock();
        if slots.cached.len() == RANKINGS_MAX {
            slots.cached.remove(0);
        }
        slots.cached.push((question.clone(), Arc::clone(&ranking)));
        drop(slots);
        drop(guard);
        Ok(ranking)
    }
}

/// The exclusive right to compute one ranking, until this is dropped.
struct ComputingGuard<'a> {
    rankings: &'a Rankings,
    question: &'a RankingQuestion,
}

impl Drop for ComputingGuard<'_> {
    fn drop(&mut self) {
        self.rankings
            .slots
            .lock()
            .computing
            .retain(|other| other != self.question);
        self.rankings.changed.notify_all();
    }
}
