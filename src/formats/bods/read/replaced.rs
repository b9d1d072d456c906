//! What replaces what before 0.4: the statements of a chain are about one thing, which is called as the one that the chain began
//! with. Bounded: what does not fit is not remembered, and a chain is then known from its last remembered statement on.

use std::{borrow::Cow, fmt, sync::Arc};

use hashbrown::{HashMap, HashSet};

/// How many bytes the ids that are remembered may take.
pub(in crate::formats::bods) const REPLACED_BYTES_MAX: usize = 64 << 20;

/// How often a chain may turn out to continue another, from one import to the next.
const STEPS_MAX: usize = 1_000;

/// What a statement belongs to: the first of its chain, and how many statements lie between, itself counted.
type Belongs = (Box<str>, u32);

/// The first statement of each chain, by the later ones.
#[derive(Default)]
pub struct Replaced {
    /// What was found out before.
    before: Option<Arc<Replaced>>,
    /// What earlier imports remember.
    remembered: Option<Remembered>,
    first: HashMap<Box<str>, Belongs>,
    bytes: usize,
}

impl fmt::Debug for Replaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replaced")
            .field("statements", &self.first.len())
            .finish_non_exhaustive()
    }
}

/// What is remembered of a statement from one import to the next: what it belongs to, and how far behind that it is.
pub type Remembered = Arc<dyn Fn(&str) -> Option<(String, u32)> + Send + Sync>;

/// Whether a chain will be known later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::bods) enum Room {
    Left,
    /// [`REPLACED_BYTES_MAX`] is reached.
    Full,
}

impl Replaced {
    /// Nothing yet beside what was found out before.
    pub(in crate::formats::bods) fn behind(before: Arc<Self>) -> Self {
        Self {
            before: Some(before),
            ..Self::default()
        }
    }

    fn belongs(&self, statement: &str) -> Option<&Belongs> {
        let before = || self.before.as_ref().and_then(|before| before.belongs(statement));
        self.first.get(statement).or_else(before)
    }

    /// The statement that the chain of `statement` began with, and how many statements lie between, itself counted, as far as
    /// they are known: here, and to earlier imports.
    fn place<'a>(&'a self, statement: &'a str) -> (Cow<'a, str>, u32) {
        let (mut first, mut depth) = match self.belongs(statement) {
            Some((first, depth)) => (Cow::Borrowed(&**first), *depth),
            None => (Cow::Borrowed(statement), 0),
        };
        let remembered = self.remembered.as_ref();
        let remembered = remembered.or_else(|| self.before.as_ref().and_then(|before| before.remembered.as_ref()));
        let Some(remembered) = remembered else {
            return (first, depth);
        };
        for _ in 0..STEPS_MAX {
            match remembered(&first) {
                Some((earlier, behind)) if earlier != *first => {
                    (first, depth) = match self.belongs(&earlier) {
                        Some((first, further)) => (Cow::Borrowed(&**first), depth + behind + further),
                        None => (Cow::Owned(earlier), depth + behind),
                    };
                }
                _ => break,
            }
        }
        (first, depth)
    }

    /// The statement that the chain of `statement` began with, as far as it is known.
    pub(in crate::formats::bods) fn first_of<'a>(&'a self, statement: &'a str) -> Cow<'a, str> {
        self.place(statement).0
    }

    /// How many statements of its chain lie before `statement`, as far as they are known.
    pub(in crate::formats::bods) fn depth_of(&self, statement: &str) -> u32 {
        self.place(statement).1
    }

    /// Says that `statement` replaces `earlier`.
    pub(in crate::formats::bods) fn insert(&mut self, statement: &str, earlier: &str) -> Room {
        let (first, depth) = self.place(earlier);
        // Two statements that replace each other have no first one.
        if first == statement || self.belongs(statement).is_some() {
            return Room::Left;
        }
        let belongs: Belongs = ((*first).into(), depth + 1);
        self.put(statement.into(), belongs)
    }

    fn put(&mut self, statement: Box<str>, belongs: Belongs) -> Room {
        let bytes = self.bytes + 2 * (size_of::<Box<str>>()) + statement.len() + belongs.0.len();
        if bytes > REPLACED_BYTES_MAX {
            return Room::Full;
        }
        self.bytes = bytes;
        self.first.insert(statement, belongs);
        Room::Left
    }
}

