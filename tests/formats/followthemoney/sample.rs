//! Donations to German parties, as they were published: what they say is in the graph, and nothing is lost.

use std::collections::BTreeMap;

use guanxi::model::{EntityKind, RelationshipKind, RelationshipStatus};

use super::{default_source, donations, export, import, read_with_defaults, records_of};

const CLAIM: &str = "the party donations";

#[test]
fn every_record_is_imported_without_a_fault() {
    let Some(text) = donations(CLAIM) else { return };
    let (_, found) = read_with_defaults(text.as_bytes(), "donations.ftm.json", &default_source()).unwrap();
    assert_eq!(found.len(), 474);
    assert!(
        found
            .iter()
            .all(|found| found.faults.is_empty() && !found.drafts.is_empty())
    );
    // 474 records, and 103 references to addresses.
    assert_eq!(
        found.iter().map(|found| records_of(found).len()).sum::<usize>(),
        474 + 103
    );

    let graph = import(&text, "donations.ftm.json");
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for entity in &graph.entities {
        *kinds.entry(entity.kind.to_string()).or_default() += 1;
    }
    for relationship in &graph.relationships {
        *kinds.entry(relationship.kind.to_string()).or_default() += 1;
    }
    let expected = [
        ("COMPANY", 56),
        ("LOCATED_IN", 103),
        ("ORGANIZATION", 17),
        ("PAID", 290),
        ("PERSON", 22),
        ("PLACE", 89),
    ];
    assert_eq!(
        kinds.iter().map(|(kind, count)| (&**kind, *count)).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn who_gave_how_much_to_whom_and_when_is_as_published() {
    let Some(text) = donations(CLAIM) else { return };
    let graph = import(&text, "donations.ftm.json");
    let name = |id: &str| {
        graph
            .entities
            .iter()
            .find(|entity| entity.id == id)
            .unwrap()
            .name
            .clone()
    };
    let payments: Vec<_> = graph
        .relationships
        .iter()
        .filter(|relationship| relationship.kind == RelationshipKind::Paid)
        .collect();
    // In cents, because sums of euros in floating point are not exact.
    let mut received: BTreeMap<String, u64> = BTreeMap::new();
    for payment in &payments {
        let guanxi::model::Ends::Known { to, .. } = &payment.ends else {
            panic!()
        };
        let amount = payment.amount.as_ref().unwrap();
        assert_eq!((amount.currency.as_str(), &amount.of), ("EUR", &None));
        let cents = format!("{:.0}", amount.value * 100.0).parse::<u64>().unwrap();
        *received.entry(name(to)).or_default() += cents;
    }
    assert_eq!(received["CDU"], 1_723_142_000);
    assert_eq!(received["MLPD"], 336_813_615);
    assert_eq!(received["LINKE"], 17_500_000);
    assert_eq!(received.values().sum::<u64>(), 4_058_968_915);
    assert_eq!(received.len(), 11);

    let largest = payments
        .iter()
        .max_by(|one, other| {
            one.amount
                .as_ref()
                .unwrap()
                .value
                .total_cmp(&other.amount.as_ref().unwrap().value)
        })
        .unwrap();
    let guanxi::model::Ends::Known { from, to } = &largest.ends else {
        panic!()
    };
    assert_eq!(
        (&*name(from), &*name(to)),
        ("Christlich-Soziale Union in Bayern", "CDU")
    );
    assert_eq!(largest.amount.as_ref().unwrap().value, 2_334_526.0);
    assert_eq!(largest.validity.since().unwrap().to_string(), "2005-10-24");
    assert_eq!(largest.validity.until().unwrap().to_string(), "2005-10-25");
    assert_eq!(largest.status, RelationshipStatus::Active);
    assert_eq!(largest.evidence.len(), 1);
    assert_eq!(largest.evidence[0].source, "source:donations");
    assert_eq!(
        largest.evidence[0].locator.as_deref(),
        Some("Payment e521c97ee6061974bb00ebcf6fe4b1d19414809a")
    );
    let mentioned = &largest.properties.as_ref().unwrap()["namesMentioned"];
    assert_eq!(
        *mentioned,
        serde_json::json!(["Christlich-Soziale Union in Bayern", "CDU"])
    );
}

#[test]
fn donors_have_their_countries_and_their_addresses() {
    let Some(text) = donations(CLAIM) else { return };
    let graph = import(&text, "donations.ftm.json");
    let donor = graph
        .entities
        .iter()
        .find(|entity| entity.name == "Frau Lina Dachner")
        .unwrap();
    assert_eq!((donor.kind, donor.country.as_deref()), (EntityKind::Person, Some("DE")));
    assert_eq!(donor.properties, None);
    let address = graph
        .entities
        .iter()
        .find(|entity| entity.id == "97149caa3aef14e2be5ae6b3974c6882e7536d88")
        .unwrap();
    assert_eq!(address.name, "Schillerstraße 19, 76135 Karlsruhe");
    let properties = address.properties.as_ref().unwrap();
    assert_eq!(properties["schema"], "Address");
    assert_eq!(properties["street"], serde_json::json!(["Schillerstraße 19"]));
    let located = format!("rel:{}:LOCATED_IN:{}:addressEntity", donor.id, address.id);
    let link = graph
        .relationships
        .iter()
        .find(|relationship| relationship.id == located)
        .unwrap();
    assert_eq!(link.evidence[0].id, format!("{located}/donations"));
    assert_eq!(link.evidence[0].locator, Some(format!("Person {}", donor.id)));
}

#[test]
fn exported_and_imported_again_the_donations_are_the_same() {
    let Some(text) = donations(CLAIM) else { return };
    let graph = import(&text, "donations.ftm.json");
    let (exported, written) = export(&graph);
    assert_eq!((written.entities, written.relationships), (184, 393));
    assert!(written.left_out.is_empty(), "{:?}", written.left_out);
    // As many records as there were: addresses stand with their entities again.
    assert_eq!(exported.lines().count(), 474);
    assert_eq!(import(&exported, "donations.ftm.json"), graph);

    // And the records say what they said, in whatever order.
    let by_id = |text: &str| -> BTreeMap<String, serde_json::Value> {
        let lines = super::lines(text).into_iter();
        let sorted = lines.map(|mut line| {
            for (_, values) in line["properties"].as_object_mut().unwrap() {
                values.as_array_mut().unwrap().sort_by_key(ToString::to_string);
            }
            (line["id"].as_str().unwrap().to_owned(), line)
        });
        sorted.collect()
    };
    assert_eq!(by_id(&exported), by_id(&text));
}
