//! The report of an import: every fault with its place, as lines of text or as one JSON document, and the outcomes of the
//! records. Written while faults occur, so that it grows on disk and not in memory.

pub(super) mod tally;
use std::{
    fmt,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::json;

use super::{Counts, Finding, ImportTally};
use crate::formats::reader::{Effect, EffectiveValue};

/// A report that is being written.
#[derive(Debug)]
pub struct Report {
    out: BufWriter<File>,
    form: Form,
    findings: u64,
    /// The first write error.
    error: Option<io::Error>,
}

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
}

impl Report {
    /// Begins a report in this file: JSON if its name ends with `.json`, text otherwise.
    ///
    /// # Errors
    /// The error of the system if the file cannot be written.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let is_json = path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let mut out = BufWriter::new(File::create(path)?);
        if is_json {
            out.write_all(b"{\"faults\":[")?;
        }
        Ok(Self {
            out,
            form: if is_json { Form::Json } else { Form::Text },
            findings: 0,
            error: None,
        })
    }

    /// Adds a fault.
    pub fn add(&mut self, finding: Finding<'_>) {
        if self.error.is_none() {
            self.error = self.write(finding).err();
        }
    }

    fn write(&mut self, finding: Finding<'_>) -> io::Result<()> {
        if self.form == Form::Text {
            return writeln!(self.out, "{finding}");
        }
        let separator = if self.findings == 0 { "\n" } else { ",\n" };
        self.findings += 1;
        self.out.write_all(separator.as_bytes())?;
        serde_json::to_writer(&mut self.out, &finding_json(finding)).map_err(io::Error::other)
    }

    /// Ends the report with the outcomes of the records.
    ///
    /// # Errors
    /// The first error of writing it, now or before.
    pub fn end(mut self, tally: &ImportTally) -> io::Result<()> {
        if let Some(error) = self.error {
            return Err(error);
        }
        match self.form {
            Form::Text => write!(self.out, "{}", Summary(tally))?,
            Form::Json => {
                let files = tally.files.iter().map(|file| {
                    let mut counts = counts_json(file.counts());
                    counts["file"] = json!(file.name);
                    if let Some(reason) = &file.unreadable {
                        counts["unreadable"] = json!(reason);
                    }
                    counts
                });
                let files: Vec<_> = files.collect();
                let reasons = tally.reasons.iter().map(
                    |((effect, reason), count)| json!({ "effect": effect.as_str(), "reason": reason, "count": count }),
                );
                let reasons: Vec<_> = reasons.collect();
                let end = json!({ "files": files, "all": counts_json(tally.counts()), "reasons": reasons }).to_string();
                // Continues the document after the list of faults.
                writeln!(self.out, "\n],{}", &end[1..])?;
            }
        }
        self.out.flush()
    }
}

fn finding_json(finding: Finding<'_>) -> serde_json::Value {
    let Finding { file, place, fault } = finding;
    json!({
        "file": file,
        "record": place.record,
        "line": place.line,
        "key": place.key,
        "field": fault.field,
        "reason": fault.reason,
        "value": fault.value,
        "effect": fault.effect.as_str(),
        "holds": fault.effective.as_ref().map(|holds| json!({ "value": holds.value, "place": holds.place })),
    })
}

fn counts_json(counts: Counts) -> serde_json::Value {
    json!({
        "read": counts.read,
        "imported": counts.imported,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
        "waiting": counts.waiting,
        "noted": counts.noted,
    })
}

impl Effect {
    /// The effect in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::InProperties => "stored in properties",
            Self::Noted => "noted",
        }
    }
}

impl fmt::Display for Finding<'_> {
    /// `rr.csv: record 812 (5493001KJTIIGC8Y1R12), line 813: Relationship.StartNode.NodeID: not an LEI: "x" (rejected)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, place, fault } = self;
        write!(f, "{file}: {place}: ")?;
        if !fault.field.is_empty() {
            write!(f, "{}: ", fault.field)?;
        }
        write!(f, "{}", fault.reason)?;
        if let Some(value) = &fault.value {
            write!(f, ": {value:?}")?;
        }
        write!(f, " ({}", fault.effect.as_str())?;
        if let Some(holds) = &fault.effective {
            let EffectiveValue { value, place } = &**holds;
            match value {
                Some(value) => write!(f, "; {value:?} of {place} holds")?,
                None => write!(f, "; what {place} says holds")?,
            }
        }
        f.write_str(")")
    }
}

/// The outcomes of the records, as lines of text.
#[derive(Debug)]
pub struct Summary<'a>(pub &'a ImportTally);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(tally) = self;
        for file in &tally.files {
            writeln!(f, "{}: {}", file.name, file.counts())?;
            if let Some(reason) = &file.unreadable {
                writeln!(f, "{}: not read to its end: {reason}", file.name)?;
            }
        }
        if tally.files.len() > 1 {
            writeln!(f, "all files: {}", tally.counts())?;
        }
        for ((effect, reason), count) in &tally.reasons {
            writeln!(f, "{count} × {}: {reason}", effect.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Display for Counts {
    /// `12 records read = 10 imported + 1 unchanged + 1 rejected`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            read,
            imported,
            unchanged,
            rejected,
            waiting,
            noted,
        } = self;
        write!(
            f,
            "{read} records read = {imported} imported + {unchanged} unchanged + {rejected} rejected"
        )?;
        if *waiting > 0 {
            write!(f, " + {waiting} waiting")?;
        }
        match noted {
            0 => Ok(()),
            noted => write!(f, "; {noted} noted"),
        }
    }
}
