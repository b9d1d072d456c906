//! A walk through the graph as an answer: where it starts, its steps, and how it reads as a text.

use jiff::civil::Date;

use crate::{
    graph::{Crossing, EntityIx, Hop, RelationshipIx, Snapshot},
    model::EntityKind,
};

/// A chain of relationships, each step from where the one before it led.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Where it starts.
    pub start: EntityIx,
    /// Its steps; none when it ends where it starts.
    pub hops: Vec<Hop>,
}

impl Chain {
    /// The chain of these crossings; none of no crossings, which start nowhere.
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

    /// The entities on the way, the first and the last among them.
    pub fn entities(&self) -> impl Iterator<Item = EntityIx> {
        std::iter::once(self.start).chain(self.hops.iter().map(|hop| hop.neighbor))
    }

    /// The relationships on the way.
    pub fn relationships(&self) -> impl Iterator<Item = RelationshipIx> {
        self.hops.iter().map(|hop| hop.relationship)
    }

    /// The chain in words with its sources, told on `day`. Steps that follow their relationships are joined (`A owns B
    /// (…), which owns C (…).`); a step against its relationship is a sentence of its own, told in the relationship's
    /// direction, because `C is owned by B` would be another claim than the sources make.
    #[must_use]
    pub fn sentence(&self, snapshot: &Snapshot, day: Date) -> String {
        let mut text = String::new();
        let mut here = self.start;
        // Whether the text so far ends with the entity reached.
        let mut open = false;
        for hop in &self.hops {
            let relationship = snapshot.relationship(hop.relationship);
            let along = hop.forward || relationship.kind().is_symmetric();
            match (along, open) {
                (true, true) => {
                    let is_person = snapshot.entity(here).kind() == EntityKind::Person;
                    text.push_str(if is_person { ", who " } else { ", which " });
                    text.push_str(&relationship.clause(hop.neighbor, day));
                }
                (true, false) => {
                    begin(&mut text, open);
                    text.push_str(snapshot.entity(here).name());
                    text.push(' ');
                    text.push_str(&relationship.clause(hop.neighbor, day));
                }
                (false, _) => {
                    begin(&mut text, open);
                    text.push_str(&relationship.sentence(day));
                }
            }
            open = along;
            here = hop.neighbor;
        }
        if open {
            text.push('.');
        }
        text
    }
}

/// Begins a sentence; ends the one before it if that is still open.
fn begin(text: &mut String, open: bool) {
    if open {
        text.push('.');
    }
    if !text.is_empty() {
        text.push(' ');
    }
}
