//! Bringing files into a store: in which order, what records say together, batches, going on after an interruption, reports.
//! Start with `run`. No GraphQL, no HTTP.

mod batch;
mod files;
mod filing;
mod fill;
mod job;
mod limits;
mod merge;
mod newer;
mod report;
mod run;
mod waiting;

pub use self::{
    files::{
        archive::ARCHIVE_FILES_MAX,
        format::{Choice, Format, Reader},
        input::{Opening, Part, UNPACKED_BYTES_MAX, parts},
        plan::{Unplannable, plan},
    },
    job::{BATCH_MAX, Coverage, Done, Error, Gauge, Job, Phase, Strictness, UNSETTLED_MAX, WAITING_MAX},
    report::{
        Report, Summary,
        tally::{Counts, FileTally, Finding, Origin, Outcome, Tally},
    },
    run::run,
    waiting::spool::{Sorted, Spool},
};
