//! The arguments of `guanxi token`, and where the tokens are.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::{
    auth::tokens,
    model::{Catalog, Invalid, Role, Timestamp},
};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TokenCommand {
    /// Create a token and print it once. A running server accepts it within a second.
    Create {
        /// The name to which changes made with it are attributed.
        name: String,
        /// The permissions of its bearer: READER queries and subscribes, EDITOR also makes changes, ADMIN runs the server.
        #[arg(long, value_parser = role)]
        role: Role,
        /// When it expires, such as 2027-01-01T00:00:00Z. Default: never.
        #[arg(long, value_name = "MOMENT")]
        expires: Option<Timestamp>,
        #[command(flatten)]
        file: TokenFile,
    },
    /// List the tokens, including expired and revoked ones, but not their secrets.
    List {
        #[command(flatten)]
        file: TokenFile,
    },
    /// Revoke a token. A running server refuses it within a second, and closes connections that were opened with it.
    Revoke {
        /// The name with which it was created.
        name: String,
        #[command(flatten)]
        file: TokenFile,
    },
}

/// The file of the tokens.
#[derive(Debug, Args)]
pub(in crate::cli) struct TokenFile {
    /// The folder of the store, whose tokens are in tokens.json.
    #[arg(long, env = "GUANXI_STORE", value_name = "DIR")]
    store: Option<PathBuf>,
    /// A file for the tokens, instead of the one in the store.
    #[arg(long, env = "GUANXI_TOKENS", value_name = "FILE")]
    tokens: Option<PathBuf>,
}

impl TokenFile {
    /// The file, if one is named.
    pub(in crate::cli) fn path(&self) -> Option<PathBuf> {
        tokens_in(self.tokens.as_deref(), self.store.as_deref())
    }
}

/// The named file, else the one in the store.
pub(super) fn tokens_in(file: Option<&Path>, store: Option<&Path>) -> Option<PathBuf> {
    file.map(Path::to_owned).or_else(|| Some(store?.join(tokens::FILE)))
}

fn role(text: &str) -> Result<Role, Invalid> {
    Role::parse(&text.to_uppercase())
}
