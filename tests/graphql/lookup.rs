//! Lookups by id, identifier and name, and errors when that fails.

use guanxi::{engine::Request, model::Identifier};
use serde_json::{Value, json};

use crate::harness::{BUNDLED, answer, ask, refused};

#[test]
fn an_entity_is_found_by_id_identifier_and_any_of_its_names() {
    for by in [
        r#"{id: "alipay"}"#,
        r#"{name: "Alipay"}"#,
        r#"{name: "  alipay "}"#,
        r#"{name: "支付宝"}"#,
    ] {
        assert_eq!(
            ask(&format!("{{ company(by: {by}) {{ id: key }} }}"))["company"]["id"],
            "alipay",
            "{by}"
        );
    }
    let data = ask(
        r#"{ place(by: {identifier: {scheme: "ISO3166-1", value: "CN"}}) { id: key }
             former: company(by: {name: "zhejiang ant small & micro financial services"}) { id: key }
             decomposed: company(by: {name: "AE\u0301ROPOSTALE"}) { id: key } }"#,
    );
    assert_eq!(
        data,
        json!({"place": {"id": "china"}, "former": {"id": "ant"}, "decomposed": {"id": "aeropostale"}})
    );
}

#[test]
fn a_missing_entity_is_null() {
    let data = ask(
        r#"{ company(by: {id: "nobody"}) { id: key } entity(by: {name: "nobody"}) { id: key } node(id: "rel:nobody") { id: key }
             other: company(by: {id: "jack-ma"}) { id: key } person(by: {identifier: {scheme: "iso3166-1", value: "CN"}}) { id: key } }"#,
    );
    assert_eq!(
        data,
        json!({"company": null, "entity": null, "node": null, "other": null, "person": null})
    );
}

#[test]
fn nodes_are_in_the_order_of_their_ids_with_null_for_missing_ones() {
    let data = ask(
        r#"{ nodes(ids: ["source:cd-2014-11-27", "nobody", "rel:ebay:OWNS:paypal:2002", "jack-ma"]) { __typename id: key } }"#,
    );
    assert_eq!(
        data["nodes"],
        json!([
            {"__typename": "Source", "id": "source:cd-2014-11-27"},
            null,
            {"__typename": "Relationship", "id": "rel:ebay:OWNS:paypal:2002"},
            {"__typename": "Person", "id": "jack-ma"},
        ])
    );
    let many = vec!["\"x\""; 1001].join(" ");
    assert_eq!(
        refused(&format!("{{ nodes(ids: [{many}]) {{ id: key }} }}")).0,
        "BAD_USER_INPUT"
    );
}

#[test]
fn every_node_is_found_by_its_id() {
    let entities = BUNDLED.entities.iter().map(|entity| &entity.id);
    let relationships = BUNDLED.relationships.iter().map(|relationship| &relationship.id);
    let sources = BUNDLED.sources.iter().map(|source| &source.id);
    let ids: Vec<&String> = entities.chain(relationships).chain(sources).collect();
    let mut request = Request::new("test", "query($ids: [ID!]!) { nodes(ids: $ids) { id: key } }");
    request.variables.insert("ids".to_owned(), json!(ids));
    let response = answer(request);
    let ids_of_nodes: Vec<&str> = response["data"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids_of_nodes, ids);
}

#[test]
fn a_shared_name_is_ambiguous_and_lists_the_candidates() {
    let query = r#"{ entity(by: {name: "namesake"}) { id: key } company(by: {name: "namesake"}) { id: key } }"#;
    let mut dataset = BUNDLED.clone();
    for id in ["apple", "jack-ma"] {
        dataset.entities.iter_mut().find(|entity| entity.id == id).unwrap().name = "Namesake".to_owned();
    }
    let response = crate::harness::answer_over_dataset(&dataset, Request::new("test", query));
    assert_eq!(response["data"], json!({"entity": null, "company": {"id": "apple"}}));
    let error = &response["errors"][0];
    assert_eq!(error["extensions"]["code"], "AMBIGUOUS");
    assert_eq!(error["extensions"]["argument"], "Query.entity(by:)");
    assert_eq!(
        error["extensions"]["candidates"],
        json!([
            {"id": "apple", "kind": "COMPANY", "name": "Namesake"},
            {"id": "jack-ma", "kind": "PERSON", "name": "Namesake"},
        ])
    );
}

