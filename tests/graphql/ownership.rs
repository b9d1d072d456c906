//! Ultimate owners, ultimate parents and corporate groups, as clients query them.

use std::{env, fs, io, io::Write, path::PathBuf};

use guanxi::{engine::Request, model::Dataset};
use serde_json::{Value, json};

use crate::harness::{answer_over_dataset, ask, refused, sketch::sketch};

/// `owners { id: key share }` and the undisclosed part of a company of the bundled graph on a day.
fn owners(company: &str, view: &str) -> (Vec<(String, String)>, String) {
    let query = format!(
        r#"{{ company(by: {{id: "{company}"}}, view: {view}) {{ ultimateOwners {{
             owners {{ owner {{ id: key }} share {{ text }} }} undisclosed {{ text }} cyclic truncated }} }} }}"#
    );
    let answer = ask(&query)["company"]["ultimateOwners"].clone();
    assert_eq!(
        (&answer["cyclic"], &answer["truncated"]),
        (&json!(false), &json!(false))
    );
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let owners = answer["owners"].as_array().unwrap().iter();
    let owners = owners.map(|owner| (text(&owner["owner"]["id"]), text(&owner["share"]["text"])));
    (owners.collect(), text(&answer["undisclosed"]["text"]))
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = pairs.iter().map(|(id, share)| ((*id).to_owned(), (*share).to_owned()));
    owned.collect()
}

