//! Chains of direct holdings from one entity to another: whether there is one of two or more.

use super::End;
use crate::graph::RelationshipIx;
use crate::graph::{Exhausted, budget::Meter};

/// What one holder holds of another entity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stake {
    /// Who holds it, as a place among the entities collected.
    pub(super) holder: usize,
    /// Of whom.
    pub(super) held: usize,
    pub(super) low: End,
    pub(super) high: End,
    /// The one that claims most, where several claims lie between the two.
    pub(super) relationship: RelationshipIx,
}

/// Searches the direct holdings.
pub(super) struct Ways<'a> {
    /// What each holds directly.
    holdings: &'a [Vec<Stake>],
    /// In which search each was met last.
    met_in: Vec<usize>,
    searches: usize,
}

impl<'a> Ways<'a> {
    pub(super) fn new(holdings: &'a [Vec<Stake>]) -> Self {
        Self {
            holdings,
            met_in: Vec::new(),
            searches: 0,
        }
    }

    /// Whether two or more direct holdings lead from `holder` to `held` without meeting anybody twice. Takes O(stakes) among
    /// what `holder` reaches.
    pub(super) fn has_chain(&mut self, holder: usize, held: usize, meter: &mut Meter<'_>) -> Result<bool, Exhausted> {
        self.met_in.resize(self.holdings.len(), 0);
        self.searches += 1;
        self.met_in[holder] = self.searches;
        let mut ahead = vec![holder];
        while let Some(here) = ahead.pop() {
            for stake in &self.holdings[here] {
                meter.tick()?;
                if stake.held == held {
                    if here != holder {
                        return Ok(true);
                    }
                } else if self.met_in[stake.held] != self.searches {
                    self.met_in[stake.held] = self.searches;
                    ahead.push(stake.held);
                }
            }
        }
        Ok(false)
    }
}
