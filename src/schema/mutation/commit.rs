//! From what a mutation asks for to what became of it: the bound of a batch, the retry, the proposal to the store, and the
//! state in which the change is carried out.

use std::{hash::Hasher, sync::Arc};

use async_graphql::{Context, Number, Value};
use fnv::FnvHasher;

use crate::{
    edit::{Decision, Fault, Path, Rejection, UserErrorCode},
    engine::error::Error,
    graph::{Exhausted, Refused, Snapshot},
    model::{self, Entry, Invalid, Retry, just_before},
    schema::context::viewer::{Asking, Viewer},
    store::commit::{self, Proposal, Receipt},
};

/// How many characters an idempotency key may have.
const KEY_CHARS_MAX: usize = 200;

/// How many records one mutation may change, those that follow from what it names included: everybody who writes waits while
/// it is carried out, and whoever reads the log holds all of it.
const CHANGED_MAX: usize = 100_000;

/// The name of the one argument of every mutation.
pub(super) const INPUT: &str = "input";

/// What every mutation takes beside what it is about.
pub(super) struct Attempt {
    /// How many items the batch has.
    pub(super) items: usize,
    pub(super) idempotency_key: Option<String>,
    pub(super) reason: Option<String>,
}

/// What became of a mutation.
#[derive(Debug)]
pub(crate) struct Committed {
    /// Who sees the state in which it is carried out; none when it was rejected.
    pub(crate) viewer: Option<Viewer>,
    /// What the log tells of it; none when it was rejected or changed nothing.
    pub(crate) entry: Option<Arc<Entry>>,
    /// The ids of the records that it was about.
    pub(crate) subjects: Vec<String>,
    pub(crate) replayed: bool,
    pub(crate) rejected: Rejection,
}

impl Committed {
    fn rejected(rejected: Rejection) -> Self {
        Self {
            viewer: None,
            entry: None,
            subjects: Vec::new(),
            replayed: false,
            rejected,
        }
    }

    /// Rejected for one reason, which stands at a field of the input.
    pub(super) fn refused(code: UserErrorCode, field: &str, message: impl Into<String>) -> Self {
        let input = Path::root(INPUT);
        Self::rejected(Rejection {
            faults: vec![Fault::new(code, &input.field(field), message)],
            more: 0,
        })
    }
}

/// Commits what `decide` makes of the state that the store will change. Time counts until the change is given to the writer.
pub(super) fn commit(
    ctx: &Context<'_>,
    attempt: Attempt,
    decide: impl Fn(&Snapshot) -> Decision + Send + Sync + 'static,
) -> Result<Committed, Error> {
    let asking = Asking::of(ctx)?;
    is_within(ctx, &asking, attempt.items)?;
    // Before anything is changed: whoever no longer waits wants no change either.
    let items = u64::try_from(attempt.items).unwrap_or(u64::MAX);
    asking.budget.charge(items).map_err(|exhausted| match exhausted {
        Exhausted::Stopped => too_late(),
        Exhausted::Work { .. } => exhausted.into(),
    })?;
    let (key, reason) = match (
        checked_key(attempt.idempotency_key),
        attempt.reason.as_deref().map(model::text).transpose(),
    ) {
        (Err(invalid), _) => {
            return Ok(Committed::refused(
                UserErrorCode::Invalid,
                "idempotencyKey",
                invalid.to_string(),
            ));
        }
        (_, Err(invalid)) => {
            return Ok(Committed::refused(
                UserErrorCode::Invalid,
                "reason",
                invalid.to_string(),
            ));
        }
        (Ok(key), Ok(reason)) => (key, reason),
    };
    let digest = digest(ctx)?;
    let decide = Arc::new(decide);
    let deciding = Arc::clone(&decide);
    let proposal = Proposal {
        retry: key.map(|key| Retry { key, digest }),
        by: asking.by.clone(),
        reason,
        at: asking.now,
        decide: Box::new(move |graph| {
            let changes = deciding(graph)
                .changes
                .and_then(|changes| bounded(changes, CHANGED_MAX));
            changes.map_err(|rejected| -> commit::Rejected { Box::new(rejected) })
        }),
    };
    match asking.changing.commit(&asking.store, proposal).ok_or_else(too_late)? {
        Ok(receipt) => {
            let Receipt { entry, state, replayed } = receipt;
            // Asked again of the state it was decided on, which says the same however much later a retry comes.
            let subjects = match &entry {
                Some(entry) => {
                    let decision = decide(&state.graph().known_at(just_before(entry.recorded_at)));
                    let changed = || entry.steps.iter().map(|step| step.change.id().to_owned());
                    // What cannot be decided any more, such as the undoing of a merge by its name, is told by the entry.
                    decision
                        .changes
                        .map_or_else(|_| changed().collect(), |_| decision.subjects)
                }
                None => decide(state.graph()).subjects,
            };
            Ok(Committed {
                viewer: Some(Viewer::after(&asking, state, entry.as_deref())?),
                entry,
                subjects,
                replayed,
                rejected: Rejection::default(),
            })
        }
        Err(error) => refusal(error),
    }
}

/// The answer to a change that came to its turn when the time was over.
fn too_late() -> Error {
    Error::timeout(
        "The time for this request was over, or the server stops, and this change was not begun: nothing of it was changed. Send it again, with fewer changes in one request. The server's setting is --timeout-ms.",
    )
}

