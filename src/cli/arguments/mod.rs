//! The arguments of the commands, and the settings in them. Every flag of `serve` is an environment variable as well: `--port` is
//! `GUANXI_PORT`.

pub(super) mod check;
pub(super) mod command_line;
pub(super) mod data;
pub(super) mod export;
pub(super) mod help;
pub(super) mod import;
pub(super) mod query;
pub(super) mod schema;
pub(super) mod serve;
pub(super) mod store;
pub(super) mod token;

use clap::ValueEnum;

/// A switch that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Switch {
    /// It is on.
    #[value(aliases = ["true", "yes", "1"])]
    On,
    /// It is off.
    #[value(aliases = ["false", "no", "0"])]
    Off,
}
