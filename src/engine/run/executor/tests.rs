//! Requests against a small schema of their own: which are refused, with which code, and which run.

use async_graphql::{EmptySubscription, Enum, ID, InputObject, Object, OneofObject, Schema, SimpleObject};
use serde_json::{Value, json};

use super::*;
use crate::engine::{cost::directives::list_size, error::Error};

#[derive(OneofObject)]
enum By {
    Id(ID),
    Name(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Status {
    Active,
    Planned,
}

#[derive(InputObject)]
struct ViewInput {
    ever: Option<bool>,
    #[graphql(default)]
    statuses: Vec<Status>,
}

#[derive(serde::Serialize, InputObject)]
struct Sample {
    #[graphql(default = 5)]
    at: i32,
    #[graphql(default_with = "Some(\"default\".to_owned())")]
    note: Option<String>,
    inner: Option<Vec<Sample>>,
}

#[derive(Clone, SimpleObject)]
#[graphql(complex)]
struct Company {
    id: ID,
}

#[async_graphql::ComplexObject]
impl Company {
    #[graphql(directive = list_size::apply(Some(20), Some(vec!["first".to_owned(), "last".to_owned()]), None, Some(false)))]
    async fn partners(&self, first: Option<i32>, last: Option<i32>) -> Option<Vec<Company>> {
        let rows = first.or(last).and_then(|rows| usize::try_from(rows).ok()).unwrap_or(1);
        Some(vec![self.clone(); rows])
    }
}

pub(super) struct Query;

#[Object]
impl Query {
    async fn company(&self, by: By, view: Option<ViewInput>) -> Option<Company> {
        let _ = view.map(|view| (view.ever, view.statuses.len()));
        match by {
            By::Id(id) => Some(Company { id }),
            By::Name(_) => None,
        }
    }

    #[graphql(directive = list_size::apply(None, Some(vec!["ids".to_owned(), "first".to_owned()]), None, Some(false)))]
    async fn nodes(&self, ids: Vec<ID>, #[graphql(default = 3)] first: i32) -> Option<Vec<Company>> {
        let _ = first;
        Some(ids.into_iter().map(|id| Company { id }).collect())
    }

    async fn refuses(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(
            Error::not_found("Query.refuses(of:)", "There is no such entity.").into()
        ))
    }

    async fn fails(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err("the password is swordfish".into()))
    }

    async fn panics(&self, really: bool) -> i32 {
        assert!(!really, "the password is swordfish");
        0
    }

    async fn sleeps(&self) -> i32 {
        std::future::pending().await
    }

    async fn limited(&self, #[graphql(validator(maximum = 10))] first: i32) -> Option<i32> {
        Some(first)
    }

    /// The argument as JSON.
    async fn echo(&self, of: Sample) -> String {
        serde_json::to_value(of).unwrap().to_string()
    }

    async fn view_of_the_request(&self, ctx: &async_graphql::Context<'_>) -> Option<String> {
        ctx.data_opt::<RequestView>().map(|view| view.0.to_string())
    }
}

/// The view of the request, handed to resolvers.
struct RequestView(Value);

/// A pool of workers, which no test here needs.
pub(super) fn pool() -> Pool {
    Pool::new(&Limits::default())
}

/// Takes any view but `{"ever": 1}`.
pub(super) fn attach(
    request: async_graphql::Request,
    context: ExecutionContext<'_>,
) -> Result<async_graphql::Request, Error> {
    match context.view {
        Some(view) if view["ever"] == 1 => Err(Error::bad_user_input("Guanxi-View", "ever is true or false")),
        Some(view) => Ok(request.data(RequestView(view.clone()))),
        None => Ok(request),
    }
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn rename(&self, name: String) -> String {
        name
    }
}

pub(super) type Tested = Executor<Query, Mutation, EmptySubscription>;

pub(super) fn api(limits: Limits) -> Tested {
    Executor::new(Schema::build(Query, Mutation, EmptySubscription), limits).unwrap()
}

pub(super) async fn run(request: Request) -> (Outcome, Value) {
    let limits = Limits {
        timeout_ms: 200,
        ..Limits::default()
    };
    let answer = api(limits).answer(request, &pool(), attach).await;
    (answer.outcome, serde_json::to_value(&answer).unwrap())
}

pub(super) fn request(query: &str, variables: &Value) -> Request {
    let mut request = Request::new("r1", query);
    request.variables = variables.as_object().unwrap().clone();
    request
}

/// The code of the first error of a request that must not run.
pub(super) async fn refused(query: &str, variables: Value) -> String {
    let (outcome, answer) = run(request(query, &variables)).await;
    assert_eq!(outcome, Outcome::RequestError, "{query}: {answer}");
    assert!(answer.get("data").is_none(), "{query}: {answer}");
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or("none")
        .to_owned()
}

pub(super) async fn data(query: &str, variables: Value) -> Value {
    let (outcome, answer) = run(request(query, &variables)).await;
    assert_eq!(outcome, Outcome::Executed, "{query}: {answer}");
    assert!(answer.get("errors").is_none(), "{query}: {answer}");
    answer["data"].clone()
}

