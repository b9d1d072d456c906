//! The nouns of guanxi and their rules: entities, relationships, evidence, sources, and the view through which they
//! are read. Plain values: no I/O, no clock, no GraphQL. Invariants live in constructors, so fields may be public.

mod access;
mod amount;
mod catalog;
mod change;
mod company_name;
mod country;
mod dataset;
mod date;
mod derived;
mod entity;
mod evidence;
mod identifier;
mod interest;
pub(crate) mod kept;
pub(crate) mod letters;
mod matching;
pub(crate) mod readings;
mod relationship;
mod seen;
mod sentence;
mod share;
mod similarity;
mod source;
mod text;
mod validity;
mod view;
mod written;

pub use access::{Caller, Role};
pub use amount::{Amount, Currency};
pub(crate) use catalog::catalog;
pub use catalog::{Catalog, Set};
pub use change::{Action, Change, Entry, Noun, Record, Retry, Step, just_before};
pub use company_name::{CompanyName, FormClass, LEGAL_FORMS, LegalForm, Telling, Word};
pub use country::{country_code, country_of, lies_in};
pub use dataset::Dataset;
pub use date::PartialDate;
pub use derived::{BODS_ENTITY_PREFIX, evidence_id, relationship_id, write_relationship_id};
pub use entity::{Entity, EntityKind, EntityStatus, Name, NameKind};
pub use evidence::{Evidence, Stance, disputed};
pub use identifier::{
    COUNTRY_SCHEME, Identifier, LEI_SCHEME, check_lei, comparable, has_fixed_form, without_leading_zeros,
};
pub use interest::{Directness, Interest};
pub use jiff::{Timestamp, civil::Date};
pub use matching::{Known, MatchAgreement, MatchFeature, MatchFeatureKind, MatchScore, Wanted};
pub use relationship::{
    Capability, Ends, Relationship, RelationshipCategory, RelationshipKind, RelationshipStatus, ULTIMATE_PARENT_ROLE,
    UnknownReason,
};
pub use seen::AskedView;
pub use sentence::{Claim, Voice, publisher_in_short};
pub use share::{Share, ShareOf, ShareRange};
pub use similarity::{DIFFERENT_MAX, similarity};
pub use source::Source;
pub use text::fold;
pub use validity::{Held, Stated, Validity};
pub use view::{At, View};
pub use written::{
    DERIVED_ID_CHARS_MAX, ID_CHARS_MAX, LINE_CHARS_MAX, LIST_MAX, PROPERTIES_BYTES_MAX, TEXT_CHARS_MAX, confidence,
    is_blank, line, link, not_before, percent_encoded, plain_id, text,
};

/// Why a value cannot be one of the model's: what was written and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {expected}")]
pub struct Invalid {
    /// The value as written.
    pub value: String,
    /// What would be accepted, as a noun phrase.
    pub expected: String,
}

impl Invalid {
    /// A refusal of `value`, saying what was expected.
    pub fn new(value: &(impl ToString + ?Sized), expected: impl Into<String>) -> Self {
        Self {
            value: value.to_string(),
            expected: expected.into(),
        }
    }
}
