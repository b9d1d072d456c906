//! Statements of 0.4: a graph as one publication of it. Every record is new, and its ids follow from what it says, so that
//! the same graph is always written alike.

use std::io::{self, Write};

use jiff::civil::Date;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{
    mark::Mark,
    records::{organisation, person},
    shapes::{self, UNSPECIFIED, fits, is_uri},
};
use crate::{
    formats::{
        bods::{
            ids::{OWN_RECORD_PREFIX, record_id},
            read::{
                components::Components,
                interests::{self, InterestMapping, UNTYPED},
            },
        },
        export::{ExportSummary, Selection},
    },
    model::{
        Directness, Ends, Entity, EntityKind, EntityStatus, PartialDate, Relationship, RelationshipStatus, Stance,
        UnknownReason,
    },
};

/// Writes statements of BODS 0.4: one for each company, organization and person, and one with one interest for each
/// relationship that the standard knows.
///
/// Record ids are `guanxi:` and our id, or the part after `bods:` in it, so that reading them again yields the same
/// ids. Where the type of an interest does not say all, its details say it in our terms: `OFFICER_OF: chief executive`,
/// `OWNS (SHAREHOLDING): stake`, `OWNS` where no type of interest is known. CONSOLIDATES is written as another influence or
/// control with such details.
///
/// `componentRecords` are the ids of the records that are written here. What an indirect relationship is made up of stands
/// before it and is marked as a component. The ids that records had at their source are left out and counted.
///
/// A relationship that was over by a day, without a known end, is written as a record that was closed on that day without an
/// end of its interest. An end that is not after the start is written as it is.
///
/// Left out and counted: services, events, places and markets; relationships of kinds that are no interest (commerce,
/// finance, place, succession, branches, funds, employment, membership, family), with a person as the subject, that are not
/// in effect (rumours, plans, what was withdrawn or refuted) or that no source asserts; amounts, descriptions, languages of
/// names, what a source says beside asserting, and properties that are no fields of the standard. A date that is no day is
/// rounded to its first day, as the standard requires, but for births and deaths. Sources are named in the statements; they are
/// no records.
///
/// # Errors
/// Those of `out`.
pub fn write(selection: &Selection, out: &mut impl Write) -> io::Result<ExportSummary> {
    let last = selection.last_recorded_at();
    let components = Components::of(selection, |relationship| statable(selection, relationship).is_ok());
    let mut writer = StatementWriter {
        out,
        components: &components,
        title: selection.title().trim(),
        day: last.to_zoned(jiff::tz::TimeZone::UTC).date(),
        is_empty: true,
        summary: ExportSummary::default(),
    };
    writer.out.write_all(b"[")?;
    for entity in selection.entities() {
        writer.entity(&entity)?;
    }
    // Components come before the relationships that consist of them.
    let parts: &[bool] = if components.is_empty() {
        &[false]
    } else {
        &[false, true]
    };
    for has_components in parts {
        for relationship in selection.relationships() {
            if relationship.components.is_empty() != *has_components {
                writer.relationship(selection, &relationship)?;
            }
        }
    }
    for _ in selection.sources() {
        writer.summary.leave_out("source as a record of its own");
    }
    writer.out.write_all(b"\n]\n")?;
    Ok(writer.summary)
}

struct StatementWriter<'a, W> {
    out: &'a mut W,
    /// Who publishes: what the data is called.
    title: &'a str,
    /// What the relationships are made up of.
    components: &'a Components,
    /// When the last change was recorded.
    day: Date,
    is_empty: bool,
    summary: ExportSummary,
}

