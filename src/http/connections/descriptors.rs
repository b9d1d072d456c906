//! The limit on open files, of which every connection is one: raised as far as the system allows, and the limits on connections are
//! lowered to it.

use crate::http::settings::Settings;

/// Open files beside connections: the log, the graph and the search index on disk, the port, event queues, and connections that
/// wait to be accepted.
const RESERVED: usize = 64;

/// The limit on open files does not allow the configured limits on connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the process may have {open_files_max} files open, so that at most {connections_max} connections and {sockets_max} WebSockets are served concurrently; raise the hard limit (ulimit -Hn, LimitNOFILE= of systemd, --ulimit nofile of Docker) to serve more"
)]
pub struct TooFewFiles {
    /// Files that may be open.
    pub open_files_max: u64,
    /// The connections that it allows, in place of the setting.
    pub connections_max: usize,
    /// The WebSockets that it allows, in place of the setting.
    pub sockets_max: usize,
}

/// Raises the limit on open files as far as the system allows, and returns it; `None` if there is no limit, or it is unknown.
#[cfg(unix)]
#[must_use]
pub fn raise_open_files() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            // Some systems allow less than they report.
            tracing::warn!(%error, "the limit on open files cannot be raised");
            limit.current
        }
    }
}

/// The same on systems without such a limit.
#[cfg(not(unix))]
#[must_use]
pub fn raise_open_files() -> Option<u64> {
    None
}

/// Lowers the limits on connections and WebSockets, each of which is an open file, to what the limit on open files allows.
///
/// # Errors
/// [`TooFewFiles`] if they were lowered.
pub fn fit_to_open_files(settings: &mut Settings, open_files_max: u64) -> Result<(), TooFewFiles> {
    let free = usize::try_from(open_files_max)
        .unwrap_or(usize::MAX)
        .saturating_sub(RESERVED);
    let (connections, sockets) = (settings.connections_max, settings.sockets_max);
    if connections.saturating_add(sockets) <= free {
        return Ok(());
    }
    // What one of them does not need is left to the other. Without any connection nothing would be served.
    settings.sockets_max = sockets.min((free / 2).max(free.saturating_sub(connections)));
    settings.connections_max = connections.min(free - settings.sockets_max).max(1);
    Err(TooFewFiles {
        open_files_max,
        connections_max: settings.connections_max,
        sockets_max: settings.sockets_max,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_and_sockets_fit_into_the_limit_on_open_files() {
        for (open_files_max, configured, adjusted) in [
            (1_048_576, (10_000, 10_000), (10_000, 10_000)),
            (20_064, (10_000, 10_000), (10_000, 10_000)),
            (20_063, (10_000, 10_000), (10_000, 9_999)),
            (4_096, (10_000, 10_000), (2_016, 2_016)),
            (4_096, (10_000, 100), (3_932, 100)),
            (4_096, (100, 10_000), (100, 3_932)),
            (1_024, (10_000, 0), (960, 0)),
            (64, (10_000, 10_000), (1, 0)),
            (0, (10_000, 10_000), (1, 0)),
        ] {
            let mut settings = Settings {
                connections_max: configured.0,
                sockets_max: configured.1,
                ..Settings::default()
            };
            let fits = fit_to_open_files(&mut settings, open_files_max);
            assert_eq!(
                (settings.connections_max, settings.sockets_max),
                adjusted,
                "{open_files_max} {configured:?}"
            );
            assert_eq!(fits.is_ok(), configured == adjusted, "{open_files_max} {configured:?}");
        }
    }
}
