//! The root of mutations: verbs over batches. Each batch is applied as a whole or not at all; `userErrors` holds the faults of the
//! input.

mod claims;
mod commit;
mod records;

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object};

use self::{
    claims::{AddedEvidenceInput, RelationshipInput},
    commit::{CommitOptions, INPUT, commit},
    records::{EntityInput, SourceInput, record_refs},
};
use super::{
    context::viewer::RequestContext,
    types::changes::payload::{
        AddEvidencePayload, AssertRelationshipsPayload, EndRelationshipsPayload, MERGE_PREFIX, MergeEntitiesPayload,
        RetractEntitiesPayload, RetractRelationshipsPayload, UnmergeEntitiesPayload, UpsertEntitiesPayload,
        UpsertSourcesPayload,
    },
    values::{node_key::NodeKey, scalars::PartialDate},
};
use crate::{
    edit::{
        self, Decision, EntityEdit, EvidenceAddition, Fault, InputPath, RelationshipEdit, SourceEdit, UserErrorCode,
        WithRelationships,
    },
    engine::{cost::directives::cost, error::Error},
    model::{Action, Entry},
};

pub(crate) use commit::MutationOutcome;

/// Declares the input of a mutation: its own fields, then the fields of all inputs.
macro_rules! inputs {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident { $($(#[doc = $field_doc:literal])+ $(#[graphql($($graphql:tt)*)])? $field:ident: $type:ty,)+ }
    )+) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, InputObject)]
        pub(crate) struct $name {
            $($(#[doc = $field_doc])+ $(#[graphql($($graphql)*)])? $field: $type,)+
            /// A text of your choice, new for each change, that makes a retry safe: a second mutation with the same key and
            /// arguments changes nothing and returns the result of the first, however much later. At most 200 characters.
            idempotency_key: Option<String>,
            /// The reason for the change, for readers of the change log.
            reason: Option<String>,
        }

        impl $name {
            fn options(&self, items: usize) -> CommitOptions {
                CommitOptions {
                    items,
                    idempotency_key: self.idempotency_key.clone(),
                    reason: self.reason.clone(),
                }
            }
        }
    )+ };
}

inputs! {
    /// The input of `upsertSources`.
    UpsertSourcesInput {
        /// The sources.
        sources: Vec<SourceInput>,
    }
    /// The input of `upsertEntities`.
    UpsertEntitiesInput {
        /// The entities.
        entities: Vec<EntityInput>,
    }
    /// The input of `assertRelationships`.
    AssertRelationshipsInput {
        /// The relationships.
        relationships: Vec<RelationshipInput>,
    }
    /// The input of `addEvidence`.
    AddEvidenceInput {
        /// The statements, each with its relationship.
        evidence: Vec<AddedEvidenceInput>,
    }
    /// The input of `endRelationships`.
    EndRelationshipsInput {
        /// The ids of the relationships.
        ids: Vec<NodeKey>,
        /// The first day on which they no longer hold.
        until: PartialDate,
        /// The current versions of these relationships that are expected, in the same order; any other version is a CONFLICT.
        expected_versions: Option<Vec<i32>>,
    }
    /// The input of `retractRelationships`.
    RetractRelationshipsInput {
        /// The ids of the relationships.
        ids: Vec<NodeKey>,
        /// The current versions of these relationships that are expected, in the same order; any other version is a CONFLICT.
        expected_versions: Option<Vec<i32>>,
    }
    /// The input of `retractEntities`.
    RetractEntitiesInput {
        /// The ids of the entities.
        ids: Vec<NodeKey>,
        /// Whether to retract their relationships as well. If false, an entity with relationships is a fault, IN_USE.
        #[graphql(default)]
        with_relationships: bool,
        /// The current versions of these entities that are expected, in the same order; any other version is a CONFLICT.
        expected_versions: Option<Vec<i32>>,
    }
    /// The input of `mergeEntities`.
    MergeEntitiesInput {
        /// The ids of the entities to merge into another one, all of the same kind as that one.
        from: Vec<NodeKey>,
        /// The id of the entity to merge them into, which remains.
        into: NodeKey,
        /// The current version of the remaining entity that is expected; any other version is a CONFLICT.
        expected_version: Option<i32>,
        /// The current versions of the entities in `from` that are expected, in the same order; any other version is a CONFLICT.
        expected_versions: Option<Vec<i32>>,
    }
    /// The input of `unmergeEntities`.
    UnmergeEntitiesInput {
        /// The id of the merge, as returned by `mergeEntities` in `merge`, or the id of an entity that was merged.
        merge: NodeKey,
    }
}

