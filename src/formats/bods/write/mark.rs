//! What our own export says in the details of an interest where its type does not say all: `OFFICER_OF: chief executive`,
//! `OWNS (SHAREHOLDING): stake`, `CONTROLS (APPOINTMENT_OF_BOARD), share of VOTES`. Any other text is no such mark.

use std::fmt;

use crate::{
    formats::bods::read::values::one_line,
    model::{Catalog, Interest, RelationshipKind, ShareOf},
};

/// What a relationship is, in our terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats::bods) struct Mark {
    pub(in crate::formats::bods) kind: RelationshipKind,
    /// None says that the relationship has no type of interest.
    pub(in crate::formats::bods) interest: Option<Interest>,
    /// What its share is a share of, where the type says something else.
    pub(in crate::formats::bods) of: Option<ShareOf>,
    pub(in crate::formats::bods) role: Option<String>,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        if let Some(interest) = self.interest {
            write!(f, " ({})", interest.as_str())?;
        }
        if let Some(of) = self.of {
            write!(f, ", share of {}", of.as_str())?;
        }
        self.role.as_ref().map_or(Ok(()), |role| write!(f, ": {role}"))
    }
}

impl Mark {
    /// The mark that a text is; none when it is another text.
    pub(in crate::formats::bods) fn parse(text: &str) -> Option<Self> {
        let (head, role) = match text.split_once(": ") {
            Some((head, role)) => (head, one_line(role)),
            None => (text, None),
        };
        let (head, of) = match head.split_once(", share of ") {
            Some((head, of)) => (head, Some(ShareOf::parse(of).ok()?)),
            None => (head, None),
        };
        let (kind, interest) = match head.split_once(" (") {
            Some((kind, interest)) => (kind, Some(Interest::parse(interest.strip_suffix(')')?).ok()?)),
            None => (head, None),
        };
        let kind = RelationshipKind::parse(kind).ok()?;
        Some(Self {
            kind,
            interest,
            of,
            role,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_the_same_when_it_is_read_again() {
        let marks = [
            "OWNS",
            "OWNS: stake: all of it",
            "OWNS (SHAREHOLDING)",
            "CONTROLS (APPOINTMENT_OF_BOARD), share of VOTES",
            "OWNS, share of PROFIT: partner (silent), share of VOTES",
        ];
        for text in marks {
            assert_eq!(Mark::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn texts_of_others_are_no_marks() {
        for text in [
            "",
            "owns",
            "Owner of shares",
            "OWNS (A)",
            "OWNS (SHAREHOLDING",
            "OWNS, share of LAND",
        ] {
            assert_eq!(Mark::parse(text), None, "{text}");
        }
    }
}
