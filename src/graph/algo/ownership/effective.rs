//! The effective holding of one owner in a company through all intermediaries, at the low and at the high end.

use std::collections::{HashMap, hash_map::Entry};

use super::{chain_search::Stake, circle::Circle, end::RangeEnd, factors::Factors, stakes::Stakes};
use crate::{
    graph::{Budget, Exhausted, budget::Meter},
    model::ShareRange,
};

/// Sums this close to 1 count as 1.
const TOLERANCE: f64 = 1e-12;

/// The bounds of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ShareBounds {
    low: RangeEnd,
    high: RangeEnd,
}

impl ShareBounds {
    pub(super) const NOTHING: Self = Self {
        low: RangeEnd {
            value: 0.0,
            open: false,
        },
        high: RangeEnd {
            value: 0.0,
            open: false,
        },
    };

    fn of(range: ShareRange) -> Self {
        Self {
            low: RangeEnd::new(range.min, range.min_inclusive),
            high: RangeEnd::new(range.max, range.max_inclusive),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            low: self.low.plus(other.low),
            high: self.high.plus(other.high),
        }
    }

    /// Capped at 1. An excluded end no longer matters if the sum reaches 1 without it.
    fn capped(self) -> Self {
        let cap = |end: RangeEnd, side: Side| RangeEnd {
            value: end.value.min(1.0),
            open: end.open && !side.is_capped(end.value),
        };
        Self {
            low: cap(self.low, Side::Low),
            high: cap(self.high, Side::High),
        }
    }

    /// The remainder to 1.
    pub(super) fn remainder(self) -> Self {
        let remainder = |part: RangeEnd| if part.value < 1.0 { 1.0 - part.value } else { 0.0 };
        Self {
            low: RangeEnd {
                value: remainder(self.high),
                open: self.high.open && self.high.value <= 1.0 + TOLERANCE,
            },
            high: RangeEnd {
                value: remainder(self.low),
                open: self.low.open && self.low.value < 1.0 - TOLERANCE,
            },
        }
    }

    pub(super) fn in_percent(self) -> ShareRange {
        let (min, max) = (self.low.percent(), self.high.percent());
        let single = min == max;
        ShareRange {
            min,
            max,
            min_inclusive: single || !self.low.open,
            max_inclusive: single || !self.high.open,
        }
    }
}

/// The end of all shares that is computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    Low,
    High,
}

impl Side {
    fn of(self, stake: &Stake) -> RangeEnd {
        match self {
            Self::Low => stake.low,
            Self::High => stake.high,
        }
    }

    /// Whether a sum remains capped if an excluded end of a part moves slightly.
    fn is_capped(self, sum: f64) -> bool {
        match self {
            Self::Low => sum >= 1.0 - TOLERANCE,
            Self::High => sum > 1.0 + TOLERANCE,
        }
    }
}

/// An owner's holding of the company, in two parts.
#[derive(Debug, Clone, Copy)]
struct Parts<T> {
    /// By its own claims.
    own: T,
    /// Through others.
    through: T,
}

/// The effective holding, with the claims that summarize chains applied.
#[derive(Debug)]
pub(super) struct Effective {
    /// The owner's holding of the company.
    pub(super) bounds: ShareBounds,
    /// The computed holding through others, if claims that summarize it do not intersect it.
    pub(super) mismatch: Option<ShareRange>,
}

/// One owner's holding of each entity, at one end.
#[derive(Debug)]
struct Column {
    /// Before capping.
    sums: Vec<f64>,
    effective: Vec<f64>,
    /// Whether that end itself is excluded.
    open: Vec<bool>,
}

/// Solves for one owner after the other, each on the entities that the owner reaches.
pub(super) struct Solver<'a> {
    stakes: &'a Stakes,
    meter: Meter<'a>,
    column: Column,
    /// The factors of each circle on each side, if any: they are the same for every owner.
    factors: HashMap<(usize, Side), Option<Factors>>,
    reached: Vec<bool>,
    any_open: bool,
    truncated: bool,
}

impl<'a> Solver<'a> {
    pub(super) fn new(stakes: &'a Stakes, budget: &'a Budget) -> Self {
        let count = stakes.len();
        Self {
            stakes,
            meter: Meter::new(budget),
            column: Column {
                sums: vec![0.0; count],
                effective: vec![0.0; count],
                open: vec![false; count],
            },
            factors: HashMap::new(),
            reached: vec![false; count],
            any_open: stakes.all().any(|stake| stake.low.open || stake.high.open),
            truncated: false,
        }
    }

    /// Whether a circle did not converge.
    pub(super) fn truncated(&self) -> bool {
        self.truncated
    }

