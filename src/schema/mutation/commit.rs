//! From a mutation's input to its outcome: the limit on the batch, the retry, the proposal to the store, and the state that
//! includes the changes.

use std::{hash::Hasher, sync::Arc};

use async_graphql::{Context, Number, Value};
use fnv::FnvHasher;

use crate::{
    edit::{Decision, Fault, InputPath, Rejection, UserErrorCode},
    engine::error::Error,
    graph::{ApplyError, Exhausted, Snapshot},
    model::{self, Entry, Invalid, Retry, just_before},
    schema::context::viewer::{RequestContext, Viewer},
    store::commit::{self, Proposal, Receipt},
};

/// The maximum length of an idempotency key, in characters.
const KEY_CHARS_MAX: usize = 200;

/// The maximum number of records that one mutation may change, directly or as a consequence: all other writes wait while it is
/// applied, and every reader of the log holds the whole entry in memory.
const CHANGED_MAX: usize = 100_000;

/// The name of the one argument of every mutation.
pub(super) const INPUT: &str = "input";

/// The inputs that all mutations have in common.
pub(super) struct CommitOptions {
    /// The number of items in the batch.
    pub(super) items: usize,
    pub(super) idempotency_key: Option<String>,
    pub(super) reason: Option<String>,
}

/// The outcome of a mutation.
#[derive(Debug)]
pub(crate) struct MutationOutcome {
    /// The viewer of the state that includes the changes; none when the mutation was rejected.
    pub(crate) viewer: Option<Viewer>,
    /// Its entry in the log; none when it was rejected or changed nothing.
    pub(crate) entry: Option<Arc<Entry>>,
    /// The ids of the records that the mutation concerns.
    pub(crate) subjects: Vec<String>,
    pub(crate) replayed: bool,
    pub(crate) rejection: Rejection,
}

impl MutationOutcome {
    fn rejected(rejection: Rejection) -> Self {
        Self {
            viewer: None,
            entry: None,
            subjects: Vec::new(),
            replayed: false,
            rejection,
        }
    }

    /// A rejection for one fault in a field of the input.
    pub(super) fn rejected_field(code: UserErrorCode, field: &str, message: impl Into<String>) -> Self {
        let input = InputPath::root(INPUT);
        Self::rejected(Rejection {
            faults: vec![Fault::new(code, &input.field(field), message)],
            more: 0,
        })
    }
}

/// Commits the changes that `decide` makes to the latest state of the store. The deadline applies until the change is handed to the
/// writer.
pub(super) fn commit(
    ctx: &Context<'_>,
    options: CommitOptions,
    decide: impl Fn(&Snapshot) -> Decision + Send + Sync + 'static,
) -> Result<MutationOutcome, Error> {
    let request = RequestContext::from_ctx(ctx)?;
    check_batch_size(ctx, &request, options.items)?;
    // Checked before anything is changed: a client that no longer waits wants no change either.
    let items = u64::try_from(options.items).unwrap_or(u64::MAX);
    request.budget.charge(items).map_err(|exhausted| match exhausted {
        Exhausted::Stopped => deadline_passed(),
        Exhausted::Work { .. } => exhausted.into(),
    })?;
    let (key, reason) = match (
        checked_key(options.idempotency_key),
        options.reason.as_deref().map(model::text).transpose(),
    ) {
        (Err(invalid), _) => {
            return Ok(MutationOutcome::rejected_field(
                UserErrorCode::Invalid,
                "idempotencyKey",
                invalid.to_string(),
            ));
        }
        (_, Err(invalid)) => {
            return Ok(MutationOutcome::rejected_field(
                UserErrorCode::Invalid,
                "reason",
                invalid.to_string(),
            ));
        }
        (Ok(key), Ok(reason)) => (key, reason),
    };
    let digest = digest(ctx)?;
    let decide = Arc::new(decide);
    let decide_changes = Arc::clone(&decide);
    let proposal = Proposal {
        retry: key.map(|key| Retry { key, digest }),
        by: request.by.clone(),
        reason,
        at: request.now,
        decide: Box::new(move |graph| {
            let changes = decide_changes(graph)
                .changes
                .and_then(|changes| bounded(changes, CHANGED_MAX));
            changes.map_err(|rejection| -> commit::Rejected { Box::new(rejection) })
        }),
    };
    match request
        .write
        .commit(&request.store, proposal)
        .ok_or_else(deadline_passed)?
    {
        Ok(receipt) => {
            let Receipt { entry, state, replayed } = receipt;
            // Decided again on the state before the entry, so that a retry has the same subjects at any later time.
            let subjects = match &entry {
                Some(entry) => {
                    let decision = decide(&state.graph().known_at(just_before(entry.recorded_at)));
                    let changed_ids = || entry.steps.iter().map(|step| step.change.id().to_owned());
                    // A decision that cannot be repeated, such as undoing a merge by its id, has the subjects of its entry.
                    decision
                        .changes
                        .map_or_else(|_| changed_ids().collect(), |_| decision.subjects)
                }
                None => decide(state.graph()).subjects,
            };
            Ok(MutationOutcome {
                viewer: Some(Viewer::after_commit(&request, state, entry.as_deref())?),
                entry,
                subjects,
                replayed,
                rejection: Rejection::default(),
            })
        }
        Err(error) => outcome_of(error),
    }
}

