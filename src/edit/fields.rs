//! Single fields as they were written: checked, or reported and left out.

use serde_json::{Map, Value};

use super::{
    draft::Draft,
    fault::{Fault, Path, UserErrorCode},
    input::{AmountEdit, Patch, ShareEdit},
};
use crate::model::{
    self, Amount, Invalid, LIST_MAX, PROPERTIES_BYTES_MAX, RelationshipKind, Share, ShareOf, ShareRange,
};

/// One line that may be left out.
pub(super) fn line(draft: &mut Draft<'_>, written: Option<&str>, path: &Path<'_>) -> Option<String> {
    draft
        .faults
        .checked(UserErrorCode::Invalid, path, model::line(written?))
}

/// What `read` makes of a text that may be left out.
pub(super) fn optional(
    draft: &mut Draft<'_>,
    written: Option<&String>,
    path: &Path<'_>,
    read: impl FnOnce(&str) -> Result<String, Invalid>,
) -> Option<String> {
    draft.faults.checked(UserErrorCode::Invalid, path, read(written?))
}

/// What `read` makes of a text that may be left as it is or emptied.
pub(super) fn text_patch(
    draft: &mut Draft<'_>,
    written: &Patch<String>,
    path: &Path<'_>,
    read: impl FnOnce(&str) -> Result<String, Invalid>,
) -> Patch<String> {
    match written {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(text) => {
            let read = draft.faults.checked(UserErrorCode::Invalid, path, read(text));
            read.map_or(Patch::Keep, Patch::Set)
        }
    }
}

/// Properties, unless they are no object or too long.
pub(super) fn properties(draft: &mut Draft<'_>, written: &Patch<Value>, path: &Path<'_>) -> Patch<Map<String, Value>> {
    let object = match written {
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

/// Whether a list is not too long.
pub(super) fn is_listable(draft: &mut Draft<'_>, length: usize, path: &Path<'_>) -> bool {
    if length > LIST_MAX {
        let message = format!("{length} are too many for one record; at most {LIST_MAX} are allowed");
        draft.fault(UserErrorCode::Invalid, path, message);
    }
    length <= LIST_MAX
}

/// A share of a relationship of this kind; `basis` is what it is a share of unless it says so.
pub(super) fn share(
    draft: &mut Draft<'_>,
    written: &ShareEdit,
    kind: RelationshipKind,
    basis: Option<ShareOf>,
    path: &Path<'_>,
) -> Option<Share> {
    let Some(basis) = basis else {
        let message = format!("Only OWNS and CONTROLS have a share, not {kind}; leave it out");
        draft.fault(UserErrorCode::Share, path, message);
        return None;
    };
    let of = written.of.unwrap_or(basis);
    if !kind.takes_share_of(of) {
        let message = format!("A share of {kind} is one of VOTES, not of {of}; a share of capital or profit is OWNS");
        draft.fault(UserErrorCode::Share, &path.field("of"), message);
        return None;
    }
    let range = draft.faults.checked(UserErrorCode::Share, path, range(written))?;
    Some(Share { range, of })
}

fn range(written: &ShareEdit) -> Result<ShareRange, Invalid> {
    let bounds = written.min.is_some() || written.max.is_some();
    match (written.exact, &written.text) {
        (Some(exact), None) if !bounds => ShareRange::exact(exact),
        (None, Some(text)) if !bounds => text.trim().parse(),
        (None, None) if bounds => ShareRange::bounded(
            written.min.unwrap_or(0.0),
            written.min_inclusive.unwrap_or(true),
            written.max.unwrap_or(100.0),
            written.max_inclusive.unwrap_or(true),
        ),
        _ => Err(Invalid::new(
            "the share",
            "one of: exact, text, or the bounds min and max",
        )),
    }
}

/// An amount of money.
pub(super) fn amount(draft: &mut Draft<'_>, written: &AmountEdit, path: &Path<'_>) -> Option<Amount> {
    let of = written.of.as_deref().map(model::line).transpose();
    let of = draft.faults.checked(UserErrorCode::Invalid, &path.field("of"), of);
    let currency = written.currency.parse();
    let currency = draft
        .faults
        .checked(UserErrorCode::Invalid, &path.field("currency"), currency);
    let amount = Amount::new(written.value, currency?, of?);
    draft
        .faults
        .checked(UserErrorCode::Invalid, &path.field("value"), amount)
}

/// A fault where something is missing.
pub(super) fn missing(draft: &mut Draft<'_>, path: &Path<'_>, message: impl Into<String>) {
    draft.faults.push(Fault::new(UserErrorCode::Required, path, message));
}
