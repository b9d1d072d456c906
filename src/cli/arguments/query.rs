//! The arguments of `guanxi query`.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::{data::DataChoice, serve::LimitArguments};
use crate::cli::client::ClientLimits;

/// The exit codes of a query.
pub(in crate::cli) const EXIT_CODES: &str = "\
Exit codes:
  0  the query was answered
  1  the answer has errors, or the data cannot be read
  2  the arguments are wrong
  4  the server cannot be reached, or its answer is not GraphQL";

#[derive(Debug, Args)]
pub(in crate::cli) struct QueryArguments {
    /// The GraphQL document, or - to read it from standard input.
    pub(in crate::cli) document: String,
    /// The variables, a JSON object.
    #[arg(long, value_name = "JSON", value_parser = object)]
    pub(in crate::cli) variables: Option<Map<String, Value>>,
    /// Which operation to run if the document has several.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) operation_name: Option<String>,
    /// The view of the whole operation, a JSON object like {"asOf": "2014-11-28"}.
    #[arg(long, value_name = "JSON", value_parser = object)]
    pub(in crate::cli) view: Option<Map<String, Value>>,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = AnswerFormat::Json)]
    pub(in crate::cli) format: AnswerFormat,
    /// For csv: print cells as they are, even if a spreadsheet would run them as formulas. Default: an apostrophe before those.
    #[arg(long)]
    pub(in crate::cli) raw_cells: bool,
    /// Report the cost of the query in the answer's extensions.
    #[arg(long)]
    pub(in crate::cli) cost: bool,
    #[command(flatten)]
    pub(in crate::cli) data: DataChoice,
    #[command(flatten)]
    pub(in crate::cli) client: ClientLimits,
    #[command(flatten)]
    pub(in crate::cli) limits: LimitArguments,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AnswerFormat {
    /// The answer in the format of a server.
    Json,
    /// One flat table: a row for each element of the innermost lists, a column for each path to a value.
    Csv,
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("it is not a JSON object ({error})"))
}
