//! API tokens, stored in a file next to the data. Only hashes are stored; a token is printed once, when it is created. The hash
//! is SHA-256: a token is 256 random bits, which cannot be guessed, so a slow hash would add no protection.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::model::{Catalog, Role, Timestamp};

/// The name of the file in the folder of a store.
pub const FILE: &str = "tokens.json";
/// The prefix of every token, by which people and secret scanners recognize it.
pub const PREFIX: &str = "gxt_";
/// The extension of the lock file, which serializes writers.
const LOCK: &str = "lock";
/// The extension of the file until it is complete.
const NEW: &str = "new";
/// The extension of the file that marks that tokens were created.
const CREATED_MARKER: &str = "made";
/// The version of the file format. Others are refused.
const FORMAT: u32 = 1;
const NAME_CHARACTERS_MAX: usize = 100;

/// A token, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Chosen at creation. Changes are attributed to it, so it is never reused.
    pub name: String,
    /// The permissions of its bearer.
    pub role: Role,
    /// When it was created.
    pub created_at: Timestamp,
    /// From this moment on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    hash: [u8; 32],
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRejection {
    /// There is no such token.
    #[error("The token is not one of this server's.")]
    Unknown,
    /// It was revoked.
    #[error("The token was revoked.")]
    Revoked,
    /// It has expired.
    #[error("The token has expired.")]
    Expired,
}

/// Why the file of tokens cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An error of the operating system.
    #[error("{}: {cause}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// The file is not in the format of this version.
    #[error("{} is not a token file that this version can read: {why}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The problem.
        why: String,
    },
    /// Not a valid name.
    #[error("{0:?} cannot name a token; a name has 1 to {NAME_CHARACTERS_MAX} printable characters")]
    InvalidName(String),
    /// The name was used before.
    #[error("there was a token named {0:?} before; changes are attributed to names, so choose another")]
    NameInUse(String),
    /// There is no such token.
    #[error("there is no token named {0:?}; guanxi token list shows them")]
    NotFound(String),
    /// The expiry is in the past.
    #[error("the token would have expired at {0} already")]
    AlreadyExpired(Timestamp),
}

impl Token {
    /// Checks that it may be used at this moment.
    ///
    /// # Errors
    /// [`TokenRejection`] when it may not.
    pub fn check(&self, now: Timestamp) -> Result<(), TokenRejection> {
        if self.revoked_at.is_some() {
            return Err(TokenRejection::Revoked);
        }
        match self.expires_at {
            Some(expires) if now >= expires => Err(TokenRejection::Expired),
            _ => Ok(()),
        }
    }
}

/// All tokens, including expired and revoked ones, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens(Vec<Token>);

impl Tokens {
    /// The tokens in this file; empty if there is no file.
    ///
    /// # Errors
    /// [`Error`] when it cannot be read.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(cause) => return Err(io_error(path)(cause)),
        };
        let unreadable = |why: String| Error::Unreadable {
            path: path.to_owned(),
            why,
        };
        let file: TokenFile = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
        if file.format != FORMAT {
            return Err(unreadable(format!("its format is {}, not {FORMAT}", file.format)));
        }
        let tokens: Result<Vec<Token>, String> = file.tokens.into_iter().map(TokenRow::read).collect();
        tokens.map(Self).map_err(unreadable)
    }

    /// Whether there are no tokens, not even revoked ones.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Token> {
        self.0.iter()
    }

    /// The token with this text, if it may be used. Compares with all of them, so that the time reveals nothing.
    ///
    /// # Errors
    /// [`TokenRejection`] when there is none, or it may not be used.
    pub fn find(&self, text: &str, now: Timestamp) -> Result<&Token, TokenRejection> {
        let hash = hash(text);
        let matching = self.0.iter().fold(None, |matching, token| {
            if bool::from(token.hash.ct_eq(&hash)) {
                Some(token)
            } else {
                matching
            }
        });
        let token = matching.ok_or(TokenRejection::Unknown)?;
        token.check(now).map(|()| token)
    }

    /// The token with this name, if it may be used.
    ///
    /// # Errors
    /// [`TokenRejection`] when there is none, or it may not be used.
    pub fn find_by_name(&self, name: &str, now: Timestamp) -> Result<&Token, TokenRejection> {
        let token = self
            .0
            .iter()
            .find(|token| token.name == name)
            .ok_or(TokenRejection::Unknown)?;
        token.check(now).map(|()| token)
    }

    fn save(&self, path: &Path) -> Result<(), Error> {
        let file = TokenFile {
            format: FORMAT,
            tokens: self.0.iter().map(TokenRow::of).collect(),
        };
        let mut text = serde_json::to_vec_pretty(&file).map_err(|error| Error::Unreadable {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
        text.push(b'\n');
        replace(path, &text).map_err(io_error(path))
    }
}

/// Creates a token from 256 random bits and returns its text, which is not stored.
///
/// # Errors
/// [`Error`] if the name was used before or the file cannot be written.
pub fn create(
    path: &Path,
    name: &str,
    role: Role,
    expires_at: Option<Timestamp>,
    now: Timestamp,
    random: [u8; 32],
) -> Result<String, Error> {
    let is_valid = (1..=NAME_CHARACTERS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !is_valid || name.trim() != name {
        return Err(Error::InvalidName(name.to_owned()));
    }
    if let Some(expires) = expires_at.filter(|expires| *expires <= now) {
        return Err(Error::AlreadyExpired(expires));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io_error(folder))?;
    }
    let _lock = lock(path)?;
    let mut tokens = Tokens::load(path)?;
    if tokens.0.iter().any(|token| token.name == name) {
        return Err(Error::NameInUse(name.to_owned()));
    }
    let text = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(random));
    tokens.0.push(Token {
        name: name.to_owned(),
        role,
        created_at: now,
        expires_at,
        revoked_at: None,
        hash: hash(&text),
    });
    tokens.save(path)?;
    // Remains when the file is deleted.
    let marker = path.with_extension(CREATED_MARKER);
    replace(&marker, &[]).map_err(io_error(&marker))?;
    Ok(text)
}