    /// The holding of `owner` in the company. Its part through others is intersected with the claims that summarize it, if the two
    /// intersect.
    pub(super) fn effective(&mut self, owner: usize) -> Result<Effective, Exhausted> {
        let indirect_total = self.stakes.indirect_total(owner);
        let order = self.reach(owner)?;
        let mut parts = |side: Side| -> Result<(RangeEnd, Option<Parts<RangeEnd>>), Exhausted> {
            let end = self.solve(owner, &order, side)?;
            let parts = indirect_total.map(|_| self.parts(owner, &order, side)).transpose()?;
            Ok((end, parts))
        };
        let ((low, low_parts), (high, high_parts)) = (parts(Side::Low)?, parts(Side::High)?);
        for place in order {
            self.reached[place] = false;
        }
        self.meter.flush()?;
        let computed = Effective {
            bounds: ShareBounds { low, high },
            mismatch: None,
        };
        let (Some(indirect_total), Some(low), Some(high)) = (indirect_total, low_parts, high_parts) else {
            return Ok(computed);
        };
        let bounds = |low, high| ShareBounds { low, high };
        let parts = Parts {
            own: bounds(low.own, high.own),
            through: bounds(low.through, high.through).capped(),
        };
        let through = parts.through.in_percent();
        Ok(match through.intersection(indirect_total) {
            None => Effective {
                mismatch: Some(through),
                ..computed
            },
            Some(intersection) if intersection == through => computed,
            Some(intersection) => Effective {
                bounds: parts.own.plus(ShareBounds::of(intersection)).capped(),
                ..computed
            },
        })
    }

    /// The holding of `owner` in the company by its own claims, and through others including itself; not capped.
    fn parts(&mut self, owner: usize, order: &[usize], side: Side) -> Result<Parts<RangeEnd>, Exhausted> {
        let company = self.stakes.company();
        let mut parts = Parts {
            own: ShareBounds::NOTHING.low,
            through: ShareBounds::NOTHING.low,
        };
        for holder in order {
            let effective = RangeEnd {
                value: self.column.effective[*holder],
                open: self.column.open[*holder],
            };
            for stake in self.stakes.holdings(*holder) {
                self.meter.tick()?;
                if stake.investee == company {
                    let share = side.of(stake);
                    let part = if *holder == owner {
                        &mut parts.own
                    } else {
                        &mut parts.through
                    };
                    *part = part.plus(RangeEnd {
                        value: share.value * effective.value,
                        open: moves(share, effective),
                    });
                }
            }
        }
        Ok(parts)
    }

    /// All entities that `owner` reaches, holders before their investees.
    fn reach(&mut self, owner: usize) -> Result<Vec<usize>, Exhausted> {
        let mut order = Vec::new();
        let mut ahead = vec![owner];
        self.reached[owner] = true;
        while let Some(holder) = ahead.pop() {
            order.push(holder);
            for stake in self.stakes.holdings(holder) {
                self.meter.tick()?;
                if !std::mem::replace(&mut self.reached[stake.investee], true) {
                    ahead.push(stake.investee);
                }
            }
        }
        order.sort_unstable_by_key(|place| (self.stakes.circle(*place), *place));
        Ok(order)
    }

    fn solve(&mut self, owner: usize, order: &[usize], side: Side) -> Result<RangeEnd, Exhausted> {
        for place in order {
            self.column.sums[*place] = 0.0;
            self.column.open[*place] = false;
        }
        for circle in order.chunk_by(|a, b| self.stakes.circle(*a) == self.stakes.circle(*b)) {
            let is_simple = |place: usize| {
                let holds_itself = self.stakes.holdings(place).iter().any(|stake| stake.investee == place);
                place == owner || !holds_itself
            };
            match *circle {
                [place] if place == owner => self.column.effective[place] = 1.0,
                [place] if is_simple(place) => self.column.effective[place] = self.column.sums[place].min(1.0),
                _ => self.solve_circle(owner, circle, side)?,
            }
            self.pass_on(circle, side)?;
        }
        if self.any_open {
            self.find_open(owner, order, side)?;
        }
        let company = self.stakes.company();
        Ok(RangeEnd {
            value: self.column.effective[company],
            open: self.column.open[company],
        })
    }

    /// Adds the holdings of the members of a solved circle to the sums of other entities.
    fn pass_on(&mut self, circle: &[usize], side: Side) -> Result<(), Exhausted> {
        for holder in circle {
            let effective = self.column.effective[*holder];
            for stake in self.stakes.holdings(*holder) {
                self.meter.tick()?;
                if self.stakes.circle(stake.investee) != self.stakes.circle(*holder) {
                    self.column.sums[stake.investee] += side.of(stake).value * effective;
                }
            }
        }
        Ok(())
    }