/// A record that is known under the name of a statement which has turned out to replace others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continued {
    /// How it is called so far.
    pub record: String,
    /// How it is called from now on: as the statement that its chain began with.
    pub into: String,
    /// How many statements of its chain lie before it.
    pub depth: u32,
}

/// Which statements replace which, in whatever order they come: gathered from all files before any of them is read.
#[derive(Debug, Default)]
pub struct Chains {
    places: HashMap<Box<str>, usize>,
    names: Vec<Box<str>>,
    /// Which statements each replaces, and by how many it is behind them.
    replaces: Vec<Vec<(usize, u32)>>,
    /// Of a group of statements that belong together, a smaller place in it; the smallest leads to itself.
    leads: Vec<usize>,
    bytes: usize,
}

impl Chains {
    /// Says that `statement` replaces `earlier`. What does not fit is left out.
    pub(in crate::formats::bods) fn add(&mut self, statement: &str, earlier: &str) {
        self.link(statement, earlier, 1);
    }

    fn link(&mut self, statement: &str, earlier: &str, behind: u32) {
        if statement == earlier {
            return;
        }
        let (Some(statement), Some(earlier)) = (self.place(statement), self.place(earlier)) else {
            return;
        };
        if self.replaces[statement].contains(&(earlier, behind)) {
            return;
        }
        self.replaces[statement].push((earlier, behind));
        let (one, other) = (self.root(statement), self.root(earlier));
        self.leads[one.max(other)] = one.min(other);
    }

    fn place(&mut self, statement: &str) -> Option<usize> {
        if let Some(place) = self.places.get(statement) {
            return Some(*place);
        }
        self.bytes += 2 * (size_of::<Box<str>>() + statement.len()) + size_of::<Vec<usize>>();
        if self.bytes > REPLACED_BYTES_MAX {
            return None;
        }
        let place = self.names.len();
        self.places.insert(statement.into(), place);
        self.names.push(statement.into());
        self.replaces.push(Vec::new());
        self.leads.push(place);
        Some(place)
    }

    fn root(&self, mut place: usize) -> usize {
        while self.leads[place] != place {
            place = self.leads[place];
        }
        place
    }

    /// What each statement belongs to, given what earlier imports remember, and which records are called otherwise from now on.
    /// O(statements · length of chains).
    #[must_use]
    pub fn resolved(mut self, remembered: Option<Remembered>) -> (Replaced, Vec<Continued>) {
        let mut former: Vec<String> = Vec::new();
        let mut next = 0;
        while next < self.names.len() {
            let name = self.names[next].to_string();
            if let Some((first, behind)) = remembered.as_ref().and_then(|remembered| remembered(&name)) {
                self.link(&name, &first, behind);
                former.push(name);
            }
            next += 1;
        }
        let later: HashSet<&str> = former.iter().map(String::as_str).collect();
        let depths = self.depths();
        // A chain is called as the statement in it that replaces none; of several, the smallest, so that no order matters.
        let mut firsts: HashMap<usize, usize> = HashMap::new();
        for place in 0..self.names.len() {
            let first = firsts.entry(self.root(place)).or_insert(place);
            let rank = |place: usize| (!self.replaces[place].is_empty(), &self.names[place]);
            if rank(place) < rank(*first) {
                *first = place;
            }
        }
        let mut replaced = Replaced {
            remembered,
            ..Replaced::default()
        };
        let mut continued = Vec::new();
        for place in 0..self.names.len() {
            let first = firsts[&self.root(place)];
            if place == first {
                continue;
            }
            let (name, first) = (&self.names[place], &self.names[first]);
            // What was not known to replace others may be known under its own name.
            if !later.contains(&**name) {
                continued.push(Continued {
                    record: name.to_string(),
                    into: first.to_string(),
                    depth: depths[place],
                });
            }
            let _ = replaced.put(name.clone(), (first.clone(), depths[place]));
        }
        continued.sort_by(|one, other| one.record.cmp(&other.record));
        (replaced, continued)
    }

