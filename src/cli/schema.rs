//! `guanxi schema`: the schema as text, of this program or of a server.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::{
    UsageError,
    client::{ClientLimits, Server},
    print,
    query::NO_ANSWER,
    say,
};
use crate::{engine::Limits, schema::Api};

#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// The address of a server whose schema is printed, such as https://example.org. Default: the schema of this program.
    #[arg(long, env = "GUANXI_SERVER", value_name = "URL")]
    server: Option<String>,
    /// The token for the server. The variable keeps it out of the list of processes.
    #[arg(long, env = "GUANXI_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
    // Flags of other commands, which are refused with a reason.
    #[arg(long, value_name = "DIR", hide = true)]
    store: Option<PathBuf>,
    #[arg(long, value_name = "DIR", hide = true)]
    data: Option<PathBuf>,
    #[command(flatten)]
    client: ClientLimits,
}

pub(super) fn schema(arguments: &SchemaArguments) -> anyhow::Result<ExitCode> {
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