/// Whether the batch is not too long.
fn is_within(ctx: &Context<'_>, asking: &Asking, items: usize) -> Result<(), Error> {
    let (items, max) = (u64::try_from(items).unwrap_or(u64::MAX), asking.changes_max);
    if items <= max {
        return Ok(());
    }
    let message = format!(
        "{items} items are too many for one mutation; at most {max} are allowed. Send them in several, each with its own idempotencyKey. The server's setting is --changes-max."
    );
    Err(Error::limit_exceeded(message)
        .argument(format!("Mutation.{}({INPUT}:)", ctx.field().name()))
        .extension("setting", "--changes-max")
        .extension("limit", Value::Number(Number::from(max)))
        .extension("measured", Value::Number(Number::from(items))))
}

/// What was decided, unless it changes too much: few items may have very many relationships.
fn bounded<T>(changes: Vec<T>, max: usize) -> Result<Vec<T>, Rejection> {
    if changes.len() <= max {
        return Ok(changes);
    }
    let message = format!(
        "This would change {} records; one mutation may change {max}. Do it in pieces: name fewer records at a time, or first retract some of their relationships with retractRelationships",
        changes.len()
    );
    Err(Rejection {
        faults: vec![Fault::new(UserErrorCode::Limit, &Path::root(INPUT), message)],
        more: 0,
    })
}

fn checked_key(key: Option<String>) -> Result<Option<String>, Invalid> {
    let Some(key) = key else { return Ok(None) };
    model::plain_id(&key, KEY_CHARS_MAX)?;
    Ok(Some(key))
}

/// A digest of the mutation and its arguments (FNV-1a), the same in every run and release: it is kept in the log.
fn digest(ctx: &Context<'_>) -> Result<u64, Error> {
    let arguments = ctx.field().arguments();
    let arguments = arguments.map_err(|error| Error::bad_user_input("", error.message))?;
    let mut told = ctx.field().name().to_owned();
    for (name, value) in arguments {
        // As JSON the fields of an object stand in the order of their names.
        let json = value.into_json().map_err(|error| Error::internal(error.to_string()))?;
        told.push_str(&format!("\n{name}:{json}"));
    }
    let mut hasher = FnvHasher::default();
    hasher.write(told.as_bytes());
    Ok(hasher.finish())
}

/// What the store's refusal means to who asked: a fault of theirs, or an error.
fn refusal(error: commit::Error) -> Result<Committed, Error> {
    match error {
        commit::Error::Rejected(rejected) => match rejected.downcast::<Rejection>() {
            Ok(rejected) => Ok(Committed::rejected(*rejected)),
            Err(_) => Err(Error::internal(
                "a proposal was rejected by something else than the rules",
            )),
        },
        commit::Error::Refused(Refused::Taken { id, noun }) => {
            let message = format!("The id {id:?} belongs, or belonged, to a record of another sort ({noun})");
            Ok(Committed::rejected(Rejection {
                faults: vec![Fault::new(UserErrorCode::IdTaken, &Path::root(INPUT), message).candidates([id])],
                more: 0,
            }))
        }
        commit::Error::Refused(refused) => Err(Error::internal(refused.to_string())),
        commit::Error::RetryKeyReused => Ok(Committed::refused(
            UserErrorCode::IdempotencyKeyReused,
            "idempotencyKey",
            "This key was used for another mutation, or with other arguments; take a new key for a new change",
        )),
        commit::Error::Unstorable(reason) => {
            let message = format!("This cannot be kept as it is: {reason}; properties that are nested less deep can");
            Ok(Committed::rejected(Rejection {
                faults: vec![Fault::new(UserErrorCode::Invalid, &Path::root(INPUT), message)],
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
                "Changes cannot be recorded at the moment. Nothing was changed, and nothing will be. Try again later; /health/ready says what is in the way.",
            ))
        }
        commit::Error::OutcomeUnknown(reason) => {
            tracing::error!(reason, "a change could not be recorded, or may have been");
            Err(Error::outcome_unknown(
                "Writing to the log failed. Whether this change was kept is known when the server can open its log again, which it tries until it succeeds (/health/ready): then send it again with the same idempotencyKey, which never makes it twice. If it had none, look first whether it is there.",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_more_records_than_allowed_is_refused_as_a_whole() {
        assert_eq!(bounded(vec![(); 3], 3), Ok(vec![(); 3]));
        let refused = bounded(vec![(); 4], 3).unwrap_err();
        assert_eq!(refused.faults[0].code, UserErrorCode::Limit);
        assert!(refused.faults[0].message.contains("4 records") && refused.faults[0].message.contains("in pieces"));
    }

    #[test]
    fn only_a_write_that_failed_leaves_open_whether_the_change_was_kept() {
        let refused = |error| refusal(error).unwrap_err();
        let told = |error| refused(error).message;
        let unsure = || commit::Error::OutcomeUnknown("the disk is full".to_owned());
        assert_eq!(refused(unsure()).code.as_str(), "OUTCOME_UNKNOWN");
        assert_eq!(refused(commit::Error::Busy).code.as_str(), "UNAVAILABLE");
        let unsure = told(unsure());
        assert!(
            unsure.contains("idempotencyKey") && !unsure.contains("Nothing was changed"),
            "{unsure}"
        );
        assert!(!unsure.contains("disk"), "{unsure}");
        assert!(told(commit::Error::Unavailable(String::new())).contains("Nothing was changed"));
        assert!(told(commit::Error::Busy).contains("Nothing was changed"));
    }
}
