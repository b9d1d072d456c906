//! Which data a command works on, by the same words for all commands: `--store`, `--data`, `--server`, or the environment
//! variables of the same names. What is written on the command line counts before what stands in the environment; two words that
//! name different data are refused.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches, parser::ValueSource};

use super::{Misused, client::Server, say};

/// The data that a command works on.
#[derive(Debug, Clone)]
pub(super) enum Data {
    /// The network that comes with the program.
    Bundled,
    /// A folder with tables.
    Tables(PathBuf),
    /// The folder of a store.
    Store(PathBuf),
    /// Whatever a server serves.
    Server(Server),
}

/// Who named the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// It was not named.
    Default,
    /// It stands on the command line.
    Words,
    /// This environment variable.
    Environment(&'static str),
}

/// The data that the words of a command name, or why they name none.
#[derive(Debug, Clone)]
pub(super) struct DataChoice(Result<(Data, By), Misused>);

/// The words.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
struct Words {
    /// The folder of a store, which may be served meanwhile.
    #[arg(long, env = "GUANXI_STORE", value_name = "DIR")]
    store: Option<PathBuf>,
    /// A folder with tables. Default: the bundled network.
    #[arg(long, env = "GUANXI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address of a server, such as https://example.org or http://127.0.0.1:8000.
    #[arg(long, env = "GUANXI_SERVER", value_name = "URL")]
    server: Option<String>,
    /// The token that the server asks for. The variable keeps it out of the list of processes.
    #[arg(long, env = "GUANXI_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// A word, as it is written and as a variable.
struct Word {
    id: &'static str,
    written: &'static str,
    variable: &'static str,
}

const WORDS: [Word; 4] = [
    Word {
        id: "store",
        written: "--store DIR",
        variable: "GUANXI_STORE",
    },
    Word {
        id: "data",
        written: "--data DIR",
        variable: "GUANXI_DATA",
    },
    Word {
        id: "server",
        written: "--server URL",
        variable: "GUANXI_SERVER",
    },
    // Where a command takes a folder of tables without a word before it.
    Word {
        id: FOLDER,
        written: "the folder DIR",
        variable: "",
    },
];

/// The argument that names a folder of tables without a word before it, where a command has one.
pub(super) const FOLDER: &str = "folder";

impl DataChoice {
    /// The data, and by whom it is named.
    ///
    /// # Errors
    /// [`Misused`] when two words name different data.
    fn chosen(&self) -> Result<&(Data, By), Misused> {
        self.0.as_ref().map_err(Clone::clone)
    }

    /// The data. Says on standard error which it is, unless it stands on the command line.
    ///
    /// # Errors
    /// [`Misused`] when two words name different data.
    pub(super) fn data(&self) -> Result<&Data, Misused> {
        let (data, by) = self.chosen()?;
        match by {
            By::Words => {}
            By::Default => {
                say!(
                    "guanxi: this is about the bundled network; --store DIR or --data DIR names other data, and for guanxi query also --server URL"
                );
            }
            By::Environment(variable) => say!("guanxi: this is about {data}, which {variable} names"),
        }
        Ok(data)
    }

    /// The data, where a command reads files: a server is refused, with the way out.
    ///
    /// # Errors
    /// [`Misused`] when two words name different data, or a server.
    pub(super) fn files(&self, command: &str, instead: &str) -> Result<&Data, Misused> {
        match self.chosen()? {
            (Data::Server(server), by) => Err(Misused(format!(
                "guanxi {command} reads the files of a store or tables, and {} names the server {}. {instead} Or name files by \
                 --store DIR or --data DIR; a store may be served meanwhile",
                by.written("--server"),
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

impl By {
    fn written(self, word: &'static str) -> &'static str {
        match self {
            Self::Environment(variable) => variable,
            Self::Words | Self::Default => word,
        }
    }
}

/// The one word that is given, and by whom.
fn chosen_word(matches: &ArgMatches) -> Result<Option<(&'static Word, By)>, Misused> {
    // Asking for an argument that a command does not have is a fault of the program.
    let source = |id: &str| match matches.try_contains_id(id) {
        Ok(true) => matches.value_source(id),
        _ => None,
    };
    let given = |from: ValueSource| WORDS.iter().filter(move |word| source(word.id) == Some(from));
    let written: Vec<&Word> = given(ValueSource::CommandLine).collect();
    let names = |words: &[&Word], name: fn(&Word) -> &'static str| {
        let names: Vec<&str> = words.iter().map(|word| name(word)).collect();
        names.join(" and ")
    };
    match written.as_slice() {
        [] => {}
        [word] => return Ok(Some((word, By::Words))),
        several => {
            return Err(Misused(format!(
                "{} name different data; give one of them",
                names(several, |word| word.written)
            )));
        }
    }
    let variables: Vec<&Word> = given(ValueSource::EnvVariable).collect();
    match variables.as_slice() {
        [] => Ok(None),
        [word] => Ok(Some((word, By::Environment(word.variable)))),
        several => Err(Misused(format!(
            "{} are set and name different data; say which by --store DIR, --data DIR or --server URL, or empty all but one of them",
            names(several, |word| word.variable)
        ))),
    }
}

fn choose(matches: &mut ArgMatches) -> Result<(Data, By), Misused> {
    let word = chosen_word(matches)?;
    let token_is_written = matches.value_source("token") == Some(ValueSource::CommandLine);
    let folder = matches.try_remove_one::<PathBuf>(FOLDER).ok().flatten();
    let words = Words::from_arg_matches_mut(matches).map_err(|error| Misused(error.to_string()))?;
    let data = match (word.map(|(word, _)| word.id), words.server) {
        (Some("server"), Some(url)) => Data::Server(Server::new(&url, words.token)?),
        _ if token_is_written => {
            return Err(Misused(
                "--token is for a server, and none is named; give --server URL as well".to_owned(),
            ));
        }
        (Some("store"), _) => words.store.map_or(Data::Bundled, Data::Store),
        (Some("data"), _) => words.data.map_or(Data::Bundled, Data::Tables),
        (Some(_), _) => folder.map_or(Data::Bundled, Data::Tables),
        (None, _) => Data::Bundled,
    };
    Ok((data, word.map_or(By::Default, |(_, by)| by)))
}

impl FromArgMatches for DataChoice {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Self::from_arg_matches_mut(&mut matches.clone())
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(choose(matches)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for DataChoice {
    fn augment_args(command: Command) -> Command {
        Words::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Words::augment_args_for_update(command)
    }
}
