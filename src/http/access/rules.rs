//! Authentication: by tokens if there are any; otherwise all clients of this machine have full access. Which operations a role
//! allows is decided by the schema layer.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::http::{HeaderMap, HeaderName, header};
use tokio::sync::watch;

use super::hosts::{Addresses, is_loopback};
use crate::{
    auth::tokens::{self, Tokens},
    engine::Error,
    model::{Caller, Role, Timestamp},
};

/// How often the file of tokens is checked, and so how long a revoked token may stay in use.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
const READ_ONLY: &str = "This server is read-only: it was started with --read-only.";
const THROUGH_PROXY: &str = "This request came through a proxy (Forwarded, X-Forwarded-… or Via), so that anyone may have sent it, and there are no tokens here: only programs of this machine may change anything. Create a token (guanxi token create NAME --role EDITOR, with --store DIR or --tokens FILE).";

/// Whether queries are answered without a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicRead {
    /// Anyone may read.
    On,
    /// Reading requires a token.
    Off,
}

/// Whether changes are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changes {
    /// By all clients with the role for it.
    Allowed,
    /// To no client.
    Refused,
}

/// The access of clients to the server. Clones share it.
#[derive(Debug, Clone)]
pub struct Access(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tokens: watch::Sender<Arc<Tokens>>,
    file: Option<PathBuf>,
    public_read: PublicRead,
    changes: Changes,
    /// Whether only this machine can reach the server.
    is_local_only: AtomicBool,
}

/// Why it is not safe, or of no use, to serve at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnprotectedServer {
    /// Other machines could change the data.
    #[error(
        "{0} can be reached from other machines, and without tokens anyone could change the data. Create a token (guanxi token create NAME --role EDITOR, with --store DIR or --tokens FILE), or serve with --read-only, or on 127.0.0.1"
    )]
    Writable(IpAddr),
    /// No client could read.
    #[error(
        "reading requires a token (--public-read off), and there is none. Create one (guanxi token create NAME --role READER, with --store DIR or --tokens FILE)"
    )]
    Unreadable,
}

/// The client of a request, and its permissions.
#[derive(Debug, Clone)]
pub(in crate::http) struct Session {
    pub(in crate::http) caller: Caller,
    pub(in crate::http) read_only: Option<&'static str>,
    expires_at: Option<Timestamp>,
}

/// Why a request could not be authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::http) enum AuthenticationError {
    #[error("This server requires a token.")]
    Missing,
    #[error("The authorization is not a token of the form Bearer gxt_….")]
    Malformed,
    #[error(transparent)]
    Refused(#[from] tokens::TokenRejection),
}

impl AuthenticationError {
    pub(in crate::http) fn error(self) -> Error {
        Error::unauthenticated(format!(
            "{self} Send a valid one as Authorization: Bearer gxt_…, over WebSocket in the payload of connection_init; guanxi token create creates one."
        ))
    }

    /// The value of `WWW-Authenticate`.
    pub(in crate::http) fn challenge(self) -> &'static str {
        match self {
            Self::Missing => "Bearer realm=\"guanxi\"",
            Self::Malformed | Self::Refused(_) => "Bearer realm=\"guanxi\", error=\"invalid_token\"",
        }
    }
}

impl Access {
    /// Access by the tokens in this file, if there is one.
    ///
    /// # Errors
    /// [`tokens::Error`] if the file cannot be read.
    pub fn new(file: Option<PathBuf>, public_read: PublicRead, changes: Changes) -> Result<Self, tokens::Error> {
        let tokens = file.as_deref().map_or(Ok(Tokens::default()), Tokens::load)?;
        Ok(Self(Arc::new(Inner {
            tokens: watch::Sender::new(Arc::new(tokens)),
            file,
            public_read,
            changes,
            is_local_only: AtomicBool::new(false),
        })))
    }

    /// Full access for all clients.
    #[must_use]
    pub fn open() -> Self {
        Self(Arc::new(Inner {
            tokens: watch::Sender::new(Arc::default()),
            file: None,
            public_read: PublicRead::On,
            changes: Changes::Allowed,
            is_local_only: AtomicBool::new(false),
        }))
    }

    /// Checks that it is safe to serve at this address, and notes whether only this machine can reach it.
    ///
    /// # Errors
    /// [`UnprotectedServer`] if it is not.
    pub fn check_address(&self, address: SocketAddr) -> Result<(), UnprotectedServer> {
        let inner = &self.0;
        inner.is_local_only.store(is_loopback(address.ip()), Ordering::Relaxed);
        if !inner.tokens.borrow().is_empty() {
            return Ok(());
        }
        if inner.public_read == PublicRead::Off {
            return Err(UnprotectedServer::Unreadable);
        }
        if inner.changes == Changes::Allowed && !is_loopback(address.ip()) {
            return Err(UnprotectedServer::Writable(address.ip()));
        }
        Ok(())
    }

