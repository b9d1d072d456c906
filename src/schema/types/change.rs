//! One change of one record, as the log tells it, and which changes are asked for.

use std::sync::Arc;

use async_graphql::{ID, InputObject, Object};

use crate::{
    model::{Action, Change as Recorded, Entry, Noun, Step},
    schema::{enums::Member, scalars::DateTime, subscription::Place},
};

/// Which changes are asked for: those that fit everything that is given.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct ChangeFilter {
    /// Only of these nouns.
    pub(crate) nouns: Option<Vec<Member<Noun>>>,
    /// Only these actions.
    pub(crate) actions: Option<Vec<Member<Action>>>,
    /// Only of these entities and their relationships.
    pub(crate) entities: Option<Vec<ID>>,
}

impl ChangeFilter {
    /// Whether the change fits.
    pub(crate) fn fits(&self, step: &Step) -> bool {
        let noun = step.change.noun();
        let among = |ids: &Vec<ID>| ids.iter().any(|id| step.entities.iter().any(|entity| *entity == **id));
        self.nouns.as_ref().is_none_or(|nouns| nouns.contains(&Member(noun)))
            && self.actions.as_ref().is_none_or(|actions| actions.contains(&Member(step.action)))
            && self.entities.as_ref().is_none_or(among)
    }
}

/// One change of one record.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    entry: Arc<Entry>,
    step: usize,
}

impl Change {
    pub(crate) fn new(entry: &Arc<Entry>, step: usize) -> Self {
        Self {
            entry: Arc::clone(entry),
            step,
        }
    }

    fn step(&self) -> &Step {
        &self.entry.steps[self.step]
    }
}

/// One change of one record.
#[Object]
impl Change {
    /// Where it stands in the log: what follows is asked for by `after`.
    async fn cursor(&self) -> String {
        Place::of(&self.entry, self.step).to_string()
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.entry.recorded_at)
    }

    /// Why, in the words of who changed it. Null where nothing was said.
    async fn reason(&self) -> Option<&str> {
        self.entry.reason.as_deref()
    }

    /// The name of the token that allowed it. Null where none was needed.
    async fn by(&self) -> Option<&str> {
        self.entry.by.as_deref()
    }

    /// What was done.
    async fn action(&self) -> Member<Action> {
        Member(self.step().action)
    }

    /// What it was done to.
    async fn noun(&self) -> Member<Noun> {
        Member(self.step().change.noun())
    }

    /// The id of the record.
    async fn record_id(&self) -> ID {
        ID(self.step().change.id().to_owned())
    }

    /// The number of the version that was made or taken back.
    async fn version(&self) -> i32 {
        i32::try_from(self.step().version).unwrap_or(i32::MAX)
    }

    /// The id of the entity that is found instead of one that was merged. Null for other changes.
    async fn merged_into(&self) -> Option<ID> {
        match &self.step().change {
            Recorded::Merge { into, .. } => Some(ID(into.clone())),
            _ => None,
        }
    }
}
