//! Which statements replace which before 0.4: the statements of a chain are about one record, whose id is that of the first
//! statement. Bounded: what does not fit is not remembered, and a chain then begins with its first remembered statement.

use std::{borrow::Cow, fmt, sync::Arc};

use hashbrown::{HashMap, HashSet};

/// How many bytes the ids that are remembered may take.
pub(in crate::formats::bods) const REPLACED_BYTES_MAX: usize = 64 << 20;

/// How often a chain may turn out to continue another, from one import to the next.
const STEPS_MAX: usize = 1_000;

/// The position of a statement in its chain: the first statement, and the distance to it.
type ChainPosition = (Box<str>, u32);

/// The first statement of each chain, by the later ones.
#[derive(Default)]
pub struct Replacements {
    /// The replacements that this extends.
    base: Option<Arc<Replacements>>,
    /// The chains of earlier imports.
    lookup: Option<ChainLookup>,
    first: HashMap<Box<str>, ChainPosition>,
    bytes: usize,
}

impl fmt::Debug for Replacements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replaced")
            .field("statements", &self.first.len())
            .finish_non_exhaustive()
    }
}

/// Looks up a statement in the chains of earlier imports: the first statement of its chain, and the distance to it.
pub type ChainLookup = Arc<dyn Fn(&str) -> Option<(String, u32)> + Send + Sync>;

/// Whether there was room for a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::bods) enum Capacity {
    Available,
    /// [`REPLACED_BYTES_MAX`] is reached.
    Full,
}

impl Replacements {
    /// No replacements yet beyond these.
    pub(in crate::formats::bods) fn extending(base: Arc<Self>) -> Self {
        Self {
            base: Some(base),
            ..Self::default()
        }
    }

    fn position(&self, statement: &str) -> Option<&ChainPosition> {
        let base = || self.base.as_ref().and_then(|base| base.position(statement));
        self.first.get(statement).or_else(base)
    }

    /// The first statement of the chain of `statement`, and the distance to it, as far as they are known here and to earlier
    /// imports.
    fn locate<'a>(&'a self, statement: &'a str) -> (Cow<'a, str>, u32) {
        let (mut first, mut depth) = match self.position(statement) {
            Some((first, depth)) => (Cow::Borrowed(&**first), *depth),
            None => (Cow::Borrowed(statement), 0),
        };
        let lookup = self.lookup.as_ref();
        let lookup = lookup.or_else(|| self.base.as_ref().and_then(|base| base.lookup.as_ref()));
        let Some(lookup) = lookup else {
            return (first, depth);
        };
        for _ in 0..STEPS_MAX {
            match lookup(&first) {
                Some((earlier, distance)) if earlier != *first => {
                    (first, depth) = match self.position(&earlier) {
                        Some((first, further)) => (Cow::Borrowed(&**first), depth + distance + further),
                        None => (Cow::Owned(earlier), depth + distance),
                    };
                }
                _ => break,
            }
        }
        (first, depth)
    }

    /// The statement that the chain of `statement` began with, as far as it is known.
    pub(in crate::formats::bods) fn first_of<'a>(&'a self, statement: &'a str) -> Cow<'a, str> {
        self.locate(statement).0
    }

    /// How many statements of its chain lie before `statement`, as far as they are known.
    pub(in crate::formats::bods) fn depth_of(&self, statement: &str) -> u32 {
        self.locate(statement).1
    }

    /// Records that `statement` replaces `earlier`.
    pub(in crate::formats::bods) fn insert(&mut self, statement: &str, earlier: &str) -> Capacity {
        let (first, depth) = self.locate(earlier);
        // Two statements that replace each other have no first one.
        if first == statement || self.position(statement).is_some() {
            return Capacity::Available;
        }
        let position: ChainPosition = ((*first).into(), depth + 1);
        self.put(statement.into(), position)
    }

    fn put(&mut self, statement: Box<str>, position: ChainPosition) -> Capacity {
        let bytes = self.bytes + 2 * (size_of::<Box<str>>()) + statement.len() + position.0.len();
        if bytes > REPLACED_BYTES_MAX {
            return Capacity::Full;
        }
        self.bytes = bytes;
        self.first.insert(statement, position);
        Capacity::Available
    }
}

