//! Out and in again: what the format holds comes back as it was, and what it does not is counted.

use guanxi::{
    formats::tables,
    model::{
        Amount, Catalog, Dataset, Directness, Ends, Entity, EntityKind, EntityStatus, Evidence, Identifier, Interest,
        Name, NameKind, PartialDate, Relationship, RelationshipKind, RelationshipStatus, Share, ShareOf, ShareRange,
        Source, Stance, Timestamp, Validity, evidence_id, relationship_id,
    },
};
use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{export, import, line_of, lines};

const IDS: [&str; 8] = ["a", "lei:5", "b c", "gx.a", "é/1", "Q42", "-", "gx-rel.b"];

/// What stands in a relationship beside its kind and its ends.
#[derive(Debug, Clone)]
struct Said {
    id: Option<&'static str>,
    role: Option<&'static str>,
    status: RelationshipStatus,
    bounds: (Option<&'static str>, Option<&'static str>),
    ended_by: Option<&'static str>,
    directness: Directness,
    share: ShareRange,
    of: ShareOf,
    amount: Option<(f64, &'static str)>,
    source: usize,
    locator: Option<&'static str>,
    stated_on: Option<&'static str>,
    summary: Option<&'static str>,
    properties: bool,
    /// Which interest it is, and what else follows from that.
    interest: usize,
}

fn date(text: Option<&str>) -> Option<PartialDate> {
    text.map(|text| text.parse().unwrap())
}

fn source(id: &str, publisher: &str, title: &str, url: Option<&str>) -> Source {
    Source {
        id: id.to_owned(),
        publisher: publisher.to_owned(),
        title: title.to_owned(),
        url: url.map(str::to_owned),
        published_on: None,
        licence: None,
    }
}

/// The sources that a file called `graph.json` can name.
fn sources() -> Vec<Source> {
    let url = "https://example.org/a";
    vec![
        source("source:The%20Wire@", "The Wire", "The Wire", None),
        source("source:The%20Wire@https://example.org/a", "The Wire", url, Some(url)),
        source("source:graph", "graph", "graph", None),
        source("source:https://example.org/a", "example.org", url, Some(url)),
    ]
}

prop_compose! {
    fn range()(low in 0u8..=20, high in 0u8..=20, ends in any::<[bool; 2]>()) -> ShareRange {
        let (low, high) = (f64::from(low.min(high)) * 5.0, f64::from(low.max(high)) * 5.0);
        ShareRange::bounded(low, ends[0], high, ends[1]).unwrap_or(ShareRange::exact(low).unwrap())
    }
}

fn some<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(select(values))
}

prop_compose! {
    fn said()(
        id in some(&["r1", "rel:x:OWNS:y:1", "gx.a"]), role in some(&["chair", "owns"]), status in select(RelationshipStatus::ALL),
        bounds in (some(&["2013", "2014-01", "2014-01-01"]), some(&["2014-01-02", "2014", "2014-02", "2012"])),
        ended_by in some(&["2012-05-01", "2017-01-15"]), directness in select(Directness::ALL),
        share in range(), of in select(ShareOf::ALL), amount in proptest::option::of((0.0..1e12_f64, select(vec!["EUR", "USD", "CNY"]))),
        source in 0usize..4, locator in some(&["page 2", "Ownership 1"]),
        stated_on in some(&["2014", "2014-11-25"]), summary in some(&["Says so.\nTwice."]), properties in any::<bool>(), interest in 0usize..300,
    ) -> Said {
        Said { id, role, status, bounds, ended_by, directness, share, of, amount, source, locator, stated_on, summary, properties, interest }
    }
}

