//! Graphs made record by record: in any order the same graph; a refused record leaves nothing behind.

use fastrand::Rng;
use guanxi::{
    graph::{Error, GraphBuilder, Snapshot},
    model::{
        Change, Dataset, Directness, Ends, Entity, EntityKind, Evidence, Noun, Record, Relationship, RelationshipKind,
        RelationshipStatus, Source, Stance, Timestamp, UnknownReason, Validity, View, evidence_id, relationship_id,
    },
};

use crate::harness::BUNDLED;

/// The graph of these records, added in this order.
fn built(data: &Dataset, sources: &[Source], entities: &[Entity], relationships: &[Relationship]) -> Snapshot {
    let mut builder = GraphBuilder::new(data.recorded_at);
    sources.iter().for_each(|source| builder.add_source(source).unwrap());
    entities.iter().for_each(|entity| builder.add_entity(entity).unwrap());
    for relationship in relationships {
        builder.add_relationship(relationship).unwrap();
    }
    finished(builder, data)
}

fn finished(builder: GraphBuilder, data: &Dataset) -> Snapshot {
    builder
        .finish(&data.title, data.description.as_deref(), data.licence.as_deref())
        .unwrap()
}

#[test]
fn records_in_any_order_make_the_same_graph() {
    let data = &*BUNDLED;
    let expected = Snapshot::build(data).unwrap().digest();
    for seed in 0..4 {
        let mut rng = Rng::with_seed(seed);
        let mut mixed = data.clone();
        rng.shuffle(&mut mixed.sources);
        rng.shuffle(&mut mixed.entities);
        rng.shuffle(&mut mixed.relationships);
        let graph = built(data, &mixed.sources, &mixed.entities, &mixed.relationships);
        assert_eq!(graph.digest(), expected);
    }
}

#[test]
fn a_graph_is_read_back_as_what_was_added() {
    let data = &*BUNDLED;
    let graph = Snapshot::build(data).unwrap();
    let mask = graph.mask(&View::now(Timestamp::MAX));
    for entity in &data.entities {
        let result = graph.entity_by_id(&entity.id, &mask).unwrap();
        assert_eq!(graph.entity(result).record(), *entity);
    }
    for source in &data.sources {
        let result = graph.source_by_id(&source.id, &mask).unwrap();
        assert_eq!(graph.source(result).record(), *source);
    }
    for relationship in &data.relationships {
        let result = graph.relationship_by_id(&relationship.id, &mask).unwrap();
        assert_eq!(graph.relationship(result).record(), *relationship);
    }
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let data = &*BUNDLED;
    let mut builder = GraphBuilder::new(data.recorded_at);
    data.sources
        .iter()
        .for_each(|source| builder.add_source(source).unwrap());
    for entity in &data.entities {
        builder.add_entity(entity).unwrap();
        assert!(matches!(builder.add_entity(entity), Err(Error::Duplicate { id }) if id == entity.id));
    }
    for relationship in &data.relationships {
        let mut astray = relationship.clone();
        let last = astray.evidence.last_mut().unwrap();
        last.source = "source:nowhere".to_owned();
        let refused = builder.add_relationship(&astray).unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("\"source:nowhere\", which is not in the data"),
            "{refused}"
        );
        if let Ends::Known { to, .. } = &mut astray.ends {
            "nobody".clone_into(to);
            let refused = builder.add_relationship(&astray).unwrap_err();
            assert!(refused.to_string().contains("the entity \"nobody\""), "{refused}");
        }
        assert_eq!(builder.holds(&relationship.id), None);
        builder.add_relationship(relationship).unwrap();
        assert!(builder.add_relationship(relationship).is_err());
        assert_eq!(builder.holds(&relationship.id), Some(Noun::Relationship));
    }
    assert_eq!(builder.count(Noun::Entity), data.entities.len());
    assert_eq!(builder.count(Noun::Source), data.sources.len());
    assert_eq!(builder.count(Noun::Relationship), data.relationships.len());
    assert_eq!(
        finished(builder, data).digest(),
        Snapshot::build(data).unwrap().digest()
    );
}

