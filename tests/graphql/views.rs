//! Views: the answers to the same query for other days, moments of knowledge and statuses.

use guanxi::engine::Request;
use serde_json::{Value, json};

use crate::harness::{answer, ask, refused};

/// The sentences of a company's relationships under a short name, through a view.
fn sentences(company: &str, field: &str, view: &str) -> Vec<String> {
    let query = format!(
        r#"{{ company(by: {{id: "{company}"}}, view: {view}) {{ {field} {{ nodes {{ id: key }} edges {{ relationship {{ sentence }} }} }} }} }}"#
    );
    let data = ask(&query);
    let edges = data["company"][field]["edges"].as_array().unwrap().clone();
    edges
        .iter()
        .map(|edge| edge["relationship"]["sentence"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn ebay_owned_paypal_until_the_split() {
    let in_2014 = sentences("paypal", "owners", r#"{asOf: "2014-11-28"}"#);
    assert_eq!(
        in_2014,
        ["eBay owns PayPal (100 %, 2002 to 2015-07-17; FierceRetail, CNET, Bloomberg)."]
    );
    assert_eq!(sentences("paypal", "owners", r#"{asOf: "2015-07-16"}"#).len(), 1);
    assert_eq!(sentences("paypal", "owners", r#"{asOf: "2015-07-17"}"#), [""; 0]);
    assert_eq!(sentences("paypal", "owners", r#"{asOf: "2016-11-28"}"#), [""; 0]);
    let ever = sentences("paypal", "owners", "{ever: true}");
    assert_eq!(
        ever,
        ["eBay owned PayPal (100 %, 2002 to 2015-07-17; FierceRetail, CNET, Bloomberg)."]
    );
}

#[test]
fn alibaba_rises_from_48_to_51_percent_of_cainiao() {
    let share = |day: &str| {
        let query = format!(
            r#"{{ company(by: {{id: "cainiao"}}, view: {{asOf: "{day}"}}) {{
                 owners(filter: {{neighbor: {{id: "alibaba"}}}}) {{ edges {{ relationship {{ share {{ exact }} }} }} }} }} }}"#
        );
        ask(&query)["company"]["owners"]["edges"].clone()
    };
    let exactly = |percent: f64| json!([{"relationship": {"share": {"exact": percent}}}]);
    assert_eq!(share("2014-11-28"), exactly(48.0));
    assert_eq!(share("2017-08-31"), exactly(48.0));
    assert_eq!(share("2017-09-01"), exactly(51.0));
    assert_eq!(share("2013-05-27"), json!([]));
}

#[test]
fn sydney_is_still_planned_when_melbourne_is_open() {
    let holdings = |day: &str| {
        let query = format!(
            r#"{{ company(by: {{id: "alibaba"}}, view: {{asOf: "{day}"}}) {{
                 holdings(filter: {{neighbor: {{id: ["alibaba-sydney", "alibaba-anz"]}}}}) {{
                   edges {{ node {{ id: key }} relationship {{ status }} }} }} }} }}"#
        );
        ask(&query)["company"]["holdings"]["edges"].clone()
    };
    let melbourne = json!({"node": {"id": "alibaba-anz"}, "relationship": {"status": "ACTIVE"}});
    let sydney = json!({"node": {"id": "alibaba-sydney"}, "relationship": {"status": "PLANNED"}});
    assert_eq!(holdings("2014-11-28"), json!([sydney]));
    assert_eq!(holdings("2018-01-01"), json!([melbourne, sydney]));
}

#[test]
fn alipay_has_two_claimants_and_only_one_is_disputed() {
    let data = ask(r#"{ company(by: {id: "alipay"}, view: {asOf: "2014-11-28"}) {
             owners { edges { node { id: key } relationship { disputed } } } } }"#);
    assert_eq!(
        data["company"]["owners"]["edges"],
        json!([
            {"node": {"id": "alibaba"}, "relationship": {"disputed": true}},
            {"node": {"id": "ant"}, "relationship": {"disputed": false}},
        ])
    );
}

#[test]
fn everything_below_inherits_the_view() {
    let data = ask(r#"{ company(by: {id: "alipay"}, view: {asOf: "2014-11-28"}) {
             owners { nodes { view { asOf } neighbors(filter: {kinds: [OWNS], direction: INCOMING}) { nodes { id: key } } } } } }"#);
    let alibaba = &data["company"]["owners"]["nodes"][0];
    assert_eq!(alibaba["view"]["asOf"], "2014-11-28");
    assert_eq!(
        alibaba["neighbors"]["nodes"],
        json!([{"id": "softbank"}, {"id": "yahoo"}])
    );
}

