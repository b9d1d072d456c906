//! Whether there is a chain of two or more direct holdings from one entity to another.

use super::end::RangeEnd;
use crate::graph::RelationshipIx;
use crate::graph::{Exhausted, budget::Meter};

/// The holding of one entity in another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stake {
    /// The holder, as a place among the collected entities.
    pub(super) holder: usize,
    /// The investee, likewise.
    pub(super) investee: usize,
    pub(super) low: RangeEnd,
    pub(super) high: RangeEnd,
    /// The claim with the highest share, if there are several between the two.
    pub(super) relationship: RelationshipIx,
}

/// Searches the direct holdings.
pub(super) struct ChainSearch<'a> {
    /// The direct holdings of each entity.
    holdings: &'a [Vec<Stake>],
    /// The number of the last search that visited each entity.
    visited_in: Vec<usize>,
    searches: usize,
}

impl<'a> ChainSearch<'a> {
    pub(super) fn new(holdings: &'a [Vec<Stake>]) -> Self {
        Self {
            holdings,
            visited_in: Vec::new(),
            searches: 0,
        }
    }

    /// Whether there is a chain of two or more direct holdings from `holder` to `investee` without repeated entities. Takes
    /// O(stakes reachable from `holder`).
    pub(super) fn has_chain(
        &mut self,
        holder: usize,
        investee: usize,
        meter: &mut Meter<'_>,
    ) -> Result<bool, Exhausted> {
        self.visited_in.resize(self.holdings.len(), 0);
        self.searches += 1;
        self.visited_in[holder] = self.searches;
        let mut ahead = vec![holder];
        while let Some(here) = ahead.pop() {
            for stake in &self.holdings[here] {
                meter.tick()?;
                if stake.investee == investee {
                    if here != holder {
                        return Ok(true);
                    }
                } else if self.visited_in[stake.investee] != self.searches {
                    self.visited_in[stake.investee] = self.searches;
                    ahead.push(stake.investee);
                }
            }
        }
        Ok(false)
    }
}
