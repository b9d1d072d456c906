//! Effective ownership of random networks, following the definition literally: votes and capital, ranges, circles, indirect claims with
//! and without chains, joint holdings, parties that are not disclosed and claims that may be over, as of any day.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::{
    graph::{
        Snapshot,
        algo::{CheckContext, DataIssue, DataIssueKind, data_issues, ultimate_owners},
    },
    model::{AsOf, ShareOf, ShareRange, View},
};
use proptest::prelude::*;

use super::filters::unlimited;
use crate::harness::{now, sketch::sketch};

/// Three companies, a person, an organization, and a company and a person that are not disclosed.
const ENTITIES: [&str; 7] = ["A", "B", "C", "@P", "$O", "#?U", "@?V"];
const DAYS: u8 = 6;
/// Sums of percentages that differ by less are the same.
const ROUNDING: f64 = 1e-6;

fn is_person(entity: usize) -> bool {
    entity == 3 || entity == 6
}

fn is_undisclosed(entity: usize) -> bool {
    entity >= 5
}

#[derive(Debug, Clone, Copy)]
enum Dates {
    Until(Option<u8>, Option<u8>),
    OverBy(Option<u8>, u8),
}

impl Dates {
    fn contradict(self) -> Option<u8> {
        let (since, end) = match self {
            Self::Until(since, until) => (since?, until?),
            Self::OverBy(since, over_by) => (since?, over_by),
        };
        (end <= since).then_some(since)
    }

    fn hold_on(self, day: u8) -> bool {
        if let Some(over_by) = self.contradict() {
            return day < over_by;
        }
        let (Self::Until(since, _) | Self::OverBy(since, _)) = self;
        let end = match self {
            Self::Until(_, until) => until,
            Self::OverBy(_, over_by) => Some(over_by),
        };
        since.is_none_or(|since| since <= day) && end.is_none_or(|end| day < end)
    }

    fn say_no_end(self) -> bool {
        matches!(self, Self::OverBy(..)) || self.contradict().is_some()
    }

    fn drawn(self) -> String {
        let day = |number: Option<u8>| number.map_or(String::new(), |number| format!("2014-01-0{}", number + 1));
        match self {
            Self::Until(since, until) => format!("[{},{})", day(since), day(until)),
            Self::OverBy(since, over_by) => format!("[{},by{})", day(since), day(Some(over_by))),
        }
    }
}

#[derive(Debug, Clone)]
struct Claim {
    from: Option<usize>,
    to: usize,
    controls: bool,
    votes: bool,
    share: Option<ShareRange>,
    indirect: bool,
    disputed: bool,
    components: Vec<usize>,
    dates: Dates,
}

impl Claim {
    fn drawn(&self) -> String {
        let share = self.share.map(|share| share.to_string());
        let what = match (self.controls, share) {
            (true, Some(share)) => format!("controls={share}"),
            (true, None) => "controls".to_owned(),
            (false, Some(share)) => format!("{}{share}", if self.votes { "v" } else { "" }),
            (false, None) => "?".to_owned(),
        };
        let components: Vec<String> = self
            .components
            .iter()
            .map(|number| format!("r{}", number + 1))
            .collect();
        format!(
            "{} -{}{}{what}{{{}}}{}-> {};",
            self.from.map_or("?", |from| ENTITIES[from]),
            if self.disputed { "!" } else { "" },
            if self.indirect { "i" } else { "" },
            components.join(","),
            self.dates.drawn(),
            ENTITIES[self.to],
        )
    }

    /// Its statement about a basis.
    fn range(&self, of: ShareOf) -> Option<ShareRange> {
        let votes = self.share.is_some() && (self.controls || self.votes);
        let is_read = match of {
            ShareOf::Capital => !self.controls && !votes,
            ShareOf::Votes => votes,
            ShareOf::Profit => false,
        };
        let range = self.share.unwrap_or(ShareRange::UNKNOWN);
        let low = if self.disputed || self.dates.say_no_end() {
            0.0
        } else {
            range.min
        };
        is_read.then(|| ShareRange::range(low, range.max).unwrap())
    }
}