/// The relationship, as far as FollowTheMoney can hold it.
fn relationship(position: usize, kind: RelationshipKind, [from, to]: [&str; 2], said: &Said) -> Relationship {
    use RelationshipKind as Kind;
    let ends = Ends::Known {
        from: from.to_owned(),
        to: to.to_owned(),
    };
    let with_schema = [
        Kind::Owns,
        Kind::Controls,
        Kind::OfficerOf,
        Kind::EmployedBy,
        Kind::MemberOf,
        Kind::Represents,
        Kind::RelatedTo,
        Kind::SucceededBy,
        Kind::Paid,
        Kind::LentTo,
    ];
    let is_money = matches!(kind, Kind::Paid | Kind::LentTo);
    let id = match said.id {
        Some(id) if with_schema.contains(&kind) => format!("{id}/{position}"),
        _ => relationship_id(kind, &ends, &position.to_string()),
    };
    let (since, until) = (date(said.bounds.0), date(said.bounds.1));
    let validity = match date(said.ended_by) {
        Some(day) if until.is_none() && !is_money => Validity::over_by(since, day.first_day()),
        _ => Validity::as_written(since, until),
    };
    let source = &sources()[said.source].id;
    let properties = json!({"description": ["More."], "retrievedAt": ["2020"]});
    let undated = kind == Kind::Paid && validity.is_open();
    Relationship {
        role: said.role.filter(|_| !is_money).map(str::to_owned),
        status: if is_money {
            RelationshipStatus::Active
        } else {
            said.status
        },
        validity,
        share: (kind == Kind::Owns).then_some(Share {
            range: said.share,
            of: said.of,
        }),
        interest: Interest::ALL
            .get(said.interest % 29)
            .copied()
            .filter(|_| kind.is_interest()),
        directness: if kind.is_interest() {
            said.directness
        } else {
            Directness::Unknown
        },
        components: (said.interest.is_multiple_of(3) && kind.is_interest())
            .then(|| "rel:part".to_owned())
            .into_iter()
            .collect(),
        record: said
            .interest
            .is_multiple_of(4)
            .then(|| format!("record {}", said.interest)),
        amount: said
            .amount
            .filter(|_| is_money)
            .map(|(value, currency)| Amount::new(value, currency.parse().unwrap(), None).unwrap()),
        capabilities: Vec::new(),
        properties: said.properties.then(|| properties.as_object().unwrap().clone()),
        evidence: vec![Evidence {
            id: evidence_id(&id, source, 1),
            source: source.clone(),
            locator: said.locator.map(str::to_owned),
            stance: Stance::Asserts,
            speaker: None,
            stated_on: date(said.stated_on).filter(|_| !undated),
            summary: said.summary.map(str::to_owned),
            share: None,
            amount: None,
            confidence: None,
        }],
        recorded_at: Timestamp::UNIX_EPOCH,
        retracted_at: None,
        id,
        kind,
        ends,
    }
}

