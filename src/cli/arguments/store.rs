//! The arguments of the commands for a store.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct StoreArguments {
    /// The folder of the store.
    #[arg(long, env = "GUANXI_STORE", value_name = "DIR")]
    pub(in crate::cli) store: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct BackupArguments {
    /// The file to write; it must not exist.
    pub(in crate::cli) to: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) store: StoreArguments,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RestoreArguments {
    /// The file that `guanxi backup` wrote.
    pub(in crate::cli) from: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) store: StoreArguments,
}
