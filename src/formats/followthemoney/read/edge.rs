//! A record that is a relationship: one for each pair of its ends. What dates, percentages and amounts say is taken as far as it
//! can be read in one way; the rest stays in its `properties` under the names of FollowTheMoney.

use jiff::civil::Date;

use super::{claim::claimed, directness, ended, line::Line, percentages, sources, values};
use crate::{
    formats::{
        followthemoney::terms::{
            ids::{self, Meant, check_id, locator},
            schemata::{self, Edge},
            statuses,
        },
        reader::{AddedToRelationship, Addition, Draft, Fault, Wanted},
    },
    model::{
        Amount, Catalog, DERIVED_ID_CHARS_MAX, Ends, PartialDate, Record, Relationship, RelationshipKind,
        RelationshipStatus, Source, Validity, evidence_id, plain_id, relationship_id, text,
    },
};

/// How many relationships one record may stand for.
const PAIRS_MAX: usize = 1_000;

/// What the record is made into, and what is wrong with it.
pub(in crate::formats::followthemoney) fn read(
    mut line: Line,
    edge: Edge,
    file: &Source,
    today: Date,
) -> (Vec<Draft>, Vec<Fault>) {
    let mut faults = Vec::new();
    let is_named = |line: &Line, end| !line.values(end).is_empty();
    // What does not name both ends may be a fragment of a record that does.
    let is_fragment = !is_named(&line, edge.from) || !is_named(&line, edge.to);
    let from = ends(&mut line, edge.from, &mut faults);
    let to = ends(&mut line, edge.to, &mut faults);
    if from.len().saturating_mul(to.len()) > PAIRS_MAX {
        faults.push(Fault::rejected(edge.from, "more than 1000 pairs of ends"));
    }
    let record = Of::read(&line, edge);
    if let Err(fault) = &record {
        faults.push(fault.clone());
    }
    let (Ok(record), true) = (
        record,
        from.len() * to.len() <= PAIRS_MAX && (is_fragment && faults.is_empty() || !from.is_empty() && !to.is_empty()),
    ) else {
        line.faults.append(&mut faults);
        return (Vec::new(), line.faults);
    };
    let states_status = is_named(&line, "status");
    let (claim, sources) = claim(&mut line, edge, &record, file, today);
    let (properties, found) = line.into_properties(schemata::edge_of(record.kind, None).name);
    let claim = Relationship { properties, ..claim };
    let own = sources.iter().filter(|source| *source != file);
    let mut drafts: Vec<Draft> = own.cloned().map(|source| Draft::of(Record::Source(source))).collect();
    if is_fragment {
        faults.extend(found);
        match record.addition(from, to, claim) {
            Ok(addition) => drafts.push(addition),
            Err(fault) => faults.push(fault),
        }
        return (drafts, faults);
    }
    let from_and_to = from.len() * to.len();
    for from in &from {
        for to in &to {
            let ends = Ends::Known {
                from: from.clone(),
                to: to.clone(),
            };
            let id = record.id(&ends, from_and_to);
            if id.len() > DERIVED_ID_CHARS_MAX {
                faults.push(Fault::rejected("id", "ids too long for the id of a relationship"));
                continue;
            }
            let draft = Draft::of(Record::Relationship(renamed(&claim, id, ends)));
            drafts.push(draft.with_status_implied(!states_status));
        }
    }
    faults.extend(found);
    (drafts, faults)
}

/// What a record is a record of.
struct Of {
    id: Meant,
    kind: RelationshipKind,
}

impl Of {
    fn read(line: &Line, edge: Edge) -> Result<Self, Fault> {
        let id = ids::meant(&line.id);
        let kind = match &id {
            Meant::Relationship(id) => {
                let is_id = plain_id(id, DERIVED_ID_CHARS_MAX).is_ok() && !id.starts_with(Source::PREFIX);
                if !is_id {
                    return Err(Fault::rejected("id", "not an id").with(&line.id));
                }
                kind_in(id).filter(|kind| schemata::edge_of(*kind, Some(edge.name)).name == edge.name)
            }
            Meant::Key(_) => None,
        };
        Ok(Self {
            id,
            kind: kind.unwrap_or(edge.kind),
        })
    }

