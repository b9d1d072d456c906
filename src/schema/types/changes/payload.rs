//! The payloads of mutations: the records concerned in their current state, the changes, and the faults of the input.

use async_graphql::{ID, Object};

use super::{
    change::{Change, ChangePosition},
    user_error::UserError,
};
use crate::{
    engine::cost::directives::list_size,
    model::{Action, Noun},
    schema::{
        context::viewer::Viewer,
        mutation::MutationOutcome,
        types::{
            claims::{relationship::Relationship, source::Source},
            entities::entity::Entity,
        },
        values::scalars::DateTime,
    },
};

impl MutationOutcome {
    /// The records that the mutation concerns. `find` returns a record and its version. In the reply to a retry, a record that was
    /// changed, retracted or merged since is in the state after the first attempt, and its id carries that view.
    fn records<T, V: PartialEq>(&self, find: impl Fn(&Viewer, &str) -> Option<(T, V)>) -> Vec<T> {
        let Some(viewer) = &self.viewer else {
            return Vec::new();
        };
        let first = self.entry.as_ref().filter(|_| self.replayed);
        let first = first.map(|entry| viewer.known_at(entry.recorded_at));
        let record = |id: &String| {
            let current = find(viewer, id);
            let Some(first) = &first else { return current };
            let original = find(first, id)?;
            Some(
                current
                    .filter(|(_, version)| *version == original.1)
                    .unwrap_or(original),
            )
        };
        let records = self.subjects.iter().filter_map(record);
        records.map(|(record, _)| record).collect()
    }

    fn sources(&self) -> Vec<Source> {
        self.records(|viewer, id| {
            let ix = viewer.snapshot().source_by_id(id, &viewer.mask())?;
            let version = viewer.snapshot().source(ix).version();
            Some((Source::new(viewer.clone(), ix), version))
        })
    }

    fn entities(&self) -> Vec<Entity> {
        self.records(|viewer, id| {
            let ix = viewer.snapshot().entity_by_id(id, &viewer.mask())?;
            let version = (ix, viewer.snapshot().entity(ix).version());
            Some((Entity::new(viewer.clone(), ix), version))
        })
    }

    fn relationships(&self) -> Vec<Relationship> {
        self.records(|viewer, id| {
            // Each version of a relationship has an index of its own.
            let ix = viewer.snapshot().relationship_by_id(id, &viewer.mask())?;
            Some((Relationship::new(viewer.clone(), ix), ix))
        })
    }

    fn entity(&self) -> Option<Entity> {
        self.entities().into_iter().next()
    }

    /// The ids of the retracted records of this type.
    fn retracted(&self, noun: Noun) -> Vec<ID> {
        let steps = self.entry.iter().flat_map(|entry| &entry.steps);
        let retracted = steps.filter(|step| step.action == Action::Retracted && step.change.noun() == noun);
        retracted.map(|step| step.change.id().into()).collect()
    }

    fn retracted_relationships(&self) -> Vec<ID> {
        self.retracted(Noun::Relationship)
    }

    fn retracted_entities(&self) -> Vec<ID> {
        self.retracted(Noun::Entity)
    }

    /// The id of the merge, by which it can be undone.
    fn merge(&self) -> Option<ID> {
        let entry = self.entry.as_ref()?;
        Some(format!("{MERGE_PREFIX}{}", entry.position).into())
    }

    fn changes(&self) -> Vec<Change> {
        let (Some(viewer), Some(entry)) = (&self.viewer, &self.entry) else {
            return Vec::new();
        };
        let steps = 0..entry.steps.len();
        steps
            .map(|step| Change::new(viewer.clone(), entry.clone(), step))
            .collect()
    }
}

/// The prefix of the id of a merge; its position in the log follows.
pub(crate) const MERGE_PREFIX: &str = "merge:";

