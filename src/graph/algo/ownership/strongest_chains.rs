//! The strongest chains from an owner down to the company: best-first search, guided by the strongest continuation of each entity.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, VecDeque},
};

use super::{chain_search::Stake, stakes::Stakes};
use crate::graph::{Budget, Exhausted, Hop, RelationshipIx, algo::Chain, budget::Meter};

/// The most chains returned for one owner.
const CHAINS_MAX: usize = 10;
/// The most partial chains tries for one owner. Only circles of equally strong holdings need as many.
const TRIES_MAX: usize = 20_000;
/// The most steps of a returned chain.
const LENGTH_MAX: usize = 100;

/// The chains of one owner.
pub(super) struct OwnerChains {
    pub(super) chains: Vec<Chain>,
    /// Whether the search was ended early.
    pub(super) truncated: bool,
}

/// A bound for each entity: at least as good as any simple chain from it to the company.
pub(super) struct StrongestChains<'a> {
    stakes: &'a Stakes,
    budget: &'a Budget,
    /// The strength of the strongest chain to the company.
    strength: Vec<f64>,
    /// The length of the shortest.
    length: Vec<usize>,
}

impl<'a> StrongestChains<'a> {
    pub(super) fn new(stakes: &'a Stakes, budget: &'a Budget) -> Result<Self, Exhausted> {
        let mut holders: Vec<Vec<&Stake>> = vec![Vec::new(); stakes.len()];
        for stake in stakes.all() {
            holders[stake.investee].push(stake);
        }
        let mut meter = Meter::new(budget);
        let company = stakes.company();
        let mut length = vec![usize::MAX; stakes.len()];
        length[company] = 0;
        let mut ahead = VecDeque::from([company]);
        while let Some(investee) = ahead.pop_front() {
            for stake in &holders[investee] {
                meter.tick()?;
                if length[stake.holder] == usize::MAX {
                    length[stake.holder] = length[investee] + 1;
                    ahead.push_back(stake.holder);
                }
            }
        }
        let mut strength = vec![0.0; stakes.len()];
        strength[company] = 1.0;
        let mut ahead = BinaryHeap::from([Reach {
            strength: 1.0,
            place: company,
        }]);
        while let Some(reach) = ahead.pop() {
            if reach.strength < strength[reach.place] {
                continue;
            }
            for stake in &holders[reach.place] {
                meter.tick()?;
                let through = reach.strength * stake.high.value();
                if through > strength[stake.holder] {
                    strength[stake.holder] = through;
                    ahead.push(Reach {
                        strength: through,
                        place: stake.holder,
                    });
                }
            }
        }
        meter.flush()?;
        Ok(Self {
            stakes,
            budget,
            strength,
            length,
        })
    }

    /// The strongest simple chains from `owner`: by the product of the high ends, then the shortest, then by ids.
    pub(super) fn chains(&self, owner: usize) -> Result<OwnerChains, Exhausted> {
        let mut meter = Meter::new(self.budget);
        let mut result = OwnerChains {
            chains: Vec::new(),
            truncated: false,
        };
        let mut tries = 0;
        if self.length[owner] > LENGTH_MAX {
            result.truncated = true;
            return Ok(result);
        }
        let mut ahead = BinaryHeap::from([Reverse(self.partial_chain(vec![owner], Vec::new(), 1.0))]);
        while let Some(Reverse(partial)) = ahead.pop() {
            if partial.end() == self.stakes.company() {
                result.chains.push(self.chain(&partial));
                if result.chains.len() == CHAINS_MAX {
                    break;
                }
                continue;
            }
            for stake in self.stakes.holdings(partial.end()) {
                meter.tick()?;
                if partial.places.contains(&stake.investee) {
                    continue;
                }
                let places = [partial.places.as_slice(), &[stake.investee]].concat();
                let relationships = [partial.relationships.as_slice(), &[stake.relationship]].concat();
                let next = self.partial_chain(places, relationships, partial.strength * stake.high.value());
                if next.length > LENGTH_MAX {
                    result.truncated = true;
                    continue;
                }
                ahead.push(Reverse(next));
                tries += 1;
            }
            if tries > TRIES_MAX {
                result.truncated = true;
                break;
            }
        }
        meter.flush()?;
        Ok(result)
    }

    fn partial_chain(&self, places: Vec<usize>, relationships: Vec<RelationshipIx>, strength: f64) -> PartialChain {
        let end = places.last().copied().unwrap_or_else(|| self.stakes.company());
        let at_best = strength * self.strength[end];
        PartialChain {
            // Equal products of shares differ in their last digits: 0.2 · 0.5 and 0.1 are the same weakness.
            weakness: (-at_best.ln() * 1e9).round(),
            length: relationships.len() + self.length[end],
            places,
            relationships,
            strength,
        }
    }

    fn chain(&self, complete: &PartialChain) -> Chain {
        let hops = complete.places.iter().skip(1).zip(&complete.relationships);
        Chain {
            start: self.stakes.entity(complete.places[0]),
            hops: hops
                .map(|(place, relationship)| Hop {
                    neighbor: self.stakes.entity(*place),
                    relationship: *relationship,
                    forward: true,
                })
                .collect(),
        }
    }
}

/// The strength of the connection from one place to the company.
#[derive(Debug)]
struct Reach {
    strength: f64,
    place: usize,
}

impl Ord for Reach {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_strength = self.strength.total_cmp(&other.strength);
        by_strength.then_with(|| other.place.cmp(&self.place))
    }
}

/// The start of a chain, ordered by its best possible completion.
#[derive(Debug)]
struct PartialChain {
    weakness: f64,
    length: usize,
    places: Vec<usize>,
    relationships: Vec<RelationshipIx>,
    strength: f64,
}

impl PartialChain {
    fn end(&self) -> usize {
        self.places[self.places.len() - 1]
    }
}

impl Ord for PartialChain {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_weakness = self.weakness.total_cmp(&other.weakness);
        by_weakness
            .then(self.length.cmp(&other.length))
            .then_with(|| self.places.cmp(&other.places))
            // There may be a direct and an indirect holding between the same two entities.
            .then_with(|| self.relationships.cmp(&other.relationships))
    }
}

/// Declares the rest of an order by [`Ord::cmp`].
macro_rules! ordered {
    ($($name:ident)*) => {
        $(
            impl PartialOrd for $name {
                fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                    Some(self.cmp(other))
                }
            }

            impl PartialEq for $name {
                fn eq(&self, other: &Self) -> bool {
                    self.cmp(other).is_eq()
                }
            }

            impl Eq for $name {}
        )*
    };
}
ordered!(Reach PartialChain);