/// The error of a change that did not begin before the deadline.
fn deadline_passed() -> Error {
    Error::timeout(
        "This mutation did not begin before the time for the request was over or the server stopped: nothing was changed. Send it again, with fewer changes in one request. The server's setting is --timeout-ms.",
    )
}

/// Checks the number of items in the batch.
fn check_batch_size(ctx: &Context<'_>, request: &RequestContext, items: usize) -> Result<(), Error> {
    let (items, max) = (u64::try_from(items).unwrap_or(u64::MAX), request.changes_max);
    if items <= max {
        return Ok(());
    }
    let message = format!(
        "{items} items are too many for one mutation; at most {max} are allowed. Send them in several mutations, each with its own idempotencyKey. The server's setting is --changes-max."
    );
    Err(Error::limit_exceeded(message)
        .argument(format!("Mutation.{}({INPUT}:)", ctx.field().name()))
        .extension("setting", "--changes-max")
        .extension("limit", Value::Number(Number::from(max)))
        .extension("measured", Value::Number(Number::from(items))))
}

/// The changes, unless there are too many: few items may have very many relationships.
fn bounded<T>(changes: Vec<T>, max: usize) -> Result<Vec<T>, Rejection> {
    if changes.len() <= max {
        return Ok(changes);
    }
    let message = format!(
        "This would change {} records; one mutation may change at most {max}. Split it: name fewer records at a time, or first retract some of their relationships with retractRelationships",
        changes.len()
    );
    Err(Rejection {
        faults: vec![Fault::new(UserErrorCode::Limit, &InputPath::root(INPUT), message)],
        more: 0,
    })
}

fn checked_key(key: Option<String>) -> Result<Option<String>, Invalid> {
    let Some(key) = key else { return Ok(None) };
    model::plain_id(&key, KEY_CHARS_MAX)?;
    Ok(Some(key))
}

/// A digest of the mutation and its arguments (FNV-1a), stable across runs and releases: it is stored in the log.
fn digest(ctx: &Context<'_>) -> Result<u64, Error> {
    let arguments = ctx.field().arguments();
    let arguments = arguments.map_err(|error| Error::bad_user_input("", error.message))?;
    let mut text = ctx.field().name().to_owned();
    for (name, value) in arguments {
        // In JSON the fields of an object are sorted by name.
        let json = value.into_json().map_err(|error| Error::internal(error.to_string()))?;
        text.push_str(&format!("\n{name}:{json}"));
    }
    let mut hasher = FnvHasher::default();
    hasher.write(text.as_bytes());
    Ok(hasher.finish())
}

