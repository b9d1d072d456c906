//! One step of the log of changes: what was done to one record, and the record before and after.

use std::sync::Arc;

use async_graphql::{ID, Object};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    engine::cost::directives::list_size,
    model::{Action, Entry, Noun, Step, Timestamp, just_before},
    schema::{
        context::viewer::Viewer,
        types::entities::{
            entity::Entity,
            node::{Node, load_node},
        },
        values::{enums::Member, scalars::DateTime},
    },
};

/// Where a change stands in the log. As text it is opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The position of the commit.
    pub(crate) position: u64,
    /// Which of its steps, from 0.
    pub(crate) step: usize,
}

impl Place {
    pub(crate) fn encode(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("change:{}:{}", self.position, self.step))
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let told = std::str::from_utf8(&bytes).ok()?.strip_prefix("change:")?;
        let (position, step) = told.split_once(':')?;
        Some(Self {
            position: position.parse().ok()?,
            step: step.parse().ok()?,
        })
    }

    /// The last place of a commit.
    pub(crate) fn end_of(entry: &Entry) -> Self {
        Self {
            position: entry.position,
            step: entry.steps.len().saturating_sub(1),
        }
    }
}

/// What one commit did to one record.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    viewer: Viewer,
    entry: Arc<Entry>,
    step: usize,
}

impl Change {
    /// The step of `entry` at this position among its steps; `viewer` sees a state in which it is carried out.
    pub(crate) fn new(viewer: Viewer, entry: Arc<Entry>, step: usize) -> Self {
        Self { viewer, entry, step }
    }

    pub(crate) fn place(&self) -> Place {
        Place {
            position: self.entry.position,
            step: self.step,
        }
    }

    fn step(&self) -> &Step {
        &self.entry.steps[self.step]
    }

    /// Who sees what was known at `moment`.
    fn at(&self, moment: Timestamp) -> Viewer {
        self.viewer.known_at(moment)
    }

    fn just_before(&self) -> Viewer {
        self.at(just_before(self.entry.recorded_at))
    }

    fn just_after(&self) -> Viewer {
        self.at(self.entry.recorded_at)
    }
}

/// What one commit did to one record.
#[Object]
impl Change {
    /// Where it stands in the log: for `after`.
    async fn cursor(&self) -> String {
        self.place().encode()
    }

    /// What was done.
    async fn action(&self) -> Member<Action> {
        Member(self.step().action)
    }

    /// What sort of record it is.
    async fn noun(&self) -> Member<Noun> {
        Member(self.step().change.noun())
    }

    /// The id of the record.
    async fn record_id(&self) -> ID {
        self.step().change.id().into()
    }

    /// The version that was made or taken back, from 1.
    async fn version(&self) -> i32 {
        i32::try_from(self.step().version).unwrap_or(i32::MAX)
    }

    /// The record as it was known just before, with everything selected below; null when it was not known.
    #[graphql(directive = crate::engine::cost::directives::cost::apply("2".to_owned()))]
    async fn before(&self) -> Option<Node> {
        load_node(&self.just_before(), self.step().change.id())
    }

    /// The record as it is known from then on, with everything selected below; null when it was taken back. Of an entity that
    /// was merged, the one that is found instead.
    #[graphql(directive = crate::engine::cost::directives::cost::apply("2".to_owned()))]
    async fn after(&self) -> Option<Node> {
        load_node(&self.just_after(), self.step().change.id())
    }

    /// The entities that it is about, the entity itself or the ends of the relationship: as they stand by now, so that clients
    /// keep them up to date, or as last known where they are not known any more, or were merged.
    #[graphql(directive = list_size::apply(Some(2), None, None, None))]
    async fn entities(&self) -> Vec<Entity> {
        let found = |viewer: &Viewer, id: &str| {
            let snapshot = viewer.snapshot();
            let ix = snapshot.entity_by_id(id, &viewer.mask())?;
            let is_merged = snapshot.entity(ix).id() != id;
            (!is_merged).then(|| Entity::new(viewer.clone(), ix))
        };
        let ids = self.step().entities.iter();
        ids.filter_map(|id| {
            found(&self.viewer, id)
                .or_else(|| found(&self.just_after(), id))
                .or_else(|| found(&self.just_before(), id))
        })
        .collect()
    }

    /// When it was recorded. Everything in one commit has the same moment, and later commits have later ones.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.entry.recorded_at)
    }

    /// Why, in the words of who changed it; null when they did not say.
    async fn reason(&self) -> Option<&str> {
        self.entry.reason.as_deref()
    }

    /// The name of the token that allowed it; null where no access is configured.
    async fn by(&self) -> Option<&str> {
        self.entry.by.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_from_its_text_and_nothing_else_is_one() {
        let place = Place {
            position: u64::MAX,
            step: 17,
        };
        assert_eq!(Place::decode(&place.encode()), Some(place));
        for text in ["", "1:2", "Y2hhbmdlOg", "Y2hhbmdlOjE6LTE", "ÿ"] {
            assert_eq!(Place::decode(text), None, "{text}");
        }
    }
}