#[tokio::test]
async fn faulty_documents_are_refused_before_they_run() {
    const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ a(b: \"x", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", INVALID),
        ("{ company { id } }", INVALID),
        ("{ company(by: {id: \"a\"}) }", INVALID),
        ("{ company(by: {id: \"a\", name: \"b\"}) { id } }", INVALID),
        ("{ company(by: {id: null}) { id } }", INVALID),
        ("{ company(by: {lei: \"a\"}) { id } }", INVALID),
        (
            "{ company(by: {id: \"a\"}, view: {statuses: [ACTIVE, GONE]}) { id } }",
            INVALID,
        ),
        (
            "{ company(by: {id: \"a\"}, view: {statuses: [\"ACTIVE\"]}) { id } }",
            INVALID,
        ),
        ("{ nodes(ids: null) { id } }", INVALID),
        ("{ nodes(ids: [\"a\"], first: 3000000000) { id } }", INVALID),
        ("{ nodes(ids: [\"a\"], first: null) { id } }", INVALID),
        ("{ nodes(ids: [\"a\"], first: 1.5) { id } }", INVALID),
        ("query ($a: [Nope] = [1]) { refuses }", INVALID),
        ("query ($a: Company) { refuses }", INVALID),
        ("query ($a: Int, $a: Int) { limited(first: $a) }", INVALID),
        ("{ limited(first: $a) }", INVALID),
        ("query ($a: Int) { limited(first: $a) }", INVALID),
        ("query ($a: String!) { limited(first: $a) }", INVALID),
        ("query ($id: ID) { company(by: {id: $id}) { id } }", INVALID),
        ("{ ...F } fragment F on Query { ...F }", INVALID),
        (
            "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
            INVALID,
        ),
        ("{ refuses } fragment F on Query { refuses }", INVALID),
        ("{ ...Missing }", INVALID),
        ("{ a: refuses a: fails }", INVALID),
        (
            "{ a: limited(first: 1) ... on Query { a: limited(first: 2) } }",
            INVALID,
        ),
        (
            "{ company(by: {id: \"a\"}) { id } ...F } fragment F on Query { company(by: {id: \"a\"}) { id: partners { id } } }",
            INVALID,
        ),
        (
            "{ nodes(ids: []) { p: partners(first: 1) { id } } nodes(ids: []) { p: partners(first: 2) { id } } }",
            INVALID,
        ),
        ("query A { refuses } query B { refuses }", "BAD_REQUEST"),
        ("subscription { a }", INVALID),
    ] {
        assert_eq!(refused(query, json!({})).await, code, "{query}");
    }
}

#[tokio::test]
async fn faulty_variables_are_refused_before_anything_runs() {
    let by = "query ($by: By!) { company(by: $by) { id } }";
    let first = "query ($first: Int!) { nodes(ids: [\"a\"], first: $first) { id } }";
    let view = "query ($view: ViewInput) { company(by: {id: \"a\"}, view: $view) { id } }";
    for (query, variables) in [
        (by, json!({})),
        (by, json!({"by": null})),
        (by, json!({"by": {"id": "a", "name": "b"}})),
        (by, json!({"by": {"id": null}})),
        (by, json!({"by": {"lei": "a"}})),
        (first, json!({"first": 3_000_000_000_u64})),
        (first, json!({"first": "3"})),
        (first, json!({"first": 1.5})),
        (view, json!({"view": {"statuses": ["GONE"]}})),
        (view, json!({"view": {"ever": "yes"}})),
        (view, json!({"view": []})),
    ] {
        assert_eq!(refused(query, variables.clone()).await, "BAD_USER_INPUT", "{variables}");
    }
}

#[tokio::test]
async fn defaults_and_undeclared_variables_follow_the_specification() {
    let query = "query ($id: ID! = \"b\", $no: Boolean = true) { company(by: {id: $id}) { id @skip(if: $no) x: id } }";
    assert_eq!(data(query, json!({"other": 1})).await, json!({"company": {"x": "b"}}));
    assert_eq!(
        data(query, json!({"id": "c", "no": false})).await,
        json!({"company": {"id": "c", "x": "c"}})
    );
    // One value stands for a list, and a whole number for an ID.
    assert_eq!(
        data("query ($i: [ID!]!) { nodes(ids: $i) { id } }", json!({"i": 7})).await,
        json!({"nodes": [{"id": "7"}]})
    );
}

#[tokio::test]
async fn repeated_fields_are_merged() {
    let query = "{ company(by: {id: \"a\"}) { id } ...F } fragment F on Query { company(by: {id: \"a\"}) { id partners { id } } }";
    assert_eq!(
        data(query, json!({})).await,
        json!({"company": {"id": "a", "partners": [{"id": "a"}]}})
    );
}

