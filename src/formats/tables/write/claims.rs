//! Relationships and what the sources say about them, as two tables. No relationship is written without a statement.

use std::collections::HashSet;

use super::{
    DatasetWriter,
    table_writer::{TableWriter, date, object, text},
};
use crate::{
    formats::{
        Error,
        export::{ExportSummary, Selection},
        tables::sheets::{evidence, relationships},
    },
    model::{
        Amount, Catalog, Directness, Ends, Evidence, Interest, Relationship, RelationshipKind, Share, ShareOf, Source,
        Timestamp, UnknownReason,
    },
};

impl DatasetWriter<'_> {
    /// The relationships, each with its evidence.
    pub(super) fn relationships(&mut self, selection: &Selection) -> Result<(), Error> {
        let mut table = self.table(relationships::LAYOUT)?;
        let mut evidence_table = self.table(evidence::LAYOUT)?;
        let mut ids = HashSet::new();
        for relationship in selection.relationships() {
            if !self.takes(&relationship.id, "relationship whose id has white space") {
                continue;
            }
            let statements = self.statements(&relationship, &mut ids);
            if !self.takes_ends(&relationship) {
                continue;
            }
            if statements.is_empty() {
                self.summary.leave_out("relationship without a statement");
                continue;
            }
            self.relationship(&relationship, selection.began_at(), &mut table)?;
            for statement in statements {
                self.statement(statement, &relationship, &mut evidence_table)?;
            }
            self.summary.relationships += 1;
        }
        self.finish(table)?;
        self.finish(evidence_table)
    }

    fn takes_ends(&mut self, relationship: &Relationship) -> bool {
        let (from, to) = ends(&relationship.ends);
        let takes = ![from, to].into_iter().flatten().any(|end| self.left_out.contains(end));
        if !takes {
            self.summary.leave_out("relationship of an entity that was left out");
        }
        takes
    }

    /// The statements that the tables can hold. `ids` are those in use that do not begin with their relationship's.
    fn statements<'r>(&mut self, relationship: &'r Relationship, ids: &mut HashSet<String>) -> Vec<&'r Evidence> {
        let mut statements = Vec::new();
        for statement in &relationship.evidence {
            let is_derived = statement
                .id
                .strip_prefix(&relationship.id)
                .is_some_and(|rest| rest.starts_with(['/', '#']));
            if self.left_out.contains(&statement.source) {
                self.summary.leave_out("statement of a source that was left out");
            } else if statement
                .id
                .contains(|letter: char| letter.is_whitespace() || letter.is_control())
            {
                self.summary.leave_out("statement whose id has white space");
            } else if !is_derived && !ids.insert(statement.id.clone()) {
                self.summary.leave_out("statement with the id of another");
            } else {
                statements.push(statement);
            }
        }
        statements
    }

    fn relationship(
        &mut self,
        claim: &Relationship,
        began_at: Timestamp,
        table: &mut TableWriter,
    ) -> Result<(), Error> {
        let summary = &mut self.summary;
        let (from, to) = ends(&claim.ends);
        table.put("id", &*claim.id);
        table.put("kind", claim.kind.as_str());
        table.put("from", from.unwrap_or_default());
        table.put("to", to.unwrap_or_default());
        table.put(
            "unknown_reason",
            reason(summary, &claim.ends).map_or("", UnknownReason::as_str),
        );
        table.put("role", text(summary, claim.role.as_deref()));
        table.put("status", claim.status.as_str());
        table.put("since", date(claim.validity.since()));
        table.put("until", date(claim.validity.until()));
        let ended_by = claim.validity.stated_ended_by();
        table.put("ended_by", ended_by.map_or_else(String::new, |day| day.to_string()));
        match claim.share {
            Some(share) if claim.kind.takes_share_of(share.of) => {
                table.put("share", share.range.to_string());
                table.put("share_of", share.of.as_str());
            }
            Some(_) => summary.leave_out("share of a relationship of another kind"),
            None => {}
        }
        if claim.kind.is_interest() {
            table.put("interest", claim.interest.map_or("", Interest::as_str));
            let is_stated = claim.directness != Directness::Unknown;
            table.put("directness", if is_stated { claim.directness.as_str() } else { "" });
            table.put("components", components(summary, claim));
        }
        table.put("record", text(summary, claim.record.as_deref()));
        amount(summary, claim.amount.as_ref(), table);
        if claim.kind == RelationshipKind::Serves {
            let capabilities: Vec<&str> = claim.capabilities.iter().map(|offered| offered.as_str()).collect();
            table.put("capabilities", capabilities.join(";"));
        } else if !claim.capabilities.is_empty() {
            summary.leave_out("capabilities of a relationship of another kind");
        }
        table.put("properties", object(claim.properties.as_ref()));
        if claim.recorded_at != began_at {
            table.put("recorded_at", claim.recorded_at.to_string());
        }
        table.end_row()
    }

    fn statement(&mut self, statement: &Evidence, about: &Relationship, table: &mut TableWriter) -> Result<(), Error> {
        let speaker = statement
            .speaker
            .as_deref()
            .filter(|speaker| !self.left_out.contains(*speaker));
        if speaker != statement.speaker.as_deref() {
            self.summary.leave_out("speaker who was left out");
        }
        let summary = &mut self.summary;
        table.put("id", &*statement.id);
        table.put("relationship", &*about.id);
        table.put(
            "source",
            statement
                .source
                .strip_prefix(Source::PREFIX)
                .unwrap_or(&statement.source),
        );
        table.put("locator", text(summary, statement.locator.as_deref()));
        table.put("stance", statement.stance.as_str());
        table.put("speaker", speaker.unwrap_or_default());
        table.put("stated_on", date(statement.stated_on));
        table.put("summary", text(summary, statement.summary.as_deref()));
        match statement.share {
            // What a source gives a share of is not written: it is what the relationship is a share of.
            Some(Share { range, of }) if basis(about) == Some(of) => table.put("share", range.to_string()),
            Some(_) => summary.leave_out("share that a source gives of something else"),
            None => {}
        }
        amount(summary, statement.amount.as_ref(), table);
        table.put(
            "confidence",
            statement.confidence.map_or_else(String::new, |trust| trust.to_string()),
        );
        table.end_row()
    }
}

