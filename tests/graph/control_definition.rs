//! The definition of control, tried on every pair again and again until nothing follows: slow, and literal.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::model::{Interest, RelationshipKind, ShareOf, ShareRange};

pub(super) const ENTITIES: u8 = 10;

/// Every fifth is a person.
pub(super) fn is_person(entity: u8) -> bool {
    entity % 5 == 4
}

/// A claim with all that bears on control.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) kind: RelationshipKind,
    pub(super) from: Option<u8>,
    pub(super) to: u8,
    pub(super) share: Option<(ShareRange, ShareOf)>,
    pub(super) interest: Option<Interest>,
    pub(super) indirect: bool,
    pub(super) ultimate: bool,
    pub(super) disputed: bool,
    pub(super) since: Option<u8>,
    pub(super) until: Option<u8>,
    /// Whether `until` is only a day after the end.
    pub(super) over_by: bool,
}

/// The definition applied to the claims that are visible on one day.
pub(super) struct Definition {
    /// By number. Between two, undisputed, not on people.
    claims: Vec<(usize, Claim)>,
    pub(super) controls: BTreeSet<(u8, u8)>,
    /// What each holds in another at least, of the votes or else of the capital, where it states something.
    lows: BTreeMap<(u8, u8, ShareOf), i64>,
    /// What the stated votes of each add up to.
    stated: BTreeMap<u8, i64>,
}

/// A thousandth for each excluded end: far less than the tens in which shares are drawn.
fn low_end(claim: &Claim, range: ShareRange) -> i64 {
    if claim.over_by && claim.until.is_some() {
        return 0;
    }
    // Tens of percent are whole numbers.
    let tens = (0..=10).find(|tens| f64::from(*tens) * 10.0 == range.min).unwrap();
    i64::from(tens) * 10_000 + i64::from(!range.min_inclusive)
}

impl Definition {
    pub(super) fn new(all: &[Claim], on: u8) -> Self {
        let visible = all.iter().cloned().enumerate().filter(|(_, claim)| {
            claim.since.is_none_or(|since| since <= on)
                && claim.until.is_none_or(|until| on < until)
                && !claim.disputed
                && claim.from != Some(claim.to)
                && !is_person(claim.to)
        });
        let mut definition = Self {
            claims: visible.collect(),
            controls: BTreeSet::new(),
            lows: BTreeMap::new(),
            stated: BTreeMap::new(),
        };
        definition.add_up();
        loop {
            let more: Vec<(u8, u8)> = pairs()
                .filter(|pair| !definition.controls.contains(pair) && definition.follows(pair.0, pair.1))
                .collect();
            if more.is_empty() {
                return definition;
            }
            definition.controls.extend(more);
        }
    }

    /// The claims of `from` on `to`.
    fn between(&self, from: u8, to: u8) -> impl Iterator<Item = &(usize, Claim)> {
        self.claims
            .iter()
            .filter(move |(_, claim)| claim.from == Some(from) && claim.to == to)
    }

    fn lasts(claim: &Claim) -> bool {
        !(claim.over_by && claim.until.is_some())
    }

    /// (a) and (b).
    fn decides(claim: &Claim) -> bool {
        let by_itself = match claim.kind {
            RelationshipKind::Consolidates => true,
            RelationshipKind::Controls => {
                claim.share.is_none()
                    && claim
                        .interest
                        .is_none_or(|interest| interest == Interest::AppointmentOfBoard)
            }
            _ => false,
        };
        by_itself && Self::lasts(claim)
    }

    /// What the claim states of `basis`: its range.
    fn states(claim: &Claim, basis: ShareOf) -> Option<ShareRange> {
        match (claim.kind, claim.share) {
            (RelationshipKind::Owns, None) => {
                let of_capital = claim.interest != Some(Interest::RightsToProfitOrIncome)
                    && claim.interest != Some(Interest::AppointmentOfBoard)
                    && claim.interest != Some(Interest::UnknownInterest);
                (of_capital && basis == ShareOf::Capital).then_some(ShareRange::UNKNOWN)
            }
            (RelationshipKind::Owns | RelationshipKind::Controls, Some((range, of))) => (of == basis).then_some(range),
            _ => None,
        }
    }

