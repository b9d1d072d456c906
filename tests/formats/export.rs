//! What is exported is what the view shows, no more and no less, and GraphML and DOT say it in a form that is read back.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::{
    formats::export::{ExportSummary, Selection, SelectionError, Surroundings, dot, graphml},
    graph::{Budget, Direction, Snapshot, Step},
    model::{
        Amount, AsOf, Dataset, Directness, Ends, EntityKind, Interest, Name, NameKind, PartialDate, Relationship,
        RelationshipKind, RelationshipStatus, Set, Timestamp, Validity, View,
    },
};
use proptest::prelude::*;
use quick_xml::{Reader, events::Event};

use crate::harness::{
    BUNDLED, now,
    random::{self, Shape},
};

pub(super) const SHAPE: Shape = Shape {
    entities: 7,
    claims: 24,
    kinds: &[
        RelationshipKind::Owns,
        RelationshipKind::PartnersWith,
        RelationshipKind::BasedIn,
        RelationshipKind::OfficerOf,
    ],
    dated: true,
    unknown_ends: true,
    entity_kinds: &[EntityKind::Company, EntityKind::Person, EntityKind::Place],
};

pub(super) fn everything(dataset: &Dataset) -> Selection {
    let graph = Snapshot::build(dataset).unwrap();
    Selection::of(&graph, &Selection::everything(Timestamp::MAX))
}

fn around(dataset: &Dataset, view: &View, around: &Surroundings) -> Result<Selection, SelectionError> {
    let graph = Snapshot::build(dataset).unwrap();
    Selection::around(&graph, view, around, &Budget::new(u64::MAX, || false))
}

fn ids(relationships: impl Iterator<Item = Relationship>) -> BTreeSet<String> {
    relationships.map(|relationship| relationship.id).collect()
}

#[test]
fn an_export_of_everything_loses_no_ended_or_withdrawn_claim() {
    let selection = everything(&BUNDLED);
    let kept = BUNDLED
        .relationships
        .iter()
        .filter(|known| known.retracted_at.is_none());
    assert_eq!(ids(selection.relationships()), ids(kept.cloned()));
    assert_eq!(selection.entities().count(), BUNDLED.entities.len());
    assert_eq!(selection.sources().count(), BUNDLED.sources.len());
    let ended = |known: &Relationship| known.validity.until().is_some();
    assert!(selection.relationships().any(|known| ended(&known)), "some have ended");
}

#[test]
fn the_surroundings_of_an_entity_refer_to_nothing_outside() {
    let of = |ids: &[&str], depth| Surroundings {
        entities: ids.iter().map(|id| (*id).to_owned()).collect(),
        depth,
        direction: Direction::Both,
        kinds: Step::default_kinds(),
    };
    let view = Selection::everything(now());
    let sizes = (0..3).map(|depth| {
        let selection = around(&BUNDLED, &view, &of(&["alipay"], depth)).unwrap();
        assert_closed(&selection);
        selection.entities().count()
    });
    let sizes: Vec<usize> = sizes.collect();
    assert!(sizes.is_sorted() && sizes[0] < sizes[2] && sizes[2] <= BUNDLED.entities.len());
    let seen = around(&BUNDLED, &view, &of(&["alipay?asOf=2014-11-28"], 1)).unwrap();
    assert_eq!(seen.entities().count(), sizes[1], "an argument names the thing");
    assert_eq!(
        around(&BUNDLED, &view, &of(&["alipay", "nobody"], 1))
            .unwrap_err()
            .to_string(),
        "there is no entity \"nobody\", or it was not known then"
    );
}

/// Whatever the records refer to is among them, and no source is there for nothing.
fn assert_closed(selection: &Selection) {
    let entities: BTreeSet<String> = selection.entities().map(|entity| entity.id).collect();
    let sources: BTreeSet<String> = selection.sources().map(|source| source.id).collect();
    let mut used = BTreeSet::new();
    for relationship in selection.relationships() {
        for end in relationship.ends.known() {
            assert!(entities.contains(end), "{end} of {}", relationship.id);
        }
        for said in &relationship.evidence {
            used.insert(said.source.clone());
            assert!(
                said.speaker.iter().all(|speaker| entities.contains(speaker)),
                "{}",
                said.id
            );
        }
    }
    assert_eq!(used, sources);
}

