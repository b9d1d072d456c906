//! What replaces what before 0.4: every statement of a chain leads to the one it began with. Bounded: what does not fit is
//! not remembered, and a chain is then known from its last remembered statement on.

use hashbrown::HashMap;

/// How many bytes the ids that are remembered may take.
pub(super) const REPLACED_BYTES_MAX: usize = 64 << 20;

/// The first statement of each chain, by the later ones.
#[derive(Default)]
pub(super) struct Replaced {
    first: HashMap<Box<str>, Box<str>>,
    bytes: usize,
}

/// Whether a chain will be known later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remembered {
    Yes,
    /// [`REPLACED_BYTES_MAX`] is reached.
    Full,
}

impl Replaced {
    /// The statement that the chain of `statement` began with, as far as it is known.
    pub(super) fn first_of<'a>(&'a self, statement: &'a str) -> &'a str {
        self.first.get(statement).map_or(statement, |first| first)
    }

    /// Says that `statement` replaces `earlier`.
    pub(super) fn insert(&mut self, statement: &str, earlier: &str) -> Remembered {
        let first = self.first_of(earlier);
        // Two statements that replace each other have no first one.
        if first == statement || self.first.contains_key(statement) {
            return Remembered::Yes;
        }
        let bytes = self.bytes + 2 * (size_of::<Box<str>>()) + statement.len() + first.len();
        if bytes > REPLACED_BYTES_MAX {
            return Remembered::Full;
        }
        let first = first.into();
        self.bytes = bytes;
        self.first.insert(statement.into(), first);
        Remembered::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_leads_to_its_first_statement_and_a_circle_to_one_of_its_own() {
        let mut replaced = Replaced::default();
        for (statement, earlier) in [("b", "a"), ("c", "b"), ("d", "c"), ("a", "d")] {
            assert_eq!(replaced.insert(statement, earlier), Remembered::Yes);
        }
        for statement in ["a", "b", "c", "d"] {
            assert_eq!(replaced.first_of(statement), "a");
        }
        assert_eq!(replaced.first_of("e"), "e");
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let mut replaced = Replaced::default();
        let long = "x".repeat(REPLACED_BYTES_MAX);
        assert_eq!(replaced.insert(&long, "a"), Remembered::Full);
        assert_eq!(replaced.first_of(&long), long);
    }
}
