//! The source of a statement: its publisher. What the statement states about its own origin goes to the properties of the
//! record, since registers name another page for every company.

use hashbrown::HashMap;
use serde_json::{Map, Value};

use super::values::{one_line, text};
use crate::{
    formats::reader::{Draft, RecordChange, SourceDefaults, VersionOrder},
    model::{Record, Source, Timestamp, link, percent_encoded},
};

/// How many sources are remembered as handed over; beyond that all are handed over again.
const SOURCES_MAX: usize = 1024;

/// How many characters of a publisher's name stand in the id.
const KEY_CHARS_MAX: usize = 200;

/// The sources of a file.
pub(in crate::formats::bods) struct Sources<'a> {
    /// What the file is called.
    file: &'a str,
    source_defaults: &'a SourceDefaults,
    recent: HashMap<String, (Source, Option<Timestamp>)>,
}

impl<'a> Sources<'a> {
    pub(in crate::formats::bods) fn new(file: &'a str, source_defaults: &'a SourceDefaults) -> Self {
        Self {
            file,
            source_defaults,
            recent: HashMap::new(),
        }
    }

    /// The source, where it was not handed over yet, or as one that was known later.
    pub(in crate::formats::bods) fn hand_over(&mut self, source: Source, known_at: Option<Timestamp>) -> Option<Draft> {
        if self.recent.len() >= SOURCES_MAX && !self.recent.contains_key(&source.id) {
            self.recent.clear();
        }
        let source = match self.recent.get(&source.id) {
            Some((_, since)) if known_at.is_none() || since.is_some_and(|since| Some(since) <= known_at) => {
                return None;
            }
            Some((first, _)) => first.clone(),
            None => source,
        };
        self.recent.insert(source.id.clone(), (source.clone(), known_at));
        Some(Draft {
            status_is_implied: false,
            known_at,
            order: VersionOrder::default(),
            change: RecordChange::Record(Record::Source(source)),
        })
    }

    /// The source of a statement.
    pub(in crate::formats::bods) fn of(&self, publication: &Map<String, Value>) -> Source {
        let source_defaults = self.source_defaults;
        let none = Map::new();
        let publisher = publication.get("publisher").and_then(Value::as_object).unwrap_or(&none);
        let name = text(publisher, "name").and_then(one_line);
        let url = text(publisher, "url").or_else(|| text(publisher, "uri"));
        let url = url.and_then(|url| link(url).ok());
        let key = match name.as_deref().or(url.as_deref()) {
            Some(publisher) => format!("bods:{}", slug(publisher)),
            None => source_defaults
                .source
                .clone()
                .unwrap_or_else(|| stem(self.file).to_owned()),
        };
        let known = || source_defaults.publisher.as_deref().and_then(one_line);
        let publisher = name.or_else(|| url.clone()).or_else(known);
        Source {
            id: Source::id_of(&key).unwrap_or_else(|_| format!("{}bods", Source::PREFIX)),
            publisher: publisher.unwrap_or_else(|| key.clone()),
            title: source_defaults
                .title
                .clone()
                .unwrap_or_else(|| "Beneficial ownership statements".to_owned()),
            url: url.or_else(|| source_defaults.url.clone()),
            published_on: None,
            licence: text(publication, "license")
                .and_then(one_line)
                .or_else(|| source_defaults.licence.clone()),
        }
    }
}

/// A name as part of an id: letters and digits in lower case, everything else one dash.
fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric());
    let slug = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    let slug: String = slug.chars().take(KEY_CHARS_MAX).collect();
    if slug.is_empty() {
        percent_encoded(name).chars().take(KEY_CHARS_MAX).collect()
    } else {
        slug
    }
}

/// The name of a file without its endings.
fn stem(file: &str) -> &str {
    let bare = file.split_once('.').map_or(file, |(stem, _)| stem);
    if bare.trim().is_empty() { "bods" } else { bare }
}
