//! Writing statements: what is written fits the schema of the standard, and says the same when it is read again.

use guanxi::{
    formats::{
        export::{ExportSummary, Selection},
        tables,
    },
    graph::Snapshot,
    model::{
        Directness, EntityKind, Evidence, Interest, PartialDate, RelationshipKind as Kind, RelationshipStatus, Share,
        ShareOf, Stance, Validity,
    },
};
use jsonschema::{Registry, Validator};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::harness::random::{self, Claim, Shape};

/// What is written of a graph as a whole.
fn written(dataset: &Dataset) -> (Vec<u8>, ExportSummary) {
    let graph = Snapshot::build(dataset).unwrap();
    let view = Selection::everything(Timestamp::MAX);
    let mut bytes = Vec::new();
    let written = bods::write(&Selection::of(&graph, &view), &mut bytes).unwrap();
    (bytes, written)
}

/// The schema of statements; none when the samples are not there.
fn schema() -> Option<Validator> {
    let folder = samples()?.join("schema-0.4");
    let schema = |name: &str| -> Value { serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap() };
    let mut registry = Registry::new();
    for part in ["components", "entity-record", "person-record", "relationship-record"] {
        let schema = schema(&format!("{part}.json"));
        let id = schema["$id"].as_str().unwrap().to_owned();
        registry = registry.add(id, schema).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let options = jsonschema::options()
        .with_registry(&registry)
        .should_validate_formats(true);
    Some(options.build(&schema("statement.json")).unwrap())
}

fn check_schema(schema: &Validator, statements: &[u8], what: &str) {
    let statements: Value = serde_json::from_slice(statements).unwrap();
    let errors: Vec<String> = schema
        .iter_errors(&statements)
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "{what}");
    let statements = statements.as_array().unwrap();
    let ids: std::collections::BTreeSet<_> = statements
        .iter()
        .map(|statement| statement["statementId"].as_str())
        .collect();
    assert_eq!(ids.len(), statements.len(), "{what}");
}

#[test]
fn every_statement_that_is_written_fits_the_schema_of_the_standard() {
    let Some(schema) = schema() else { return };
    for (name, text) in sample_files() {
        check_schema(&schema, &text, &name);
        check_schema(&schema, &written(&known(&read(text))).0, &name);
    }
    check_schema(&schema, &written(&tables::bundled().unwrap()).0, "the bundled data");
}

#[test]
fn properties_of_any_shape_leave_statements_that_fit_the_schema() {
    let Some(schema) = schema() else { return };
    let anything = json!({
        "source": "a text", "declaration": 1, "addresses": [{"type": "home"}], "entityType": {"type": "state", "subtype": "trust"},
        "personType": "robot", "names": [{"fullName": "Other"}], "identifiers": [{"id": "1"}], "nationalities": [{"code": "GB"}],
        "details": 5, "directOrIndirect": "both", "publicListing": {}, "politicalExposure": {"status": "isPep", "details": [1]},
        "isComponent": "no", "interestedParty": {"reason": "none"}, "statementId": "x",
    });
    let mut dataset = tables::bundled().unwrap();
    for entity in &mut dataset.entities {
        entity.properties = anything.as_object().cloned();
        entity.website = Some("https://例.example/{}".to_owned());
    }
    for relationship in &mut dataset.relationships {
        relationship.properties = anything.as_object().cloned();
    }
    check_schema(&schema, &written(&dataset).0, "with any properties");
}

/// The relationships that one is made up of, and what else is named as such.
fn components(dataset: &Dataset, relationship: &Relationship) -> Vec<String> {
    let mut components = Vec::new();
    for named in &relationship.components {
        let is_meant = |known: &&Relationship| known.id == *named || known.record.as_ref() == Some(named);
        let before = components.len();
        components.extend(
            dataset
                .relationships
                .iter()
                .filter(is_meant)
                .map(|known| known.id.clone()),
        );
        if components.len() == before {
            components.push(named.clone());
        }
    }
    components
}

