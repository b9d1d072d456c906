//! Graphs made record by record: whatever the order, the same graph; what is refused leaves nothing behind.

use fastrand::Rng;
use guanxi::{
    graph::{Builder, Error, Snapshot},
    model::{Dataset, Ends, Entity, EntityKind, Noun, Relationship, Source, Timestamp, View},
};

use crate::harness::BUNDLED;

/// The graph of these records, added in this order.
fn built(data: &Dataset, sources: &[Source], entities: &[Entity], relationships: &[Relationship]) -> Snapshot {
    let mut builder = Builder::new(data.recorded_at);
    sources.iter().for_each(|source| builder.add_source(source).unwrap());
    entities.iter().for_each(|entity| builder.add_entity(entity).unwrap());
    for relationship in relationships {
        builder.add_relationship(relationship).unwrap();
    }
    finished(builder, data)
}

fn finished(builder: Builder, data: &Dataset) -> Snapshot {
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
        let found = graph.entity_by_id(&entity.id, &mask).unwrap();
        assert_eq!(graph.entity(found).record(), *entity);
    }
    for source in &data.sources {
        let found = graph.source_by_id(&source.id, &mask).unwrap();
        assert_eq!(graph.source(found).record(), *source);
    }
    for relationship in &data.relationships {
        let found = graph.relationship_by_id(&relationship.id, &mask).unwrap();
        assert_eq!(graph.relationship(found).record(), *relationship);
    }
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let data = &*BUNDLED;
    let mut builder = Builder::new(data.recorded_at);
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
    let mut builder = Builder::new(BUNDLED.recorded_at);
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