#[test]
fn before_the_data_was_recorded_nothing_was_known() {
    let then = r#"{knownAt: "2026-11-21T23:59:59Z"}"#;
    let data = ask(&format!(
        r#"{{ company(by: {{id: "alipay"}}, view: {then}) {{ id: key }} entities(view: {then}) {{ totalCount }}
             relationships(view: {then}) {{ totalCount }} sources(view: {then}) {{ totalCount }}
             node(id: "rel:ebay:OWNS:paypal:2002?knownAt=2026-11-21T23:59:59Z") {{ id: key }} }}"#
    ));
    assert_eq!(data["company"], Value::Null);
    assert_eq!(data["node"], Value::Null);
    for field in ["entities", "relationships", "sources"] {
        assert_eq!(data[field]["totalCount"], 0, "{field}");
    }
}

#[test]
fn statuses_choose_which_claims_count() {
    let partners = |view: &str| sentences("alibaba", "partners", view).len();
    assert_eq!(partners(r#"{asOf: "2014-11-28"}"#), 2);
    assert_eq!(partners(r#"{asOf: "2014-11-28", statuses: [ACTIVE]}"#), 0);
    let within = r#"{ company(by: {id: "alibaba"}, view: {asOf: "2014-11-28", statuses: [ACTIVE]}) {
        partners(filter: {statuses: [REPORTED]}) { totalCount } } }"#;
    assert_eq!(
        ask(within)["company"]["partners"]["totalCount"],
        0,
        "a filter's statuses intersect the view's"
    );
}

#[test]
fn a_planned_subsidiary_counts_only_if_its_status_is_requested() {
    let subsidiaries = |view: &str| {
        let query = format!(
            r#"{{ company(by: {{id: "alibaba"}}, view: {view}) {{ subsidiaries {{ nodes {{ id: key }} }} }} }}"#
        );
        ask(&query)["company"]["subsidiaries"]["nodes"].clone()
    };
    assert_eq!(subsidiaries(r#"{asOf: "2014-11-28"}"#), json!([]));
    assert_eq!(
        subsidiaries(r#"{asOf: "2014-11-28", statuses: [PLANNED]}"#),
        json!([{"id": "alibaba-sydney"}])
    );
    assert_eq!(
        subsidiaries(r#"{asOf: "2018-01-01"}"#),
        json!([{"id": "alibaba-anz"}, {"id": "cainiao"}])
    );
}

#[test]
fn the_view_of_the_request_is_the_default_of_every_root_field() {
    let ask = |view: Value, query: &str| {
        let mut request = Request::new("test", query);
        request.view = Some(view);
        answer(request)
    };
    let query = r#"{ then: company(by: {id: "paypal"}) { owners { totalCount } }
                     now: company(by: {id: "paypal"}, view: {asOf: "2016-11-28"}) { owners { totalCount } } }"#;
    let response = ask(json!({"asOf": "2014-11-28"}), query);
    assert_eq!(response["data"]["then"]["owners"]["totalCount"], 1);
    assert_eq!(response["data"]["now"]["owners"]["totalCount"], 0);
    for wrong in [
        json!({"asof": "2014-11-28"}),
        json!({"asOf": "yesterday"}),
        json!({"asOf": "2014-11-28", "ever": true}),
    ] {
        let response = ask(wrong.clone(), query);
        assert_eq!(
            response["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
            "{wrong}: {response:#}"
        );
    }
}

#[test]
fn a_view_that_contradicts_itself_is_refused() {
    let refusal = |view: &str| refused(&format!("{{ entities(view: {view}) {{ totalCount }} }}"));
    let (code, argument, message) = refusal(r#"{asOf: "2014-11-28", ever: true}"#);
    assert_eq!(
        (code.as_str(), argument.as_str()),
        ("BAD_USER_INPUT", "Query.entities(view:)")
    );
    assert!(message.contains("cannot be combined"), "{message}");
    assert_eq!(refusal("{statuses: []}").0, "BAD_USER_INPUT");
    assert_eq!(
        ask(r#"{ entities(view: {asOf: "9999-12-31"}) { totalCount } }"#)["entities"]["totalCount"],
        67
    );
}

#[test]
fn held_distinguishes_certain_and_open_days() {
    let held = |id: &str, day: &str| {
        let query = format!(r#"{{ node(id: "{id}") {{ ... on Relationship {{ held(on: "{day}") }} }} }}"#);
        ask(&query)["node"]["held"].as_str().unwrap().to_owned()
    };
    assert_eq!(held("rel:ebay:OWNS:paypal:2002", "2002-06-01"), "MAYBE");
    assert_eq!(held("rel:ebay:OWNS:paypal:2002", "2010-06-01"), "YES");
    assert_eq!(held("rel:ebay:OWNS:paypal:2002", "2015-07-17"), "NO");
    assert_eq!(held("rel:jack-ma:OFFICER_OF:alibaba:1", "2016-01-01"), "YES");
    assert_eq!(held("rel:jack-ma:OFFICER_OF:alibaba:1", "2020-01-01"), "MAYBE");
}
