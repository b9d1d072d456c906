//! Traversals of the bundled graph: paths, neighborhoods, common connections, and refused arguments.

use serde_json::{Value, json};

use crate::harness::{ask, refused};

fn names(entities: &Value) -> Vec<&str> {
    entities
        .as_array()
        .unwrap()
        .iter()
        .map(|entity| entity["name"].as_str().unwrap())
        .collect()
}

fn paths(arguments: &str) -> Value {
    let query = format!(
        "{{ paths({arguments}) {{ outcome explored paths {{ length entities {{ name }} steps {{ forward relationship {{ id: key kind }} from {{ id: key }} to {{ id: key }} }} sentence derivedFrom {{ relationships {{ id: key }} }} }} }} }}"
    );
    ask(&query)["paths"].clone()
}

#[test]
fn macys_is_connected_to_jack_ma_by_the_service_it_accepts() {
    let found = paths(r#"from: "macys", to: "jack-ma", first: 1, view: {asOf: "2014-11-28"}"#);
    assert_eq!(found["outcome"], "FOUND");
    let path = &found["paths"][0];
    assert_eq!(path["length"], 4);
    assert_eq!(
        names(&path["entities"]),
        ["Macy's", "Alipay ePass", "Alipay", "Ant Group", "Jack Ma"]
    );
    assert_eq!(
        path["sentence"],
        "Macy's accepts Alipay ePass (as of 2014-11; China Daily, PYMNTS). Alipay operates Alipay ePass (since 2014-10-15; WWD, \
         China Daily). Ant Group owns Alipay (since 2013-03; Bloomberg, Pandaily). Jack Ma controls Ant Group (as of 2014-11; Bloomberg)."
    );
    let forward: Vec<bool> = path["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["forward"].as_bool().unwrap())
        .collect();
    assert_eq!(forward, [true, false, false, false]);
    assert_eq!(path["derivedFrom"]["relationships"].as_array().unwrap().len(), 4);
}

#[test]
fn a_path_the_other_way_round_has_the_same_relationships() {
    let links = |arguments: &str| -> Vec<Vec<String>> {
        let found = paths(arguments);
        let sorted_ids = found["paths"].as_array().unwrap().iter().map(|path| {
            let steps = path["steps"].as_array().unwrap().iter();
            let mut ids: Vec<String> = steps.map(|step| step["relationship"]["id"].to_string()).collect();
            ids.sort();
            ids
        });
        let mut sorted_ids: Vec<_> = sorted_ids.collect();
        sorted_ids.sort();
        sorted_ids
    };
    let there = links(r#"from: "yahoo", to: "intime", first: 100, lengthMax: 4, view: {asOf: "2014-11-28"}"#);
    let back = links(r#"from: "intime", to: "yahoo", first: 100, lengthMax: 4, view: {asOf: "2014-11-28"}"#);
    assert!(there.len() > 1);
    assert_eq!(there, back);
}

#[test]
fn undisputed_paths_come_before_disputed_ones_of_the_same_length() {
    let found = paths(r#"from: "jack-ma", to: "alipay", first: 2, lengthMax: 2, view: {asOf: "2014-11-28"}"#);
    let through = |path: &Value| names(&path["entities"])[1].to_owned();
    assert_eq!(through(&found["paths"][0]), "Ant Group");
    assert_eq!(
        through(&found["paths"][1]),
        "Alibaba Group",
        "whose ownership of Alipay is disputed"
    );
}

#[test]
fn a_common_country_does_not_connect_companies() {
    let found = paths(r#"from: "idc", to: "apple", view: {ever: true}"#);
    assert_eq!(
        (&found["outcome"], &found["paths"]),
        (&json!("NONE_EXISTS"), &json!([]))
    );
    let arguments = r#"from: "saks", to: "fedex", first: 1, filter: {categories: [PLACE]"#;
    assert_eq!(paths(&format!("{arguments}}}"))["outcome"], "NONE_EXISTS");
    let by_place = paths(r#"from: "saks", to: "macys", first: 1, filter: {categories: [PLACE], through: [PLACE]}"#);
    assert_eq!(
        names(&by_place["paths"][0]["entities"]),
        ["Saks Fifth Avenue", "United States", "Macy's"]
    );
    // A place may be an end.
    assert_eq!(
        paths(r#"from: "saks", to: "china", view: {asOf: "2014-11-28"}"#)["outcome"],
        "FOUND"
    );
}

#[test]
fn hubs_and_named_entities_can_be_avoided() {
    let ask = |filter: &str| {
        paths(&format!(
            r#"from: "macys", to: "jack-ma", first: 1, filter: {filter}, view: {{asOf: "2014-11-28"}}"#
        ))
    };
    let avoiding = ask(r#"{avoid: ["alipay-epass", "black-friday-2014"]}"#);
    assert_eq!(
        names(&avoiding["paths"][0]["entities"]),
        ["Macy's", "Borderfree", "Alipay", "Ant Group", "Jack Ma"]
    );
    let without_hubs = ask("{degreeMax: 10}");
    assert!(!names(&without_hubs["paths"][0]["entities"]).contains(&"Alipay ePass"));
    assert_eq!(ask("{degreeMax: 0}")["outcome"], "NONE_EXISTS");
    let by_ownership = ask("{kinds: [OWNS, CONTROLS]}");
    assert_eq!(by_ownership["outcome"], "NONE_EXISTS");
}

#[test]
fn a_neighborhood_is_a_subgraph() {
    let around = |arguments: &str| {
        let query = format!(
            "{{ neighborhood({arguments}) {{ truncated entities {{ distance entity {{ id: key }} }} relationships {{ id: key from {{ id: key }} to {{ id: key }} }} }} }}"
        );
        ask(&query)["neighborhood"].clone()
    };
    let distances = |subgraph: &Value| -> Vec<String> {
        let entities = subgraph["entities"].as_array().unwrap().iter();
        entities
            .map(|entity| format!("{} {}", entity["distance"], entity["entity"]["id"].as_str().unwrap()))
            .collect()
    };
    let paypal = around(r#"of: ["paypal"], view: {asOf: "2014-11-28"}"#);
    assert_eq!(
        distances(&paypal),
        ["0 paypal", "1 alibaba", "1 ebay", "1 paypal-china"]
    );
    assert_eq!(paypal["relationships"].as_array().unwrap().len(), 3);
    assert_eq!(paypal["truncated"], false);
    assert_eq!(distances(&around(r#"of: ["paypal"], depth: 0"#)), ["0 paypal"]);
    let truncated = around(r#"of: ["alibaba"], depth: 3, entitiesMax: 4, view: {asOf: "2014-11-28"}"#);
    assert_eq!(truncated["truncated"], true);
    assert_eq!(
        distances(&truncated),
        ["0 alibaba", "1 alibaba-sydney", "1 alipay", "1 amazon"]
    );
    let ids: Vec<&Value> = truncated["entities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entity| &entity["entity"]["id"])
        .collect();
    for relationship in truncated["relationships"].as_array().unwrap() {
        assert!(ids.contains(&&relationship["from"]["id"]) && ids.contains(&&relationship["to"]["id"]));
    }
}

#[test]
fn common_connections_have_a_path_from_each_entity() {
    let data = ask(
        r#"{ commonConnections(of: ["saks", "gilt"], view: {asOf: "2016-06-01"}) {
             totalCount nodes { distance entity { id: key } paths { sentence } derivedFrom { relationships { id: key } } } } }"#,
    );
    let common = &data["commonConnections"];
    let ids: Vec<&str> = common["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["entity"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["alipay-epass", "hudsons-bay"]);
    assert_eq!(common["totalCount"], 2);
    let bay = &common["nodes"][1];
    assert_eq!(bay["distance"], 2);
    assert_eq!(bay["paths"].as_array().unwrap().len(), 2);
    assert_eq!(bay["derivedFrom"]["relationships"].as_array().unwrap().len(), 2);
    let page = |page: &str| {
        ask(&format!(
            r#"{{ commonConnections(of: ["saks", "gilt"], view: {{asOf: "2016-06-01"}}, {page}) {{
        nodes {{ entity {{ id: key }} }} pageInfo {{ hasNextPage endCursor }} }} }}"#
        ))["commonConnections"]
            .clone()
    };
    let first = page("first: 1");
    assert_eq!(
        (&first["nodes"][0]["entity"]["id"], &first["pageInfo"]["hasNextPage"]),
        (&json!("alipay-epass"), &json!(true))
    );
    let second = page(&format!("first: 1, after: {}", first["pageInfo"]["endCursor"]));
    assert_eq!(
        (&second["nodes"][0]["entity"]["id"], &second["pageInfo"]["hasNextPage"]),
        (&json!("hudsons-bay"), &json!(false))
    );
}

#[test]
fn invalid_arguments_of_traversals_are_refused() {
    let many = (0..10_000).map(|_| "\"a\"").collect::<Vec<_>>().join(" ");
    let cases = [
        (
            r#"paths(from: "nobody", to: "macys") { outcome }"#.to_owned(),
            "NOT_FOUND",
            "Query.paths(from:)",
        ),
        (
            r#"paths(from: "macys", to: "nobody") { outcome }"#.to_owned(),
            "NOT_FOUND",
            "Query.paths(to:)",
        ),
        (
            r#"paths(from: "macys", to: "macys") { outcome }"#.to_owned(),
            "BAD_USER_INPUT",
            "Query.paths(to:)",
        ),
        (
            r#"paths(from: "macys", to: "gilt", first: 0) { outcome }"#.to_owned(),
            "BAD_USER_INPUT",
            "Query.paths(first:)",
        ),
        (
            r#"paths(from: "macys", to: "gilt", lengthMax: 31) { outcome }"#.to_owned(),
            "BAD_USER_INPUT",
            "Query.paths(lengthMax:)",
        ),
        (
            r#"paths(from: "macys", to: "gilt", filter: {avoid: "gilt"}) { outcome }"#.to_owned(),
            "BAD_USER_INPUT",
            "Query.paths(filter:)",
        ),
        (
            r#"paths(from: "macys", to: "gilt", filter: {degreeMax: -1}) { outcome }"#.to_owned(),
            "BAD_USER_INPUT",
            "Query.paths(filter:)",
        ),
        (
            r#"paths(from: "macys", to: "gilt", filter: {shareAtLeast: 101}) { outcome }"#.to_owned(),
            "BAD_USER_INPUT",
            "Query.paths(filter:)",
        ),
        (
            "neighborhood(of: []) { truncated }".to_owned(),
            "BAD_USER_INPUT",
            "Query.neighborhood(of:)",
        ),
        (
            r#"neighborhood(of: "gilt", depth: 11) { truncated }"#.to_owned(),
            "BAD_USER_INPUT",
            "Query.neighborhood(depth:)",
        ),
        (
            r#"neighborhood(of: "gilt", entitiesMax: 0) { truncated }"#.to_owned(),
            "BAD_USER_INPUT",
            "Query.neighborhood(entitiesMax:)",
        ),
        (
            r#"commonConnections(of: ["gilt", "gilt"]) { totalCount }"#.to_owned(),
            "BAD_USER_INPUT",
            "Query.commonConnections(of:)",
        ),
        (
            r#"commonConnections(of: ["gilt", "nobody"]) { totalCount }"#.to_owned(),
            "NOT_FOUND",
            "Query.commonConnections(of:)",
        ),
    ];
    for (field, code, argument) in cases {
        let (actual, place, message) = refused(&format!("{{ {field} }}"));
        assert_eq!(
            (actual.as_str(), place.as_str()),
            (code, argument),
            "{field}: {message}"
        );
    }
    let (code, _, message) = refused(&format!("{{ neighborhood(of: [{many}]) {{ truncated }} }}"));
    assert!(
        ["LIMIT_EXCEEDED", "BAD_USER_INPUT"].contains(&code.as_str()),
        "{message}"
    );
    // Contradictory filters follow nothing; a far future day is valid.
    assert_eq!(
        paths(r#"from: "macys", to: "gilt", filter: {kinds: [OWNS], categories: [ROLE]}"#)["outcome"],
        "NONE_EXISTS"
    );
    assert_eq!(
        paths(r#"from: "saks", to: "gilt", view: {asOf: "9999-12-31"}"#)["outcome"],
        "FOUND"
    );
}