fn share() -> impl Strategy<Value = Option<ShareRange>> {
    let percent = |tenth: u8| f64::from(tenth) * 10.0;
    prop_oneof![
        1 => Just(None),
        5 => (0u8..=10).prop_map(move |tenth| ShareRange::exact(percent(tenth)).ok()),
        2 => (0u8..=10, 0u8..=10).prop_map(move |(a, b)| ShareRange::range(percent(a.min(b)), percent(a.max(b))).ok()),
    ]
}

fn dates() -> impl Strategy<Value = Dates> {
    let day = || proptest::option::of(0..DAYS);
    prop_oneof![
        6 => Just(Dates::Until(None, None)),
        2 => (day(), day()).prop_map(|(since, until)| Dates::Until(since, until)),
        1 => (day(), 0..DAYS).prop_map(|(since, over_by)| Dates::OverBy(since, over_by)),
    ]
}

fn claim() -> impl Strategy<Value = Claim> {
    let kind = prop_oneof![5 => Just((false, false)), 3 => Just((false, true)), 2 => Just((true, true))];
    let ends = (proptest::option::weighted(0.93, 0..ENTITIES.len()), 0..ENTITIES.len());
    let components = proptest::collection::vec(0usize..18, 0..4);
    let doubts = (proptest::bool::weighted(0.35), proptest::bool::weighted(0.1));
    (kind, ends, share(), doubts, components, dates()).prop_map(
        |((controls, votes), (from, to), share, (indirect, disputed), components, dates)| Claim {
            from,
            to,
            controls,
            votes,
            share,
            indirect,
            disputed,
            components: if indirect { components } else { Vec::new() },
            dates,
        },
    )
}

/// What the claims in force state about one basis.
struct Network<'c> {
    claims: Vec<Option<&'c Claim>>,
    of: ShareOf,
    /// By holder, held and whether they are indirect.
    hulls: BTreeMap<(usize, usize, bool), ShareRange>,
}

impl<'c> Network<'c> {
    fn new(claims: &'c [Claim], at: Option<u8>, of: ShareOf) -> Self {
        let holds = |claim: &&Claim| at.is_none_or(|day| claim.dates.hold_on(day));
        let claims: Vec<Option<&Claim>> = claims.iter().map(|claim| Some(claim).filter(holds)).collect();
        let mut hulls = BTreeMap::new();
        for claim in claims.iter().flatten() {
            let (Some(from), Some(range), false) = (claim.from, claim.range(of), is_person(claim.to)) else {
                continue;
            };
            let hull = hulls.entry((from, claim.to, claim.indirect)).or_insert(range);
            *hull = ShareRange::range(hull.min.min(range.min), hull.max.max(range.max)).unwrap();
        }
        hulls.retain(|_, range| range.max > 0.0);
        Self { claims, of, hulls }
    }

    /// Every path of direct claims that meets no party twice, tried one by one.
    fn has_chain(&self, from: usize, to: usize) -> bool {
        let mut ahead = vec![vec![from]];
        while let Some(path) = ahead.pop() {
            let here = path[path.len() - 1];
            for (holder, held, indirect) in self.hulls.keys() {
                if *holder != here || *indirect {
                    continue;
                }
                if *held == to && path.len() > 1 {
                    return true;
                }
                if *held != to && !path.contains(held) {
                    ahead.push([path.as_slice(), &[*held]].concat());
                }
            }
        }
        false
    }

    /// What enters the fixpoint.
    fn stakes(&self) -> Vec<(usize, usize, ShareRange)> {
        let hulls = self.hulls.iter();
        let entering = hulls.filter(|((from, to, indirect), _)| !indirect || !self.has_chain(*from, *to));
        entering.map(|((from, to, _), range)| (*from, *to, *range)).collect()
    }

    /// Who holds something of `company`, through whomever, and itself.
    fn above(&self, company: usize) -> BTreeSet<usize> {
        let mut above = BTreeSet::from([company]);
        for _ in ENTITIES {
            let holders = self.hulls.keys().filter(|(_, held, _)| above.contains(held));
            let holders: Vec<usize> = holders.map(|(holder, ..)| *holder).collect();
            above.extend(holders);
        }
        above
    }

