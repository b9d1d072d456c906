//! FollowTheMoney as it is exchanged: fragments of records in any order and over several files and commands, statements, records
//! within others, several percentages, and what the model has no noun for.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Desk, How, Imported, one};

const HOW: How = How {
    now: super::NOW,
    strictness: guanxi::import::Strictness::Lenient,
    stop_after: usize::MAX,
    panic_after: usize::MAX,
    record_bytes_max: guanxi::formats::reader::RECORD_BYTES_MAX,
    search_index: false,
    completeness: guanxi::import::Completeness::Partial,
    join: &[],
    waiting_max: guanxi::import::WAITING_MAX,
    batch_max: 2,
    mapping: None,
    source: Some("register"),
};

/// What is known: each entity as `kind id name (identifiers) country`, each relationship as `id share`, and the properties of
/// both where there are some.
fn known(desk: &Desk) -> Vec<String> {
    let (entities, relationships, _) = desk.content();
    let properties = |properties: &Option<serde_json::Map<String, Value>>| {
        properties
            .as_ref()
            .map_or_else(String::new, |properties| format!(" {}", json!(properties)))
    };
    let entities = entities.iter().map(|entity| {
        let identifiers: Vec<String> = entity
            .identifiers
            .iter()
            .map(|known| format!("{}:{}", known.scheme, known.value))
            .collect();
        let country = entity.country.as_deref().unwrap_or("-");
        let (kind, id, name) = (entity.kind, &entity.id, &entity.name);
        format!(
            "{kind} {id} {name} ({}) {country}{}",
            identifiers.join(" "),
            properties(&entity.properties)
        )
    });
    let relationships = relationships.iter().map(|claim| {
        let share = claim
            .share
            .map_or_else(|| "-".to_owned(), |share| share.range.to_string());
        format!("{} {share}{}", claim.id, properties(&claim.properties))
    });
    entities.chain(relationships).collect()
}

/// What waits, by what it waits for.
fn waiting(desk: &Desk) -> Vec<String> {
    let store = desk.open();
    let state = store.state();
    let waits = state.graph().unresolved().iter().map(|waiting| waiting.missing.clone());
    waits.collect()
}

/// Imports lines in one file, in files of their own, and by commands of their own; all come to the same, which is returned. Again,
/// nothing is new.
fn everywhere(lines: &[String]) -> (Vec<String>, Imported) {
    let within = Desk::new();
    let file = within.file("all.ftm.json", &lines.join("\n"));
    let imported = within.import_as(&one(&file), HOW);
    let expected = known(&within);
    assert_eq!(within.import_as(&one(&file), HOW).counts()[1], 0, "{lines:?} again");
    let (files, commands) = (Desk::new(), Desk::new());
    let paths: Vec<_> = (0..)
        .zip(lines)
        .map(|(number, line)| files.file(&format!("{number}.ftm.json"), line))
        .collect();
    files.import_as(&paths, HOW);
    assert_eq!(known(&files), expected, "{lines:?} in files");
    for path in &paths {
        commands.import_as(&one(path), HOW);
    }
    assert_eq!(known(&commands), expected, "{lines:?} in commands");
    assert_eq!(waiting(&commands), waiting(&within), "{lines:?}");
    for path in &paths {
        assert_eq!(
            commands.import_as(&one(path), HOW).counts()[1],
            0,
            "{lines:?} again, in commands"
        );
    }
    (expected, imported)
}

fn lines(records: &[Value]) -> Vec<String> {
    records.iter().map(Value::to_string).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "so that literals can be given as they are")]
fn record(id: &str, schema: &str, properties: Value) -> Value {
    json!({ "id": id, "schema": schema, "properties": properties })
}

