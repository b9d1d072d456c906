//! Who may do what: tokens where there are any, otherwise whoever reaches this machine's own address. What a role allows is
//! the schema layer's to say; this file says whose a request is.

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

/// How often the file of tokens is looked at: so long may a revoked token go on.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const READ_ONLY: &str = "This server is read-only: it was started with --read-only.";
const THROUGH_PROXY: &str = "This request came through a proxy (Forwarded, X-Forwarded-… or Via), so that anyone may have sent it, and there are no tokens here: only programs of this machine may change anything. Make a token (guanxi token create NAME --role EDITOR, with --store DIR or --tokens FILE).";

/// Whether questions are answered without a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicRead {
    /// Anyone may read.
    On,
    /// Reading takes a token.
    Off,
}

/// Whether anyone may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changes {
    /// Whoever has the role.
    Allowed,
    /// Nobody.
    Refused,
}

/// Who may do what.
#[derive(Debug, Clone)]
pub struct Access(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tokens: watch::Sender<Arc<Tokens>>,
    file: Option<PathBuf>,
    public_read: PublicRead,
    changes: Changes,
    /// Whether it is known that only this machine reaches the server.
    is_own: AtomicBool,
}

/// A server that anyone could write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unprotected {
    /// Others could change the data.
    #[error(
        "{0} can be reached from other machines, and without tokens anyone could change the data. Make a token (guanxi token create NAME --role EDITOR, with --store DIR or --tokens FILE), or serve with --read-only, or on 127.0.0.1"
    )]
    Writable(IpAddr),
    /// Nobody could read.
    #[error(
        "reading takes a token here (--public-read off), and there is none. Make one (guanxi token create NAME --role READER, with --store DIR or --tokens FILE)"
    )]
    Unreadable,
}

/// Whose a request is.
#[derive(Debug, Clone)]
pub(in crate::http) struct Session {
    pub(in crate::http) caller: Caller,
    pub(in crate::http) read_only: Option<&'static str>,
    expires_at: Option<Timestamp>,
}

/// Why it is not known whose a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::http) enum Denied {
    #[error("This server answers only with a token.")]
    Missing,
    #[error("The authorization is no token: it takes the form Bearer gxt_….")]
    Malformed,
    #[error(transparent)]
    Refused(#[from] tokens::Refused),
}

impl Denied {
    pub(in crate::http) fn error(self) -> Error {
        Error::unauthenticated(format!(
            "{self} Send one that is valid as Authorization: Bearer gxt_…, over WebSocket in the payload of connection_init; guanxi token create makes one."
        ))
    }

    /// What `WWW-Authenticate` says.
    pub(in crate::http) fn challenge(self) -> &'static str {
        match self {
            Self::Missing => "Bearer realm=\"guanxi\"",
            Self::Malformed | Self::Refused(_) => "Bearer realm=\"guanxi\", error=\"invalid_token\"",
        }
    }
}

impl Access {
    /// Access by the tokens in this file, where there is one.
    ///
    /// # Errors
    /// [`tokens::Error`] when the file cannot be read.
    pub fn new(file: Option<PathBuf>, public_read: PublicRead, changes: Changes) -> Result<Self, tokens::Error> {
        let tokens = file.as_deref().map_or(Ok(Tokens::default()), Tokens::load)?;
        Ok(Self(Arc::new(Inner {
            tokens: watch::Sender::new(Arc::new(tokens)),
            file,
            public_read,
            changes,
            is_own: AtomicBool::new(false),
        })))
    }

    /// Whoever reaches the server may do anything.
    #[must_use]
    pub fn open() -> Self {
        Self(Arc::new(Inner {
            tokens: watch::Sender::new(Arc::default()),
            file: None,
            public_read: PublicRead::On,
            changes: Changes::Allowed,
            is_own: AtomicBool::new(false),
        }))
    }

    /// Whether it is safe to serve at this address. Whether it is of this machine alone is remembered for every request.
    ///
    /// # Errors
    /// [`Unprotected`] when it is not.
    pub fn check_address(&self, address: SocketAddr) -> Result<(), Unprotected> {
        let inner = &self.0;
        inner.is_own.store(is_loopback(address.ip()), Ordering::Relaxed);
        if !inner.tokens.borrow().is_empty() {
            return Ok(());
        }
        if inner.public_read == PublicRead::Off {
            return Err(Unprotected::Unreadable);
        }
        if inner.changes == Changes::Allowed && !is_loopback(address.ip()) {
            return Err(Unprotected::Writable(address.ip()));
        }
        Ok(())
    }

