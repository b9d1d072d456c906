//! API tokens, kept in a file beside the data. Only hashes are stored, and a token is said once, when it is made. The hash is
//! SHA-256: a token is 256 random bits, which nobody can guess, so a slow hash would protect nothing.

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

/// What the file is called in the folder of a store.
pub const FILE: &str = "tokens.json";
/// Every token begins so, that people and scanners know it for what it is.
pub const PREFIX: &str = "gxt_";
/// Who writes the file waits for whoever does so already.
const LOCK: &str = "lock";
/// What the file is called until it is whole.
const NEW: &str = "new";
/// Marks that tokens were made.
const MADE: &str = "made";
/// How the file is written. Others are refused.
const FORMAT: u32 = 1;
const NAME_CHARACTERS_MAX: usize = 100;

/// What is known of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Chosen by whoever made it; what changes are attributed to, so it is never given again.
    pub name: String,
    /// What its bearer may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
    /// Since when it is refused.
    pub revoked_at: Option<Timestamp>,
    hash: [u8; 32],
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is none like it.
    #[error("The token is not one of this server's.")]
    Unknown,
    /// It was taken back.
    #[error("The token was revoked.")]
    Revoked,
    /// Its time is over.
    #[error("The token has expired.")]
    Expired,
}

/// Why the file of tokens cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system refuses.
    #[error("{}: {cause}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// It is not what this program writes.
    #[error("{} is no file of tokens that this version reads: {why}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A name that cannot be one.
    #[error("{0:?} cannot name a token; a name has 1 to {NAME_CHARACTERS_MAX} characters that can be printed")]
    Name(String),
    /// The name was given before.
    #[error("there was a token named {0:?} before; changes are attributed to names, so choose another")]
    Taken(String),
    /// There is no such token.
    #[error("there is no token named {0:?}; guanxi token list shows them")]
    Missing(String),
    /// It would never be valid.
    #[error("the token would have expired at {0} already")]
    Past(Timestamp),
}

impl Token {
    /// Whether it may be used at this moment.
    ///
    /// # Errors
    /// [`Refused`] when it may not.
    pub fn check(&self, now: Timestamp) -> Result<(), Refused> {
        if self.revoked_at.is_some() {
            return Err(Refused::Revoked);
        }
        match self.expires_at {
            Some(expires) if now >= expires => Err(Refused::Expired),
            _ => Ok(()),
        }
    }
}

/// All tokens, those that are refused among them, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens(Vec<Token>);