/// Changes to the data. Each mutation is applied as a whole or not at all, is durable before it is answered, and is recorded in the
/// change log.
#[derive(Debug, Default)]
pub(crate) struct Mutation;

/// Changes to the data. Each mutation is applied as a whole or not at all, is durable before it is answered, and is recorded in the
/// change log. Faults of the input are returned in `userErrors`.
#[Object]
impl Mutation {
    /// Creates sources, or updates those whose ids exist.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn upsert_sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sources, and the reason.")] input: UpsertSourcesInput,
    ) -> Option<Result<UpsertSourcesPayload, Error>> {
        let options = input.options(input.sources.len());
        let items: Vec<SourceEdit> = input.sources.into_iter().map(Into::into).collect();
        let decide = move |graph: &_| edit::upsert_sources(graph, &items, &InputPath::root(INPUT));
        Some(commit(ctx, options, decide).map(Into::into))
    }

    /// Creates entities, or updates those whose ids or identifiers exist.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn upsert_entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entities, and the reason.")] input: UpsertEntitiesInput,
    ) -> Option<Result<UpsertEntitiesPayload, Error>> {
        let options = input.options(input.entities.len());
        let items: Vec<EntityEdit> = input.entities.into_iter().map(Into::into).collect();
        let decide = move |graph: &_| edit::upsert_entities(graph, &items, &InputPath::root(INPUT));
        Some(commit(ctx, options, decide).map(Into::into))
    }

    /// Creates relationships with their evidence, or updates those that exist. The kind and the ends cannot be changed.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn assert_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationships, and the reason.")] input: AssertRelationshipsInput,
    ) -> Option<Result<AssertRelationshipsPayload, Error>> {
        let statements = |item: &RelationshipInput| item.statements().saturating_add(1);
        let options = input.options(input.relationships.iter().map(statements).sum());
        let items: Vec<RelationshipEdit> = input.relationships.into_iter().map(Into::into).collect();
        let decide = move |graph: &_| edit::assert_relationships(graph, &items, &InputPath::root(INPUT));
        Some(commit(ctx, options, decide).map(Into::into))
    }

    /// Adds statements of sources about existing relationships. Existing statements are overwritten only by their id.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn add_evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The statements, and the reason.")] input: AddEvidenceInput,
    ) -> Option<Result<AddEvidencePayload, Error>> {
        let options = input.options(input.evidence.len());
        let items: Vec<EvidenceAddition> = input.evidence.into_iter().map(Into::into).collect();
        let decide = move |graph: &_| edit::add_evidence(graph, &items, &InputPath::root(INPUT));
        Some(commit(ctx, options, decide).map(Into::into))
    }

    /// Ends relationships: sets the first day on which they no longer hold.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn end_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationships, the day, and the reason.")] input: EndRelationshipsInput,
    ) -> Option<Result<EndRelationshipsPayload, Error>> {
        let options = input.options(input.ids.len());
        let items = record_refs(
            input.ids,
            input.expected_versions,
            "EndRelationshipsInput.expectedVersions",
        );
        let items = match items {
            Ok(items) => items,
            Err(error) => return Some(Err(error)),
        };
        let until = input.until.0;
        let decide = move |graph: &_| edit::end_relationships(graph, &items, until, &InputPath::root(INPUT));
        Some(commit(ctx, options, decide).map(Into::into))
    }

    /// Retracts relationships, as if they had never been claimed. Views with an earlier `knownAt` still see them. To state that a
    /// relationship no longer holds, use `endRelationships`.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn retract_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationships, and the reason.")] input: RetractRelationshipsInput,
    ) -> Option<Result<RetractRelationshipsPayload, Error>> {
        let options = input.options(input.ids.len());
        let items = record_refs(
            input.ids,
            input.expected_versions,
            "RetractRelationshipsInput.expectedVersions",
        );
        let items = match items {
            Ok(items) => items,
            Err(error) => return Some(Err(error)),
        };
        let decide = move |graph: &_| edit::retract_relationships(graph, &items, &InputPath::root(INPUT));
        Some(commit(ctx, options, decide).map(Into::into))
    }

    /// Retracts entities. Views with an earlier `knownAt` still see them. An entity that is quoted as a speaker cannot be
    /// retracted.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn retract_entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entities, and the reason.")] input: RetractEntitiesInput,
    ) -> Option<Result<RetractEntitiesPayload, Error>> {
        let options = input.options(input.ids.len());
        let items = record_refs(
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
        let decide = move |graph: &_| edit::retract_entities(graph, &items, with, &InputPath::root(INPUT));
        Some(commit(ctx, options, decide).map(Into::into))
    }

    /// Merges entities that turned out to be the same. Their relationships, statements as a speaker, names and identifiers move to
    /// the remaining entity; relationships between them are retracted. Lookups by the old ids find the remaining entity.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn merge_entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entities, and the reason.")] input: MergeEntitiesInput,
    ) -> Option<Result<MergeEntitiesPayload, Error>> {
        let options = input.options(input.from.len());
        let items = record_refs(
            input.from,
            input.expected_versions,
            "MergeEntitiesInput.expectedVersions",
        );
        let items = match items {
            Ok(items) => items,
            Err(error) => return Some(Err(error)),
        };
        let (into, expected) = (input.into.0, input.expected_version.map(i64::from));
        let decide = move |graph: &_| edit::merge_entities(graph, &items, &into, expected, &InputPath::root(INPUT));
        Some(commit(ctx, options, decide).map(Into::into))
    }

    /// Undoes a merge: restores every record that it changed. CONFLICT when one of them was changed since.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn unmerge_entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The merge, and the reason.")] input: UnmergeEntitiesInput,
    ) -> Option<Result<UnmergeEntitiesPayload, Error>> {
        let options = input.options(1);
        let undo = || {
            // A merge that is no longer there may have been undone by an earlier attempt of this request; the store knows.
            let merge = find_merge(ctx, &input.merge)?.ok_or_else(|| {
                format!(
                    "There is no merge {:?}; use the merge that mergeEntities returned, or the id of an entity that was merged",
                    *input.merge
                )
            });
            let decide = move |graph: &_| match &merge {
                Ok(merge) => edit::unmerge_entities(graph, merge, &InputPath::root(INPUT)),
                Err(message) => {
                    let input = InputPath::root(INPUT);
                    Decision::refused(Fault::new(UserErrorCode::NotFound, &input.field("merge"), message))
                }
            };
            commit(ctx, options, decide)
        };
        Some(undo().map(Into::into))
    }
}