#[test]
fn a_shared_identifier_is_ambiguous_and_lists_the_candidates() {
    let mut dataset = BUNDLED.clone();
    for (id, value) in [("apple", "00229269"), ("ebay", "0229269"), ("jack-ma", "229269")] {
        let entity = dataset.entities.iter_mut().find(|entity| entity.id == id).unwrap();
        entity.identifiers.push(Identifier::new("gb-coh", value).unwrap());
    }
    let spellings = ["00229269", "0229269", " 229269 "];
    for value in spellings {
        let by = format!(r#"by: {{identifier: {{scheme: "GB-COH", value: "{value}"}}}}"#);
        let query = format!(
            r#"{{ entity({by}) {{ id: key }} company({by}) {{ id: key }} person({by}) {{ id: key }} event({by}) {{ id: key }}
                  companies(filter: {{identifier: {{scheme: "Gb-Coh", value: "{value}"}}}}) {{ nodes {{ id: key identifiers {{ value }} }} }} }}"#
        );
        let response = crate::harness::answer_over_dataset(&dataset, Request::new("test", query));
        let data = &response["data"];
        assert_eq!(
            [&data["entity"], &data["company"], &data["event"]],
            [&Value::Null; 3],
            "{value}"
        );
        assert_eq!(data["person"], json!({"id": "jack-ma"}));
        assert_eq!(
            data["companies"]["nodes"],
            json!([{"id": "apple", "identifiers": [{"value": "00229269"}]}, {"id": "ebay", "identifiers": [{"value": "0229269"}]}]),
            "a number is shown as it is written"
        );
        let candidates = |argument: &str| {
            let mut errors = response["errors"].as_array().unwrap().iter();
            let error = errors
                .find(|error| error["extensions"]["argument"] == argument)
                .unwrap();
            assert_eq!(error["extensions"]["code"], "AMBIGUOUS");
            error["extensions"]["candidates"].clone()
        };
        let companies = json!([
            {"id": "apple", "kind": "COMPANY", "name": "Apple"},
            {"id": "ebay", "kind": "COMPANY", "name": "eBay"},
        ]);
        assert_eq!(candidates("Query.company(by:)"), companies);
        let all = candidates("Query.entity(by:)");
        assert_eq!(all.as_array().unwrap().len(), 3);
        assert_eq!(all[2], json!({"id": "jack-ma", "kind": "PERSON", "name": "Jack Ma"}));
    }
}

#[test]
fn an_argument_with_an_unknown_entity_is_not_found() {
    let (code, argument, _) = refused(r#"{ purchaseChannels(merchant: "nobody", shopperIn: "CN") { oneStop } }"#);
    assert_eq!(
        (code.as_str(), argument.as_str()),
        ("NOT_FOUND", "Query.purchaseChannels(merchant:)")
    );
    let (code, argument, message) =
        refused(r#"{ purchaseChannels(merchant: "saks", shopperIn: "China") { oneStop } }"#);
    assert_eq!(
        (code.as_str(), argument.as_str()),
        ("NOT_FOUND", "Query.purchaseChannels(shopperIn:)")
    );
    assert!(message.contains("ISO 3166-1"), "{message}");
}

#[test]
fn saks_has_exactly_two_purchase_channels_in_china() {
    let channels = |merchant: &str, more: &str| {
        let query = format!(
            r#"{{ purchaseChannels(merchant: "{merchant}", shopperIn: "CN"{more}) {{
                 oneStop missing services {{ id: key }} shopperContracts {{ id: key }} }} }}"#
        );
        ask(&query)["purchaseChannels"].clone()
    };
    let one_stop =
        json!({"oneStop": true, "missing": [], "services": [{"id": "alipay-epass"}], "shopperContracts": []});
    let forwarded = json!({"oneStop": false, "missing": [], "services": [{"id": "transit-forwarding"}],
                           "shopperContracts": [{"id": "transit-forwarding"}]});
    assert_eq!(channels("saks", ""), json!([one_stop, forwarded]));
    // Before the service opened, only the forwarder: the merchant still accepted what it accepts.
    assert_eq!(channels("saks", r#", view: {asOf: "2014-10-14"}"#), json!([forwarded]));
    // Alibaba neither accepts nor operates a service, nor takes part in an event.
    assert_eq!(channels("alibaba", ""), json!([]));
    let demanding = channels("saks", ", needs: [PAYMENT, CUSTOMS]");
    assert_eq!(demanding[1]["missing"], json!(["CUSTOMS"]));
    let amazon = channels("amazon", "");
    assert_eq!(amazon[0]["services"], json!([{"id": "amazon-overseas-purchase"}]));
    assert_eq!(amazon[0]["oneStop"], Value::Bool(true));
}

#[test]
fn statistics_count_what_the_view_sees() {
    let data = ask(
        r#"{ ever: statistics(view: {ever: true}) { title licence recordedAt entities relationships undisclosed disputed evidence sources
                 entitiesByKind { kind count } relationshipsByStatus { status count } }
             then: statistics(view: {asOf: "2014-11-28"}) { relationships } }"#,
    );
    assert_eq!(data["ever"]["entities"], 67);
    assert_eq!(data["ever"]["relationships"], 107);
    assert_eq!(data["ever"]["evidence"], 161);
    assert_eq!(data["ever"]["sources"], 30);
    assert_eq!(data["ever"]["undisclosed"], 0);
    assert_eq!(data["ever"]["disputed"], 2);
    assert_eq!(data["ever"]["recordedAt"], "2026-11-22T00:00:00Z");
    assert_eq!(
        data["ever"]["entitiesByKind"][0],
        json!({"kind": "COMPANY", "count": 47})
    );
    assert!(data["then"]["relationships"].as_i64() < data["ever"]["relationships"].as_i64());
}

