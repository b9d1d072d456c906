//! Pages of rows. What follows a cursor is found without what precedes it: rows that stand in order already are entered at the
//! cursor; where they must be put in order first, that is done once for all pages (see `sorted`).

use std::cmp::Ordering;

use super::{
    listed::Listed,
    order::{Key, Order, Ordered, Position, compare_keys, keys_of},
};
use crate::graph::{
    budget::{Budget, Exhausted, Meter},
    read::{listing::IdRange, snapshot::Snapshot},
};

/// Which end of a listing a page is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The first so many.
    First(usize),
    /// The last so many.
    Last(usize),
}

/// What a page is cut from: the rows after one position and before another.
#[derive(Debug, Clone)]
pub struct Window {
    /// Only rows after this position.
    pub after: Option<Position>,
    /// Only rows before this position.
    pub before: Option<Position>,
    /// How many of these, and from which end.
    pub take: Take,
}

impl Window {
    /// The rows that it is cut from, where they stand in the order of their ids.
    #[must_use]
    pub fn between(&self) -> IdRange<'_> {
        IdRange {
            after: self.after.as_ref().map(|position| position.id.as_str()),
            before: self.before.as_ref().map(|position| position.id.as_str()),
        }
    }

    /// How many rows are wanted.
    #[must_use]
    pub fn size(&self) -> usize {
        let (Take::First(count) | Take::Last(count)) = self.take;
        count
    }
}

/// A page of rows in order.
#[derive(Debug, Clone)]
pub struct Page<R> {
    /// The rows, each with its position.
    pub rows: Vec<(R, Position)>,
    /// Whether rows precede the page.
    pub has_previous: bool,
    /// Whether rows follow the page.
    pub has_next: bool,
}

/// A page of those `rows` that fit, in `order`. Looks at every row and keeps those of one page: O(n) and the sorting of one page;
/// each row spends one unit, and whatever `fits` spends.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn page<R: Ordered>(
    snapshot: &Snapshot,
    rows: impl Iterator<Item = R>,
    fits: impl Fn(R) -> Result<bool, Exhausted>,
    order: &Order<R>,
    window: &Window,
    budget: &Budget,
) -> Result<Page<R>, Exhausted> {
    let mut meter = Meter::new(budget);
    let mut best = Best::new(snapshot, order, window.take);
    let (mut cut_before, mut cut_after) = (false, false);
    for row in rows {
        meter.tick()?;
        if !fits(row)? {
            continue;
        }
        let keys = keys_of(row, snapshot, order);
        let stands = |to: &Position| stands_to(snapshot, order, (&keys, row), to);
        if window.after.as_ref().is_some_and(|after| stands(after).is_le()) {
            cut_before = true;
        } else if window.before.as_ref().is_some_and(|before| stands(before).is_ge()) {
            cut_after = true;
        } else {
            best.add(keys, row);
        }
    }
    meter.flush()?;
    let (rows, has_more) = best.finish();
    let positioned = rows.into_iter().map(|(keys, row)| {
        let id = row.id(snapshot).into_owned();
        (row, Position { keys, id })
    });
    Ok(Page {
        rows: positioned.collect(),
        has_previous: cut_before || (has_more && matches!(window.take, Take::Last(_))),
        has_next: cut_after || (has_more && matches!(window.take, Take::First(_))),
    })
}

/// How a row with these keys stands to a position.
pub(in crate::graph) fn stands_to<R: Ordered>(
    snapshot: &Snapshot,
    order: &Order<R>,
    (keys, row): (&[Key], R),
    position: &Position,
) -> Ordering {
    let by_keys = compare_keys::<R>(keys, &position.keys, order);
    by_keys.then_with(|| (*row.id(snapshot)).cmp(position.id.as_str()))
}

/// The first or the last rows of all that come, whatever order they come in. Keeps at most twice as many as are wanted.
struct Best<'a, R: Ordered> {
    snapshot: &'a Snapshot,
    order: &'a Order<R>,
    take: Take,
    rows: Vec<(Vec<Key>, R)>,
    has_more: bool,
}

impl<'a, R: Ordered> Best<'a, R> {
    /// Rows are sorted out when so many more than wanted have come, where few are wanted.
    const SURPLUS_MIN: usize = 64;

    fn new(snapshot: &'a Snapshot, order: &'a Order<R>, take: Take) -> Self {
        Self {
            snapshot,
            order,
            take,
            rows: Vec::new(),
            has_more: false,
        }
    }

    fn wanted(&self) -> usize {
        let (Take::First(count) | Take::Last(count)) = self.take;
        count
    }

    fn add(&mut self, keys: Vec<Key>, row: R) {
        self.rows.push((keys, row));
        let wanted = self.wanted();
        if self.rows.len() >= wanted + wanted.max(Self::SURPLUS_MIN) {
            self.sort_out();
        }
    }

