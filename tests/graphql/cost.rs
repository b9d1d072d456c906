//! The cost of a request: reported on request, estimated from the printed schema, and limited by the budget.

use std::collections::HashMap;

use async_graphql::parser::{
    parse_query, parse_schema,
    types::{
        BaseType, ConstDirective, ExecutableDocument, FieldDefinition, Selection, SelectionSet, Type, TypeKind,
        TypeSystemDefinition,
    },
};
use async_graphql::{Positioned, Value as Literal};
use guanxi::{
    engine::{Limits, Request},
    schema::Api,
};
use serde_json::{Value, json};

use crate::harness::{BUNDLED, answer, answer_over, store_of};

/// The answer to a query with this `cost` extension.
fn with_cost(query: &str, cost: Value) -> Value {
    let mut request = Request::new("test", query);
    request.extensions.insert("cost".to_owned(), cost);
    answer(request)
}

/// The cost of a query that must have no errors.
fn cost(query: &str) -> Value {
    let answer = with_cost(query, json!(true));
    assert_eq!(answer.get("errors"), None, "{query}\n{answer:#}");
    answer["extensions"]["cost"].clone()
}

#[test]
fn a_full_page_costs_the_estimate() {
    let mut cost = cost("{ companies(first: 3) { nodes { id name } } }");
    // A listing weighs 10, its nodes 1, each of three companies 2. The fourth shows that there is another page.
    let explored = cost["explored"].take().as_u64().unwrap();
    assert!((4..20).contains(&explored), "{explored}");
    assert_eq!(
        cost,
        json!({"estimated": 17, "actual": 17, "limit": 1_000_000, "explored": null, "budget": 10_000_000})
    );
}

#[test]
fn a_missing_entity_costs_no_work() {
    let cost = cost(r#"{ company(by: {id: "nobody"}) { owners(first: 1000) { nodes { id } } } }"#);
    assert_eq!(
        (&cost["estimated"], &cost["actual"], &cost["explored"]),
        (&json!(1003), &json!(1), &json!(0))
    );
}

#[test]
fn explored_work_counts_entities_and_relationships() {
    let query = "{ statistics(view: {ever: true}) { entities relationships } }";
    let statistics = &answer(Request::new("test", query))["data"]["statistics"];
    let both = statistics["entities"].as_u64().unwrap() + statistics["relationships"].as_u64().unwrap();
    assert_eq!(cost(query)["explored"], both);
}

#[test]
fn the_cost_is_reported_only_on_request() {
    for value in [json!(false), json!(null)] {
        assert_eq!(with_cost("{ __typename }", value).get("extensions"), None);
    }
    for value in [json!(1), json!("yes"), json!({}), json!([true])] {
        let answer = with_cost("{ __typename }", value.clone());
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(
            (&extensions["code"], &extensions["argument"]),
            (&json!("BAD_USER_INPUT"), &json!("extensions.cost")),
            "{value}: {answer}"
        );
        assert_eq!(answer.get("data"), None, "{value}");
    }
}

#[test]
fn an_exceeded_budget_reports_the_explored_work_and_how_to_narrow() {
    let api = Api::new(Limits {
        work_max: 20,
        ..Limits::default()
    });
    let store = store_of(&BUNDLED);
    for field in [
        "statistics { entities }",
        "relationships { totalCount }",
        "companies(orderBy: [{field: NAME}]) { nodes { id } }",
    ] {
        let request = Request::new("test", format!("{{ {field} __typename }}"));
        let answer = answer_over(api.as_ref().unwrap(), &store, request);
        let answer = serde_json::to_value(&answer).unwrap();
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "BUDGET_EXCEEDED", "{field}: {answer}");
        assert_eq!(error["extensions"]["budget"], 20, "{field}");
        assert!(
            error["extensions"]["explored"].as_u64().unwrap() > 20,
            "{field}: {answer}"
        );
        assert!(
            error["message"].as_str().unwrap().contains("Narrow"),
            "{field}: {answer}"
        );
        assert_eq!(answer["data"]["__typename"], "Query", "{field}");
    }
}