#[test]
fn a_scalar_that_does_not_parse_is_refused_before_anything_runs() {
    for query in [
        r#"{ a: company(by: {id: "alipay"}, view: {asOf: "soon"}) { id: key } b: __typename }"#,
        r#"{ company(by: {id: "alipay"}) { owners(filter: {since: {gt: "2014-13"}}) { totalCount } } }"#,
        r#"{ node(id: "rel:ebay:OWNS:paypal:2002") { ... on Relationship { held(on: "2014") } } }"#,
        r#"{ entities(view: {knownAt: "2014-11-28"}) { totalCount } }"#,
    ] {
        let response = answer(Request::new("test", query));
        assert_eq!(response.get("data"), None, "{query}: {response:#}");
        assert_eq!(
            response["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
            "{response:#}"
        );
    }
    let mut request = Request::new(
        "test",
        "query($on: Date!) { company(by: {id: \"alipay\"}, view: {asOf: $on}) { id: key } }",
    );
    request.variables.insert("on".to_owned(), json!("2014"));
    let response = answer(request);
    assert_eq!(response.get("data"), None, "{response:#}");
    assert_eq!(
        response["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
        "{response:#}"
    );
}

#[test]
fn unknown_and_repeated_directives_are_refused() {
    for query in [
        "{ __typename @foo }",
        "{ companies @foo { totalCount } }",
        "query($first: Int @foo) { companies(first: $first) { totalCount } }",
        "{ __typename @skip(if: false) @skip(if: false) }",
    ] {
        assert_eq!(refused(query).0, "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
    assert_eq!(
        ask("{ __typename @skip(if: false) @include(if: true) }")["__typename"],
        "Query"
    );
}

#[test]
fn an_object_without_applicable_fields_is_empty_rather_than_null() {
    let data = ask(r#"{ company(by: {id: "alipay"}) { id @skip(if: true) }
             entity(by: {id: "alipay"}) { ... on Person { name } }
             nodes(ids: ["jack-ma", "nobody", "alipay"]) { ...named }
             neighborhood(of: "paypal-china") { entities { entity { ... on Person { id: key } } } } }
           fragment named on Company { name partners(first: 1) { nodes { ... on Person { id: key } } } }"#);
    assert_eq!(data["company"], json!({}));
    assert_eq!(data["entity"], json!({}));
    let alipay = json!({"name": "Alipay", "partners": {"nodes": [{}]}});
    assert_eq!(data["nodes"], json!([{}, null, alipay]));
    assert_eq!(
        data["neighborhood"]["entities"],
        json!([{"entity": {}}, {"entity": {}}])
    );
    assert_eq!(ask("{ __typename @include(if: false) }"), json!({}));
}

#[test]
fn an_omitted_or_null_variable_takes_the_default_of_its_argument() {
    let query = r#"query ($n: Int, $x: Float, $of: ShareOf, $order: OrderDirection, $way: Direction, $needs: [Capability!]) {
        search(text: "alipay", first: $n) { nodes { id: key } }
        match(candidates: [{name: "Alipay"}], limit: $n, threshold: $x) { candidates { score } }
        ranking(by: DEGREE, first: $n) { nodes { id: key } }
        diff(from: {asOf: "2014-11-28"}, to: {asOf: "2018-11-28"}, first: $n) { nodes { change } }
        dataIssues(kinds: [DISPUTED], first: $n) { nodes { kind } }
        paths(from: "macys", to: "alibaba", first: $n, lengthMax: $n, filter: {direction: $way}) { outcome }
        neighborhood(of: "alipay", depth: $n, entitiesMax: $n) { truncated }
        commonConnections(of: ["alibaba", "paypal"], depth: $n, first: $n) { nodes { distance } }
        purchaseChannels(merchant: "saks", shopperIn: "CN", needs: $needs) { oneStop }
        company(by: {id: "paypal"}) { ultimateOwners(threshold: $x, of: $of) { cyclic } }
        companies(first: $n, orderBy: [{field: NAME, direction: $order}]) { nodes { id: key } facets { kind(first: $n) { value } } }
    }"#;
    let answer_with = |variables: Value| {
        let mut request = Request::new("test", query);
        request.variables = variables.as_object().unwrap().clone();
        answer(request)
    };
    let omitted = answer_with(json!({}));
    assert_eq!(omitted.get("errors"), None, "{omitted:#}");
    assert_eq!(omitted["data"].as_object().unwrap().len(), 11);
    let nulls = json!({"n": null, "x": null, "of": null, "order": null, "way": null, "needs": null});
    assert_eq!(answer_with(nulls), omitted);
}
