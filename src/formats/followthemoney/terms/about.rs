//! The schemata whose records are about one entity.

/// A schema whose records are about one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::followthemoney) struct About {
    /// What it is called.
    pub(in crate::formats::followthemoney) name: &'static str,
    /// The property that refers to the entity.
    pub(in crate::formats::followthemoney) subject: &'static str,
    /// Under which of the properties of the entity they stand, each by its id.
    pub(in crate::formats::followthemoney) group: &'static str,
    /// The property that refers to a thing.
    pub(in crate::formats::followthemoney) thing: Option<&'static str>,
}

const fn about(name: &'static str, subject: &'static str, group: &'static str) -> About {
    About {
        name,
        subject,
        group,
        thing: None,
    }
}

pub(in crate::formats::followthemoney) const ABOUT: [About; 6] = [
    about("Sanction", "entity", "sanctions"),
    About {
        thing: Some("post"),
        ..about("Occupancy", "holder", "occupancies")
    },
    about("Identification", "holder", "identifications"),
    about("Passport", "holder", "identifications"),
    about("Risk", "entity", "risks"),
    about("TaxRoll", "taxee", "taxRolls"),
];