/// The fields of a type of the printed schema.
type Fields = HashMap<String, FieldDefinition>;

/// The types with fields of the printed schema.
fn types() -> HashMap<String, Fields> {
    let sdl = Api::new(Limits::default()).unwrap().sdl().to_owned();
    let mut types = HashMap::new();
    for definition in parse_schema(sdl).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let fields = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            _ => continue,
        };
        let fields = fields
            .into_iter()
            .map(|field| (field.node.name.node.to_string(), field.node));
        types.insert(definition.node.name.node.to_string(), fields.collect());
    }
    types
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

fn directive<'a>(field: &'a FieldDefinition, name: &str) -> Option<&'a ConstDirective> {
    let mut directives = field.directives.iter().map(|directive| &directive.node);
    directives.find(|directive| directive.name.node == name)
}

fn argument<'a>(directive: &'a ConstDirective, name: &str) -> Option<&'a Literal> {
    directive.get_argument(name).map(|value| &value.node)
}

fn names(directive: &ConstDirective, name: &str) -> Vec<String> {
    argument(directive, name).map_or(Vec::new(), |names| {
        let names = names.clone().into_json().unwrap();
        serde_json::from_value(names).unwrap()
    })
}

/// The cost of a document without variables, computed from the printed schema alone.
struct Oracle {
    types: HashMap<String, Fields>,
    document: ExecutableDocument,
}

impl Oracle {
    /// `sized` names the fields that repeat here, and how often.
    fn points(&self, set: &SelectionSet, parent: &str, sized: (&[String], u64)) -> u64 {
        let selected = set.items.iter().map(|item| match &item.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                let Some(definition) = self.types[parent].get(name) else {
                    assert_eq!(name, "__typename");
                    return 1;
                };
                let weight = directive(definition, "cost").map_or(1, |cost| match argument(cost, "weight") {
                    Some(Literal::String(weight)) => weight.parse().unwrap(),
                    other => panic!("{parent}.{name} weighs {other:?}"),
                });
                let size = directive(definition, "listSize");
                let times = size.map_or(1, |size| {
                    let sizes = names(size, "slicingArguments").into_iter().filter_map(|name| {
                        match field.node.get_argument(&name)?.node.clone().into_const()? {
                            Literal::Number(number) => number.as_u64(),
                            Literal::List(items) => u64::try_from(items.len()).ok(),
                            _ => None,
                        }
                    });
                    let sizes = sizes.max().unwrap_or_else(|| match argument(size, "assumedSize") {
                        Some(Literal::Number(number)) => number.as_u64().unwrap(),
                        _ => 1,
                    });
                    sizes.clamp(1, 1000)
                });
                let below = size.map_or(Vec::new(), |size| names(size, "sizedFields"));
                let (itself, below_it) = if below.is_empty() { (times, 1) } else { (1, times) };
                let repeats = if sized.0.iter().any(|sized| sized == name) {
                    sized.1
                } else {
                    1
                };
                let set = &field.node.selection_set.node;
                weight + repeats * itself * self.points(set, named(&definition.ty.node), (&below, below_it))
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref();
                let on = on.map_or(parent, |condition| condition.node.on.node.as_str());
                self.points(&inline.node.selection_set.node, on, sized)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = &self.document.fragments[&spread.node.fragment_name.node].node;
                let on = fragment.type_condition.node.on.node.as_str();
                self.points(&fragment.selection_set.node, on, sized)
            }
        });
        selected.sum()
    }
}

