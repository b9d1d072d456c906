//! The fields of GLEIF's records, by one path each, whatever the syntax: golden-copy columns, elements and JSON members
//! of the same meaning are one field. Fields that no version of the format has are learned, up to a bound.

use crate::formats::gleif::records::field_meaning::FieldMeaning;

/// How many fields beyond those of the format may be learned from one file.
const FIELDS_MAX: usize = 2_000;

/// How deep fields may lie in each other.
const DEPTH_MAX: usize = 12;

/// How long the name of a field may be.
const NAME_BYTES_MAX: usize = 200;

/// How many items a list may have.
const ITEMS_MAX: usize = 10_000;

/// How many lists may lie in each other: events, and the fields that each affects.
pub(in crate::formats::gleif) const LISTS_MAX: usize = 2;

/// A place among the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::gleif) struct FieldIx(usize);

/// Where a value stands in a record: its field, and which item of each list around it, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::gleif) struct FieldPosition {
    pub(in crate::formats::gleif) field: FieldIx,
    pub(in crate::formats::gleif) indices: [usize; LISTS_MAX],
    lists: usize,
}

impl FieldPosition {
    /// The record itself.
    pub(in crate::formats::gleif) const ROOT: Self = Self {
        field: FieldIx(0),
        indices: [0; LISTS_MAX],
        lists: 0,
    };
}

/// One step from a record's properties to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats::gleif) enum PropertyStep {
    /// Into the member with this name.
    Member(String),
    /// Into an item of the list, whose index is at this place among the indices of a position.
    Item(usize),
}

/// A field.
#[derive(Debug)]
pub(in crate::formats::gleif) struct RecordField {
    /// As the golden copy's columns call it, without numbers: `Entity.LegalAddress.City`.
    pub(in crate::formats::gleif) path: String,
    /// What it means.
    pub(in crate::formats::gleif) meaning: FieldMeaning,
    /// The steps to its place in `properties`.
    pub(in crate::formats::gleif) steps: Vec<PropertyStep>,
    is_list: bool,
    depth: usize,
    /// Its children, by the names seen so far in the file.
    children: Vec<(String, FieldIx)>,
}

/// The fields seen so far in a file.
#[derive(Debug)]
pub(in crate::formats::gleif) struct RecordFields {
    all: Vec<RecordField>,
    meaning: fn(&str) -> FieldMeaning,
}

impl RecordFields {
    /// No fields yet; `meaning` says what a path means.
    pub(in crate::formats::gleif) fn new(meaning: fn(&str) -> FieldMeaning) -> Self {
        let root = RecordField {
            path: String::new(),
            meaning: FieldMeaning::Other,
            steps: Vec::new(),
            is_list: false,
            depth: 0,
            children: Vec::new(),
        };
        Self {
            all: vec![root],
            meaning,
        }
    }

    /// Forgets all fields.
    pub(in crate::formats::gleif) fn reset(&mut self) {
        self.all.truncate(1);
        self.all[0].children.clear();
    }

    pub(in crate::formats::gleif) fn field(&self, ix: FieldIx) -> &RecordField {
        &self.all[ix.0]
    }

    /// The `ordinal`-th child of this name, from 1; none when there are too many fields or items, or they lie too deep.
    pub(in crate::formats::gleif) fn child(
        &mut self,
        position: FieldPosition,
        name: &str,
        ordinal: usize,
    ) -> Option<FieldPosition> {
        let field = self.named(position.field, name)?;
        if ordinal > ITEMS_MAX {
            return None;
        }
        if self.field(field).is_list && position.lists < LISTS_MAX {
            let mut indices = position.indices;
            indices[position.lists] = ordinal.saturating_sub(1);
            return Some(FieldPosition {
                field,
                indices,
                lists: position.lists + 1,
            });
        }
        // This is no known list, so each further one is a field of its own.
        let field = if ordinal > 1 {
            self.named(position.field, &format!("{name}.{ordinal}"))?
        } else {
            field
        };
        Some(FieldPosition { field, ..position })
    }

    /// The field of this name in another.
    pub(in crate::formats::gleif) fn named(&mut self, parent: FieldIx, name: &str) -> Option<FieldIx> {
        let known = self.field(parent).children.iter().find(|(known, _)| known == name);
        if let Some((_, known)) = known {
            return Some(*known);
        }
        let is_full = self.all.len() > FIELDS_MAX || self.field(parent).depth >= DEPTH_MAX;
        if is_full || name.len() > NAME_BYTES_MAX {
            return None;
        }
        let mut field = parent;
        for part in canonical(&self.field(parent).path, name) {
            field = self.field_at(field, part);
        }
        self.all[parent.0].children.push((name.to_owned(), field));
        Some(field)
    }

