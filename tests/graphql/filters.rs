//! Filters and sort orders, compared with a naive evaluation over the data.

use guanxi::{
    engine::Request,
    model::{Ends, EntityKind, RelationshipKind},
};
use serde_json::{Value, json};

use crate::harness::{BUNDLED, answer, ask, refused};

fn ids(connection: &Value) -> Vec<String> {
    let nodes = connection["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The ids that `entities` lists for a filter.
fn entities(filter: &str) -> Vec<String> {
    ids(&ask(&format!(
        "{{ entities(first: 1000, filter: {filter}) {{ nodes {{ id: key }} }} }}"
    ))["entities"])
}

/// The ids that `relationships` lists for a filter, on any day.
fn relationships(filter: &str) -> Vec<String> {
    let query =
        format!("{{ relationships(first: 1000, view: {{ever: true}}, filter: {filter}) {{ nodes {{ id: key }} }} }}");
    ids(&ask(&query)["relationships"])
}

#[test]
fn entities_are_filtered_by_their_fields() {
    let people = |entity: &&guanxi::model::Entity| entity.kind == EntityKind::Person;
    let mut expected: Vec<String> = BUNDLED
        .entities
        .iter()
        .filter(people)
        .map(|entity| entity.id.clone())
        .collect();
    expected.sort();
    assert_eq!(entities("{kind: PERSON}"), expected);
    assert_eq!(entities(r#"{name: {contains: "宝"}}"#), ["alipay", "paypal"]);
    assert_eq!(
        entities(r#"{name: {startsWith: "ALIBABA", endsWith: "group"}}"#),
        ["alibaba"]
    );
    assert_eq!(entities(r#"{name: {in: ["apple", "IDC"]}}"#), ["apple", "idc"]);
    assert_eq!(entities(r#"{country: {eq: "jp"}, kind: [COMPANY]}"#), ["softbank"]);
    assert_eq!(
        entities(r#"{identifier: {scheme: "ISO3166-1", value: ["CN", "AU"]}}"#),
        ["australia", "china"]
    );
    assert_eq!(entities(r#"{id: ["apple", "nobody"]}"#), ["apple"]);
    assert_eq!(
        entities(r#"{or: [{id: "apple"}, {kind: EVENT}]}"#),
        ["apple", "black-friday-2014"]
    );
    assert_eq!(
        entities(r#"{kind: PLACE, not: {identifier: {scheme: "iso3166-1"}}}"#),
        ["melbourne", "sydney"]
    );
    assert_eq!(entities("{or: []}"), [""; 0], "an empty or never holds");
    assert_eq!(entities("{and: []}").len(), 67, "an empty and always holds");
    assert_eq!(entities("{founded: {stated: true}}"), [""; 0]);
}

#[test]
fn relationships_are_filtered_by_their_fields() {
    let naive = |matches: &dyn Fn(&guanxi::model::Relationship) -> bool| {
        let mut ids: Vec<String> = BUNDLED
            .relationships
            .iter()
            .filter(|relationship| matches(relationship))
            .map(|relationship| relationship.id.clone())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(
        relationships("{kinds: [OWNS]}"),
        naive(&|one| one.kind == RelationshipKind::Owns)
    );
    assert_eq!(
        relationships("{categories: [OWNERSHIP], shareAtLeast: 50}"),
        naive(&|one| one.kind == RelationshipKind::Owns && one.share.is_some_and(|share| share.range.min >= 50.0))
    );
    assert_eq!(
        relationships(r#"{since: {gte: "2014", lt: "2015"}}"#),
        naive(&|one| one
            .validity
            .since()
            .is_some_and(|since| since.to_string().starts_with("2014")))
    );
    assert_eq!(
        relationships("{until: {stated: true}}"),
        naive(&|one| one.validity.until().is_some())
    );
    assert_eq!(
        relationships(r#"{evidence: {speaker: "jiang-jialin", stance: ASSESSES}}"#),
        naive(&|one| one
            .evidence
            .iter()
            .any(|statement| statement.speaker.as_deref() == Some("jiang-jialin")))
    );
    assert_eq!(
        relationships(r#"{evidence: {source: "source:bbg-2014-11-15", stance: [CONTRADICTS]}}"#),
        ["rel:alibaba:OWNS:alipay:1"]
    );
    assert_eq!(
        relationships("{disputed: true}"),
        ["rel:alibaba:OWNS:alipay:1", "rel:alibaba:OWNS:shoprunner:2013-08"]
    );
    let touches = |one: &guanxi::model::Relationship, id: &str| matches!(&one.ends, Ends::Known { from, to } if from == id || to == id);
    assert_eq!(
        relationships(r#"{or: [{from: {id: "cainiao"}}, {to: {id: "cainiao"}}]}"#),
        naive(&|one| touches(one, "cainiao"))
    );
    assert_eq!(
        relationships(r#"{between: ["alibaba", "cainiao", "jack-ma"], not: {kinds: [OWNS]}}"#),
        ["rel:jack-ma:OFFICER_OF:alibaba:1"]
    );
}

#[test]
fn symmetric_kinds_match_every_direction_from_both_ends() {
    let competitors = |id: &str, direction: &str| {
        let query = format!(
            r#"{{ company(by: {{id: "{id}"}}) {{ competitors(filter: {{direction: {direction}}}) {{ nodes {{ id: key }} }} }} }}"#
        );
        ids(&ask(&query)["company"]["competitors"])
    };
    for direction in ["BOTH", "OUTGOING", "INCOMING"] {
        assert_eq!(competitors("amazon", direction), ["alibaba"], "{direction}");
        assert_eq!(competitors("alibaba", direction), ["amazon"], "{direction}");
    }
}

#[test]
fn a_direction_is_seen_from_the_entity() {
    let neighbors = |direction: &str| {
        let query = format!(
            r#"{{ company(by: {{id: "alipay"}}) {{ neighbors(filter: {{kinds: [OWNS], direction: {direction}}}) {{ nodes {{ id: key }} }} }} }}"#
        );
        ids(&ask(&query)["company"]["neighbors"])
    };
    assert_eq!(neighbors("OUTGOING"), ["alipay-us"]);
    assert_eq!(neighbors("INCOMING"), ["alibaba", "ant"]);
    assert_eq!(neighbors("BOTH"), ["alibaba", "alipay-us", "ant"]);
}

#[test]
fn sort_orders_put_missing_values_last_and_break_ties_by_id() {
    let owners = |order: &str| {
        let query = format!(
            r#"{{ company(by: {{id: "cainiao"}}, view: {{asOf: "2014-11-28"}}) {{ owners(orderBy: {order}) {{ nodes {{ id: key }} }} }} }}"#
        );
        ids(&ask(&query)["company"]["owners"])
    };
    let unknown = [
        "fosun",
        "intime",
        "sf-express",
        "sto-express",
        "yto-express",
        "yunda-express",
        "zto-express",
    ];
    for direction in ["ASC", "DESC"] {
        let by_share = owners(&format!("[{{field: SHARE, direction: {direction}}}]"));
        assert_eq!(by_share[0], "alibaba", "{direction}");
        assert_eq!(by_share[1..], unknown, "{direction}");
    }
    let by_name = owners("[{field: NEIGHBOR_NAME, direction: DESC}]");
    assert_eq!(by_name.first().unwrap(), "zto-express");
    assert_eq!(by_name.last().unwrap(), "alibaba");
}

#[test]
fn relationships_are_filtered_by_role_share_amount_and_property() {
    let naive = |matches: &dyn Fn(&guanxi::model::Relationship) -> bool| {
        let matching = BUNDLED
            .relationships
            .iter()
            .filter(|relationship| matches(relationship));
        let mut ids: Vec<String> = matching.map(|relationship| relationship.id.clone()).collect();
        ids.sort();
        ids
    };
    let role = |one: &guanxi::model::Relationship| one.role.clone();
    assert_eq!(
        relationships(r#"{role: {contains: "CHIEF"}}"#),
        naive(&|one| role(one).is_some_and(|role| role.contains("chief")))
    );
    assert_eq!(
        relationships("{role: {stated: false}}"),
        naive(&|one| role(one).is_none())
    );
    let percent = |one: &guanxi::model::Relationship| one.share.map(|share| share.range);
    assert_eq!(
        relationships("{share: {gt: 50}}"),
        naive(&|one| percent(one).is_some_and(guanxi::model::ShareRange::is_majority))
    );
    assert_eq!(
        relationships("{share: {lt: 34}}"),
        ["rel:alibaba:OWNS:ant:2019-09-24", "rel:yahoo:OWNS:alibaba:1"]
    );
    assert_eq!(
        relationships("{share: {lte: 50}, shareAtLeast: 40}"),
        ["rel:alibaba:OWNS:cainiao:2013-05-28"]
    );
    assert_eq!(
        relationships("{kinds: OWNS, share: {stated: false}}"),
        naive(&|one| one.kind == RelationshipKind::Owns && percent(one).is_none())
    );
    assert_eq!(
        relationships("{shareOf: CAPITAL}").len() + relationships("{shareOf: [VOTES, PROFIT]}").len(),
        naive(&|one| percent(one).is_some()).len()
    );
    let gilt = ["rel:hudsons-bay:OWNS:gilt:2016-01-07"];
    for matching in [
        r#"{amount: {currency: "USD", value: {gt: 1000000}}}"#,
        r#"{amount: {currency: ["eur", "usd"], of: {startsWith: "Purchase"}}}"#,
        "{amount: {value: {eq: 250000000}}}",
        "{amount: {stated: true}}",
    ] {
        assert_eq!(relationships(matching), gilt, "{matching}");
    }
    for missing in [
        r#"{amount: {currency: "EUR"}}"#,
        "{amount: {value: {gt: 250000000}}}",
        r#"{amount: {currency: []}}"#,
        r#"{property: {path: "contractedby", exists: true}}"#,
    ] {
        assert_eq!(relationships(missing), [""; 0], "{missing}");
    }
    assert_eq!(
        relationships(r#"{property: {path: "contractedBy", in: ["shopper", "x"]}}"#),
        ["rel:transit-forwarding:SERVES:china:1"]
    );
    assert_eq!(
        relationships(r#"{kinds: SERVES, to: {id: "china"}, property: {path: "contractedBy", exists: false}}"#),
        naive(&|one| {
            let ends = matches!(&one.ends, Ends::Known { to, .. } if to == "china");
            one.kind == RelationshipKind::Serves && ends && !one.id.starts_with("rel:transit")
        })
    );
    assert_eq!(
        entities(r#"{relationships: {some: {property: {path: "paymentCurrency", startsWith: "c"}}}, kind: SERVICE}"#),
        ["alipay-epass"]
    );
}

#[test]
fn an_empty_comparison_holds_and_stated_matches_missing_values() {
    for filter in ["{country: {}}", "{name: {}, founded: {}}", r#"{property: {path: "a"}}"#] {
        assert_eq!(entities(filter).len(), 67, "{filter}");
    }
    let all = BUNDLED.relationships.len();
    for filter in [
        "{role: {}}",
        "{share: {}, since: {}}",
        "{amount: {value: {}, of: {}}}",
        "{}",
    ] {
        assert_eq!(relationships(filter).len(), all, "{filter}");
    }
    let missing = BUNDLED
        .entities
        .iter()
        .filter(|entity| entity.country.is_none())
        .count();
    assert!(missing > 0);
    assert_eq!(entities("{country: {stated: false}}").len(), missing);
    assert_eq!(entities("{country: {stated: true}}").len(), 67 - missing);
    let count = |matches: &dyn Fn(&guanxi::model::Entity) -> bool| {
        BUNDLED.entities.iter().filter(|entity| matches(entity)).count()
    };
    let any = count(&|entity| !entity.identifiers.is_empty());
    let iso = count(&|entity| entity.identifiers.iter().any(|known| known.scheme == "iso3166-1"));
    assert!(0 < iso && iso <= any && any < 67);
    for (filter, expected) in [
        ("{}", 67),
        ("{stated: true}", any),
        ("{stated: false}", 67 - any),
        (r#"{scheme: "ISO3166-1"}"#, iso),
        (r#"{scheme: "iso3166-1", stated: false}"#, 67 - iso),
        ("{value: []}", 0),
    ] {
        assert_eq!(
            entities(&format!("{{identifier: {filter}}}")).len(),
            expected,
            "{filter}"
        );
    }
}

#[test]
fn null_in_a_comparison_is_refused_with_an_alternative() {
    for (arguments, advice) in [
        ("entities(filter: {country: {eq: null}})", "stated: false"),
        ("entities(filter: {name: {in: null}})", "stated: false"),
        ("entities(filter: {founded: {gte: null}})", "stated: false"),
        (
            r#"entities(filter: {property: {path: "a", contains: null}})"#,
            "exists: false",
        ),
        (
            r#"entities(filter: {property: {path: "a", number: {gt: null}}})"#,
            "stated: false",
        ),
        ("entities(filter: {relationships: {count: {eq: null}}})", "eq: 0"),
        (
            "relationships(filter: {not: {role: {startsWith: null}}})",
            "stated: false",
        ),
        ("relationships(filter: {share: {lt: null}})", "stated: false"),
        ("entities(filter: {country: {stated: null}})", "stated: false"),
        ("entities(filter: {founded: {stated: null}})", "stated: false"),
        ("relationships(filter: {share: {stated: null}})", "stated: false"),
        ("relationships(filter: {amount: {stated: null}})", "stated: false"),
        ("entities(filter: {identifier: {scheme: null}})", "stated: false"),
        ("entities(filter: {identifier: {value: null}})", "stated: false"),
        ("entities(filter: {identifier: {stated: null}})", "stated: false"),
        ("relationships(filter: {amount: {currency: null}})", "stated: false"),
        (
            "relationships(filter: {evidence: {statedOn: {eq: null}}})",
            "stated: false",
        ),
    ] {
        let (code, _, message) = refused(&format!("{{ {arguments} {{ totalCount }} }}"));
        assert_eq!(code, "BAD_USER_INPUT", "{arguments}");
        assert!(
            message.contains("null") && message.contains(advice),
            "{arguments}: {message}"
        );
    }
}

#[test]
fn an_omitted_variable_omits_its_condition() {
    let query = r#"query ($text: String, $number: Float, $list: [String!], $filter: RelationshipFilter) {
        entities(filter: {country: {eq: $text, in: $list}, and: [{name: {contains: $text}}]}) { totalCount }
        relationships(view: {ever: true}, filter: {share: {gt: $number}, amount: {currency: $list}, not: $filter}) { totalCount }
    }"#;
    let answer_with = |variables: Value| {
        let mut request = Request::new("test", query);
        request.variables = variables.as_object().unwrap().clone();
        answer(request)
    };
    let omitted = answer_with(json!({}));
    assert_eq!(
        omitted["data"],
        json!({"entities": {"totalCount": 67}, "relationships": {"totalCount": BUNDLED.relationships.len()}})
    );
    let with_text = answer_with(json!({"text": "CN"}));
    assert_eq!(with_text["data"]["entities"]["totalCount"], 0, "{with_text:#}");
    let refused = answer_with(json!({"number": null}));
    assert_eq!(
        refused["errors"][0]["extensions"],
        json!({"code": "BAD_USER_INPUT", "argument": "Query.relationships(filter:)"})
    );
    // Another operation of the document uses the variables by the same names.
    let several = r#"query A($text: String, $first: Int) { ...listed company(by: {id: "ebay"}) { owners(first: $first) { totalCount } } }
        query B($text: String, $first: Int!) { ...listed companies(first: $first) { totalCount } }
        fragment listed on Query { entities(filter: {country: {eq: $text}}) { totalCount } }"#;
    let mut request = Request::new("test", several);
    request.operation_name = Some("A".to_owned());
    let response = answer(request.clone());
    assert_eq!(response.get("errors"), None, "{response:#}");
    assert_eq!(response["data"]["entities"]["totalCount"], 67);
    request.operation_name = Some("B".to_owned());
    assert_eq!(answer(request)["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[test]
fn conditions_without_meaning_at_the_root_are_refused() {
    for (arguments, argument) in [
        ("filter: {direction: OUTGOING}", "filter"),
        (r#"filter: {and: [{neighbor: {id: "alibaba"}}]}"#, "filter"),
        ("filter: {shareAtLeast: 101}", "filter"),
        ("orderBy: [{field: NEIGHBOR_NAME}]", "orderBy"),
        (r#"filter: {property: {path: ""}}"#, "filter"),
        (r#"filter: {or: {property: {path: "a..b"}}}"#, "filter"),
        (r#"filter: {property: {path: "a.b.c.d.e.f.g.h.i"}}"#, "filter"),
        (r#"filter: {amount: {currency: "dollars"}}"#, "filter"),
    ] {
        let (code, place, _) = refused(&format!("{{ relationships({arguments}) {{ nodes {{ id: key }} }} }}"));
        assert_eq!(
            (code.as_str(), place),
            ("BAD_USER_INPUT", format!("Query.relationships({argument}:)")),
            "{arguments}"
        );
    }
}
