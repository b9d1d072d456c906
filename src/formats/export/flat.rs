//! One flat table of relationships, a row each, for spreadsheets and data frames: names, identifiers, share, dates, status and
//! sources beside each other. What one row cannot hold is counted.

use std::io::{self, Write};

use super::{ExportSummary, Selection};
use crate::{
    formats::cells::CellStyle,
    model::{Catalog, Directness, Ends, Entity, Interest, PartialDate, Relationship, Source, Stance, UnknownReason},
};

/// The columns, in their order.
pub(in crate::formats) const COLUMNS: [&str; 21] = [
    "owner",
    "company",
    "kind",
    "share",
    "since",
    "until",
    "status",
    "source",
    "owner_id",
    "owner_identifiers",
    "company_id",
    "company_identifiers",
    "share_of",
    "interest",
    "directness",
    "role",
    "ended_by",
    "unknown_reason",
    "source_urls",
    "recorded_at",
    "id",
];

/// Writes a row for each relationship, in the order of ids. `owner` is where it begins and `company` where it leads to, whatever
/// its kind; an end that is not known is blank, with the reason in a column of its own. Several sources, links and identifiers
/// of one cell are separated by semicolons. Sources are those that assert it, by their publishers.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(selection: &Selection, cells: CellStyle, out: &mut impl Write) -> io::Result<ExportSummary> {
    let mut summary = ExportSummary::default();
    let mut table = csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    for relationship in selection.relationships() {
        cells.write_row(&mut table, row(selection, &relationship))?;
        count(&relationship, &mut summary);
        summary.relationships += 1;
    }
    for entity in selection.entities() {
        summary.entities += 1;
        let says_more = entity.description.is_some()
            || entity.properties.is_some()
            || entity.country.is_some()
            || entity.website.is_some()
            || !entity.names.is_empty()
            || entity
                .founded
                .or(entity.dissolved)
                .or(entity.starts_on)
                .or(entity.ends_on)
                .is_some();
        if says_more {
            summary.leave_out("what is said of an entity beside its name and identifiers");
        }
    }
    for source in selection.sources() {
        summary.sources += 1;
        if source.published_on.is_some() || source.licence.is_some() || source.title != source.publisher {
            summary.leave_out("title, date or licence of a source");
        }
    }
    table.flush()?;
    Ok(summary)
}

fn row(selection: &Selection, claim: &Relationship) -> [String; COLUMNS.len()] {
    let (from, to, reason) = match &claim.ends {
        Ends::Known { from, to } => (Some(from), Some(to), None),
        Ends::UnknownFrom { to, reason } => (None, Some(to), Some(*reason)),
        Ends::UnknownTo { from, reason } => (Some(from), None, Some(*reason)),
    };
    let [owner, company] = [from, to].map(|id| id.and_then(|id| selection.entity(id)));
    let name = |entity: &Option<Entity>| entity.as_ref().map(|entity| entity.name.clone()).unwrap_or_default();
    let id = |id: Option<&String>| id.cloned().unwrap_or_default();
    let date = |date: Option<PartialDate>| date.map(|date| date.to_string()).unwrap_or_default();
    let validity = claim.validity;
    let sources = sources(selection, claim);
    let directness = match claim.directness {
        Directness::Unknown => "",
        stated => stated.as_str(),
    };
    [
        name(&owner),
        name(&company),
        claim.kind.as_str().to_owned(),
        claim.share.map(|share| share.range.to_string()).unwrap_or_default(),
        date(validity.since()),
        date(validity.until()),
        claim.status.as_str().to_owned(),
        joined(sources.iter().map(|source| source.publisher.as_str())),
        id(from),
        identifiers(owner.as_ref()),
        id(to),
        identifiers(company.as_ref()),
        claim
            .share
            .map(|share| share.of.as_str())
            .unwrap_or_default()
            .to_owned(),
        claim.interest.map(Interest::as_str).unwrap_or_default().to_owned(),
        directness.to_owned(),
        claim.role.clone().unwrap_or_default(),
        validity
            .stated_ended_by()
            .map(|day| day.to_string())
            .unwrap_or_default(),
        reason.map(UnknownReason::as_str).unwrap_or_default().to_owned(),
        joined(sources.iter().filter_map(|source| source.url.as_deref())),
        claim.recorded_at.to_string(),
        claim.id.clone(),
    ]
}

/// The sources that assert a claim.
fn sources(selection: &Selection, claim: &Relationship) -> Vec<Source> {
    let asserts = claim
        .evidence
        .iter()
        .filter(|statement| statement.stance == Stance::Asserts);
    asserts
        .filter_map(|statement| selection.source(&statement.source))
        .collect()
}

/// `lei:529900T8BM49AURSDO55; gb-coh:00229269`
fn identifiers(entity: Option<&Entity>) -> String {
    let all = entity.map(|entity| entity.identifiers.as_slice()).unwrap_or_default();
    let texts: Vec<String> = all
        .iter()
        .map(|known| format!("{}:{}", known.scheme, known.value))
        .collect();
    joined(texts.iter().map(String::as_str))
}

/// Different texts in one cell.
fn joined<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for text in texts {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all.join("; ")
}

/// Counts what a row does not hold.
fn count(claim: &Relationship, summary: &mut ExportSummary) {
    let details = |statement: &crate::model::Evidence| {
        statement.summary.is_some()
            || statement.locator.is_some()
            || statement.speaker.is_some()
            || statement.stated_on.is_some()
            || statement.share.is_some()
            || statement.amount.is_some()
            || statement.confidence.is_some()
    };
    let lost = [
        (claim.amount.is_some(), "amount"),
        (!claim.capabilities.is_empty(), "capabilities"),
        (!claim.components.is_empty(), "what a relationship is made up of"),
        (claim.record.is_some(), "id that a record had at its source"),
        (claim.properties.is_some(), "properties of a relationship"),
        (
            claim.evidence.iter().any(details),
            "what a statement says beside its source",
        ),
        (
            claim
                .evidence
                .iter()
                .any(|statement| statement.stance != Stance::Asserts),
            "statement that does not assert",
        ),
    ];
    for (_, what) in lost.into_iter().filter(|(is_lost, _)| *is_lost) {
        summary.leave_out(what);
    }
}