#[test]
fn paypal_was_owned_by_ebay_in_2014_and_has_no_known_owner_in_2016() {
    assert_eq!(
        owners("paypal", r#"{asOf: "2014-11-28"}"#),
        (pairs(&[("ebay", "100")]), "0".to_owned())
    );
    assert_eq!(
        owners("paypal", r#"{asOf: "2016-11-28"}"#),
        (pairs(&[]), "100".to_owned())
    );
}

#[test]
fn rival_claimants_of_alipay_in_2014_both_stay() {
    let (owners, undisclosed) = owners("alipay", r#"{asOf: "2014-11-28"}"#);
    let ids: Vec<&str> = owners.iter().map(|(id, _)| id.as_str()).collect();
    // Alibaba's claim is disputed, so its owners may have nothing.
    assert_eq!(ids, ["ant", "softbank", "yahoo"], "{owners:?}");
    assert_eq!(owners[1].1, "..34.4");
    assert_eq!(owners[2].1, "..25");
    assert_eq!(
        undisclosed,
        if owners[0].1 == ">50..100" { "..<50" } else { ".." },
        "{owners:?}"
    );
}

#[test]
fn alibabas_owners_own_cainiao_through_it() {
    let share_of = |day: &str, owner: &str| {
        let (owners, _) = owners("cainiao", &format!(r#"{{asOf: "{day}"}}"#));
        let owner = owners.into_iter().find(|(id, _)| id == owner);
        owner.map(|(_, share)| share)
    };
    // 34.4 % of 48 %, later of 51 %.
    assert_eq!(share_of("2014-11-28", "softbank").as_deref(), Some("16.512"));
    assert_eq!(share_of("2018-01-01", "softbank").as_deref(), Some("17.544"));
    assert_eq!(share_of("2014-11-28", "yahoo").as_deref(), Some("9.6..12"));
    assert_eq!(share_of("2014-11-28", "fosun").as_deref(), Some(".."));
    assert_eq!(share_of("2014-11-28", "alibaba"), None);
}

#[test]
fn an_owner_has_chains_with_their_sources() {
    let data = ask(r#"{ company(by: {id: "cainiao"}, view: {asOf: "2014-11-28"}) {
             ultimateOwners(threshold: 15) {
               owners { owner { name } chains {
                 length sentence entities { id: key } steps { forward from { id: key } to { id: key } relationship { id: key } } } }
               derivedFrom { rule relationships { id: key evidence { id: key } } } } } }"#);
    let answer = &data["company"]["ultimateOwners"];
    let softbank = &answer["owners"][0];
    assert_eq!(softbank["owner"]["name"], "SoftBank");
    let chain = &softbank["chains"][0];
    assert_eq!(chain["length"], 2);
    assert_eq!(
        chain["entities"],
        json!([{"id": "softbank"}, {"id": "alibaba"}, {"id": "cainiao"}])
    );
    assert_eq!(chain["steps"][1]["from"]["id"], "alibaba");
    assert_eq!(chain["steps"][1]["forward"], true);
    let sentence = chain["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("SoftBank owns Alibaba Group (34.4 %"),
        "{sentence}"
    );
    assert!(
        sentence.contains("), which owns Cainiao (48 %, 2013-05-28 to 2017-09; "),
        "{sentence}"
    );
    assert!(sentence.ends_with(")."), "{sentence}");
    let derived = answer["derivedFrom"]["relationships"].as_array().unwrap();
    assert!(
        derived
            .iter()
            .any(|relationship| relationship["id"] == chain["steps"][0]["relationship"]["id"])
    );
    assert!(
        derived
            .iter()
            .all(|relationship| relationship["evidence"][0]["id"].is_string())
    );
}

#[test]
fn a_threshold_outside_0_to_100_is_refused() {
    for threshold in ["-1", "100.5"] {
        let (code, argument, _) = refused(&format!(
            r#"{{ company(by: {{id: "paypal"}}) {{ ultimateOwners(threshold: {threshold}) {{ cyclic }} }} }}"#
        ));
        assert_eq!(
            (code.as_str(), argument.as_str()),
            ("BAD_USER_INPUT", "Company.ultimateOwners(threshold:)")
        );
    }
}

#[test]
fn fields_below_a_computed_answer_use_the_view_itself() {
    // Alibaba's talks with PayPal are REPORTED: they give no share, but are still among the parent's relationships.
    let data = ask(r#"{ company(by: {id: "cainiao"}, view: {asOf: "2018-01-01"}) {
             ultimateParent { id: key ... on Company { partners { nodes { id: key } } } } } }"#);
    let parent = &data["company"]["ultimateParent"];
    assert_eq!(parent["id"], "alibaba");
    let partners = parent["partners"]["nodes"].as_array().unwrap();
    assert!(partners.contains(&json!({"id": "paypal"})), "{partners:?}");
}

#[test]
fn the_group_of_alibaba_in_2018() {
    let data = ask(r#"{ company(by: {id: "alibaba-anz"}, view: {asOf: "2018-01-01"}) {
             ultimateParent { id: key }
             corporateGroup { parent { id: key ... on Company { ultimateParent { id: key } } }
               members { totalCount edges { node { id: key } distance chain { sentence } } }
               derivedFrom { relationships { id: key } } } } }"#);
    let company = &data["company"];
    assert_eq!(company["ultimateParent"]["id"], "alibaba");
    let group = &company["corporateGroup"];
    assert_eq!(group["parent"], json!({"id": "alibaba", "ultimateParent": null}));
    let members: Vec<&Value> = group["members"]["edges"].as_array().unwrap().iter().collect();
    let ids: Vec<&Value> = members.iter().map(|member| &member["node"]["id"]).collect();
    assert_eq!(ids, ["alibaba-anz", "cainiao"]);
    assert_eq!(group["members"]["totalCount"], 2);
    let sentence = members[1]["chain"]["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("Alibaba Group owns Cainiao (51 %, since 2017-09"),
        "{sentence}"
    );
    assert_eq!(group["derivedFrom"]["relationships"].as_array().unwrap().len(), 2);
}

#[test]
fn the_ultimate_parent_of_ant_is_jack_ma() {
    let data = ask(r#"{ company(by: {id: "ant"}, view: {asOf: "2014-11-28"}) {
             ultimateParent { id: key kind } corporateGroup { members(first: 1) { nodes { id: key } edges { chain { sentence } } } } } }"#);
    assert_eq!(
        data["company"]["ultimateParent"],
        json!({"id": "jack-ma", "kind": "PERSON"})
    );
    let members = &data["company"]["corporateGroup"]["members"];
    assert_eq!(members["nodes"], json!([{"id": "ant"}]));
    assert_eq!(
        members["edges"][0]["chain"]["sentence"],
        "Jack Ma controls Ant Group (as of 2014-11; Bloomberg)."
    );
}

fn ask_over(dataset: &Dataset, query: &str) -> Value {
    let answer = answer_over_dataset(dataset, Request::new("test", query));
    assert_eq!(answer.get("errors"), None, "{query}\n{answer:#}");
    answer["data"].clone()
}

#[test]
fn members_are_paged_by_distance_then_id() {
    let dataset = sketch("A -60-> D -60-> B; A -60-> C -60-> E; A -60-> F");
    let page = |args: &str| {
        let query = format!(
            r#"{{ company(by: {{id: "B"}}) {{ corporateGroup {{ members({args}) {{
                 nodes {{ id: key }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} totalCount }} }} }} }}"#
        );
        ask_over(&dataset, &query)["company"]["corporateGroup"]["members"].clone()
    };
    let ids = |page: &Value| -> String {
        let nodes = page["nodes"].as_array().unwrap().iter();
        nodes.map(|node| node["id"].as_str().unwrap()).collect()
    };
    let whole = page("first: 10");
    assert_eq!(ids(&whole), "CDFBE");
    let start = page("first: 2");
    assert_eq!((ids(&start).as_str(), &start["totalCount"]), ("CD", &json!(5)));
    let rest = page(&format!("first: 3, after: {}", start["pageInfo"]["endCursor"]));
    assert_eq!(
        (ids(&rest).as_str(), &rest["pageInfo"]["hasNextPage"]),
        ("FBE", &json!(false))
    );
    let back = page(&format!("last: 1, before: {}", rest["pageInfo"]["startCursor"]));
    assert_eq!(ids(&back), "D");
}