/// A record whose id is that of a statement which has turned out to replace others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    /// Its id so far.
    pub record: String,
    /// Its new id: that of the first statement of its chain.
    pub into: String,
    /// How many statements of its chain lie before it.
    pub depth: u32,
}

/// Which statements replace which, in whatever order they come: gathered from all files before any of them is read.
#[derive(Debug, Default)]
pub struct Chains {
    places: HashMap<Box<str>, usize>,
    names: Vec<Box<str>>,
    /// Which statements each replaces, and its distance to them.
    replaces: Vec<Vec<(usize, u32)>>,
    /// The forest of a union-find over connected statements: a smaller place of the same chain; the smallest is its own parent.
    parents: Vec<usize>,
    bytes: usize,
}

impl Chains {
    /// Records that `statement` replaces `earlier`. What does not fit is left out.
    pub(in crate::formats::bods) fn add(&mut self, statement: &str, earlier: &str) {
        self.link(statement, earlier, 1);
    }

    fn link(&mut self, statement: &str, earlier: &str, distance: u32) {
        if statement == earlier {
            return;
        }
        let (Some(statement), Some(earlier)) = (self.locate(statement), self.locate(earlier)) else {
            return;
        };
        if self.replaces[statement].contains(&(earlier, distance)) {
            return;
        }
        self.replaces[statement].push((earlier, distance));
        let (one, other) = (self.root(statement), self.root(earlier));
        self.parents[one.max(other)] = one.min(other);
    }

    fn locate(&mut self, statement: &str) -> Option<usize> {
        if let Some(locate) = self.places.get(statement) {
            return Some(*locate);
        }
        self.bytes += 2 * (size_of::<Box<str>>() + statement.len()) + size_of::<Vec<usize>>();
        if self.bytes > REPLACED_BYTES_MAX {
            return None;
        }
        let locate = self.names.len();
        self.places.insert(statement.into(), locate);
        self.names.push(statement.into());
        self.replaces.push(Vec::new());
        self.parents.push(locate);
        Some(locate)
    }

    fn root(&self, mut locate: usize) -> usize {
        while self.parents[locate] != locate {
            locate = self.parents[locate];
        }
        locate
    }

    /// The position of each statement, given the chains of earlier imports, and which records get another id.
    /// O(statements · length of chains).
    #[must_use]
    pub fn resolve(mut self, lookup: Option<ChainLookup>) -> (Replacements, Vec<Continuation>) {
        let mut former: Vec<String> = Vec::new();
        let mut next = 0;
        while next < self.names.len() {
            let name = self.names[next].to_string();
            if let Some((first, distance)) = lookup.as_ref().and_then(|lookup| lookup(&name)) {
                self.link(&name, &first, distance);
                former.push(name);
            }
            next += 1;
        }
        let later: HashSet<&str> = former.iter().map(String::as_str).collect();
        let depths = self.depths();
        // A chain has the id of its statement that replaces none; of several, the smallest, so that no order matters.
        let mut firsts: HashMap<usize, usize> = HashMap::new();
        for locate in 0..self.names.len() {
            let first = firsts.entry(self.root(locate)).or_insert(locate);
            let rank = |locate: usize| (!self.replaces[locate].is_empty(), &self.names[locate]);
            if rank(locate) < rank(*first) {
                *first = locate;
            }
        }
        let mut replacements = Replacements {
            lookup,
            ..Replacements::default()
        };
        let mut continuations = Vec::new();
        for locate in 0..self.names.len() {
            let first = firsts[&self.root(locate)];
            if locate == first {
                continue;
            }
            let (name, first) = (&self.names[locate], &self.names[first]);
            // What was not known to replace others may be known under its own name.
            if !later.contains(&**name) {
                continuations.push(Continuation {
                    record: name.to_string(),
                    into: first.to_string(),
                    depth: depths[locate],
                });
            }
            let _ = replacements.put(name.clone(), (first.clone(), depths[locate]));
        }
        continuations.sort_by(|one, other| one.record.cmp(&other.record));
        (replacements, continuations)
    }

