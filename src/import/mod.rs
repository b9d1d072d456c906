//! Imports files into a store: the order of files, merging of records, batches, resuming after an interruption, reports.
//! Start with `run`. No GraphQL, no HTTP.

mod existing_store;
mod files;
mod item_batch;
mod job;
mod limits;
mod merge;
mod new_store;
mod queue;
mod report;
mod run;
mod update;

pub use self::{
    files::{
        archive::ARCHIVE_FILES_MAX,
        error::PlanError,
        format::{Format, Reader, ReaderChoice},
        input::{InputFile, OpenOptions, UNPACKED_BYTES_MAX, input_files},
        plan::plan,
    },
    job::{BATCH_MAX, Completeness, Completion, Error, Job, Phase, Progress, Strictness, UNSETTLED_MAX, WAITING_MAX},
    queue::spool::{SortedPairs, Spool},
    report::{
        Report, Summary,
        tally::{Counts, FileTally, Finding, ImportTally, Origin, RecordOutcome},
    },
    run::run,
};
