//! The columns of the golden copy: LEI-CDF 3.1 (338), RR-CDF 2.1 (54) and reporting exceptions (12).

/// The parts of an address, after the prefix of the address.
const ADDRESS: [&str; 11] = [
    "FirstAddressLine",
    "AddressNumber",
    "AddressNumberWithinBuilding",
    "MailRouting",
    "AdditionalAddressLine.1",
    "AdditionalAddressLine.2",
    "AdditionalAddressLine.3",
    "City",
    "Region",
    "Country",
    "PostalCode",
];

/// The columns of an event before the fields that it affects.
const EVENT: [&str; 9] = [
    "group_type",
    "event_status",
    "group_id",
    "group_sequence_no",
    "LegalEntityEventType",
    "LegalEntityEventEffectiveDate",
    "LegalEntityEventRecordedDate",
    "ValidationDocuments",
    "ValidationReference",
];

/// Before the successors, from the registration authority on.
const ENTITY: [&str; 16] = [
    "RegistrationAuthority.RegistrationAuthorityID",
    "RegistrationAuthority.OtherRegistrationAuthorityID",
    "RegistrationAuthority.RegistrationAuthorityEntityID",
    "LegalJurisdiction",
    "EntityCategory",
    "EntitySubCategory",
    "LegalForm.EntityLegalFormCode",
    "LegalForm.OtherLegalForm",
    "AssociatedEntity.type",
    "AssociatedEntity.AssociatedLEI",
    "AssociatedEntity.AssociatedEntityName",
    "AssociatedEntity.AssociatedEntityName.xmllang",
    "EntityStatus",
    "EntityCreationDate",
    "EntityExpirationDate",
    "EntityExpirationReason",
];

/// The columns of the authorities that validated a registration.
const AUTHORITY: [&str; 3] = [
    "ValidationAuthorityID",
    "OtherValidationAuthorityID",
    "ValidationAuthorityEntityID",
];

/// Columns that are there once for each of five slots.
fn slots(columns: &mut Vec<String>, parts: &[&str]) {
    for slot in 1..=5 {
        columns.extend(parts.iter().map(|part| part.replace('#', &slot.to_string())));
    }
}

/// The columns of LEI records.
pub(crate) fn companies() -> Vec<String> {
    let mut columns = vec![
        "LEI".to_owned(),
        "Entity.LegalName".to_owned(),
        "Entity.LegalName.xmllang".to_owned(),
    ];
    for names in [
        "Entity.OtherEntityNames.OtherEntityName.#",
        "Entity.TransliteratedOtherEntityNames.TransliteratedOtherEntityName.#",
    ] {
        slots(
            &mut columns,
            &[names, &format!("{names}.xmllang"), &format!("{names}.type")],
        );
    }
    for address in ["Entity.LegalAddress", "Entity.HeadquartersAddress"] {
        columns.push(format!("{address}.xmllang"));
        columns.extend(ADDRESS.map(|part| format!("{address}.{part}")));
    }
    for addresses in [
        "Entity.OtherAddresses.OtherAddress.#",
        "Entity.TransliteratedOtherAddresses.TransliteratedOtherAddress.#",
    ] {
        let parts = ["xmllang", "type"].into_iter().chain(ADDRESS);
        let parts: Vec<String> = parts.map(|part| format!("{addresses}.{part}")).collect();
        slots(&mut columns, &parts.iter().map(String::as_str).collect::<Vec<_>>());
    }
    columns.extend(ENTITY.map(|part| format!("Entity.{part}")));
    slots(
        &mut columns,
        &[
            "Entity.SuccessorEntity.#.SuccessorLEI",
            "Entity.SuccessorEntity.#.SuccessorEntityName",
            "Entity.SuccessorEntity.#.SuccessorEntityName.xmllang",
        ],
    );
    for event in 1..=5 {
        let event = format!("Entity.LegalEntityEvents.LegalEntityEvent.{event}");
        columns.extend(EVENT.map(|part| format!("{event}.{part}")));
        let field = format!("{event}.AffectedFields.#");
        slots(
            &mut columns,
            &[&format!("{field}.AffectedField"), &format!("{field}.field_xpath")],
        );
    }
    columns.extend(
        [
            "InitialRegistrationDate",
            "LastUpdateDate",
            "RegistrationStatus",
            "NextRenewalDate",
            "ManagingLOU",
            "ValidationSources",
        ]
        .map(|part| format!("Registration.{part}")),
    );
    columns.extend(AUTHORITY.map(|part| format!("Registration.ValidationAuthority.{part}")));
    slots(
        &mut columns,
        &AUTHORITY
            .map(|part| format!("Registration.OtherValidationAuthorities.OtherValidationAuthority.#.{part}"))
            .each_ref()
            .map(String::as_str),
    );
    columns.push("ConformityFlag".to_owned());
    columns
}

/// The columns of relationship records.
pub(crate) fn relationships() -> Vec<String> {
    let mut columns: Vec<String> = [
        "StartNode.NodeID",
        "StartNode.NodeIDType",
        "EndNode.NodeID",
        "EndNode.NodeIDType",
        "RelationshipType",
        "RelationshipStatus",
    ]
    .map(|part| format!("Relationship.{part}"))
    .to_vec();
    slots(
        &mut columns,
        &["startDate", "endDate", "periodType"]
            .map(|part| format!("Relationship.Period.#.{part}"))
            .each_ref()
            .map(String::as_str),
    );
    slots(
        &mut columns,
        &[
            "Relationship.Qualifiers.#.QualifierDimension",
            "Relationship.Qualifiers.#.QualifierCategory",
        ],
    );
    slots(
        &mut columns,
        &["MeasurementMethod", "QuantifierAmount", "QuantifierUnits"]
            .map(|part| format!("Relationship.Quantifiers.#.{part}"))
            .each_ref()
            .map(String::as_str),
    );
    columns.extend(
        [
            "InitialRegistrationDate",
            "LastUpdateDate",
            "RegistrationStatus",
            "NextRenewalDate",
            "ManagingLOU",
            "ValidationSources",
            "ValidationDocuments",
            "ValidationReference",
        ]
        .map(|part| format!("Registration.{part}")),
    );
    columns
}

/// The columns of reporting exceptions.
pub(crate) fn exceptions() -> Vec<String> {
    let mut columns = vec!["LEI".to_owned(), "Exception.Category".to_owned()];
    slots(&mut columns, &["Exception.Reason.#"]);
    slots(&mut columns, &["Exception.Reference.#"]);
    columns
}
