//! `guanxi import`: other people's data into a store, with how far it is, what was wrong, and what became of every record.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;
use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};

use super::{Misused, config::Switch, issues, print, say, suggest};
use crate::{
    formats::reader::{RECORD_BYTES_MAX, Told},
    graph::Snapshot,
    http,
    import::{
        BATCH_MAX, Completion, Coverage, Finding, Format, InputFile, Job, OpenOptions, Phase, Progress, Reader,
        ReaderChoice, Report, Strictness, Summary, UNPACKED_BYTES_MAX, UNSETTLED_MAX, WAITING_MAX, plan, run,
    },
    model::{Catalog, Timestamp, View, line},
    store::folder::StoreFolder,
};

/// How the program ends when some records came in, and others or a part of a file did not.
const SOME: u8 = 3;
/// What the exit codes of an import say.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0    everything that was read came in, or was known already
  1    nothing came in; or a file could not be opened, and none was read; or --strict ended the
       import at a fault
  2    the arguments are wrong
  3    some records came in; others were rejected, or a file could not be read to its end
  130  interrupted; the same command goes on from there";
/// How many faults are told on the way; all of them stand in the report.
const TOLD_MAX: u64 = 20;
/// How often a terminal is told how far it is, and how often whoever else reads it.
const TICK: Duration = Duration::from_millis(200);
const LINES_EVERY: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// The files, and before them, where it is to be said, their format.
    ///
    /// The formats are guanxi, csv, gleif, followthemoney, bods, json-lines. `-` is standard input. Files may be compressed (.gz, .zst, .bz2, .xz) and stand in archives (.zip, .tar, .tar.gz and
    /// so on); a pipe is copied beside the store first. guanxi's own tables are a folder.
    #[arg(required = true, value_name = "[FORMAT] FILE")]
    files: Vec<PathBuf>,
    /// The folder of the store. The first import makes it.
    #[arg(long, env = "GUANXI_STORE", value_name = "DIR", required_unless_present = "suggest")]
    store: Option<PathBuf>,
    /// For tables: the mapping of their columns, as docs/importing/csv.md describes it.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// For a table without a mapping: write a first one to standard output.
    ///
    /// It is guessed from its header and its first 1,000 records, with a remark for each guess. Imports nothing: guanxi import csv --suggest t.csv > map.toml
    #[arg(long)]
    suggest: bool,
    /// End at the first record that cannot be imported.
    #[arg(long)]
    strict: bool,
    /// The files are all that their sources say: what they no longer mention is taken back.
    ///
    /// Relationships that no other source speaks of, and that the files no longer mention, are taken back. What was known before
    /// can still be asked.
    #[arg(long)]
    complete: bool,
    /// Join entities that have the same identifier of these schemes: lei,gb-coh.
    ///
    /// Each becomes one with the others by a merge that can be undone; the smallest id stays, and the others lead to it.
    #[arg(long, value_name = "SCHEMES", value_delimiter = ',')]
    join: Vec<String>,
    /// Write every fault into this file: JSON when its name ends with .json, text otherwise.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Whether the search index is built, too, so that the next start searches at once.
    #[arg(long, env = "GUANXI_SEARCH_INDEX", value_enum, default_value_t = Switch::On)]
    search_index: Switch,
    /// The key of the source, where the files do not name theirs. Default: the name of the file without its ending.
    #[arg(long, value_name = "KEY")]
    source: Option<String>,
    /// Who published the files, where they do not say it.
    #[arg(long, value_name = "TEXT", value_parser = seen)]
    publisher: Option<String>,
    /// What the files are called, where they do not say it; also the title of a store that the import makes.
    #[arg(long, value_name = "TEXT", value_parser = seen)]
    title: Option<String>,
    /// Where the files can be read, where they do not say it.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Under which licence the files may be used, where they do not say it.
    #[arg(long, value_name = "TEXT", value_parser = seen)]
    licence: Option<String>,
    /// Bytes that one record of a file may have.
    #[arg(long, env = "GUANXI_RECORD_BYTES_MAX", default_value_t = RECORD_BYTES_MAX)]
    record_bytes_max: usize,
    /// How many relationships may wait in the store for entities that no file describes yet; further ones are rejected.
    #[arg(long, env = "GUANXI_WAITING_MAX", default_value_t = WAITING_MAX)]
    waiting_max: u64,
    /// Bytes that a compressed file may unpack into, and a pipe may bring.
    #[arg(long, env = "GUANXI_UNPACKED_BYTES_MAX", default_value_t = UNPACKED_BYTES_MAX)]
    unpacked_bytes_max: u64,
    /// Milliseconds that the end of an import looks for what may be wrong with the data; 0 leaves it to guanxi check --store.
    /// Default: a twentieth of what the import took, 250 at least and 5000 at most.
    #[arg(long, env = "GUANXI_ISSUES_MS")]
    issues_ms: Option<u64>,
}