    /// How many statements lie before each; those that replace each other in a circle have none before them.
    fn depths(&self) -> Vec<u32> {
        let mut depths = vec![0; self.names.len()];
        let mut replaced_by: Vec<Vec<(usize, u32)>> = vec![Vec::new(); self.names.len()];
        let mut open: Vec<usize> = Vec::new();
        let mut left: Vec<usize> = self.replaces.iter().map(Vec::len).collect();
        for (place, earlier) in self.replaces.iter().enumerate() {
            for (earlier, behind) in earlier {
                replaced_by[*earlier].push((place, *behind));
            }
            if earlier.is_empty() {
                open.push(place);
            }
        }
        while let Some(place) = open.pop() {
            for (later, behind) in &replaced_by[place] {
                depths[*later] = u32::max(depths[*later], depths[place] + behind);
                left[*later] -= 1;
                if left[*later] == 0 {
                    open.push(*later);
                }
            }
        }
        depths
    }
}

impl Replaced {
    /// What is to be remembered for later imports: each statement, what it belongs to, and how far behind that it is.
    pub fn to_remember(&self) -> impl Iterator<Item = (&str, &str, u32)> {
        let all = self.first.iter();
        all.map(|(statement, (first, depth))| (&**statement, &**first, *depth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_leads_to_its_first_statement_and_a_circle_to_one_of_its_own() {
        let mut replaced = Replaced::default();
        for (statement, earlier) in [("b", "a"), ("c", "b"), ("d", "c"), ("a", "d")] {
            assert_eq!(replaced.insert(statement, earlier), Room::Left);
        }
        for statement in ["a", "b", "c", "d"] {
            assert_eq!(replaced.first_of(statement), "a");
        }
        assert_eq!(replaced.first_of("e"), "e");
        assert_eq!(replaced.depth_of("d"), 3);
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let mut replaced = Replaced::default();
        let long = "x".repeat(REPLACED_BYTES_MAX);
        assert_eq!(replaced.insert(&long, "a"), Room::Full);
        assert_eq!(replaced.first_of(&long), long);
    }

    /// The chains of these replacements, `later>earlier`, in any order; what is remembered is `statement:first:behind`.
    fn check(links: &str, remembered: &str, expected: &[(&str, &str, u32)], continued: &[&str]) {
        let links: Vec<(&str, &str)> = links
            .split_whitespace()
            .filter_map(|link| link.split_once('>'))
            .collect();
        let known: Vec<Vec<&str>> = remembered
            .split_whitespace()
            .map(|note| note.split(':').collect())
            .collect();
        let known: Vec<(String, String, u32)> = known
            .iter()
            .map(|note| (note[0].to_owned(), note[1].to_owned(), note[2].parse().unwrap()))
            .collect();
        let note: Remembered = Arc::new(move |statement: &str| {
            let (_, first, behind) = known.iter().find(|(known, ..)| known == statement)?;
            Some((first.clone(), *behind))
        });
        for turn in 0..links.len() {
            let mut chains = Chains::default();
            for (later, earlier) in links.iter().cycle().skip(turn).take(links.len()) {
                chains.add(later, earlier);
            }
            let (replaced, told) = chains.resolved(Some(Arc::clone(&note)));
            for (statement, first, depth) in expected {
                assert_eq!(replaced.first_of(statement), *first, "{statement}");
                assert_eq!(replaced.depth_of(statement), *depth, "{statement}");
            }
            let told: Vec<&str> = told.iter().map(|continued| continued.record.as_str()).collect();
            for record in continued {
                assert!(told.contains(record), "{record} in {told:?}");
            }
        }
    }

    #[test]
    fn the_order_in_which_replacements_are_read_makes_no_difference() {
        check("b>a c>b d>c", "", &[("b", "a", 1), ("c", "a", 2), ("d", "a", 3)], &[]);
        check("c>a c>b", "", &[("c", "a", 1), ("b", "a", 0)], &["b"]);
        check("a>b b>c c>a", "", &[("a", "a", 0), ("b", "a", 0)], &[]);
        // The store knows c as a later b; now b turns out to be a later a.
        check("b>a", "c:b:1", &[("b", "a", 1)], &["b"]);
        check("d>c", "c:b:1 b:a:1", &[("d", "a", 3), ("c", "a", 2)], &[]);
    }
}
