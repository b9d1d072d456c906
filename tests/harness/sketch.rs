//! Graphs drawn as text: `A -60-> B -20..25-> C; @Ann -controls-> A; ? -10-> C`.
//!
//! `@` starts a person, `?` is an end that is not disclosed. A label is a share (`?` for one not stated), or the name of a
//! kind (`controls=60` one with a share); before it `!` makes it disputed, `~` REPORTED, `i` indirect, `v` a share of votes; after
//! it `:APPOINTMENT_OF_BOARD` is the interest, anything else the role, with `_` for a space; `{r1,r2}` are its components, and
//! `[2014-01-01,2015)` dates it, `[2014,by2017-01-15)` says by when it was over. `@?` starts a person and `#?` a company that is
//! not disclosed, `$` an organization.

use std::collections::HashSet;

use guanxi::model::{
    Catalog, Dataset, Directness, Ends, Entity, EntityKind, Evidence, Interest, PartialDate, Relationship,
    RelationshipKind, RelationshipStatus, Share, ShareOf, Source, Stance, UnknownReason, Validity,
};

use super::now;

const SOURCE: &str = "source:sketch";

/// The dataset of a drawing. Its relationships are `r1`, `r2`, … in the order drawn.
pub(crate) fn sketch(drawing: &str) -> Dataset {
    let mut dataset = Dataset {
        title: "Sketch".to_owned(),
        description: None,
        licence: None,
        recorded_at: now(),
        sources: vec![Source {
            id: SOURCE.to_owned(),
            publisher: "Pencil".to_owned(),
            title: "Sketch".to_owned(),
            url: None,
            published_on: None,
            licence: None,
        }],
        entities: Vec::new(),
        relationships: Vec::new(),
    };
    let mut drawn = HashSet::from(["?"]);
    for line in drawing
        .split([';', '\n'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        for end in words.iter().step_by(2) {
            let kind = match end.chars().next() {
                Some('@') => EntityKind::Person,
                Some('$') => EntityKind::Organization,
                _ => EntityKind::Company,
            };
            if drawn.insert(*end) {
                dataset.entities.push(Entity {
                    undisclosed: end.starts_with("@?") || end.starts_with("#?"),
                    ..Entity::new(end, kind, end).unwrap()
                });
            }
        }
        for step in words.windows(3).step_by(2) {
            let id = format!("r{}", dataset.relationships.len() + 1);
            let arrow = step[1].strip_prefix('-').and_then(|arrow| arrow.strip_suffix("->"));
            let label = arrow.unwrap_or_else(|| panic!("{} is no arrow in {line}", step[1]));
            dataset.relationships.push(relationship(id, step[0], label, step[2]));
        }
    }
    dataset
}

fn relationship(id: String, from: &str, label: &str, to: &str) -> Relationship {
    let (label, dates) = label.split_once('[').unwrap_or((label, ","));
    let (since, until) = dates.trim_end_matches([')', ']']).split_once(',').unwrap();
    let date = |text: &str| (!text.is_empty()).then(|| text.parse::<PartialDate>().unwrap());
    let (disputed, label) = marked(label, '!');
    let (reported, label) = marked(label, '~');
    let (label, components) = label.split_once('{').unwrap_or((label, ""));
    let components = components.trim_end_matches('}').split(',').filter(|id| !id.is_empty());
    let (label, word) = label.split_once(':').unwrap_or((label, ""));
    let interest = Interest::parse(word).ok();
    let role = (interest.is_none() && !word.is_empty()).then(|| word.replace('_', " "));
    let (indirect, label) = marked(label, 'i');
    let (votes, label) = match label.strip_prefix('v') {
        Some(share) => (true, share),
        None => (false, label),
    };
    let (label, controlled) = label
        .split_once('=')
        .map_or((label, None), |(kind, share)| (kind, Some(share)));
    let kind = RelationshipKind::parse(&label.to_uppercase()).unwrap_or(RelationshipKind::Owns);
    let owned = (kind == RelationshipKind::Owns && label != "?" && label != "owns").then_some(label);
    let of = if votes || controlled.is_some() {
        ShareOf::Votes
    } else {
        ShareOf::Capital
    };
    let statement = |ordinal: u8, stance: Stance| Evidence {
        id: format!("{id}#{ordinal}"),
        source: SOURCE.to_owned(),
        locator: None,
        stance,
        speaker: None,
        stated_on: None,
        summary: None,
        share: None,
        amount: None,
        confidence: None,
    };
    let mut evidence = vec![statement(1, Stance::Asserts)];
    if disputed {
        evidence.push(statement(2, Stance::Contradicts));
    }
    let to = to.to_owned();
    Relationship {
        kind,
        ends: if from == "?" {
            let reason = UnknownReason::NaturalPersons;
            Ends::UnknownFrom { to, reason }
        } else {
            let from = from.to_owned();
            Ends::Known { from, to }
        },
        role,
        status: if reported {
            RelationshipStatus::Reported
        } else {
            RelationshipStatus::Active
        },
        validity: match until.strip_prefix("by") {
            Some(day) => Validity::over_by(date(since), day.parse().unwrap()),
            None => Validity::as_written(date(since), date(until)),
        },
        share: owned.or(controlled).map(|share| Share {
            range: share.parse().unwrap(),
            of,
        }),
        interest,
        directness: if indirect {
            Directness::Indirect
        } else {
            Directness::Unknown
        },
        components: components.map(str::to_owned).collect(),
        record: None,
        amount: None,
        capabilities: Vec::new(),
        properties: None,
        evidence,
        recorded_at: now(),
        retracted_at: None,
        id,
    }
}

fn marked(label: &str, mark: char) -> (bool, &str) {
    label.strip_prefix(mark).map_or((false, label), |rest| (true, rest))
}