prop_compose! {
    fn entity(position: usize)(
        kind in select(EntityKind::ALL), names in any::<[bool; 3]>(), country in some(&["DE", "GB-SCT", "CN"]),
        status in select(EntityStatus::ALL), dates in (some(&["1999", "2000-05"]), some(&["2001", "2001-02-03"])),
        identified in any::<[bool; 3]>(), described in any::<[bool; 3]>(),
    ) -> Entity {
        use EntityKind as Kind;
        let is_legal = matches!(kind, Kind::Company | Kind::Person | Kind::Organization);
        let name = |text: &str, kind| Name { text: text.to_owned(), language: None, script: None, kind };
        let given = [name("Ann", NameKind::Alias), name("安", NameKind::Alias), name("Ann", NameKind::Former)];
        let mut identifiers = vec![Identifier::new("qid", "Q42").unwrap()];
        if is_legal {
            identifiers.push(Identifier::new("registration-de", "HRB 1").unwrap());
            identifiers.push(Identifier::new("vat", "DE5").unwrap());
        } else {
            identifiers.push(Identifier::new("iso3166-1", "CN").unwrap());
        }
        let holds = |identifier: &Identifier| match &*identifier.scheme {
            "registration-de" => country == Some("DE"),
            "iso3166-1" => kind == Kind::Place,
            _ => true,
        };
        let kept = identifiers.into_iter().zip(identified).filter(|(identifier, kept)| *kept && holds(identifier));
        let (first, last) = (date(dates.0), date(dates.1));
        let mut properties = Map::new();
        if described[0] {
            properties.insert("topics".to_owned(), json!(["poi"]));
            properties.insert("context".to_owned(), json!({"datasets": ["x"], "first_seen": "2020"}));
        }
        if described[1] && kind == Kind::Place {
            properties.insert("schema".to_owned(), Value::from("Address"));
            properties.insert("city".to_owned(), json!(["Karlsruhe"]));
        }
        let has_territory = !properties.contains_key("schema");
        Entity {
            names: given.into_iter().zip(names).filter(|(_, kept)| *kept).map(|(name, _)| name).collect(),
            description: described[2].then(|| "Does business.\nA lot.".to_owned()),
            country: country.map(str::to_owned),
            identifiers: kept
                .map(|(identifier, _)| identifier)
                .filter(|identifier| identifier.scheme != "iso3166-1" || has_territory)
                .collect(),
            status: if is_legal { status } else { EntityStatus::Unknown },
            founded: first.filter(|_| is_legal),
            dissolved: last.filter(|_| is_legal),
            starts_on: first.filter(|_| kind == Kind::Event),
            ends_on: last.filter(|_| kind == Kind::Event),
            website: (is_legal && described[1]).then(|| "https://example.org".to_owned()),
            properties: (!properties.is_empty()).then_some(properties),
            ..Entity::new(IDS[position], kind, &format!("Name {position}")).unwrap()
        }
    }
}

fn entities() -> impl Strategy<Value = Vec<Entity>> {
    let each: Vec<_> = (0..IDS.len()).map(entity).collect();
    each
}

fn claims() -> impl Strategy<Value = Vec<Relationship>> {
    let claim = (select(RelationshipKind::ALL), 0..IDS.len(), 0..IDS.len(), said());
    proptest::collection::vec(claim, 0..12).prop_map(|claims| {
        let claims = claims.into_iter().enumerate();
        claims
            .map(|(position, (kind, from, to, said))| relationship(position, kind, [IDS[from], IDS[to]], &said))
            .collect()
    })
}

fn graph(entities: Vec<Entity>, relationships: Vec<Relationship>) -> Dataset {
    Dataset {
        title: "graph.json".to_owned(),
        description: None,
        licence: None,
        recorded_at: Timestamp::UNIX_EPOCH,
        sources: sources(),
        entities,
        relationships,
    }
}

proptest! {
    #[test]
    fn what_the_format_holds_comes_back_as_it_was(entities in entities(), claims in claims()) {
        let graph = graph(entities, claims);
        let (text, written) = export(&graph);
        prop_assert!(written.left_out.is_empty(), "{:?}", written.left_out);
        let mut expected = (graph.entities.clone(), graph.relationships.clone());
        expected.0.sort_by(|one, other| one.id.cmp(&other.id));
        expected.1.sort_by(|one, other| one.id.cmp(&other.id));
        let found = import(&text, "graph.json");
        prop_assert_eq!(&found.entities, &expected.0, "{}", text);
        prop_assert_eq!(&found.relationships, &expected.1, "{}", text);
        for source in found.sources {
            prop_assert!(graph.sources.contains(&source), "{:?}", source);
        }
    }
}

