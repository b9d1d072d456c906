//! A summary of the data issues of a store: their number, and the worst ones in words. `dataIssues` lists them all.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use indicatif::HumanCount;

use crate::{
    graph::{
        Budget, Snapshot,
        algo::{CheckContext, DataIssue, DataIssueKind, Severity, data_issues},
    },
    model::{Catalog, Timestamp},
};

/// The most issues that are described in words.
const DESCRIBED_MAX: usize = 3;
/// The default bounds of the time that the end of an import looks for issues.
const IMPORT_MAX: Duration = Duration::from_secs(5);
const IMPORT_MIN: Duration = Duration::from_millis(250);

/// The default time to look for issues after an import of this duration.
pub(super) fn after_import(took: Duration) -> Duration {
    (took / 20).clamp(IMPORT_MIN, IMPORT_MAX)
}

/// The issues that `dataIssues` lists without arguments: their number, and the worst three. Kinds that
/// would take longer than `time` are named.
pub(super) fn summary(graph: &Snapshot, now: Timestamp, time: Duration) -> String {
    let deadline = Instant::now().checked_add(time);
    let is_late = move || deadline.is_some_and(|deadline| Instant::now() > deadline);
    let budget = Budget::new(u64::MAX, is_late);
    let ground = CheckContext::new(graph, &graph.latest_view(now), &budget);
    let (mut counts, mut worst, mut unfinished) = ([0_usize; 3], Vec::<DataIssue>::new(), Vec::new());
    for kind in DataIssueKind::ALL {
        match data_issues(&ground, *kind) {
            Ok(issues) => {
                for issue in &issues {
                    counts[rank(issue.severity())] += 1;
                }
                worst.extend(issues.into_iter().take(DESCRIBED_MAX));
            }
            Err(_) => unfinished.push(kind.as_str()),
        }
    }
    // Stable: of one severity the kinds stay in their order.
    worst.sort_by_key(|issue| rank(issue.severity()));
    let [errors, warnings, notices] = counts.map(|count| HumanCount(u64::try_from(count).unwrap_or(u64::MAX)));
    let mut text = match counts.iter().sum::<usize>() {
        0 => "data issues: none found\n".to_owned(),
        all => format!(
            "data issues: {} (ERROR {errors}, WARNING {warnings}, NOTICE {notices}); dataIssues lists them\n",
            HumanCount(u64::try_from(all).unwrap_or(u64::MAX))
        ),
    };
    for issue in worst.iter().take(DESCRIBED_MAX) {
        let (severity, kind) = (issue.severity().as_str(), issue.kind().as_str());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {severity} {kind}: {}", issue.message(graph));
    }
    if !unfinished.is_empty() {
        let _ = writeln!(
            text,
            "  not searched, as that takes longer: {}; guanxi check --store does",
            unfinished.join(", ")
        );
    }
    text
}

fn rank(severity: Severity) -> usize {
    match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Notice => 2,
    }
}
