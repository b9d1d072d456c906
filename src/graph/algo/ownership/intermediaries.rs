//! The intermediaries between the holder and the investee of an indirect claim, by the components of the claim.

use std::collections::HashSet;

use crate::graph::{EntityIx, Exhausted, Mask, RelationshipIx, Snapshot, budget::Meter};

/// The intermediaries of indirect claims.
pub(super) struct Intermediaries<'a> {
    snapshot: &'a Snapshot,
    mask: Mask,
    entities: HashSet<EntityIx>,
}

impl<'a> Intermediaries<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, mask: Mask) -> Self {
        Self {
            snapshot,
            mask,
            entities: HashSet::new(),
        }
    }

    pub(super) fn contains(&self, entity: EntityIx) -> bool {
        self.entities.contains(&entity)
    }

    /// Adds the starts of the components of `claim` that lead to its investee, or to another such component, and the entities that
    /// are components themselves; never its own holder or investee. O(components²), of which a claim has few.
    pub(super) fn add(&mut self, claim: RelationshipIx, meter: &mut Meter<'_>) -> Result<(), Exhausted> {
        let read = self.snapshot.relationship(claim);
        let mut steps = Vec::new();
        for component in self.snapshot.components(claim, self.mask) {
            meter.tick()?;
            let component = self.snapshot.relationship(component);
            steps.extend(component.from().zip(component.to()));
        }
        for entity in self.snapshot.component_entities(claim, self.mask) {
            meter.tick()?;
            if Some(entity) != read.from() && Some(entity) != read.to() {
                self.entities.insert(entity);
            }
        }
        let mut ahead: Vec<EntityIx> = read.to().into_iter().collect();
        let mut visited: HashSet<EntityIx> = ahead.iter().copied().chain(read.from()).collect();
        while let Some(investee) = ahead.pop() {
            for (holder, _) in steps.iter().filter(|(_, to)| *to == investee) {
                meter.tick()?;
                if visited.insert(*holder) {
                    self.entities.insert(*holder);
                    ahead.push(*holder);
                }
            }
        }
        Ok(())
    }
}