/// Declares the payload of each mutation: its own lists and single fields, then the fields of all payloads.
macro_rules! payloads {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident
        many { $($(#[doc = $list_doc:literal])+ $list:ident: $item:ty,)* }
        one { $($(#[doc = $one_doc:literal])+ $one:ident: $one_type:ty,)* }
    )+) => { $(
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub(crate) struct $name(MutationOutcome);

        impl From<MutationOutcome> for $name {
            fn from(outcome: MutationOutcome) -> Self {
                Self(outcome)
            }
        }

        $(#[doc = $doc])+
        #[Object]
        impl $name {
            $(
                $(#[doc = $list_doc])+
                #[graphql(directive = list_size::apply(Some(20), None, None, None))]
                async fn $list(&self) -> Vec<$item> {
                    self.0.$list()
                }
            )*
            $(
                $(#[doc = $one_doc])+
                async fn $one(&self) -> Option<$one_type> {
                    self.0.$one()
                }
            )*

            /// The changes, one for each record; empty when nothing was changed. Records that already were in the requested state
            /// have none.
            #[graphql(directive = list_size::apply(Some(20), None, None, None))]
            async fn changes(&self) -> Vec<Change> {
                self.0.changes()
            }

            /// The cursor of the last of these changes, for `changes(after:)`. Null when nothing was changed.
            async fn cursor(&self) -> Option<String> {
                self.0.entry.as_ref().map(|entry| ChangePosition::end_of(entry).encode())
            }

            /// When the changes were recorded: views with a `knownAt` from this moment on see them. Null when nothing was changed.
            async fn recorded_at(&self) -> Option<DateTime> {
                self.0.entry.as_ref().map(|entry| DateTime(entry.recorded_at))
            }

            /// Whether this is the result of an earlier attempt with the same idempotency key; nothing was changed again.
            async fn replayed(&self) -> bool {
                self.0.replayed
            }

            /// The faults of the input, in the order of the input, at most 100. When there are any, nothing was changed.
            #[graphql(directive = list_size::apply(Some(20), None, None, None))]
            async fn user_errors(&self) -> Vec<UserError> {
                self.0.rejection.faults.iter().map(UserError::from).collect()
            }

            /// The number of further faults beyond those in `userErrors`.
            async fn further_user_errors(&self) -> i32 {
                i32::try_from(self.0.rejection.more).unwrap_or(i32::MAX)
            }
        }
    )+ };
}

payloads! {
    /// The result of `upsertSources`.
    UpsertSourcesPayload
    many {
        /// The sources of the input in their current state, changed or not. In the reply to a retry, a record that was changed
        /// since is in the state after the first attempt, and its id carries that view.
        sources: Source,
    }
    one {}
    /// The result of `upsertEntities`.
    UpsertEntitiesPayload
    many {
        /// The entities of the input in their current state, changed or not. In the reply to a retry, a record that was changed
        /// since is in the state after the first attempt, and its id carries that view.
        entities: Entity,
    }
    one {}
    /// The result of `assertRelationships`.
    AssertRelationshipsPayload
    many {
        /// The relationships of the input in their current state, changed or not. In the reply to a retry, a record that was
        /// changed since is in the state after the first attempt, and its id carries that view.
        relationships: Relationship,
    }
    one {}
    /// The result of `addEvidence`.
    AddEvidencePayload
    many {
        /// The relationships of the statements in their current state, changed or not. In the reply to a retry, a record that was
        /// changed since is in the state after the first attempt, and its id carries that view.
        relationships: Relationship,
    }
    one {}
    /// The result of `endRelationships`.
    EndRelationshipsPayload
    many {
        /// The ended relationships in their current state, changed or not. In the reply to a retry, a record that was changed
        /// since is in the state after the first attempt, and its id carries that view.
        relationships: Relationship,
    }
    one {}
    /// The result of `retractRelationships`.
    RetractRelationshipsPayload
    many {
        /// The ids of the retracted relationships.
        retracted_relationships: ID,
    }
    one {}
    /// The result of `retractEntities`.
    RetractEntitiesPayload
    many {
        /// The ids of the retracted entities.
        retracted_entities: ID,
        /// The ids of the relationships retracted with them.
        retracted_relationships: ID,
    }
    one {}
    /// The result of `mergeEntities`.
    MergeEntitiesPayload
    many {
        /// The ids of the relationships between the merged entities, which were retracted.
        retracted_relationships: ID,
    }
    one {
        /// The entity into which the others were merged, in its current state; null when there are `userErrors`.
        entity: Entity,
        /// The id of the merge, which `unmergeEntities` takes to undo it; null when nothing was changed.
        merge: ID,
    }
    /// The result of `unmergeEntities`.
    UnmergeEntitiesPayload
    many {
        /// The entities restored to their state before the merge.
        entities: Entity,
        /// The relationships restored to their state before the merge.
        relationships: Relationship,
    }
    one {}
}
