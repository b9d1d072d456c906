//! The source of a record: the file, or what the record names as its own source. A named source's id follows from its link and its
//! publisher, so that all records that name the same have one source.

use sha2::{Digest, Sha256};

use super::{raw_record::RawRecord, values::one_line};
use crate::{
    formats::reader::{SourceDefaults, Unreadable},
    model::{ID_CHARS_MAX, Source, link, percent_encoded},
};

/// What the names of files of FollowTheMoney end with.
const ENDINGS: [&str; 9] = [
    ".json", ".jsonl", ".ndjson", ".ijson", ".csv", ".ftm", ".txt", ".gz", ".zip",
];

/// The file called `name` as a source, by the given source or its name.
pub(in crate::formats::followthemoney) fn of_file(
    name: &str,
    source_defaults: &SourceDefaults,
) -> Result<Source, Unreadable> {
    let sources_of = source_defaults
        .source
        .as_deref()
        .unwrap_or_else(|| without_ending(name));
    let key: Vec<&str> = sources_of.split_whitespace().collect();
    let id = Source::id_of(&key.join("-")).map_err(|_| {
        Unreadable::malformed(
            "the file",
            "its name cannot be the id of a source; give one with --source",
        )
    })?;
    let key = id.strip_prefix(Source::PREFIX).unwrap_or(&id);
    Ok(Source {
        publisher: source_defaults.publisher.clone().unwrap_or_else(|| key.to_owned()),
        title: source_defaults.title.clone().unwrap_or_else(|| key.to_owned()),
        url: source_defaults.url.clone(),
        published_on: None,
        licence: source_defaults.licence.clone(),
        id,
    })
}

fn without_ending(name: &str) -> &str {
    let shorter = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
    match shorter.filter(|shorter| !shorter.is_empty()) {
        Some(shorter) => without_ending(shorter),
        None => name,
    }
}

/// The sources that a relationship names, in its order; the file where it names none.
pub(in crate::formats::followthemoney) fn take(record: &mut RawRecord, file: &Source) -> Vec<Source> {
    let links = record.take_each("sourceUrl", "not a link", |text| link(text.trim()).ok());
    let publisher = match record.values("publisher") {
        [one] => one_line(one),
        // Which of several published what is not said.
        _ => None,
    };
    if publisher.is_some() {
        record.take("publisher");
    }
    sources_of(&links, publisher.as_deref(), file)
}

/// The sources that an entity names; the properties that name them stay with it.
pub(in crate::formats::followthemoney) fn peek(record: &RawRecord, file: &Source) -> Vec<Source> {
    let links: Vec<String> = record
        .values("sourceUrl")
        .iter()
        .filter_map(|text| link(text.trim()).ok())
        .take(1)
        .collect();
    let publisher = match record.values("publisher") {
        [one] => one_line(one),
        _ => None,
    };
    sources_of(&links, publisher.as_deref(), file)
}

fn sources_of(links: &[String], publisher: Option<&str>, file: &Source) -> Vec<Source> {
    let is_file = |link: Option<&str>| {
        let same_link = link == file.url.as_deref();
        let same_publisher = publisher.is_none_or(|publisher| publisher == file.publisher);
        same_link && same_publisher
    };
    let of = |link: Option<&str>| {
        if is_file(link) {
            file.clone()
        } else {
            source(link, publisher)
        }
    };
    match (links, publisher) {
        ([], None) => vec![file.clone()],
        ([], Some(_)) => vec![of(None)],
        _ => {
            let mut sources: Vec<Source> = Vec::new();
            for link in links {
                let source = of(Some(link));
                if !sources.contains(&source) {
                    sources.push(source);
                }
            }
            sources
        }
    }
}

/// The source with this link and this publisher, of which there is at least one. All that it says follows from them.
pub(in crate::formats::followthemoney) fn source(link: Option<&str>, publisher: Option<&str>) -> Source {
    let key = match (link, publisher) {
        (Some(link), None) => link.to_owned(),
        (link, publisher) => {
            let publisher = percent_encoded(publisher.unwrap_or_default());
            format!("{publisher}@{}", link.unwrap_or_default())
        }
    };
    let key = if key.chars().count() + Source::PREFIX.len() > ID_CHARS_MAX {
        let digest = Sha256::digest(&key);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    } else {
        key
    };
    let host = link.and_then(|link| link.split('/').nth(2));
    let publisher = publisher.or(host).unwrap_or_default().to_owned();
    Source {
        id: format!("{}{key}", Source::PREFIX),
        title: link.map_or_else(|| publisher.clone(), str::to_owned),
        publisher,
        url: link.map(str::to_owned),
        published_on: None,
        licence: None,
    }
}

/// The link and the publisher by which a record names `source`, so that it is read back. The publisher is left out for a
/// file of which only the name is known.
pub(in crate::formats::followthemoney) fn record_fields(source: &Source) -> (Option<&str>, Option<&str>) {
    let is_file = source.id.strip_prefix(Source::PREFIX) == Some(&source.publisher);
    let link = source.url.as_deref();
    let host = link.and_then(|link| link.split('/').nth(2));
    let publisher = Some(&*source.publisher).filter(|publisher| Some(*publisher) != host && !is_file);
    (link, publisher)
}
