//! One change of one record, as the log tells it.

use std::sync::Arc;

use async_graphql::{ID, Object};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    model::{Action, Change as Recorded, Entry, Noun, Step},
    schema::{enums::Member, scalars::DateTime, viewer::Viewer},
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
}

/// One change of one record.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    entry: Arc<Entry>,
    step: usize,
}

impl Change {
    pub(crate) fn new(_viewer: Viewer, entry: Arc<Entry>, step: usize) -> Self {
        Self { entry, step }
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
}

/// One change of one record.
#[Object]
impl Change {
    /// Where it stands in the log: what follows is asked for by `after`.
    async fn cursor(&self) -> String {
        self.place().encode()
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
