//! Reads the records of a file one after another: values of their own, nested in others, or made of statements.

use std::ops::ControlFlow;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{
    entity_record, nested,
    properties::annotation,
    raw_record::RawRecord,
    relationship_record,
    statements::{self, StatementGroup, ValueStatement},
};
use crate::{
    formats::{
        followthemoney::terms::{self, schemata::SchemaKind},
        reader::{Draft, Item, ItemHandler, NOT_UTF_8, RecordDrafts, RecordFault, RecordPlace},
    },
    model::Source,
};

/// Reads the records of a file and hands them over.
pub(in crate::formats::followthemoney) struct RecordReader<'a> {
    pub(in crate::formats::followthemoney) file: Source,
    pub(in crate::formats::followthemoney) today: Date,
    pub(in crate::formats::followthemoney) bytes_max: usize,
    /// How many records there were.
    pub(in crate::formats::followthemoney) record: u64,
    /// The statements of the record that is being put together.
    pub(in crate::formats::followthemoney) group: StatementGroup,
    /// How many external statements were skipped since the last record.
    pub(in crate::formats::followthemoney) external_count: u64,
    pub(in crate::formats::followthemoney) on_item: ItemHandler<'a>,
}

impl RecordReader<'_> {
    /// A JSON value: a record, with others in it, or a statement.
    pub(in crate::formats::followthemoney) fn value(&mut self, text: &[u8], line: u64) -> ControlFlow<()> {
        let Ok(Value::Object(fields)) = serde_json::from_slice(text) else {
            let written = String::from_utf8_lossy(text);
            let reason = match std::str::from_utf8(text) {
                Ok(_) => "not a JSON object",
                Err(_) => NOT_UTF_8,
            };
            let fault = RecordFault::rejected("", reason).with(&written);
            return self.reject(fault, line);
        };
        if statements::is_statement(&fields) {
            return self.statement(ValueStatement::of(&fields), line);
        }
        self.finish()?;
        nested::flattened(fields)
            .into_iter()
            .try_for_each(|record| self.record(record, line))
    }

    /// One value of a record; the record before it is complete where this is of another.
    pub(in crate::formats::followthemoney) fn statement(
        &mut self,
        statement: Result<ValueStatement, RecordFault>,
        line: u64,
    ) -> ControlFlow<()> {
        let statement = match statement {
            Ok(statement) if statement.is_external() => {
                self.external_count += 1;
                return ControlFlow::Continue(());
            }
            Ok(statement) => statement,
            Err(fault) => return self.reject(fault, line),
        };
        match self.group.add(statement, line, self.bytes_max) {
            Some((record, line)) => self.record(record, line),
            None => ControlFlow::Continue(()),
        }
    }

    /// The record that is being put together.
    pub(in crate::formats::followthemoney) fn finish(&mut self) -> ControlFlow<()> {
        match self.group.finish() {
            Some((record, line)) => self.record(record, line),
            None => ControlFlow::Continue(()),
        }
    }

    fn record(&mut self, fields: Map<String, Value>, line: u64) -> ControlFlow<()> {
        match RawRecord::of(fields) {
            Ok(record) => {
                let key = Some(record.id.clone());
                let (drafts, faults) = drafts_of(record, &self.file, self.today);
                self.hand_over(key, drafts, faults, line)
            }
            Err(fault) => self.reject(fault, line),
        }
    }

    fn reject(&mut self, fault: RecordFault, line: u64) -> ControlFlow<()> {
        self.hand_over(None, Vec::new(), vec![fault], line)
    }

    fn hand_over(
        &mut self,
        key: Option<String>,
        drafts: Vec<Draft>,
        mut faults: Vec<RecordFault>,
        line: u64,
    ) -> ControlFlow<()> {
        self.record += 1;
        // Reported with the next record, since external statements make none of their own.
        if self.external_count > 0 {
            faults.push(statements::passed_over(std::mem::take(&mut self.external_count)));
        }
        let place = RecordPlace {
            record: self.record,
            line: Some(line),
            key,
        };
        (self.on_item)(Item::Record(RecordDrafts { place, drafts, faults }))
    }
}

/// The drafts and faults of a record.
fn drafts_of(mut record: RawRecord, file: &Source, today: Date) -> (Vec<Draft>, Vec<RecordFault>) {
    let extension = record.extension.take();
    let with_extension = |(mut drafts, mut faults): (Vec<Draft>, Vec<RecordFault>)| {
        faults.extend(terms::extension::apply(extension, &mut drafts));
        (drafts, faults)
    };
    let reason = match terms::schemata::kind_of(&record.schema) {
        Some(SchemaKind::Entity(schema)) => return with_extension(entity_record::read(record, schema, file)),
        Some(SchemaKind::Relationship(schema)) => {
            return with_extension(relationship_record::read(record, schema, file, today));
        }
        Some(SchemaKind::Annotation(annotation)) => return annotation::read(record, annotation),
        Some(SchemaKind::Thing) => return annotation::thing(record),
        Some(SchemaKind::Refused(reason)) => reason,
        None => "not a schema of FollowTheMoney",
    };
    (
        Vec::new(),
        vec![RecordFault::rejected("schema", reason).with(&record.schema)],
    )
}