impl Tokens {
    /// The tokens in this file. None where there is no file.
    ///
    /// # Errors
    /// [`Error`] when it cannot be read.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(cause) => return Err(failed(path)(cause)),
        };
        let unreadable = |why: String| Error::Unreadable {
            path: path.to_owned(),
            why,
        };
        let written: Written = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
        if written.format != FORMAT {
            return Err(unreadable(format!("its format is {}, not {FORMAT}", written.format)));
        }
        let tokens: Result<Vec<Token>, String> = written.tokens.into_iter().map(Row::read).collect();
        tokens.map(Self).map_err(unreadable)
    }

    /// Whether no token was ever made.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Token> {
        self.0.iter()
    }

    /// The token whose text this is, if it may be used. Looks at all of them, so that the time it takes tells nothing.
    ///
    /// # Errors
    /// [`Refused`] when there is none, or it may not be used.
    pub fn find(&self, text: &str, now: Timestamp) -> Result<&Token, Refused> {
        let hash = hash(text);
        let found = self.0.iter().fold(None, |found, token| {
            if bool::from(token.hash.ct_eq(&hash)) {
                Some(token)
            } else {
                found
            }
        });
        let token = found.ok_or(Refused::Unknown)?;
        token.check(now).map(|()| token)
    }

    /// The token of this name, if it may be used.
    ///
    /// # Errors
    /// [`Refused`] when there is none, or it may not be used.
    pub fn named(&self, name: &str, now: Timestamp) -> Result<&Token, Refused> {
        let token = self.0.iter().find(|token| token.name == name).ok_or(Refused::Unknown)?;
        token.check(now).map(|()| token)
    }

    fn save(&self, path: &Path) -> Result<(), Error> {
        let written = Written {
            format: FORMAT,
            tokens: self.0.iter().map(Row::of).collect(),
        };
        let mut text = serde_json::to_vec_pretty(&written).map_err(|error| Error::Unreadable {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
        text.push(b'\n');
        replace(path, &text).map_err(failed(path))
    }
}

/// Makes a token from 256 random bits, and answers its text, which is kept nowhere.
///
/// # Errors
/// [`Error`] when the name is taken or the file cannot be written.
pub fn create(
    path: &Path,
    name: &str,
    role: Role,
    expires_at: Option<Timestamp>,
    now: Timestamp,
    random: [u8; 32],
) -> Result<String, Error> {
    let fit = (1..=NAME_CHARACTERS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !fit || name.trim() != name {
        return Err(Error::Name(name.to_owned()));
    }
    if let Some(expires) = expires_at.filter(|expires| *expires <= now) {
        return Err(Error::Past(expires));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    let _lock = lock(path)?;
    let mut tokens = Tokens::load(path)?;
    if tokens.0.iter().any(|token| token.name == name) {
        return Err(Error::Taken(name.to_owned()));
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
    // Stays where the file goes.
    let made = path.with_extension(MADE);
    replace(&made, &[]).map_err(failed(&made))?;
    Ok(text)
}

/// Whether tokens were made whose file this was, also where it is gone.
#[must_use]
pub fn were_made(path: &Path) -> bool {
    path.with_extension(MADE).exists()
}

/// Takes a token back. It stays in the list, and nothing changes when that was done before.
///
/// # Errors
/// [`Error`] when there is none, or the file cannot be written.
pub fn revoke(path: &Path, name: &str, now: Timestamp) -> Result<Token, Error> {
    let _lock = lock(path)?;
    let mut tokens = Tokens::load(path)?;
    let token = tokens.0.iter_mut().find(|token| token.name == name);
    let token = token.ok_or_else(|| Error::Missing(name.to_owned()))?;
    token.revoked_at.get_or_insert(now);
    let revoked = token.clone();
    tokens.save(path)?;
    Ok(revoked)
}

/// Whether a file in the folder of a store belongs to its tokens.
pub(crate) fn is_own(name: &OsStr) -> bool {
    let file = Path::new(FILE);
    let others = [LOCK, NEW, MADE].map(|extension| file.with_extension(extension));
    file == name || others.iter().any(|own| own == name)
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    move |cause| Error::Io {
        path: path.to_owned(),
        cause,
    }
}

/// Two commands at a time would lose what one of them wrote.
fn lock(path: &Path) -> Result<File, Error> {
    let lock = path.with_extension(LOCK);
    let file = OpenOptions::new().create(true).write(true).truncate(false).open(&lock);
    let file = file.map_err(failed(&lock))?;
    file.lock().map_err(failed(&lock))?;
    Ok(file)
}

/// Puts a file in place of another: after a crash there is the old one or the new one. Only its owner may read it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension(NEW);
    // One that a crash left behind may have other permissions.
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
    // The name is part of the folder, which other systems than Unix do not let sync.
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Written {
    format: u32,
    tokens: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    role: String,
    sha256: String,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

impl Row {
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
        let wrong = |what: &str| format!("token {:?}: {what}", self.name);
        let moment = |text: &str| text.parse::<Timestamp>().map_err(|error| wrong(&error.to_string()));
        let hash = BASE64_URL_SAFE_NO_PAD.decode(&self.sha256).ok();
        Ok(Token {
            role: Role::parse(&self.role).map_err(|invalid| wrong(&invalid.to_string()))?,
            created_at: moment(&self.created_at)?,
            expires_at: self.expires_at.as_deref().map(moment).transpose()?,
            revoked_at: self.revoked_at.as_deref().map(moment).transpose()?,
            hash: hash
                .and_then(|hash| hash.try_into().ok())
                .ok_or_else(|| wrong("its sha256 is no hash"))?,
            name: self.name,
        })
    }
}