/// A tie without what only one file says of it.
fn tie(relationship: &Relationship) -> Relationship {
    Relationship {
        record: None,
        properties: None,
        evidence: Vec::new(),
        recorded_at: Timestamp::UNIX_EPOCH,
        ..relationship.clone()
    }
}

#[test]
fn samples_come_back_the_same() {
    for (name, text) in sample_files() {
        let before = known(&read(text));
        let (bytes, written) = written(&before);
        let found = read(&bytes);
        assert_eq!(faults(&found), Vec::<String>::new(), "{name}");
        let after = known(&found);
        let counts = [written.entities, written.relationships].map(|count| usize::try_from(count).unwrap());
        assert_eq!(
            counts,
            [before.entities.len(), before.relationships.len()],
            "{name}: {written:?}"
        );
        // Components are the relationships that they are, by whatever name.
        let ties = |dataset: &Dataset| {
            let ties = dataset.relationships.iter().map(|relationship| Relationship {
                components: components(dataset, relationship),
                ..tie(relationship)
            });
            ties.collect::<Vec<_>>()
        };
        assert_eq!(ties(&after), ties(&before), "{name}");
        let bare = |dataset: &Dataset| -> Vec<Entity> {
            let entities = dataset.entities.iter().cloned();
            entities
                .map(|entity| Entity {
                    properties: None,
                    ..entity
                })
                .collect()
        };
        assert_eq!(bare(&after), bare(&before), "{name}");
    }
}

#[test]
fn what_is_written_twice_is_written_alike_and_adds_up() {
    let dataset = tables::bundled().unwrap();
    let (bytes, counts) = written(&dataset);
    assert_eq!(written(&dataset), (bytes.clone(), counts.clone()));
    let left_out = |what: &str| -> u64 {
        let reasons = counts.left_out.iter().filter(|(reason, _)| reason.starts_with(what));
        reasons.map(|(_, count)| count).sum()
    };
    let all = [dataset.entities.len(), dataset.relationships.len()].map(|count| u64::try_from(count).unwrap());
    assert_eq!(
        [
            counts.entities + left_out("entity "),
            counts.relationships + left_out("relationship ")
        ],
        all,
        "{counts:?}"
    );
    assert!(counts.relationships > 0 && counts.entities > 0);
    let found = read(bytes);
    assert_eq!(faults(&found), Vec::<String>::new());
    assert_eq!(
        u64::try_from(found.len()).unwrap(),
        counts.entities + counts.relationships
    );
}

/// A relationship of this kind between a person and a company.
fn related(kind: Kind, role: Option<&str>, share: Option<(&str, ShareOf)>) -> Dataset {
    let entity = |id: &str, kind| Entity::new(id, kind, id).unwrap();
    Dataset {
        title: "One".to_owned(),
        description: None,
        licence: None,
        recorded_at: "2026-11-23T00:00:00Z".parse().unwrap(),
        sources: vec![Source {
            id: "source:s".to_owned(),
            publisher: "Reuters".to_owned(),
            title: "A deal".to_owned(),
            url: None,
            published_on: None,
            licence: None,
        }],
        entities: vec![entity("a", EntityKind::Person), entity("b", EntityKind::Company)],
        relationships: vec![Relationship {
            id: "r".to_owned(),
            kind,
            ends: Ends::Known {
                from: "a".to_owned(),
                to: "b".to_owned(),
            },
            role: role.map(str::to_owned),
            status: RelationshipStatus::Active,
            validity: Validity::open(),
            share: share.map(|(range, of)| Share {
                range: range.parse().unwrap(),
                of,
            }),
            interest: None,
            directness: Directness::Unknown,
            components: Vec::new(),
            record: None,
            amount: None,
            capabilities: Vec::new(),
            properties: None,
            evidence: vec![Evidence {
                id: "e".to_owned(),
                source: "source:s".to_owned(),
                locator: None,
                stance: Stance::Asserts,
                speaker: None,
                stated_on: Some("2020-05".parse::<PartialDate>().unwrap()),
                summary: None,
                share: None,
                amount: None,
                confidence: None,
            }],
            recorded_at: "2026-11-23T00:00:00Z".parse().unwrap(),
            retracted_at: None,
        }],
    }
}