#[test]
fn the_estimate_follows_from_the_printed_schema() {
    for query in [
        "{ __typename statistics { entities title } }",
        r#"{ nodes(ids: ["alipay", "paypal", "nobody"]) { id ... on Company { name names { text } } } }"#,
        "{ nodes(ids: []) { id } }",
        "{ companies { totalCount pageInfo { hasNextPage } nodes { id evidence: sources { title statements(last: 3) { nodes { id } } } } } }",
        "{ entities(first: 7) { edges { cursor node { relationships(last: 4) { edges { node { evidence { source { publisher } } } } totalCount } } } } }",
        r#"{ company(by: {id: "alipay"}) { ...Around owners(first: 2) { ...Page } partners(last: 11) { ...Page undisclosed { id evidence { id } } } } }
           fragment Around on Company { neighbors { nodes { neighbors(first: 5) { ...Page } } } }
           fragment Page on NeighborConnection { totalCount nodes { id name } ... { edges { cursor } } }"#,
        r#"{ purchaseChannels(merchant: "saks", shopperIn: "CN") { oneStop derivedFrom { rule relationships { sentence evidence { id } } } } }"#,
        "{ relationships(first: 9) { edges { node { from { id } to { ... on Company { owners { nodes { id } } } } } neighbor { id } } } }",
    ] {
        let document = parse_query(query).unwrap();
        let oracle = Oracle {
            types: types(),
            document: document.clone(),
        };
        let operation: &Positioned<_> = document.operations.iter().next().unwrap().1;
        let expected = oracle.points(&operation.node.selection_set.node, "Query", (&[], 1));
        assert_eq!(cost(query)["estimated"], expected, "{query}");
    }
}

#[test]
fn every_paged_field_declares_its_list_size_and_sized_fields() {
    let types = types();
    let mut wrong = Vec::new();
    for (parent, fields) in &types {
        for (name, field) in fields {
            // A number of elements, or a list of ids; `of: ShareOf` is neither.
            let sizes = |ty: &str| ty.starts_with('[') || ty.starts_with("Int");
            let takes = |argument: &str| {
                let mut inputs = field.arguments.iter().map(|input| &input.node);
                inputs.any(|input| input.name.node == argument && sizes(&input.ty.node.to_string()))
            };
            let size = directive(field, "listSize");
            let slicing = size.map_or(Vec::new(), |size| names(size, "slicingArguments"));
            for argument in ["first", "last", "ids", "of", "candidates", "limit"] {
                // The ids of a diff only narrow it, and its size is that of its page; likewise for a subscription, of which each event
                // is one change.
                let narrowed = [("Query", "diff", "of"), ("Subscription", "entityChanged", "ids")];
                if narrowed.contains(&(parent.as_str(), name.as_str(), argument)) {
                    continue;
                }
                if takes(argument) != slicing.iter().any(|slicing| slicing == argument) {
                    wrong.push(format!("{parent}.{name}({argument}:)"));
                }
            }
            let below = types.get(named(&field.ty.node));
            for sized in size.map_or(Vec::new(), |size| names(size, "sizedFields")) {
                if !below.is_some_and(|fields| fields.contains_key(&sized)) {
                    wrong.push(format!("{parent}.{name} has no {sized}"));
                }
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_derivation_of_a_ranking_is_estimated_for_every_entity_of_the_page() {
    let cost = cost("{ ranking(by: DEGREE, first: 50) { derivedFrom { relationships { id from { name } } } } }");
    let points = |name: &str| cost[name].as_u64().unwrap();
    assert!(points("actual") > 500, "{cost}");
    assert!(points("estimated") >= points("actual"), "{cost}");
}

#[test]
fn an_interface_has_the_costs_of_its_types() {
    let types = types();
    let directives_of = |parent: &str, name: &str| {
        let field = types.get(parent)?.get(name)?;
        let directives = field.directives.iter().map(|directive| &directive.node);
        Some(
            directives
                .map(|directive| format!("{} {:?}", directive.name.node, plain(directive)))
                .collect::<Vec<_>>(),
        )
    };
    for kind in [
        "Company",
        "Person",
        "Organization",
        "Service",
        "Event",
        "Place",
        "Market",
    ] {
        for name in types["Entity"].keys() {
            assert_eq!(
                directives_of(kind, name),
                directives_of("Entity", name),
                "{kind}.{name}"
            );
        }
    }
}

fn plain(directive: &ConstDirective) -> Vec<String> {
    let arguments = directive.arguments.iter();
    arguments
        .map(|(name, value)| format!("{}: {}", name.node, value.node))
        .collect()
}