    /// The field whose path is that of `parent` and `name`.
    fn field_at(&mut self, parent: FieldIx, name: &str) -> FieldIx {
        let above = self.field(parent);
        let path = match above.path.as_str() {
            "" => name.to_owned(),
            above => format!("{above}.{name}"),
        };
        if let Some(known) = self.all.iter().position(|field| field.path == path) {
            return FieldIx(known);
        }
        let is_list = LISTS.iter().any(|(list, _)| *list == name) || LISTS.iter().any(|(list, _)| *list == path);
        let mut steps = above.steps.clone();
        steps.extend(member(&path, name).map(PropertyStep::Member));
        let lists = steps
            .iter()
            .filter(|step| matches!(step, PropertyStep::Item(_)))
            .count();
        let is_list = is_list && lists < LISTS_MAX;
        if is_list {
            steps.push(PropertyStep::Item(lists));
        }
        self.all.push(RecordField {
            meaning: (self.meaning)(&path),
            depth: above.depth + 1,
            path,
            steps,
            is_list,
            children: Vec::new(),
        });
        FieldIx(self.all.len() - 1)
    }
}

/// What may stand several times, by its name or its path, and what all of them are called in `properties`.
const LISTS: [(&str, &str); 15] = [
    ("OtherEntityName", "otherEntityNames"),
    ("TransliteratedOtherEntityName", "transliteratedOtherEntityNames"),
    ("AdditionalAddressLine", "additionalAddressLines"),
    ("OtherAddress", "otherAddresses"),
    ("TransliteratedOtherAddress", "transliteratedOtherAddresses"),
    ("Entity.SuccessorEntity", "successorEntities"),
    ("LegalEntityEvent", "legalEntityEvents"),
    ("AffectedField", "affectedFields"),
    ("OtherValidationAuthority", "otherValidationAuthorities"),
    ("Extension.Geocoding", "geocoding"),
    ("Relationship.Period", "periods"),
    ("Relationship.Qualifiers", "qualifiers"),
    ("Relationship.Quantifiers", "quantifiers"),
    ("Exception.Reason", "exceptionReasons"),
    ("Exception.Reference", "exceptionReferences"),
];

/// What a field is called in `properties`; none when it only holds others together.
fn member(path: &str, name: &str) -> Option<String> {
    if let Some((_, plural)) = LISTS.iter().find(|(list, _)| *list == name || *list == path) {
        return Some((*plural).to_owned());
    }
    match (path, name) {
        ("Entity" | "Relationship" | "Exception" | "Extension", _)
        | (
            _,
            "OtherEntityNames"
            | "TransliteratedOtherEntityNames"
            | "OtherAddresses"
            | "TransliteratedOtherAddresses"
            | "LegalEntityEvents"
            | "AffectedFields"
            | "OtherValidationAuthorities",
        ) => None,
        ("Exception.Category", _) => Some("exceptionCategory".to_owned()),
        (_, "xmllang") => Some("language".to_owned()),
        _ => Some(lower_camel(name)),
    }
}

/// The names under which the golden copy's columns know the child `name` of the field with this path.
fn canonical<'n>(parent: &str, name: &'n str) -> Vec<&'n str> {
    match (parent, name) {
        ("", "LEIRecord" | "RelationshipRecord")
        | ("Relationship", "RelationshipPeriods" | "RelationshipQualifiers" | "RelationshipQuantifiers") => vec![],
        ("Relationship", "RelationshipPeriod") => vec!["Period"],
        ("Relationship", "RelationshipQualifier") => vec!["Qualifiers"],
        ("Relationship", "RelationshipQuantifier") => vec!["Quantifiers"],
        ("Relationship.Period", "StartDate") => vec!["startDate"],
        ("Relationship.Period", "EndDate") => vec!["endDate"],
        ("Relationship.Period", "PeriodType") => vec!["periodType"],
        ("", "ExceptionCategory") => vec!["Exception", "Category"],
        ("", "ExceptionReason") => vec!["Exception", "Reason"],
        ("", "ExceptionReference") => vec!["Exception", "Reference"],
        ("Exception", "ExceptionCategory") => vec!["Category"],
        ("Exception", "ExceptionReason") => vec!["Reason"],
        ("Exception", "ExceptionReference") => vec!["Reference"],
        // The columns for the language of a successor's name are called so.
        ("Entity.SuccessorEntity", "SuccessorEntity") => vec!["SuccessorEntityName"],
        ("", "ConformityFlag") => vec!["Extension", "conformity", "conformityflag"],
        ("", "Deletion") => vec!["Extension", "Deletion"],
        ("", "DeletedAt") => vec!["Extension", "Deletion", "DeletedAt"],
        _ => vec![name],
    }
}

/// `LegalAddress` as `legalAddress`, `LEI` as `lei`.
fn lower_camel(name: &str) -> String {
    let capitals = name.chars().take_while(char::is_ascii_uppercase).count();
    // Of several capitals the last one begins the next word, unless nothing follows.
    let lower = if capitals > 1 && capitals < name.len() {
        capitals - 1
    } else {
        capitals
    };
    let (head, tail) = name.split_at(lower);
    head.to_ascii_lowercase() + tail
}
