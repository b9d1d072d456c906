//! The rules of changes: turns requested edits and the current state into changes or faults. Pure; a batch
//! with a fault changes nothing, and all its faults are reported.

mod draft;
mod entities;
mod evidence;
mod fault;
mod fields;
mod input;
mod known_records;
mod merge;
mod relationships;
mod retract;
mod sources;

pub use draft::Decision;
pub use entities::upsert_entities;
pub use evidence::add_evidence;
pub use fault::{FAULTS_MAX, Fault, InputPath, Rejection, UserErrorCode};
pub use input::{
    AmountEdit, EntityEdit, EntityKey, EvidenceAddition, EvidenceEdit, ExpectedVersion, IdentifierEdit, NameEdit,
    Patch, RecordRef, RelationshipEdit, ShareEdit, SourceEdit,
};
pub use merge::{merge_entities, unmerge_entities};
pub use relationships::{assert_relationships, end_relationships};
pub use retract::{WithRelationships, retract_entities, retract_relationships};
pub use sources::upsert_sources;
