//! The schemata whose records are about one entity.

/// A schema whose records are about one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::followthemoney) struct Annotation {
    /// What it is called.
    pub(in crate::formats::followthemoney) name: &'static str,
    /// The property that refers to the entity.
    pub(in crate::formats::followthemoney) subject: &'static str,
    /// Under which of the properties of the entity they stand, each by its id.
    pub(in crate::formats::followthemoney) group: &'static str,
    /// The property that refers to a thing.
    pub(in crate::formats::followthemoney) thing: Option<&'static str>,
}

const fn annotation(name: &'static str, subject: &'static str, group: &'static str) -> Annotation {
    Annotation {
        name,
        subject,
        group,
        thing: None,
    }
}

pub(in crate::formats::followthemoney) const ANNOTATIONS: [Annotation; 6] = [
    annotation("Sanction", "entity", "sanctions"),
    Annotation {
        thing: Some("post"),
        ..annotation("Occupancy", "holder", "occupancies")
    },
    annotation("Identification", "holder", "identifications"),
    annotation("Passport", "holder", "identifications"),
    annotation("Risk", "entity", "risks"),
    annotation("TaxRoll", "taxee", "taxRolls"),
];