    /// Reads the file of tokens again whenever it changes, for ever. A file that is gone or cannot be read changes nothing:
    /// it must not open what tokens protect.
    pub async fn follow(&self) {
        let Some(file) = &self.0.file else {
            return std::future::pending().await;
        };
        let mut seen = None;
        loop {
            let found = stamp(file);
            if found != seen {
                self.reload(file);
                seen = found;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn reload(&self, file: &Path) {
        match Tokens::load(file) {
            Ok(tokens) => {
                let gone = tokens.is_empty() && !self.0.tokens.borrow().is_empty();
                if gone {
                    tracing::error!(file = %file.display(), "the tokens are gone; those known so far stay valid");
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

    /// Whose a request with these headers is.
    pub(in crate::http) fn session(&self, headers: &HeaderMap, now: Timestamp) -> Result<Session, Denied> {
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let authorization = match (given.next(), given.next()) {
            (None, _) => None,
            (Some(one), None) => Some(one.to_str().unwrap_or_default()),
            (Some(_), Some(_)) => Some(""),
        };
        self.session_of(headers, authorization, now)
    }

    /// Whose a request with these headers is that says so in `authorization` instead of there.
    pub(in crate::http) fn session_of(
        &self,
        headers: &HeaderMap,
        authorization: Option<&str>,
        now: Timestamp,
    ) -> Result<Session, Denied> {
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
            None => Err(Denied::Missing),
            Some(authorization) => {
                let text = bearer(authorization).ok_or(Denied::Malformed)?;
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

    /// By which addresses the server may be called. Where only this machine reaches it and nothing else protects it, a proxy that
    /// passes on an address of its own would open it to everybody.
    pub(in crate::http) fn addresses(&self) -> Addresses {
        let inner = &self.0;
        // Without tokens, a server that takes changes has no other address.
        let is_own = inner.changes == Changes::Allowed || inner.is_own.load(Ordering::Relaxed);
        if is_own && inner.tokens.borrow().is_empty() {
            Addresses::Loopback
        } else {
            Addresses::Any
        }
    }

    /// Completes when the session's token is no longer valid.
    pub(in crate::http) async fn ended(&self, session: &Session, clock: fn() -> Timestamp) {
        let mut tokens = self.0.tokens.subscribe();
        let valid = |tokens: &Tokens| match &session.caller.name {
            Some(name) => tokens.named(name, clock()).is_ok(),
            // Tokens that were made since may end what was open to all.
            None => tokens.is_empty() || (self.0.public_read == PublicRead::On && session.caller.role == Role::Reader),
        };
        let left = session.expires_at.map(|expires| expires.duration_since(clock()));
        let left = left.map(|left| Duration::try_from(left).unwrap_or_default());
        let expired = async {
            match left {
                Some(left) => tokio::time::sleep(left).await,
                None => std::future::pending().await,
            }
        };
        let revoked = tokens.wait_for(|tokens| !valid(tokens));
        tokio::select! {
            () = expired => {}
            // An error means that the server is gone. The guard inside must not be kept.
            () = async { drop(revoked.await) } => {}
        }
    }
}

/// What tells one version of a file from another.
fn stamp(file: &Path) -> Option<(SystemTime, u64, u64)> {
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

/// Whether a proxy passed the request on.
fn is_forwarded(headers: &HeaderMap) -> bool {
    let says_so = |name: &HeaderName| {
        *name == header::FORWARDED || *name == header::VIA || name.as_str().starts_with("x-forwarded-")
    };
    headers.keys().any(says_so)
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
    fn what_others_could_write_to_is_not_served() {
        let access = |public_read, changes| Access::new(None, public_read, changes).unwrap();
        let (own, all): (SocketAddr, SocketAddr) = ("127.0.0.1:1".parse().unwrap(), "0.0.0.0:1".parse().unwrap());
        let writable = access(PublicRead::On, Changes::Allowed);
        assert_eq!(writable.check_address(own), Ok(()));
        assert_eq!(writable.check_address(all), Err(Unprotected::Writable(all.ip())));
        assert_eq!(access(PublicRead::On, Changes::Refused).check_address(all), Ok(()));
        for (changes, address) in [
            (Changes::Refused, all),
            (Changes::Refused, own),
            (Changes::Allowed, own),
        ] {
            let closed = access(PublicRead::Off, changes);
            assert_eq!(closed.check_address(address), Err(Unprotected::Unreadable));
        }
    }
}
