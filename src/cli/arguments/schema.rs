//! The arguments of `guanxi schema`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::client::ClientLimits;

#[derive(Debug, Args)]
pub(in crate::cli) struct SchemaArguments {
    /// The address of a server whose schema is printed, such as https://example.org. Default: the schema of this program.
    #[arg(long, env = "GUANXI_SERVER", value_name = "URL")]
    pub(in crate::cli) server: Option<String>,
    /// The token for the server. The variable keeps it out of the list of processes.
    #[arg(long, env = "GUANXI_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub(in crate::cli) token: Option<String>,
    // Flags of other commands, which are refused with a reason.
    #[arg(long, value_name = "DIR", hide = true)]
    pub(in crate::cli) store: Option<PathBuf>,
    #[arg(long, value_name = "DIR", hide = true)]
    pub(in crate::cli) data: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) client: ClientLimits,
}
