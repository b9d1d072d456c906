//! Our own tables as drafts, row by row, for an import. With any problem in any file nothing is handed over: such tables are
//! written by hand, and half of them would be something else.

use std::path::Path;

use super::read_dir;
use crate::{
    formats::{
        Error,
        reader::{
            DatasetInfo, Draft, Item, ItemHandler, RecordChange, RecordDrafts, RecordPlace, Unreadable, VersionOrder,
        },
    },
    model::{Noun, Record, Relationship, Timestamp},
};

/// Hands over the dataset in the folder `dir`: its sources, then each entity with its names and identifiers, then each
/// relationship with its evidence. Where any row says when it was recorded, or retracted, the relationships carry versions.
///
/// # Errors
/// [`Unreadable`] with every problem in every file.
pub fn drafts(dir: &Path, on_item: ItemHandler<'_>) -> Result<(), Unreadable> {
    let dataset = read_dir(dir).map_err(|error| match error {
        Error::Problems(problems) => Unreadable::malformed("the tables", problems.to_string()),
        Error::Io { ref reason, .. } => std::io::Error::new(reason.kind(), error.to_string()).into(),
    })?;
    let is_dated = |claim: &Relationship| claim.recorded_at != dataset.recorded_at || claim.retracted_at.is_some();
    let versions = match dataset.relationships.iter().any(is_dated) {
        true => Versions::Carried,
        false => Versions::None,
    };
    let about = DatasetInfo {
        title: dataset.title,
        description: dataset.description,
        licence: dataset.licence,
        recorded_at: Some(dataset.recorded_at),
    };
    let sources = dataset.sources.into_iter().map(Record::Source);
    if on_item(Item::DatasetInfo(about)).is_break()
        || on_item(Item::Preamble(sources.map(Draft::of).collect())).is_break()
    {
        return Ok(());
    }
    let entities = dataset.entities.into_iter();
    let entities = entities.map(|entity| (entity.id.clone(), vec![Draft::of(Record::Entity(entity))]));
    let claims = dataset.relationships.into_iter();
    let claims = claims.map(|claim| (claim.id.clone(), versions_of(claim, versions)));
    for ((id, drafts), record) in entities.chain(claims).zip(1..) {
        let place = RecordPlace {
            record,
            line: None,
            key: Some(id),
        };
        let found = RecordDrafts {
            place,
            drafts,
            faults: Vec::new(),
        };
        if on_item(Item::Record(found)).is_break() {
            break;
        }
    }
    Ok(())
}

/// A relationship as it was recorded, and that it was retracted if it was.
fn versions_of(claim: Relationship, versions: Versions) -> Vec<Draft> {
    let known = |moment: Timestamp| (versions == Versions::Carried).then_some(moment);
    let retraction = claim.retracted_at.map(|retracted_at| Draft {
        status_is_implied: false,
        known_at: known(retracted_at),
        order: VersionOrder::default(),
        change: RecordChange::Retraction {
            noun: Noun::Relationship,
            id: claim.id.clone(),
        },
    });
    let asserted = Draft {
        status_is_implied: false,
        known_at: known(claim.recorded_at),
        order: VersionOrder::default(),
        change: RecordChange::Record(Record::Relationship(Relationship {
            recorded_at: Timestamp::UNIX_EPOCH,
            retracted_at: None,
            ..claim
        })),
    };
    [asserted].into_iter().chain(retraction).collect()
}

/// Whether the rows say when they were known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Versions {
    Carried,
    None,
}
