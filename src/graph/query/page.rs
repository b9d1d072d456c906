//! Pages of rows. Rows after a cursor are found without reading those before it: rows in id order are entered at the cursor; other
//! orders are sorted once for all pages (see `listing_scope`).

use std::cmp::Ordering;

use super::{
    listing_scope::ListingScope,
    order::{Order, Ordered, Position, SortKey, compare_keys, keys_of},
};
use crate::graph::{
    budget::{Budget, Exhausted, Meter},
    read::{listing::IdRange, snapshot::Snapshot},
};

/// The end of a listing from which a page is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// This many from the start.
    First(usize),
    /// This many from the end.
    Last(usize),
}

/// The range of a page: the rows after one position and before another.
#[derive(Debug, Clone)]
pub struct Window {
    /// Only rows after this position.
    pub after: Option<Position>,
    /// Only rows before this position.
    pub before: Option<Position>,
    /// The number of rows, and the end they are taken from.
    pub take: Take,
}

impl Window {
    /// The range of ids, for rows in the order of their ids.
    #[must_use]
    pub fn between(&self) -> IdRange<'_> {
        IdRange {
            after: self.after.as_ref().map(|position| position.id.as_str()),
            before: self.before.as_ref().map(|position| position.id.as_str()),
        }
    }

    /// The requested number of rows.
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

/// A page of the `rows` that fit, in `order`. Reads every row and stores those of one page: O(n) plus the sorting of one page; each
/// row spends one unit, and the units of `fits`.
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
    let mut best = PageSelection::new(snapshot, order, window.take);
    let (mut cut_before, mut cut_after) = (false, false);
    for row in rows {
        meter.tick()?;
        if !fits(row)? {
            continue;
        }
        let keys = keys_of(row, snapshot, order);
        let compare = |to: &Position| compare_with(snapshot, order, (&keys, row), to);
        if window.after.as_ref().is_some_and(|after| compare(after).is_le()) {
            cut_before = true;
        } else if window.before.as_ref().is_some_and(|before| compare(before).is_ge()) {
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

/// Compares a row with these keys with a position.
pub(in crate::graph) fn compare_with<R: Ordered>(
    snapshot: &Snapshot,
    order: &Order<R>,
    (keys, row): (&[SortKey], R),
    position: &Position,
) -> Ordering {
    let by_keys = compare_keys::<R>(keys, &position.keys, order);
    by_keys.then_with(|| (*row.id(snapshot)).cmp(position.id.as_str()))
}

/// Selects the first or the last rows, added in any order. Stores at most about twice as many as requested.
struct PageSelection<'a, R: Ordered> {
    snapshot: &'a Snapshot,
    order: &'a Order<R>,
    take: Take,
    rows: Vec<(Vec<SortKey>, R)>,
    has_more: bool,
}

impl<'a, R: Ordered> PageSelection<'a, R> {
    /// The least surplus of rows over the requested number at which the selection is pruned.
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

    fn size(&self) -> usize {
        let (Take::First(count) | Take::Last(count)) = self.take;
        count
    }

    fn add(&mut self, keys: Vec<SortKey>, row: R) {
        self.rows.push((keys, row));
        let size = self.size();
        if self.rows.len() >= size + size.max(Self::SURPLUS_MIN) {
            self.prune();
        }
    }

    /// Compares two rows, from the end that is taken.
    fn compare(&self, (a_keys, a): &(Vec<SortKey>, R), (b_keys, b): &(Vec<SortKey>, R)) -> Ordering {
        let forward = compare_keys::<R>(a_keys, b_keys, self.order).then_with(|| a.compare_ids(*b, self.snapshot));
        match self.take {
            Take::First(_) => forward,
            Take::Last(_) => forward.reverse(),
        }
    }

    /// Removes the rows that are no longer part of the page.
    fn prune(&mut self) {
        let size = self.size();
        if self.rows.len() <= size {
            return;
        }
        self.has_more = true;
        let mut rows = std::mem::take(&mut self.rows);
        rows.select_nth_unstable_by(size, |a, b| self.compare(a, b));
        rows.truncate(size);
        self.rows = rows;
    }

    /// The rows in order, and whether there were more.
    fn finish(mut self) -> (Vec<(Vec<SortKey>, R)>, bool) {
        self.prune();
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_unstable_by(|a, b| self.compare(a, b));
        if matches!(self.take, Take::Last(_)) {
            rows.reverse();
        }
        (rows, self.has_more)
    }
}

/// A page of `rows` that are already in order and within the window: reads no further than the page. Each row spends one unit, and
/// the units of `fits`.
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
        let mut selected = Vec::new();
        for row in rows {
            meter.tick()?;
            if !fits(row)? {
                continue;
            }
            if selected.len() == count {
                meter.flush()?;
                return Ok((selected, true));
            }
            selected.push(row);
        }
        meter.flush()?;
        Ok((selected, false))
    };
    let (is_after, is_before) = (window.after.is_some(), window.before.is_some());
    let (page_rows, has_previous, has_next) = match window.take {
        Take::First(count) => {
            let (page_rows, more) = take(&mut rows, count)?;
            (page_rows, is_after, more || is_before)
        }
        Take::Last(count) => {
            let (mut page_rows, more) = take(&mut rows.rev(), count)?;
            page_rows.reverse();
            (page_rows, more || is_after, is_before)
        }
    };
    let positioned = page_rows
        .into_iter()
        .map(|row| (row, Position::of(row, snapshot, order)));
    Ok(Page {
        rows: positioned.collect(),
        has_previous,
        has_next,
    })
}

/// A page of many rows that fit, in `order`. `candidates` are the possible rows of a page; `all` are the same and possibly others that
/// do not fit, the same for every query of `scope`. The first page takes one pass. For a page at a cursor the rows are sorted once,
/// which takes a pass and the sorting; the start of any page is then found in O(log n).
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn page_of_many<R: Ordered + Send + Sync + 'static, I: Iterator<Item = R>, A: Iterator<Item = R>>(
    snapshot: &Snapshot,
    (scope, candidates, all): (ListingScope, impl FnOnce() -> I, impl FnOnce() -> A),
    fits: impl Fn(R) -> Result<bool, Exhausted>,
    order: &Order<R>,
    window: &Window,
    budget: &Budget,
) -> Result<Page<R>, Exhausted> {
    let is_at_cursor = window.after.is_some() || window.before.is_some();
    let sorted = match scope.cached(snapshot, order) {
        Some(sorted) => sorted,
        None if is_at_cursor && scope.is_long(snapshot) => scope.sort(snapshot, all(), order, budget)?,
        None => return page(snapshot, candidates(), fits, order, window, budget),
    };
    let precedes = |row: &R, position: &Position, is_before: fn(Ordering) -> bool| {
        let keys = keys_of(*row, snapshot, order);
        is_before(compare_with(snapshot, order, (&keys, *row), position))
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

/// The number of `rows` that fit. Each spends one unit, and the units of `fits`.
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
