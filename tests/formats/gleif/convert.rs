//! The same records in another syntax, made without the reader: XML as a tree, and the tree as golden-copy CSV and
//! JSON.

use std::collections::{BTreeSet, HashMap};

use quick_xml::{Reader, events::Event};
use serde_json::{Map, Value};

/// An element.
#[derive(Default, Clone)]
pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

/// The records of an XML file.
pub(super) fn records(xml: &[u8]) -> Vec<Element> {
    let mut reader = Reader::from_reader(xml);
    let mut open = vec![Element::default()];
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).unwrap() {
            Event::Start(start) => {
                let attributes = start.attributes().map(Result::unwrap);
                let attributes = attributes.filter(|one| !one.key.into_inner().starts_with("xmlns"));
                open.push(Element {
                    name: start.local_name().as_ref().to_owned(),
                    attributes: attributes
                        .map(|one| (one.key.into_inner().to_owned(), one.value.to_string()))
                        .collect(),
                    ..Element::default()
                });
            }
            Event::Text(text) => open.last_mut().unwrap().text += &text,
            Event::GeneralRef(name) => {
                open.last_mut().unwrap().text += &quick_xml::escape::unescape(&format!("&{};", &*name)).unwrap()
            }
            Event::End(_) => {
                let closed = open.pop().unwrap();
                open.last_mut().unwrap().children.push(closed);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let root = open.pop().unwrap().children.pop().unwrap();
    root.children.into_iter().last().unwrap().children
}

/// What the golden copy's columns number.
const NUMBERED: [&str; 9] = [
    "OtherEntityName",
    "TransliteratedOtherEntityName",
    "AdditionalAddressLine",
    "OtherAddress",
    "TransliteratedOtherAddress",
    "SuccessorEntity",
    "LegalEntityEvent",
    "AffectedField",
    "OtherValidationAuthority",
];

/// What they call elements of level 2.
fn column(name: &str) -> Option<&str> {
    Some(match name {
        "RelationshipPeriods" | "RelationshipQualifiers" | "RelationshipQuantifiers" => return None,
        "RelationshipPeriod" => "Period",
        "RelationshipQualifier" => "Qualifiers",
        "RelationshipQuantifier" => "Quantifiers",
        "StartDate" => "startDate",
        "EndDate" => "endDate",
        "PeriodType" => "periodType",
        "ExceptionCategory" => "Exception.Category",
        "ExceptionReason" => "Exception.Reason",
        "ExceptionReference" => "Exception.Reference",
        name => name,
    })
}

fn is_numbered(name: &str) -> bool {
    let level_2 = [
        "RelationshipPeriod",
        "RelationshipQualifier",
        "RelationshipQuantifier",
        "ExceptionReason",
        "ExceptionReference",
    ];
    NUMBERED.contains(&name) || level_2.contains(&name) || name == "Geocoding"
}

fn cells(element: &Element, path: &str, cells: &mut Vec<(String, String)>) {
    if !element.text.trim().is_empty() {
        cells.push((path.to_owned(), element.text.trim().to_owned()));
    }
    for (name, value) in &element.attributes {
        cells.push((format!("{path}.{}", name.replace("xml:lang", "xmllang")), value.clone()));
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for child in &element.children {
        let number = counts.entry(&child.name).or_default();
        *number += 1;
        let mut below = match (path, column(&child.name)) {
            (_, None) => path.to_owned(),
            ("", Some(name)) => name.to_owned(),
            (path, Some(name)) => format!("{path}.{name}"),
        };
        if is_numbered(&child.name) {
            below += &format!(".{number}");
        }
        self::cells(child, &below, cells);
    }
}

/// The records as a table; the columns stand in the order of their names, which is none that the golden copy has.
pub(super) fn csv(records: &[Element]) -> Vec<u8> {
    let rows: Vec<HashMap<String, String>> = records
        .iter()
        .map(|record| {
            let mut row = Vec::new();
            cells(record, "", &mut row);
            row.into_iter().collect()
        })
        .collect();
    let columns: BTreeSet<&String> = rows.iter().flat_map(HashMap::keys).collect();
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    writer
        .write_record(columns.iter().map(|column| column.as_bytes()))
        .unwrap();
    for row in &rows {
        let row = columns
            .iter()
            .map(|column| row.get(*column).map(String::as_str).unwrap_or_default());
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

fn value(element: &Element) -> Value {
    let mut members = Map::new();
    for (name, value) in &element.attributes {
        members.insert(format!("@{name}"), Value::String(value.clone()));
    }
    if !element.text.trim().is_empty() {
        members.insert("$".to_owned(), Value::String(element.text.clone()));
    }
    for child in &element.children {
        let name = match child.name.as_str() {
            extension @ ("Geocoding" | "Deletion") => format!("gleif:{extension}"),
            name => name.to_owned(),
        };
        match members.get_mut(&name) {
            Some(Value::Array(items)) => items.push(value(child)),
            Some(before) => *before = Value::Array(vec![before.take(), value(child)]),
            None => {
                members.insert(name, value(child));
            }
        }
    }
    Value::Object(members)
}

/// The records as a list under a name, each wrapped where the golden copy wraps them.
pub(super) fn json(records: &[Element], list: &str) -> String {
    let record = |record: &Element| match list {
        "relations" => serde_json::json!({ "RelationshipRecord": value(record) }),
        _ => value(record),
    };
    let records: Vec<String> = records
        .iter()
        .map(|one| serde_json::to_string_pretty(&record(one)).unwrap())
        .collect();
    format!("{{\"{list}\":[\n{}\n]}}\n", records.join(",\n"))
}