/// The entities within so many steps, by looking at every relationship again and again.
fn reached(dataset: &Dataset, seen: &BTreeSet<String>, start: &str, depth: usize) -> BTreeSet<String> {
    let is_place = |id: &str| {
        let entity = dataset.entities.iter().find(|known| known.id == id).unwrap();
        entity.kind == EntityKind::Place
    };
    let mut found = BTreeSet::from([start.to_owned()]);
    for _ in 0..depth {
        let before = found.clone();
        for known in dataset.relationships.iter().filter(|known| seen.contains(&known.id)) {
            let ends: Vec<&str> = known.ends.known().collect();
            let [a, b] = ends[..] else { continue };
            for (from, to) in [(a, b), (b, a)] {
                // What surrounds a start is reached, even if it is a place; nothing is reached through another one.
                if before.contains(from) && (from == start || !is_place(from)) {
                    found.insert(to.to_owned());
                }
            }
        }
    }
    found
}

proptest! {
    #[test]
    fn surroundings_are_what_a_search_by_hand_finds(
        claims in random::claims(SHAPE), start in 0u8..SHAPE.entities, depth in 0usize..4, day in 0u8..6, moment in 0u8..5,
    ) {
        let dataset = random::dataset(SHAPE, &claims);
        let view = View { as_of: AsOf::Day(random::day(day)), ..Selection::everything(random::moment(moment)) };
        let start = random::entity_id(start);
        let kinds = Set::of(SHAPE.kinds);
        let asked = Surroundings { entities: vec![start.clone()], depth, direction: Direction::Both, kinds };
        let selection = around(&dataset, &view, &asked).unwrap();
        let seen = ids(Selection::of(&Snapshot::build(&dataset).unwrap(), &view).relationships());
        let entities: BTreeSet<String> = selection.entities().map(|entity| entity.id).collect();
        prop_assert_eq!(&entities, &reached(&dataset, &seen, &start, depth));
        for known in dataset.relationships.iter().filter(|known| matches!(known.ends, Ends::UnknownFrom { .. })) {
            let expected = seen.contains(&known.id) && known.ends.known().all(|end| entities.contains(end));
            let found = selection.relationships().any(|chosen| chosen.id == known.id);
            prop_assert_eq!(found, expected, "{}", &known.id);
        }
        assert_closed(&selection);
    }
}

/// The bundled data with what is hard to write: quotes, markup, ends of lines, ranges, parallel and unknown ends.
fn hostile() -> Dataset {
    let mut dataset = BUNDLED.clone();
    dataset.title = "A \"deal\" <&> \\ more".to_owned();
    let entity = &mut dataset.entities[0];
    entity.name = "Ben & \"Jerry's\" <Ice> \\ Cream\\ \u{fffe}".to_owned();
    entity.description = Some("One line\r\nand ]]> another\tone".to_owned());
    entity.names.push(Name {
        text: "冰 & 雪".to_owned(),
        language: Some("zh".to_owned()),
        script: None,
        kind: NameKind::Alias,
    });
    let id = entity.id.clone();
    let known = dataset
        .relationships
        .iter()
        .find(|known| matches!(known.ends, Ends::Known { .. }));
    let mut twin = known.unwrap().clone();
    twin.id = "a \"second\" <tie>".to_owned();
    twin.kind = RelationshipKind::Owns;
    twin.share = Some(guanxi::model::Share {
        range: ">25..50".parse().unwrap(),
        of: guanxi::model::ShareOf::Votes,
    });
    twin.interest = Some(Interest::VotingRights);
    twin.directness = Directness::Indirect;
    twin.components = vec!["one".to_owned(), "another".to_owned()];
    twin.validity = Validity::over_by(None, random::day(3));
    twin.amount = Some(Amount::new(1.5e9, "USD".parse().unwrap(), Some("the price".to_owned())).unwrap());
    twin.ends = Ends::Known {
        from: id.clone(),
        to: id,
    };
    for said in &mut twin.evidence {
        said.id.push_str(" again");
    }
    dataset.relationships.push(twin);
    dataset
}

/// An element of GraphML: its attributes, and the values of its keys.
type Element = (BTreeMap<String, String>, BTreeMap<String, String>);