    /// The record of the source that it is; none of what was no record of FollowTheMoney before it was written as one.
    fn record(&self) -> Option<String> {
        match &self.id {
            Meant::Key(key) => Some(ids::record(key)),
            Meant::Relationship(_) => None,
        }
    }

    /// What a fragment adds to the relationships of its record.
    fn addition(&self, from: Vec<String>, to: Vec<String>, claim: Relationship) -> Result<Draft, Fault> {
        let Meant::Key(key) = &self.id else {
            return Err(Fault::rejected("id", "an end is missing"));
        };
        let addition = AddedToRelationship {
            record: ids::record(key),
            key: key.clone(),
            from,
            to,
            claim,
        };
        Ok(Draft::to(Wanted::Addition(Addition::Relationship(addition))))
    }

    /// The id of the relationship with these ends, of so many pairs.
    fn id(&self, ends: &Ends, pairs: usize) -> String {
        match &self.id {
            Meant::Relationship(id) if pairs == 1 => id.clone(),
            Meant::Relationship(key) | Meant::Key(key) => relationship_id(self.kind, ends, key),
        }
    }
}

/// The kind that a derived id names.
pub(in crate::formats::followthemoney) fn kind_in(id: &str) -> Option<RelationshipKind> {
    let kind = id.strip_prefix("rel:")?.split(':').nth(1)?;
    RelationshipKind::parse(kind).ok()
}

/// The ids at one end; a fault for what is no id.
fn ends(line: &mut Line, property: &'static str, faults: &mut Vec<Fault>) -> Vec<String> {
    let mut ends = Vec::new();
    for id in line.take(property) {
        let id = ids::read(&id);
        if check_id(&id).is_err() {
            faults.push(Fault::rejected(property, "not an id").with(&id));
        } else if !ends.contains(&id) {
            ends.push(id);
        }
        if ends.len() > PAIRS_MAX {
            break;
        }
    }
    ends
}

/// What the record claims of every pair, and who says so.
fn claim(line: &mut Line, edge: Edge, record: &Of, file: &Source, today: Date) -> (Relationship, Vec<Source>) {
    let place = match &record.id {
        Meant::Key(_) => Some(locator(edge.name, &ids::read(&line.id))),
        Meant::Relationship(_) => line.take_first("recordId", "not a line of text", values::one_line),
    };
    let over_by = ended::day(line, edge, record.kind, today);
    let (validity, takes_place) = validity(line, record.kind, over_by);
    let status = status(line, validity);
    let mut role = edge.role.and_then(|property| {
        drop_kind(line, property, record.kind, edge);
        line.take_first(property, "not a line of text", values::one_line)
    });
    let stated_on = if takes_place { None } else { line.take_date("date") };
    let summary = line.take_first("summary", "not a text", |value| text(value).ok());
    let share = match record.kind {
        RelationshipKind::Owns => percentages::take(line),
        _ => None,
    };
    let amount = edge.knows("amount").then(|| amount(line)).flatten();
    let sources = sources::take(line, file);
    let ends = Ends::Known {
        from: String::new(),
        to: String::new(),
    };
    let mut claim = claimed(String::new(), record.kind, ends, &sources, place.as_deref());
    for statement in &mut claim.evidence {
        statement.stated_on = stated_on;
        statement.summary.clone_from(&summary);
    }
    let claim = Relationship {
        record: record.record(),
        role: role.take(),
        status,
        validity,
        share,
        directness: directness::read(line, record.kind),
        amount,
        ..claim
    };
    (claim, sources)
}

/// The same claim of other ends.
fn renamed(claim: &Relationship, id: String, ends: Ends) -> Relationship {
    let mut renamed = Relationship {
        id,
        ends,
        ..claim.clone()
    };
    for statement in &mut renamed.evidence {
        statement.id = evidence_id(&renamed.id, &statement.source, 1);
    }
    renamed
}

