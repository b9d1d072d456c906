//! `guanxi query`: one answer on standard output, from local data or from a server.

use std::{io::Read, path::Path, process::ExitCode, sync::Arc};

use anyhow::Context;
use serde_json::{Map, Value};

use super::{export::style, load::load_graph};
use crate::{
    cli::{
        arguments::{
            data::Data,
            query::{AnswerFormat, QueryArguments},
        },
        client::{GraphqlRequest, NoAnswer, Server},
        flat,
        output::{print, say},
    },
    engine::Request,
    formats::cells::CellStyle,
    model::Timestamp,
    schema::Api,
    store::{State, Store, folder::FolderAccess},
};

/// The exit code if a server did not answer.
pub(super) const NO_ANSWER: u8 = 4;
/// Changes would be lost with the end of the process.
const READ_ONLY_REASON: &str = "guanxi query reads local data and changes nothing. Send mutations to a server: guanxi query --server URL; guanxi serve --store DIR stores their changes.";

pub(in crate::cli) fn query(arguments: &QueryArguments) -> anyhow::Result<ExitCode> {
    let document = document(&arguments.document)?;
    let answer = match arguments.data.data()? {
        Data::Server(server) => match query_server(server, &document, arguments) {
            Ok(answer) => answer,
            Err(no_answer) => {
                say!("guanxi: {no_answer}");
                return Ok(ExitCode::from(NO_ANSWER));
            }
        },
        Data::Store(dir) => answer(&document, open_store(dir)?, arguments)?,
        Data::Tables(dir) => answer(&document, in_memory(load_graph(Some(dir))?), arguments)?,
        Data::Bundled => answer(&document, in_memory(load_graph(None)?), arguments)?,
    };
    // async-graphql's value preserves the order of fields, which a map of serde_json does not.
    let tree: async_graphql::Value = serde_json::from_str(&answer)?;
    match arguments.format {
        AnswerFormat::Json => print(&format!("{}\n", serde_json::to_string_pretty(&tree)?))?,
        AnswerFormat::Csv => print_table(&answer, style(arguments.raw_cells))?,
    }
    let errors = match &tree {
        async_graphql::Value::Object(fields) => fields.get("errors"),
        _ => None,
    };
    Ok(match errors {
        Some(async_graphql::Value::List(errors)) if !errors.is_empty() => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

/// The store in this folder in its current state, even while another process serves it.
fn open_store(dir: &Path) -> anyhow::Result<Store> {
    let reader = FolderAccess::open(dir, Timestamp::now())?;
    Ok(Store::open_read_only(dir, reader, |graph| Arc::new(State::new(graph)))?)
}

fn in_memory(graph: crate::graph::Snapshot) -> Store {
    Store::in_memory(Arc::new(State::new(graph)))
}

/// The answer from local data, as JSON.
fn answer(document: &str, store: Store, arguments: &QueryArguments) -> anyhow::Result<String> {
    let mut request = Request::new("query", document);
    request.read_only = Some(READ_ONLY_REASON);
    request.operation_name.clone_from(&arguments.operation_name);
    request.variables = arguments.variables.clone().unwrap_or_default();
    request.view = arguments.view.clone().map(Value::Object);
    request.extensions = extensions(arguments);
    // If these words are not names of fields, preparing the index only costs some time.
    if ["search", "match"].iter().any(|field| request.query.contains(field)) {
        // Before the time for the request starts.
        store.state().prepare();
    }
    let api = Api::new(arguments.limits.limits())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let answer = runtime.block_on(api.answer(request, Arc::new(store), Timestamp::now()));
    Ok(serde_json::to_string(&answer)?)
}

/// The answer of a server, as JSON.
fn query_server(server: &Server, document: &str, arguments: &QueryArguments) -> Result<String, NoAnswer> {
    let none = Map::new();
    let request = GraphqlRequest {
        query: document,
        operation_name: arguments.operation_name.as_deref(),
        variables: arguments.variables.as_ref().unwrap_or(&none),
        extensions: &extensions(arguments),
        view: arguments.view.as_ref(),
    };
    server.send(&request, &arguments.client)
}

fn extensions(arguments: &QueryArguments) -> Map<String, Value> {
    match arguments.cost {
        true => [("cost".to_owned(), Value::Bool(true))].into_iter().collect(),
        false => Map::new(),
    }
}

/// Prints the data as one table, and errors to standard error.
fn print_table(answer: &str, cells: CellStyle) -> anyhow::Result<()> {
    let value: Value = serde_json::from_str(answer)?;
    for error in value["errors"].as_array().into_iter().flatten() {
        say!("guanxi: {}", error["message"].as_str().unwrap_or_default());
    }
    match value["data"].is_object() {
        true => print(&flat::table(answer, cells)?),
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
