//! The groups of a generated golden copy: a few groups of thousands and many pairs, at most eight levels deep; funds
//! with their managers, umbrellas and masters; branches. Sizes follow a power law, as in the register.

use fastrand::Rng;

/// The maximum depth of a group.
const DEPTH_MAX: usize = 8;
/// The number of children of the largest groups and managers.
const CHILDREN_MAX: usize = 4000;

/// How a company is tied to another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tie {
    Branch,
    Directly,
    Feeder,
    Managed,
    Subfund,
    Ultimately,
}

/// A relationship record, between the companies with these numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub(crate) child: u32,
    pub(crate) tie: Tie,
    pub(crate) parent: u32,
}

/// The kind of a company.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Category {
    General,
    Fund,
    Branch,
}

/// All ties of a golden copy.
pub(crate) struct Groups {
    /// In the order of children.
    pub(crate) links: Vec<Link>,
    /// The kind of each company.
    pub(crate) categories: Vec<Category>,
    /// The company that each group is named after.
    pub(crate) heads: Vec<Option<u32>>,
    /// Which companies have an exception for the direct, and for the ultimate parent.
    pub(crate) excepted: [Vec<bool>; 2],
}

impl Groups {
    /// Ties between companies, with exactly these numbers of relationships and exceptions.
    pub(crate) fn new(companies: usize, relationships: usize, exceptions: usize, rng: &mut Rng) -> Self {
        let mut free: Vec<u32> = (0..u32::try_from(companies).expect("fewer companies")).collect();
        rng.shuffle(&mut free);
        let mut groups = Self {
            links: Vec::with_capacity(relationships),
            categories: vec![Category::General; companies],
            heads: vec![None; companies],
            // Until a parent is reported, there is a reason why not.
            excepted: [vec![true; companies], vec![true; companies]],
        };
        let [directly, ultimately] = [relationships * 27 / 100, relationships * 28 / 100];
        let [subfunds, branches, feeders] = [relationships * 13 / 100, relationships / 100, relationships / 200];
        groups.consolidate(directly, ultimately, &mut free, rng);
        let rest = relationships - directly - ultimately - subfunds - branches - feeders;
        groups.manage(rest, subfunds, feeders, &mut free, rng);
        for _ in 0..branches {
            let (branch, office) = (take(&mut free), free[rng.usize(..free.len())]);
            groups.categories[index(branch)] = Category::Branch;
            // Branches report no parents.
            for excepted in &mut groups.excepted {
                excepted[index(branch)] = false;
            }
            groups.tie(branch, Tie::Branch, office);
            groups.join(branch, office);
        }
        groups.links.sort_unstable();
        groups.leave_unreported(exceptions, rng);
        groups
    }

    fn tie(&mut self, child: u32, tie: Tie, parent: u32) {
        self.links.push(Link { child, tie, parent });
        match tie {
            Tie::Directly => self.excepted[0][index(child)] = false,
            Tie::Ultimately => self.excepted[1][index(child)] = false,
            Tie::Branch | Tie::Feeder | Tie::Managed | Tie::Subfund => {}
        }
    }

    fn join(&mut self, company: u32, head: u32) {
        self.heads[index(head)] = Some(head);
        self.heads[index(company)] = Some(head);
    }

    /// Groups of companies: every child reports its ultimate parent, most also the direct one.
    fn consolidate(&mut self, mut directly: usize, mut ultimately: usize, free: &mut Vec<u32>, rng: &mut Rng) {
        let mut sizes = Sizes::of(ultimately);
        while ultimately > 0 {
            let head = take(free);
            let mut members = vec![(head, 0, 0)];
            for _ in 0..sizes.next(rng).min(ultimately) {
                let mut above = if rng.u8(..5) < 2 { 0 } else { rng.usize(..members.len()) };
                while members[above].1 == DEPTH_MAX {
                    above = members[above].2;
                }
                let (parent, depth, _) = members[above];
                let child = take(free);
                members.push((child, depth + 1, above));
                self.join(child, head);
                self.tie(child, Tie::Ultimately, head);
                if rng.usize(..ultimately) < directly {
                    self.tie(child, Tie::Directly, parent);
                    directly -= 1;
                }
                ultimately -= 1;
            }
        }
    }

    /// Funds of managers; some funds are parts of an umbrella, and a few feed another one.
    fn manage(
        &mut self,
        mut managed: usize,
        mut subfunds: usize,
        mut feeders: usize,
        free: &mut Vec<u32>,
        rng: &mut Rng,
    ) {
        let mut sizes = Sizes::of(managed);
        while managed > 0 {
            let manager = take(free);
            let mut umbrella = manager;
            for _ in 0..sizes.next(rng).min(managed) {
                let fund = take(free);
                self.categories[index(fund)] = Category::Fund;
                self.join(fund, manager);
                self.tie(fund, Tie::Managed, manager);
                let is_first = umbrella == manager;
                if rng.usize(..managed) < subfunds && !is_first {
                    self.tie(fund, Tie::Subfund, umbrella);
                    subfunds -= 1;
                } else if rng.usize(..managed) < feeders && !is_first {
                    self.tie(fund, Tie::Feeder, umbrella);
                    feeders -= 1;
                } else if is_first || rng.u8(..6) == 0 {
                    umbrella = fund;
                }
                managed -= 1;
            }
        }
        // Umbrellas that no manager is reported for.
        while subfunds + feeders > 0 {
            let umbrella = take(free);
            self.categories[index(umbrella)] = Category::Fund;
            for _ in 0..rng.usize(1..8).min(subfunds + feeders) {
                let (fund, is_feeder) = (take(free), subfunds == 0);
                self.categories[index(fund)] = Category::Fund;
                self.join(fund, umbrella);
                self.tie(fund, if is_feeder { Tie::Feeder } else { Tie::Subfund }, umbrella);
                *(if is_feeder { &mut feeders } else { &mut subfunds }) -= 1;
            }
        }
    }

    /// Removes exceptions of companies that never reported, until the number is right.
    fn leave_unreported(&mut self, exceptions: usize, rng: &mut Rng) {
        let count = |excepted: &[Vec<bool>; 2]| excepted.iter().flatten().filter(|is| **is).count();
        let mut surplus = count(&self.excepted).checked_sub(exceptions).expect("enough companies");
        while surplus > 0 {
            let company = rng.usize(..self.categories.len());
            if self.excepted.iter().all(|excepted| excepted[company]) {
                for excepted in self.excepted.iter_mut().take(surplus) {
                    excepted[company] = false;
                    surplus = surplus.saturating_sub(1);
                }
            }
        }
    }
}

/// The numbers of children of heads.
struct Sizes {
    max: usize,
    large: usize,
}

impl Sizes {
    /// Sizes for this many children; if there are many, three groups have the maximum size.
    fn of(children: usize) -> Self {
        Self {
            max: (children / 30).clamp(2, CHILDREN_MAX),
            large: 3,
        }
    }

    /// The next one: most are one, and the larger the rarer.
    fn next(&mut self, rng: &mut Rng) -> usize {
        if self.large > 0 {
            self.large -= 1;
            return self.max;
        }
        let below = 1.0 - rng.f64();
        // Draws from a power law.
        let mut size = 1;
        while size < self.max && below < f64::from(u32::try_from(size + 1).expect("small")).powf(-1.3) {
            size += 1;
        }
        size
    }
}

fn take(free: &mut Vec<u32>) -> u32 {
    free.pop().expect("most companies are in no group")
}

/// The place of a company in a list.
pub(crate) fn index(company: u32) -> usize {
    usize::try_from(company).expect("of this size")
}
