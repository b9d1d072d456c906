//! The data model of guanxi and its rules: entities, relationships, evidence, sources, and the view through which they
//! are read. Plain values: no I/O, no clock, no GraphQL. Constructors enforce invariants, so fields may be public.

mod caller;
pub(crate) mod catalog;
mod entities;
pub(crate) mod names;
pub(crate) mod records;
mod relationships;
mod time;

pub use caller::{Caller, Role};
pub(crate) use catalog::catalog;
pub use catalog::{Catalog, Set};
pub use entities::{
    country::{country_code, country_of, lies_in},
    entity::{Entity, EntityKind, EntityStatus, Name, NameKind},
    identifier::{
        COUNTRY_SCHEME, Identifier, LEI_SCHEME, check_lei, comparable, has_fixed_form, without_leading_zeros,
    },
    source::Source,
};
pub use jiff::{Timestamp, civil::Date};
pub use names::{
    company_name::{CompanyName, Distinctiveness, FormClass, LEGAL_FORMS, LegalForm, Word},
    fold::fold,
    matching::{EntityProfile, MatchAgreement, MatchCriteria, MatchFeature, MatchFeatureKind, MatchScore},
    similarity::{DIFFERENT_MAX, similarity},
};
pub use records::{
    change::{Action, AppliedChange, Change, Entry, Noun, Record, Retry, just_before},
    dataset::Dataset,
    derived_ids::{BODS_ENTITY_PREFIX, evidence_id, relationship_id, write_relationship_id},
    limits::{
        DERIVED_ID_CHARS_MAX, ID_CHARS_MAX, LINE_CHARS_MAX, LIST_MAX, PROPERTIES_BYTES_MAX, TEXT_CHARS_MAX, confidence,
        is_blank, line, link, not_before, percent_encoded, plain_id, text,
    },
};
pub use relationships::{
    amount::{Amount, Currency},
    evidence::{Evidence, Stance, disputed},
    interest::{Directness, Interest},
    relationship::{
        Capability, Ends, Relationship, RelationshipCategory, RelationshipKind, RelationshipStatus,
        ULTIMATE_PARENT_ROLE, UnknownReason,
    },
    sentence::{SentenceParts, Tense, publisher_in_short},
    share::{Share, ShareOf, ShareRange},
};
pub use time::{
    date::PartialDate,
    validity::{DayValidity, StatementPeriod, Validity},
    view::{AsOf, View},
    view_id::RequestedView,
};

/// Why a value is not valid in the model: the value and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {expected}")]
pub struct Invalid {
    /// The invalid value.
    pub value: String,
    /// What would be accepted, as a noun phrase.
    pub expected: String,
}

impl Invalid {
    /// An error about `value`, with what was expected.
    pub fn new(value: &(impl ToString + ?Sized), expected: impl Into<String>) -> Self {
        Self {
            value: value.to_string(),
            expected: expected.into(),
        }
    }
}