    /// How two rows stand, seen from the end that is wanted.
    fn compare(&self, (a_keys, a): &(Vec<Key>, R), (b_keys, b): &(Vec<Key>, R)) -> Ordering {
        let forward = compare_keys::<R>(a_keys, b_keys, self.order).then_with(|| a.compare_ids(*b, self.snapshot));
        match self.take {
            Take::First(_) => forward,
            Take::Last(_) => forward.reverse(),
        }
    }

    /// Leaves out what is not wanted by now.
    fn sort_out(&mut self) {
        let wanted = self.wanted();
        if self.rows.len() <= wanted {
            return;
        }
        self.has_more = true;
        let mut rows = std::mem::take(&mut self.rows);
        rows.select_nth_unstable_by(wanted, |a, b| self.compare(a, b));
        rows.truncate(wanted);
        self.rows = rows;
    }

    /// The rows in order, and whether there were more.
    fn finish(mut self) -> (Vec<(Vec<Key>, R)>, bool) {
        self.sort_out();
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_unstable_by(|a, b| self.compare(a, b));
        if matches!(self.take, Take::Last(_)) {
            rows.reverse();
        }
        (rows, self.has_more)
    }
}

/// A page of `rows` that come in order already, and only those within the window: looks no further than the page reaches. Each
/// row spends one unit, and whatever `fits` spends.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn page_of_sorted<R: Ordered>(
    snapshot: &Snapshot,
    mut rows: impl DoubleEndedIterator<Item = R>,
    fits: impl Fn(R) -> Result<bool, Exhausted>,
    order: &Order<R>,
    window: &Window,
    budget: &Budget,
) -> Result<Page<R>, Exhausted> {
    let mut meter = Meter::new(budget);
    let mut take = |rows: &mut dyn Iterator<Item = R>, count: usize| -> Result<(Vec<R>, bool), Exhausted> {
        let mut taken = Vec::new();
        for row in rows {
            meter.tick()?;
            if !fits(row)? {
                continue;
            }
            if taken.len() == count {
                meter.flush()?;
                return Ok((taken, true));
            }
            taken.push(row);
        }
        meter.flush()?;
        Ok((taken, false))
    };
    let (is_after, is_before) = (window.after.is_some(), window.before.is_some());
    let (listed, has_previous, has_next) = match window.take {
        Take::First(count) => {
            let (listed, more) = take(&mut rows, count)?;
            (listed, is_after, more || is_before)
        }
        Take::Last(count) => {
            let (mut listed, more) = take(&mut rows.rev(), count)?;
            listed.reverse();
            (listed, more || is_after, is_before)
        }
    };
    let positioned = listed.into_iter().map(|row| (row, Position::of(row, snapshot, order)));
    Ok(Page {
        rows: positioned.collect(),
        has_previous,
        has_next,
    })
}

/// A page of many rows that fit, in `order`. `seen` are those that could be on a page, `all` the same and perhaps others that do
/// not fit, the same for every question about `listed`. The first page takes one pass. For a page at a cursor the rows are put in
/// order once, which takes a pass and its sorting; any page is then found where it begins, in O(log n).
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn page_of_many<R: Ordered + Send + Sync + 'static, I: Iterator<Item = R>, A: Iterator<Item = R>>(
    snapshot: &Snapshot,
    (listed, seen, all): (Listed, impl FnOnce() -> I, impl FnOnce() -> A),
    fits: impl Fn(R) -> Result<bool, Exhausted>,
    order: &Order<R>,
    window: &Window,
    budget: &Budget,
) -> Result<Page<R>, Exhausted> {
    let is_at_cursor = window.after.is_some() || window.before.is_some();
    let sorted = match listed.kept(snapshot, order) {
        Some(sorted) => sorted,
        None if is_at_cursor && listed.is_long(snapshot) => listed.sort(snapshot, all(), order, budget)?,
        None => return page(snapshot, seen(), fits, order, window, budget),
    };
    let precedes = |row: &R, position: &Position, is_before: fn(Ordering) -> bool| {
        let keys = keys_of(*row, snapshot, order);
        is_before(stands_to(snapshot, order, (&keys, *row), position))
    };
    let start = window.after.as_ref().map_or(0, |after| {
        sorted.partition_point(|row| precedes(row, after, Ordering::is_le))
    });
    let end = window.before.as_ref().map_or(sorted.len(), |before| {
        sorted.partition_point(|row| precedes(row, before, Ordering::is_lt))
    });
    let rows = sorted.get(start..end).unwrap_or_default().iter().copied();
    page_of_sorted(snapshot, rows, fits, order, window, budget)
}

/// How many `rows` fit. Each spends one unit, and whatever `fits` spends.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn count<R>(
    rows: impl Iterator<Item = R>,
    mut fits: impl FnMut(R) -> Result<bool, Exhausted>,
    budget: &Budget,
) -> Result<usize, Exhausted> {
    let mut meter = Meter::new(budget);
    let mut counted = 0;
    for row in rows {
        meter.tick()?;
        counted += usize::from(fits(row)?);
    }
    meter.flush()?;
    Ok(counted)
}