pub(super) fn import(arguments: &ImportArguments) -> anyhow::Result<ExitCode> {
    if arguments.suggest {
        let (format, files) = format_and_files(&arguments.files).unwrap_or_default();
        let defaults = source_defaults(arguments, Timestamp::now());
        return suggest::suggest(format, files, arguments.unpacked_bytes_max, &defaults);
    }
    let began = Instant::now();
    let (format, files) = format_and_files(&arguments.files)?;
    let store = arguments
        .store
        .as_deref()
        .context("give the folder of the store with --store")?;
    let choice = ReaderChoice::new(format, arguments.map.as_deref())?;
    refuse_to_overwrite(arguments, files)?;
    let opening = OpenOptions::new(store, arguments.unpacked_bytes_max);
    let inputs = plan(files, format, &opening, |start| choice.reader(start))?;
    let mut report = match &arguments.report {
        Some(path) => Some(Report::begin(path).with_context(|| format!("cannot write the report {}", path.display()))?),
        None => None,
    };
    let now = Timestamp::now();
    let defaults = source_defaults(arguments, now);
    let (stop, ended, progress) = (AtomicBool::new(false), AtomicBool::new(false), Progress::default());
    let bytes = inputs.iter().map(|(part, _)| part.bytes).sum();
    let (mut findings, mut issues) = (0, None);
    let schemes = schemes(arguments, &inputs);
    let home = StoreFolder::open(store, now)?;
    let completion = thread::scope(|scope| {
        scope.spawn(|| watch(&progress, bytes, &ended));
        stop_when_asked(&stop, &ended, scope);
        let mut each_finding = |finding: Finding<'_>| {
            findings += 1;
            if findings <= TOLD_MAX {
                say!("{finding}");
            } else if findings == TOLD_MAX + 1 {
                say!("… further faults stand in the report of --report FILE");
            }
            if let Some(report) = &mut report {
                report.add(finding);
            }
        };
        let for_issues = arguments.issues_ms.map(Duration::from_millis);
        let mut look_for_issues = |graph: &Snapshot| {
            let time = for_issues.unwrap_or_else(|| issues::after_import(began.elapsed()));
            let what_was_found = || issues::summary(graph, Timestamp::now(), time);
            issues = (!time.is_zero()).then(what_was_found);
        };
        let job = Job {
            inputs: &inputs,
            source_defaults: &defaults,
            unpacked_bytes_max: arguments.unpacked_bytes_max,
            strictness: if arguments.strict {
                Strictness::Strict
            } else {
                Strictness::Lenient
            },
            coverage: if arguments.complete {
                Coverage::Complete
            } else {
                Coverage::Partial
            },
            join: &schemes,
            waiting_max: arguments.waiting_max,
            batch_max: BATCH_MAX,
            unsettled_max: UNSETTLED_MAX,
            title: arguments.title.as_deref(),
            search_index: arguments.search_index == Switch::On,
            stop: &stop,
            progress: &progress,
            each_finding: &mut each_finding,
            at_end: &mut look_for_issues,
            now,
        };
        let completion = run(home, job);
        ended.store(true, Ordering::Relaxed);
        completion
    })?;
    if let (Some(report), Some(path)) = (report, &arguments.report) {
        let written = report.end(&completion.tally);
        written.with_context(|| format!("cannot write the report {}", path.display()))?;
    }
    conclude(&completion, store, issues, stop.load(Ordering::Relaxed))
}

/// A line of text of which something can be seen.
fn seen(text: &str) -> Result<String, String> {
    line(text).map_err(|invalid| invalid.to_string())
}

