//! Two ascending iterators as one.

use std::cmp::Ordering;

/// The origin of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) enum Side {
    /// Only from the first.
    First,
    /// From the second, possibly also from the first.
    Second,
}

/// The union of two ascending iterators, ascending, each element once; from either end.
pub(in crate::graph) struct Union<A: Iterator, B: Iterator> {
    first: PeekableEnds<A>,
    second: PeekableEnds<B>,
}

/// An iterator that can be peeked at both ends.
struct PeekableEnds<I: Iterator> {
    inner: I,
    front: Option<I::Item>,
    back: Option<I::Item>,
}

impl<I: DoubleEndedIterator> PeekableEnds<I> {
    fn new(inner: I) -> Self {
        Self {
            inner,
            front: None,
            back: None,
        }
    }

    fn next(&mut self) -> Option<I::Item> {
        self.front
            .take()
            .or_else(|| self.inner.next())
            .or_else(|| self.back.take())
    }

    fn next_back(&mut self) -> Option<I::Item> {
        self.back
            .take()
            .or_else(|| self.inner.next_back())
            .or_else(|| self.front.take())
    }
}

impl<T: Ord, A: DoubleEndedIterator<Item = T>, B: DoubleEndedIterator<Item = T>> Union<A, B> {
    /// The union of two ascending iterators.
    pub(in crate::graph) fn new(first: A, second: B) -> Self {
        Self {
            first: PeekableEnds::new(first),
            second: PeekableEnds::new(second),
        }
    }
}

impl<T: Ord, A: DoubleEndedIterator<Item = T>, B: DoubleEndedIterator<Item = T>> Iterator for Union<A, B> {
    type Item = (T, Side);

    fn next(&mut self) -> Option<(T, Side)> {
        match (self.first.next(), self.second.next()) {
            (Some(one), Some(other)) => Some(match one.cmp(&other) {
                Ordering::Less => {
                    self.second.front = Some(other);
                    (one, Side::First)
                }
                Ordering::Equal => (other, Side::Second),
                Ordering::Greater => {
                    self.first.front = Some(one);
                    (other, Side::Second)
                }
            }),
            (Some(one), None) => Some((one, Side::First)),
            (None, other) => other.map(|other| (other, Side::Second)),
        }
    }
}

impl<T: Ord, A: DoubleEndedIterator<Item = T>, B: DoubleEndedIterator<Item = T>> DoubleEndedIterator for Union<A, B> {
    fn next_back(&mut self) -> Option<(T, Side)> {
        match (self.first.next_back(), self.second.next_back()) {
            (Some(one), Some(other)) => Some(match one.cmp(&other) {
                Ordering::Greater => {
                    self.second.back = Some(other);
                    (one, Side::First)
                }
                Ordering::Equal => (other, Side::Second),
                Ordering::Less => {
                    self.first.back = Some(one);
                    (other, Side::Second)
                }
            }),
            (Some(one), None) => Some((one, Side::First)),
            (None, other) => other.map(|other| (other, Side::Second)),
        }
    }
}

/// Merges two iterators that ascend by `key`.
pub(in crate::graph) fn merged<T, K: Ord>(
    first: impl Iterator<Item = T>,
    second: impl Iterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = T> {
    let (mut first, mut second) = (first.peekable(), second.peekable());
    std::iter::from_fn(move || match second.peek() {
        None => first.next(),
        Some(other) => match first.peek() {
            Some(one) if key(one) <= key(other) => first.next(),
            _ => second.next(),
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_union_is_that_of_sets_from_both_ends(
            one: BTreeSet<u8>, other: BTreeSet<u8>, ends in proptest::collection::vec(any::<bool>(), 600)
        ) {
            let mut union = Union::new(one.iter(), other.iter());
            let (mut front, mut back) = (Vec::new(), Vec::new());
            for from_front in ends {
                let next = if from_front { union.next() } else { union.next_back() };
                let Some((element, side)) = next else { break };
                prop_assert_eq!(side == Side::Second, other.contains(element));
                if from_front { front.push(*element) } else { back.push(*element) };
            }
            front.extend(back.into_iter().rev());
            prop_assert_eq!(front, one.union(&other).copied().collect::<Vec<u8>>());
        }
    }
}
