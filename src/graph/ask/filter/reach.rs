//! Predicates that reach from an entity into its relationships, and over them to its neighbors.

use super::{IntFilter, RelationshipFilter, scan::Scan};
use crate::graph::{budget::Exhausted, ix::EntityIx};

/// A predicate on the relationships of an entity, each seen from it, those with an undisclosed end among them. Everything
/// given must hold.
#[derive(Debug, Clone, Default)]
pub struct RelationshipsFilter {
    /// At least one fits.
    pub some: Option<RelationshipFilter>,
    /// None fits.
    pub none: Option<RelationshipFilter>,
    /// Every one fits.
    pub all: Option<RelationshipFilter>,
    /// So many fit.
    pub count: Option<CountFilter>,
}

/// How many relationships fit.
#[derive(Debug, Clone, Default)]
pub struct CountFilter {
    /// The number.
    pub is: IntFilter,
    /// Which are counted.
    pub of: RelationshipFilter,
}

impl RelationshipsFilter {
    /// Whether the relationships of `entity` fit. Looks at no more of them than the answer takes.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn matches<'f>(&'f self, scan: &Scan<'f>, entity: EntityIx) -> Result<bool, Exhausted> {
        scan.remembered(self, entity, || self.look(scan, entity))
    }

    fn look<'f>(&'f self, scan: &Scan<'f>, entity: EntityIx) -> Result<bool, Exhausted> {
        let settled_at = self.count.as_ref().map_or(0, |count| count.is.settled_at());
        let mut counted = 0;
        let mut wanted = self.some.as_ref();
        let mut sights = scan.around(entity);
        while wanted.is_some() || counted < settled_at || self.none.is_some() || self.all.is_some() {
            let Some(sight) = sights.next().transpose()? else { break };
            if let Some(none) = &self.none
                && none.fits(scan, &sight)?
            {
                return Ok(false);
            }
            if let Some(all) = &self.all
                && !all.fits(scan, &sight)?
            {
                return Ok(false);
            }
            if let Some(some) = wanted
                && some.fits(scan, &sight)?
            {
                wanted = None;
            }
            if let Some(count) = &self.count
                && counted < settled_at
                && count.of.fits(scan, &sight)?
            {
                counted += 1;
                if counted == settled_at && !count.is.matches(counted) {
                    return Ok(false);
                }
            }
        }
        Ok(wanted.is_none() && self.count.as_ref().is_none_or(|count| count.is.matches(counted)))
    }

    /// How many levels of relationships it looks at.
    pub(super) fn reach(&self) -> usize {
        let filters = [&self.some, &self.none, &self.all].into_iter().flatten();
        let counted = self.count.iter().map(|count| &count.of);
        1 + filters.chain(counted).map(RelationshipFilter::reach).max().unwrap_or(0)
    }
}
