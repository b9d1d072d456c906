//! What the fields of the three kinds of records mean, as far as the model has a place for it.

/// What a field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::gleif) enum What {
    /// The model has no place for it: it stays in `properties`.
    Other,
    /// When the record was deleted, in a file of changes.
    DeletedAt,
    /// The LEI of the entity that a record is about.
    Lei,
    /// When the record was last changed.
    LastUpdateDate,
    /// How its registration stands.
    RegistrationStatus,
    /// What is said of a legal entity.
    Entity(EntityField),
    /// What is said of a relationship.
    Relationship(RelationshipField),
    /// What is said of an exception.
    Exception(ExceptionField),
}

/// What is said of a legal entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::gleif) enum EntityField {
    LegalName,
    Name(Part),
    Transliterated(Part),
    Country,
    Jurisdiction,
    Authority,
    AuthorityEntityId,
    Category,
    Status,
    Created,
    Expired,
    Successor,
}

/// A part of another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::gleif) enum Part {
    Text,
    Language,
    Type,
}

/// What is said of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::gleif) enum RelationshipField {
    Start,
    StartType,
    End,
    EndType,
    Type,
    Status,
    PeriodStart,
    PeriodEnd,
    PeriodType,
}

/// What is said of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::gleif) enum ExceptionField {
    Category,
    Reason,
}

/// What a path means in a record of a legal entity.
pub(in crate::formats::gleif) fn of_entity(path: &str) -> What {
    use EntityField as Field;
    What::Entity(match path {
        "LEI" => return What::Lei,
        "Registration.LastUpdateDate" => return What::LastUpdateDate,
        "Extension.Deletion.DeletedAt" => return What::DeletedAt,
        "Entity.LegalName" => Field::LegalName,
        "Entity.OtherEntityNames.OtherEntityName" => Field::Name(Part::Text),
        "Entity.OtherEntityNames.OtherEntityName.xmllang" => Field::Name(Part::Language),
        "Entity.OtherEntityNames.OtherEntityName.type" => Field::Name(Part::Type),
        "Entity.TransliteratedOtherEntityNames.TransliteratedOtherEntityName" => Field::Transliterated(Part::Text),
        "Entity.TransliteratedOtherEntityNames.TransliteratedOtherEntityName.xmllang" => {
            Field::Transliterated(Part::Language)
        }
        "Entity.TransliteratedOtherEntityNames.TransliteratedOtherEntityName.type" => Field::Transliterated(Part::Type),
        "Entity.LegalAddress.Country" => Field::Country,
        "Entity.LegalJurisdiction" => Field::Jurisdiction,
        "Entity.RegistrationAuthority.RegistrationAuthorityID" => Field::Authority,
        "Entity.RegistrationAuthority.RegistrationAuthorityEntityID" => Field::AuthorityEntityId,
        "Entity.EntityCategory" => Field::Category,
        "Entity.EntityStatus" => Field::Status,
        "Entity.EntityCreationDate" => Field::Created,
        "Entity.EntityExpirationDate" => Field::Expired,
        "Entity.SuccessorEntity.SuccessorLEI" => Field::Successor,
        _ => return What::Other,
    })
}

/// What a path means in a record of a relationship.
pub(in crate::formats::gleif) fn of_relationship(path: &str) -> What {
    use RelationshipField as Field;
    What::Relationship(match path {
        "Registration.LastUpdateDate" => return What::LastUpdateDate,
        "Registration.RegistrationStatus" => return What::RegistrationStatus,
        "Extension.Deletion.DeletedAt" => return What::DeletedAt,
        "Relationship.StartNode.NodeID" => Field::Start,
        "Relationship.StartNode.NodeIDType" => Field::StartType,
        "Relationship.EndNode.NodeID" => Field::End,
        "Relationship.EndNode.NodeIDType" => Field::EndType,
        "Relationship.RelationshipType" => Field::Type,
        "Relationship.RelationshipStatus" => Field::Status,
        "Relationship.Period.startDate" => Field::PeriodStart,
        "Relationship.Period.endDate" => Field::PeriodEnd,
        "Relationship.Period.periodType" => Field::PeriodType,
        _ => return What::Other,
    })
}

/// What a path means in a record of an exception.
pub(in crate::formats::gleif) fn of_exception(path: &str) -> What {
    match path {
        "LEI" | "Exception.LEI" => What::Lei,
        "Extension.Deletion.DeletedAt" | "Exception.Extension.Deletion.DeletedAt" => What::DeletedAt,
        "Exception.Category" => What::Exception(ExceptionField::Category),
        "Exception.Reason" => What::Exception(ExceptionField::Reason),
        _ => What::Other,
    }
}
