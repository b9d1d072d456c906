//! How a GraphQL request is run, whatever the schema says: limits, parsing, checks, cost, workers, deadlines, answers, error codes.
//! Start with `run::executor`. Knows no companies, relationships or views; no HTTP.

pub(crate) mod answer;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod client;
pub(crate) mod cost;
pub(crate) mod error;
pub(crate) mod handover;
pub(crate) mod limits;
pub(crate) mod parse;
pub(crate) mod run;

pub use self::{
    answer::{Answer, Outcome},
    catalog::Unreadable,
    client::Client,
    error::{Code, Error},
    handover::Handover,
    limits::{Introspection, Limits},
    run::executor::{Operations, Request},
};
pub(crate) use self::{limits::Limit, run::executor::PERSISTED_QUERY};
