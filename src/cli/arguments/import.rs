//! The arguments of `guanxi import`.

use std::path::PathBuf;

use clap::Args;

use super::Switch;
use crate::{
    formats::reader::RECORD_BYTES_MAX,
    import::{UNPACKED_BYTES_MAX, WAITING_MAX},
    model::line,
};

/// The exit codes of an import.
pub(in crate::cli) const EXIT_CODES: &str = "\
Exit codes:
  0    everything was imported, or was known already
  1    nothing was imported; or a file could not be opened, and none was read; or --strict ended the
       import at a fault
  2    the arguments are wrong
  3    some records were imported; others were rejected, or a file could not be read to its end
  130  interrupted; the same command resumes from there";
#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArguments {
    /// The files, optionally after their format.
    ///
    /// The formats are guanxi, csv, gleif, followthemoney, bods, json-lines. `-` is standard input. Files may be compressed (.gz, .zst, .bz2, .xz) or in archives (.zip, .tar, .tar.gz and
    /// so on); a pipe is first copied next to the store. guanxi's own tables are a folder.
    #[arg(required = true, value_name = "[FORMAT] FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// The folder of the store. The first import creates it.
    #[arg(long, env = "GUANXI_STORE", value_name = "DIR", required_unless_present = "suggest")]
    pub(in crate::cli) store: Option<PathBuf>,
    /// For tables: the mapping of their columns, as docs/importing/csv.md describes it.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) map: Option<PathBuf>,
    /// For a table without a mapping: write a first one to standard output.
    ///
    /// It is inferred from the header and the first 1,000 records, with a remark for each guess. Imports nothing: guanxi import csv --suggest t.csv > map.toml
    #[arg(long)]
    pub(in crate::cli) suggest: bool,
    /// End at the first record that cannot be imported.
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// The files are the complete data of their sources: what they no longer mention is retracted.
    ///
    /// Relationships that no other source states, and that the files no longer mention, are retracted. Earlier states
    /// can still be queried.
    #[arg(long)]
    pub(in crate::cli) complete: bool,
    /// Join entities with equal identifiers of these schemes: lei,gb-coh.
    ///
    /// They are merged, which can be undone; the smallest id stays, and the others lead to it.
    #[arg(long, value_name = "SCHEMES", value_delimiter = ',')]
    pub(in crate::cli) join: Vec<String>,
    /// Write every fault to this file: JSON if its name ends with .json, text otherwise.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,
    /// Whether to build the search index as well, so that the next start can search at once.
    #[arg(long, env = "GUANXI_SEARCH_INDEX", value_enum, default_value_t = Switch::On)]
    pub(in crate::cli) search_index: Switch,
    /// The key of the source, if the files do not name one. Default: the name of the file without its ending.
    #[arg(long, value_name = "KEY")]
    pub(in crate::cli) source: Option<String>,
    /// The publisher of the files, if they do not name one.
    #[arg(long, value_name = "TEXT", value_parser = visible_line)]
    pub(in crate::cli) publisher: Option<String>,
    /// The title of the files, if they do not have one; also the title of a new store.
    #[arg(long, value_name = "TEXT", value_parser = visible_line)]
    pub(in crate::cli) title: Option<String>,
    /// The link to the files, if they do not have one.
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) url: Option<String>,
    /// The licence of the files, if they do not state one.
    #[arg(long, value_name = "TEXT", value_parser = visible_line)]
    pub(in crate::cli) licence: Option<String>,
    /// Bytes of one record of a file.
    #[arg(long, env = "GUANXI_RECORD_BYTES_MAX", default_value_t = RECORD_BYTES_MAX)]
    pub(in crate::cli) record_bytes_max: usize,
    /// Relationships that may wait in the store for entities that do not exist yet; further ones are rejected.
    #[arg(long, env = "GUANXI_WAITING_MAX", default_value_t = WAITING_MAX)]
    pub(in crate::cli) waiting_max: u64,
    /// Bytes that a compressed file may unpack into, and that a pipe may deliver.
    #[arg(long, env = "GUANXI_UNPACKED_BYTES_MAX", default_value_t = UNPACKED_BYTES_MAX)]
    pub(in crate::cli) unpacked_bytes_max: u64,
    /// Milliseconds that the end of an import looks for data issues; 0 leaves that to guanxi check --store.
    /// Default: a twentieth of the duration of the import, at least 250 and at most 5000.
    #[arg(long, env = "GUANXI_ISSUES_MS")]
    pub(in crate::cli) issues_ms: Option<u64>,
}

/// A line of text with visible characters.
fn visible_line(text: &str) -> Result<String, String> {
    line(text).map_err(|invalid| invalid.to_string())
}