    /// Whether two or more direct claims of the basis lead from one to the other: every simple way is tried.
    fn has_chain(&self, from: u8, to: u8, basis: ShareOf) -> bool {
        fn leads(all: &Definition, here: u8, to: u8, basis: ShareOf, passed: &mut Vec<u8>) -> bool {
            passed.push(here);
            let steps = all.claims.iter().filter(|(_, claim)| {
                let range = Definition::states(claim, basis);
                claim.from == Some(here) && !claim.indirect && range.is_some_and(|range| range.max > 0.0)
            });
            let steps: BTreeSet<u8> = steps.map(|(_, claim)| claim.to).collect();
            let result = steps.into_iter().any(|next| {
                if next == to {
                    passed.len() > 1
                } else {
                    !passed.contains(&next) && leads(all, next, to, basis, passed)
                }
            });
            passed.pop();
            result
        }
        leads(self, from, to, basis, &mut Vec::new())
    }

    /// Whether the claim counts with its share of the basis.
    fn counts(&self, claim: &Claim, basis: ShareOf) -> bool {
        let chained = |from: u8| claim.indirect && self.has_chain(from, claim.to, basis);
        Self::states(claim, basis).is_some() && !claim.from.is_some_and(chained)
    }

    /// What all hold, which takes no control.
    fn add_up(&mut self) {
        for (from, to) in pairs() {
            for basis in [ShareOf::Votes, ShareOf::Capital] {
                let low = self.claimed(from, to, basis);
                self.lows.extend(low.map(|low| ((from, to, basis), low)));
            }
        }
        for to in 0..ENTITIES {
            let known = (0..ENTITIES).filter_map(|from| self.low(from, to, ShareOf::Votes));
            let unknown = self
                .claims
                .iter()
                .filter(|(_, claim)| claim.from.is_none() && claim.to == to);
            let unknown = unknown.filter_map(|(_, claim)| Some(low_end(claim, Self::states(claim, ShareOf::Votes)?)));
            let stated = known.chain(unknown).sum();
            self.stated.insert(to, stated);
        }
    }

    fn low(&self, from: u8, to: u8, basis: ShareOf) -> Option<i64> {
        self.lows.get(&(from, to, basis)).copied()
    }

    /// What `from` holds of the basis at least; none where it states nothing.
    fn claimed(&self, from: u8, to: u8, basis: ShareOf) -> Option<i64> {
        let lowest = |indirect: bool| {
            let claims = self.between(from, to).map(|(_, claim)| claim);
            let claims = claims.filter(|claim| claim.indirect == indirect && self.counts(claim, basis));
            claims
                .map(|claim| low_end(claim, Self::states(claim, basis).unwrap()))
                .min()
        };
        match (lowest(false), lowest(true)) {
            (None, None) => None,
            (direct, indirect) => Some(direct.unwrap_or(0) + indirect.unwrap_or(0)),
        }
    }

    fn group(&self, x: u8) -> Vec<u8> {
        (0..ENTITIES)
            .filter(|z| *z == x || self.controls.contains(&(x, *z)))
            .collect()
    }

    /// (c).
    fn holds_majority(&self, x: u8, y: u8) -> bool {
        let (mut votes, mut capital) = (0, 0);
        for holder in self.group(x).into_iter().filter(|holder| *holder != y) {
            match self.low(holder, y, ShareOf::Votes) {
                Some(low) => votes += low,
                None => capital += self.low(holder, y, ShareOf::Capital).unwrap_or(0),
            }
        }
        votes + capital.min((100_000 - self.stated[&y]).max(0)) > 50_000
    }

    /// Whether x controls y by what is known so far.
    fn follows(&self, x: u8, y: u8) -> bool {
        if x == y || is_person(y) {
            return false;
        }
        let directly = self.between(x, y).any(|(_, claim)| Self::decides(claim));
        let through = || (0..ENTITIES).any(|z| self.controls.contains(&(x, z)) && self.controls.contains(&(z, y)));
        let as_ultimate =
            || (0..ENTITIES).any(|company| self.is_ultimate(x, company) && self.direct(y, company).is_some());
        directly || through() || self.holds_majority(x, y) || as_ultimate()
    }

    fn is_ultimate(&self, x: u8, company: u8) -> bool {
        self.between(x, company)
            .any(|(_, claim)| claim.ultimate && Self::lasts(claim))
    }