impl<W: Write> StatementWriter<'_, W> {
    fn entity(&mut self, entity: &Entity) -> io::Result<()> {
        let mut properties = entity.properties.clone().unwrap_or_default();
        let (kind, details) = match entity.kind {
            EntityKind::Company | EntityKind::Organization => {
                ("entity", organisation(entity, &mut properties, &mut self.summary))
            }
            EntityKind::Person => ("person", person(entity, &mut properties, &mut self.summary)),
            EntityKind::Service | EntityKind::Event | EntityKind::Place | EntityKind::Market => {
                self.summary
                    .leave_out("entity that is no company, organization or person");
                return Ok(());
            }
        };
        if entity.description.is_some() {
            self.summary.leave_out("description of an entity");
        }
        if entity.status != EntityStatus::Unknown && entity.dissolved.is_none() {
            self.summary.leave_out("status of an entity without a date of its end");
        }
        let record = record_id(&entity.id);
        let mut statement = Map::new();
        statement.insert("declarationSubject".to_owned(), json!(record));
        statement.insert("recordId".to_owned(), json!(record));
        statement.insert("recordType".to_owned(), json!(kind));
        statement.insert("recordDetails".to_owned(), Value::Object(details));
        self.summary.entities += 1;
        self.publish(statement, properties, "new", self.day)
    }

    fn relationship(&mut self, selection: &Selection, relationship: &Relationship) -> io::Result<()> {
        let interest = match statable(selection, relationship) {
            Ok(interest) => interest,
            Err(why) => {
                self.summary.leave_out(why);
                return Ok(());
            }
        };
        let mut properties = relationship.properties.clone().unwrap_or_default();
        let (subject, interested) = parties(&relationship.ends, &mut properties);
        let about = [&subject, &interested].into_iter().find(|end| end.is_string()).cloned();
        let interest = self.interest(relationship, interest, &mut properties);
        let mut details = Map::new();
        let is_component = relationship.components.is_empty() && self.components.contains(&relationship.id);
        // It is set above.
        properties.remove("isComponent");
        details.insert("isComponent".to_owned(), json!(is_component));
        if !relationship.components.is_empty() {
            let records = self.components.records(&relationship.components);
            details.insert("componentRecords".to_owned(), json!(records));
        }
        if relationship.record.is_some() {
            self.summary.leave_out("id that a record had at its source");
        }
        details.insert("subject".to_owned(), subject);
        details.insert("interestedParty".to_owned(), interested);
        if !interest.is_empty() {
            details.insert("interests".to_owned(), json!([interest]));
        }
        let mut statement = Map::new();
        statement.insert("declarationSubject".to_owned(), about.unwrap_or_default());
        statement.insert(
            "recordId".to_owned(),
            json!(format!("{OWN_RECORD_PREFIX}{}", relationship.id)),
        );
        statement.insert("recordType".to_owned(), json!("relationship"));
        statement.insert("recordDetails".to_owned(), Value::Object(details));
        let stated = self.stated(selection, relationship, &mut statement);
        self.summary.relationships += 1;
        match relationship.validity.stated_ended_by() {
            Some(day) => self.publish(statement, properties, "closed", day),
            None => self.publish(statement, properties, "new", stated),
        }
    }

    /// The fields of an interest.
    fn interest(
        &mut self,
        relationship: &Relationship,
        interest: &InterestMapping,
        properties: &mut Map<String, Value>,
    ) -> Map<String, Value> {
        let mut fields = Map::new();
        if interest.code != UNTYPED.code {
            fields.insert("type".to_owned(), json!(interest.code));
        }
        if let Some(mark) = mark(relationship, interest) {
            fields.insert("details".to_owned(), json!(mark.to_string()));
        }
        let directness = match relationship.directness {
            Directness::Direct => Some("direct"),
            Directness::Indirect => Some("indirect"),
            Directness::Unknown => None,
        };
        if let Some(directness) = directness {
            fields.insert("directOrIndirect".to_owned(), json!(directness));
        }
        if let Some(share) = relationship.share {
            fields.insert("share".to_owned(), interests::share_json(share));
        }
        if relationship.amount.is_some() {
            self.summary.leave_out("amount");
        }
        let start = relationship.validity.since().map(|since| self.rounded(since));
        let validity = relationship.validity;
        let end = match validity.until() {
            // As it is written, since it cannot be believed.
            Some(until) if validity.is_contradictory() => Some(until.first_day()),
            Some(_) => validity.until_day(),
            None => None,
        };
        if relationship.validity.until().is_some_and(|until| !until.is_day()) {
            self.summary.leave_out("precision of a date");
        }
        for (key, day) in [("startDate", start), ("endDate", end)] {
            if let Some(day) = day {
                fields.insert(key.to_owned(), json!(day.to_string()));
            }
        }
        let mut beyond = Map::new();
        shapes::put(&mut beyond, properties, shapes::INTEREST);
        for (key, value) in beyond {
            // These would be read as written by our own export.
            let is_mark = key == "details" && value.as_str().and_then(Mark::parse).is_some();
            let is_directness = key == "directOrIndirect" && relationship.kind.is_interest();
            match fields.get(&key) {
                None if is_mark || is_directness => properties.insert(key, value),
                Some(known) if *known != value => properties.insert(key, value),
                _ => fields.insert(key, value),
            };
        }
        fields
    }

    /// The day on which a relationship was last stated; adds its sources to the statement.
    fn stated(
        &mut self,
        selection: &Selection,
        relationship: &Relationship,
        statement: &mut Map<String, Value>,
    ) -> Date {
        let mut last: Option<PartialDate> = None;
        let (mut titles, mut publishers, mut url) = (Vec::new(), Vec::new(), None);
        for claim in &relationship.evidence {
            let says_more = claim.summary.is_some() || claim.speaker.is_some() || claim.confidence.is_some();
            if says_more || claim.share.is_some() || claim.amount.is_some() {
                self.summary
                    .leave_out("summary, speaker, figures or confidence of a source's statement");
            }
            if claim.stance != Stance::Asserts {
                self.summary.leave_out("source's statement that does not assert");
                continue;
            }
            last = last.max(claim.stated_on);
            let Some(source) = selection.source(&claim.source) else {
                continue;
            };
            url = url.or(source.url.filter(|url| is_uri(url)));
            if !titles.contains(&source.title) {
                titles.push(source.title);
            }
            if !publishers.contains(&source.publisher) {
                publishers.push(source.publisher);
            }
        }
        let mut source = Map::new();
        let asserted: Vec<Value> = publishers.iter().map(|name| json!({ "name": name })).collect();
        source.insert("description".to_owned(), json!(titles.join("; ")));
        source.insert("assertedBy".to_owned(), Value::Array(asserted));
        if let Some(url) = url {
            source.insert("url".to_owned(), json!(url));
        }
        statement.insert("source".to_owned(), Value::Object(source));
        let recorded = relationship.recorded_at.to_zoned(jiff::tz::TimeZone::UTC).date();
        last.map_or(recorded, PartialDate::first_day)
    }

    fn rounded(&mut self, date: PartialDate) -> Date {
        if !date.is_day() {
            self.summary.leave_out("precision of a date");
        }
        date.first_day()
    }

    /// Writes a statement. The remaining properties are left out.
    fn publish(
        &mut self,
        mut statement: Map<String, Value>,
        mut properties: Map<String, Value>,
        status: &str,
        stated: Date,
    ) -> io::Result<()> {
        shapes::put(&mut statement, &mut properties, shapes::STATEMENT);
        if !properties.is_empty() {
            self.summary.leave_out("properties that are no fields of the standard");
        }
        statement.insert("recordStatus".to_owned(), json!(status));
        statement.insert("statementDate".to_owned(), json!(stated.to_string()));
        let publication = json!({
            "publicationDate": self.day.to_string(),
            "bodsVersion": "0.4",
            "publisher": { "name": if self.title.is_empty() { "guanxi" } else { self.title } },
        });
        statement.insert("publicationDetails".to_owned(), publication);
        let id = statement_id(&serde_json::to_vec(&statement)?);
        statement.insert("statementId".to_owned(), json!(id));
        self.out.write_all(if self.is_empty { b"\n" } else { b",\n" })?;
        self.is_empty = false;
        serde_json::to_writer(&mut *self.out, &statement)?;
        Ok(())
    }
}

