//! Nested filters over random graphs, against a reading of the claims that knows nothing of rows, links or memories.

use guanxi::{
    graph::{
        Budget, CountFilter, DateFilter, Direction, EntityFilter, EntitySet, EvidenceFilter, IdRange, IntFilter, Mask,
        RelationshipFilter, RelationshipsFilter, Scan, Snapshot,
    },
    model::{Catalog, Dataset, EntityKind, PartialDate, RelationshipKind, RelationshipStatus, Set, Stance},
};
use proptest::prelude::*;

use super::{
    details::{Detail, OfDetail, OfProperty, details, of_detail, of_property},
    walking::{SHAPE, is_visible, view_of, views},
};
use crate::harness::random::{Claim, claims, dataset, day, entity_id};

/// Requirements of an entity.
#[derive(Debug, Clone)]
struct OfEntity {
    ids: Option<Vec<u8>>,
    kind: Option<EntityKind>,
    property: Option<Box<OfProperty>>,
    relationships: Option<Box<OfRelationships>>,
    combined: Combined<OfEntity>,
}

#[derive(Debug, Clone)]
struct OfRelationships {
    some: Option<OfRelationship>,
    none: Option<OfRelationship>,
    all: Option<OfRelationship>,
    count: Option<(Comparison, Option<OfRelationship>)>,
}

/// Requirements of a relationship.
#[derive(Debug, Clone)]
struct OfRelationship {
    kinds: Option<Vec<RelationshipKind>>,
    status: Option<RelationshipStatus>,
    direction: Option<Direction>,
    share_at_least: Option<u8>,
    disputed: Option<bool>,
    stance: Option<Stance>,
    since_after: Option<u8>,
    neighbor: Option<Box<OfEntity>>,
    from: Option<Box<OfEntity>>,
    to: Option<Box<OfEntity>>,
    between: Option<Vec<u8>>,
    detail: Box<OfDetail>,
    combined: Combined<OfRelationship>,
}

#[derive(Debug, Clone)]
struct Combined<T> {
    and: Option<Vec<T>>,
    or: Option<Vec<T>>,
    not: Option<Box<T>>,
}

impl<T> Combined<T> {
    fn holds(&self, fits: impl Fn(&T) -> bool) -> bool {
        self.and.iter().flatten().all(&fits)
            && self.or.as_ref().is_none_or(|or| or.iter().any(&fits))
            && !self.not.iter().any(|not| fits(not))
    }
}

#[derive(Debug, Clone)]
enum Comparison {
    Eq(i64),
    Ne(i64),
    Lt(i64),
    Lte(i64),
    Gt(i64),
    Gte(i64),
    In(Vec<i64>),
}

impl Comparison {
    fn holds(&self, count: i64) -> bool {
        match self {
            Self::Eq(bound) => count == *bound,
            Self::Ne(bound) => count != *bound,
            Self::Lt(bound) => count < *bound,
            Self::Lte(bound) => count <= *bound,
            Self::Gt(bound) => count > *bound,
            Self::Gte(bound) => count >= *bound,
            Self::In(bounds) => bounds.contains(&count),
        }
    }

    fn filter(&self) -> IntFilter {
        let mut filter = IntFilter::default();
        match self {
            Self::Eq(bound) => filter.eq = Some(*bound),
            Self::Ne(bound) => filter.ne = Some(*bound),
            Self::Lt(bound) => filter.lt = Some(*bound),
            Self::Lte(bound) => filter.lte = Some(*bound),
            Self::Gt(bound) => filter.gt = Some(*bound),
            Self::Gte(bound) => filter.gte = Some(*bound),
            Self::In(bounds) => filter.any_of = Some(bounds.iter().copied().collect()),
        }
        filter
    }
}

fn some_of<T: std::fmt::Debug + Clone + 'static>(
    often: f64,
    strategy: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(often, strategy)
}

fn combined<T: std::fmt::Debug + Clone + 'static>(inner: Option<BoxedStrategy<T>>) -> BoxedStrategy<Combined<T>> {
    let Some(inner) = inner else {
        return Just(Combined {
            and: None,
            or: None,
            not: None,
        })
        .boxed();
    };
    let list = || some_of(0.15, proptest::collection::vec(inner.clone(), 0..3));
    (list(), list(), some_of(0.15, inner.clone().prop_map(Box::new)))
        .prop_map(|(and, or, not)| Combined { and, or, not })
        .boxed()
}