    /// Solves for entities, sorted, that hold each other. An owner among them has all of itself, regardless of other holders.
    fn solve_circle(&mut self, owner: usize, circle: &[usize], side: Side) -> Result<(), Exhausted> {
        if circle.binary_search(&owner).is_err() {
            return self.solve_members(circle, Some(self.stakes.circle(circle[0])), side);
        }
        self.column.effective[owner] = 1.0;
        for stake in self.stakes.holdings(owner) {
            self.meter.tick()?;
            if circle.binary_search(&stake.investee).is_ok() {
                self.column.sums[stake.investee] += side.of(stake).value;
            }
        }
        let others: Vec<usize> = circle.iter().copied().filter(|place| *place != owner).collect();
        self.solve_members(&others, None, side)
    }

    /// Solves for entities, sorted, by their holdings in each other: a complete circle, with its number, or a part of one. Their sums
    /// contain the inflow from outside.
    fn solve_members(&mut self, members: &[usize], circle_number: Option<usize>, side: Side) -> Result<(), Exhausted> {
        let mut circle = Circle::new(members.iter().map(|place| self.column.sums[*place]).collect());
        for (holder, place) in members.iter().enumerate() {
            for stake in self.stakes.holdings(*place) {
                self.meter.tick()?;
                if let Ok(investee) = members.binary_search(&stake.investee) {
                    circle.add(holder, investee, side.of(stake).value);
                }
            }
        }
        let part_factors;
        let factors = match circle_number.map(|number| self.factors.entry((number, side))) {
            Some(Entry::Occupied(entry)) => entry.into_mut(),
            Some(Entry::Vacant(entry)) => entry.insert(circle.factors(&mut self.meter)?),
            None => {
                part_factors = circle.factors(&mut self.meter)?;
                &part_factors
            }
        };
        let solution = circle.solve(factors.as_ref(), &mut self.meter)?;
        self.truncated |= !solution.converged;
        // Without convergence the bounds are used, so that the range is too wide, never too narrow.
        let values = match side {
            Side::High if !solution.converged => solution.upper,
            Side::Low | Side::High => solution.lower,
        };
        for (member, place) in members.iter().enumerate() {
            self.column.sums[*place] = circle.sum(member, &values);
            self.column.effective[*place] = values[member];
        }
        Ok(())
    }

    /// Marks the results whose end itself is excluded: those that move if the excluded ends of shares move slightly, which the cap
    /// may prevent.
    fn find_open(&mut self, owner: usize, order: &[usize], side: Side) -> Result<(), Exhausted> {
        let column = &mut self.column;
        loop {
            let mut has_changed = false;
            for holder in order {
                let effective = RangeEnd {
                    value: column.effective[*holder],
                    open: column.open[*holder],
                };
                for stake in self.stakes.holdings(*holder) {
                    self.meter.tick()?;
                    let capped = side.is_capped(column.sums[stake.investee]);
                    if moves(side.of(stake), effective)
                        && !capped
                        && stake.investee != owner
                        && !column.open[stake.investee]
                    {
                        column.open[stake.investee] = true;
                        has_changed = true;
                    }
                }
            }
            if !has_changed {
                return Ok(());
            }
        }
    }
}

/// Whether the product moves if an excluded end of a share, or of its holder's holding, moves.
fn moves(share: RangeEnd, holder: RangeEnd) -> bool {
    (share.open && (holder.value > 0.0 || holder.open)) || (holder.open && (share.value > 0.0 || share.open))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(low: (f64, bool), high: (f64, bool)) -> ShareBounds {
        ShareBounds {
            low: RangeEnd::new(low.0, low.1),
            high: RangeEnd::new(high.0, high.1),
        }
    }

    #[test]
    fn a_remainder_has_the_excluded_end_of_the_part_and_is_never_negative() {
        let remainder = |part: ShareBounds| part.remainder().in_percent().to_string();
        assert_eq!(remainder(bounds((50.0, false), (100.0, true))), "..<50");
        assert_eq!(remainder(bounds((25.0, true), (50.0, false))), ">50..75");
        assert_eq!(remainder(bounds((120.0, true), (150.0, true))), "0");
        assert_eq!(remainder(ShareBounds::NOTHING), "100");
    }

    #[test]
    fn rounding_noise_is_removed() {
        let third = bounds((33.3, true), (33.3, true));
        let two_thirds = bounds((66.7, true), (66.7, true));
        assert_eq!(third.plus(two_thirds).remainder().in_percent().to_string(), "0");
    }
}
