//! Which properties can be written as fields of the standard: those that conform to its schema. Properties come from any
//! source, so that their names alone do not determine their contents.

use serde_json::{Map, Value};

use crate::{formats::bods::read::values::date, model::link};

/// The shape that a value must have.
pub(in crate::formats::bods) enum Shape {
    Text,
    Boolean,
    Day,
    Uri,
    /// A text with at least and at most this many characters.
    Length(usize, usize),
    /// One of a closed list.
    OneOf(&'static [&'static str]),
    List(&'static Shape),
    /// An object with these fields, of which the first ones, by number, are required.
    Fields(usize, &'static [(&'static str, &'static Shape)]),
}

use Shape::{Boolean, Day, Fields, Length, List, OneOf, Text, Uri};

/// Fields by their names.
pub(in crate::formats::bods) type FieldShapes = [(&'static str, &'static Shape)];

/// Fields of an entity record that stand in properties.
pub(in crate::formats::bods) const ENTITY: &FieldShapes = &[
    ("unspecifiedEntityDetails", &UNSPECIFIED),
    ("addresses", &List(&ENTITY_ADDRESS)),
    ("publicListing", &LISTING),
    ("formedByStatute", &Fields(0, &[("name", &Text), ("date", &Day)])),
    ("isComponent", &Boolean),
];

/// Fields of a person record that stand in properties.
pub(in crate::formats::bods) const PERSON: &FieldShapes = &[
    ("unspecifiedPersonDetails", &UNSPECIFIED),
    ("nationalities", &List(&COUNTRY)),
    ("taxResidencies", &List(&COUNTRY)),
    ("placeOfBirth", &BIRTHPLACE),
    ("addresses", &List(&PERSON_ADDRESS)),
    ("politicalExposure", &EXPOSURE),
    ("isComponent", &Boolean),
];

/// Fields of an interest that stand in properties.
pub(in crate::formats::bods) const INTEREST: &FieldShapes = &[
    ("details", &Text),
    ("directOrIndirect", &OneOf(&["direct", "indirect", "unknown"])),
    ("beneficialOwnershipOrControl", &Boolean),
];

/// Fields of a statement that stand in properties.
pub(in crate::formats::bods) const STATEMENT: &FieldShapes = &[("source", &SOURCE), ("declaration", &Text)];

pub(in crate::formats::bods) const ENTITY_TYPE: Shape = Fields(
    1,
    &[
        (
            "type",
            &OneOf(&[
                "registeredEntity",
                "legalEntity",
                "arrangement",
                "anonymousEntity",
                "unknownEntity",
                "state",
                "stateBody",
            ]),
        ),
        (
            "subtype",
            &OneOf(&["governmentDepartment", "stateAgency", "other", "trust", "nomination"]),
        ),
        ("details", &Text),
    ],
);

pub(in crate::formats::bods) const NAMES: Shape = List(&Fields(
    1,
    &[
        ("fullName", &Text),
        (
            "type",
            &OneOf(&[
                "legal",
                "translation",
                "transliteration",
                "former",
                "alternative",
                "birth",
            ]),
        ),
        ("familyName", &Text),
        ("givenName", &Text),
        ("patronymicName", &Text),
    ],
));

pub(in crate::formats::bods) const IDENTIFIERS: Shape = List(&Fields(
    1,
    &[("id", &Text), ("scheme", &Text), ("schemeName", &Text), ("uri", &Uri)],
));

pub(in crate::formats::bods) const UNSPECIFIED: Shape = Fields(
    1,
    &[
        (
            "reason",
            &OneOf(&[
                "noBeneficialOwners",
                "subjectUnableToConfirmOrIdentifyBeneficialOwner",
                "interestedPartyHasNotProvidedInformation",
                "subjectExemptFromDisclosure",
                "interestedPartyExemptFromDisclosure",
                "unknown",
                "informationUnknownToPublisher",
            ]),
        ),
        ("description", &Text),
    ],
);

const COUNTRY: Shape = Fields(1, &[("name", &Text), ("code", &Length(2, 2))]);

const JURISDICTION: Shape = Fields(1, &[("name", &Text), ("code", &Length(2, 6))]);

const ENTITY_ADDRESS: Shape = Fields(
    0,
    &[
        ("type", &OneOf(&["registered", "business", "alternative"])),
        ("address", &Text),
        ("postCode", &Text),
        ("country", &COUNTRY),
    ],
);

const PERSON_ADDRESS: Shape = Fields(
    0,
    &[
        ("type", &OneOf(&["residence", "service", "alternative"])),
        ("address", &Text),
        ("postCode", &Text),
        ("country", &COUNTRY),
    ],
);

const BIRTHPLACE: Shape = Fields(
    0,
    &[
        ("type", &OneOf(&["placeOfBirth"])),
        ("address", &Text),
        ("postCode", &Text),
        ("country", &COUNTRY),
    ],
);

const LISTING: Shape = Fields(
    1,
    &[
        ("hasPublicListing", &Boolean),
        ("companyFilingsURLs", &List(&Uri)),
        ("securitiesListings", &List(&SECURITY_LISTING)),
    ],
);

const SECURITY_LISTING: Shape = Fields(
    3,
    &[
        ("stockExchangeJurisdiction", &Length(2, 6)),
        ("stockExchangeName", &Text),
        ("security", &SECURITY),
        ("marketIdentifierCode", &Text),
        ("operatingMarketIdentifierCode", &Text),
    ],
);

const SECURITY: Shape = Fields(
    1,
    &[
        ("ticker", &Text),
        ("idScheme", &OneOf(&["isin", "figi", "cusip", "cins"])),
        ("id", &Text),
    ],
);

const EXPOSURE: Shape = Fields(
    1,
    &[
        ("status", &OneOf(&["isPep", "isNotPep", "unknown"])),
        ("details", &List(&EXPOSURE_DETAILS)),
    ],
);

const EXPOSURE_DETAILS: Shape = Fields(
    0,
    &[
        ("reason", &Text),
        ("missingInfoReason", &Text),
        ("jurisdiction", &JURISDICTION),
        ("startDate", &Day),
        ("endDate", &Day),
        ("source", &SOURCE),
    ],
);

const SOURCE: Shape = Fields(
    0,
    &[
        (
            "type",
            &List(&OneOf(&[
                "selfDeclaration",
                "officialRegister",
                "thirdParty",
                "primaryResearch",
                "verified",
            ])),
        ),
        ("description", &Text),
        ("url", &Uri),
        ("retrievedAt", &Day),
        ("assertedBy", &List(&Fields(0, &[("name", &Text), ("uri", &Uri)]))),
    ],
);

/// Whether a value has this shape. Fields that the standard does not name may be anything.
pub(in crate::formats::bods) fn fits(value: &Value, shape: &Shape) -> bool {
    match (shape, value) {
        (Text, Value::String(_)) | (Boolean, Value::Bool(_)) => true,
        (Day, Value::String(text)) => text.len() == 10 && date(text).is_some_and(|date| date.is_day()),
        (Uri, Value::String(text)) => is_uri(text),
        (Length(min, max), Value::String(text)) => (*min..=*max).contains(&text.chars().count()),
        (OneOf(codes), Value::String(text)) => codes.contains(&text.as_str()),
        (List(shape), Value::Array(list)) => list.iter().all(|value| fits(value, shape)),
        (Fields(required, fields), Value::Object(map)) => fields
            .iter()
            .enumerate()
            .all(|(position, (key, shape))| map.get(*key).map_or(position >= *required, |value| fits(value, shape))),
        _ => false,
    }
}

/// Whether a link is a URI (RFC 3986), as the standard requires.
pub(in crate::formats::bods) fn is_uri(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte);
    let whole = text.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes();
        (0..2).all(|_| digits.next().is_some_and(|digit| digit.is_ascii_hexdigit()))
    });
    link(text).is_ok() && whole && text.matches('#').count() <= 1 && text.bytes().all(plain)
}