#[test]
fn what_a_type_of_interest_does_not_say_stands_in_its_details() {
    let check_as = |interest: Option<Interest>, kind, role, share, expected: Value| {
        let mut dataset = related(kind, role, share);
        dataset.relationships[0].interest = interest;
        let (bytes, _) = written(&dataset);
        let statements: Value = serde_json::from_slice(&bytes).unwrap();
        let interests = statements[2]["recordDetails"]
            .get("interests")
            .cloned()
            .unwrap_or_default();
        assert_eq!(interests, expected);
        let after = known(&read(&bytes));
        assert_eq!(tie(&after.relationships[0]), tie(&dataset.relationships[0]));
    };
    let check = |kind, role, share, expected| check_as(None, kind, role, share, expected);
    let capital = |range| Some((range, ShareOf::Capital));
    let votes = |range| Some((range, ShareOf::Votes));
    check(
        Kind::Owns,
        None,
        None,
        json!([{"type": "shareholding", "details": "OWNS"}]),
    );
    check_as(
        Some(Interest::Shareholding),
        Kind::Owns,
        None,
        capital("10"),
        json!([{"type": "shareholding", "share": {"exact": 10.0}}]),
    );
    check_as(
        Some(Interest::Shareholding),
        Kind::Owns,
        Some("stake"),
        votes("10"),
        json!([{
            "type": "shareholding",
            "details": "OWNS (SHAREHOLDING), share of VOTES: stake",
            "share": {"exact": 10.0},
        }]),
    );
    check(
        Kind::Owns,
        Some("stake"),
        capital(">25..50"),
        json!([{
            "type": "shareholding",
            "details": "OWNS: stake",
            "share": {"exclusiveMinimum": 25.0, "maximum": 50.0},
        }]),
    );
    check(
        Kind::Owns,
        None,
        votes("10"),
        json!([{"type": "votingRights", "details": "OWNS", "share": {"exact": 10.0}}]),
    );
    check(
        Kind::Controls,
        Some("appointment of board"),
        votes("10"),
        json!([{"type": "votingRights", "details": "CONTROLS: appointment of board", "share": {"exact": 10.0}}]),
    );
    check(
        Kind::Controls,
        Some("settlor"),
        None,
        json!([{"type": "settlor", "details": "CONTROLS: settlor"}]),
    );
    check_as(
        Some(Interest::Settlor),
        Kind::Controls,
        Some("settlor"),
        None,
        json!([{"type": "settlor"}]),
    );
    check(
        Kind::Controls,
        None,
        None,
        json!([{"type": "otherInfluenceOrControl", "details": "CONTROLS"}]),
    );
    check_as(Some(Interest::UnknownInterest), Kind::Controls, None, None, Value::Null);
    check_as(
        Some(Interest::BoardMember),
        Kind::Controls,
        Some("friendship"),
        votes("10"),
        json!([{
            "type": "boardMember",
            "details": "CONTROLS (BOARD_MEMBER), share of VOTES: friendship",
            "share": {"exact": 10.0},
        }]),
    );
    check(
        Kind::OfficerOf,
        Some("board chair"),
        None,
        json!([{"type": "boardChair"}]),
    );
    check(
        Kind::OfficerOf,
        Some("Vice chairman"),
        None,
        json!([{"type": "seniorManagingOfficial", "details": "OFFICER_OF: Vice chairman"}]),
    );
    check(
        Kind::Consolidates,
        Some("ultimate"),
        None,
        json!([{"type": "otherInfluenceOrControl", "details": "CONSOLIDATES: ultimate"}]),
    );
}

#[test]
fn a_statement_names_its_sources_and_when_they_said_so() {
    let (bytes, _) = written(&related(Kind::Owns, None, None));
    let statements: Value = serde_json::from_slice(&bytes).unwrap();
    let statement = &statements[2];
    assert_eq!(statement["statementDate"], "2020-05-01");
    assert_eq!(
        statement["source"],
        json!({"assertedBy": [{"name": "Reuters"}], "description": "A deal"})
    );
    assert_eq!(statement["recordId"], "guanxi:r");
    assert_eq!(statement["recordDetails"]["subject"], "guanxi:b");
    assert_eq!(statement["publicationDetails"]["publisher"]["name"], "One");
}