#[test]
fn an_id_is_used_once_whatever_it_is_of() {
    let mut builder = GraphBuilder::new(BUNDLED.recorded_at);
    let source = &BUNDLED.sources[0];
    builder.add_source(source).unwrap();
    let namesake = Entity {
        id: source.id.clone(),
        ..Entity::new("one", EntityKind::Company, "One").unwrap()
    };
    let refused = builder.add_entity(&namesake).unwrap_err();
    assert_eq!(refused, Error::Duplicate { id: source.id.clone() });
    assert_eq!(builder.holds(&source.id), Some(Noun::Source));
}

/// A claim that follows the rules of ids, with as many statements as `locators`, all of one source.
fn claim(to: &str, locators: &[&str]) -> Relationship {
    let ends = Ends::UnknownFrom {
        to: to.to_owned(),
        reason: UnknownReason::NoLei,
    };
    let id = relationship_id(RelationshipKind::Consolidates, &ends, "DIRECT");
    let statement = |(position, locator): (usize, &&str)| Evidence {
        id: evidence_id(&id, "source:register", position + 1),
        source: "source:register".to_owned(),
        locator: Some((*locator).to_owned()),
        stance: Stance::Asserts,
        speaker: None,
        stated_on: None,
        summary: None,
        share: None,
        amount: None,
        confidence: None,
    };
    Relationship {
        kind: RelationshipKind::Consolidates,
        evidence: locators.iter().enumerate().map(statement).collect(),
        role: None,
        status: RelationshipStatus::Active,
        validity: Validity::OPEN,
        share: None,
        interest: None,
        directness: Directness::Unknown,
        components: Vec::new(),
        record: None,
        amount: None,
        capabilities: Vec::new(),
        properties: None,
        recorded_at: Timestamp::UNIX_EPOCH,
        retracted_at: None,
        ends,
        id,
    }
}

#[test]
fn claims_with_equal_statements_have_separate_statements() {
    let mut builder = GraphBuilder::new(Timestamp::UNIX_EPOCH);
    let source = Source {
        id: "source:register".to_owned(),
        ..BUNDLED.sources[0].clone()
    };
    builder.add_source(&source).unwrap();
    let located = [
        ("lei:A", vec!["exceptions", "exceptions"]),
        ("lei:B", vec!["exceptions", "exceptions"]),
        ("lei:C", vec!["exceptions"]),
        ("lei:D", vec!["exceptions", "others"]),
    ];
    let mut expected = Vec::new();
    for (id, locators) in &located {
        let entity = Entity::new(id, EntityKind::Company, id).unwrap();
        builder.add_entity(&entity).unwrap();
        expected.push(claim(id, locators));
        builder.add_relationship(expected.last().unwrap()).unwrap();
    }
    let graph = builder.finish("Register", None, None).unwrap();
    // One of them is stated differently later; the others stay as they are.
    let later = Timestamp::from_second(60).unwrap();
    let mut changed = claim("lei:B", &["exceptions", "letters"]);
    changed.recorded_at = later;
    let change = Change::Put(Box::new(Record::Relationship(changed.clone())));
    let graph = graph.apply(vec![change], later).unwrap().0;
    expected[1] = changed;
    for graph in [graph.clone(), graph.rebuilt().unwrap()] {
        let mask = graph.mask(&View::now(Timestamp::MAX));
        for claim in &expected {
            let result = graph.relationship_by_id(&claim.id, &mask).unwrap();
            assert_eq!(graph.relationship(result).record(), *claim);
        }
        let source = graph.source_by_id("source:register", &mask).unwrap();
        let statements = graph.statements_in(source, mask);
        let mut statements: Vec<String> = statements.map(|ix| graph.statement(ix).id().into_owned()).collect();
        statements.sort_unstable();
        let mut all: Vec<&String> = expected
            .iter()
            .flat_map(|claim| &claim.evidence)
            .map(|statement| &statement.id)
            .collect();
        all.sort_unstable();
        assert_eq!(statements.iter().collect::<Vec<_>>(), all);
    }
}