/// Moves the properties that can be fields into `record`, where it does not say so already.
pub(in crate::formats::bods) fn put(
    record: &mut Map<String, Value>,
    properties: &mut Map<String, Value>,
    fields: &FieldShapes,
) {
    for (key, shape) in fields {
        let Some(value) = properties.get(*key).filter(|value| fits(value, shape)).cloned() else {
            continue;
        };
        properties.remove(*key);
        record.insert((*key).to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn properties_of_other_sources_become_no_fields() {
        assert!(fits(
            &json!([{"type": "service", "address": "Aston House"}]),
            &List(&PERSON_ADDRESS)
        ));
        assert!(!fits(&json!("Aston House"), &List(&PERSON_ADDRESS)));
        assert!(!fits(&json!([{"type": "registered"}]), &List(&PERSON_ADDRESS)));
        assert!(!fits(&json!([{"code": "GB"}]), &List(&COUNTRY)));
        assert!(!fits(&json!({"url": "see there"}), &SOURCE));
    }

    #[test]
    fn a_link_with_letters_that_a_uri_cannot_have_is_none() {
        assert!(is_uri("https://example.org/a?b=%C3%A9#c"));
        for text in [
            "https://example.org/é",
            "https://example.org/%4",
            "https://a/#b#c",
            "example.org",
            "https://a/{b}",
        ] {
            assert!(!is_uri(text), "{text}");
        }
    }
}
