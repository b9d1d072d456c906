//! How the arguments are shown and read beyond what each of them says of itself: short pages for `-h`, variables that are empty,
//! and `-`, which names no file.

use std::{any::TypeId, path::PathBuf};

use clap::{
    Arg, ArgAction, Command, CommandFactory,
    builder::{PathBufValueParser, Resettable, StyledStr, TypedValueParser},
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::config::Arguments;

/// The flags of the server that its short page, and that of the program, show.
const OF_SERVE: [&str; 9] = [
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
/// The flags of an import that its short page shows.
const OF_IMPORT: [&str; 10] = [
    "files", "store", "map", "suggest", "join", "complete", "strict", "report", "source", "help",
];
/// The flags of the program's own page.
const OF_PROGRAM: [&str; 6] = ["host", "port", "store", "data", "help", "version"];
/// Arguments for which `-` is standard input or output, or which say themselves that it is not.
const MAY_BE_A_STREAM: [&str; 3] = ["files", "output", "to"];

const OF_THE_PROGRAM: &str = "\
Settings stand in environment variables as well: --port 9000 is GUANXI_PORT=9000, --store DIR is
GUANXI_STORE=DIR, --server URL is GUANXI_SERVER=URL. What is written counts before what is set, and
an empty variable is none. guanxi COMMAND -h tells the usual flags of a command, --help all of them.";
const OF_A_QUERY: [&str; 11] = [
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
pub(super) fn command() -> Command {
    let command = Arguments::command()
        // This page is short however it is asked for; the commands have two.
        .disable_help_flag(true)
        .after_help(OF_THE_PROGRAM)
        .mut_args(|arg| {
            let is_shown = OF_PROGRAM.contains(&arg.get_id().as_str());
            // The sentence below says it of all.
            arg.hide(!is_shown).hide_env(true)
        })
        .arg(help(ArgAction::HelpShort, "Print this page"))
        .mut_subcommands(|command| match command.get_name() {
            "serve" => shortened(command, &OF_SERVE),
            "import" => shortened(command, &OF_IMPORT),
            "query" => shortened(command, &OF_A_QUERY),
            _ => command,
        })
        .mut_subcommands(with_help);
    read(command)
}

fn help(action: ArgAction, says: &'static str) -> Arg {
    let flag = Arg::new("help").short('h').long("help").action(action).help(says);
    // Not under the heading of the arguments before it.
    flag.help_heading(Resettable::Reset).display_order(999)
}

/// The command, and all below it, with a short page for `-h` and a long one for `--help`.
fn with_help(command: Command) -> Command {
    let flag = help(ArgAction::Help, "Print the usual flags (-h) or all of them (--help)");
    // Said of each: an error about a command is written before the program's word reaches it.
    command.disable_help_flag(true).arg(flag).mut_subcommands(with_help)
}

/// The command whose short page shows only these arguments.
fn shortened(command: Command, shown: &[&str]) -> Command {
    command.mut_args(|arg| {
        let is_shown = shown.contains(&arg.get_id().as_str());
        arg.hide_short_help(!is_shown)
    })
}

/// The command, and all below it, with arguments that are read alike.
fn read(command: Command) -> Command {
    command
        .mut_args(|arg| for_files(without_empty_variable(arg)))
        .mut_subcommands(read)
}

/// `GUANXI_STORE= guanxi …` is how a variable is left out for one command.
fn without_empty_variable(arg: Arg) -> Arg {
    let is_empty = |name: &std::ffi::OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    match arg.get_env().is_some_and(is_empty) {
        true => arg.env(Resettable::Reset),
        false => arg,
    }
}

/// A file or folder called `-` is likelier a stream that was meant, which these arguments are not.
fn for_files(arg: Arg) -> Arg {
    let is_file = arg.get_value_parser().type_id() == TypeId::of::<PathBuf>();
    if !is_file || MAY_BE_A_STREAM.contains(&arg.get_id().as_str()) {
        return arg;
    }
    arg.value_parser(PathBufValueParser::new().try_map(|path| match path.as_os_str() == "-" {
        true => Err("- is neither standard input nor output here; name a file or folder, ./- when it is called so"),
        false => Ok(path),
    }))
}

/// The error, and where flags stand that were written before a command.
pub(super) fn with_tip(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::ArgumentConflict
        && let Some(ContextValue::String(command)) = error.get(ContextKind::InvalidSubcommand)
        && let Some(flags) = error.get(ContextKind::PriorArg)
    {
        let flags = match flags {
            ContextValue::String(flag) => flag.clone(),
            ContextValue::Strings(flags) => flags.join(" "),
            _ => "--flag".to_owned(),
        };
        let tip = format!("flags stand behind the command: guanxi {command} … {flags}");
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
    fn the_command_line_holds_together() {
        command().debug_assert();
    }
}
