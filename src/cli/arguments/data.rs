//! Selects the data of a command, by the same flags for all commands: `--store`, `--data`, `--server`, or the environment
//! variables of the same names. Flags take precedence over variables; two flags that
//! name different data are refused.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches, parser::ValueSource};

use crate::cli::{client::Server, errors::UsageError, output::say};

/// The data that a command works on.
#[derive(Debug, Clone)]
pub(in crate::cli) enum Data {
    /// The network that comes with the program.
    Bundled,
    /// A folder with tables.
    Tables(PathBuf),
    /// The folder of a store.
    Store(PathBuf),
    /// The data of a server.
    Server(Server),
}

/// How the data was selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DataOrigin {
    /// By default.
    Default,
    /// On the command line.
    CommandLine,
    /// By this environment variable.
    Environment(&'static str),
}

/// The data selected by the flags of a command, or why the selection is invalid.
#[derive(Debug, Clone)]
pub(in crate::cli) struct DataChoice(Result<(Data, DataOrigin), UsageError>);

/// The flags that select data.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
struct DataFlags {
    /// The folder of a store, which may be served meanwhile.
    #[arg(long, env = "GUANXI_STORE", value_name = "DIR")]
    store: Option<PathBuf>,
    /// A folder with tables. Default: the bundled network.
    #[arg(long, env = "GUANXI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address of a server, such as https://example.org or http://127.0.0.1:8000.
    #[arg(long, env = "GUANXI_SERVER", value_name = "URL")]
    server: Option<String>,
    /// The token for the server. The variable keeps it out of the list of processes.
    #[arg(long, env = "GUANXI_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// A flag that selects data, with its variable.
struct DataFlag {
    id: &'static str,
    usage: &'static str,
    variable: &'static str,
}

const DATA_FLAGS: [DataFlag; 4] = [
    DataFlag {
        id: "store",
        usage: "--store DIR",
        variable: "GUANXI_STORE",
    },
    DataFlag {
        id: "data",
        usage: "--data DIR",
        variable: "GUANXI_DATA",
    },
    DataFlag {
        id: "server",
        usage: "--server URL",
        variable: "GUANXI_SERVER",
    },
    // The positional folder of tables of some commands.
    DataFlag {
        id: FOLDER,
        usage: "the folder DIR",
        variable: "",
    },
];

/// The positional argument with a folder of tables, if a command has one.
pub(in crate::cli) const FOLDER: &str = "folder";

impl DataChoice {
    /// The selected data, and how it was selected.
    ///
    /// # Errors
    /// [`UsageError`] if two flags name different data.
    fn selection(&self) -> Result<&(Data, DataOrigin), UsageError> {
        self.0.as_ref().map_err(Clone::clone)
    }

    /// The data. Prints to standard error which it is, unless it is named on the command line.
    ///
    /// # Errors
    /// [`UsageError`] if two flags name different data.
    pub(in crate::cli) fn data(&self) -> Result<&Data, UsageError> {
        let (data, origin) = self.selection()?;
        match origin {
            DataOrigin::CommandLine => {}
            DataOrigin::Default => {
                say!(
                    "guanxi: using the bundled network; --store DIR or --data DIR selects other data, and for guanxi query also --server URL"
                );
            }
            DataOrigin::Environment(variable) => say!("guanxi: using {data}, from {variable}"),
        }
        Ok(data)
    }

    /// The data of a command that reads files: a server is refused, with advice.
    ///
    /// # Errors
    /// [`UsageError`] if two flags name different data, or a server.
    pub(in crate::cli) fn files(&self, command: &str, advice: &str) -> Result<&Data, UsageError> {
        match self.selection()? {
            (Data::Server(server), origin) => Err(UsageError(format!(
                "guanxi {command} reads the files of a store or tables, and {} names the server {}. {advice} Or name files with \
                 --store DIR or --data DIR; a store may be served meanwhile",
                origin.flag_or_variable("--server"),
                server.base(),
            ))),
            _ => self.data(),
        }
    }
}

impl std::fmt::Display for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bundled => f.write_str("the bundled network"),
            Self::Tables(dir) => write!(f, "the tables in {}", dir.display()),
            Self::Store(dir) => write!(f, "the store {}", dir.display()),
            Self::Server(server) => write!(f, "the server {}", server.base()),
        }
    }
}

impl DataOrigin {
    fn flag_or_variable(self, flag: &'static str) -> &'static str {
        match self {
            Self::Environment(variable) => variable,
            Self::CommandLine | Self::Default => flag,
        }
    }
}

/// The only given flag, and how it was given.
fn selected_flag(matches: &ArgMatches) -> Result<Option<(&'static DataFlag, DataOrigin)>, UsageError> {
    // Reading an argument that a command does not have would panic.
    let source = |id: &str| match matches.try_contains_id(id) {
        Ok(true) => matches.value_source(id),
        _ => None,
    };
    let flags_from = |from: ValueSource| DATA_FLAGS.iter().filter(move |flag| source(flag.id) == Some(from));
    let on_command_line: Vec<&DataFlag> = flags_from(ValueSource::CommandLine).collect();
    let names = |flags: &[&DataFlag], name: fn(&DataFlag) -> &'static str| {
        let names: Vec<&str> = flags.iter().map(|flag| name(flag)).collect();
        names.join(" and ")
    };
    match on_command_line.as_slice() {
        [] => {}
        [flag] => return Ok(Some((flag, DataOrigin::CommandLine))),
        several => {
            return Err(UsageError(format!(
                "{} name different data; give one of them",
                names(several, |flag| flag.usage)
            )));
        }
    }
    let variables: Vec<&DataFlag> = flags_from(ValueSource::EnvVariable).collect();
    match variables.as_slice() {
        [] => Ok(None),
        [flag] => Ok(Some((flag, DataOrigin::Environment(flag.variable)))),
        several => Err(UsageError(format!(
            "{} are set and name different data; select one with --store DIR, --data DIR or --server URL, or empty all but one of them",
            names(several, |flag| flag.variable)
        ))),
    }
}

fn select(matches: &mut ArgMatches) -> Result<(Data, DataOrigin), UsageError> {
    let flag = selected_flag(matches)?;
    let has_token_flag = matches.value_source("token") == Some(ValueSource::CommandLine);
    let folder = matches.try_remove_one::<PathBuf>(FOLDER).ok().flatten();
    let flags = DataFlags::from_arg_matches_mut(matches).map_err(|error| UsageError(error.to_string()))?;
    let data = match (flag.map(|(flag, _)| flag.id), flags.server) {
        (Some("server"), Some(url)) => Data::Server(Server::new(&url, flags.token)?),
        _ if has_token_flag => {
            return Err(UsageError(
                "--token is for a server, and none is named; give --server URL as well".to_owned(),
            ));
        }
        (Some("store"), _) => flags.store.map_or(Data::Bundled, Data::Store),
        (Some("data"), _) => flags.data.map_or(Data::Bundled, Data::Tables),
        (Some(_), _) => folder.map_or(Data::Bundled, Data::Tables),
        (None, _) => Data::Bundled,
    };
    Ok((data, flag.map_or(DataOrigin::Default, |(_, origin)| origin)))
}

impl FromArgMatches for DataChoice {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Self::from_arg_matches_mut(&mut matches.clone())
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(select(matches)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for DataChoice {
    fn augment_args(command: Command) -> Command {
        DataFlags::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        DataFlags::augment_args_for_update(command)
    }
}
