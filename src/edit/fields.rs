//! Validates single fields; reports invalid ones and omits them.

use serde_json::{Map, Value};

use super::{
    draft::BatchDraft,
    fault::{Fault, InputPath, UserErrorCode},
    input::{AmountEdit, Patch, ShareEdit},
};
use crate::model::{
    self, Amount, Invalid, LIST_MAX, PROPERTIES_BYTES_MAX, RelationshipKind, Share, ShareOf, ShareRange,
};

/// An optional line of text.
pub(super) fn line(draft: &mut BatchDraft<'_>, input: Option<&str>, path: &InputPath<'_>) -> Option<String> {
    draft.faults.accept(UserErrorCode::Invalid, path, model::line(input?))
}

/// An optional text, parsed by `read`.
pub(super) fn optional(
    draft: &mut BatchDraft<'_>,
    input: Option<&String>,
    path: &InputPath<'_>,
    read: impl FnOnce(&str) -> Result<String, Invalid>,
) -> Option<String> {
    draft.faults.accept(UserErrorCode::Invalid, path, read(input?))
}

/// A patch of a text, parsed by `read`.
pub(super) fn text_patch(
    draft: &mut BatchDraft<'_>,
    input: &Patch<String>,
    path: &InputPath<'_>,
    read: impl FnOnce(&str) -> Result<String, Invalid>,
) -> Patch<String> {
    match input {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(text) => {
            let read = draft.faults.accept(UserErrorCode::Invalid, path, read(text));
            read.map_or(Patch::Keep, Patch::Set)
        }
    }
}

/// A patch of properties; they must be an object and not too long.
pub(super) fn properties(
    draft: &mut BatchDraft<'_>,
    input: &Patch<Value>,
    path: &InputPath<'_>,
) -> Patch<Map<String, Value>> {
    let object = match input {
        Patch::Keep => return Patch::Keep,
        Patch::Clear => return Patch::Clear,
        Patch::Set(Value::Object(object)) => object,
        Patch::Set(_) => {
            draft.fault(
                UserErrorCode::Invalid,
                path,
                r#"properties are a JSON object like {"sector":"retail"}"#,
            );
            return Patch::Keep;
        }
    };
    let bytes = serde_json::to_string(object).map_or(usize::MAX, |text| text.len());
    if bytes > PROPERTIES_BYTES_MAX {
        let message = format!("properties take {bytes} bytes of JSON; at most {PROPERTIES_BYTES_MAX} are allowed");
        draft.fault(UserErrorCode::Invalid, path, message);
        return Patch::Keep;
    }
    Patch::Set(object.clone())
}

/// Whether a list is within its limit.
pub(super) fn is_listable(draft: &mut BatchDraft<'_>, length: usize, path: &InputPath<'_>) -> bool {
    if length > LIST_MAX {
        let message = format!("{length} are too many for one record; at most {LIST_MAX} are allowed");
        draft.fault(UserErrorCode::Invalid, path, message);
    }
    length <= LIST_MAX
}

/// A share of a relationship of this kind; `basis` is the default for what it is a share of.
pub(super) fn share(
    draft: &mut BatchDraft<'_>,
    input: &ShareEdit,
    kind: RelationshipKind,
    basis: Option<ShareOf>,
    path: &InputPath<'_>,
) -> Option<Share> {
    let Some(basis) = basis else {
        let message = format!("Only OWNS and CONTROLS have a share, not {kind}; omit it");
        draft.fault(UserErrorCode::Share, path, message);
        return None;
    };
    let of = input.of.unwrap_or(basis);
    if !kind.takes_share_of(of) {
        let message = format!("A share of {kind} is one of VOTES, not of {of}; a share of capital or profit is OWNS");
        draft.fault(UserErrorCode::Share, &path.field("of"), message);
        return None;
    }
    let range = draft.faults.accept(UserErrorCode::Share, path, range(input))?;
    Some(Share { range, of })
}

fn range(input: &ShareEdit) -> Result<ShareRange, Invalid> {
    let bounds = input.min.is_some() || input.max.is_some();
    match (input.exact, &input.text) {
        (Some(exact), None) if !bounds => ShareRange::exact(exact),
        (None, Some(text)) if !bounds => text.trim().parse(),
        (None, None) if bounds => ShareRange::bounded(
            input.min.unwrap_or(0.0),
            input.min_inclusive.unwrap_or(true),
            input.max.unwrap_or(100.0),
            input.max_inclusive.unwrap_or(true),
        ),
        _ => Err(Invalid::new(
            "the share",
            "one of: exact, text, or the bounds min and max",
        )),
    }
}

/// An amount of money.
pub(super) fn amount(draft: &mut BatchDraft<'_>, input: &AmountEdit, path: &InputPath<'_>) -> Option<Amount> {
    let of = input.of.as_deref().map(model::line).transpose();
    let of = draft.faults.accept(UserErrorCode::Invalid, &path.field("of"), of);
    let currency = input.currency.parse();
    let currency = draft
        .faults
        .accept(UserErrorCode::Invalid, &path.field("currency"), currency);
    let amount = Amount::new(input.value, currency?, of?);
    draft
        .faults
        .accept(UserErrorCode::Invalid, &path.field("value"), amount)
}

/// Reports a missing field.
pub(super) fn missing(draft: &mut BatchDraft<'_>, path: &InputPath<'_>, message: impl Into<String>) {
    draft.faults.push(Fault::new(UserErrorCode::Required, path, message));
}
