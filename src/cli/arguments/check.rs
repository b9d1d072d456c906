//! The arguments of `guanxi check`.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::data::{DataChoice, FOLDER};

#[derive(Debug, Args)]
#[command(mut_arg("server", |server| server.hide(true)), mut_arg("token", |token| token.hide(true)))]
pub(in crate::cli) struct CheckArguments {
    #[command(flatten)]
    pub(in crate::cli) data: CheckData,
}

/// The data to check: selected by the flags of all commands, or by a positional folder of tables.
#[derive(Debug)]
pub(in crate::cli) struct CheckData(pub(in crate::cli) DataChoice);

impl FromArgMatches for CheckData {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        DataChoice::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl Args for CheckData {
    fn augment_args(command: Command) -> Command {
        let folder = Arg::new(FOLDER)
            .value_name("DIR")
            .help("The folder with the tables; the same as --data DIR")
            .value_parser(value_parser!(PathBuf));
        DataChoice::augment_args(command.arg(folder))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
