//! How a GraphQL request is run, for any schema: limits, parsing, validation, cost, workers, deadlines, answers, error codes.
//! Start with `run::executor`. Knows nothing of companies, relationships, views or HTTP.

pub(crate) mod answer;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod client;
pub(crate) mod cost;
pub(crate) mod error;
pub(crate) mod limits;
pub(crate) mod parse;
pub(crate) mod run;
pub(crate) mod write_handover;

pub use self::{
    answer::{Answer, Outcome},
    catalog::SdlError,
    client::Client,
    error::{Code, Error},
    limits::{Introspection, Limits},
    run::executor::{Operations, Request},
    write_handover::WriteHandover,
};
pub(crate) use self::{limits::Limit, run::executor::PERSISTED_QUERY};