/// The outcome of a change that the store did not commit: a fault of the input, or an error.
fn outcome_of(error: commit::Error) -> Result<MutationOutcome, Error> {
    match error {
        commit::Error::Rejected(reason) => match reason.downcast::<Rejection>() {
            Ok(rejection) => Ok(MutationOutcome::rejected(*rejection)),
            Err(_) => Err(Error::internal(
                "a proposal was rejected for another reason than the edit rules",
            )),
        },
        commit::Error::Refused(ApplyError::IdInUse { id, noun }) => {
            let message = format!("The id {id:?} belongs, or belonged, to a record of another type ({noun})");
            Ok(MutationOutcome::rejected(Rejection {
                faults: vec![Fault::new(UserErrorCode::IdTaken, &InputPath::root(INPUT), message).candidates([id])],
                more: 0,
            }))
        }
        commit::Error::Refused(refused) => Err(Error::internal(refused.to_string())),
        commit::Error::RetryKeyReused => Ok(MutationOutcome::rejected_field(
            UserErrorCode::IdempotencyKeyReused,
            "idempotencyKey",
            "This key was used for another mutation or with other arguments; use a new key for each change",
        )),
        commit::Error::Unstorable(reason) => {
            let message = format!("This cannot be stored: {reason}; nest the properties less deeply");
            Ok(MutationOutcome::rejected(Rejection {
                faults: vec![Fault::new(UserErrorCode::Invalid, &InputPath::root(INPUT), message)],
                more: 0,
            }))
        }
        commit::Error::Clock(fault) => {
            tracing::error!(%fault, "a change was not recorded");
            Err(Error::unavailable(format!("Nothing was changed: {fault}.")))
        }
        commit::Error::Busy => Err(Error::unavailable(
            "Too many changes wait to be recorded. Nothing was changed. Try again in a moment.",
        )),
        commit::Error::Unavailable(reason) => {
            tracing::error!(reason, "a change could not be recorded");
            Err(Error::unavailable(
                "Changes cannot be recorded at the moment. Nothing was changed, and nothing will be. Try again later; /health/ready reports the reason.",
            ))
        }
        commit::Error::OutcomeUnknown(reason) => {
            tracing::error!(reason, "writing a change failed, and it may or may not be recorded");
            Err(Error::outcome_unknown(
                "Writing to the log failed. Whether this change was recorded is known once the server can open its log again, which it retries until it succeeds (/health/ready): then send it again with the same idempotencyKey, which never applies it twice. Without a key, first check whether the change is there.",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutation_that_changes_too_many_records_is_rejected_as_a_whole() {
        assert_eq!(bounded(vec![(); 3], 3), Ok(vec![(); 3]));
        let rejection = bounded(vec![(); 4], 3).unwrap_err();
        assert_eq!(rejection.faults[0].code, UserErrorCode::Limit);
        assert!(rejection.faults[0].message.contains("4 records") && rejection.faults[0].message.contains("Split it"));
    }

    #[test]
    fn only_a_failed_write_has_an_unknown_outcome() {
        let error_of = |error| outcome_of(error).unwrap_err();
        let message_of = |error| error_of(error).message;
        let unsure = || commit::Error::OutcomeUnknown("the disk is full".to_owned());
        assert_eq!(error_of(unsure()).code.as_str(), "OUTCOME_UNKNOWN");
        assert_eq!(error_of(commit::Error::Busy).code.as_str(), "UNAVAILABLE");
        let unsure = message_of(unsure());
        assert!(
            unsure.contains("idempotencyKey") && !unsure.contains("Nothing was changed"),
            "{unsure}"
        );
        assert!(!unsure.contains("disk"), "{unsure}");
        assert!(message_of(commit::Error::Unavailable(String::new())).contains("Nothing was changed"));
        assert!(message_of(commit::Error::Busy).contains("Nothing was changed"));
    }
}
