//! The strongest chains from an owner down to the company: best first, guided by what each entity can at best pass on.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, VecDeque},
};

use super::{stakes::Stakes, ways::Stake};
use crate::graph::{Budget, Exhausted, Hop, RelationshipIx, algo::Chain, budget::Meter};

/// How many chains an owner is shown with.
const CHAINS_MAX: usize = 10;
/// How many beginnings of chains are tried for one owner. Only circles of equally strong holdings need so many.
const TRIED_MAX: usize = 20_000;
/// How many steps a chain may have to be shown.
const LENGTH_MAX: usize = 100;

/// The chains of one owner.
pub(super) struct Found {
    pub(super) chains: Vec<Chain>,
    /// Whether the search was given up.
    pub(super) truncated: bool,
}

/// How well each entity is placed: never worse than any simple chain from it to the company.
pub(super) struct Strongest<'a> {
    stakes: &'a Stakes,
    budget: &'a Budget,
    /// The strength of the strongest chain to the company.
    strength: Vec<f64>,
    /// The length of the shortest.
    length: Vec<usize>,
}

impl<'a> Strongest<'a> {
    pub(super) fn new(stakes: &'a Stakes, budget: &'a Budget) -> Result<Self, Exhausted> {
        let mut holders: Vec<Vec<&Stake>> = vec![Vec::new(); stakes.len()];
        for stake in stakes.all() {
            holders[stake.held].push(stake);
        }
        let mut meter = Meter::new(budget);
        let company = stakes.company();
        let mut length = vec![usize::MAX; stakes.len()];
        length[company] = 0;
        let mut ahead = VecDeque::from([company]);
        while let Some(held) = ahead.pop_front() {
            for stake in &holders[held] {
                meter.tick()?;
                if length[stake.holder] == usize::MAX {
                    length[stake.holder] = length[held] + 1;
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
    pub(super) fn chains(&self, owner: usize) -> Result<Found, Exhausted> {
        let mut meter = Meter::new(self.budget);
        let mut found = Found {
            chains: Vec::new(),
            truncated: false,
        };
        let mut tried = 0;
        if self.length[owner] > LENGTH_MAX {
            found.truncated = true;
            return Ok(found);
        }
        let mut ahead = BinaryHeap::from([Reverse(self.beginning(vec![owner], Vec::new(), 1.0))]);
        while let Some(Reverse(beginning)) = ahead.pop() {
            if beginning.end() == self.stakes.company() {
                found.chains.push(self.chain(&beginning));
                if found.chains.len() == CHAINS_MAX {
                    break;
                }
                continue;
            }
            for stake in self.stakes.holdings(beginning.end()) {
                meter.tick()?;
                if beginning.places.contains(&stake.held) {
                    continue;
                }
                let places = [beginning.places.as_slice(), &[stake.held]].concat();
                let over = [beginning.over.as_slice(), &[stake.relationship]].concat();
                let next = self.beginning(places, over, beginning.strength * stake.high.value());
                if next.length > LENGTH_MAX {
                    found.truncated = true;
                    continue;
                }
                ahead.push(Reverse(next));
                tried += 1;
            }
            if tried > TRIED_MAX {
                found.truncated = true;
                break;
            }
        }
        meter.flush()?;
        Ok(found)
    }

    fn beginning(&self, places: Vec<usize>, over: Vec<RelationshipIx>, strength: f64) -> Beginning {
        let end = places.last().copied().unwrap_or_else(|| self.stakes.company());
        let at_best = strength * self.strength[end];
        Beginning {
            // Equal products of shares differ in their last digits: 0.2 · 0.5 and 0.1 are the same weakness.
            weakness: (-at_best.ln() * 1e9).round(),
            length: over.len() + self.length[end],
            places,
            over,
            strength,
        }
    }

    fn chain(&self, complete: &Beginning) -> Chain {
        let hops = complete.places.iter().skip(1).zip(&complete.over);
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

/// How much reaches the company from one place.
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

/// The beginning of a chain, ordered by the best it may become.
#[derive(Debug)]
struct Beginning {
    weakness: f64,
    length: usize,
    places: Vec<usize>,
    over: Vec<RelationshipIx>,
    strength: f64,
}

impl Beginning {
    fn end(&self) -> usize {
        self.places[self.places.len() - 1]
    }
}

impl Ord for Beginning {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_weakness = self.weakness.total_cmp(&other.weakness);
        by_weakness
            .then(self.length.cmp(&other.length))
            .then_with(|| self.places.cmp(&other.places))
            // A direct and an indirect holding may lie between the same two.
            .then_with(|| self.over.cmp(&other.over))
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
ordered!(Reach Beginning);