    fn between(&self, above: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        for claim in self.claims.iter().flatten() {
            let says_something = claim.range(self.of).is_some_and(|range| range.max > 0.0);
            let is_chained = claim.from.is_some_and(|from| self.has_chain(from, claim.to));
            if !claim.indirect || !says_something || is_chained || is_person(claim.to) || !above.contains(&claim.to) {
                continue;
            }
            let mut between = BTreeSet::new();
            for _ in ENTITIES {
                let components = claim.components.iter().filter_map(|number| *self.claims.get(*number)?);
                for component in components {
                    let leads = component.to == claim.to || between.contains(&component.to);
                    let others = component
                        .from
                        .filter(|from| Some(*from) != claim.from && *from != claim.to);
                    between.extend(others.filter(|_| leads));
                }
            }
            all.extend(between);
        }
        all
    }

    fn ultimate(&self, company: usize) -> Vec<usize> {
        let (stakes, above) = (self.stakes(), self.above(company));
        let between = self.between(&above);
        let is_held = |entity: usize| stakes.iter().any(|(from, to, _)| *to == entity && *from != entity);
        let owners = above
            .into_iter()
            .filter(|entity| *entity != company && !is_held(*entity));
        owners
            .filter(|entity| !is_undisclosed(*entity) && !between.contains(entity))
            .collect()
    }

    /// At one end: what `owner` holds of `company` in all, by itself and through others, as parts of one.
    fn solve(&self, owner: usize, company: usize, end: fn(&ShareRange) -> f64) -> (f64, f64, f64) {
        let stakes = self.stakes();
        let mut shares = [0.0; ENTITIES.len()];
        shares[owner] = 1.0;
        for _ in 0..100_000 {
            let mut next = [0.0; ENTITIES.len()];
            for (from, to, range) in &stakes {
                next[*to] += end(range) / 100.0 * shares[*from];
            }
            next.iter_mut().for_each(|share: &mut f64| *share = share.min(1.0));
            next[owner] = 1.0;
            let moved = next
                .iter()
                .zip(&shares)
                .any(|(next, share)| (next - share).abs() > 1e-14);
            shares = next;
            if !moved {
                break;
            }
        }
        let (mut own, mut through) = (0.0, 0.0);
        for (from, _, range) in stakes.iter().filter(|(_, to, _)| *to == company) {
            let part = end(range) / 100.0 * shares[*from];
            *(if *from == owner { &mut own } else { &mut through }) += part;
        }
        (shares[company], own, through.min(1.0))
    }

    /// What `owner` holds in percent, and whether what it holds through others meets its indirect claims.
    fn effective(&self, owner: usize, company: usize) -> ((f64, f64), bool) {
        let (low, high) = (|range: &ShareRange| range.min, |range: &ShareRange| range.max);
        let (low, own_low, through_low) = self.solve(owner, company, low);
        let (high, own_high, through_high) = self.solve(owner, company, high);
        let claimed = self.hulls.get(&(owner, company, true));
        let Some(claimed) = claimed.filter(|_| self.has_chain(owner, company)) else {
            return ((low * 100.0, high * 100.0), true);
        };
        let (least, most) = (
            claimed.min.max(through_low * 100.0),
            claimed.max.min(through_high * 100.0),
        );
        if least > most + ROUNDING {
            return ((low * 100.0, high * 100.0), false);
        }
        let ends = (own_low * 100.0 + least, own_high * 100.0 + most);
        ((ends.0.min(100.0), ends.1.min(100.0)), true)
    }
}

fn network() -> impl Strategy<Value = (Vec<Claim>, Option<u8>)> {
    (proptest::collection::vec(claim(), 0..18), proptest::option::of(0..DAYS))
}