/// The keys, nodes and edges of a GraphML file.
fn parsed(xml: &str) -> BTreeMap<&'static str, Vec<Element>> {
    let mut reader = Reader::from_str(xml);
    let mut found: BTreeMap<&str, Vec<Element>> = BTreeMap::new();
    let (mut key, mut open) = (None, "graph");
    loop {
        let event = reader.read_event().unwrap();
        let attributes = |element: &quick_xml::events::BytesStart<'_>| -> BTreeMap<String, String> {
            let pair = |attribute: quick_xml::events::attributes::Attribute<'_>| {
                let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
                (attribute.key.as_ref().to_owned(), value)
            };
            element.attributes().map(|attribute| pair(attribute.unwrap())).collect()
        };
        match event {
            Event::Eof => return found,
            Event::Empty(element) => found
                .entry("key")
                .or_default()
                .push((attributes(&element), BTreeMap::new())),
            Event::Start(element) if element.name().as_ref() == "data" => key = attributes(&element).remove("key"),
            Event::Start(element) => {
                open = match element.name().as_ref() {
                    "node" => "node",
                    "edge" => "edge",
                    _ => "graph",
                };
                found
                    .entry(open)
                    .or_default()
                    .push((attributes(&element), BTreeMap::new()));
            }
            Event::Text(text) => add(&mut found, open, key.as_ref(), &text),
            Event::GeneralRef(name) => {
                let letter = quick_xml::escape::unescape(&format!("&{};", &*name))
                    .unwrap()
                    .into_owned();
                add(&mut found, open, key.as_ref(), &letter);
            }
            Event::End(element) if element.name().as_ref() == "data" => key = None,
            _ => {}
        }
    }
}

fn add(found: &mut BTreeMap<&'static str, Vec<Element>>, open: &'static str, key: Option<&String>, text: &str) {
    if let (Some(key), Some((_, values))) = (key, found.get_mut(open).and_then(|elements| elements.last_mut())) {
        values.entry(key.clone()).or_default().push_str(text);
    }
}

fn exported(
    dataset: &Dataset,
    write: impl Fn(&Selection, &mut Vec<u8>) -> std::io::Result<ExportSummary>,
) -> (String, ExportSummary) {
    let mut out = Vec::new();
    let written = write(&everything(dataset), &mut out).unwrap();
    (String::from_utf8(out).unwrap(), written)
}

#[test]
fn graphml_says_everything_that_an_edge_between_two_nodes_can() {
    let dataset = hostile();
    let (xml, written) = exported(&dataset, graphml::write);
    let found = parsed(&xml);
    let known = |id: &str| found["node"].iter().find(|(attributes, _)| attributes["id"] == id);
    assert_eq!(found["node"].len(), dataset.entities.len());
    let edges = dataset.relationships.iter();
    let (disclosed, unknown): (Vec<_>, Vec<_>) = edges
        .filter(|known| known.retracted_at.is_none())
        .partition(|known| matches!(known.ends, Ends::Known { .. }));
    assert_eq!(found["edge"].len(), disclosed.len());
    assert_eq!(written.relationships, u64::try_from(disclosed.len()).unwrap());
    let left_out = written.left_out.get("relationship with an unknown end").copied();
    assert_eq!(left_out.unwrap_or(0), u64::try_from(unknown.len()).unwrap());
    for (attributes, _) in &found["edge"] {
        assert!(known(&attributes["source"]).is_some() && known(&attributes["target"]).is_some());
    }
    let entity = &dataset.entities[0];
    let (_, values) = known(&entity.id).unwrap();
    assert_eq!(values["node_name"], entity.name.replace('\u{fffe}', "\u{fffd}"));
    assert_eq!(Some(&values["node_description"]), entity.description.as_ref());
    assert!(values["node_names"].ends_with("冰 & 雪"));
    let twin = |(attributes, _): &&Element| attributes["id"] == "a \"second\" <tie>";
    let (_, values) = found["edge"].iter().find(twin).unwrap();
    for (key, value) in [
        ("edge_kind", "OWNS"),
        ("edge_share", ">25..50"),
        ("edge_share_min", "25"),
        ("edge_share_max", "50"),
        ("edge_share_of", "VOTES"),
        ("edge_amount", "1500000000"),
        ("edge_currency", "USD"),
        ("edge_symmetric", "false"),
        ("edge_interest", "VOTING_RIGHTS"),
        ("edge_directness", "INDIRECT"),
        ("edge_components", "one; another"),
        ("edge_ended_by", "2014-01-04"),
    ] {
        assert_eq!(values[key], value, "{key}");
    }
    let declared: BTreeSet<&str> = found["key"].iter().map(|(key, _)| key["id"].as_str()).collect();
    for (_, values) in found["node"].iter().chain(&found["edge"]).chain(&found["graph"]) {
        assert!(values.keys().all(|key| declared.contains(key.as_str())), "{values:?}");
    }
}

