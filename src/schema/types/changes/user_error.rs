//! A fault in the input of a mutation.

use async_graphql::{ID, SimpleObject};

use crate::{
    edit::{Fault, UserErrorCode},
    schema::values::enums::Member,
};

/// A fault in the input of a mutation. Nothing was changed.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UserError {
    /// The kind of fault, for programs.
    code: Member<UserErrorCode>,
    /// What is wrong and how to correct it, for people.
    message: String,
    /// The path to the fault in the arguments: names of fields, and indexes in lists from 0.
    path: Vec<String>,
    /// For CONFLICT, the current version of the record, or 0 when it does not exist; null for other codes.
    current_version: Option<i32>,
    /// The ids of the records that the message mentions, at most 10.
    candidates: Vec<ID>,
}

impl From<&Fault> for UserError {
    fn from(fault: &Fault) -> Self {
        Self {
            code: Member(fault.code),
            message: fault.message.clone(),
            path: fault.path.clone(),
            current_version: fault
                .current_version
                .map(|version| i32::try_from(version).unwrap_or(i32::MAX)),
            candidates: fault.candidates.iter().map(ID::from).collect(),
        }
    }
}