/// Prints what became of the records.
fn conclude(
    completion: &Completion,
    store: &Path,
    issues: Option<String>,
    was_asked_to_stop: bool,
) -> anyhow::Result<ExitCode> {
    let dir = store.display();
    print(&Summary(&completion.tally).to_string())?;
    if completion.is_incomplete {
        let why = if was_asked_to_stop {
            "interrupted"
        } else {
            "ended at the first fault"
        };
        say!("guanxi: {why}; the same command goes on from here");
        return Ok(ExitCode::from(if was_asked_to_stop { 130 } else { 1 }));
    }
    let counts = completion.tally.counts();
    if completion.was_resumed {
        say!("guanxi: what an import that was interrupted had put into {dir} before is part of the store");
    }
    let serving = format!("`guanxi serve --store {dir}` serves it");
    if completion.waiting_in_store > 0 {
        let count = HumanCount(completion.waiting_in_store);
        print(&format!(
            "relationships that wait for what they refer to: {count}; import what describes it, in any order; dataIssues lists them\n"
        ))?;
    }
    if completion.joined_entities > 0 {
        print(&format!(
            "entities joined with others that have the same identifier: {}\n",
            HumanCount(completion.joined_entities)
        ))?;
    }
    if completion.retractions > 0 {
        let count = HumanCount(completion.retractions);
        print(&format!(
            "relationships taken back, since the files mention them no longer: {count}\n"
        ))?;
    }
    for source in &completion.incomplete_sources {
        say!(
            "guanxi: nothing was taken back of {source}, since not every record of its files could be imported; mend them and \
             import them again"
        );
    }
    for file in completion.tally.files.iter().filter(|file| file.unreadable.is_none()) {
        if file.counts().read == 0 {
            say!("guanxi: {} holds no records", file.name);
        }
    }
    match counts.imported + completion.retractions + completion.waiting_in_store + completion.joined_entities {
        0 => print("nothing was new\n")?,
        _ if completion.is_new => print(&format!("store {dir}: made; {serving}\n"))?,
        _ => print(&format!("store {dir}: what is new or differs is recorded; {serving}\n"))?,
    }
    if let Some(issues) = issues.filter(|_| counts.read > 0) {
        print(&issues)?;
    }
    Ok(ended(completion))
}

/// How the program ends: whether all that was read came in, some of it or nothing.
fn ended(completion: &Completion) -> ExitCode {
    let counts = completion.tally.counts();
    let is_whole = counts.rejected == 0 && completion.tally.files.iter().all(|file| file.unreadable.is_none());
    if counts.read == counts.rejected && completion.retractions == 0 {
        say!("guanxi: nothing came in (exit code 1)");
        ExitCode::FAILURE
    } else if is_whole {
        ExitCode::SUCCESS
    } else {
        say!("guanxi: some of it did not come in, for the reasons above (exit code {SOME})");
        ExitCode::from(SOME)
    }
}

/// The first of several arguments names the format, if there is one of that name. `./gleif` is a file.
fn format_and_files(arguments: &[PathBuf]) -> anyhow::Result<(Option<Format>, &[PathBuf])> {
    let Some((first, rest)) = arguments.split_first() else {
        return Err(Misused("give the files to import".to_owned()).into());
    };
    let format = first.to_str().and_then(|name| Format::parse(name).ok());
    match format.filter(|_| !rest.is_empty() || !first.exists()) {
        Some(_) if rest.is_empty() => {
            Err(Misused(format!("give the files to import after the format {}", first.display())).into())
        }
        Some(format) => Ok((Some(format), rest)),
        None => Ok((None, arguments)),
    }
}

/// A report in the place of a file that is read would leave nothing of it.
fn refuse_to_overwrite(arguments: &ImportArguments, files: &[PathBuf]) -> anyhow::Result<()> {
    let Some(report) = &arguments.report else { return Ok(()) };
    let same =
        |file: &PathBuf| matches!((file.canonicalize(), report.canonicalize()), (Ok(one), Ok(other)) if one == other);
    match files.iter().chain(&arguments.map).find(|file| same(file)) {
        Some(file) => Err(Misused(format!(
            "the report would overwrite {}, which is read; give it another name",
            file.display()
        ))
        .into()),
        None => Ok(()),
    }
}

