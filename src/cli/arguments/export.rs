//! The arguments of `guanxi export`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::data::DataChoice;
use crate::model::{Catalog, Date, Invalid, RelationshipKind, RelationshipStatus, Timestamp};

#[derive(Debug, Args)]
#[command(mut_arg("server", |server| server.hide(true)), mut_arg("token", |token| token.hide(true)))]
pub(in crate::cli) struct ExportArguments {
    /// The format to write.
    pub(in crate::cli) format: ExportFormat,
    /// The file to write; for guanxi's tables, the folder. Default: standard output, also given as `-`.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Replace an existing file.
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Write cells of tables as they are, even if a spreadsheet would run them as formulas. Default: an apostrophe before those.
    #[arg(long)]
    pub(in crate::cli) raw_cells: bool,
    #[command(flatten)]
    pub(in crate::cli) data: DataChoice,
    #[command(flatten)]
    pub(in crate::cli) part: PartArguments,
    #[command(flatten)]
    pub(in crate::cli) view: ViewArguments,
}

/// The neighborhood of some entities.
#[derive(Debug, Args)]
#[command(next_help_heading = "Part")]
pub(in crate::cli) struct PartArguments {
    /// Export only the neighborhood of the entity with this id. May be repeated, or separated by commas. Default: everything.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(in crate::cli) of: Vec<String>,
    /// The number of steps away from them.
    #[arg(long, default_value_t = 1, requires = "of")]
    pub(in crate::cli) depth: usize,
    /// The direction of the steps.
    #[arg(long, value_enum, default_value_t = StepDirection::Both, requires = "of")]
    pub(in crate::cli) direction: StepDirection,
    /// The kinds of relationships to follow, such as OWNS,CONTROLS. Default: all but BASED_IN and LOCATED_IN.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = member::<RelationshipKind>, requires = "of")]
    pub(in crate::cli) kind: Vec<RelationshipKind>,
}

/// The view of the export.
#[derive(Debug, Args)]
#[command(next_help_heading = "View")]
pub(in crate::cli) struct ViewArguments {
    /// Only claims valid on this day, such as 2014-11-28. Default: those valid at any time.
    #[arg(long, value_name = "DATE", value_parser = day, conflicts_with = "ever")]
    pub(in crate::cli) as_of: Option<Date>,
    /// Claims valid at any time. The default.
    #[arg(long)]
    pub(in crate::cli) ever: bool,
    /// The state known at this time, such as 2026-01-01T00:00:00Z. Default: now.
    #[arg(long, value_name = "MOMENT")]
    pub(in crate::cli) known_at: Option<Timestamp>,
    /// Only claims with these statuses, such as ACTIVE,ANNOUNCED. Default: all.
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = member::<RelationshipStatus>)]
    pub(in crate::cli) status: Vec<RelationshipStatus>,
}

/// A format that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    /// guanxi's own tables, in a folder.
    Guanxi,
    /// FollowTheMoney entities, one JSON object per line.
    #[value(name = "followthemoney")]
    FollowTheMoney,
    /// The Beneficial Ownership Data Standard 0.4.
    Bods,
    /// GraphML, for Gephi, yEd, Cytoscape and networkx.
    #[value(name = "graphml")]
    GraphMl,
    /// Graphviz DOT, for drawing a small graph.
    Dot,
    /// guanxi's complete records, one JSON object per line, for guanxi import.
    JsonLines,
    /// One flat table with a row for each relationship, for spreadsheets.
    Csv,
}

/// The direction of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum StepDirection {
    /// From an entity to those that it owns, controls or works for.
    Outgoing,
    /// From an entity to those that own it, control it or work for it.
    Incoming,
    /// In both directions.
    Both,
}

impl ExportArguments {
    /// The file to write, unless it is standard output.
    pub(in crate::cli) fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|output| *output != Path::new("-"))
    }
}

fn day(text: &str) -> Result<Date, Invalid> {
    text.parse().map_err(|_| Invalid::new(text, "a day like 2014-11-28"))
}

fn member<C: Catalog>(text: &str) -> Result<C, Invalid> {
    C::parse(&text.trim().to_uppercase())
}