/// The words in which a link tells its kind, where there is no schema for it: `competes with`.
pub(in crate::formats::followthemoney) fn words(kind: RelationshipKind) -> String {
    kind.as_str().to_lowercase().replace('_', " ")
}

/// Drops the role that only tells the kind.
fn drop_kind(line: &mut Line, property: &'static str, kind: RelationshipKind, edge: Edge) {
    let words = words(kind);
    if kind != edge.kind && line.values(property).first() == Some(&words) {
        line.take_first(property, "", |text| (text == words).then_some(()));
    }
}

/// When it held, and whether that is the `date` on which it took place, as payments do. A partial one is its own end, which
/// reads as the day after it.
fn validity(line: &mut Line, kind: RelationshipKind, over_by: Option<Date>) -> (Validity, bool) {
    let bounds = (line.take_date("startDate"), line.take_date("endDate"));
    let takes_place = bounds == (None, None) && kind == RelationshipKind::Paid;
    let (since, until) = match takes_place.then(|| line.take_date("date")) {
        Some(on) => (on, on),
        None => bounds,
    };
    let next = |day: PartialDate| day.day_after().map(PartialDate::from);
    let until = match (since, until) {
        (Some(since), Some(until)) if since == until && until.is_day() => next(until),
        (_, until) => until,
    };
    let validity = match over_by.filter(|_| until.is_none()) {
        Some(day) => Validity::over_by(since, day),
        None => Validity::as_written(since, until),
    };
    if validity.is_contradictory() {
        let end = until.map_or_else(|| over_by.map(|day| day.to_string()), |until| Some(until.to_string()));
        let fault = Fault::noted(
            "endDate",
            "until is not after since; both kept as written, neither believed",
        );
        line.faults.push(fault.with(&end.unwrap_or_default()));
    }
    (validity, takes_place)
}

/// How firm the claim is. What has ended was in effect.
fn status(line: &mut Line, validity: Validity) -> RelationshipStatus {
    let [text] = line.values("status") else {
        return match line.values("status") {
            [] => RelationshipStatus::Active,
            _ => RelationshipStatus::Unknown,
        };
    };
    if statuses::holds(text) {
        return RelationshipStatus::Active;
    }
    if statuses::is_over(text) {
        return match validity.until_day() {
            Some(_) => RelationshipStatus::Active,
            None => RelationshipStatus::Unknown,
        };
    }
    let named = RelationshipStatus::ALL
        .iter()
        .copied()
        .find(|status| *text == words_of(*status));
    if named.is_some() {
        line.take("status");
    } else {
        let fault = Fault::kept("status", "a status that is not understood").with(text);
        line.faults.push(fault);
    }
    named.unwrap_or(RelationshipStatus::Unknown)
}

/// Our word for a status: `rumoured`.
pub(in crate::formats::followthemoney) fn words_of(status: RelationshipStatus) -> String {
    status.as_str().to_lowercase()
}

/// The amount: in its own currency, else in euros, else in dollars.
fn amount(line: &mut Line) -> Option<Amount> {
    let stated = match (line.values("amount"), line.values("currency")) {
        ([number], [currency]) => values::amount(number, currency),
        _ => None,
    };
    if stated.is_some() {
        line.take("amount");
        line.take("currency");
    }
    for (property, currency) in [("amountEur", "EUR"), ("amountUsd", "USD")] {
        match &stated {
            None => {
                let converted = line.take_first(property, "not an amount", |text| values::amount(text, currency));
                if converted.is_some() {
                    return converted;
                }
            }
            // What is said twice is kept once.
            Some(stated) if stated.currency.as_str() == currency => {
                for text in line.take(property) {
                    if values::amount(&text, currency).as_ref() != Some(stated) {
                        line.put_back(property, text);
                    }
                }
            }
            Some(_) => {}
        }
    }
    stated
}
