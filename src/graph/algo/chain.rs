//! A chain of relationships as an answer: its start, its steps, and its text.

use jiff::civil::Date;

use crate::{
    graph::{Crossing, EntityIx, Hop, RelationshipIx, Snapshot},
    model::EntityKind,
};

/// A chain of relationships, each step starting at the end of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Its start.
    pub start: EntityIx,
    /// Its steps; empty if it ends at its start.
    pub hops: Vec<Hop>,
}

impl Chain {
    /// The chain of these crossings; `None` without crossings, as they have no start.
    #[must_use]
    pub fn of(crossings: &[Crossing<EntityIx, RelationshipIx>]) -> Option<Self> {
        let start = crossings.first()?.from;
        let hop = |crossing: &Crossing<EntityIx, RelationshipIx>| Hop {
            neighbor: crossing.to,
            relationship: crossing.link,
            forward: crossing.forward,
        };
        let hops = crossings.iter().map(hop).collect();
        Some(Self { start, hops })
    }

    /// The entities of the chain, including the first and the last.
    pub fn entities(&self) -> impl Iterator<Item = EntityIx> {
        std::iter::once(self.start).chain(self.hops.iter().map(|hop| hop.neighbor))
    }

    /// The relationships of the chain.
    pub fn relationships(&self) -> impl Iterator<Item = RelationshipIx> {
        self.hops.iter().map(|hop| hop.relationship)
    }

    /// The chain in words with its sources, in the tense of `day`. Steps along their relationships are joined (`A owns B
    /// (…), which owns C (…).`); a step against its relationship is a separate sentence in the direction of the relationship,
    /// because `C is owned by B` would be another claim than that of the sources.
    #[must_use]
    pub fn sentence(&self, snapshot: &Snapshot, day: Date) -> String {
        let mut text = String::new();
        let mut current = self.start;
        // Whether the text so far ends with the entity reached.
        let mut open = false;
        for hop in &self.hops {
            let relationship = snapshot.relationship(hop.relationship);
            let along = hop.forward || relationship.kind().is_symmetric();
            match (along, open) {
                (true, true) => {
                    let is_person = snapshot.entity(current).kind() == EntityKind::Person;
                    text.push_str(if is_person { ", who " } else { ", which " });
                    text.push_str(&relationship.clause(hop.neighbor, day));
                }
                (true, false) => {
                    begin(&mut text, open);
                    text.push_str(snapshot.entity(current).name());
                    text.push(' ');
                    text.push_str(&relationship.clause(hop.neighbor, day));
                }
                (false, _) => {
                    begin(&mut text, open);
                    text.push_str(&relationship.sentence(day));
                }
            }
            open = along;
            current = hop.neighbor;
        }
        if open {
            text.push('.');
        }
        text
    }
}

/// Begins a sentence, and ends the previous one if it is still open.
fn begin(text: &mut String, open: bool) {
    if open {
        text.push('.');
    }
    if !text.is_empty() {
        text.push(' ');
    }
}