/// Whether tokens were ever created in this file, even if it has been deleted.
#[must_use]
pub fn had_tokens(path: &Path) -> bool {
    path.with_extension(CREATED_MARKER).exists()
}

/// Revokes a token. It remains in the list; revoking it again changes nothing.
///
/// # Errors
/// [`Error`] if there is none, or the file cannot be written.
pub fn revoke(path: &Path, name: &str, now: Timestamp) -> Result<Token, Error> {
    let _lock = lock(path)?;
    let mut tokens = Tokens::load(path)?;
    let token = tokens.0.iter_mut().find(|token| token.name == name);
    let token = token.ok_or_else(|| Error::NotFound(name.to_owned()))?;
    token.revoked_at.get_or_insert(now);
    let revoked = token.clone();
    tokens.save(path)?;
    Ok(revoked)
}

/// Whether a file in the folder of a store belongs to its tokens.
pub(crate) fn is_token_file(name: &OsStr) -> bool {
    let file = Path::new(FILE);
    let companions = [LOCK, NEW, CREATED_MARKER].map(|extension| file.with_extension(extension));
    file == name || companions.iter().any(|companion| companion == name)
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> Error {
    move |cause| Error::Io {
        path: path.to_owned(),
        cause,
    }
}

/// Locks the file against other writers: two commands at a time would lose the change of one of them.
fn lock(path: &Path) -> Result<File, Error> {
    let lock = path.with_extension(LOCK);
    let file = OpenOptions::new().create(true).write(true).truncate(false).open(&lock);
    let file = file.map_err(io_error(&lock))?;
    file.lock().map_err(io_error(&lock))?;
    Ok(file)
}

/// Replaces a file atomically: after a crash there is the old one or the new one. Only its owner may read it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension(NEW);
    // A leftover of a crash may have other permissions.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // The name is part of the folder, which can be synced only on Unix.
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct TokenFile {
    format: u32,
    tokens: Vec<TokenRow>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenRow {
    name: String,
    role: String,
    sha256: String,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

impl TokenRow {
    fn of(token: &Token) -> Self {
        Self {
            name: token.name.clone(),
            role: token.role.as_str().to_owned(),
            sha256: BASE64_URL_SAFE_NO_PAD.encode(token.hash),
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.map(|moment| moment.to_string()),
            revoked_at: token.revoked_at.map(|moment| moment.to_string()),
        }
    }

    fn read(self) -> Result<Token, String> {
        let problem = |text: &str| format!("token {:?}: {text}", self.name);
        let moment = |text: &str| text.parse::<Timestamp>().map_err(|error| problem(&error.to_string()));
        let hash = BASE64_URL_SAFE_NO_PAD.decode(&self.sha256).ok();
        Ok(Token {
            role: Role::parse(&self.role).map_err(|invalid| problem(&invalid.to_string()))?,
            created_at: moment(&self.created_at)?,
            expires_at: self.expires_at.as_deref().map(moment).transpose()?,
            revoked_at: self.revoked_at.as_deref().map(moment).transpose()?,
            hash: hash
                .and_then(|hash| hash.try_into().ok())
                .ok_or_else(|| problem("its sha256 is not a hash"))?,
            name: self.name,
        })
    }
}