fn comparison() -> impl Strategy<Value = Comparison> {
    let bound = || -1i64..5;
    prop_oneof![
        bound().prop_map(Comparison::Eq),
        bound().prop_map(Comparison::Ne),
        bound().prop_map(Comparison::Lt),
        bound().prop_map(Comparison::Lte),
        bound().prop_map(Comparison::Gt),
        bound().prop_map(Comparison::Gte),
        proptest::collection::vec(bound(), 0..3).prop_map(Comparison::In),
    ]
}

/// Ids of entities, some of which do not exist.
fn ids() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0u8..6, 0..5)
}

/// Questions about entities that nest at most `depth` deep.
fn of_entity(depth: u8) -> BoxedStrategy<OfEntity> {
    let deeper = depth.checked_sub(1);
    let relationships = match deeper.map(of_relationship) {
        None => Just(None).boxed(),
        Some(one) => {
            let each = |often| some_of(often, one.clone());
            let count = some_of(0.3, (comparison(), each(0.7)));
            let of = (each(0.4), each(0.2), each(0.2), count)
                .prop_map(|(some, none, all, count)| Box::new(OfRelationships { some, none, all, count }));
            some_of(0.7, of).boxed()
        }
    };
    let kind = some_of(0.2, proptest::sample::select(SHAPE.entity_kinds));
    (
        some_of(0.2, ids()),
        kind,
        some_of(0.1, of_property()),
        relationships,
        combined(deeper.map(of_entity)),
    )
        .prop_map(|(ids, kind, property, relationships, combined)| OfEntity {
            ids,
            kind,
            property,
            relationships,
            combined,
        })
        .boxed()
}

/// Questions about relationships that nest at most `depth` deep.
fn of_relationship(depth: u8) -> BoxedStrategy<OfRelationship> {
    let deeper = depth.checked_sub(1);
    let end = |often| match deeper.map(of_entity) {
        None => Just(None).boxed(),
        Some(entity) => some_of(often, entity.prop_map(Box::new)).boxed(),
    };
    let row = (
        some_of(
            0.3,
            proptest::collection::vec(proptest::sample::select(SHAPE.kinds), 0..3),
        ),
        some_of(0.1, proptest::sample::select(RelationshipStatus::ALL)),
        some_of(0.3, proptest::sample::select(Direction::ALL)),
        some_of(0.1, 0u8..=10),
        some_of(0.1, any::<bool>()),
        some_of(0.1, proptest::sample::select(Stance::ALL)),
        some_of(0.1, 0u8..6),
    );
    (
        row,
        end(0.5),
        end(0.1),
        end(0.1),
        some_of(0.1, ids()),
        of_detail(),
        combined(deeper.map(of_relationship)),
    )
        .prop_map(|(row, neighbor, from, to, between, detail, combined)| {
            let (kinds, status, direction, share_at_least, disputed, stance, since_after) = row;
            OfRelationship {
                kinds,
                status,
                direction,
                share_at_least,
                disputed,
                stance,
                since_after,
                neighbor,
                from,
                to,
                between,
                detail,
                combined,
            }
        })
        .boxed()
}

/// A claim and its details.
type Detailed<'a> = (&'a Claim, &'a Detail);

/// The claims that a view sees.
struct Naive<'a> {
    claims: Vec<Detailed<'a>>,
    entities: &'a [Detail],
}

impl<'a> Naive<'a> {
    fn of(claims: &'a [Claim], details: &'a Details, view: (Option<u8>, u8, bool)) -> Self {
        let detailed = claims.iter().zip(&details.claims);
        Self {
            claims: detailed.filter(|(claim, _)| is_visible(claim, view)).collect(),
            entities: &details.entities,
        }
    }
}

/// The details of records.
#[derive(Debug, Clone)]
struct Details {
    claims: Vec<Detail>,
    entities: Vec<Detail>,
}

impl Details {
    fn any() -> impl Strategy<Value = Self> {
        (details(SHAPE.claims), details(usize::from(SHAPE.entities)))
            .prop_map(|(claims, entities)| Self { claims, entities })
    }

    /// The dataset of these claims, with all their details.
    fn dataset(&self, claims: &[Claim]) -> Dataset {
        let mut dataset = dataset(SHAPE, claims);
        for (relationship, detail) in dataset.relationships.iter_mut().zip(&self.claims) {
            detail.write(relationship);
        }
        for (entity, detail) in dataset.entities.iter_mut().zip(&self.entities) {
            entity.properties = detail.properties();
        }
        dataset
    }
}

