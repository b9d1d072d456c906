//! `guanxi query`: one answer on standard output.

use std::{io::Read, process::ExitCode, sync::Arc};

use anyhow::Context;
use serde_json::{Map, Value};

use super::{
    config::{AnswerFormat, QueryArguments},
    export::style,
    flat, load_graph, print,
};
use crate::{
    formats::cells::Cells,
    model::Timestamp,
    schema::{Answer, Api, Request},
    store::{State, Store},
};

/// What is changed here would be gone with the answer.
const ASKS_ONLY: &str = "guanxi query asks and changes nothing. Send mutations to a server; guanxi serve --store DIR keeps what they change.";

pub(super) fn query(arguments: &QueryArguments) -> anyhow::Result<ExitCode> {
    let mut request = Request::new("query", document(&arguments.document)?);
    request.read_only = Some(ASKS_ONLY);
    request.operation_name.clone_from(&arguments.operation_name);
    request.variables = arguments
        .variables
        .as_deref()
        .map_or(Ok(Map::new()), |text| object("--variables", text))?;
    request.view = arguments
        .view
        .as_deref()
        .map(|text| object("--view", text).map(Value::Object))
        .transpose()?;
    if arguments.cost {
        request.extensions.insert("cost".to_owned(), Value::Bool(true));
    }
    let graph = load_graph(arguments.data.data.as_deref())?;
    let store = Arc::new(Store::in_memory(Arc::new(State::new(graph))));
    // Whoever writes these words elsewhere waits a little for nothing.
    if ["search", "match"].iter().any(|field| request.query.contains(field)) {
        // Ahead of the clock: the time for a request is for answering it.
        store.state().prepare();
    }
    let api = Api::new(arguments.limits.limits())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let answer = runtime.block_on(api.answer(request, store, Timestamp::now()));
    match arguments.format {
        AnswerFormat::Json => print(&format!("{}\n", serde_json::to_string_pretty(&answer)?))?,
        AnswerFormat::Csv => print_table(&answer, style(arguments.raw_cells))?,
    }
    Ok(if answer.has_errors() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Prints the data as one table; errors are told beside.
fn print_table(answer: &Answer, cells: Cells) -> anyhow::Result<()> {
    let text = serde_json::to_string(answer)?;
    let value: Value = serde_json::from_str(&text)?;
    for error in value["errors"].as_array().into_iter().flatten() {
        eprintln!("guanxi: {}", error["message"].as_str().unwrap_or_default());
    }
    match value["data"].is_object() {
        true => print(&flat::table(&text, cells)?),
        false => Ok(()),
    }
}

fn document(argument: &str) -> anyhow::Result<String> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut document = String::new();
    std::io::stdin()
        .read_to_string(&mut document)
        .context("cannot read the query from standard input")?;
    Ok(document)
}

fn object(flag: &str, text: &str) -> anyhow::Result<Map<String, Value>> {
    serde_json::from_str(text).with_context(|| format!("{flag} is not a JSON object"))
}
