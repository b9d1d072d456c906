//! Help and parsing that apply to many arguments: short pages for `-h`, empty variables,
//! and `-`, which is not the name of a file.

use std::{any::TypeId, path::PathBuf};

use clap::{
    Arg, ArgAction, Command, CommandFactory,
    builder::{PathBufValueParser, Resettable, StyledStr, TypedValueParser},
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::command_line::Arguments;

/// The flags on the short page of `guanxi serve`.
const SERVE_FLAGS: [&str; 9] = [
    "host",
    "port",
    "store",
    "data",
    "tokens",
    "public_read",
    "read_only",
    "log",
    "help",
];
/// The flags on the short page of `guanxi import`.
const IMPORT_FLAGS: [&str; 10] = [
    "files", "store", "map", "suggest", "join", "complete", "strict", "report", "source", "help",
];
/// The flags on the page of the program itself.
const PROGRAM_FLAGS: [&str; 6] = ["host", "port", "store", "data", "help", "version"];
/// Arguments for which `-` is standard input or output, or that refuse it themselves.
const STREAM_ARGUMENTS: [&str; 3] = ["files", "output", "to"];

const PROGRAM_HELP: &str = "\
Settings can also be environment variables: --port 9000 is GUANXI_PORT=9000, --store DIR is
GUANXI_STORE=DIR, --server URL is GUANXI_SERVER=URL. A flag takes precedence over a variable, and
an empty variable counts as unset. guanxi COMMAND -h shows the usual flags of a command, --help all.";
const QUERY_FLAGS: [&str; 11] = [
    "document",
    "variables",
    "operation_name",
    "view",
    "format",
    "raw_cells",
    "cost",
    "store",
    "data",
    "server",
    "token",
];

/// The command line.
pub(in crate::cli) fn command() -> Command {
    let command = Arguments::command()
        // This page is always short; the commands have a short and a long one.
        .disable_help_flag(true)
        .after_help(PROGRAM_HELP)
        .mut_args(|arg| {
            let is_shown = PROGRAM_FLAGS.contains(&arg.get_id().as_str());
            // The help text of the program explains variables for all flags.
            arg.hide(!is_shown).hide_env(true)
        })
        .arg(help(ArgAction::HelpShort, "Print this page"))
        .mut_subcommands(|command| match command.get_name() {
            "serve" => with_short_page(command, &SERVE_FLAGS),
            "import" => with_short_page(command, &IMPORT_FLAGS),
            "query" => with_short_page(command, &QUERY_FLAGS),
            _ => command,
        })
        .mut_subcommands(with_help);
    with_common_parsing(command)
}

fn help(action: ArgAction, text: &'static str) -> Arg {
    let flag = Arg::new("help").short('h').long("help").action(action).help(text);
    // Resets the heading of the arguments before it.
    flag.help_heading(Resettable::Reset).display_order(999)
}

/// The command, and all below it, with a short page for `-h` and a long one for `--help`.
fn with_help(command: Command) -> Command {
    let flag = help(ArgAction::Help, "Print the usual flags (-h) or all of them (--help)");
    // Set for each command, since errors in a command are written before global settings are propagated.
    command.disable_help_flag(true).arg(flag).mut_subcommands(with_help)
}

/// The command with only these arguments on its short page.
fn with_short_page(command: Command, short: &[&str]) -> Command {
    command.mut_args(|arg| {
        let is_shown = short.contains(&arg.get_id().as_str());
        arg.hide_short_help(!is_shown)
    })
}

/// The command, and all below it, with the common parsing of arguments.
fn with_common_parsing(command: Command) -> Command {
    command
        .mut_args(|arg| without_stream(without_empty_variable(arg)))
        .mut_subcommands(with_common_parsing)
}

/// An empty variable counts as unset: `GUANXI_STORE= guanxi …` unsets it for one command.
fn without_empty_variable(arg: Arg) -> Arg {
    let is_empty = |name: &std::ffi::OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    match arg.get_env().is_some_and(is_empty) {
        true => arg.env(Resettable::Reset),
        false => arg,
    }
}

/// Refuses `-` for files and folders that cannot be streams, since it is probably meant as one.
fn without_stream(arg: Arg) -> Arg {
    let is_file = arg.get_value_parser().type_id() == TypeId::of::<PathBuf>();
    if !is_file || STREAM_ARGUMENTS.contains(&arg.get_id().as_str()) {
        return arg;
    }
    arg.value_parser(PathBufValueParser::new().try_map(|path| match path.as_os_str() == "-" {
        true => Err("- is neither standard input nor output here; name a file or folder, or ./- if that is its name"),
        false => Ok(path),
    }))
}

/// The error, with a tip if flags were given before a command.
pub(in crate::cli) fn with_tip(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::ArgumentConflict
        && let Some(ContextValue::String(command)) = error.get(ContextKind::InvalidSubcommand)
        && let Some(flags) = error.get(ContextKind::PriorArg)
    {
        let flags = match flags {
            ContextValue::String(flag) => flag.clone(),
            ContextValue::Strings(flags) => flags.join(" "),
            _ => "--flag".to_owned(),
        };
        let tip = format!("flags come after the command: guanxi {command} … {flags}");
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![StyledStr::from(tip)]),
        );
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }
}
