//! Predicates on entities and on relationships, evaluated against one snapshot and view. A predicate may follow relationships to
//! neighbors and further; every relationship read there spends budget.

mod amount;
mod compare;
mod entity;
mod number;
mod pattern;
mod property;
mod reach;
mod relationship;
mod scan;

pub use amount::AmountFilter;
pub use compare::{DateFilter, IntFilter, TextFilter};
pub use entity::{EntityFilter, EntitySet, IdentifierFilter};
pub use number::NumberFilter;
pub use pattern::Pattern;
pub use property::PropertyFilter;
pub use reach::{CountFilter, RelationshipsFilter};
pub use relationship::{EvidenceFilter, RelationshipFilter};
pub use scan::Scan;

use crate::graph::budget::Exhausted;

/// Whether `and`, `or` and `not` hold, with short-circuit evaluation.
fn combined<'f, F>(
    and: Option<&'f Vec<F>>,
    or: Option<&'f Vec<F>>,
    not: Option<&'f F>,
    fits: impl Fn(&'f F) -> Result<bool, Exhausted>,
) -> Result<bool, Exhausted> {
    for filter in and.into_iter().flatten() {
        if !fits(filter)? {
            return Ok(false);
        }
    }
    if not.map(&fits).transpose()? == Some(true) {
        return Ok(false);
    }
    let Some(or) = or else { return Ok(true) };
    for filter in or {
        if fits(filter)? {
            return Ok(true);
        }
    }
    Ok(false)
}
