//! Which changes of the log are asked for.

use async_graphql::{ID, InputObject};

use super::{enums::Member, error::Error};
use crate::model::{Action, Entry, Noun, Step};

/// So many entities may be named.
const NAMED_MAX: usize = 100;

/// Which changes to tell. What is left out fits everything.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct ChangeFilter {
    /// Only of these sorts of records.
    nouns: Option<Vec<Member<Noun>>>,
    /// Only these actions.
    actions: Option<Vec<Member<Action>>>,
    /// Only changes that are about one of the entities with these ids: of itself, or of a relationship that it stands in. At
    /// most 100.
    entity: Option<Vec<ID>>,
}

impl ChangeFilter {
    /// The filter, once it is known to be no longer than allowed; `coordinate` names it in errors.
    pub(crate) fn checked(self, coordinate: &str) -> Result<Self, Error> {
        match self.entity.as_ref().map_or(0, Vec::len) {
            0..=NAMED_MAX => Ok(self),
            length => {
                let message = format!("entity names {length}; at most {NAMED_MAX} are allowed");
                Err(Error::bad_user_input(coordinate, message))
            }
        }
    }

    /// Whether `step` of `entry` fits.
    pub(crate) fn fits(&self, _entry: &Entry, step: &Step) -> bool {
        let noun = Member(step.change.noun());
        let about = |ids: &Vec<ID>| step.entities.iter().any(|entity| ids.iter().any(|id| **id == *entity));
        self.nouns.as_ref().is_none_or(|nouns| nouns.contains(&noun))
            && self
                .actions
                .as_ref()
                .is_none_or(|actions| actions.contains(&Member(step.action)))
            && self.entity.as_ref().is_none_or(about)
    }
}
