//! Who stands between the holder of an indirect claim and what it holds, as the components of the claim say.

use std::collections::HashSet;

use crate::graph::{EntityIx, Exhausted, Mask, RelationshipIx, Snapshot, budget::Meter};

/// The intermediaries of indirect claims.
pub(super) struct Intermediaries<'a> {
    snapshot: &'a Snapshot,
    mask: Mask,
    named: HashSet<EntityIx>,
}

impl<'a> Intermediaries<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, mask: Mask) -> Self {
        Self {
            snapshot,
            mask,
            named: HashSet::new(),
        }
    }

    pub(super) fn contains(&self, entity: EntityIx) -> bool {
        self.named.contains(&entity)
    }

    /// Adds the starts of those components of `claim` that lead to what it is about, or on to another of them, and the entities
    /// that are components themselves; neither its own holder nor what is held. O(components²), of which a claim has few.
    pub(super) fn add(&mut self, claim: RelationshipIx, meter: &mut Meter<'_>) -> Result<(), Exhausted> {
        let read = self.snapshot.relationship(claim);
        let mut steps = Vec::new();
        for component in self.snapshot.components(claim, self.mask) {
            meter.tick()?;
            let component = self.snapshot.relationship(component);
            steps.extend(component.from().zip(component.to()));
        }
        for named in self.snapshot.component_entities(claim, self.mask) {
            meter.tick()?;
            if Some(named) != read.from() && Some(named) != read.to() {
                self.named.insert(named);
            }
        }
        let mut ahead: Vec<EntityIx> = read.to().into_iter().collect();
        let mut met: HashSet<EntityIx> = ahead.iter().copied().chain(read.from()).collect();
        while let Some(held) = ahead.pop() {
            for (holder, _) in steps.iter().filter(|(_, to)| *to == held) {
                meter.tick()?;
                if met.insert(*holder) {
                    self.named.insert(*holder);
                    ahead.push(*holder);
                }
            }
        }
        Ok(())
    }
}
