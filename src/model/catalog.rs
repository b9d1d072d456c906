//! Closed sets of names: the enums of the model, each with its written form, and small sets of their members.

use std::{fmt, marker::PhantomData};

use super::Invalid;

/// An enum with at most 64 members, each with one written form (UPPER_SNAKE).
pub trait Catalog: Copy + Eq + 'static {
    /// The name of the enum in GraphQL: `RelationshipKind`.
    const NAME: &'static str;
    /// The meaning of the enum, in a sentence.
    const SUMMARY: &'static str;
    /// What a member is called in messages: "a relationship kind".
    const NOUN: &'static str;
    /// Every member, in the order of declaration.
    const ALL: &'static [Self];
    /// The written form: `PARTNERS_WITH`.
    fn as_str(self) -> &'static str;
    /// The meaning of the member, in a sentence.
    fn description(self) -> &'static str;
    /// The position in [`Catalog::ALL`].
    fn index(self) -> u8;

    /// The member written as `text`.
    ///
    /// # Errors
    /// [`Invalid`] with the accepted forms when there is none.
    fn parse(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .iter()
            .copied()
            .find(|member| member.as_str() == text)
            .ok_or_else(|| {
                let accepted: Vec<&str> = Self::ALL.iter().map(|member| member.as_str()).collect();
                Invalid::new(text, format!("{} (one of {})", Self::NOUN, accepted.join(", ")))
            })
    }
}

/// Declares an enum of the model with its written forms. `named` gives it another name in GraphQL than in Rust.
macro_rules! catalog {
    (
        $(#[doc = $summary:literal])* $vis:vis enum $name:ident as $noun:literal {
            $($(#[doc = $description:literal])* $member:ident = $text:literal,)+
        }
    ) => {
        $crate::model::catalog! {
            $(#[doc = $summary])* $vis enum $name named (stringify!($name)) as $noun {
                $($(#[doc = $description])* $member = $text,)+
            }
        }
    };
    (
        $(#[doc = $summary:literal])* $vis:vis enum $name:ident named ($graphql:expr) as $noun:literal {
            $($(#[doc = $description:literal])* $member:ident = $text:literal,)+
        }
    ) => {
        $(#[doc = $summary])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        $vis enum $name { $($(#[doc = $description])* $member,)+ }

        impl $crate::model::Catalog for $name {
            const NAME: &'static str = $graphql;
            const SUMMARY: &'static str = concat!($($summary),*).trim_ascii();
            const NOUN: &'static str = $noun;
            const ALL: &'static [Self] = &[$(Self::$member,)+];
            fn as_str(self) -> &'static str {
                match self { $(Self::$member => $text,)+ }
            }
            fn description(self) -> &'static str {
                match self { $(Self::$member => const { concat!($($description),*).trim_ascii() },)+ }
            }
            fn index(self) -> u8 {
                // The discriminants are the positions: no member has an explicit value.
                #[expect(clippy::as_conversions, reason = "a fieldless enum of at most 64 members")]
                { self as u8 }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::model::Catalog::as_str(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::records::serialized::read(deserializer, $crate::model::Catalog::parse)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::model::Catalog::as_str(*self))
            }
        }
    };
}
pub(crate) use catalog;

/// A set of members of a [`Catalog`], one bit each.
pub struct Set<T> {
    bits: u64,
    member: PhantomData<T>,
}

impl<T: Catalog> Set<T> {
    /// No member.
    pub const EMPTY: Self = Self::from_bits(0);

    const fn from_bits(bits: u64) -> Self {
        Self {
            bits,
            member: PhantomData,
        }
    }

    /// Every member.
    #[must_use]
    pub fn all() -> Self {
        T::ALL.iter().copied().collect()
    }

    /// Exactly these members.
    #[must_use]
    pub fn of(members: &[T]) -> Self {
        members.iter().copied().collect()
    }

    /// Whether `member` is in the set.
    #[must_use]
    pub fn contains(self, member: T) -> bool {
        self.bits & (1 << member.index()) != 0
    }

    /// The members of both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self::from_bits(self.bits & other.bits)
    }

    /// The members of this set that are not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self::from_bits(self.bits & !other.bits)
    }

    /// Whether the set has no member.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// The members, in the order of declaration.
    pub fn iter(self) -> impl Iterator<Item = T> {
        T::ALL.iter().copied().filter(move |member| self.contains(*member))
    }

    /// The bits, one per member in the order of declaration: a stable form to store.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.bits
    }
}

impl<T: Catalog> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let bits = members.into_iter().fold(0, |bits, member| bits | 1 << member.index());
        Self::from_bits(bits)
    }
}

// Derives would require the same traits of `T`, which is only the type of the members.
impl<T> Clone for Set<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Set<T> {}
impl<T> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}
impl<T> Eq for Set<T> {}
impl<T: Catalog + fmt::Debug> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
