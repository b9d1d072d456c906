//! `guanxi export`: the graph, or a part of it, in other formats.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;

use super::load::load_graph;
use crate::{
    cli::{
        arguments::{
            data::Data,
            export::{ExportArguments, ExportFormat, StepDirection},
        },
        output::say,
    },
    formats::{
        bods,
        cells::CellStyle,
        export::{ExportSummary, Selection, SelectionError, Surroundings, dot, flat, graphml, json_lines},
        followthemoney, tables,
    },
    graph::{Budget, Direction, Snapshot, Step},
    model::{AsOf, Set, Timestamp, View},
    store,
};

/// The size of the write buffer.
const BUFFER_BYTES: usize = 1 << 18;
/// Advice for exporting the data of a server.
const SERVER_ADVICE: &str = "Export on the machine of the server, from the folder of its store.";

pub(in crate::cli) fn export(arguments: &ExportArguments) -> anyhow::Result<ExitCode> {
    let now = Timestamp::now();
    // Checked first, since the export may take long.
    match arguments.file() {
        Some(path) if arguments.format != ExportFormat::Guanxi => check_free(path, arguments)?,
        None if arguments.format == ExportFormat::Guanxi => {
            anyhow::bail!("tables are a folder; name it with --output DIR")
        }
        _ => {}
    }
    let graph = match arguments.data.files("export", SERVER_ADVICE)? {
        Data::Store(dir) => store::read(dir, now)?,
        Data::Tables(dir) => load_graph(Some(dir))?,
        Data::Bundled | Data::Server(_) => load_graph(None)?,
    };
    let selection = selection(&graph, arguments, now)?;
    let written = match arguments.file() {
        Some(dir) if arguments.format == ExportFormat::Guanxi => {
            let written = tables::write(&selection, dir, style(arguments.raw_cells));
            Some(written.with_context(|| format!("cannot write the tables to {}", dir.display()))?)
        }
        Some(path) => Some(to_file(&selection, path, arguments)?),
        None => to_standard_output(&selection, arguments)?,
    };
    // Without a reader, no summary is printed.
    if let Some(written) = written {
        report(&written);
    }
    Ok(ExitCode::SUCCESS)
}

fn selection(graph: &Snapshot, arguments: &ExportArguments, now: Timestamp) -> anyhow::Result<Selection> {
    let (view_arguments, part) = (&arguments.view, &arguments.part);
    let mut view: View = Selection::everything(view_arguments.known_at.unwrap_or(now.max(graph.last_recorded_at())));
    if let Some(day) = view_arguments.as_of {
        view.as_of = AsOf::Day(day);
    }
    if !view_arguments.status.is_empty() {
        view.statuses = Set::of(&view_arguments.status);
    }
    if part.of.is_empty() {
        return Ok(Selection::of(graph, &view));
    }
    let around = Surroundings {
        entities: part.of.clone(),
        depth: part.depth,
        direction: match part.direction {
            StepDirection::Outgoing => Direction::Outgoing,
            StepDirection::Incoming => Direction::Incoming,
            StepDirection::Both => Direction::Both,
        },
        kinds: match part.kind.as_slice() {
            [] => Step::default_kinds(),
            kinds => Set::of(kinds),
        },
    };
    // An export has no time limit.
    let budget = Budget::new(u64::MAX, || false);
    Selection::around(graph, &view, &around, &budget).map_err(|error| match error {
        SelectionError::Unknown { .. } => anyhow::anyhow!(
            "{error}; guanxi query '{{ search(text: \"a name\") {{ nodes {{ id name }} }} }}' finds ids"
        ),
        SelectionError::Exhausted(_) => error.into(),
    })
}

/// The style of cells.
pub(super) fn style(raw_cells: bool) -> CellStyle {
    if raw_cells { CellStyle::Raw } else { CellStyle::Quoted }
}

/// Writes a selection in the given format.
fn write(selection: &Selection, arguments: &ExportArguments, out: &mut impl Write) -> io::Result<ExportSummary> {
    let written = match arguments.format {
        ExportFormat::Csv => flat::write(selection, style(arguments.raw_cells), out)?,
        ExportFormat::GraphMl => graphml::write(selection, out)?,
        ExportFormat::Dot => dot::write(selection, out)?,
        ExportFormat::JsonLines => json_lines::write(selection, out)?,
        ExportFormat::FollowTheMoney => followthemoney::write(selection, out)?,
        ExportFormat::Bods => bods::write(selection, out)?,
        ExportFormat::Guanxi => return Err(io::Error::other("tables are a folder")),
    };
    out.flush()?;
    Ok(written)
}

/// `None` if the reader closed the pipe early, such as `head`, which is not an error.
fn to_standard_output(selection: &Selection, arguments: &ExportArguments) -> anyhow::Result<Option<ExportSummary>> {
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
    match write(selection, arguments, &mut out) {
        Ok(written) => Ok(Some(written)),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // Discards the buffer, which has no reader.
            let _ = out.into_parts();
            Ok(None)
        }
        Err(error) => Err(error).context("cannot write the export"),
    }
}

/// Writes the complete file, or leaves it unchanged.
fn to_file(selection: &Selection, path: &Path, arguments: &ExportArguments) -> anyhow::Result<ExportSummary> {
    let failed = || format!("cannot write {}", path.display());
    if is_device(path) {
        let file = OpenOptions::new().write(true).open(path).with_context(failed)?;
        return write(selection, arguments, &mut BufWriter::with_capacity(BUFFER_BYTES, file)).with_context(failed);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let temporary = path.with_file_name(name);
    let result = File::create_new(&temporary).with_context(failed).and_then(|file| {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
        let written = write(selection, arguments, &mut out).with_context(failed)?;
        out.get_ref().sync_all().with_context(failed)?;
        // Another process may have created it in the meantime.
        check_free(path, arguments)?;
        fs::rename(&temporary, path).with_context(failed)?;
        Ok(written)
    });
    if result.is_err() {
        // The error itself is already being reported.
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Refuses to overwrite a file, unless forced.
fn check_free(path: &Path, arguments: &ExportArguments) -> anyhow::Result<()> {
    if path.is_dir() {
        anyhow::bail!("{} is a folder; name a file in it", path.display());
    }
    if path.exists() && !is_device(path) && !arguments.force {
        anyhow::bail!("{} exists already; --force replaces it", path.display());
    }
    Ok(())
}

/// Whether it is a pipe, a terminal or the like, which is written to instead of being replaced.
fn is_device(path: &Path) -> bool {
    path.metadata().is_ok_and(|known| !known.is_file() && !known.is_dir())
}

/// Reports the written and omitted records.
fn report(written: &ExportSummary) {
    let ExportSummary {
        sources,
        entities,
        relationships,
        left_out,
    } = written;
    say!("exported {entities} entities, {relationships} relationships, {sources} sources");
    for (description, count) in left_out {
        say!("left out, since the format cannot represent it: {description} ({count})");
    }
}
