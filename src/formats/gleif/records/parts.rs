//! What all three kinds of records share: checked LEIs and dates, placeholders for entities of other files, and evidence.

use super::properties::PropertyTree;
use crate::{
    formats::{
        gleif::syntax::row::{Cell, GleifRow},
        reader::{Draft, Effect, RecordChange, RecordFault, VALUE_CHARS_MAX, VersionOrder},
    },
    model::{
        Ends, Entity, EntityKind, Evidence, Identifier, LEI_SCHEME, Noun, PartialDate, Record, Relationship,
        RelationshipKind, check_lei, evidence_id, relationship_id,
    },
};

/// What is wrong with an LEI.
pub(in crate::formats::gleif) const NOT_AN_LEI: &str = "not a Legal Entity Identifier";

/// The drafts and faults of a record.
#[derive(Default)]
pub(in crate::formats::gleif) struct GleifOutcome {
    /// The LEI that it is about.
    pub(in crate::formats::gleif) key: Option<String>,
    pub(in crate::formats::gleif) drafts: Vec<Draft>,
    pub(in crate::formats::gleif) faults: Vec<RecordFault>,
}

impl GleifOutcome {
    /// No drafts yet, for the record that is about the LEI in this cell.
    pub(in crate::formats::gleif) fn about(row: &GleifRow<'_>, lei: Option<Cell>) -> Self {
        let quoted = |text: &str| text.chars().take(VALUE_CHARS_MAX).collect();
        Self {
            key: row.text_of(lei).map(quoted),
            ..Self::default()
        }
    }

    /// Rejects the record.
    #[must_use]
    pub(in crate::formats::gleif) fn reject(mut self, fault: RecordFault) -> Self {
        self.drafts.clear();
        self.faults.push(fault);
        self
    }

    /// Puts an invalid value into the properties, with a fault.
    pub(in crate::formats::gleif) fn keep(
        &mut self,
        row: &GleifRow<'_>,
        cell: Cell,
        reason: &'static str,
        properties: &mut PropertyTree,
    ) {
        self.faults.push(property_fault(row, cell, reason));
        properties.keep(row, cell);
    }

    /// Adds a remark on a cell that is taken as written, but contradicts another.
    pub(in crate::formats::gleif) fn note(&mut self, row: &GleifRow<'_>, cell: Cell, reason: &'static str) {
        self.faults.push(RecordFault {
            effect: Effect::Noted,
            ..fault(row, cell, reason)
        });
    }

    /// The parsed value of a cell; a cell that cannot be parsed goes to the properties.
    pub(in crate::formats::gleif) fn read<T>(
        &mut self,
        row: &GleifRow<'_>,
        cell: Option<Cell>,
        (parse, reason): (impl Fn(&str) -> Option<T>, &'static str),
        properties: &mut PropertyTree,
    ) -> Option<T> {
        let cell = cell?;
        let read = parse(row.text(cell));
        if read.is_none() {
            self.keep(row, cell, reason, properties);
        }
        read
    }
}

/// A fault of a cell for which its record is rejected.
pub(in crate::formats::gleif) fn fault(row: &GleifRow<'_>, cell: Cell, reason: &'static str) -> RecordFault {
    RecordFault::rejected(row.fields.field(cell.field).path.clone(), reason).with(row.text(cell))
}

/// A fault of a cell whose text goes to the properties.
pub(in crate::formats::gleif) fn property_fault(row: &GleifRow<'_>, cell: Cell, reason: &'static str) -> RecordFault {
    RecordFault {
        effect: Effect::InProperties,
        ..fault(row, cell, reason)
    }
}

/// A record that is no longer published.
pub(in crate::formats::gleif) fn retraction(noun: Noun, id: String) -> Draft {
    Draft {
        status_is_implied: false,
        known_at: None,
        order: VersionOrder::default(),
        change: RecordChange::Retraction { noun, id },
    }
}

/// The LEI in a cell.
///
/// # Errors
/// The fault for which the record is rejected, where the cell is absent or holds none.
pub(in crate::formats::gleif) fn lei<'a>(
    row: &GleifRow<'a>,
    cell: Option<Cell>,
    field: &'static str,
) -> Result<&'a str, RecordFault> {
    let Some(cell) = cell else {
        return Err(RecordFault::rejected(field, "missing"));
    };
    let text = row.text(cell);
    match check_lei(text) {
        Ok(()) => Ok(text),
        Err(_) => Err(fault(row, cell, NOT_AN_LEI)),
    }
}

/// The id of the entity with this LEI.
pub(in crate::formats::gleif) fn entity_id(lei: &str) -> String {
    ["lei:", lei].concat()
}

/// The entity with this LEI, of which nothing else is known.
pub(in crate::formats::gleif) fn bare_entity(lei: &str, name: &str) -> Entity {
    Entity {
        identifiers: vec![Identifier {
            scheme: LEI_SCHEME.to_owned(),
            value: lei.to_owned(),
        }],
        ..Entity::unchecked(entity_id(lei), EntityKind::Company, name)
    }
}

/// The entity with this LEI, unless a record of its own describes it.
pub(in crate::formats::gleif) fn placeholder(lei: &str) -> Draft {
    Draft::placeholder(Record::Entity(bare_entity(lei, lei)))
}

/// The day in a date or date-time: `2017-09-20T08:00:00+02:00` names the 20th, wherever one is.
pub(in crate::formats::gleif) fn day(text: &str) -> Option<PartialDate> {
    let date = match text.split_once('T') {
        Some((date, _)) if date.len() == "2017-09-20".len() => date,
        Some(_) => return None,
        None => text,
    };
    date.parse().ok()
}

/// Whether something ends on a day: one in the year 9999 is how registers write that it does not.
pub(in crate::formats::gleif) fn is_end(day: &PartialDate) -> bool {
    day.first_day().year() < 9999
}

/// A day or what is wrong with it.
pub(in crate::formats::gleif) const DAY: (fn(&str) -> Option<PartialDate>, &str) = (day, "not a date");

/// One claim of GLEIF, with the statement it rests on.
pub(in crate::formats::gleif) struct GleifClaim<'a> {
    pub(in crate::formats::gleif) kind: RelationshipKind,
    pub(in crate::formats::gleif) ends: Ends,
    /// Distinguishes it from others of its kind between its ends.
    pub(in crate::formats::gleif) key: &'a str,
    pub(in crate::formats::gleif) source: &'a str,
    pub(in crate::formats::gleif) locator: &'a str,
    pub(in crate::formats::gleif) stated_on: Option<PartialDate>,
}

impl GleifClaim<'_> {
    /// The claim as a relationship that is in effect and has no dates.
    pub(in crate::formats::gleif) fn relationship(self) -> Relationship {
        let id = relationship_id(self.kind, &self.ends, self.key);
        let statement = Evidence {
            locator: Some(self.locator.to_owned()),
            stated_on: self.stated_on,
            ..Evidence::asserting(evidence_id(&id, self.source, 1), self.source)
        };
        Relationship {
            evidence: vec![statement],
            ..Relationship::new(id, self.kind, self.ends)
        }
    }
}
