//! What is done with a store beside serving it: `guanxi check --store`, `backup`, `restore` and `compact`.

use std::{path::Path, process::ExitCode, time::Duration};

use super::{
    config::{BackupArguments, RestoreArguments, StoreArguments},
    issues, print,
};
use crate::{
    graph::Snapshot,
    model::{Entry, Timestamp},
    store::{
        OpenError, ReplayError, check_base,
        folder::{self, CopySummary, FolderAccess, StoreFolder},
        last_entry_ahead,
        log::{self, Reader},
        replay, unresolved,
    },
};

/// Reads everything in the store and says what is wrong with it, and the way out. Changes nothing.
pub(super) fn check(dir: &Path) -> anyhow::Result<ExitCode> {
    check_all(dir).map_err(with_way_out)
}

/// The error, where the log is not what was written with what to do about it.
pub(super) fn with_way_out(error: anyhow::Error) -> anyhow::Error {
    match is_damage(&error) {
        true => anyhow::anyhow!(
            "{error:#}\nno backup can be made of it: restore the last good one into a new folder (guanxi restore); what can still \
             be read can be taken along (guanxi export)"
        ),
        false => error,
    }
}

/// Whether it is that the log is not what was written.
fn is_damage(error: &anyhow::Error) -> bool {
    let reason = match (error.downcast_ref::<folder::Error>(), error.downcast_ref::<OpenError>()) {
        (Some(folder::Error::Log { reason, .. }), _)
        | (_, Some(OpenError::Folder(folder::Error::Log { reason, .. }))) => reason,
        (
            _,
            Some(OpenError::Invalid {
                reason: ReplayError::Log(reason),
                ..
            }),
        ) => reason,
        _ => return false,
    };
    matches!(reason, log::Error::Damaged { .. } | log::Error::NotALog(_))
}

fn check_all(dir: &Path) -> anyhow::Result<ExitCode> {
    let guest = FolderAccess::open(dir, Timestamp::now())?;
    let pages = match &guest {
        FolderAccess::Exclusive(_) | FolderAccess::ReadOnly(..) => {
            folder::check_pages(dir)?;
            "every page of the file".to_owned()
        }
        FolderAccess::InUse(holder) => format!("not the pages of the file, which {holder} writes to"),
    };
    let reading = guest.log_reader(dir)?;
    folder::check_reach(dir, &reading)?;
    let (graph, mut problems) = problems(&reading).map_err(|reason| OpenError::Invalid {
        dir: dir.to_owned(),
        reason,
    })?;
    problems.extend(folder::check_snapshots(dir, &reading)?);
    problems.extend(check_base(dir, &reading, &graph)?);
    if !problems.is_empty() {
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| format!("store {}: {problem}", dir.display()))
            .collect();
        anyhow::bail!("what does not fit:\n{}", lines.join("\n"));
    }
    let head = reading.head();
    print(&format!(
        "{}: {} entries since {} on {:?}, {} bytes; looked at {pages}, every value, every change carried out again, and \
         every retry key, every snapshot; no problems in how it is stored\n",
        dir.display(),
        reading.last_position(),
        head.began_at,
        head.title,
        folder::log_bytes(dir)?,
    ))?;
    let graph = graph.with_unresolved(unresolved(&reading)?);
    let now = Timestamp::now();
    if let Some(fault) = last_entry_ahead(graph.last_recorded_at(), now) {
        print(&format!("warning: {fault}\n"))?;
    }
    print(&issues::summary(&graph, now, Duration::MAX))?;
    Ok(ExitCode::SUCCESS)
}

/// The graph that the log makes, and what does not fit together though every value is as it was written.
fn problems(reading: &Reader) -> Result<(Snapshot, Vec<String>), ReplayError> {
    let mut problems = Vec::new();
    let mut keys: std::collections::HashMap<String, (u64, u64)> = std::collections::HashMap::new();
    let graph = replay(reading, |entry, before| {
        if let Some(retry) = &entry.retry {
            keys.insert(retry.key.clone(), (retry.digest, entry.position));
        }
        if let Some(problem) = misfit(entry, before) {
            problems.push(problem);
        }
        Ok(())
    })?;
    reading.retries(|key, used| match keys.remove(key) {
        Some(told) if told == (used.digest, used.position) => {}
        Some((_, position)) => problems.push(format!(
            "the retry key {key:?} points to entry {}, and is that of entry {position}",
            used.position
        )),
        None => problems.push(format!(
            "the retry key {key:?} points to entry {}, which has another",
            used.position
        )),
    })?;
    let mut lost: Vec<_> = keys.into_iter().collect();
    lost.sort();
    problems.extend(
        lost.into_iter()
            .map(|(key, (_, position))| format!("the retry key {key:?} of entry {position} is lost")),
    );
    Ok((graph, problems))
}

/// How an entry does not tell what its changes do to the graph before it.
fn misfit(entry: &Entry, before: &Snapshot) -> Option<String> {
    let changes: Vec<_> = entry.steps.iter().map(|step| step.change.clone()).collect();
    match before.apply(changes, entry.recorded_at) {
        Ok((_, steps)) if steps == entry.steps => None,
        Ok(_) => Some(format!(
            "entry {}: its changes do something else than it says",
            entry.position
        )),
        // Said by who carries it out.
        Err(_) => None,
    }
}

pub(super) fn backup(arguments: &BackupArguments) -> anyhow::Result<ExitCode> {
    if arguments.to == Path::new("-") {
        anyhow::bail!(
            "a backup is not written in one go, so that it cannot go to standard output; give the name of a file"
        );
    }
    let copied = folder::backup(&arguments.store.store, &arguments.to, Timestamp::now())?;
    tell("backup", &arguments.to, copied)
}

pub(super) fn restore(arguments: &RestoreArguments) -> anyhow::Result<ExitCode> {
    let (from, dir) = (&arguments.from, &arguments.store.store);
    let copied = folder::restore(from, dir, Timestamp::now(), |reading| -> anyhow::Result<()> {
        replay(reading, |_, _| Ok(())).map_err(|reason| OpenError::Invalid {
            dir: from.clone(),
            reason,
        })?;
        Ok(())
    })?;
    tell("store", dir, copied)
}

fn tell(made: &str, path: &Path, CopySummary { position, bytes }: CopySummary) -> anyhow::Result<ExitCode> {
    print(&format!(
        "{made} {}: {position} entries, {bytes} bytes\n",
        path.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn compact(arguments: &StoreArguments) -> anyhow::Result<ExitCode> {
    let dir = &arguments.store;
    // Looked at first, since entering makes the folder.
    folder::log_bytes(dir)?;
    let home = StoreFolder::open(dir, Timestamp::now())?;
    // What is damaged is left as it is.
    let reading = home.log_reader()?;
    replay(&reading, |_, _| Ok(())).map_err(|reason| OpenError::Invalid {
        dir: dir.clone(),
        reason,
    })?;
    drop(reading);
    let (before, after) = folder::compact(&home)?;
    print(&format!(
        "store {}: {before} bytes before, {after} bytes after\n",
        dir.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}