#[test]
fn fragments_of_a_record_are_one() {
    let company = || record("co-a", "Company", json!({"name": ["Alder Ltd"]}));
    let person = || record("pe-p", "Person", json!({"name": ["Ines Marlow"]}));
    let owned = |properties: Value| record("ow-1", "Ownership", properties);
    let table: [(&str, Vec<Value>, Vec<&str>); 5] = [
        (
            "names, countries and numbers apart, and a share without ends",
            vec![
                company(),
                record("co-a", "Company", json!({"country": ["gb"]})),
                record(
                    "co-a",
                    "LegalEntity",
                    json!({"registrationNumber": ["00229269"], "jurisdiction": ["gb"]}),
                ),
                person(),
                owned(json!({"owner": ["pe-p"], "asset": ["co-a"]})),
                owned(json!({"percentage": ["60"]})),
            ],
            vec![
                r#"COMPANY co-a Alder Ltd (registration-gb:00229269) GB {"jurisdiction":["gb"]}"#,
                "PERSON pe-p Ines Marlow () -",
                "rel:pe-p:OWNS:co-a:ow-1 60",
            ],
        ),
        (
            "one end in each",
            vec![
                owned(json!({"owner": ["pe-p"]})),
                company(),
                person(),
                owned(json!({"asset": ["co-a"], "percentage": ["60"]})),
            ],
            vec![
                "COMPANY co-a Alder Ltd () -",
                "PERSON pe-p Ines Marlow () -",
                "rel:pe-p:OWNS:co-a:ow-1 60",
            ],
        ),
        (
            "a further owner",
            vec![
                company(),
                person(),
                record("pe-q", "Person", json!({"name": ["Rui Vale"]})),
                owned(json!({"owner": ["pe-p"], "asset": ["co-a"]})),
                owned(json!({"owner": ["pe-q"]})),
            ],
            vec![
                "COMPANY co-a Alder Ltd () -",
                "PERSON pe-p Ines Marlow () -",
                "PERSON pe-q Rui Vale () -",
                "rel:pe-p:OWNS:co-a:ow-1 -",
                "rel:pe-q:OWNS:co-a:ow-1 -",
            ],
        ),
        (
            "the name comes last",
            vec![
                record("co-a", "LegalEntity", json!({"country": ["gb"]})),
                record("co-a", "LegalEntity", json!({"phone": ["1"]})),
                company(),
            ],
            vec![r#"COMPANY co-a Alder Ltd () GB {"phone":["1"]}"#],
        ),
        (
            "no name at all",
            vec![record("co-a", "Company", json!({"country": ["gb"]}))],
            vec!["COMPANY co-a co-a () GB"],
        ),
    ];
    for (what, records, expected) in table {
        let (known, imported) = everywhere(&lines(&records));
        assert_eq!(known, expected, "{what}: {:?}", imported.findings);
        assert_eq!(imported.counts()[3], 0, "{what}: {:?}", imported.findings);
        let reversed: Vec<Value> = records.into_iter().rev().collect();
        assert_eq!(everywhere(&lines(&reversed)).0, expected, "{what}, reversed");
    }
}

#[test]
fn a_fragment_of_a_missing_record_waits_and_is_reported() {
    let desk = Desk::new();
    let fragment = record("ow-1", "Ownership", json!({"owner": ["pe-p"], "percentage": ["60"]}));
    let imported = desk.import_as(&one(&desk.file("a.ftm.json", &fragment.to_string())), HOW);
    let counts = imported.done.tally.counts();
    assert_eq!((counts.waiting, counts.rejected, counts.noted), (1, 0, 1));
    assert_eq!(waiting(&desk), ["ftm:ow-1"]);
    assert!(
        imported.findings[0].contains("a.ftm.json: record 1 (ow-1), line 1"),
        "{:?}",
        imported.findings
    );
}

#[test]
fn records_within_others_are_records() {
    let person = json!({"id": "pe-p", "schema": "Person", "properties": {"name": ["Ines Marlow"]}});
    let owned = |owner: Value, asset: Option<&str>| {
        let mut owned = record("ow-1", "Ownership", json!({"percentage": ["60"], "owner": [owner]}));
        if let Some(asset) = asset {
            owned["properties"]["asset"] = json!([asset]);
        }
        owned
    };
    let address = json!({"id": "ad-1", "schema": "Address", "properties": {"full": ["1 Test Row"]}});
    let company = |more: Value| {
        let mut company = record("co-a", "Company", json!({"name": ["Alder Ltd"]}));
        company["properties"]
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        company
    };
    let owner = [
        "COMPANY co-a Alder Ltd () -",
        "PERSON pe-p Ines Marlow () -",
        "rel:pe-p:OWNS:co-a:ow-1 60",
    ];
    let table = [
        (
            company(json!({"ownershipAsset": [owned(person.clone(), Some("co-a"))]})),
            &owner[..],
        ),
        // The other way round is not said by the record itself.
        (
            company(json!({"ownershipAsset": [owned(person.clone(), None)]})),
            &owner,
        ),
        (
            json!({"id": "pe-p", "schema": "Person", "properties": {"name": ["Ines Marlow"], "ownershipOwner": {
                "id": "ow-1", "schema": "Ownership", "properties": {"percentage": ["60"], "asset": [company(json!({}))]}
            }}}),
            &owner,
        ),
        (
            company(json!({"addressEntity": [address]})),
            &[
                "COMPANY co-a Alder Ltd () -",
                "PLACE ad-1 1 Test Row () - {\"schema\":\"Address\"}",
                "rel:co-a:LOCATED_IN:ad-1:addressEntity -",
            ],
        ),
        (
            company(json!({"sanctions": [{"id": "sa-1", "schema": "Sanction", "properties": {"authority": ["EU"]}}]})),
            &[r#"COMPANY co-a Alder Ltd () - {"sanctions":{"sa-1":{"authority":["EU"]}}}"#],
        ),
    ];
    for (nested, expected) in table {
        let (known, imported) = everywhere(&lines(std::slice::from_ref(&nested)));
        let mut known = known;
        known.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(known, expected, "{nested}: {:?}", imported.findings);
        assert_eq!(imported.counts()[3], 0, "{nested}: {:?}", imported.findings);
    }
}

#[test]
fn of_several_percentages_the_hull_is_the_share_in_any_order() {
    let table: [(&[&str], &str, bool); 7] = [
        (&["25–50%", "75–100%"], "25..100", true),
        (&["10", "20%", "15%"], "10..20", true),
        (&["more than 25% up to 50%", "50% or more"], ">25..100", true),
        (&["25%", "25.0 %"], "25", false),
        (&["25-50% of shares", "75-100% of votes"], "25..50", true),
        (&["60%", "a majority"], "60", false),
        (&["a majority"], "-", false),
    ];
    for (texts, expected, is_noted) in table {
        let reversed: Vec<&str> = texts.iter().rev().copied().collect();
        for texts in [texts, &reversed] {
            let records = [
                record("co-a", "Company", json!({"name": ["Alder Ltd"]})),
                record("pe-p", "Person", json!({"name": ["Ines Marlow"]})),
                record(
                    "ow-1",
                    "Ownership",
                    json!({"owner": ["pe-p"], "asset": ["co-a"], "percentage": texts}),
                ),
            ];
            let (known, imported) = everywhere(&lines(&records));
            let share = known.last().unwrap().split(' ').nth(1).unwrap().to_owned();
            assert_eq!(share, expected, "{texts:?}");
            let noted = imported
                .findings
                .iter()
                .filter(|line| line.contains("several percentages"))
                .count();
            assert_eq!(noted == 1, is_noted, "{texts:?}: {:?}", imported.findings);
        }
    }
}

#[test]
fn statements_are_read_as_the_records_they_state() {
    const HEADER: &str = "canonical_id,entity_id,prop,prop_type,schema,value,dataset,lang,original_value,external,first_seen,last_seen,origin,id";
    let rows = [
        "co-a,co-a,id,checksum,Company,1,d,,,f,,,,1",
        "co-a,co-a,name,name,Company,\"Alder, Ltd\",d,,,f,,,,2",
        "co-a,x,jurisdiction,country,LegalEntity,gb,e,,,f,,,,3",
        "pe-p,pe-p,name,name,Person,Ines Marlow,d,,,f,,,,4",
        "pe-p,pe-p,alias,name,Person,Somebody else,d,,,t,,,,5",
        "ow-1,ow-1,owner,entity,Ownership,pe-p,d,,,f,,,,6",
        "ow-1,ow-1,asset,entity,Ownership,co-a,d,,,f,,,,7",
        "ow-1,ow-1,percentage,,Ownership,60,d,,,f,,,,8",
    ];
    let expected = [
        r#"COMPANY co-a Alder, Ltd () GB {"context":{"datasets":["d","e"]},"jurisdiction":["gb"]}"#,
        r#"PERSON pe-p Ines Marlow () - {"context":{"datasets":["d"]}}"#,
        r#"rel:pe-p:OWNS:co-a:ow-1 60 {"context":{"datasets":["d"]}}"#,
    ];
    for order in [
        [0, 1, 2, 3, 4, 5, 6, 7],
        [5, 1, 7, 2, 3, 6, 0, 4],
        [7, 6, 5, 4, 3, 2, 1, 0],
    ] {
        let text: String = order.iter().map(|row| format!("{}\n", rows[*row])).collect();
        let desk = Desk::new();
        let imported = desk.import_as(&one(&desk.file("statements.csv", &format!("{HEADER}\n{text}"))), HOW);
        assert_eq!(known(&desk), expected, "{order:?}: {:?}", imported.findings);
        assert_eq!(imported.counts()[3], 0);
        let external: Vec<&String> = imported
            .findings
            .iter()
            .filter(|line| line.contains(": external: "))
            .collect();
        assert_eq!(external.len(), 1, "{:?}", imported.findings);
        // The same as JSON lines.
        let names: Vec<&str> = HEADER.split(',').collect();
        let lines: Vec<String> = order
            .iter()
            .map(|row| {
                let cells = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .from_reader(rows[*row].as_bytes())
                    .records()
                    .next()
                    .unwrap()
                    .unwrap();
                let fields = names
                    .iter()
                    .zip(&cells)
                    .map(|(name, cell)| ((*name).to_owned(), json!(cell)));
                Value::Object(fields.collect()).to_string()
            })
            .collect();
        let desk = Desk::new();
        desk.import_as(&one(&desk.file("statements.json", &lines.join("\n"))), HOW);
        assert_eq!(known(&desk), expected, "{order:?} as JSON");
    }
}

#[test]
fn records_outside_of_the_model_are_reported_with_the_entities_they_concern() {
    let person = record("pe-p", "Person", json!({"name": ["Ines Marlow"]}));
    let vessel = record("ve-1", "Vessel", json!({"name": ["Ruby Star"]}));
    let post = record(
        "po-1",
        "Position",
        json!({"name": ["Minister of Ports"], "country": ["pt"]}),
    );
    let table = [
        (
            vec![
                person.clone(),
                record("sa-1", "Sanction", json!({"entity": ["pe-p"], "authority": ["EU"]})),
                record(
                    "sa-2",
                    "Sanction",
                    json!({"entity": ["pe-p"], "authority": ["UN"], "status": ["active"]}),
                ),
            ],
            json!({"sanctions": {"sa-1": {"authority": ["EU"]}, "sa-2": {"authority": ["UN"], "status": ["active"]}}}),
        ),
        (
            vec![
                person.clone(),
                post,
                record(
                    "oc-1",
                    "Occupancy",
                    json!({"holder": ["pe-p"], "post": ["po-1"], "status": ["current"]}),
                ),
            ],
            json!({"occupancies": {"oc-1": {
                "post": [{"id": "po-1", "schema": "Position", "name": ["Minister of Ports"], "country": ["pt"]}],
                "status": ["current"]
            }}}),
        ),
        (
            vec![
                person.clone(),
                vessel,
                record(
                    "ow-1",
                    "Ownership",
                    json!({"owner": ["pe-p"], "asset": ["ve-1"], "percentage": ["100%"]}),
                ),
            ],
            json!({"connections": {"rel:pe-p:OWNS:ve-1:ow-1": {
                "kind": "OWNS", "status": "ACTIVE", "share": {"range": "100", "of": "CAPITAL"}, "evidence": ["source:register"],
                "to": [{"id": "ve-1", "schema": "Vessel", "name": ["Ruby Star"]}]
            }}}),
        ),
        (
            vec![
                person,
                record("pa-1", "Passport", json!({"holder": ["pe-p"], "number": ["C01"]})),
            ],
            json!({"identifications": {"pa-1": {"schema": "Passport", "number": ["C01"]}}}),
        ),
    ];
    for (records, expected) in table {
        for reversed in [false, true] {
            let mut records = records.clone();
            if reversed {
                records.reverse();
            }
            let (known, imported) = everywhere(&lines(&records));
            assert_eq!(imported.counts()[3], 0, "{:?}", imported.findings);
            let [known] = known.as_slice() else { panic!("{known:?}") };
            let (_, properties) = known.split_once(" - ").unwrap();
            let properties: Value = serde_json::from_str(properties).unwrap();
            assert_eq!(properties, expected, "reversed: {reversed}");
        }
    }
}

/// Lines of a few records, cut into fragments of one property each.
fn fragments() -> Vec<String> {
    let records = [
        record(
            "co-a",
            "Company",
            json!({"name": ["Alder Ltd"], "previousName": ["Elm Ltd"], "country": ["gb"], "phone": ["1", "2"]}),
        ),
        record(
            "pe-p",
            "Person",
            json!({"name": ["Ines Marlow"], "nationality": ["pt"]}),
        ),
        record(
            "ow-1",
            "Ownership",
            json!({"owner": ["pe-p"], "asset": ["co-a"], "percentage": ["60"], "startDate": ["2015"]}),
        ),
        record("sa-1", "Sanction", json!({"entity": ["co-a"], "authority": ["EU"]})),
    ];
    let mut lines = Vec::new();
    for whole in records {
        // A record about an entity says which.
        let subject = whole["properties"].get("entity").cloned();
        for (name, value) in whole["properties"].as_object().unwrap() {
            let mut properties = json!({ name: value });
            if let Some(subject) = &subject {
                properties["entity"] = subject.clone();
            }
            lines.push(
                record(
                    whole["id"].as_str().unwrap(),
                    whole["schema"].as_str().unwrap(),
                    properties,
                )
                .to_string(),
            );
        }
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn fragments_come_to_the_same_in_every_order(
        lines in Just(fragments()).prop_shuffle(), cuts in proptest::collection::vec(0..3_usize, fragments().len())
    ) {
        let straight = Desk::new();
        straight.import_as(&one(&straight.file("all.ftm.json", &fragments().join("\n"))), HOW);
        prop_assert!(waiting(&straight).is_empty());
        let parts = (0..3).map(|part| lines.iter().zip(&cuts).filter(|(_, cut)| **cut == part).map(|(line, _)| line.as_str()).collect::<Vec<_>>());
        let parts: Vec<String> = parts.filter(|part| !part.is_empty()).map(|part| part.join("\n")).collect();
        let (files, commands) = (Desk::new(), Desk::new());
        let paths: Vec<_> = (0..).zip(&parts).map(|(number, text)| files.file(&format!("{number}.ftm.json"), text)).collect();
        files.import_as(&paths, HOW);
        prop_assert_eq!(known(&files), known(&straight));
        for path in &paths {
            commands.import_as(&one(path), HOW);
        }
        prop_assert_eq!(known(&commands), known(&straight));
        prop_assert!(waiting(&commands).is_empty());
    }
}
