//! `evidence.csv`: what the sources say about the relationships. A relationship without evidence is refused.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use super::{names::check_entity, relationships};
use crate::{
    formats::{
        Problem, Problems,
        tables::{
            cell,
            ids::{Ids, not_in_use},
            layout::TableLayout,
            row::TableRow,
            sheet::Sheet,
        },
    },
    model::{Catalog, Evidence, Noun, Relationship, Share, Source, Stance, plain_id},
};

pub(in crate::formats::tables) const LAYOUT: TableLayout = TableLayout {
    file: "evidence.csv",
    columns: &[
        "id",
        "relationship",
        "source",
        "locator",
        "stance",
        "speaker",
        "stated_on",
        "summary",
        "share",
        "amount",
        "currency",
        "amount_of",
        "confidence",
    ],
    optional: &[],
};

/// Adds every statement of `sheet` to the relationship it is about.
pub(in crate::formats::tables) fn read(
    sheet: &mut Sheet<'_>,
    relationships: &mut [Relationship],
    ids: &mut Ids,
    problems: &mut Problems,
) {
    let mut lines: HashMap<String, u64> = HashMap::new();
    let mut evidenced: HashSet<String> = HashSet::new();
    while let Some(mut row) = sheet.next_row(problems) {
        let id = own_id(&mut row, &mut lines);
        let about = row.required("relationship");
        if let Some(about) = about {
            if !ids.knows(Noun::Relationship, about) {
                row.problem("relationship", "the id of a relationship in relationships.csv");
            }
            // A refused row counts as well: its relationship is not to blame.
            evidenced.insert(about.to_owned());
        }
        let relationship = about
            .and_then(|about| ids.index(Noun::Relationship, about))
            .and_then(|index| relationships.get_mut(index));
        let source = source(&mut row, ids);
        let speaker = row.owned("speaker");
        check_entity("speaker", speaker.as_deref(), ids, &mut row);
        let stance = row.required_as("stance", Stance::parse);
        let (locator, summary) = (row.owned("locator"), row.owned("summary"));
        let stated_on = row.date("stated_on");
        let share = share(&mut row, relationship.as_deref());
        let amount = row.amount();
        let confidence = row.parsed("confidence", cell::confidence);
        let (true, Some(id), Some(source), Some(stance), Some(relationship)) =
            (row.is_valid(), id, source, stance, relationship)
        else {
            continue;
        };
        relationship.evidence.push(Evidence {
            id,
            source,
            locator,
            stance,
            speaker,
            stated_on,
            summary,
            share,
            amount,
            confidence,
        });
    }
    if sheet.has("relationship") && !sheet.is_cut_off() {
        for relationship in relationships.iter().filter(|known| !evidenced.contains(&known.id)) {
            let problem = Problem::new(relationships::LAYOUT.file, "at least one row about it in evidence.csv");
            let line = ids.line(&relationship.id).unwrap_or(1);
            problems.push(problem.at(line).column("id").value(&relationship.id));
        }
    }
}

/// The id of a statement, which must be unique among statements only.
fn own_id(row: &mut TableRow<'_>, lines: &mut HashMap<String, u64>) -> Option<String> {
    let id = row.required_as("id", |text| plain_id(text, usize::MAX).map(str::to_owned))?;
    let (file, line) = row.place();
    match lines.entry(id.clone()) {
        Entry::Occupied(first) => row.problem("id", not_in_use((file, *first.get()), file)),
        Entry::Vacant(place) => {
            place.insert(line);
        }
    }
    Some(id)
}

fn source(row: &mut TableRow<'_>, ids: &Ids) -> Option<String> {
    let id = row.required_as("source", Source::id_of)?;
    if !ids.knows(Noun::Source, &id) {
        row.problem("source", "the id of a source in sources.csv");
    }
    Some(id)
}

/// The figure of this source: a share of what the relationship's share is of.
fn share(row: &mut TableRow<'_>, relationship: Option<&Relationship>) -> Option<Share> {
    let range = row.share_range("share")?;
    let relationship = relationship?;
    let of = relationship.share_basis();
    if of.is_none() {
        row.problem("share", relationships::no_share(relationship.kind));
    }
    Some(Share { range, of: of? })
}
