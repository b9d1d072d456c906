//! `guanxi import`: imports files into a store, and reports progress, faults and the outcomes of the records.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};

use super::{issues, suggest};
use crate::{
    cli::{
        arguments::{Switch, import::ImportArguments},
        errors::UsageError,
        output::{print, say},
    },
    formats::reader::SourceDefaults,
    graph::Snapshot,
    http,
    import::{
        BATCH_MAX, Completeness, Completion, Finding, Format, InputFile, Job, OpenOptions, Phase, Progress, Reader,
        ReaderChoice, Report, Strictness, Summary, UNSETTLED_MAX, plan, run,
    },
    model::{Catalog, Timestamp, View},
    store::folder::StoreFolder,
};

/// The exit code if some records were imported, and others or a part of a file were not.
const PARTIAL: u8 = 3;
/// The most faults that are printed; the report has all of them.
const PRINTED_MAX: u64 = 20;
/// How often progress is shown on a terminal, and how often it is printed elsewhere.
const TICK: Duration = Duration::from_millis(200);
const LINES_EVERY: Duration = Duration::from_secs(10);

pub(in crate::cli) fn import(arguments: &ImportArguments) -> anyhow::Result<ExitCode> {
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
        stop_on_signal(&stop, &ended, scope);
        let mut each_finding = |finding: Finding<'_>| {
            findings += 1;
            if findings <= PRINTED_MAX {
                say!("{finding}");
            } else if findings == PRINTED_MAX + 1 {
                say!("… further faults are written to the report with --report FILE");
            }
            if let Some(report) = &mut report {
                report.add(finding);
            }
        };
        let for_issues = arguments.issues_ms.map(Duration::from_millis);
        let mut look_for_issues = |graph: &Snapshot| {
            let time = for_issues.unwrap_or_else(|| issues::after_import(began.elapsed()));
            let summary = || issues::summary(graph, Timestamp::now(), time);
            issues = (!time.is_zero()).then(summary);
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
            completeness: if arguments.complete {
                Completeness::Complete
            } else {
                Completeness::Partial
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
        let result = report.end(&completion.tally);
        result.with_context(|| format!("cannot write the report {}", path.display()))?;
    }
    conclude(&completion, store, issues, stop.load(Ordering::Relaxed))
}

/// Prints the outcomes of the records.
fn conclude(
    completion: &Completion,
    store: &Path,
    issues: Option<String>,
    was_interrupted: bool,
) -> anyhow::Result<ExitCode> {
    let dir = store.display();
    print(&Summary(&completion.tally).to_string())?;
    if completion.is_incomplete {
        let why = if was_interrupted {
            "interrupted"
        } else {
            "ended at the first fault"
        };
        say!("guanxi: {why}; the same command resumes from here");
        return Ok(ExitCode::from(if was_interrupted { 130 } else { 1 }));
    }
    let counts = completion.tally.counts();
    if completion.was_resumed {
        say!("guanxi: the records of an interrupted import into {dir} are part of the store");
    }
    let serving = format!("`guanxi serve --store {dir}` serves it");
    if completion.waiting_in_store > 0 {
        let count = HumanCount(completion.waiting_in_store);
        print(&format!(
            "relationships that wait for missing records: {count}; import those, in any order; dataIssues lists them\n"
        ))?;
    }
    if completion.joined_entities > 0 {
        print(&format!(
            "entities joined by equal identifiers: {}\n",
            HumanCount(completion.joined_entities)
        ))?;
    }
    if completion.retractions > 0 {
        let count = HumanCount(completion.retractions);
        print(&format!(
            "relationships retracted, since the files no longer mention them: {count}\n"
        ))?;
    }
    for source in &completion.incomplete_sources {
        say!(
            "guanxi: nothing was retracted of {source}, since not every record of its files could be imported; fix them and \
             import them again"
        );
    }
    for file in completion.tally.files.iter().filter(|file| file.unreadable.is_none()) {
        if file.counts().read == 0 {
            say!("guanxi: {} contains no records", file.name);
        }
    }
    match counts.imported + completion.retractions + completion.waiting_in_store + completion.joined_entities {
        0 => print("nothing was new\n")?,
        _ if completion.is_new => print(&format!("store {dir}: created; {serving}\n"))?,
        _ => print(&format!("store {dir}: new and changed data is recorded; {serving}\n"))?,
    }
    if let Some(issues) = issues.filter(|_| counts.read > 0) {
        print(&issues)?;
    }
    Ok(exit_code(completion))
}

