//! `relationships.csv`: the claims, still without their evidence.

use super::names::check_entity;
use crate::{
    formats::{
        Problems,
        tables::{cell, ids::Ids, layout::TableLayout, row::TableRow, sheet::Sheet},
    },
    model::{
        Capability, Catalog, Directness, Ends, Interest, Noun, Relationship, RelationshipKind, RelationshipStatus,
        Share, ShareOf, Timestamp, UnknownReason, Validity,
    },
};

pub(in crate::formats::tables) const LAYOUT: TableLayout = TableLayout {
    file: "relationships.csv",
    columns: &[
        "id",
        "kind",
        "from",
        "to",
        "unknown_reason",
        "role",
        "status",
        "since",
        "until",
        "ended_by",
        "share",
        "share_of",
        "interest",
        "directness",
        "components",
        "record",
        "amount",
        "currency",
        "amount_of",
        "capabilities",
        "properties",
        "recorded_at",
        "retracted_at",
    ],
    optional: &["ended_by", "interest", "directness", "components", "record"],
};

/// Adds every relationship of `sheet` to `relationships`. Rows that do not say when they were recorded were recorded
/// with the dataset.
pub(in crate::formats::tables) fn read(
    sheet: &mut Sheet<'_>,
    relationships: &mut Vec<Relationship>,
    dataset_recorded_at: Timestamp,
    ids: &mut Ids,
    problems: &mut Problems,
) {
    while let Some(mut row) = sheet.next_row(problems) {
        let id = row.required("id");
        if let Some(id) = id {
            ids.register(Noun::Relationship, id, "id", &mut row);
        }
        let id = id.and_then(|id| row.checked("id", cell::id(id)));
        let kind = row.required_as("kind", RelationshipKind::parse);
        let ends = ends(&mut row, ids);
        let role = row.owned("role");
        let status = row.required_as("status", RelationshipStatus::parse);
        let validity = validity(&mut row);
        let share = share(&mut row, kind);
        let (interest, directness, components) = interest(&mut row, kind);
        let record = row.owned("record");
        let amount = row.amount();
        let capabilities = capabilities(&mut row, kind);
        let properties = row.properties();
        let (recorded_at, retracted_at) = recording(&mut row, dataset_recorded_at);
        let (true, Some(id), Some(kind), Some(ends), Some(status), Some(validity)) =
            (row.is_valid(), id, kind, ends, status, validity)
        else {
            continue;
        };
        ids.accept(&id, relationships.len());
        relationships.push(Relationship {
            id,
            kind,
            ends,
            role,
            status,
            validity,
            share,
            interest,
            directness,
            components,
            record,
            amount,
            capabilities,
            properties,
            evidence: Vec::new(),
            recorded_at,
            retracted_at,
        });
    }
}

/// The type of an interest in a company, how directly it is held, and what it is made up of: ids and records of which some may
/// not be known yet.
fn interest(row: &mut TableRow<'_>, kind: Option<RelationshipKind>) -> (Option<Interest>, Directness, Vec<String>) {
    let interest = row.parsed("interest", Interest::parse);
    let directness = row.parsed("directness", Directness::parse);
    let components = row.list("components", cell::id);
    for column in ["interest", "directness", "components"] {
        if let Some(kind) = kind.filter(|kind| !kind.is_interest() && !row.is_blank(column)) {
            row.problem(
                column,
                format!("a blank cell, since only OWNS and CONTROLS are interests in a company, not {kind}"),
            );
        }
    }
    (interest, directness.unwrap_or(Directness::Unknown), components)
}

