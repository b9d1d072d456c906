//! The command line: arguments, environment, printing and exit codes.

mod arguments;
mod client;
mod commands;
mod errors;
mod flat;
mod log;
mod output;

use std::process::ExitCode;

use clap::FromArgMatches;

use self::{
    arguments::{
        command_line::{Arguments, Command},
        help,
    },
    errors::{USAGE_ERROR, UsageError},
    output::say,
};

/// Runs the command in the arguments.
#[must_use]
pub fn run() -> ExitCode {
    let mut command = help::command();
    let mut matches = command
        .try_get_matches_from_mut(std::env::args_os())
        .unwrap_or_else(|error| help::with_tip(error).exit());
    let arguments =
        Arguments::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.format(&mut command).exit());
    let result = match arguments.command {
        None => commands::serve::serve(&arguments.serve),
        Some(Command::Serve(serve)) => commands::serve::serve(&serve),
        Some(Command::Schema(schema)) => commands::schema::schema(&schema),
        Some(Command::Query(query)) => commands::query::query(&query),
        Some(Command::Token(command)) => commands::token::token(&command),
        Some(Command::Check(check)) => commands::check::check(&check),
        Some(Command::Export(export)) => commands::export::export(&export),
        Some(Command::Import(import)) => commands::import::import(&import),
        Some(Command::Backup(backup)) => commands::store::backup(&backup),
        Some(Command::Restore(restore)) => commands::store::restore(&restore),
        Some(Command::Compact(compact)) => commands::store::compact(&compact),
    };
    result.unwrap_or_else(|error| {
        say!("guanxi: {error:#}");
        match error.is::<UsageError>() {
            true => ExitCode::from(USAGE_ERROR),
            false => ExitCode::FAILURE,
        }
    })
}
