//! `guanxi import csv --suggest`: a first mapping for a table, on standard output.

use std::{env, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{error::ErrorKind, parser::ValueSource};

use super::{print, say};
use crate::{
    formats::{
        mapping,
        reader::{Input, Told, Unreadable},
    },
    import::{Format, InputFile, OpenOptions, PlanError, ReaderChoice, input_files},
};

/// Flags that mean nothing where nothing is imported, by their names and as they are written.
const FLAGS_OF_IMPORTS: [(&str, &str); 6] = [
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
    told: &Told,
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
            let reason = "is of a format that is imported without a mapping: leave --suggest out";
            return Err(Unreadable::form("its beginning", reason));
        }
        file.read(unpacked_bytes_max, &Arc::default(), |bytes| {
            let name = file.own_name();
            mapping::suggest(Input { name, bytes, told })
        })
    });
    print(&text.map_err(failed)?)?;
    say!(
        "guanxi: read the remarks, correct what is wrong, then: guanxi import csv {} --map MAPPING.toml --store DIR",
        path.display()
    );
    Ok(ExitCode::SUCCESS)
}

/// The only file of what may be an archive.
fn only(files: &[InputFile]) -> Result<&InputFile, Unreadable> {
    match files {
        [file] => Ok(file),
        files => {
            let names: Vec<&str> = files.iter().map(InputFile::own_name).take(10).collect();
            let reason = format!(
                "holds {} files, and a mapping is for one table: unpack the one that is meant. There are {names:?}",
                files.len()
            );
            Err(Unreadable::form("the archive", reason))
        }
    }
}

/// Ends the program where the arguments do not go together, as for any other argument that is wrong.
fn check_usage(format: Option<Format>, files: &[PathBuf]) {
    let mut command = super::help::command();
    let matches = command.clone().get_matches();
    let of_import = matches.subcommand_matches("import");
    // What the environment says is for all commands, and not for this one.
    let is_written =
        |name: &str| of_import.and_then(|import| import.value_source(name)) == Some(ValueSource::CommandLine);
    let refusal = match (format, files) {
        (Some(format), _) if format != Format::Csv => Some(format!(
            "--suggest is for tables (csv), and the format was said to be {format}"
        )),
        (_, [_]) => FLAGS_OF_IMPORTS
            .iter()
            .find(|(name, _)| is_written(name))
            .map(|(_, flag)| {
                format!(
                    "--suggest imports nothing, so {flag} cannot stand beside it; import with the mapping afterwards"
                )
            }),
        (_, []) => Some("--suggest takes a table, and none was named".to_owned()),
        (_, files) => Some(format!(
            "--suggest takes one table, and {} files were named",
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