    /// How many statements lie before each; those that replace each other in a circle have none before them.
    fn depths(&self) -> Vec<u32> {
        let mut depths = vec![0; self.names.len()];
        let mut replaced_by: Vec<Vec<(usize, u32)>> = vec![Vec::new(); self.names.len()];
        let mut open: Vec<usize> = Vec::new();
        let mut pending: Vec<usize> = self.replaces.iter().map(Vec::len).collect();
        for (locate, earlier) in self.replaces.iter().enumerate() {
            for (earlier, distance) in earlier {
                replaced_by[*earlier].push((locate, *distance));
            }
            if earlier.is_empty() {
                open.push(locate);
            }
        }
        while let Some(locate) = open.pop() {
            for (later, distance) in &replaced_by[locate] {
                depths[*later] = u32::max(depths[*later], depths[locate] + distance);
                pending[*later] -= 1;
                if pending[*later] == 0 {
                    open.push(*later);
                }
            }
        }
        depths
    }
}

impl Replacements {
    /// The entries to remember for later imports: each statement, the first of its chain, and the distance to it.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str, u32)> {
        let all = self.first.iter();
        all.map(|(statement, (first, depth))| (&**statement, &**first, *depth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_leads_to_its_first_statement_and_a_circle_to_one_of_its_own() {
        let mut replacements = Replacements::default();
        for (statement, earlier) in [("b", "a"), ("c", "b"), ("d", "c"), ("a", "d")] {
            assert_eq!(replacements.insert(statement, earlier), Capacity::Available);
        }
        for statement in ["a", "b", "c", "d"] {
            assert_eq!(replacements.first_of(statement), "a");
        }
        assert_eq!(replacements.first_of("e"), "e");
        assert_eq!(replacements.depth_of("d"), 3);
    }

    #[test]
    fn what_does_not_fit_is_reported() {
        let mut replacements = Replacements::default();
        let long = "x".repeat(REPLACED_BYTES_MAX);
        assert_eq!(replacements.insert(&long, "a"), Capacity::Full);
        assert_eq!(replacements.first_of(&long), long);
    }

    /// The chains of these replacements, `later>earlier`, in any order; what is remembered is `statement:first:distance`.
    fn check(links: &str, lookup: &str, expected: &[(&str, &str, u32)], continuations: &[&str]) {
        let links: Vec<(&str, &str)> = links
            .split_whitespace()
            .filter_map(|link| link.split_once('>'))
            .collect();
        let known: Vec<Vec<&str>> = lookup
            .split_whitespace()
            .map(|note| note.split(':').collect())
            .collect();
        let known: Vec<(String, String, u32)> = known
            .iter()
            .map(|note| (note[0].to_owned(), note[1].to_owned(), note[2].parse().unwrap()))
            .collect();
        let note: ChainLookup = Arc::new(move |statement: &str| {
            let (_, first, distance) = known.iter().find(|(known, ..)| known == statement)?;
            Some((first.clone(), *distance))
        });
        for turn in 0..links.len() {
            let mut chains = Chains::default();
            for (later, earlier) in links.iter().cycle().skip(turn).take(links.len()) {
                chains.add(later, earlier);
            }
            let (replacements, reported) = chains.resolve(Some(Arc::clone(&note)));
            for (statement, first, depth) in expected {
                assert_eq!(replacements.first_of(statement), *first, "{statement}");
                assert_eq!(replacements.depth_of(statement), *depth, "{statement}");
            }
            let reported: Vec<&str> = reported
                .iter()
                .map(|continuations| continuations.record.as_str())
                .collect();
            for record in continuations {
                assert!(reported.contains(record), "{record} in {reported:?}");
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