impl Naive<'_> {
    fn entity(&self, spec: &OfEntity, entity: u8) -> bool {
        spec.ids.as_ref().is_none_or(|ids| ids.contains(&entity))
            && spec
                .kind
                .is_none_or(|kind| SHAPE.entity_kinds[usize::from(entity) % SHAPE.entity_kinds.len()] == kind)
            && spec
                .property
                .as_ref()
                .is_none_or(|spec| spec.holds(&self.entities[usize::from(entity)]))
            && spec
                .relationships
                .as_ref()
                .is_none_or(|spec| self.relationships(spec, entity))
            && spec.combined.holds(|spec| self.entity(spec, entity))
    }

    fn relationships(&self, spec: &OfRelationships, entity: u8) -> bool {
        let own: Vec<Detailed<'_>> = self
            .claims
            .iter()
            .copied()
            .filter(|(claim, _)| claim.from == Some(entity) || claim.to == entity)
            .collect();
        let fitting = |spec: &OfRelationship| {
            own.iter()
                .filter(|claim| self.relationship(spec, **claim, Some(entity)))
                .count()
        };
        spec.some.as_ref().is_none_or(|some| fitting(some) > 0)
            && spec.none.as_ref().is_none_or(|none| fitting(none) == 0)
            && spec.all.as_ref().is_none_or(|all| fitting(all) == own.len())
            && spec.count.as_ref().is_none_or(|(comparison, of)| {
                let count = of.as_ref().map_or(own.len(), fitting);
                comparison.holds(i64::try_from(count).unwrap())
            })
    }

    fn relationship(&self, spec: &OfRelationship, detailed: Detailed<'_>, seen_from: Option<u8>) -> bool {
        let (claim, detail) = detailed;
        let end = |spec: &Option<Box<OfEntity>>, end: Option<u8>| {
            spec.as_ref()
                .is_none_or(|spec| end.is_some_and(|end| self.entity(spec, end)))
        };
        let neighbor = if claim.from == seen_from {
            Some(claim.to)
        } else {
            claim.from
        };
        let direction = match spec.direction {
            None | Some(Direction::Both) => true,
            Some(_) if claim.kind.is_symmetric() => true,
            Some(Direction::Outgoing) => claim.from == seen_from,
            Some(Direction::Incoming) => Some(claim.to) == seen_from,
        };
        let stances: &[Stance] = if claim.disputed {
            &[Stance::Asserts, Stance::Contradicts]
        } else {
            &[Stance::Asserts]
        };
        let is_between = |ids: &Vec<u8>| claim.from.is_some_and(|from| ids.contains(&from)) && ids.contains(&claim.to);
        direction
            && spec.kinds.as_ref().is_none_or(|kinds| kinds.contains(&claim.kind))
            && spec.status.is_none_or(|status| status == claim.status)
            && spec
                .share_at_least
                .is_none_or(|least| claim.share.is_some_and(|share| share.min >= f64::from(least) * 10.0))
            && spec.disputed.is_none_or(|disputed| disputed == claim.disputed)
            && spec.stance.is_none_or(|stance| stances.contains(&stance))
            && spec
                .since_after
                .is_none_or(|after| claim.since.is_some_and(|since| since > after))
            && spec.between.as_ref().is_none_or(is_between)
            && end(&spec.neighbor, neighbor)
            && end(&spec.from, claim.from)
            && end(&spec.to, Some(claim.to))
            && spec.detail.holds(claim, detail)
            && spec.combined.holds(|spec| self.relationship(spec, detailed, seen_from))
    }
}

/// The same questions as the graph takes them.
struct Compiler<'a> {
    snapshot: &'a Snapshot,
    mask: Mask,
}