/// The statements of a DOT file as lists of quoted strings and bare words.
fn tokens(dot: &str) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut letters) = (Vec::new(), Vec::new(), dot.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                let mut text = String::new();
                loop {
                    match letters.next().expect("a quoted string ends") {
                        '"' => break,
                        '\\' => match letters.next().unwrap() {
                            'n' => text.push('\n'),
                            other => text.push(other),
                        },
                        other => text.push(other),
                    }
                }
                line.push(text);
            }
            '\n' => lines.push(std::mem::take(&mut line)),
            letter if letter.is_whitespace() => {}
            letter => {
                let mut word = String::from(letter);
                while let Some(next) = letters.next_if(|next| !next.is_whitespace() && *next != '"') {
                    word.push(next);
                }
                line.push(word);
            }
        }
    }
    lines
}

#[test]
fn dot_draws_every_entity_and_every_relationship_with_two_ends() {
    let mut dataset = hostile();
    let ended = dataset.relationships.last_mut().unwrap();
    ended.validity = Validity::new(None, Some("2015".parse::<PartialDate>().unwrap())).unwrap();
    ended.role = None;
    let (text, written) = exported(&dataset, dot::write);
    let lines = tokens(&text);
    assert_eq!(lines[0], ["digraph", &dataset.title, "{"]);
    let ids: BTreeSet<&str> = dataset.entities.iter().map(|entity| entity.id.as_str()).collect();
    let edges: Vec<&Vec<String>> = lines
        .iter()
        .filter(|line| line.get(1).is_some_and(|word| word == "->"))
        .collect();
    assert_eq!(u64::try_from(edges.len()).unwrap(), written.relationships);
    for edge in &edges {
        assert!(
            ids.contains(edge[0].as_str()) && ids.contains(edge[2].as_str()),
            "{edge:?}"
        );
    }
    let nodes = lines
        .iter()
        .filter(|line| line.get(1).is_some_and(|word| word == "[label="));
    let drawn: BTreeSet<&str> = nodes.map(|line| line[0].as_str()).collect();
    assert_eq!(drawn, ids);
    let dashed = format!("{:?}", edges.iter().find(|edge| edge[4].contains(">25..50")).unwrap());
    assert!(
        dashed.contains("owns >25..50 % (indirect): voting rights") && dashed.contains("style=dashed"),
        "{dashed}"
    );
    let symmetric = |known: &Relationship| known.kind.is_symmetric() && known.retracted_at.is_none();
    let symmetric = dataset.relationships.iter().filter(|known| symmetric(known)).count();
    assert_eq!(text.matches("dir=none").count(), symmetric);
}

#[test]
fn a_view_shows_what_was_known_and_held_then() {
    let dated = |id: &str, status, recorded: u8, retracted: Option<u8>| Relationship {
        id: id.to_owned(),
        status,
        recorded_at: random::moment(recorded),
        retracted_at: retracted.map(random::moment),
        ..BUNDLED.relationships[0].clone()
    };
    let active = RelationshipStatus::Active;
    let dataset = Dataset {
        relationships: vec![
            dated("early", active, 0, Some(2)),
            dated("late", active, 3, None),
            dated("rumour", RelationshipStatus::Rumoured, 0, None),
        ],
        recorded_at: random::moment(0),
        ..BUNDLED.clone()
    };
    let graph = Snapshot::build(&dataset).unwrap();
    let shown = |moment, statuses| {
        let view = View {
            statuses,
            ..Selection::everything(random::moment(moment))
        };
        Selection::of(&graph, &view)
    };
    let early = shown(1, Set::of(&[active]));
    assert_eq!(ids(early.relationships()), BTreeSet::from(["early".to_owned()]));
    assert!(
        early.relationships().all(|known| known.retracted_at.is_none()),
        "nobody knew"
    );
    let late = shown(4, Set::all());
    assert_eq!(
        ids(late.relationships()),
        BTreeSet::from(["late".to_owned(), "rumour".to_owned()])
    );
    assert_eq!(late.view().known_at, random::moment(3), "later, nothing changed");
}