/// An id in the form of a UUID that follows from what a statement says.
fn statement_id(statement: &[u8]) -> String {
    let hash = Sha256::digest(statement);
    let mut id = String::with_capacity(36);
    for (position, byte) in hash.iter().take(16).enumerate() {
        if [4, 6, 8, 10].contains(&position) {
            id.push('-');
        }
        id.push_str(&format!("{byte:02x}"));
    }
    id
}

/// The mark with what the type of an interest does not state of a relationship; none when it states all.
fn mark(relationship: &Relationship, interest: &InterestMapping) -> Option<Mark> {
    let kind = relationship.kind;
    let read = interest.of.filter(|of| kind.takes_share_of(*of));
    let of = relationship.share.map(|share| share.of).filter(|of| read != Some(*of));
    let says_all = interest.kind == kind
        && interest.words == relationship.role.as_deref()
        && interest.of_kind(kind) == relationship.interest
        && of.is_none();
    (!says_all).then(|| Mark {
        kind,
        interest: relationship.interest,
        of,
        role: relationship.role.clone(),
    })
}

/// The interest that a relationship is, or why it cannot be stated.
fn statable(selection: &Selection, relationship: &Relationship) -> Result<&'static InterestMapping, &'static str> {
    let interest = interests::of_relationship(relationship);
    let interest = interest.ok_or("relationship of a kind that is no interest in an entity")?;
    if !matches!(
        relationship.status,
        RelationshipStatus::Active | RelationshipStatus::Unknown
    ) {
        return Err("relationship that is not in effect");
    }
    if relationship
        .evidence
        .iter()
        .all(|claim| claim.stance != Stance::Asserts)
    {
        return Err("relationship that no source asserts");
    }
    let (from, to) = match &relationship.ends {
        Ends::Known { from, to } => (Some(from), Some(to)),
        Ends::UnknownFrom { to, .. } => (None, Some(to)),
        Ends::UnknownTo { from, .. } => (Some(from), None),
    };
    let is_entity = |kind| matches!(kind, Some(EntityKind::Company | EntityKind::Organization));
    let is_party = |kind| is_entity(kind) || kind == Some(EntityKind::Person);
    let subject = to.is_none_or(|to| is_entity(selection.kind_of(to)));
    let interested = from.is_none_or(|from| is_party(selection.kind_of(from)));
    if subject && interested {
        Ok(interest)
    } else {
        Err("relationship with an end that the standard has no record for")
    }
}

