//! The root of mutations: verbs over batches. Each batch is carried out as a whole or not at all; what is wrong with it stands
//! in `userErrors`.

mod claims;
mod commit;
mod records;

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object};

use self::{
    claims::{AddedEvidenceInput, RelationshipInput},
    commit::{Attempt, INPUT, commit},
    records::{EntityInput, SourceInput, named},
};
use super::{
    context::viewer::Asking,
    types::changes::payload::{
        AddEvidencePayload, AssertRelationshipsPayload, EndRelationshipsPayload, MERGE_PREFIX, MergeEntitiesPayload,
        RetractEntitiesPayload, RetractRelationshipsPayload, UnmergeEntitiesPayload, UpsertEntitiesPayload,
        UpsertSourcesPayload,
    },
    values::{node_key::NodeKey, scalars::PartialDate},
};
use crate::{
    edit::{
        self, Decision, EntityEdit, EvidenceAddition, Fault, Path, RelationshipEdit, SourceEdit, UserErrorCode,
        WithRelationships,
    },
    engine::{cost::directives::cost, error::Error},
    model::{Action, Entry},
};

pub(crate) use commit::Committed;

/// Declares the input of a mutation: its own fields, then what all have.
macro_rules! inputs {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident { $($(#[doc = $field_doc:literal])+ $(#[graphql($($graphql:tt)*)])? $field:ident: $type:ty,)+ }
    )+) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, InputObject)]
        pub(crate) struct $name {
            $($(#[doc = $field_doc])+ $(#[graphql($($graphql)*)])? $field: $type,)+
            /// A text of your choice, new for each change, that makes a retry safe: with the same key and the same arguments
            /// nothing is changed a second time, and the answer is what the first attempt did, however much later. At most 200
            /// characters.
            idempotency_key: Option<String>,
            /// Why, for whoever reads the log of changes.
            reason: Option<String>,
        }

        impl $name {
            fn attempt(&self, items: usize) -> Attempt {
                Attempt {
                    items,
                    idempotency_key: self.idempotency_key.clone(),
                    reason: self.reason.clone(),
                }
            }
        }
    )+ };
}

inputs! {
    /// What upsertSources takes.
    UpsertSourcesInput {
        /// The sources.
        sources: Vec<SourceInput>,
    }
    /// What upsertEntities takes.
    UpsertEntitiesInput {
        /// The entities.
        entities: Vec<EntityInput>,
    }
    /// What assertRelationships takes.
    AssertRelationshipsInput {
        /// The relationships.
        relationships: Vec<RelationshipInput>,
    }
    /// What addEvidence takes.
    AddEvidenceInput {
        /// The statements, each with its relationship.
        evidence: Vec<AddedEvidenceInput>,
    }
    /// What endRelationships takes.
    EndRelationshipsInput {
        /// The ids of the relationships.
        ids: Vec<NodeKey>,
        /// The first day on which they no longer hold.
        until: PartialDate,
        /// The versions that these relationships must have, in the same order, or CONFLICT.
        expected_versions: Option<Vec<i32>>,
    }
    /// What retractRelationships takes.
    RetractRelationshipsInput {
        /// The ids of the relationships.
        ids: Vec<NodeKey>,
        /// The versions that these relationships must have, in the same order, or CONFLICT.
        expected_versions: Option<Vec<i32>>,
    }
    /// What retractEntities takes.
    RetractEntitiesInput {
        /// The ids of the entities.
        ids: Vec<NodeKey>,
        /// Whether their relationships are taken back as well. Otherwise an entity with relationships stays: IN_USE.
        #[graphql(default)]
        with_relationships: bool,
        /// The versions that these entities must have, in the same order, or CONFLICT.
        expected_versions: Option<Vec<i32>>,
    }
    /// What mergeEntities takes.
    MergeEntitiesInput {
        /// The ids of the entities that are merged into another, all of its kind.
        from: Vec<NodeKey>,
        /// The id of the entity that stays.
        into: NodeKey,
        /// The version that the entity that stays must have, or CONFLICT.
        expected_version: Option<i32>,
        /// The versions that the entities that are merged must have, in the same order, or CONFLICT.
        expected_versions: Option<Vec<i32>>,
    }
    /// What unmergeEntities takes.
    UnmergeEntitiesInput {
        /// What mergeEntities answered as `merge`, or the id of an entity that was merged.
        merge: NodeKey,
    }
}

