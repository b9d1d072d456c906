//! The rules of changes: what is asked for, over the state it will be applied to, becomes changes or faults. Pure; a batch
//! with one fault changes nothing, and all its faults are told.

mod draft;
mod entities;
mod evidence;
mod fault;
mod fields;
mod input;
mod known;
mod merge;
mod relationships;
mod retract;
mod sources;

pub use draft::Decision;
pub use entities::upsert_entities;
pub use evidence::add_evidence;
pub use fault::{FAULTS_MAX, Fault, Path, Rejected, UserErrorCode};
pub use input::{
    AmountEdit, EntityEdit, EntityKey, EvidenceAdded, EvidenceEdit, Expected, IdentifierEdit, NameEdit, Named, Patch,
    RelationshipEdit, ShareEdit, SourceEdit,
};
pub use merge::{merge_entities, unmerge_entities};
pub use relationships::{assert_relationships, end_relationships};
pub use retract::{WithRelationships, retract_entities, retract_relationships};
pub use sources::upsert_sources;
