//! The properties that identify an entity, and our schemes for them. A number that is unique only in its country has the country
//! in its scheme; where the country is not known, the number stays in the properties.

use crate::{
    formats::followthemoney::read::{raw_record::RawRecord, values},
    model::{COUNTRY_SCHEME, Identifier, LEI_SCHEME, check_lei, country_of},
};

/// The scheme of the items of Wikidata.
const QID_SCHEME: &str = "qid";

/// The scheme of the codes of parts of countries.
const PART_SCHEME: &str = "iso3166-2";

/// The scheme of VAT numbers that begin with their country, as those of the European Union do.
const VAT_SCHEME: &str = "vat";

/// Properties with values that are unique anywhere, and their schemes.
const UNIQUE: [(&str, &str); 24] = [
    ("brightQueryId", "brightquery"),
    ("bvdId", "bvd"),
    ("cageCode", "cage"),
    ("cikCode", "cik"),
    ("dunsCode", "duns"),
    ("giiNumber", "giin"),
    ("icijId", "icij"),
    ("imoNumber", "imo"),
    ("innCode", "ru-inn"),
    ("irsCode", "us-ein"),
    ("jibCode", "ba-jib"),
    ("leiCode", LEI_SCHEME),
    ("mbsCode", "ba-mbs"),
    ("npiCode", "us-npi"),
    ("ogrnCode", "ru-ogrn"),
    ("okpoCode", "ru-okpo"),
    ("permId", "permid"),
    ("sayariId", "sayari"),
    ("swiftBic", "bic"),
    ("uniqueEntityId", "us-uei"),
    ("uscCode", "cn-uscc"),
    ("vatCode", VAT_SCHEME),
    ("voenCode", "az-voen"),
    ("wikidataId", QID_SCHEME),
];

/// Properties with values that are unique in a country, and what their schemes begin with: `registration-de`.
const NATIONAL: [(&str, &str); 4] = [
    ("registrationNumber", "registration"),
    ("taxNumber", "tax"),
    ("vatCode", VAT_SCHEME),
    ("idNumber", "id"),
];

/// The property with the code of a country or a part of one.
const TERRITORY: &str = "territoryCode";

/// Takes what identifies the entity. `country` is the one whose registers know it.
pub(in crate::formats::followthemoney) fn take(record: &mut RawRecord, country: Option<&str>) -> Vec<Identifier> {
    let mut found_identifiers = Vec::new();
    for (property, scheme) in UNIQUE {
        let reason = match scheme {
            LEI_SCHEME => "not a Legal Entity Identifier",
            QID_SCHEME => "not an item of Wikidata",
            VAT_SCHEME => continue,
            _ => "not an identifier",
        };
        found_identifiers.extend(record.take_each(property, reason, |text| unique(scheme, text)));
    }
    for (property, prefix) in NATIONAL {
        let of = |text: &str| {
            let value = values::one_line(text)?;
            if prefix == VAT_SCHEME && names_country(&value) {
                return Identifier::new(VAT_SCHEME, &value).ok();
            }
            Identifier::new(&national(prefix, country?), &value).ok()
        };
        // Without a country the number is right, but says too little: no fault.
        for text in record.take(property) {
            match of(&text) {
                Some(identifier) => found_identifiers.push(identifier),
                None => record.put_back(property, text),
            }
        }
    }
    deduplicated(found_identifiers)
}

/// Takes what identifies a place or an event: registration numbers of land, and the like, identify no party.
pub(in crate::formats::followthemoney) fn take_of_things(record: &mut RawRecord) -> Vec<Identifier> {
    let mut found_identifiers =
        record.take_each("wikidataId", "not an item of Wikidata", |text| unique(QID_SCHEME, text));
    found_identifiers.extend(
        record.take_each(TERRITORY, "not a code of a country or of a part of one", |text| {
            let code = values::country(text)?;
            let scheme = if code.contains('-') {
                PART_SCHEME
            } else {
                COUNTRY_SCHEME
            };
            Identifier::new(scheme, &code).ok()
        }),
    );
    deduplicated(found_identifiers)
}

fn deduplicated(found_identifiers: Vec<Identifier>) -> Vec<Identifier> {
    let mut identifiers: Vec<Identifier> = Vec::with_capacity(found_identifiers.len());
    for identifier in found_identifiers {
        if !identifiers.contains(&identifier) {
            identifiers.push(identifier);
        }
    }
    identifiers
}

fn unique(scheme: &str, text: &str) -> Option<Identifier> {
    let value = values::one_line(text)?;
    let value = match scheme {
        LEI_SCHEME => {
            let lei = value.to_uppercase();
            check_lei(&lei).ok()?;
            lei
        }
        QID_SCHEME => {
            let number = value.strip_prefix('Q')?;
            let is_number = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
            (is_number && !number.is_empty()).then_some(value)?
        }
        _ => value,
    };
    Identifier::new(scheme, &value).ok()
}

fn names_country(vat: &str) -> bool {
    vat.bytes().take(2).filter(u8::is_ascii_alphabetic).count() == 2
}

fn national(prefix: &str, country: &str) -> String {
    format!("{prefix}-{}", country_of(country).to_lowercase())
}

/// The property that `identifier` is written as, so that it is read back; none where FollowTheMoney has none.
pub(in crate::formats::followthemoney) fn property(
    identifier: &Identifier,
    country: Option<&str>,
) -> Option<&'static str> {
    let scheme = &*identifier.scheme;
    match scheme {
        COUNTRY_SCHEME | PART_SCHEME => return Some(TERRITORY),
        LEI_SCHEME | QID_SCHEME => {
            unique(scheme, &identifier.value)?;
        }
        VAT_SCHEME if !names_country(&identifier.value) => return None,
        _ => {}
    }
    let unique = UNIQUE.iter().find(|(_, known)| *known == scheme);
    let of_country = || {
        let country = country?;
        NATIONAL.iter().find(|(_, prefix)| national(prefix, country) == scheme)
    };
    unique.or_else(of_country).map(|(property, _)| *property)
}