/// Changes. Each is carried out as a whole or not at all, durable before it is answered, and told in the log of changes.
#[derive(Debug, Default)]
pub(crate) struct Mutation;

/// Changes. Each is carried out as a whole or not at all, durable before it is answered, and told in the log of changes. What
/// is wrong with one stands in `userErrors`.
#[Object]
impl Mutation {
    /// Creates sources, or updates those that are known by their ids.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn upsert_sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sources, and why.")] input: UpsertSourcesInput,
    ) -> Option<Result<UpsertSourcesPayload, Error>> {
        let attempt = input.attempt(input.sources.len());
        let items: Vec<SourceEdit> = input.sources.into_iter().map(Into::into).collect();
        let decide = move |graph: &_| edit::upsert_sources(graph, &items, &Path::root(INPUT));
        Some(commit(ctx, attempt, decide).map(Into::into))
    }

    /// Creates entities, or updates those that are known by their ids or by any of their identifiers.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn upsert_entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entities, and why.")] input: UpsertEntitiesInput,
    ) -> Option<Result<UpsertEntitiesPayload, Error>> {
        let attempt = input.attempt(input.entities.len());
        let items: Vec<EntityEdit> = input.entities.into_iter().map(Into::into).collect();
        let decide = move |graph: &_| edit::upsert_entities(graph, &items, &Path::root(INPUT));
        Some(commit(ctx, attempt, decide).map(Into::into))
    }

    /// Creates relationships with their evidence, or updates those that are known. Kind and ends never change.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn assert_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationships, and why.")] input: AssertRelationshipsInput,
    ) -> Option<Result<AssertRelationshipsPayload, Error>> {
        let statements = |item: &RelationshipInput| item.statements().saturating_add(1);
        let attempt = input.attempt(input.relationships.iter().map(statements).sum());
        let items: Vec<RelationshipEdit> = input.relationships.into_iter().map(Into::into).collect();
        let decide = move |graph: &_| edit::assert_relationships(graph, &items, &Path::root(INPUT));
        Some(commit(ctx, attempt, decide).map(Into::into))
    }

    /// Adds what sources say about relationships that are known. Nothing that was said before is overwritten, unless by its id.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn add_evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The statements, and why.")] input: AddEvidenceInput,
    ) -> Option<Result<AddEvidencePayload, Error>> {
        let attempt = input.attempt(input.evidence.len());
        let items: Vec<EvidenceAddition> = input.evidence.into_iter().map(Into::into).collect();
        let decide = move |graph: &_| edit::add_evidence(graph, &items, &Path::root(INPUT));
        Some(commit(ctx, attempt, decide).map(Into::into))
    }

    /// Says of relationships since when they no longer hold.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn end_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationships, the day, and why.")] input: EndRelationshipsInput,
    ) -> Option<Result<EndRelationshipsPayload, Error>> {
        let attempt = input.attempt(input.ids.len());
        let items = named(
            input.ids,
            input.expected_versions,
            "EndRelationshipsInput.expectedVersions",
        );
        let items = match items {
            Ok(items) => items,
            Err(error) => return Some(Err(error)),
        };
        let until = input.until.0;
        let decide = move |graph: &_| edit::end_relationships(graph, &items, until, &Path::root(INPUT));
        Some(commit(ctx, attempt, decide).map(Into::into))
    }

    /// Takes relationships back, as if they had never been claimed. What was known before remains for `knownAt`. To say that
    /// one no longer holds, use endRelationships.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn retract_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationships, and why.")] input: RetractRelationshipsInput,
    ) -> Option<Result<RetractRelationshipsPayload, Error>> {
        let attempt = input.attempt(input.ids.len());
        let items = named(
            input.ids,
            input.expected_versions,
            "RetractRelationshipsInput.expectedVersions",
        );
        let items = match items {
            Ok(items) => items,
            Err(error) => return Some(Err(error)),
        };
        let decide = move |graph: &_| edit::retract_relationships(graph, &items, &Path::root(INPUT));
        Some(commit(ctx, attempt, decide).map(Into::into))
    }

    /// Takes entities back. What was known before remains for `knownAt`. An entity that is quoted as a speaker stays.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn retract_entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entities, and why.")] input: RetractEntitiesInput,
    ) -> Option<Result<RetractEntitiesPayload, Error>> {
        let attempt = input.attempt(input.ids.len());
        let items = named(
            input.ids,
            input.expected_versions,
            "RetractEntitiesInput.expectedVersions",
        );
        let items = match items {
            Ok(items) => items,
            Err(error) => return Some(Err(error)),
        };
        let with = if input.with_relationships {
            WithRelationships::Retract
        } else {
            WithRelationships::Refuse
        };
        let decide = move |graph: &_| edit::retract_entities(graph, &items, with, &Path::root(INPUT));
        Some(commit(ctx, attempt, decide).map(Into::into))
    }

    /// Merges entities that turned out to be one. Relationships and quotations go over to the one that stays, names and
    /// identifiers as well; relationships between them are taken back. The old ids find the one that stays.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn merge_entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entities, and why.")] input: MergeEntitiesInput,
    ) -> Option<Result<MergeEntitiesPayload, Error>> {
        let attempt = input.attempt(input.from.len());
        let items = named(
            input.from,
            input.expected_versions,
            "MergeEntitiesInput.expectedVersions",
        );
        let items = match items {
            Ok(items) => items,
            Err(error) => return Some(Err(error)),
        };
        let (into, expected) = (input.into.0, input.expected_version.map(i64::from));
        let decide = move |graph: &_| edit::merge_entities(graph, &items, &into, expected, &Path::root(INPUT));
        Some(commit(ctx, attempt, decide).map(Into::into))
    }

    /// Undoes a merge: every record that it changed is as before. CONFLICT when one of them was changed since.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn unmerge_entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The merge, and why.")] input: UnmergeEntitiesInput,
    ) -> Option<Result<UnmergeEntitiesPayload, Error>> {
        let attempt = input.attempt(1);
        let undo = || {
            // Where there is none any more, this may be a retry of what undid it: whether it is, the store knows.
            let merge = merge_named(ctx, &input.merge)?.ok_or_else(|| {
                format!(
                    "There is no merge {:?}; give what mergeEntities answered as merge, or the id of an entity that was merged",
                    *input.merge
                )
            });
            let decide = move |graph: &_| match &merge {
                Ok(merge) => edit::unmerge_entities(graph, merge, &Path::root(INPUT)),
                Err(message) => {
                    let place = Path::root(INPUT);
                    Decision::refused(Fault::new(UserErrorCode::NotFound, &place.field("merge"), message))
                }
            };
            commit(ctx, attempt, decide)
        };
        Some(undo().map(Into::into))
    }
}