const SHAPE: Shape = Shape {
    entities: 6,
    claims: 12,
    kinds: &[
        Kind::Owns,
        Kind::Controls,
        Kind::OfficerOf,
        Kind::Consolidates,
        Kind::Supplies,
    ],
    dated: true,
    unknown_ends: true,
    entity_kinds: &[
        EntityKind::Company,
        EntityKind::Person,
        EntityKind::Organization,
        EntityKind::Market,
        EntityKind::Company,
    ],
};

/// Whether the standard has a statement for it, by its own words: an interest of a party in an entity.
fn is_statable(dataset: &Dataset, relationship: &Relationship) -> bool {
    let kind = |id: &String| dataset.entities.iter().find(|entity| entity.id == *id).unwrap().kind;
    let (from, to) = match &relationship.ends {
        Ends::Known { from, to } => (Some(kind(from)), kind(to)),
        Ends::UnknownFrom { to, .. } => (None, kind(to)),
        Ends::UnknownTo { .. } => unreachable!(),
    };
    relationship.kind != Kind::Supplies
        && from != Some(EntityKind::Market)
        && ![EntityKind::Market, EntityKind::Person].contains(&to)
        && [RelationshipStatus::Active, RelationshipStatus::Unknown].contains(&relationship.status)
}

/// What an interest may be, by a number: its type, directness, and one component, which is not itself made up of others.
fn of_interests(dataset: &mut Dataset, numbers: &[usize]) {
    let statable: Vec<String> = dataset
        .relationships
        .iter()
        .filter(|relationship| is_statable(dataset, relationship))
        .map(|relationship| relationship.id.clone())
        .collect();
    for (relationship, number) in dataset.relationships.iter_mut().zip(numbers) {
        if relationship.kind.is_interest() {
            relationship.interest = Interest::ALL.get(number % 29).copied();
            relationship.directness = Directness::ALL[number % Directness::ALL.len()];
            relationship.components = statable.get(number % 17).into_iter().cloned().collect();
        }
        let over = random::day(7);
        relationship.validity = match number % 5 {
            0 => Validity::over_by(relationship.validity.since(), over),
            // The dates contradict each other.
            1 => Validity::as_written(Some(over.into()), Some(random::day(6).into())),
            _ => relationship.validity,
        };
    }
}

fn of_shares(dataset: &mut Dataset) {
    for relationship in &mut dataset.relationships {
        let basis = relationship.kind.share_basis();
        relationship.share = relationship.share.zip(basis).map(|(share, of)| Share { of, ..share });
        relationship.retracted_at = None;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ties_that_the_standard_has_come_back_the_same(
            claims in random::claims(SHAPE), numbers in proptest::collection::vec(0usize..500, SHAPE.claims), undisclosed in 0usize..6
        ) {
            let claims: Vec<Claim> = claims;
            let mut dataset = random::dataset(SHAPE, &claims);
            of_shares(&mut dataset);
            of_interests(&mut dataset, &numbers);
            dataset.entities[undisclosed].undisclosed = true;
        let (bytes, counts) = written(&dataset);
        let after = known(&read(&bytes));
        let expected: Vec<Relationship> = dataset
            .relationships
            .iter()
            .filter(|relationship| is_statable(&dataset, relationship))
            .map(|relationship| Relationship { status: RelationshipStatus::Active, ..tie(relationship) })
            .collect();
        prop_assert_eq!(counts.relationships, u64::try_from(expected.len()).unwrap());
        prop_assert_eq!(after.relationships.iter().map(tie).collect::<Vec<_>>(), expected);
        prop_assert_eq!(after.entities.len(), 5);
        for entity in &after.entities {
            let before = dataset.entities.iter().find(|before| before.id == entity.id).unwrap();
            prop_assert_eq!((entity.undisclosed, entity.kind, &entity.name), (before.undisclosed, before.kind, &before.name));
        }
    }
}
