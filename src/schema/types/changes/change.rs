//! One step of the change log: what was done to one record, and the record before and after.

use std::sync::Arc;

use async_graphql::{ID, Object};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    engine::cost::directives::list_size,
    model::{Action, AppliedChange, Entry, Noun, Timestamp, just_before},
    schema::{
        context::viewer::Viewer,
        types::entities::{
            entity::Entity,
            node::{Node, load_node},
        },
        values::{enums::Member, scalars::DateTime},
    },
};

/// The position of a change in the log, encoded as an opaque cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ChangePosition {
    /// The position of the commit in the log.
    pub(crate) position: u64,
    /// The index of the step in the commit, from 0.
    pub(crate) step: usize,
}

impl ChangePosition {
    pub(crate) fn encode(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("change:{}:{}", self.position, self.step))
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let numbers = std::str::from_utf8(&bytes).ok()?.strip_prefix("change:")?;
        let (position, step) = numbers.split_once(':')?;
        Some(Self {
            position: position.parse().ok()?,
            step: step.parse().ok()?,
        })
    }

    /// The position of the last step of a commit.
    pub(crate) fn end_of(entry: &Entry) -> Self {
        Self {
            position: entry.position,
            step: entry.steps.len().saturating_sub(1),
        }
    }
}

/// The change that one commit made to one record.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    viewer: Viewer,
    entry: Arc<Entry>,
    step: usize,
}

impl Change {
    /// The step of `entry` with this index; `viewer` reads a state that includes the commit.
    pub(crate) fn new(viewer: Viewer, entry: Arc<Entry>, step: usize) -> Self {
        Self { viewer, entry, step }
    }

    pub(crate) fn position(&self) -> ChangePosition {
        ChangePosition {
            position: self.entry.position,
            step: self.step,
        }
    }

    fn step(&self) -> &AppliedChange {
        &self.entry.steps[self.step]
    }

    /// The viewer of what was known at `moment`.
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

/// The change that one commit made to one record.
#[Object]
impl Change {
    /// The cursor of this change, for `after`.
    async fn cursor(&self) -> String {
        self.position().encode()
    }

    /// What was done.
    async fn action(&self) -> Member<Action> {
        Member(self.step().action)
    }

    /// The type of the record.
    async fn noun(&self) -> Member<Noun> {
        Member(self.step().change.noun())
    }

    /// The id of the record.
    async fn record_id(&self) -> ID {
        self.step().change.id().into()
    }

    /// The version of the record that was created or retracted, from 1.
    async fn version(&self) -> i32 {
        i32::try_from(self.step().version).unwrap_or(i32::MAX)
    }

    /// The record as it was known just before, with all fields selected below; null when it did not exist.
    #[graphql(directive = crate::engine::cost::directives::cost::apply("2".to_owned()))]
    async fn before(&self) -> Option<Node> {
        load_node(&self.just_before(), self.step().change.id())
    }

    /// The record as it is known from then on, with all fields selected below; null when it was retracted. For an entity that
    /// was merged into another, the other.
    #[graphql(directive = crate::engine::cost::directives::cost::apply("2".to_owned()))]
    async fn after(&self) -> Option<Node> {
        load_node(&self.just_after(), self.step().change.id())
    }

    /// The entities that the change concerns: the entity itself, or the ends of the relationship. Each is in its current state,
    /// so that clients can update their caches, or in its last known state if it has been retracted or merged since.
    #[graphql(directive = list_size::apply(Some(2), None, None, None))]
    async fn entities(&self) -> Vec<Entity> {
        let load = |viewer: &Viewer, id: &str| {
            let snapshot = viewer.snapshot();
            let ix = snapshot.entity_by_id(id, &viewer.mask())?;
            let is_merged = snapshot.entity(ix).id() != id;
            (!is_merged).then(|| Entity::new(viewer.clone(), ix))
        };
        let ids = self.step().entities.iter();
        ids.filter_map(|id| {
            load(&self.viewer, id)
                .or_else(|| load(&self.just_after(), id))
                .or_else(|| load(&self.just_before(), id))
        })
        .collect()
    }

    /// When it was recorded. All changes of a commit have the same time, and later commits have later times.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.entry.recorded_at)
    }

    /// The reason given with the mutation; null when none was given.
    async fn reason(&self) -> Option<&str> {
        self.entry.reason.as_deref()
    }

    /// The name of the access token that the mutation was sent with; null when access control is not configured.
    async fn by(&self) -> Option<&str> {
        self.entry.by.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_encoding_and_other_texts_are_refused() {
        let position = ChangePosition {
            position: u64::MAX,
            step: 17,
        };
        assert_eq!(ChangePosition::decode(&position.encode()), Some(position));
        for text in ["", "1:2", "Y2hhbmdlOg", "Y2hhbmdlOjE6LTE", "ÿ"] {
            assert_eq!(ChangePosition::decode(text), None, "{text}");
        }
    }
}
