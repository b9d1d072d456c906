//! Small random graphs for properties: few entities, many parallel and contradicting relationships, tight dates.

use guanxi::model::{
    Catalog, Dataset, Date, Directness, Ends, Entity, EntityKind, Evidence, PartialDate, Relationship,
    RelationshipKind, RelationshipStatus, Share, ShareOf, ShareRange, Source, Stance, Timestamp, UnknownReason,
    Validity,
};
use proptest::prelude::*;

/// The days on which random graphs change: few, so that bounds meet.
pub(crate) fn day(number: u8) -> Date {
    format!("2014-01-{:02}", number + 1).parse().unwrap()
}

/// The moments at which random records come and go.
pub(crate) fn moment(number: u8) -> Timestamp {
    format!("2026-01-{:02}T00:00:00Z", number + 1).parse().unwrap()
}

/// The id of a random entity.
pub(crate) fn entity_id(number: u8) -> String {
    format!("e{number}")
}

/// A relationship without its id.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) kind: RelationshipKind,
    pub(crate) status: RelationshipStatus,
    pub(crate) from: Option<u8>,
    pub(crate) to: u8,
    pub(crate) since: Option<u8>,
    pub(crate) until: Option<u8>,
    pub(crate) share: Option<ShareRange>,
    pub(crate) recorded: u8,
    pub(crate) retracted: Option<u8>,
    pub(crate) disputed: bool,
}

/// What a random graph may contain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) entities: u8,
    pub(crate) claims: usize,
    pub(crate) kinds: &'static [RelationshipKind],
    /// Whether claims have statuses other than ACTIVE, dates, and record times.
    pub(crate) dated: bool,
    /// Whether some relationships have an unknown start.
    pub(crate) unknown_ends: bool,
    pub(crate) entity_kinds: &'static [EntityKind],
}

fn share() -> impl Strategy<Value = Option<ShareRange>> {
    let percent = |tenth: u8| f64::from(tenth) * 10.0;
    prop_oneof![
        1 => Just(None),
        4 => (0u8..=10).prop_map(move |tenth| ShareRange::exact(percent(tenth)).ok()),
        2 => (0u8..=10, 0u8..=10).prop_map(move |(a, b)| ShareRange::range(percent(a.min(b)), percent(a.max(b))).ok()),
    ]
}

fn claim(shape: Shape) -> impl Strategy<Value = Claim> {
    let ends = (0..shape.entities, 0..shape.entities, proptest::bool::weighted(0.1));
    let times = (
        proptest::option::of(0u8..6),
        proptest::option::of(0u8..6),
        0u8..4,
        proptest::option::weighted(0.2, 0u8..4),
    );
    let status =
        prop_oneof![3 => Just(RelationshipStatus::Active), 1 => proptest::sample::select(RelationshipStatus::ALL)];
    (
        proptest::sample::select(shape.kinds),
        status,
        ends,
        times,
        share(),
        proptest::bool::weighted(0.15),
    )
        .prop_map(
            move |(kind, status, (from, to, unknown), (since, until, recorded, retracted), share, disputed)| {
                let (since, until) = match (since, until) {
                    (Some(since), Some(until)) if since == until => (Some(since), None),
                    (Some(since), Some(until)) => (Some(since.min(until)), Some(since.max(until))),
                    bounds => bounds,
                };
                let plain = !shape.dated;
                Claim {
                    kind,
                    status: if plain { RelationshipStatus::Active } else { status },
                    from: (!(unknown && shape.unknown_ends)).then_some(from),
                    to,
                    since: since.filter(|_| shape.dated),
                    until: until.filter(|_| shape.dated),
                    share: share.filter(|_| kind == RelationshipKind::Owns),
                    recorded: if plain { 0 } else { recorded },
                    retracted: retracted.filter(|retracted| shape.dated && *retracted > recorded),
                    disputed,
                }
            },
        )
}

/// Random claims of this shape.
pub(crate) fn claims(shape: Shape) -> impl Strategy<Value = Vec<Claim>> {
    proptest::collection::vec(claim(shape), 0..shape.claims)
}

/// The dataset of these claims: entity `number` is of kind `kinds[number % kinds.len()]`.
pub(crate) fn dataset(shape: Shape, claims: &[Claim]) -> Dataset {
    let entities = (0..shape.entities).map(|number| {
        let kind = shape.entity_kinds[usize::from(number) % shape.entity_kinds.len()];
        Entity::new(&entity_id(number), kind, &format!("Entity {number}")).unwrap()
    });
    let bound = |number: Option<u8>| number.map(|number| PartialDate::from(day(number)));
    let relationships = claims.iter().enumerate().map(|(position, claim)| {
        let id = format!("r{position:03}");
        let to = entity_id(claim.to);
        let statement = |ordinal: u8, stance: Stance| Evidence {
            id: format!("{id}#{ordinal}"),
            source: "source:s".to_owned(),
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
        if claim.disputed {
            evidence.push(statement(2, Stance::Contradicts));
        }
        Relationship {
            kind: claim.kind,
            ends: match claim.from {
                Some(from) => Ends::Known {
                    from: entity_id(from),
                    to,
                },
                None => Ends::UnknownFrom {
                    to,
                    reason: UnknownReason::NonPublic,
                },
            },
            role: None,
            status: claim.status,
            validity: Validity::new(bound(claim.since), bound(claim.until)).unwrap(),
            share: claim.share.map(|range| Share {
                range,
                of: ShareOf::Capital,
            }),
            interest: None,
            directness: Directness::Unknown,
            components: Vec::new(),
            record: None,
            amount: None,
            capabilities: Vec::new(),
            properties: None,
            evidence,
            recorded_at: moment(claim.recorded),
            retracted_at: claim.retracted.map(moment),
            id,
        }
    });
    Dataset {
        title: "Random".to_owned(),
        description: None,
        licence: None,
        recorded_at: moment(0),
        sources: vec![Source {
            id: "source:s".to_owned(),
            publisher: "Chance".to_owned(),
            title: "Dice".to_owned(),
            url: None,
            published_on: None,
            licence: None,
        }],
        entities: entities.collect(),
        relationships: relationships.collect(),
    }
}