#[test]
fn a_cursor_of_another_companys_group_is_refused() {
    let dataset = sketch("A -60-> B; A -60-> C");
    let query = r#"{ company(by: {id: "B"}) { corporateGroup { members(first: 1) { pageInfo { endCursor } } } } }"#;
    let cursor = ask_over(&dataset, query)["company"]["corporateGroup"]["members"]["pageInfo"]["endCursor"].clone();
    let query = format!(
        r#"{{ company(by: {{id: "C"}}) {{ corporateGroup {{ members(after: {cursor}) {{ totalCount }} }} }} }}"#
    );
    let answer = answer_over_dataset(&dataset, Request::new("test", query));
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(
        (&extensions["code"], &extensions["argument"]),
        (&json!("BAD_USER_INPUT"), &json!("CorporateGroup.members(after:)"))
    );
}

/// Checks the answer for two companies that own each other.
fn check_circle(dataset: &Dataset, company: &str) {
    let query = format!(
        r#"{{ company(by: {{id: "{company}"}}) {{ ultimateOwners {{
             owners {{ owner {{ id: key }} }} undisclosed {{ min max }} cyclic truncated }} }} }}"#
    );
    assert_eq!(
        ask_over(dataset, &query)["company"]["ultimateOwners"],
        json!({"owners": [], "undisclosed": {"min": 100.0, "max": 100.0}, "cyclic": true, "truncated": false})
    );
}

#[test]
fn a_closed_circle_has_no_owner_and_is_cyclic() {
    check_circle(&sketch("alpha -100-> beta -100-> alpha"), "alpha");
}

#[test]
fn an_anonymous_owner_is_in_the_derivation_and_counts_as_undisclosed() {
    let dataset = sketch("? -75-> C; @Ann -25-> C");
    let data = ask_over(
        &dataset,
        r#"{ company(by: {id: "C"}) { ultimateOwners { owners { owner { id: key kind } share { min max } }
             undisclosed { text } derivedFrom { relationships { sentence } } } } }"#,
    );
    assert_eq!(
        data["company"]["ultimateOwners"],
        json!({
            "owners": [{"owner": {"id": "@Ann", "kind": "PERSON"}, "share": {"min": 25.0, "max": 25.0}}],
            "undisclosed": {"text": "75"},
            "derivedFrom": {"relationships": [
                {"sentence": "An undisclosed party owns C (75 %, not disclosed: natural persons without a legal entity between; Pencil)."},
                {"sentence": "@Ann owns C (25 %; Pencil)."},
            ]},
        })
    );
}

