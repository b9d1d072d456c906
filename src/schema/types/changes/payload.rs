//! What mutations answer: the records they were about as they are now, what was changed, and what was wrong.

use async_graphql::{ID, Object};

use super::{
    change::{Change, Place},
    user_error::UserError,
};
use crate::{
    engine::cost::directives::list_size,
    model::{Action, Noun},
    schema::{
        context::viewer::Viewer,
        mutation::Committed,
        types::{
            claims::{relationship::Relationship, source::Source},
            entities::entity::Entity,
        },
        values::scalars::DateTime,
    },
};

impl Committed {
    /// The records that it was about. `find` tells a record and which version of it that is. For a retry, one that was changed,
    /// taken back or merged since is shown as the first attempt left it, and its id says so.
    fn found<T, V: PartialEq>(&self, find: impl Fn(&Viewer, &str) -> Option<(T, V)>) -> Vec<T> {
        let Some(viewer) = &self.viewer else {
            return Vec::new();
        };
        let first = self.entry.as_ref().filter(|_| self.replayed);
        let first = first.map(|entry| viewer.known_at(entry.recorded_at));
        let record = |id: &String| {
            let now = find(viewer, id);
            let Some(first) = &first else { return now };
            let then = find(first, id)?;
            Some(now.filter(|(_, version)| *version == then.1).unwrap_or(then))
        };
        let records = self.subjects.iter().filter_map(record);
        records.map(|(record, _)| record).collect()
    }

    fn sources(&self) -> Vec<Source> {
        self.found(|viewer, id| {
            let ix = viewer.snapshot().source_by_id(id, &viewer.mask())?;
            let version = viewer.snapshot().source(ix).version();
            Some((Source::new(viewer.clone(), ix), version))
        })
    }

    fn entities(&self) -> Vec<Entity> {
        self.found(|viewer, id| {
            let ix = viewer.snapshot().entity_by_id(id, &viewer.mask())?;
            let version = (ix, viewer.snapshot().entity(ix).version());
            Some((Entity::new(viewer.clone(), ix), version))
        })
    }

    fn relationships(&self) -> Vec<Relationship> {
        self.found(|viewer, id| {
            // Each version of a relationship is found by an index of its own.
            let ix = viewer.snapshot().relationship_by_id(id, &viewer.mask())?;
            Some((Relationship::new(viewer.clone(), ix), ix))
        })
    }

    fn entity(&self) -> Option<Entity> {
        self.entities().into_iter().next()
    }

    /// What was taken back of this sort.
    fn retracted(&self, noun: Noun) -> Vec<ID> {
        let steps = self.entry.iter().flat_map(|entry| &entry.steps);
        let taken = steps.filter(|step| step.action == Action::Retracted && step.change.noun() == noun);
        taken.map(|step| step.change.id().into()).collect()
    }

    fn retracted_relationships(&self) -> Vec<ID> {
        self.retracted(Noun::Relationship)
    }

    fn retracted_entities(&self) -> Vec<ID> {
        self.retracted(Noun::Entity)
    }

    /// How the merge is named when it is to be undone.
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

/// What the id of a merge starts with; its position in the log follows.
pub(crate) const MERGE_PREFIX: &str = "merge:";

/// Declares the payload of each mutation: its own lists and single fields, then what all have.
macro_rules! payloads {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident
        many { $($(#[doc = $list_doc:literal])+ $list:ident: $item:ty,)* }
        one { $($(#[doc = $one_doc:literal])+ $one:ident: $one_type:ty,)* }
    )+) => { $(
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub(crate) struct $name(Committed);

        impl From<Committed> for $name {
            fn from(committed: Committed) -> Self {
                Self(committed)
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

            /// What was changed, record by record. What was as asked for already is not among it; empty when nothing was changed.
            #[graphql(directive = list_size::apply(Some(20), None, None, None))]
            async fn changes(&self) -> Vec<Change> {
                self.0.changes()
            }

            /// Where the log of changes stands after it: for `changes(after:)`. Null when nothing was changed.
            async fn cursor(&self) -> Option<String> {
                self.0.entry.as_ref().map(|entry| Place::end_of(entry).encode())
            }

            /// When it was recorded: what `knownAt` sees it from. Null when nothing was changed.
            async fn recorded_at(&self) -> Option<DateTime> {
                self.0.entry.as_ref().map(|entry| DateTime(entry.recorded_at))
            }

            /// Whether this is what an earlier attempt with the same idempotency key did; nothing was changed again.
            async fn replayed(&self) -> bool {
                self.0.replayed
            }

            /// What is wrong with what was asked for, in the order of the input; then nothing was changed. At most 100.
            #[graphql(directive = list_size::apply(Some(20), None, None, None))]
            async fn user_errors(&self) -> Vec<UserError> {
                self.0.rejected.faults.iter().map(UserError::from).collect()
            }

            /// How many things are wrong beyond those that `userErrors` tells.
            async fn further_user_errors(&self) -> i32 {
                i32::try_from(self.0.rejected.more).unwrap_or(i32::MAX)
            }
        }
    )+ };
}

payloads! {
    /// What upsertSources did.
    UpsertSourcesPayload
    many {
        /// The sources that were asked for, as they are now, changed or not. In the answer to a retry, what was changed since is as the
        /// first attempt left it, and its id says so.
        sources: Source,
    }
    one {}
    /// What upsertEntities did.
    UpsertEntitiesPayload
    many {
        /// The entities that were asked for, as they are now, changed or not. In the answer to a retry, what was changed since is as the
        /// first attempt left it, and its id says so.
        entities: Entity,
    }
    one {}
    /// What assertRelationships did.
    AssertRelationshipsPayload
    many {
        /// The relationships that were asked for, as they are now, changed or not. In the answer to a retry, what was changed since is as the
        /// first attempt left it, and its id says so.
        relationships: Relationship,
    }
    one {}
    /// What addEvidence did.
    AddEvidencePayload
    many {
        /// The relationships that were given evidence, as they are now, changed or not. In the answer to a retry, what was changed since is as the
        /// first attempt left it, and its id says so.
        relationships: Relationship,
    }
    one {}
    /// What endRelationships did.
    EndRelationshipsPayload
    many {
        /// The relationships that were ended, as they are now, changed or not. In the answer to a retry, what was changed since is as the
        /// first attempt left it, and its id says so.
        relationships: Relationship,
    }
    one {}
    /// What retractRelationships did.
    RetractRelationshipsPayload
    many {
        /// The ids of the relationships that were taken back.
        retracted_relationships: ID,
    }
    one {}
    /// What retractEntities did.
    RetractEntitiesPayload
    many {
        /// The ids of the entities that were taken back.
        retracted_entities: ID,
        /// The ids of the relationships that were taken back with them.
        retracted_relationships: ID,
    }
    one {}
    /// What mergeEntities did.
    MergeEntitiesPayload
    many {
        /// The ids of the relationships between merged entities, which were taken back.
        retracted_relationships: ID,
    }
    one {
        /// The entity into which the others were merged, as it is now; null when nothing was.
        entity: Entity,
        /// What `unmergeEntities` takes to undo it; null when nothing was changed.
        merge: ID,
    }
    /// What unmergeEntities did.
    UnmergeEntitiesPayload
    many {
        /// The entities that are as before the merge.
        entities: Entity,
        /// The relationships that are as before the merge.
        relationships: Relationship,
    }
    one {}
}