fn built(claims: &[Claim], at: Option<u8>) -> (Snapshot, View) {
    let drawn: String = claims.iter().map(Claim::drawn).collect();
    let snapshot = Snapshot::build(&sketch(&format!("{}; {drawn}", ENTITIES.join(";")))).unwrap();
    let at = at.map_or(AsOf::Ever, |day| {
        AsOf::Day(format!("2014-01-0{}", day + 1).parse().unwrap())
    });
    (
        snapshot,
        View {
            as_of: at,
            ..View::now(now())
        }
        .for_computing(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn shares_are_those_of_the_definition((claims, at) in network(), company in 0..ENTITIES.len(), votes in any::<bool>()) {
        let of = if votes { ShareOf::Votes } else { ShareOf::Capital };
        let (snapshot, view) = built(&claims, at);
        let (mask, budget) = (snapshot.mask(&view), unlimited());
        let entity = snapshot.entity_by_id(ENTITIES[company], &mask).unwrap();
        let answer = ultimate_owners(&snapshot, mask, entity, of, 0.0, &budget).unwrap();
        prop_assert!(!answer.truncated);
        let network = Network::new(&claims, at, of);
        let result: BTreeMap<String, ShareRange> =
            answer.owners.iter().map(|owner| (snapshot.entity(owner.owner).id().to_owned(), owner.share)).collect();
        let expected = network.ultimate(company);
        let ids: BTreeSet<String> = expected.iter().map(|owner| ENTITIES[*owner].to_owned()).collect();
        prop_assert_eq!(result.keys().cloned().collect::<BTreeSet<_>>(), ids);
        let (mut low_sum, mut high_sum) = (0.0, 0.0);
        for owner in expected {
            let ((low, high), _) = network.effective(owner, company);
            let share = result[ENTITIES[owner]];
            prop_assert!(
                (share.min - low).abs() < ROUNDING && (share.max - high).abs() < ROUNDING,
                "{} has {share} and not {low}..{high}", ENTITIES[owner]
            );
            (low_sum, high_sum) = (low_sum + low, high_sum + high);
        }
        prop_assert!((answer.undisclosed.min - (100.0 - high_sum).max(0.0)).abs() < ROUNDING * 10.0);
        prop_assert!((answer.undisclosed.max - (100.0 - low_sum).max(0.0)).abs() < ROUNDING * 10.0);
        // A chain goes over what enters the fixpoint; a summary of a chain is only reported.
        for step in answer.owners.iter().flat_map(|owner| &owner.chains).flat_map(|chain| chain.relationships()) {
            let number: usize = snapshot.relationship(step).id()[1..].parse().unwrap();
            let claim = &claims[number - 1];
            prop_assert!(!claim.indirect || !network.has_chain(claim.from.unwrap(), claim.to));
            prop_assert!(answer.derived_from.contains(&step));
        }
        let above = network.above(company);
        let read = network.claims.iter().flatten();
        let read = read.filter(|claim| claim.range(of).is_some() && above.contains(&claim.to) && !is_person(claim.to));
        prop_assert_eq!(answer.derived_from.len(), read.count());
    }

    #[test]
    fn indirect_claims_that_do_not_meet_their_chains_are_issues((claims, at) in network()) {
        let (snapshot, view) = built(&claims, at);
        let budget = unlimited();
        let issues = data_issues(&CheckContext::new(&snapshot, &view, &budget), DataIssueKind::IndirectMismatch).unwrap();
        let mut result = BTreeSet::new();
        for issue in &issues {
            let DataIssue::IndirectMismatch { of, relationships, .. } = issue else { panic!("{issue:?}") };
            let read = snapshot.relationship(relationships[0]);
            let id = |end| snapshot.entity(end).id().to_owned();
            result.insert((*of, id(read.from().unwrap()), id(read.to().unwrap())));
        }
        prop_assert_eq!(result.len(), issues.len());
        let mut expected = BTreeSet::new();
        for of in [ShareOf::Capital, ShareOf::Votes] {
            let network = Network::new(&claims, at, of);
            for (holder, held, _) in network.hulls.keys().filter(|(_, _, indirect)| *indirect) {
                if !network.effective(*holder, *held).1 {
                    expected.insert((of, ENTITIES[*holder].to_owned(), ENTITIES[*held].to_owned()));
                }
            }
        }
        prop_assert_eq!(result, expected);
    }
}