#[test]
fn the_bundled_graph_is_written_and_what_is_lost_is_counted() {
    let graph = tables::bundled().unwrap();
    let (text, written) = export(&graph);
    let undisclosed = graph
        .relationships
        .iter()
        .filter(|relationship| !matches!(relationship.ends, Ends::Known { .. }));
    let undisclosed = u64::try_from(undisclosed.count()).unwrap();
    let lost = written
        .left_out
        .get("relationship with an undisclosed end")
        .copied()
        .unwrap_or(0);
    assert_eq!(lost, undisclosed);
    let count = |number: usize| u64::try_from(number).unwrap();
    assert_eq!(written.entities, count(graph.entities.len()));
    assert_eq!(written.relationships + lost, count(graph.relationships.len()));
    assert_eq!(count(text.lines().count()), written.entities + written.relationships);
    for what in [
        "title of a source",
        "date of a source",
        "language or script of a name",
        "capabilities",
    ] {
        assert!(written.left_out[what] > 0, "{what}: {:?}", written.left_out);
    }
    // Kinds, ends, dates, shares and statuses come back; of the statements, who said so.
    let found = import(&text, "bundled.json");
    let essence = |relationship: &Relationship| {
        let Relationship {
            id,
            kind,
            ends,
            role,
            status,
            validity,
            share,
            ..
        } = relationship.clone();
        let share = share.filter(|_| kind == RelationshipKind::Owns);
        (id, kind, ends, role, status, validity, share)
    };
    let mut expected: Vec<_> = graph
        .relationships
        .iter()
        .filter(|relationship| matches!(relationship.ends, Ends::Known { .. }))
        .map(essence)
        .collect();
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(found.relationships.iter().map(essence).collect::<Vec<_>>(), expected);
    let mut expected: Vec<_> = graph
        .entities
        .iter()
        .map(|entity| (&*entity.id, entity.kind, &*entity.name))
        .collect();
    expected.sort_unstable_by_key(|entity| entity.0);
    let entities: Vec<_> = found
        .entities
        .iter()
        .map(|entity| (&*entity.id, entity.kind, &*entity.name))
        .collect();
    assert_eq!(entities, expected);
}

#[test]
fn records_say_in_their_words_what_the_graph_holds() {
    let given = |kind, [from, to]: [&str; 2], share: &str| Relationship {
        role: Some("parts".to_owned()),
        share: (!share.is_empty()).then(|| Share {
            range: share.parse().unwrap(),
            of: ShareOf::Capital,
        }),
        ..relationship(
            1,
            kind,
            [from, to],
            &Said {
                id: None,
                role: None,
                status: RelationshipStatus::Rumoured,
                bounds: (Some("2013"), None),
                ended_by: None,
                directness: Directness::Unknown,
                share: ShareRange::UNKNOWN,
                of: ShareOf::Capital,
                amount: None,
                source: 1,
                locator: Some("page 2"),
                stated_on: Some("2014"),
                summary: None,
                interest: 86,
                properties: false,
            },
        )
    };
    let entities = vec![
        Entity::new("lei:5", EntityKind::Company, "A").unwrap(),
        Entity::new("b", EntityKind::Market, "Retail").unwrap(),
    ];
    let relationships = vec![
        given(RelationshipKind::Owns, ["lei:5", "b"], ">25..50"),
        given(RelationshipKind::Supplies, ["lei:5", "b"], ""),
    ];
    let (text, _) = export(&graph(entities, relationships));
    assert_eq!(lines(&text).len(), 4);
    assert_eq!(
        line_of(&text, "Asset"),
        json!({"id": "b", "schema": "Asset", "properties": {"name": ["Retail"], "keywords": ["market"]}})
    );
    assert_eq!(
        line_of(&text, "Ownership"),
        json!({"id": "gx-rel.rel.3Alei.253A5.3AOWNS.3Ab.3A1", "schema": "Ownership", "properties": {
            "owner": ["gx.lei.3A5"], "asset": ["b"], "role": ["parts"], "status": ["rumoured"], "percentage": [">25% and ≤50%"],
            "startDate": ["2013"], "date": ["2014"], "recordId": ["page 2"], "sourceUrl": ["https://example.org/a"],
            "publisher": ["The Wire"]}})
    );
    assert_eq!(
        line_of(&text, "UnknownLink")["properties"]["role"],
        json!(["supplies", "parts"])
    );
}
