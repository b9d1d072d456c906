//! `guanxi import csv --suggest`: a first mapping for a table, on standard output.

use std::{env, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{error::ErrorKind, parser::ValueSource};

use crate::{
    cli::{
        arguments::help,
        output::{print, say},
    },
    formats::{
        mapping,
        reader::{Input, SourceDefaults, Unreadable},
    },
    import::{Format, InputFile, OpenOptions, PlanError, ReaderChoice, input_files},
};

/// Flags that have no effect without an import, by their names and on the command line.
const IMPORT_ONLY_FLAGS: [(&str, &str); 6] = [
    ("map", "--map"),
    ("store", "--store"),
    ("strict", "--strict"),
    ("complete", "--complete"),
    ("join", "--join"),
    ("report", "--report"),
];

/// Writes a mapping for the table in the only one of these files.
pub(super) fn suggest(
    format: Option<Format>,
    files: &[PathBuf],
    unpacked_bytes_max: u64,
    defaults: &SourceDefaults,
) -> anyhow::Result<ExitCode> {
    check_usage(format, files);
    let [path] = files else {
        anyhow::bail!("give one table to suggest a mapping for");
    };
    let failed = |reason| PlanError {
        path: path.clone(),
        reason,
    };
    let folder = env::temp_dir();
    let options = OpenOptions::new(&folder, unpacked_bytes_max);
    let files = input_files(path, &options).map_err(failed)?;
    let file = only(&files).map_err(failed)?;
    let text = file.start().and_then(|start| {
        if ReaderChoice::new(None, None).is_ok_and(|choice| choice.reader(&start).is_ok()) {
            let reason = "is of a format that needs no mapping: omit --suggest";
            return Err(Unreadable::malformed("its beginning", reason));
        }
        file.read(unpacked_bytes_max, &Arc::default(), |bytes| {
            let name = file.own_name();
            mapping::suggest(Input {
                name,
                bytes,
                source_defaults: defaults,
            })
        })
    });
    print(&text.map_err(failed)?)?;
    say!(
        "guanxi: read the remarks, correct the mapping, then: guanxi import csv {} --map MAPPING.toml --store DIR",
        path.display()
    );
    Ok(ExitCode::SUCCESS)
}

/// The file, or the only file of an archive.
fn only(files: &[InputFile]) -> Result<&InputFile, Unreadable> {
    match files {
        [file] => Ok(file),
        files => {
            let names: Vec<&str> = files.iter().map(InputFile::own_name).take(10).collect();
            let reason = format!(
                "contains {} files, but a mapping is for one table: unpack it first. The files are {names:?}",
                files.len()
            );
            Err(Unreadable::malformed("the archive", reason))
        }
    }
}

/// Ends the program with a usage error if the arguments cannot be combined.
fn check_usage(format: Option<Format>, files: &[PathBuf]) {
    let mut command = help::command();
    let matches = command.clone().get_matches();
    let of_import = matches.subcommand_matches("import");
    // Variables apply to all commands, so only flags on the command line count.
    let is_given =
        |name: &str| of_import.and_then(|import| import.value_source(name)) == Some(ValueSource::CommandLine);
    let refusal = match (format, files) {
        (Some(format), _) if format != Format::Csv => Some(format!(
            "--suggest is for tables (csv), but the format is given as {format}"
        )),
        (_, [_]) => IMPORT_ONLY_FLAGS
            .iter()
            .find(|(name, _)| is_given(name))
            .map(|(_, flag)| {
                format!(
                    "--suggest imports nothing, so it cannot be combined with {flag}; import with the mapping afterwards"
                )
            }),
        (_, []) => Some("--suggest takes a table, but none was named".to_owned()),
        (_, files) => Some(format!(
            "--suggest takes one table, but {} files were named",
            files.len()
        )),
    };
    if let Some(refusal) = refusal {
        let import = command.find_subcommand_mut("import");
        let error = match import {
            Some(import) => import.error(ErrorKind::ArgumentConflict, refusal),
            None => command.error(ErrorKind::ArgumentConflict, refusal),
        };
        error.exit();
    }
}
