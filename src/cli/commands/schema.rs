//! `guanxi schema`: the schema as text, of this program or of a server.

use std::process::ExitCode;

use super::query::NO_ANSWER;
use crate::{
    cli::{
        arguments::schema::SchemaArguments,
        client::Server,
        errors::UsageError,
        output::{print, say},
    },
    engine::Limits,
    schema::Api,
};

pub(in crate::cli) fn schema(arguments: &SchemaArguments) -> anyhow::Result<ExitCode> {
    if arguments.store.is_some() || arguments.data.is_some() {
        let why = "the schema is the same for all data, so that --store and --data have no effect here; guanxi schema prints \
                   it, and --server URL gets that of a server, which may be of another version";
        return Err(UsageError(why.to_owned()).into());
    }
    let Some(url) = &arguments.server else {
        print(Api::new(Limits::default())?.sdl())?;
        return Ok(ExitCode::SUCCESS);
    };
    let server = Server::new(url, arguments.token.clone())?;
    match server.schema(&arguments.client) {
        Ok(text) => {
            // The variable may have been set for something else.
            say!("guanxi: this is the schema of the server {}", server.base());
            print(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(no_answer) => {
            say!("guanxi: {no_answer}");
            Ok(ExitCode::from(NO_ANSWER))
        }
    }
}
