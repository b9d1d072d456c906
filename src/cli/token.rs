//! `guanxi token`: makes, lists and revokes tokens. A token itself is printed once, by the command that makes it.

use std::process::ExitCode;

use anyhow::Context;

use super::{
    Misused,
    config::{TokenCommand, TokenFile},
    print, say,
};
use crate::{
    auth::tokens::{self, Rejection, Tokens},
    model::Timestamp,
};

pub(super) fn token(command: &TokenCommand) -> anyhow::Result<ExitCode> {
    let now = Timestamp::now();
    match command {
        TokenCommand::Create {
            name,
            role,
            expires,
            file,
        } => {
            let mut random = [0; 32];
            getrandom::fill(&mut random).context("the system has no random bits to give")?;
            let text = tokens::create(&path(file)?, name, *role, *expires, now, random)?;
            say!("This is the token {name:?}. It is kept nowhere, so keep it now:");
            print(&format!("{text}\n"))?;
        }
        TokenCommand::List { file } => print(&listed(&Tokens::load(&path(file)?)?, now))?,
        TokenCommand::Revoke { name, file } => {
            let token = tokens::revoke(&path(file)?, name, now)?;
            let since = token.revoked_at.unwrap_or(now);
            print(&format!("The token {name:?} is refused since {since:.0}.\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(file: &TokenFile) -> anyhow::Result<std::path::PathBuf> {
    let file = file.path();
    file.ok_or_else(|| Misused("where are the tokens kept? Say it with --store DIR or --tokens FILE".to_owned()).into())
}

/// One line for each token, oldest first: its name, role, state, and moments.
fn listed(tokens: &Tokens, now: Timestamp) -> String {
    let lines = tokens.iter().map(|token| {
        let state = match token.check(now) {
            Ok(()) => "valid",
            Err(Rejection::Revoked) => "revoked",
            Err(Rejection::Expired) => "expired",
            Err(Rejection::Unknown) => "unknown",
        };
        let moments = [
            ("created", Some(token.created_at)),
            ("expires", token.expires_at),
            ("revoked", token.revoked_at),
        ];
        let moments = moments
            .into_iter()
            .filter_map(|(what, moment)| Some(format!("  {what} {:.0}", moment?)));
        format!(
            "{}  {}  {state}{}\n",
            token.name,
            token.role,
            moments.collect::<String>()
        )
    });
    let lines: String = lines.collect();
    if lines.is_empty() {
        "There are no tokens.\n".to_owned()
    } else {
        lines
    }
}