/// The subject and the interested party.
fn parties(ends: &Ends, properties: &mut Map<String, Value>) -> (Value, Value) {
    let mut unspecified = |key: &str, reason: UnknownReason| match properties.remove(key) {
        Some(property) if fits(&property, &UNSPECIFIED) => property,
        property => {
            properties.extend(property.map(|property| (key.to_owned(), property)));
            reason_json(reason)
        }
    };
    match ends {
        Ends::Known { from, to } => (json!(record_id(to)), json!(record_id(from))),
        Ends::UnknownFrom { to, reason } => (json!(record_id(to)), unspecified("interestedParty", *reason)),
        Ends::UnknownTo { from, reason } => (unspecified("subject", *reason), json!(record_id(from))),
    }
}

fn reason_json(reason: UnknownReason) -> Value {
    let code = match reason {
        UnknownReason::NoKnownPerson => "subjectUnableToConfirmOrIdentifyBeneficialOwner",
        UnknownReason::NonPublic
        | UnknownReason::BindingLegalCommitments
        | UnknownReason::LegalObstacles
        | UnknownReason::ConsentNotObtained
        | UnknownReason::DetrimentNotExcluded => "interestedPartyExemptFromDisclosure",
        UnknownReason::NaturalPersons
        | UnknownReason::NonConsolidating
        | UnknownReason::NoLei
        | UnknownReason::Unspecified => "unknown",
    };
    json!({ "reason": code, "description": UnknownReason::description(reason) })
}
