//! The commands for a store: `guanxi check --store`, `backup`, `restore` and `compact`.

use std::{path::Path, process::ExitCode, time::Duration};

use super::issues;
use crate::{
    cli::{
        arguments::store::{BackupArguments, RestoreArguments, StoreArguments},
        output::print,
    },
    graph::Snapshot,
    model::{Entry, Timestamp},
    store::{
        OpenError, ReplayError, check_base,
        folder::{self, CopySummary, FolderAccess, StoreFolder},
        last_entry_ahead,
        log::{self, LogReader},
        replay, unresolved,
    },
};

/// Reads everything in the store and reports all problems, with advice. Changes nothing.
pub(super) fn check(dir: &Path) -> anyhow::Result<ExitCode> {
    check_all(dir).map_err(with_advice)
}

/// The error, with advice if the log is damaged.
pub(super) fn with_advice(error: anyhow::Error) -> anyhow::Error {
    match is_damage(&error) {
        true => anyhow::anyhow!(
            "{error:#}\nit cannot be backed up: restore the last good backup into a new folder (guanxi restore); data that can still \
             be read can be exported (guanxi export)"
        ),
        false => error,
    }
}

/// Whether the error is a damaged log.
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
    let reader = FolderAccess::open(dir, Timestamp::now())?;
    let pages = match &reader {
        FolderAccess::Exclusive(_) | FolderAccess::ReadOnly(..) => {
            folder::check_pages(dir)?;
            "every page of the file".to_owned()
        }
        FolderAccess::InUse(holder) => format!("not the pages of the file, which {holder} writes to"),
    };
    let reading = reader.log_reader(dir)?;
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
        anyhow::bail!("problems:\n{}", lines.join("\n"));
    }
    let head = reading.head();
    print(&format!(
        "{}: {} entries since {} on {:?}, {} bytes; checked {pages}, every value, every change by replaying it, and \
         every retry key and snapshot; no problems in the stored data\n",
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

/// The graph of the log, and inconsistencies between undamaged values.
fn problems(reading: &LogReader) -> Result<(Snapshot, Vec<String>), ReplayError> {
    let mut problems = Vec::new();
    let mut keys: std::collections::HashMap<String, (u64, u64)> = std::collections::HashMap::new();
    let graph = replay(reading, |entry, before| {
        if let Some(retry) = &entry.retry {
            keys.insert(retry.key.clone(), (retry.digest, entry.position));
        }
        if let Some(problem) = entry_problem(entry, before) {
            problems.push(problem);
        }
        Ok(())
    })?;
    reading.retries(|key, used| match keys.remove(key) {
        Some(stored) if stored == (used.digest, used.position) => {}
        Some((_, position)) => problems.push(format!(
            "the retry key {key:?} points to entry {}, but belongs to entry {position}",
            used.position
        )),
        None => problems.push(format!(
            "the retry key {key:?} points to entry {}, which has another key",
            used.position
        )),
    })?;
    let mut missing: Vec<_> = keys.into_iter().collect();
    missing.sort();
    problems.extend(
        missing
            .into_iter()
            .map(|(key, (_, position))| format!("the retry key {key:?} of entry {position} is missing")),
    );
    Ok((graph, problems))
}

/// The problem of an entry whose recorded effects differ from those of its changes on the graph before it.
fn entry_problem(entry: &Entry, before: &Snapshot) -> Option<String> {
    let changes: Vec<_> = entry.steps.iter().map(|step| step.change.clone()).collect();
    match before.apply(changes, entry.recorded_at) {
        Ok((_, steps)) if steps == entry.steps => None,
        Ok(_) => Some(format!(
            "entry {}: its changes have other effects than recorded",
            entry.position
        )),
        // Reported by the replay.
        Err(_) => None,
    }
}

pub(in crate::cli) fn backup(arguments: &BackupArguments) -> anyhow::Result<ExitCode> {
    if arguments.to == Path::new("-") {
        anyhow::bail!(
            "a backup is not written sequentially, so it cannot go to standard output; give the name of a file"
        );
    }
    let copied = folder::backup(&arguments.store.store, &arguments.to, Timestamp::now())?;
    report_copy("backup", &arguments.to, copied)
}

pub(in crate::cli) fn restore(arguments: &RestoreArguments) -> anyhow::Result<ExitCode> {
    let (from, dir) = (&arguments.from, &arguments.store.store);
    let copied = folder::restore(from, dir, Timestamp::now(), |reading| -> anyhow::Result<()> {
        replay(reading, |_, _| Ok(())).map_err(|reason| OpenError::Invalid {
            dir: from.clone(),
            reason,
        })?;
        Ok(())
    })?;
    report_copy("store", dir, copied)
}

fn report_copy(label: &str, path: &Path, CopySummary { position, bytes }: CopySummary) -> anyhow::Result<ExitCode> {
    print(&format!(
        "{label} {}: {position} entries, {bytes} bytes\n",
        path.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub(in crate::cli) fn compact(arguments: &StoreArguments) -> anyhow::Result<ExitCode> {
    let dir = &arguments.store;
    // Checked first, since entering creates the folder.
    folder::log_bytes(dir)?;
    let home = StoreFolder::open(dir, Timestamp::now())?;
    // A damaged store is not changed.
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