/// The exit code: whether all records were imported, some or none.
fn exit_code(completion: &Completion) -> ExitCode {
    let counts = completion.tally.counts();
    let is_complete = counts.rejected == 0 && completion.tally.files.iter().all(|file| file.unreadable.is_none());
    if counts.read == counts.rejected && completion.retractions == 0 {
        say!("guanxi: nothing was imported (exit code 1)");
        ExitCode::FAILURE
    } else if is_complete {
        ExitCode::SUCCESS
    } else {
        say!("guanxi: some of it was not imported, for the reasons above (exit code {PARTIAL})");
        ExitCode::from(PARTIAL)
    }
}

/// The first of several arguments is the format, if there is one with that name. `./gleif` is a file.
fn format_and_files(arguments: &[PathBuf]) -> anyhow::Result<(Option<Format>, &[PathBuf])> {
    let Some((first, rest)) = arguments.split_first() else {
        return Err(UsageError("give the files to import".to_owned()).into());
    };
    let format = first.to_str().and_then(|name| Format::parse(name).ok());
    match format.filter(|_| !rest.is_empty() || !first.exists()) {
        Some(_) if rest.is_empty() => {
            Err(UsageError(format!("give the files to import after the format {}", first.display())).into())
        }
        Some(format) => Ok((Some(format), rest)),
        None => Ok((None, arguments)),
    }
}

/// Refuses a report that would overwrite an input file.
fn refuse_to_overwrite(arguments: &ImportArguments, files: &[PathBuf]) -> anyhow::Result<()> {
    let Some(report) = &arguments.report else { return Ok(()) };
    let same =
        |file: &PathBuf| matches!((file.canonicalize(), report.canonicalize()), (Ok(one), Ok(other)) if one == other);
    match files.iter().chain(&arguments.map).find(|file| same(file)) {
        Some(file) => Err(UsageError(format!(
            "the report would overwrite {}, which is read; give it another name",
            file.display()
        ))
        .into()),
        None => Ok(()),
    }
}

/// The schemes by which entities are joined: those of the arguments and of the mappings.
fn schemes(arguments: &ImportArguments, inputs: &[(InputFile, Reader)]) -> Vec<String> {
    let of_mappings = inputs.iter().flat_map(|(_, reader)| reader.join().iter());
    let all = arguments.join.iter().chain(of_mappings);
    let mut schemes: Vec<String> = all.map(|scheme| scheme.trim().to_lowercase()).collect();
    schemes.retain(|scheme| !scheme.is_empty());
    schemes.sort();
    schemes.dedup();
    schemes
}

fn source_defaults(arguments: &ImportArguments, now: Timestamp) -> SourceDefaults {
    SourceDefaults {
        source: arguments.source.clone(),
        publisher: arguments.publisher.clone(),
        title: arguments.title.clone(),
        url: arguments.url.clone(),
        licence: arguments.licence.clone(),
        record_bytes_max: arguments.record_bytes_max,
        today: View::day_of(now),
    }
}

/// Makes the first signal end the import where it can be resumed, and the second one end the program.
fn stop_on_signal<'s>(stop: &'s AtomicBool, ended: &'s AtomicBool, scope: &'s thread::Scope<'s, '_>) {
    scope.spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let import_end = async {
                while !ended.load(Ordering::Relaxed) {
                    tokio::time::sleep(TICK).await;
                }
            };
            let signals = async {
                if http::stop_signal().await.is_ok() {
                    say!("ending where the import can be resumed; once more to end at once");
                    stop.store(true, Ordering::Relaxed);
                    if http::stop_signal().await.is_ok() {
                        std::process::exit(130);
                    }
                }
                std::future::pending::<()>().await;
            };
            tokio::select! { () = import_end => {}, () = signals => {} }
        });
    });
}

/// Shows the progress of the import until it has ended.
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
        Phase::Arranging => (0, 1, 0, "building the graph and writing it for the next start"),
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