/// What a claim is made up of, in one cell.
fn components(summary: &mut ExportSummary, claim: &Relationship) -> String {
    let mut listed: Vec<&str> = Vec::new();
    for component in &claim.components {
        let is_foreign = |letter: char| letter == ';' || letter.is_whitespace() || letter.is_control();
        if component.is_empty() || component.contains(is_foreign) {
            summary.leave_out("component whose id has white space or a semicolon");
        } else {
            listed.push(component);
        }
    }
    listed.join(";")
}

/// The ids of both ends; none for the one that is unknown.
fn ends(ends: &Ends) -> (Option<&str>, Option<&str>) {
    match ends {
        Ends::Known { from, to } => (Some(from), Some(to)),
        Ends::UnknownFrom { to, .. } => (None, Some(to)),
        Ends::UnknownTo { from, .. } => (Some(from), None),
    }
}

/// Why an end is unknown. The tables know the reasons of the first end only.
fn reason(summary: &mut ExportSummary, ends: &Ends) -> Option<UnknownReason> {
    match ends {
        Ends::Known { .. } => None,
        Ends::UnknownFrom { reason, .. } => Some(*reason),
        Ends::UnknownTo { reason, .. } => {
            if *reason != UnknownReason::Unspecified {
                summary.leave_out("reason why the second end is unknown");
            }
            Some(UnknownReason::Unspecified)
        }
    }
}

/// What a share that a source gives is read as a share of: the same as the share that is written for the relationship.
fn basis(about: &Relationship) -> Option<ShareOf> {
    let written = about.share.filter(|share| about.kind.takes_share_of(share.of));
    written.map(|share| share.of).or_else(|| about.kind.share_basis())
}

fn amount(summary: &mut ExportSummary, amount: Option<&Amount>, table: &mut TableWriter) {
    if let Some(amount) = amount {
        table.put("amount", amount.value.to_string());
        table.put("currency", amount.currency.as_str());
        table.put("amount_of", text(summary, amount.of.as_deref()));
    }
}