impl Compiler<'_> {
    fn set(&self, ids: &[u8]) -> EntitySet {
        let ids: Vec<String> = ids.iter().copied().map(entity_id).collect();
        EntitySet::from_ids(self.snapshot, &self.mask, ids.iter().map(String::as_str))
    }

    fn entity(&self, spec: &OfEntity) -> EntityFilter {
        let list = |list: &Option<Vec<OfEntity>>| Some(list.as_ref()?.iter().map(|one| self.entity(one)).collect());
        EntityFilter {
            ids: spec.ids.as_ref().map(|ids| self.set(ids)),
            kinds: spec.kind.map(|kind| Set::of(&[kind])),
            property: spec.property.as_ref().map(|spec| Box::new(spec.filter())),
            relationships: spec
                .relationships
                .as_ref()
                .map(|spec| Box::new(self.relationships(spec))),
            and: list(&spec.combined.and),
            or: list(&spec.combined.or),
            not: spec.combined.not.as_ref().map(|not| Box::new(self.entity(not))),
            ..EntityFilter::default()
        }
        .cheap_first()
    }

    fn relationships(&self, spec: &OfRelationships) -> RelationshipsFilter {
        let one = |spec: &Option<OfRelationship>| spec.as_ref().map(|spec| self.relationship(spec));
        RelationshipsFilter {
            some: one(&spec.some),
            none: one(&spec.none),
            all: one(&spec.all),
            count: spec.count.as_ref().map(|(comparison, of)| CountFilter {
                is: comparison.filter(),
                of: one(of).unwrap_or_default(),
            }),
        }
    }

    fn relationship(&self, spec: &OfRelationship) -> RelationshipFilter {
        let end = |end: &Option<Box<OfEntity>>| end.as_ref().map(|end| Box::new(self.entity(end)));
        let list = |list: &Option<Vec<OfRelationship>>| {
            Some(list.as_ref()?.iter().map(|one| self.relationship(one)).collect())
        };
        RelationshipFilter {
            kinds: spec.kinds.as_ref().map(|kinds| Set::of(kinds)),
            statuses: spec.status.map(|status| Set::of(&[status])),
            direction: spec.direction,
            share_at_least: spec.share_at_least.map(|least| f64::from(least) * 10.0),
            disputed: spec.disputed,
            evidence: spec.stance.map(|stance| EvidenceFilter {
                stances: Some(Set::of(&[stance])),
                ..EvidenceFilter::default()
            }),
            since: spec.since_after.map(|after| DateFilter {
                gt: Some(PartialDate::from(day(after))),
                ..DateFilter::default()
            }),
            neighbor: end(&spec.neighbor),
            from: end(&spec.from),
            to: end(&spec.to),
            between: spec.between.as_ref().map(|ids| self.set(ids)),
            and: list(&spec.combined.and),
            or: list(&spec.combined.or),
            not: spec.combined.not.as_ref().map(|not| Box::new(self.relationship(not))),
            ..spec.detail.filter()
        }
        .cheap_first()
    }
}

pub(super) fn unlimited() -> Budget {
    Budget::new(u64::MAX, || false)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn entities_match_as_in_a_scan_of_the_claims(
        claims in claims(SHAPE), details in Details::any(), view in views(), spec in of_entity(4)
    ) {
        let snapshot = Snapshot::build(&details.dataset(&claims)).unwrap();
        let (mask, budget) = (snapshot.mask(&view_of(view)), unlimited());
        let filter = Compiler { snapshot: &snapshot, mask }.entity(&spec);
        let naive = Naive::of(&claims, &details, view);
        let expected: Vec<String> = (0..SHAPE.entities).filter(|entity| naive.entity(&spec, *entity)).map(entity_id).collect();
        let scan = Scan::new(&snapshot, mask, &budget);
        let result = filter.candidates(&snapshot, &mask, IdRange::default()).filter(|entity| filter.matches(&scan, *entity).unwrap());
        let result: Vec<String> = result.map(|entity| snapshot.entity(entity).id().to_owned()).collect();
        prop_assert_eq!(result, expected);
    }

    #[test]
    fn relationships_match_as_in_a_scan_of_the_claims(
        claims in claims(SHAPE), details in Details::any(), view in views(), mut spec in of_relationship(3),
        entity in proptest::option::of(0u8..5)
    ) {
        if entity.is_none() {
            // The schema refuses these where there is no entity to see from.
            (spec.direction, spec.neighbor) = (None, None);
            spec.combined = Combined { and: None, or: None, not: None };
        }
        let snapshot = Snapshot::build(&details.dataset(&claims)).unwrap();
        let (mask, budget) = (snapshot.mask(&view_of(view)), unlimited());
        let filter = Compiler { snapshot: &snapshot, mask }.relationship(&spec);
        let naive = Naive::of(&claims, &details, view);
        let detailed = claims.iter().zip(&details.claims);
        let expected = detailed.enumerate().filter(|(_, (claim, detail))| {
            let is_around = entity.is_none() || claim.from == entity || Some(claim.to) == entity;
            is_visible(claim, view) && is_around && naive.relationship(&spec, (claim, detail), entity)
        });
        let expected: Vec<String> = expected.map(|(position, _)| format!("r{position:03}")).collect();
        let scan = Scan::new(&snapshot, mask, &budget);
        let seen_from = entity.map(|entity| snapshot.entity_by_id(&entity_id(entity), &mask).unwrap());
        let all = snapshot.relationships(mask);
        let around = all.filter(|one| {
            let read = snapshot.relationship(*one);
            seen_from.is_none() || read.from() == seen_from || read.to() == seen_from
        });
        let rows = match filter.candidates(&scan).unwrap() {
            Some(named) if entity.is_none() => named,
            _ => around.collect(),
        };
        let result = rows.into_iter().filter(|one| filter.matches(&scan, *one, seen_from).unwrap());
        let result: Vec<String> = result.map(|one| snapshot.relationship(one).id().into_owned()).collect();
        prop_assert_eq!(result, expected);
    }
}