    /// The claim by which `parent` directly consolidates `company`.
    fn direct(&self, parent: u8, company: u8) -> Option<usize> {
        let mut claims = self.between(parent, company).filter(|(_, claim)| {
            claim.kind == RelationshipKind::Consolidates && !claim.ultimate && !claim.indirect && Self::lasts(claim)
        });
        claims.next().map(|(number, _)| *number)
    }

    /// The claims on y that count for x: holder, weight, number.
    fn showing(&self, x: u8, y: u8) -> Vec<(u8, i64, usize)> {
        let majority = self.holds_majority(x, y);
        let mut showing = Vec::new();
        for holder in self.group(x).into_iter().filter(|holder| *holder != y) {
            let votes = self.low(holder, y, ShareOf::Votes);
            let basis = votes.map_or(ShareOf::Capital, |_| ShareOf::Votes);
            let adds = self.low(holder, y, basis).is_some_and(|low| low > 0);
            for (number, claim) in self.between(holder, y) {
                if Self::decides(claim) {
                    showing.push((holder, 100_000, *number));
                } else if majority && adds && self.counts(claim, basis) {
                    let low = low_end(claim, Self::states(claim, basis).unwrap());
                    showing.extend((low > 0).then_some((holder, low, *number)));
                }
            }
        }
        showing
    }

    /// By which claim y is shown to be controlled by x.
    pub(super) fn best(&self, x: u8, y: u8) -> usize {
        let mut showing = self.showing(x, y);
        showing.sort_by_key(|(holder, weight, number)| (*holder != x, -*weight, *number));
        let as_parent = || {
            let companies = (0..ENTITIES).filter(|c| self.group(x).iter().any(|g| self.is_ultimate(*g, *c)));
            companies.filter_map(|company| self.direct(y, company)).min().unwrap()
        };
        showing.first().map_or_else(as_parent, |(_, _, number)| *number)
    }

    /// How far below x each member of its group is: levels of claims that count, one after the other.
    pub(super) fn distances(&self, x: u8) -> BTreeMap<u8, u32> {
        let group = self.group(x);
        let mut distances = BTreeMap::from([(x, 0)]);
        for distance in 1.. {
            let near = |from: &u8| distances.contains_key(from);
            let new: Vec<u8> = group
                .iter()
                .copied()
                .filter(|y| !distances.contains_key(y))
                .filter(|y| {
                    let by_claim = self.showing(x, *y).iter().any(|(holder, ..)| near(holder));
                    let as_parent = (0..ENTITIES).any(|company| {
                        near(&company)
                            && self.direct(*y, company).is_some()
                            && group.iter().any(|g| self.is_ultimate(*g, company))
                    });
                    by_claim || as_parent
                })
                .collect();
            if new.is_empty() {
                break;
            }
            distances.extend(new.into_iter().map(|y| (y, distance)));
        }
        distances.remove(&x);
        distances
    }

    pub(super) fn ultimate(&self, y: u8) -> Option<Vec<u8>> {
        let above: BTreeSet<u8> = (0..ENTITIES)
            .filter(|x| *x == y || self.controls.contains(&(*x, y)))
            .collect();
        let is_top = |x: &&u8| {
            let mut controllers = (0..ENTITIES).filter(|up| self.controls.contains(&(*up, **x)));
            controllers.all(|up| self.controls.contains(&(**x, up)))
        };
        let circle = |x: &u8| -> Vec<u8> {
            let with = |z: &u8| z == x || (self.controls.contains(&(*x, *z)) && self.controls.contains(&(*z, *x)));
            (0..ENTITIES).filter(with).collect()
        };
        let circles: BTreeSet<Vec<u8>> = above.iter().filter(is_top).map(circle).collect();
        let stated: Vec<&Vec<u8>> = circles
            .iter()
            .filter(|circle| circle.iter().any(|x| self.is_ultimate(*x, y)))
            .collect();
        match (circles.len(), stated.as_slice()) {
            (1, _) => circles.into_iter().next(),
            (_, [one]) => Some((*one).clone()),
            _ => None,
        }
    }
}

fn pairs() -> impl Iterator<Item = (u8, u8)> {
    (0..ENTITIES).flat_map(|x| (0..ENTITIES).map(move |y| (x, y)))
}