/// The schemes by which entities are joined: those that are asked for, and those that the mappings of the files name.
fn schemes(arguments: &ImportArguments, inputs: &[(InputFile, Reader)]) -> Vec<String> {
    let of_mappings = inputs.iter().flat_map(|(_, reader)| reader.join().iter());
    let all = arguments.join.iter().chain(of_mappings);
    let mut schemes: Vec<String> = all.map(|scheme| scheme.trim().to_lowercase()).collect();
    schemes.retain(|scheme| !scheme.is_empty());
    schemes.sort();
    schemes.dedup();
    schemes
}

fn source_defaults(arguments: &ImportArguments, now: Timestamp) -> Told {
    Told {
        source: arguments.source.clone(),
        publisher: arguments.publisher.clone(),
        title: arguments.title.clone(),
        url: arguments.url.clone(),
        licence: arguments.licence.clone(),
        record_bytes_max: arguments.record_bytes_max,
        today: View::day_of(now),
    }
}

/// Lets the first signal end the import where it can go on, and the second one end the program.
fn stop_when_asked<'s>(stop: &'s AtomicBool, ended: &'s AtomicBool, scope: &'s thread::Scope<'s, '_>) {
    scope.spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let ends = async {
                while !ended.load(Ordering::Relaxed) {
                    tokio::time::sleep(TICK).await;
                }
            };
            let asked = async {
                if http::stop_signal().await.is_ok() {
                    say!("ending where it can go on; once more to end at once");
                    stop.store(true, Ordering::Relaxed);
                    if http::stop_signal().await.is_ok() {
                        std::process::exit(130);
                    }
                }
                std::future::pending::<()>().await;
            };
            tokio::select! { () = ends => {}, () = asked => {} }
        });
    });
}

/// Says how far the import is, until it has ended.
fn watch(progress: &Progress, bytes: u64, ended: &AtomicBool) {
    let bar = std::io::stderr().is_terminal().then(|| {
        let style = ProgressStyle::with_template("{wide_msg}\n[{bar:40}] {percent} %")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(1).with_style(style.progress_chars("=> "))
    });
    let start = Instant::now();
    let mut phase = (progress.phase(), start);
    let mut next_line = start + LINES_EVERY;
    while !ended.load(Ordering::Relaxed) {
        thread::sleep(TICK);
        if phase.0 != progress.phase() {
            phase = (progress.phase(), Instant::now());
        }
        let line = progress_line(progress, bytes, phase.1.elapsed());
        match &bar {
            Some(bar) => {
                bar.set_length(line.total.max(1));
                bar.set_position(line.done);
                bar.set_message(line.text);
            }
            None if Instant::now() >= next_line => {
                say!("{}", line.text);
                next_line += LINES_EVERY;
            }
            None => {}
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

struct ProgressLine {
    done: u64,
    total: u64,
    text: String,
}

fn progress_line(progress: &Progress, bytes: u64, elapsed: Duration) -> ProgressLine {
    let read = |number: &std::sync::atomic::AtomicU64| number.load(Ordering::Relaxed);
    let (done, total, count, activity) = match progress.phase() {
        Phase::Reading => (read(&progress.bytes), bytes, read(&progress.records), "reading"),
        Phase::Relating => {
            let put = read(&progress.put);
            (put, read(&progress.waiting), put, "relating")
        }
        Phase::Arranging => (0, 1, 0, "making the graph and writing it for the next start"),
        Phase::Indexing => (0, 1, 0, "building the search index"),
    };
    let seconds = elapsed.as_secs().max(1);
    let text = match progress.phase() {
        Phase::Reading | Phase::Relating => {
            let left = match done {
                0 => String::new(),
                done => {
                    let left = u128::from(total.saturating_sub(done)) * elapsed.as_millis() / u128::from(done);
                    let left = Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX));
                    format!(", {} left", HumanDuration(left))
                }
            };
            let size = match progress.phase() {
                Phase::Reading => format!(" {} of {}", HumanBytes(done), HumanBytes(total)),
                _ => String::new(),
            };
            let (count, rate) = (HumanCount(count), HumanCount(count / seconds));
            format!("{activity}{size}: {count} records, {rate} a second{left}")
        }
        _ => format!("{activity}: {} so far", HumanDuration(elapsed)),
    };
    ProgressLine { done, total, text }
}