/// What the log tells of a merge, if `id` is that of one, or of an entity that was merged by one and not found again since.
fn merge_named(ctx: &Context<'_>, id: &str) -> Result<Option<Arc<Entry>>, Error> {
    // From the log as it is by now: the merge may be one of the same request.
    let store = &Asking::of(ctx)?.store;
    let told = |before: u64| {
        let entries = store.entries_after(before, 1);
        let entries =
            entries.map_err(|error| Error::unavailable(format!("The log of changes cannot be read: {error}")))?;
        Ok::<_, Error>(entries.into_iter().next())
    };
    let position: Option<u64> = id.strip_prefix(MERGE_PREFIX).and_then(|position| position.parse().ok());
    let merge = match position {
        Some(position) => position.checked_sub(1).map(told).transpose()?.flatten(),
        None => {
            let Some(moment) = store.state().graph().merged_at(id) else {
                return Ok(None);
            };
            // Later entries have later moments: where it is by halves.
            let (mut before, mut beyond) = (0, *store.watch().borrow());
            while beyond - before > 1 {
                let middle = before + (beyond - before) / 2;
                match told(middle)? {
                    Some(entry) if entry.recorded_at <= moment => before = middle,
                    _ => beyond = middle,
                }
            }
            told(before)?.filter(|entry| entry.recorded_at == moment)
        }
    };
    let is_merge = |entry: &Arc<Entry>| entry.steps.iter().any(|step| step.action == Action::Merged);
    Ok(merge.filter(is_merge))
}
