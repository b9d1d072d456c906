//! What one owner holds of a company through everyone between, at the low and at the high end.

use std::collections::{HashMap, hash_map::Entry};

use super::{circle::Circle, factors::Factors, stakes::Stakes, ways::Stake};
use crate::{
    graph::{Budget, Exhausted, budget::Meter},
    model::ShareRange,
};

/// Sums this close to the whole are the whole.
const WHOLE_WITHIN: f64 = 1e-12;

/// One end of a range, as a part of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct End {
    value: f64,
    /// Whether the end itself is excluded.
    open: bool,
}

impl End {
    pub(super) fn new(percent: f64, inclusive: bool) -> Self {
        Self {
            value: percent / 100.0,
            open: !inclusive,
        }
    }

    pub(super) fn value(self) -> f64 {
        self.value
    }

    fn plus(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            open: self.open || other.open,
        }
    }

    fn percent(self) -> f64 {
        // The digits past the ninth are noise of the arithmetic.
        (self.value * 100.0 * 1e9).round() / 1e9
    }
}

/// Between what a share lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    low: End,
    high: End,
}

impl Bounds {
    pub(super) const NOTHING: Self = Self {
        low: End {
            value: 0.0,
            open: false,
        },
        high: End {
            value: 0.0,
            open: false,
        },
    };

    fn of(range: ShareRange) -> Self {
        Self {
            low: End::new(range.min, range.min_inclusive),
            high: End::new(range.max, range.max_inclusive),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            low: self.low.plus(other.low),
            high: self.high.plus(other.high),
        }
    }

    /// Not more than the whole. An excluded end no longer matters where others reach the whole without it.
    fn capped(self) -> Self {
        let cap = |end: End, side: Side| End {
            value: end.value.min(1.0),
            open: end.open && !side.is_capped(end.value),
        };
        Self {
            low: cap(self.low, Side::Low),
            high: cap(self.high, Side::High),
        }
    }