#[tokio::test]
async fn the_operation_is_chosen_by_name() {
    let mut request = Request::new("r1", "query A { company(by: {id: \"a\"}) { id } } query B { refuses }");
    request.operation_name = Some("A".to_owned());
    assert_eq!(run(request.clone()).await.1, json!({"data": {"company": {"id": "a"}}}));
    request.operation_name = Some("C".to_owned());
    let (outcome, answer) = run(request).await;
    assert_eq!(
        (outcome, &answer["errors"][0]["extensions"]["code"]),
        (Outcome::RequestError, &json!("BAD_REQUEST"))
    );
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.ends_with("named C; it has A, B."), "{message}");
}

#[tokio::test]
async fn mutations_run_only_where_allowed() {
    let mut request = Request::new("r1", "mutation { rename(name: \"a\") }");
    assert_eq!(run(request.clone()).await.1, json!({"data": {"rename": "a"}}));
    request.operations = Operations::QueriesOnly;
    let (outcome, answer) = run(request).await;
    assert_eq!(outcome, Outcome::MutationOverGet);
    assert!(answer.get("data").is_none());
}

#[tokio::test]
async fn every_error_has_a_code_and_internal_ones_hide_their_text() {
    for (query, code) in [
        ("{ refuses }", "NOT_FOUND"),
        ("{ limited(first: 11) }", "BAD_USER_INPUT"),
        ("{ fails }", "INTERNAL"),
        ("{ panics(really: true) }", "INTERNAL"),
        ("{ sleeps }", "TIMEOUT"),
    ] {
        let (outcome, answer) = run(Request::new("r1", query)).await;
        assert_eq!(outcome, Outcome::Executed, "{query}");
        assert!(answer.get("data").is_some(), "{query}: {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}");
        assert!(!answer.to_string().contains("swordfish"), "{query}: {answer}");
        if code == "INTERNAL" {
            assert_eq!(answer["errors"][0]["extensions"]["requestId"], "r1");
        }
    }
}

#[tokio::test]
async fn a_resolver_error_keeps_its_argument() {
    let (_, answer) = run(Request::new("r1", "{ refuses }")).await;
    assert_eq!(answer["errors"][0]["extensions"]["argument"], "Query.refuses(of:)");
    assert_eq!(answer["errors"][0]["path"], json!(["refuses"]));
}

#[tokio::test]
async fn the_view_of_the_request_is_checked_and_passed_on() {
    let mut request = Request::new("r1", "{ viewOfTheRequest }");
    request.view = Some(json!({"ever": true}));
    assert_eq!(
        run(request.clone()).await.1,
        json!({"data": {"viewOfTheRequest": "{\"ever\":true}"}})
    );
    request.view = Some(json!({"ever": 1}));
    let (outcome, answer) = run(request).await;
    assert_eq!(
        (outcome, &answer["errors"][0]["extensions"]["code"]),
        (Outcome::RequestError, &json!("BAD_USER_INPUT"))
    );
}

#[tokio::test]
async fn each_limit_is_a_setting() {
    let strict = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        api(limits)
    };
    let query = "query Q { x: nodes(ids: [\"a\", \"b\"], first: 1) { id @skip(if: false) } refuses }";
    type Change = fn(&mut Limits);
    let measured: [(&str, Change); 8] = [
        ("--body-bytes-max", |limits: &mut Limits| limits.body_bytes_max = 10),
        ("--tokens-max", |limits| limits.tokens_max = 28),
        ("--aliases-max", |limits| limits.aliases_max = 0),
        ("--root-fields-max", |limits| limits.root_fields_max = 1),
        ("--directives-max", |limits| limits.directives_max = 0),
        ("--depth-max", |limits| limits.depth_max = 1),
        ("--selections-max", |limits| limits.selections_max = 2),
        ("--complexity-max", |limits| limits.complexity_max = 3),
    ];
    for (setting, change) in measured {
        let answer = strict(change).answer(Request::new("r1", query), &pool(), attach).await;
        let answer = serde_json::to_value(&answer).unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["setting"], setting, "{answer}");
    }
    let exact = strict(|limits| {
        *limits = Limits {
            tokens_max: 29,
            aliases_max: 1,
            root_fields_max: 2,
            directives_max: 1,
            depth_max: 2,
            selections_max: 3,
            complexity_max: 4,
            ..Limits::default()
        };
    });
    let answer = exact.answer(Request::new("r1", query), &pool(), attach).await;
    assert_eq!(answer.outcome, Outcome::Executed, "{:?}", answer.response.errors);
}

/// The full introspection query of GraphiQL must pass with the defaults.
#[tokio::test]
async fn introspection_passes() {
    let of_type = "ofType { kind name ".repeat(9) + &"}".repeat(9);
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }}
         types {{ ...FullType }} directives {{ name description locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }}
         fragment FullType on __Type {{ kind name description isOneOf specifiedByURL
           fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }}
           inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
           enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }}
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }}
         fragment TypeRef on __Type {{ kind name {of_type} }}"
    );
    let answer = data(&query, json!({})).await;
    assert_eq!(answer["__schema"]["queryType"]["name"], "Query");
}