/// Who stands at the ends, of whom one may be unknown for a reason.
fn ends(row: &mut TableRow<'_>, ids: &Ids) -> Option<Ends> {
    let (from, to) = (row.owned("from"), row.owned("to"));
    check_entity("from", from.as_deref(), ids, row);
    check_entity("to", to.as_deref(), ids, row);
    let reason = row.parsed("unknown_reason", UnknownReason::parse);
    if row.lacks("from") || row.lacks("to") {
        return None;
    }
    let reason_blank = row.is_blank("unknown_reason");
    match (from, to, reason) {
        (Some(from), Some(to), None) if reason_blank => Some(Ends::Known { from, to }),
        (None, Some(to), Some(reason)) if row.is_blank("from") => Some(Ends::UnknownFrom { to, reason }),
        (Some(from), None, Some(reason)) if row.is_blank("to") => {
            if reason != UnknownReason::Unspecified {
                row.problem(
                    "unknown_reason",
                    "UNSPECIFIED, since to is blank; the other reasons are about an unknown from",
                );
            }
            Some(Ends::UnknownTo { from, reason })
        }
        (Some(_), Some(_), Some(_)) => {
            row.problem("unknown_reason", "a blank cell, since both ends are known");
            None
        }
        _ => {
            if row.is_blank("from") && row.is_blank("to") {
                row.problem("from", "an entity id in from or to; they cannot both be blank");
            } else if reason_blank && (row.is_blank("from") || row.is_blank("to")) {
                row.problem("unknown_reason", "a reason, since one end is blank");
            }
            None
        }
    }
}

/// When it held, or when the claim stood. Contradictory dates are stored as written; they are a data issue.
fn validity(row: &mut TableRow<'_>) -> Option<Validity> {
    let (since, until) = (row.date("since"), row.date("until"));
    let ended_by = row.date("ended_by");
    match (until, ended_by) {
        (until, None) => Some(Validity::as_written(since, until)),
        (None, Some(ended_by)) if ended_by.is_day() => Some(Validity::over_by(since, ended_by.first_day())),
        (None, Some(_)) => {
            row.problem("ended_by", "a day like 2017-01-15, on which it was over at the latest");
            None
        }
        (Some(_), Some(_)) => {
            row.problem("ended_by", "a blank cell, since until says when it ended");
            None
        }
    }
}

/// What is owned, or what part of the votes gives control. No other kind of relationship has a share.
fn share(row: &mut TableRow<'_>, kind: Option<RelationshipKind>) -> Option<Share> {
    let range = row.share_range("share");
    let of = row.parsed("share_of", ShareOf::parse);
    if row.is_blank("share") {
        if !row.is_blank("share_of") {
            row.problem("share", "a share where share_of is given; .. when it is not known");
        }
        return None;
    }
    if !row.is_blank("share_of") && of.is_none() {
        return None;
    }
    let share = Share {
        range: range?,
        of: of.unwrap_or(ShareOf::Capital),
    };
    match kind {
        None | Some(RelationshipKind::Owns) => {}
        Some(RelationshipKind::Controls) => {
            if share.of != ShareOf::Votes {
                row.problem(
                    "share_of",
                    "VOTES, since the kind is CONTROLS; a share of capital is OWNS",
                );
            }
        }
        Some(kind) => row.problem("share", no_share(kind)),
    }
    Some(share)
}

/// What is expected instead of a share of a relationship of a kind that has none.
pub(in crate::formats::tables) fn no_share(kind: RelationshipKind) -> String {
    format!("a blank cell, since only OWNS and CONTROLS have a share, not {kind}")
}

/// What is offered, each capability once.
fn capabilities(row: &mut TableRow<'_>, kind: Option<RelationshipKind>) -> Vec<Capability> {
    let listed = row.list("capabilities", Capability::parse);
    if let Some(kind) = kind.filter(|kind| *kind != RelationshipKind::Serves)
        && !row.is_blank("capabilities")
    {
        row.problem(
            "capabilities",
            format!("a blank cell, since only SERVES has capabilities, not {kind}"),
        );
    }
    let mut capabilities = Vec::new();
    for capability in listed {
        if !capabilities.contains(&capability) {
            capabilities.push(capability);
        }
    }
    capabilities
}

/// When the row was recorded, and when it was retracted if it was.
fn recording(row: &mut TableRow<'_>, dataset: Timestamp) -> (Timestamp, Option<Timestamp>) {
    let recorded_at = row.moment("recorded_at").unwrap_or(dataset);
    let retracted_at = row.moment("retracted_at");
    if let Some(retracted_at) = retracted_at
        && retracted_at <= recorded_at
    {
        row.problem("retracted_at", format!("a date-time after recorded_at ({recorded_at})"));
    }
    (recorded_at, retracted_at)
}
