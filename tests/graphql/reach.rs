//! Filters that reach into relationships: questions a user would ask of the bundled data, and filters beyond the limits.

use guanxi::{
    engine::{Limits, Request},
    model::{EntityKind, RelationshipKind, RelationshipStatus},
    schema::Api,
};
use serde_json::{Value, json};

use crate::harness::{
    BUNDLED, answer, answer_over, answer_over_dataset, ask,
    random::{Claim, Shape, dataset},
    refused, store_of,
};

fn ids(connection: &Value) -> Vec<String> {
    let nodes = connection["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The ids that a listing returns for a filter, through a view.
fn listed(field: &str, view: &str, filter: &str) -> Vec<String> {
    let query =
        format!("{{ {field}(first: 1000, view: {view}, filter: {filter}) {{ totalCount nodes {{ id: key }} }} }}");
    let connection = &ask(&query)[field];
    let found = ids(connection);
    assert_eq!(connection["totalCount"], json!(found.len()), "{filter}");
    found
}

fn companies(filter: &str) -> Vec<String> {
    listed("companies", "{}", filter)
}

/// The answer when the filter of `field` is a variable.
fn with_variable(field: &str, ty: &str, filter: &Value) -> Value {
    let query = format!("query Q($filter: {ty}) {{ {field}(filter: $filter) {{ nodes {{ id: key }} }} }}");
    let mut request = Request::new("test", query);
    request.variables.insert("filter".to_owned(), filter.clone());
    answer(request)
}

#[track_caller]
fn assert_refused(answer: &Value, argument: &str, message: &str) {
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{answer:#}");
    assert_eq!(error["extensions"]["argument"], argument, "{answer:#}");
    assert!(error["message"].as_str().unwrap().contains(message), "{answer:#}");
}

#[test]
fn companies_owned_by_someone_in_canada_depend_on_the_day_and_on_rumours() {
    let owned = |more: &str| {
        format!(
            r#"{{relationships: {{some: {{kinds: [OWNS], direction: INCOMING, neighbor: {{country: {{eq: "CA"}}}} {more}}}}}}}"#
        )
    };
    let now = ["gilt", "lord-and-taylor", "neiman-marcus", "saks"];
    assert_eq!(companies(&owned("")), now);
    assert_eq!(companies(&owned(", statuses: [ACTIVE]")), now[1..]);
    assert_eq!(
        listed("companies", r#"{asOf: "2012-06-01"}"#, &owned("")),
        ["lord-and-taylor"]
    );
}

#[test]
fn merchants_that_accept_epass_and_have_no_majority_owner() {
    let independent = r#"{relationships: {
        some: {kinds: [ACCEPTS], neighbor: {name: {eq: "Alipay ePass"}}}
        none: {kinds: [OWNS], direction: INCOMING, shareAtLeast: 50}
    }}"#;
    assert_eq!(
        companies(independent),
        [
            "aeropostale",
            "american-apparel",
            "ashford",
            "iherb",
            "macys",
            "neiman-marcus"
        ]
    );
}

#[test]
fn companies_by_number_of_owners() {
    let owners =
        |count: &str| format!("{{relationships: {{count: {count}, of: {{kinds: [OWNS], direction: INCOMING}}}}}}");
    let two = ["alibaba", "alipay", "neiman-marcus"];
    assert_eq!(companies(&owners("{gte: 3}")), ["cainiao"]);
    assert_eq!(companies(&owners("{eq: 2}")), two);
    assert_eq!(companies(&owners("{in: [2, 7]}")), two);
    assert_eq!(companies(&owners("{gt: 1, ne: 2}")), ["cainiao"]);
    assert_eq!(companies(&owners("{gt: 1, lte: 2}")), two);
    assert_eq!(companies(&owners("{lt: 0}")), [""; 0]);
    assert_eq!(companies(&owners("{}")).len(), companies("{}").len());
}

#[test]
fn people_with_an_office_in_a_company_that_alibaba_owns_directly_or_indirectly() {
    let office_in =
        |company: &str| format!("{{relationships: {{some: {{kinds: [OFFICER_OF], neighbor: {company}}}}}}}");
    let owned_by =
        |owner: &str| format!("{{relationships: {{some: {{kinds: [OWNS], direction: INCOMING, neighbor: {owner}}}}}}}");
    let people = |filter: &str| listed("people", "{}", filter);
    let direct = owned_by(r#"{id: "alibaba"}"#);
    assert_eq!(people(&office_in(&direct)), ["shen-guojun"]);
    assert_eq!(people(&office_in(&owned_by(&direct))), ["jingming-li", "rebecca-lui"]);
}

#[test]
fn all_holds_for_entities_without_relationships() {
    let only_owns = r#"{id: ["ebay", "fedex", "macys"], relationships: {all: {kinds: [OWNS]}}}"#;
    assert_eq!(companies(only_owns), ["ebay", "fedex"], "eBay's only tie ended in 2015");
    let and_has_some = r#"{id: ["ebay", "fedex", "macys"], relationships: {all: {kinds: [OWNS]}, some: {}}}"#;
    assert_eq!(companies(and_has_some), ["fedex"]);
    let none = "{relationships: {none: {}}}";
    let alone = ["black-friday-2014", "ebay", "tpg", "warburg-pincus"];
    assert_eq!(listed("entities", "{}", none), alone);
    assert_eq!(listed("entities", "{ever: true}", none), [""; 0]);
}

#[test]
fn entities_are_filtered_by_the_evidence_of_their_relationships() {
    let denied = r#"{relationships: {some: {evidence: {stance: CONTRADICTS, source: "source:bbg-2014-11-15"}}}}"#;
    assert_eq!(listed("entities", "{}", denied), ["alibaba", "alipay"]);
    let unknown = r#"{relationships: {some: {evidence: {source: "source:nobody"}}}}"#;
    assert_eq!(listed("entities", "{ever: true}", unknown), [""; 0]);
}

#[test]
fn relationships_are_filtered_by_the_relationships_of_their_ends() {
    let from_canada = r#"{kinds: [OWNS], from: {relationships: {some: {kinds: [BASED_IN], direction: OUTGOING, neighbor: {id: "canada"}}}}}"#;
    assert_eq!(
        listed("relationships", "{}", from_canada),
        [
            "rel:cppib:OWNS:neiman-marcus:2013",
            "rel:hudsons-bay:OWNS:gilt:2016-01-07",
            "rel:hudsons-bay:OWNS:lord-and-taylor:1",
            "rel:hudsons-bay:OWNS:saks:2013"
        ]
    );
    let partners = ask(r#"{ company(by: {id: "alipay"}) {
        partners(filter: {neighbor: {relationships: {some: {kinds: [OWNS], neighbor: {id: "fedex"}}}}}) { nodes { id: key } }
    } }"#);
    assert_eq!(ids(&partners["company"]["partners"]), ["shoprunner"]);
}

#[test]
fn an_undisclosed_party_counts_but_is_no_neighbor() {
    let shape = Shape {
        entities: 2,
        claims: 0,
        kinds: &[RelationshipKind::Owns],
        dated: false,
        unknown_ends: true,
        entity_kinds: &[EntityKind::Company],
    };
    let owned = Claim {
        kind: RelationshipKind::Owns,
        status: RelationshipStatus::Active,
        from: None,
        to: 0,
        since: None,
        until: None,
        share: None,
        recorded: 0,
        retracted: None,
        disputed: false,
    };
    let data = dataset(shape, &[owned]);
    let companies = |filter: &str| {
        let query = format!("{{ companies(filter: {{relationships: {filter}}}) {{ nodes {{ id: key }} }} }}");
        let answer = answer_over_dataset(&data, Request::new("test", query));
        ids(&answer["data"]["companies"])
    };
    assert_eq!(companies("{some: {kinds: [OWNS], direction: INCOMING}}"), ["e0"]);
    assert_eq!(companies("{count: {eq: 1}}"), ["e0"]);
    assert_eq!(companies("{some: {neighbor: {}}}"), [""; 0]);
    assert_eq!(companies("{some: {not: {neighbor: {}}}}"), ["e0"]);
    assert_eq!(companies("{some: {direction: OUTGOING}}"), [""; 0]);
}

#[test]
fn unknown_ids_in_between_are_ignored() {
    let between = |ids: &str| listed("relationships", "{}", &format!("{{kinds: [OWNS], between: {ids}}}"));
    assert_eq!(
        between(r#"["ebay", "nobody", "macys", "macys-com", ""]"#),
        ["rel:macys:OWNS:macys-com:1"]
    );
    assert_eq!(between(r#"["nobody", "no one"]"#), [""; 0]);
    assert_eq!(between("[]"), [""; 0]);
}

#[test]
fn contradictory_filters_match_nothing() {
    for filter in [
        "{kind: PERSON, and: [{kind: COMPANY}]}",
        r#"{id: "alibaba", not: {id: "alibaba"}}"#,
        "{relationships: {some: {kinds: [OWNS]}, none: {kinds: [OWNS]}}}",
        "{relationships: {none: {}, count: {gt: 0}}}",
        "{relationships: {count: {gt: 3, lt: 2}}}",
        "{relationships: {count: {in: []}}}",
        "{relationships: {some: {or: []}}}",
        "{name: {in: []}}",
        "{kind: []}",
        "{id: []}",
    ] {
        assert_eq!(listed("entities", "{}", filter), [""; 0], "{filter}");
    }
}

#[test]
fn of_requires_count() {
    let (code, argument, message) =
        refused("{ companies(filter: {relationships: {of: {kinds: [OWNS]}}}) { nodes { id: key } } }");
    assert_eq!(
        (code.as_str(), argument.as_str()),
        ("BAD_USER_INPUT", "Query.companies(filter:)")
    );
    assert!(message.contains("give count"), "{message}");
}

/// `levels` filters, each but the innermost the `not` of the one before.
fn nested(levels: usize) -> Value {
    (1..levels).fold(json!({"kind": "PERSON"}), |inner, _| json!({"not": inner}))
}

#[test]
fn filters_nest_at_most_sixteen_deep() {
    let people = listed("entities", "{}", "{kind: PERSON}").len();
    for levels in [1, 15] {
        let answer = with_variable("entities", "EntityFilter", &nested(levels));
        assert_eq!(answer["data"]["entities"]["nodes"].as_array().unwrap().len(), people);
    }
    for levels in [17, 50, 120] {
        let answer = with_variable("entities", "EntityFilter", &nested(levels));
        assert_refused(&answer, "Query.entities(filter:)", "nests more than 16 deep");
    }
    let reaching = |levels: usize| {
        (0..levels).fold(
            json!({}),
            |inner, _| json!({"relationships": {"some": {"neighbor": inner}}}),
        )
    };
    let answer = with_variable("entities", "EntityFilter", &reaching(7));
    assert_eq!(
        answer["data"]["entities"]["nodes"].as_array().unwrap().len(),
        20,
        "{answer:#}"
    );
    for levels in [8, 40] {
        let answer = with_variable("entities", "EntityFilter", &reaching(levels));
        assert_refused(&answer, "Query.entities(filter:)", "nests more than 16 deep");
    }
    let inside = json!({"neighbor": nested(16)});
    let answer = with_variable("relationships", "RelationshipFilter", &json!({"from": nested(16)}));
    assert_refused(&answer, "Query.relationships(filter:)", "nests more than 16 deep");
    let answer = with_variable("entities", "EntityFilter", &json!({"relationships": {"all": inside}}));
    assert_refused(&answer, "Query.entities(filter:)", "nests more than 16 deep");
}

#[test]
fn a_filter_nested_too_deep_in_a_document_is_refused() {
    let document = |levels: usize| {
        let (open, close) = ("{not: ".repeat(levels), "}".repeat(levels));
        format!("{{ entities(filter: {open}{{}}{close}) {{ nodes {{ id: key }} }} }}")
    };
    let (code, argument, _) = refused(&document(50));
    assert_eq!(
        (code.as_str(), argument.as_str()),
        ("BAD_USER_INPUT", "Query.entities(filter:)")
    );
    // The deepest value in a variable, at the deepest place of a document.
    let (open, close) = ("{not: ".repeat(60), "}".repeat(60));
    let query = format!("query Q($filter: EntityFilter) {{ entities(filter: {open}$filter{close}) {{ totalCount }} }}");
    let mut request = Request::new("test", query);
    let deepest = (0..40).fold(
        json!({}),
        |inner, _| json!({"relationships": {"some": {"neighbor": inner}}}),
    );
    request.variables.insert("filter".to_owned(), deepest);
    assert_refused(&answer(request), "Query.entities(filter:)", "nests more than 16 deep");
    for levels in [70, 1500] {
        assert_eq!(refused(&document(levels)).0, "LIMIT_EXCEEDED", "{levels}");
    }
}

#[test]
fn lists_in_filters_have_at_most_ten_thousand_values() {
    let many = |count: usize| (0..count).map(|number| format!("id-{number}")).collect::<Vec<String>>();
    let mut most = many(9_998);
    most.extend(["alibaba".to_owned(), "jack-ma".to_owned()]);
    let answer = with_variable("entities", "EntityFilter", &json!({ "id": most }));
    assert_eq!(ids(&answer["data"]["entities"]), ["alibaba", "jack-ma"]);
    let answer = with_variable("relationships", "RelationshipFilter", &json!({ "between": most }));
    assert_eq!(
        ids(&answer["data"]["relationships"]),
        ["rel:jack-ma:OFFICER_OF:alibaba:1"]
    );
    let more = many(10_001);
    for filter in [
        json!({ "id": more }),
        json!({"name": {"in": more}}),
        json!({"identifier": {"value": more}}),
        json!({"relationships": {"some": {"between": more}}}),
        json!({"relationships": {"count": {"in": vec![1; 10_001]}}}),
    ] {
        let answer = with_variable("entities", "EntityFilter", &filter);
        assert_refused(&answer, "Query.entities(filter:)", "at most 10000");
    }
}

#[test]
fn an_argument_combines_at_most_a_thousand_filters() {
    let any = |count: usize| json!({"or": vec![json!({"kind": "PERSON"}); count]});
    let answer = with_variable("entities", "EntityFilter", &any(999));
    assert_eq!(
        answer["data"]["entities"]["nodes"].as_array().unwrap().len(),
        7,
        "{answer:#}"
    );
    let answer = with_variable("entities", "EntityFilter", &any(1000));
    let error = &answer["errors"][0];
    assert_eq!(
        (&error["extensions"]["code"], answer.get("data")),
        (&json!("BAD_USER_INPUT"), None),
        "{answer:#}"
    );
    let message_text = error["message"].as_str().unwrap();
    assert!(
        message_text.contains("$filter.or[999]") && message_text.contains("more than 1000 filters"),
        "{message_text}"
    );
    // Half of them in a variable, and half in the document.
    let query = format!(
        "query($filter: EntityFilter!) {{ entities(filter: {{and: [$filter, {{or: [{}]}}]}}) {{ totalCount }} }}",
        "{kind: PERSON}".repeat(500)
    );
    let mut request = Request::new("test", query);
    request.variables.insert("filter".to_owned(), any(500));
    assert_refused(
        &crate::harness::answer(request),
        "Query.entities(filter:)",
        "more than 1000 filters",
    );
}

#[test]
fn a_filter_beyond_the_budget_reports_how_to_narrow() {
    let api = Api::new(Limits {
        work_max: 500,
        ..Limits::default()
    })
    .unwrap();
    let store = store_of(&BUNDLED);
    let answer_to = |filter: &str| {
        let query = format!("{{ entities(filter: {filter}) {{ totalCount }} }}");
        serde_json::to_value(answer_over(&api, &store, Request::new("test", query))).unwrap()
    };
    assert_eq!(answer_to("{}")["data"]["entities"]["totalCount"], 67);
    let reaching =
        "{relationships: {none: {neighbor: {relationships: {none: {neighbor: {relationships: {none: {}}}}}}}}}";
    let error = &answer_to(reaching)["errors"][0];
    assert_eq!(error["extensions"]["code"], "BUDGET_EXCEEDED", "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("Narrow"), "{error:#}");
}
