//! Predicates that follow an entity's relationships, and over them reach its neighbors.

use super::{IntFilter, RelationshipFilter, scan::Scan};
use crate::graph::{budget::Exhausted, ix::EntityIx};

/// A predicate on the relationships of an entity, including those with an undisclosed end. All given conditions must hold.
#[derive(Debug, Clone, Default)]
pub struct RelationshipsFilter {
    /// At least one fits.
    pub some: Option<RelationshipFilter>,
    /// None fits.
    pub none: Option<RelationshipFilter>,
    /// Every one fits.
    pub all: Option<RelationshipFilter>,
    /// This many fit.
    pub count: Option<CountFilter>,
}

/// A condition on the number of matching relationships.
#[derive(Debug, Clone, Default)]
pub struct CountFilter {
    /// The number.
    pub is: IntFilter,
    /// The relationships to count.
    pub of: RelationshipFilter,
}

impl RelationshipsFilter {
    /// Whether the relationships of `entity` fit. Reads no more of them than necessary.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn matches<'f>(&'f self, scan: &Scan<'f>, entity: EntityIx) -> Result<bool, Exhausted> {
        scan.cached(self, entity, || self.evaluate(scan, entity))
    }

    fn evaluate<'f>(&'f self, scan: &Scan<'f>, entity: EntityIx) -> Result<bool, Exhausted> {
        let settled_at = self.count.as_ref().map_or(0, |count| count.is.settled_at());
        let mut counted = 0;
        let mut open_condition = self.some.as_ref();
        let mut relationships = scan.around(entity);
        while open_condition.is_some() || counted < settled_at || self.none.is_some() || self.all.is_some() {
            let Some(relationship) = relationships.next().transpose()? else {
                break;
            };
            if let Some(none) = &self.none
                && none.fits(scan, &relationship)?
            {
                return Ok(false);
            }
            if let Some(all) = &self.all
                && !all.fits(scan, &relationship)?
            {
                return Ok(false);
            }
            if let Some(some) = open_condition
                && some.fits(scan, &relationship)?
            {
                open_condition = None;
            }
            if let Some(count) = &self.count
                && counted < settled_at
                && count.of.fits(scan, &relationship)?
            {
                counted += 1;
                if counted == settled_at && !count.is.matches(counted) {
                    return Ok(false);
                }
            }
        }
        Ok(open_condition.is_none() && self.count.as_ref().is_none_or(|count| count.is.matches(counted)))
    }

    /// The number of levels of relationships it reads.
    pub(super) fn reach(&self) -> usize {
        let filters = [&self.some, &self.none, &self.all].into_iter().flatten();
        let counted = self.count.iter().map(|count| &count.of);
        1 + filters.chain(counted).map(RelationshipFilter::reach).max().unwrap_or(0)
    }
}