    /// Reloads the file of tokens whenever it changes; never completes. A file that is missing or cannot be read changes nothing, since
    /// it must not remove the protection by tokens.
    pub async fn follow(&self) {
        let Some(file) = &self.0.file else {
            return std::future::pending().await;
        };
        let mut loaded_version = None;
        loop {
            let current_version = file_version(file);
            if current_version != loaded_version {
                self.reload(file);
                loaded_version = current_version;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    fn reload(&self, file: &Path) {
        match Tokens::load(file) {
            Ok(tokens) => {
                let are_missing = tokens.is_empty() && !self.0.tokens.borrow().is_empty();
                if are_missing {
                    tracing::error!(file = %file.display(), "the tokens are missing; those known so far stay valid");
                    return;
                }
                self.0.tokens.send_if_modified(|known| {
                    let is_new = **known != tokens;
                    *known = Arc::new(tokens);
                    is_new
                });
            }
            Err(error) => tracing::error!(%error, "the tokens cannot be read; those known so far stay valid"),
        }
    }

    /// The session of a request with these headers.
    pub(in crate::http) fn session(&self, headers: &HeaderMap, now: Timestamp) -> Result<Session, AuthenticationError> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let authorization = match (values.next(), values.next()) {
            (None, _) => None,
            (Some(one), None) => Some(one.to_str().unwrap_or_default()),
            (Some(_), Some(_)) => Some(""),
        };
        self.session_of(headers, authorization, now)
    }

    /// The same, with `authorization` in place of that header.
    pub(in crate::http) fn session_of(
        &self,
        headers: &HeaderMap,
        authorization: Option<&str>,
        now: Timestamp,
    ) -> Result<Session, AuthenticationError> {
        let read_only = (self.0.changes == Changes::Refused).then_some(READ_ONLY);
        let tokens = self.0.tokens.borrow();
        let caller = |caller| Session {
            caller,
            read_only,
            expires_at: None,
        };
        match authorization {
            _ if tokens.is_empty() && is_forwarded(headers) => Ok(Session {
                read_only: read_only.or(Some(THROUGH_PROXY)),
                ..caller(Caller::unnamed(Role::Reader))
            }),
            _ if tokens.is_empty() => Ok(caller(Caller::unnamed(Role::Admin))),
            None if self.0.public_read == PublicRead::On => Ok(caller(Caller::unnamed(Role::Reader))),
            None => Err(AuthenticationError::Missing),
            Some(authorization) => {
                let text = bearer(authorization).ok_or(AuthenticationError::Malformed)?;
                let token = tokens.find(text, now)?;
                Ok(Session {
                    caller: Caller {
                        name: Some(token.name.clone()),
                        role: token.role,
                    },
                    read_only,
                    expires_at: token.expires_at,
                })
            }
        }
    }

    /// The addresses that requests may use as their host. If only this machine can reach the server, and no tokens protect it, a proxy
    /// that sends its own address would open it to everyone.
    pub(in crate::http) fn addresses(&self) -> Addresses {
        let inner = &self.0;
        // Without tokens, a server that accepts changes listens on no other address.
        let is_local_only = inner.changes == Changes::Allowed || inner.is_local_only.load(Ordering::Relaxed);
        if is_local_only && inner.tokens.borrow().is_empty() {
            Addresses::Loopback
        } else {
            Addresses::Any
        }
    }

    /// Completes when the token of the session is no longer valid.
    pub(in crate::http) async fn ended(&self, session: &Session, clock: fn() -> Timestamp) {
        let mut tokens = self.0.tokens.subscribe();
        let valid = |tokens: &Tokens| match &session.caller.name {
            Some(name) => tokens.find_by_name(name, clock()).is_ok(),
            // Tokens that were created since may end public access.
            None => tokens.is_empty() || (self.0.public_read == PublicRead::On && session.caller.role == Role::Reader),
        };
        let time_left = session.expires_at.map(|expires| expires.duration_since(clock()));
        let time_left = time_left.map(|left| Duration::try_from(left).unwrap_or_default());
        let expired = async {
            match time_left {
                Some(left) => tokio::time::sleep(left).await,
                None => std::future::pending().await,
            }
        };
        let revoked = tokens.wait_for(|tokens| !valid(tokens));
        tokio::select! {
            () = expired => {}
            // An error means that the server has ended. The guard in the result must not be held.
            () = async { drop(revoked.await) } => {}
        }
    }
}

/// Identifies a version of a file.
fn file_version(file: &Path) -> Option<(SystemTime, u64, u64)> {
    let data = fs::metadata(file).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&data);
    #[cfg(not(unix))]
    let number = 0;
    Some((data.modified().ok()?, data.len(), number))
}

/// The token of an `Authorization` header.
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && token.starts_with(tokens::PREFIX)).then_some(token)
}

/// Whether the request came through a proxy.
fn is_forwarded(headers: &HeaderMap) -> bool {
    let is_proxy_header = |name: &HeaderName| {
        *name == header::FORWARDED || *name == header::VIA || name.as_str().starts_with("x-forwarded-")
    };
    headers.keys().any(is_proxy_header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_word_after_bearer() {
        for (header, expected) in [
            ("Bearer gxt_a", Some("gxt_a")),
            ("bearer  gxt_a ", Some("gxt_a")),
            ("Basic gxt_a", None),
            ("gxt_a", None),
            ("Bearer", None),
            ("Bearer a", None),
            ("", None),
        ] {
            assert_eq!(bearer(header), expected, "{header}");
        }
    }

    #[test]
    fn a_server_that_others_could_write_to_is_refused() {
        let access = |public_read, changes| Access::new(None, public_read, changes).unwrap();
        let (own, all): (SocketAddr, SocketAddr) = ("127.0.0.1:1".parse().unwrap(), "0.0.0.0:1".parse().unwrap());
        let writable = access(PublicRead::On, Changes::Allowed);
        assert_eq!(writable.check_address(own), Ok(()));
        assert_eq!(writable.check_address(all), Err(UnprotectedServer::Writable(all.ip())));
        assert_eq!(access(PublicRead::On, Changes::Refused).check_address(all), Ok(()));
        for (changes, address) in [
            (Changes::Refused, all),
            (Changes::Refused, own),
            (Changes::Allowed, own),
        ] {
            let closed = access(PublicRead::Off, changes);
            assert_eq!(closed.check_address(address), Err(UnprotectedServer::Unreadable));
        }
    }
}
