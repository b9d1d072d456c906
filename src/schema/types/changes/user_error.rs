//! A fault in what a mutation asks for.

use async_graphql::{ID, SimpleObject};

use crate::{
    edit::{Fault, UserErrorCode},
    schema::values::enums::Member,
};

/// Something that is wrong with what was asked for. Nothing was changed.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UserError {
    /// What is wrong, for programs.
    code: Member<UserErrorCode>,
    /// What is wrong and what to do, for people.
    message: String,
    /// Where in the arguments: names of fields, and positions in lists from 0.
    path: Vec<String>,
    /// For CONFLICT, the version that the record has now, 0 when there is none; null otherwise.
    current_version: Option<i32>,
    /// The ids of records that the message is about, at most 10.
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
