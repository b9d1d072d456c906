//! Data issues of the bundled graph, and of a messy one page by page.

use guanxi::{
    engine::{Limits, Request},
    model::{Dataset, Identifier},
    schema::Api,
};
use serde_json::{Value, json};

use crate::harness::{BUNDLED, answer, answer_over, answer_over_dataset, ask, refused, sketch::sketch, store_of};

fn messages(answer: &Value) -> Vec<String> {
    let nodes = answer["dataIssues"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| {
            format!(
                "{} {}",
                node["kind"].as_str().unwrap(),
                node["message"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn the_bundled_graph_has_disputed_and_weakly_supported_claims() {
    let data = ask("{ dataIssues(view: {ever: true}) { totalCount nodes { kind message } } }");
    let messages = messages(&data);
    assert_eq!(data["dataIssues"]["totalCount"], messages.len());
    let expected = [
        "DISPUTED Alibaba Group (alibaba) OWNS Alipay (alipay)",
        "DISPUTED Alibaba Group (alibaba) OWNS ShopRunner (shoprunner)",
        "WEAK_EVIDENCE Alibaba Group (alibaba) PARTNERS_WITH Apple (apple)",
        "WEAK_EVIDENCE Alibaba Group (alibaba) PARTNERS_WITH PayPal (paypal)",
        "WEAK_EVIDENCE Amazon overseas purchase (amazon-overseas-purchase) SERVES China (china)",
        "WEAK_EVIDENCE Hudson's Bay Company (hudsons-bay) OWNS Gilt (gilt)",
    ];
    assert_eq!(messages.len(), expected.len(), "{messages:#?}");
    for (message, start) in messages.iter().zip(expected) {
        assert!(message.starts_with(start), "{message}");
    }
    assert!(messages[1].contains("USD 75 million says Reuters (source:reuters-2013-08-17), USD 200 million says Fortune (China) (source:fortune-2014-11-17)"), "{}", messages[1]);
}

#[test]
fn an_issue_links_to_its_entities_and_relationships() {
    let data = ask(
        "{ dataIssues(kinds: [DISPUTED], first: 1) { nodes { severity entities { id } relationships { id disputed evidence { stance } } derivedFrom { rule relationships { id } } } } }",
    );
    let id = "rel:alibaba:OWNS:alipay:1";
    let issue = &data["dataIssues"]["nodes"][0];
    assert_eq!(issue["severity"], "WARNING");
    assert_eq!(issue["entities"], json!([{"id": "alibaba"}, {"id": "alipay"}]));
    assert_eq!(
        issue["relationships"],
        json!([{"id": id, "disputed": true, "evidence": [{"stance": "ASSERTS"}, {"stance": "CONTRADICTS"}]}])
    );
    assert_eq!(issue["derivedFrom"]["relationships"], json!([{"id": id}]));
    assert!(
        issue["derivedFrom"]["rule"]
            .as_str()
            .unwrap()
            .starts_with("Sources that contradict")
    );
}

/// A graph with every kind of issue, and with several issues about one subject.
fn messy() -> Dataset {
    let mut dataset =
        sketch("A -60-> C; B -60-> C; A -v60-> C; B -v60-> C; C -10-> A; A -10-> A; A -!10-> B; D -owns-> B");
    let mut twin = dataset.entities[0].clone();
    twin.id = "Aa".to_owned();
    twin.identifiers = vec![
        Identifier::new("lei", "1").unwrap(),
        Identifier::new("lei", "2").unwrap(),
        Identifier::new("vat", "3").unwrap(),
    ];
    twin.founded = Some("2013".parse().unwrap());
    twin.dissolved = Some("2012".parse().unwrap());
    dataset.entities[1].identifiers = twin.identifiers.clone();
    dataset.entities[2].dissolved = Some("2012".parse().unwrap());
    dataset.entities.push(twin);
    dataset
}

#[test]
fn pages_contain_every_issue_once_and_in_order() {
    let dataset = messy();
    let page = |arguments: &str| {
        let query = format!(
            "{{ dataIssues({arguments}) {{ pageInfo {{ hasNextPage hasPreviousPage endCursor }} nodes {{ kind message }} }} }}"
        );
        let answer = answer_over_dataset(&dataset, Request::new("test", query));
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        answer["data"].clone()
    };
    let all = messages(&page("first: 1000"));
    let kinds: std::collections::BTreeSet<&str> =
        all.iter().map(|message| message.split(' ').next().unwrap()).collect();
    assert_eq!(kinds.len(), 10, "{all:#?}");
    for size in [1, 2, 3, 7] {
        let (mut paged, mut after) = (Vec::new(), "null".to_owned());
        loop {
            let data = page(&format!("first: {size}, after: {after}"));
            let info = &data["dataIssues"]["pageInfo"];
            assert_eq!(info["hasPreviousPage"], !paged.is_empty());
            paged.extend(messages(&data));
            after = info["endCursor"].to_string();
            if info["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(paged, all, "pages of {size}");
    }
    let some = messages(&page("kinds: [UNMENTIONED, INVALID_LEI, UNMENTIONED]"));
    let expected = all
        .iter()
        .filter(|message| message.starts_with("UNMENTIONED") || message.starts_with("INVALID_LEI"));
    assert_eq!(some, expected.cloned().collect::<Vec<_>>());
}

#[test]
fn a_page_checks_only_what_it_needs() {
    let explored = |query: &str| {
        let mut request = Request::new("test", query);
        request.extensions.insert("cost".to_owned(), json!(true));
        answer(request)["extensions"]["cost"]["explored"].as_u64().unwrap()
    };
    let disputes = explored("{ dataIssues(kinds: [DISPUTED], view: {ever: true}) { nodes { message } } }");
    let relationships = u64::try_from(BUNDLED.relationships.len()).unwrap();
    assert_eq!(disputes, relationships);
    let first = explored(
        "{ dataIssues(kinds: [DISPUTED, WEAK_EVIDENCE], first: 1, view: {ever: true}) { nodes { message } } }",
    );
    assert_eq!(first, disputes);
    let with_total =
        explored("{ dataIssues(kinds: [DISPUTED, WEAK_EVIDENCE], first: 1, view: {ever: true}) { totalCount } }");
    assert!(with_total > disputes + relationships);
}

#[test]
fn a_check_beyond_the_budget_suggests_fewer_kinds() {
    let api = Api::new(Limits {
        work_max: 20,
        ..Limits::default()
    });
    let request = Request::new("test", "{ dataIssues { nodes { kind } } }");
    let answer = answer_over(&api.unwrap(), &store_of(&BUNDLED), request);
    let answer = serde_json::to_value(answer).unwrap();
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "BUDGET_EXCEEDED");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .ends_with("name fewer kinds at a time."),
        "{error}"
    );
}

#[test]
fn invalid_kinds_sizes_and_cursors_are_refused() {
    let cursor = ask("{ dataIssues(kinds: [DISPUTED], first: 1) { pageInfo { endCursor } } }")["dataIssues"]["pageInfo"]["endCursor"].clone();
    for (arguments, argument, advice) in [
        ("kinds: []".to_owned(), "kinds", "name at least one kind"),
        ("first: -1".to_owned(), "first", "0 to 1000"),
        ("first: 1001".to_owned(), "first", "0 to 1000"),
        ("after: \"\"".to_owned(), "after", "not a cursor"),
        (format!("after: {cursor}"), "after", "another listing"),
        (
            format!("kinds: [DISPUTED], view: {{ever: true}}, after: {cursor}"),
            "after",
            "another listing",
        ),
    ] {
        let (code, place, message) = refused(&format!("{{ dataIssues({arguments}) {{ nodes {{ kind }} }} }}"));
        assert_eq!(
            (code.as_str(), place),
            ("BAD_USER_INPUT", format!("Query.dataIssues({argument}:)")),
            "{arguments}"
        );
        assert!(message.contains(advice), "{message}");
    }
}

#[test]
fn a_long_circle_is_counted_in_full_and_listed_in_part() {
    let circle: Vec<String> = (0..150)
        .map(|number| format!("C{number:03} -60-> C{:03}", (number + 1) % 150))
        .collect();
    let query = "{ dataIssues(kinds: [OWNERSHIP_CYCLE]) { nodes { message entities { id } relationships { id } derivedFrom { relationships { id } } } } }";
    let answer = answer_over_dataset(&sketch(&circle.join("; ")), Request::new("test", query));
    let issue = &answer["data"]["dataIssues"]["nodes"][0];
    let count = |list: &Value| list.as_array().unwrap().len();
    assert!(issue["message"].as_str().unwrap().contains("and 140 more"), "{issue}");
    assert_eq!((count(&issue["entities"]), count(&issue["relationships"])), (100, 100));
    assert_eq!(count(&issue["derivedFrom"]["relationships"]), 100);
}