/// The statements of a public fixture, drawn; none when the samples are not there.
fn fixture(name: &str) -> Option<String> {
    let samples = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/samples/bods/fixtures-0.4/bods_fixtures/data/edge-cases");
    let path = samples.join(name);
    let Ok(text) = fs::read_to_string(&path) else {
        assert!(
            env::var_os("GUANXI_SAMPLES_REQUIRED").is_none(),
            "the samples must be there, but {} is not",
            path.display()
        );
        // Not eprintln: the output of a test that passes is captured, so this would not be visible.
        let notice = format!(
            "\nSKIPPED: a public fixture of ownership: {} is absent\n",
            path.display()
        );
        io::stderr().write_all(notice.as_bytes()).unwrap();
        return None;
    };
    let statements: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut drawing = String::new();
    let is_person = |id: &str| {
        let mut people = statements
            .iter()
            .filter(|statement| statement["recordType"] == "person");
        people.any(|person| person["recordId"] == id)
    };
    let end = |record: &Value| match record.as_str() {
        Some(id) if is_person(id) => format!("@{id}"),
        Some(id) => id.to_owned(),
        None => "?".to_owned(),
    };
    for statement in statements
        .iter()
        .filter(|statement| statement["recordType"] == "relationship")
    {
        let details = &statement["recordDetails"];
        let (owner, owned) = (end(&details["interestedParty"]), end(&details["subject"]));
        let interests = details["interests"].as_array().map_or(&[][..], Vec::as_slice);
        let label = |interest: &Value| match (interest["type"].as_str(), interest["share"]["exact"].as_f64()) {
            (Some("shareholding"), Some(share)) => share.to_string(),
            (Some("shareholding"), None) => "?".to_owned(),
            _ => "controls".to_owned(),
        };
        // Without interests, the share is unknown.
        let mut labels: Vec<String> = interests.iter().map(label).collect();
        if labels.is_empty() {
            labels.push("?".to_owned());
        }
        for label in labels {
            drawing.push_str(&format!("{owner} -{label}-> {owned};"));
        }
    }
    Some(drawing)
}

#[test]
fn the_public_fixture_of_circular_ownership_has_no_owner() {
    if let Some(drawing) = fixture("10-circular-ownership.json") {
        check_circle(&sketch(&drawing), "rec-alpha-corp");
        check_circle(&sketch(&drawing), "rec-beta-corp");
    }
}

#[test]
fn the_public_fixture_of_an_anonymous_person_has_an_undisclosed_owner() {
    if let Some(drawing) = fixture("11-anonymous-person.json") {
        let query = r#"{ company(by: {id: "rec-opaque-holdings-sa"}) { ultimateOwners {
             owners { owner { id: key } } undisclosed { text } derivedFrom { relationships { unknownEnd { end } } } } } }"#;
        assert_eq!(
            ask_over(&sketch(&drawing), query)["company"]["ultimateOwners"],
            json!({
                "owners": [],
                "undisclosed": {"text": "100"},
                "derivedFrom": {"relationships": [{"unknownEnd": {"end": "FROM"}}]},
            })
        );
    }
}

#[test]
fn subsidiaries_and_groups_agree_on_who_is_controlled() {
    let below_ebay = |change: &dyn Fn(&mut guanxi::model::Relationship)| {
        let mut dataset = crate::harness::BUNDLED.clone();
        let mut all = dataset.relationships.iter_mut();
        change(all.find(|one| one.id == "rel:ebay:OWNS:paypal:2002").unwrap());
        let query = r#"{ company(by: {id: "ebay"}, view: {asOf: "2014-11-28"}) {
            subsidiaries { nodes { id: key } } corporateGroup { members { edges { node { id: key } } } } } }"#;
        let company = answer_over_dataset(&dataset, Request::new("test", query))["data"]["company"].clone();
        let members = company["corporateGroup"]["members"]["edges"]
            .as_array()
            .unwrap()
            .clone();
        // One member is below the other, so the order by distance equals that by id.
        let members: Vec<Value> = members.into_iter().map(|member| member["node"].clone()).collect();
        assert_eq!(company["subsidiaries"]["nodes"], json!(members));
        members
    };
    let both = [json!({"id": "paypal"}), json!({"id": "paypal-china"})];
    assert_eq!(below_ebay(&|_| {}), both);
    let disputed = below_ebay(&|owns| {
        let mut against = owns.evidence[0].clone();
        against.id = "against".to_owned();
        against.stance = guanxi::model::Stance::Contradicts;
        owns.evidence.push(against);
    });
    assert_eq!(disputed, [Value::Null; 0]);
    let of_profit = below_ebay(&|owns| owns.share.as_mut().unwrap().of = guanxi::model::ShareOf::Profit);
    assert_eq!(of_profit, [Value::Null; 0]);
}
