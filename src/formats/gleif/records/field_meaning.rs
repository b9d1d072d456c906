//! The meaning of the fields of the three kinds of records, as far as the model has a place for them.

/// The meaning of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::gleif) enum FieldMeaning {
    /// The model has no place for it: it stays in `properties`.
    Other,
    /// When the record was deleted, in a file of changes.
    DeletedAt,
    /// The LEI of the entity that a record is about.
    Lei,
    /// When the record was last changed.
    LastUpdateDate,
    /// The status of its registration.
    RegistrationStatus,
    /// A field of a legal entity.
    Entity(EntityField),
    /// A field of a relationship.
    Relationship(RelationshipField),
    /// A field of an exception.
    Exception(ExceptionField),
}

/// A field of a legal entity.
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

/// A field of a relationship.
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

/// A field of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::gleif) enum ExceptionField {
    Category,
    Reason,
}

/// What a path means in a record of a legal entity.
pub(in crate::formats::gleif) fn of_entity(path: &str) -> FieldMeaning {
    use EntityField as Field;
    FieldMeaning::Entity(match path {
        "LEI" => return FieldMeaning::Lei,
        "Registration.LastUpdateDate" => return FieldMeaning::LastUpdateDate,
        "Extension.Deletion.DeletedAt" => return FieldMeaning::DeletedAt,
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
        _ => return FieldMeaning::Other,
    })
}

/// What a path means in a record of a relationship.
pub(in crate::formats::gleif) fn of_relationship(path: &str) -> FieldMeaning {
    use RelationshipField as Field;
    FieldMeaning::Relationship(match path {
        "Registration.LastUpdateDate" => return FieldMeaning::LastUpdateDate,
        "Registration.RegistrationStatus" => return FieldMeaning::RegistrationStatus,
        "Extension.Deletion.DeletedAt" => return FieldMeaning::DeletedAt,
        "Relationship.StartNode.NodeID" => Field::Start,
        "Relationship.StartNode.NodeIDType" => Field::StartType,
        "Relationship.EndNode.NodeID" => Field::End,
        "Relationship.EndNode.NodeIDType" => Field::EndType,
        "Relationship.RelationshipType" => Field::Type,
        "Relationship.RelationshipStatus" => Field::Status,
        "Relationship.Period.startDate" => Field::PeriodStart,
        "Relationship.Period.endDate" => Field::PeriodEnd,
        "Relationship.Period.periodType" => Field::PeriodType,
        _ => return FieldMeaning::Other,
    })
}

/// What a path means in a record of an exception.
pub(in crate::formats::gleif) fn of_exception(path: &str) -> FieldMeaning {
    match path {
        "LEI" | "Exception.LEI" => FieldMeaning::Lei,
        "Extension.Deletion.DeletedAt" | "Exception.Extension.Deletion.DeletedAt" => FieldMeaning::DeletedAt,
        "Exception.Category" => FieldMeaning::Exception(ExceptionField::Category),
        "Exception.Reason" => FieldMeaning::Exception(ExceptionField::Reason),
        _ => FieldMeaning::Other,
    }
}
