//! `guanxi token`: makes, lists and revokes tokens. A token itself is printed once, by the command that makes it.

use std::process::ExitCode;

use anyhow::Context;

use crate::{
    auth::tokens::{self, TokenRejection, Tokens},
    cli::{
        arguments::token::{TokenCommand, TokenFile},
        errors::UsageError,
        output::{print, say},
    },
    model::Timestamp,
};

pub(in crate::cli) fn token(command: &TokenCommand) -> anyhow::Result<ExitCode> {
    let now = Timestamp::now();
    match command {
        TokenCommand::Create {
            name,
            role,
            expires,
            file,
        } => {
            let mut random = [0; 32];
            getrandom::fill(&mut random).context("the system provides no random bits")?;
            let text = tokens::create(&path(file)?, name, *role, *expires, now, random)?;
            say!("This is the token {name:?}. It is not stored anywhere, so save it now:");
            print(&format!("{text}\n"))?;
        }
        TokenCommand::List { file } => print(&list(&Tokens::load(&path(file)?)?, now))?,
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
    file.ok_or_else(|| UsageError("give the file of the tokens with --store DIR or --tokens FILE".to_owned()).into())
}

/// One line for each token, oldest first: its name, role, state, and moments.
fn list(tokens: &Tokens, now: Timestamp) -> String {
    let lines = tokens.iter().map(|token| {
        let state = match token.check(now) {
            Ok(()) => "valid",
            Err(TokenRejection::Revoked) => "revoked",
            Err(TokenRejection::Expired) => "expired",
            Err(TokenRejection::Unknown) => "unknown",
        };
        let moments = [
            ("created", Some(token.created_at)),
            ("expires", token.expires_at),
            ("revoked", token.revoked_at),
        ];
        let moments = moments
            .into_iter()
            .filter_map(|(label, moment)| Some(format!("  {label} {:.0}", moment?)));
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