    /// What is left of the whole.
    pub(super) fn remainder(self) -> Self {
        let left = |taken: End| if taken.value < 1.0 { 1.0 - taken.value } else { 0.0 };
        Self {
            low: End {
                value: left(self.high),
                open: self.high.open && self.high.value <= 1.0 + WHOLE_WITHIN,
            },
            high: End {
                value: left(self.low),
                open: self.low.open && self.low.value < 1.0 - WHOLE_WITHIN,
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

/// Which ends of all shares are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    Low,
    High,
}

impl Side {
    fn of(self, stake: &Stake) -> End {
        match self {
            Self::Low => stake.low,
            Self::High => stake.high,
        }
    }

    /// Whether moving an excluded end of a part a little leaves a sum capped.
    fn is_capped(self, sum: f64) -> bool {
        match self {
            Self::Low => sum >= 1.0 - WHOLE_WITHIN,
            Self::High => sum > 1.0 + WHOLE_WITHIN,
        }
    }
}

/// What an owner holds of the company in two parts.
#[derive(Debug, Clone, Copy)]
struct Parts<T> {
    /// By its own claims.
    own: T,
    /// Through others.
    through: T,
}

/// What claims that sum up chains make of what is computed.
#[derive(Debug)]
pub(super) struct Effective {
    /// What the owner holds of the company.
    pub(super) bounds: Bounds,
    /// What it holds through others, where claims that sum this up do not meet it.
    pub(super) mismatch: Option<ShareRange>,
}

/// What one owner holds of each entity, at one end.
#[derive(Debug)]
struct Column {
    /// Before it is capped.
    sums: Vec<f64>,
    effective: Vec<f64>,
    /// Whether that end itself is excluded.
    open: Vec<bool>,
}

/// Solves for one owner after the other, each by what that owner reaches.
pub(super) struct Solver<'a> {
    stakes: &'a Stakes,
    meter: Meter<'a>,
    column: Column,
    /// Of each circle on each side, where it has any: they are the same for every owner.
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

    /// Whether a circle did not come to rest.
    pub(super) fn truncated(&self) -> bool {
        self.truncated
    }

    /// What `owner` holds of the company. What it holds through others is no more and no less than its claims that sum this up
    /// allow, if they allow any of it.
    pub(super) fn effective(&mut self, owner: usize) -> Result<Effective, Exhausted> {
        let summed_up = self.stakes.summed_up(owner);
        let order = self.reach(owner)?;
        let mut parts = |side: Side| -> Result<(End, Option<Parts<End>>), Exhausted> {
            let end = self.solve(owner, &order, side)?;
            let parts = summed_up.map(|_| self.parts(owner, &order, side)).transpose()?;
            Ok((end, parts))
        };
        let ((low, low_parts), (high, high_parts)) = (parts(Side::Low)?, parts(Side::High)?);
        for place in order {
            self.reached[place] = false;
        }
        self.meter.flush()?;
        let computed = Effective {
            bounds: Bounds { low, high },
            mismatch: None,
        };
        let (Some(summed_up), Some(low), Some(high)) = (summed_up, low_parts, high_parts) else {
            return Ok(computed);
        };
        let bounds = |low, high| Bounds { low, high };
        let parts = Parts {
            own: bounds(low.own, high.own),
            through: bounds(low.through, high.through).capped(),
        };
        let through = parts.through.in_percent();
        Ok(match through.intersection(summed_up) {
            None => Effective {
                mismatch: Some(through),
                ..computed
            },
            Some(meet) if meet == through => computed,
            Some(meet) => Effective {
                bounds: parts.own.plus(Bounds::of(meet)).capped(),
                ..computed
            },
        })
    }

    /// What reaches the company from `owner` by its own claims and what through others, itself among them: not capped.
    fn parts(&mut self, owner: usize, order: &[usize], side: Side) -> Result<Parts<End>, Exhausted> {
        let company = self.stakes.company();
        let mut parts = Parts {
            own: Bounds::NOTHING.low,
            through: Bounds::NOTHING.low,
        };
        for holder in order {
            let effective = End {
                value: self.column.effective[*holder],
                open: self.column.open[*holder],
            };
            for stake in self.stakes.holdings(*holder) {
                self.meter.tick()?;
                if stake.held == company {
                    let share = side.of(stake);
                    let part = if *holder == owner {
                        &mut parts.own
                    } else {
                        &mut parts.through
                    };
                    *part = part.plus(End {
                        value: share.value * effective.value,
                        open: moves(share, effective),
                    });
                }
            }
        }
        Ok(parts)
    }

    /// Everything `owner` holds something of, holders before what they hold.
    fn reach(&mut self, owner: usize) -> Result<Vec<usize>, Exhausted> {
        let mut order = Vec::new();
        let mut ahead = vec![owner];
        self.reached[owner] = true;
        while let Some(holder) = ahead.pop() {
            order.push(holder);
            for stake in self.stakes.holdings(holder) {
                self.meter.tick()?;
                if !std::mem::replace(&mut self.reached[stake.held], true) {
                    ahead.push(stake.held);
                }
            }
        }
        order.sort_unstable_by_key(|place| (self.stakes.circle(*place), *place));
        Ok(order)
    }

    fn solve(&mut self, owner: usize, order: &[usize], side: Side) -> Result<End, Exhausted> {
        for place in order {
            self.column.sums[*place] = 0.0;
            self.column.open[*place] = false;
        }
        for circle in order.chunk_by(|a, b| self.stakes.circle(*a) == self.stakes.circle(*b)) {
            let alone = |place: usize| {
                let holds_itself = self.stakes.holdings(place).iter().any(|stake| stake.held == place);
                place == owner || !holds_itself
            };
            match *circle {
                [place] if place == owner => self.column.effective[place] = 1.0,
                [place] if alone(place) => self.column.effective[place] = self.column.sums[place].min(1.0),
                _ => self.solve_circle(owner, circle, side)?,
            }
            self.pass_on(circle, side)?;
        }
        if self.any_open {
            self.find_open(owner, order, side)?;
        }
        let company = self.stakes.company();
        Ok(End {
            value: self.column.effective[company],
            open: self.column.open[company],
        })
    }

    /// Adds what the members of a solved circle hold to the sums of the others.
    fn pass_on(&mut self, circle: &[usize], side: Side) -> Result<(), Exhausted> {
        for holder in circle {
            let effective = self.column.effective[*holder];
            for stake in self.stakes.holdings(*holder) {
                self.meter.tick()?;
                if self.stakes.circle(stake.held) != self.stakes.circle(*holder) {
                    self.column.sums[stake.held] += side.of(stake).value * effective;
                }
            }
        }
        Ok(())
    }

    /// Solves for entities, sorted, that hold each other. An owner among them has all of itself, whatever others hold of it.
    fn solve_circle(&mut self, owner: usize, circle: &[usize], side: Side) -> Result<(), Exhausted> {
        if circle.binary_search(&owner).is_err() {
            return self.solve_members(circle, Some(self.stakes.circle(circle[0])), side);
        }
        self.column.effective[owner] = 1.0;
        for stake in self.stakes.holdings(owner) {
            self.meter.tick()?;
            if circle.binary_search(&stake.held).is_ok() {
                self.column.sums[stake.held] += side.of(stake).value;
            }
        }
        let others: Vec<usize> = circle.iter().copied().filter(|place| *place != owner).collect();
        self.solve_members(&others, None, side)
    }

    /// Solves for entities, sorted, by what they hold of each other: a whole circle, by its number, or a part of one. What flows in
    /// from outside is in their sums.
    fn solve_members(&mut self, members: &[usize], circle_number: Option<usize>, side: Side) -> Result<(), Exhausted> {
        let mut circle = Circle::new(members.iter().map(|place| self.column.sums[*place]).collect());
        for (holder, place) in members.iter().enumerate() {
            for stake in self.stakes.holdings(*place) {
                self.meter.tick()?;
                if let Ok(held) = members.binary_search(&stake.held) {
                    circle.add(holder, held, side.of(stake).value);
                }
            }
        }
        let of_part;
        let factors = match circle_number.map(|number| self.factors.entry((number, side))) {
            Some(Entry::Occupied(known)) => known.into_mut(),
            Some(Entry::Vacant(unknown)) => unknown.insert(circle.factors(&mut self.meter)?),
            None => {
                of_part = circle.factors(&mut self.meter)?;
                &of_part
            }
        };
        let solution = circle.solve(factors.as_ref(), &mut self.meter)?;
        self.truncated |= !solution.converged;
        // Short of rest, the two ends move apart: then the range is too wide, never too narrow.
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

    /// Marks where the end itself cannot be reached: where moving the excluded ends of shares a little moves the result,
    /// which the cap may prevent.
    fn find_open(&mut self, owner: usize, order: &[usize], side: Side) -> Result<(), Exhausted> {
        let column = &mut self.column;
        loop {
            let mut found = false;
            for holder in order {
                let effective = End {
                    value: column.effective[*holder],
                    open: column.open[*holder],
                };
                for stake in self.stakes.holdings(*holder) {
                    self.meter.tick()?;
                    let capped = side.is_capped(column.sums[stake.held]);
                    if moves(side.of(stake), effective) && !capped && stake.held != owner && !column.open[stake.held] {
                        column.open[stake.held] = true;
                        found = true;
                    }
                }
            }
            if !found {
                return Ok(());
            }
        }
    }
}

/// Whether moving an excluded end of a share, or of what its holder has, moves what is passed on.
fn moves(share: End, holder: End) -> bool {
    (share.open && (holder.value > 0.0 || holder.open)) || (holder.open && (share.value > 0.0 || share.open))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(low: (f64, bool), high: (f64, bool)) -> Bounds {
        Bounds {
            low: End::new(low.0, low.1),
            high: End::new(high.0, high.1),
        }
    }

    #[test]
    fn the_remainder_is_excluded_where_the_taken_part_is_and_never_below_nothing() {
        let left = |taken: Bounds| taken.remainder().in_percent().to_string();
        assert_eq!(left(bounds((50.0, false), (100.0, true))), "..<50");
        assert_eq!(left(bounds((25.0, true), (50.0, false))), ">50..75");
        assert_eq!(left(bounds((120.0, true), (150.0, true))), "0");
        assert_eq!(left(Bounds::NOTHING), "100");
    }

    #[test]
    fn noise_of_the_arithmetic_is_not_told() {
        let third = bounds((33.3, true), (33.3, true));
        let two_thirds = bounds((66.7, true), (66.7, true));
        assert_eq!(third.plus(two_thirds).remainder().in_percent().to_string(), "0");
    }
}
