//! The records of a file, one after another: each a value of its own, nested in another, or made of statements.

use std::ops::ControlFlow;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{
    about, edge,
    line::Line,
    nested, node,
    statements::{self, Statement, Together},
};
use crate::{
    formats::{
        followthemoney::terms::{self, schemata::Meaning},
        reader::{Draft, Each, Fault, Found, Item, NOT_UTF_8, Place},
    },
    model::Source,
};

/// A file that is being read.
pub(in crate::formats::followthemoney) struct Reading<'a> {
    pub(in crate::formats::followthemoney) file: Source,
    pub(in crate::formats::followthemoney) today: Date,
    pub(in crate::formats::followthemoney) bytes_max: usize,
    /// How many records there were.
    pub(in crate::formats::followthemoney) record: u64,
    /// The statements of the record that is being put together.
    pub(in crate::formats::followthemoney) together: Together,
    /// How many external statements came since the last record.
    pub(in crate::formats::followthemoney) external: u64,
    pub(in crate::formats::followthemoney) each: Each<'a>,
}

impl Reading<'_> {
    /// A JSON value: a record, with others in it, or a statement.
    pub(in crate::formats::followthemoney) fn value(&mut self, text: &[u8], line: u64) -> ControlFlow<()> {
        let Ok(Value::Object(fields)) = serde_json::from_slice(text) else {
            let written = String::from_utf8_lossy(text);
            let reason = match std::str::from_utf8(text) {
                Ok(_) => "not a JSON object",
                Err(_) => NOT_UTF_8,
            };
            let fault = Fault::rejected("", reason).with(&written);
            return self.faulty(fault, line);
        };
        if statements::is_statement(&fields) {
            return self.statement(Statement::of(&fields), line);
        }
        self.finish()?;
        nested::apart(fields)
            .into_iter()
            .try_for_each(|record| self.record(record, line))
    }

    /// One value of a record; the record before it is complete where this is of another.
    pub(in crate::formats::followthemoney) fn statement(
        &mut self,
        statement: Result<Statement, Fault>,
        line: u64,
    ) -> ControlFlow<()> {
        let statement = match statement {
            Ok(statement) if statement.is_external() => {
                self.external += 1;
                return ControlFlow::Continue(());
            }
            Ok(statement) => statement,
            Err(fault) => return self.faulty(fault, line),
        };
        match self.together.add(statement, line, self.bytes_max) {
            Some((record, line)) => self.record(record, line),
            None => ControlFlow::Continue(()),
        }
    }

    /// The record that is being put together.
    pub(in crate::formats::followthemoney) fn finish(&mut self) -> ControlFlow<()> {
        match self.together.finish() {
            Some((record, line)) => self.record(record, line),
            None => ControlFlow::Continue(()),
        }
    }

    fn record(&mut self, fields: Map<String, Value>, line: u64) -> ControlFlow<()> {
        match Line::of(fields) {
            Ok(record) => {
                let key = Some(record.id.clone());
                let (drafts, faults) = made_of(record, &self.file, self.today);
                self.found(key, drafts, faults, line)
            }
            Err(fault) => self.faulty(fault, line),
        }
    }

    fn faulty(&mut self, fault: Fault, line: u64) -> ControlFlow<()> {
        self.found(None, Vec::new(), vec![fault], line)
    }

    fn found(&mut self, key: Option<String>, drafts: Vec<Draft>, mut faults: Vec<Fault>, line: u64) -> ControlFlow<()> {
        self.record += 1;
        // Told with the record that comes next, as they make none of their own.
        if self.external > 0 {
            faults.push(statements::passed_over(std::mem::take(&mut self.external)));
        }
        let place = Place {
            record: self.record,
            line: Some(line),
            key,
        };
        (self.each)(Item::Record(Found { place, drafts, faults }))
    }
}

/// What a record is made into, and what is wrong with it.
fn made_of(mut line: Line, file: &Source, today: Date) -> (Vec<Draft>, Vec<Fault>) {
    let ours = line.ours.take();
    let made = |(mut drafts, mut faults): (Vec<Draft>, Vec<Fault>)| {
        faults.extend(terms::ours::apply(ours, &mut drafts));
        (drafts, faults)
    };
    let reason = match terms::schemata::meaning(&line.schema) {
        Some(Meaning::Node(node)) => return made(node::read(line, node, file)),
        Some(Meaning::Edge(edge)) => return made(edge::read(line, edge, file, today)),
        Some(Meaning::About(about)) => return about::read(line, about),
        Some(Meaning::Thing) => return about::thing(line),
        Some(Meaning::Refused(reason)) => reason,
        None => "not a schema of FollowTheMoney",
    };
    (Vec::new(), vec![Fault::rejected("schema", reason).with(&line.schema)])
}
