//! A small registry of companies of many countries and scripts, and messy names with the entity that each means, or none.
//! Shared with the bench.

use std::collections::HashMap;

use guanxi::model::{
    Catalog, CompanyName, Dataset, Entity, EntityKind, Identifier, MatchCriteria, Name, NameKind, Source, Timestamp,
};

/// A name as somebody wrote it, and who is meant.
#[derive(Debug)]
pub(crate) struct Labelled {
    pub(crate) wanted: MatchCriteria,
    /// The id of an entity of the registry.
    pub(crate) expected: Option<String>,
}

fn rows(table: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows = reader.deserialize();
    rows.map(|row| row.expect("the table is well formed")).collect()
}

fn cell(row: &HashMap<String, String>, column: &str) -> Option<String> {
    row.get(column).filter(|cell| !cell.is_empty()).cloned()
}

/// Somebody of whom no more than the name is told.
pub(crate) fn named(name: &str) -> MatchCriteria {
    MatchCriteria {
        name: Some((name.to_owned(), CompanyName::new(name))),
        ..MatchCriteria::default()
    }
}

/// The registry.
pub(crate) fn registry() -> Dataset {
    let entities = rows(include_str!("registry.csv")).into_iter().map(|row| {
        let kind = EntityKind::parse(&row["kind"]).expect("a kind");
        let mut entity = Entity::new(&row["id"], kind, &row["name"]).expect("an entity");
        let others = cell(&row, "others").unwrap_or_default();
        let others = others.split('|').filter(|name| !name.is_empty()).map(|name| Name {
            text: name.to_owned(),
            language: None,
            script: None,
            kind: NameKind::Alias,
        });
        entity.names = others.collect();
        entity.country = cell(&row, "country");
        let lei = cell(&row, "lei").map(|lei| Identifier::new("lei", &lei).expect("an identifier"));
        entity.identifiers = lei.into_iter().collect();
        entity
    });
    dataset("Companies of many countries", entities.collect())
}

/// These entities, and nothing besides.
pub(crate) fn dataset(title: &str, mut entities: Vec<Entity>) -> Dataset {
    entities.sort_by(|one, other| one.id.cmp(&other.id));
    Dataset {
        title: title.to_owned(),
        description: None,
        licence: None,
        recorded_at: Timestamp::UNIX_EPOCH,
        sources: vec![Source {
            id: "source:registry".to_owned(),
            publisher: "Registry".to_owned(),
            title: "Companies".to_owned(),
            url: None,
            published_on: None,
            licence: None,
        }],
        entities,
        relationships: Vec::new(),
    }
}

/// The messy names.
pub(crate) fn labelled() -> Vec<Labelled> {
    let labelled = rows(include_str!("labelled.csv")).into_iter().map(|row| {
        let lei = cell(&row, "lei").map(|lei| Identifier::new("lei", &lei).expect("an identifier"));
        let wanted = MatchCriteria {
            country: cell(&row, "country"),
            kind: cell(&row, "kind").map(|kind| EntityKind::parse(&kind).expect("a kind")),
            identifiers: lei.into_iter().collect(),
            ..named(&row["name"])
        };
        Labelled {
            wanted,
            expected: cell(&row, "expected"),
        }
    });
    labelled.collect()
}

/// Names of many scripts and forms as a registry, and as people write them, each with the entity that is meant, or none.
pub(crate) fn written() -> (Dataset, Vec<Labelled>) {
    let (mut entities, mut labelled) = (Vec::new(), Vec::new());
    for (number, row) in rows(include_str!("written.csv")).iter().enumerate() {
        let id = format!("n{number:02}");
        let name = cell(row, "name");
        let entity = name
            .as_deref()
            .map(|name| Entity::new(&id, EntityKind::Company, name).expect("an entity"));
        entities.extend(entity);
        labelled.extend(cell(row, "written").map(|written| Labelled {
            wanted: named(&written),
            expected: name.is_some().then_some(id),
        }));
    }
    (dataset("Names as people write them", entities), labelled)
}

/// How good the answers to the messy names are.
#[derive(Debug, Default)]
pub(crate) struct Quality {
    /// Answered with the one that is meant.
    pub(crate) right: f64,
    /// Answered with another, or at all where nobody is meant.
    pub(crate) wrong: f64,
    /// Not answered, where somebody is meant.
    pub(crate) missed: f64,
}

impl Quality {
    /// Counts one answer.
    pub(crate) fn count(&mut self, expected: Option<&str>, found: Option<&str>) {
        match (expected, found) {
            (None, None) => {}
            (Some(expected), Some(found)) if expected == found => self.right += 1.0,
            (Some(_), Some(_)) => {
                self.wrong += 1.0;
                self.missed += 1.0;
            }
            (None, Some(_)) => self.wrong += 1.0,
            (Some(_), None) => self.missed += 1.0,
        }
    }

    /// How many of the answers are right.
    pub(crate) fn precision(&self) -> f64 {
        self.right / (self.right + self.wrong)
    }

    /// How many of those who are meant were answered.
    pub(crate) fn recall(&self) -> f64 {
        self.right / (self.right + self.missed)
    }
}