/// The log entry of the merge with this id, or of the merge of the entity with this id if it is still merged.
fn find_merge(ctx: &Context<'_>, id: &str) -> Result<Option<Arc<Entry>>, Error> {
    // Read from the latest state of the log: the merge may be one of the same request.
    let store = &RequestContext::from_ctx(ctx)?.store;
    let entry_after = |before: u64| {
        let entries = store.entries_after(before, 1);
        let entries = entries.map_err(|error| Error::unavailable(format!("The change log cannot be read: {error}")))?;
        Ok::<_, Error>(entries.into_iter().next())
    };
    let position: Option<u64> = id.strip_prefix(MERGE_PREFIX).and_then(|position| position.parse().ok());
    let merge = match position {
        Some(position) => position.checked_sub(1).map(entry_after).transpose()?.flatten(),
        None => {
            let Some(moment) = store.state().graph().merged_at(id) else {
                return Ok(None);
            };
            // Entries are ordered by time, so a binary search finds it.
            let (mut before, mut beyond) = (0, *store.watch().borrow());
            while beyond - before > 1 {
                let middle = before + (beyond - before) / 2;
                match entry_after(middle)? {
                    Some(entry) if entry.recorded_at <= moment => before = middle,
                    _ => beyond = middle,
                }
            }
            entry_after(before)?.filter(|entry| entry.recorded_at == moment)
        }
    };
    let is_merge = |entry: &Arc<Entry>| entry.steps.iter().any(|step| step.action == Action::Merged);
    Ok(merge.filter(is_merge))
}
