//! Paging through long listings: the cost of a page does not depend on its position, in any order and from either end.

use std::sync::{Arc, LazyLock};

use guanxi::{
    engine::{Limits, Request},
    model::{
        Dataset, Ends, Entity, EntityKind, Evidence, PartialDate, Relationship, RelationshipKind, Source, Timestamp,
    },
    schema::Api,
    store::Store,
};
use serde_json::json;

use crate::harness::{answer_over, live, store_of};

const COMPANIES: usize = 3_000;
/// Owned by the hub, one relationship to each.
const OWNED: usize = 1_500;

static STORE: LazyLock<Arc<Store>> = LazyLock::new(|| store_of(&long_dataset()));
static API: LazyLock<Api> = LazyLock::new(|| Api::new(Limits::default()).unwrap());

/// Numbers in a pseudo-random order.
fn mixed(number: usize) -> usize {
    number * 7_919 % 10_007
}

fn long_dataset() -> Dataset {
    let company = |number: usize| {
        let mut company = Entity::new(
            &format!("c{number:05}"),
            EntityKind::Company,
            &format!("Name {}", mixed(number) % 700),
        )
        .unwrap();
        company.country = (!number.is_multiple_of(5)).then(|| ["DE", "CN", "US", "SG"][mixed(number) % 4].to_owned());
        company.founded = (!number.is_multiple_of(3)).then(|| date(mixed(number)));
        company
    };
    let owned = |number: usize| {
        let ends = Ends::Known {
            from: "c00000".to_owned(),
            to: format!("c{:05}", mixed(number) % (COMPANIES - 1) + 1),
        };
        let mut owned = Relationship::new(format!("rel:{:05}", mixed(number)), RelationshipKind::Owns, ends);
        owned.evidence = vec![Evidence::asserting(format!("e{number}"), "source:s")];
        owned
    };
    Dataset {
        title: "Many".to_owned(),
        description: None,
        licence: None,
        recorded_at: Timestamp::UNIX_EPOCH,
        sources: vec![Source {
            id: "source:s".to_owned(),
            publisher: "P".to_owned(),
            title: "T".to_owned(),
            url: None,
            published_on: None,
            licence: None,
        }],
        entities: (0..COMPANIES).map(company).collect(),
        relationships: (0..OWNED).map(owned).collect(),
    }
}

fn date(number: usize) -> PartialDate {
    format!("{}-{:02}", 1900 + number % 120, number % 12 + 1)
        .parse()
        .unwrap()
}

/// A page: its keys, the cursor to continue from, and the explored work.
struct PageSummary {
    keys: Vec<String>,
    next: Option<String>,
    explored: u64,
}

/// One page of a listing, in which `PAGE` stands for the arguments of the page.
fn page_summary(store: &Arc<Store>, (path, listing): (&str, &str), page: &str, is_forward: bool) -> PageSummary {
    let selection = "edges { cursor node { key } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
    let mut request = Request::new("test", listing.replace("PAGE", page).replace("CONNECTION", selection));
    request.extensions.insert("cost".to_owned(), json!(true));
    let answer = serde_json::to_value(answer_over(&API, store, request)).unwrap();
    assert_eq!(answer.get("errors"), None, "{listing} {page}\n{answer:#}");
    let connection = path.split('.').fold(&answer["data"], |value, field| &value[field]);
    let info = &connection["pageInfo"];
    let (more, cursor) = match is_forward {
        true => ("hasNextPage", "endCursor"),
        false => ("hasPreviousPage", "startCursor"),
    };
    let keys = connection["edges"].as_array().unwrap().iter();
    PageSummary {
        keys: keys
            .map(|edge| edge["node"]["key"].as_str().unwrap().to_owned())
            .collect(),
        // An empty page has no end.
        next: info[cursor].as_str().filter(|_| info[more] == true).map(str::to_owned),
        explored: answer["extensions"]["cost"]["explored"].as_u64().unwrap(),
    }
}

/// Reads all pages of a listing, and returns the keys in order and the explored work of each page.
fn read(store: &Arc<Store>, listing: (&str, &str), size: usize, is_forward: bool) -> (Vec<String>, Vec<u64>) {
    let (count, from) = if is_forward {
        ("first", "after")
    } else {
        ("last", "before")
    };
    let (mut pages, mut explored, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = page_summary(store, listing, &format!("{count}: {size}{cursor}"), is_forward);
        assert!(pages.len() < 10_000, "it ends");
        explored.push(page.explored);
        pages.push(page.keys);
        match page.next {
            Some(next) => cursor = format!(", {from}: {next:?}"),
            None => break,
        }
    }
    if !is_forward {
        pages.reverse();
    }
    (pages.concat(), explored)
}

const LISTINGS: [(&str, &str); 9] = [
    ("companies", "{ companies(PAGE) { CONNECTION } }"),
    (
        "companies",
        "{ companies(PAGE, orderBy: [{field: NAME}]) { CONNECTION } }",
    ),
    (
        "entities",
        "{ entities(PAGE, orderBy: [{field: COUNTRY, direction: DESC}, {field: FOUNDED}]) { CONNECTION } }",
    ),
    (
        "companies",
        r#"{ companies(PAGE, orderBy: [{field: FOUNDED, direction: DESC}], filter: {country: {in: ["DE", "SG"]}}) { CONNECTION } }"#,
    ),
    ("relationships", "{ relationships(PAGE) { CONNECTION } }"),
    (
        "relationships",
        "{ relationships(PAGE, orderBy: [{field: KIND}, {field: ID, direction: DESC}]) { CONNECTION } }",
    ),
    (
        "company.relationships",
        r#"{ company(by: {id: "c00000"}) { relationships(PAGE) { CONNECTION } } }"#,
    ),
    (
        "company.holdings",
        r#"{ company(by: {id: "c00000"}) { holdings(PAGE, orderBy: [{field: NEIGHBOR_NAME}]) { CONNECTION } } }"#,
    ),
    (
        "node.statements",
        r#"{ node(id: "source:s") { ... on Source { statements(PAGE) { CONNECTION } } } }"#,
    ),
];

#[test]
fn the_work_of_a_page_does_not_grow_with_its_position() {
    const SIZE: usize = 25;
    let all = u64::try_from(COMPANIES + OWNED).unwrap();
    for listing in LISTINGS {
        for is_forward in [true, false] {
            let (keys, explored) = read(&STORE, listing, SIZE, is_forward);
            assert!(keys.len() >= 1_000, "{listing:?} has {} rows", keys.len());
            // The first two may sort everything. After that a page reads its own rows and those between that do not match:
            // the filter has two of five countries.
            let most = explored.iter().skip(2).max().unwrap();
            assert!(
                *most <= 8 * (u64::try_from(SIZE).unwrap() + 2),
                "{listing:?} {is_forward}: {explored:?}"
            );
            assert!(explored[..2].iter().all(|units| *units <= 2 * all), "{explored:?}");
        }
    }
}

#[test]
fn concatenated_pages_are_the_whole_listing_from_either_end() {
    let dataset = long_dataset();
    for (number, listing) in LISTINGS.into_iter().enumerate() {
        let (forward, _) = read(&STORE, listing, 83, true);
        let (backward, _) = read(&STORE, listing, 47, false);
        assert_eq!(forward, backward, "{listing:?}");
        let mut distinct = forward.clone();
        distinct.sort();
        distinct.dedup();
        if number != 7 {
            assert_eq!(distinct.len(), forward.len(), "{listing:?}");
        }
    }
    // By definition: by folded name, then by id.
    let mut by_name: Vec<&Entity> = dataset.entities.iter().collect();
    by_name.sort_by_key(|company| (company.name.to_lowercase(), company.id.clone()));
    let expected: Vec<&str> = by_name.into_iter().map(|company| company.id.as_str()).collect();
    assert_eq!(read(&STORE, LISTINGS[1], 83, true).0, expected);
    let mut by_date: Vec<&Entity> = dataset
        .entities
        .iter()
        .filter(|company| matches!(company.country.as_deref(), Some("DE" | "SG")))
        .collect();
    by_date.sort_by_key(|company| {
        let day = company.founded.map(|date| date.first_day());
        (day.is_none(), day.map(std::cmp::Reverse), company.id.clone())
    });
    let expected: Vec<&str> = by_date.into_iter().map(|company| company.id.as_str()).collect();
    assert_eq!(read(&STORE, LISTINGS[3], 83, true).0, expected);
}

#[test]
fn later_pages_read_the_state_of_the_first_page() {
    for listing in [LISTINGS[0], LISTINGS[1], LISTINGS[2]] {
        let store = store_of(&long_dataset());
        let whole = read(&store, listing, 500, true).0;
        let first = page_summary(&store, listing, "first: 500", true);
        // At the front, in the middle and at the end, in any order; and an existing company is renamed.
        for name in ["A first", "C00500a", "Zz last", "C01000"] {
            live::commit(&store, vec![live::company(name)], "a test");
        }
        let mut keys = first.keys;
        let mut next = first.next;
        while let Some(cursor) = next {
            let page = page_summary(&store, listing, &format!("first: 500, after: {cursor:?}"), true);
            keys.extend(page.keys);
            next = page.next;
        }
        assert_eq!(keys, whole, "{listing:?}");
        let anew = read(&store, listing, 500, true).0;
        assert_eq!(anew.len(), whole.len() + 3, "{listing:?}");
        assert_eq!(anew, read(&store, listing, 313, false).0, "{listing:?}");
    }
}

#[test]
fn a_window_between_two_cursors_contains_the_rows_between() {
    for listing in LISTINGS {
        let whole = page_summary(&STORE, listing, "first: 1000", true);
        let connection = |page: &str| page_summary(&STORE, listing, page, true).keys;
        let cursors = |number: usize| {
            let first = page_summary(&STORE, listing, &format!("first: {number}"), true);
            first.next.unwrap()
        };
        let (after, before) = (cursors(100), cursors(131));
        let between = connection(&format!("first: 1000, after: {after:?}, before: {before:?}"));
        assert_eq!(between, whole.keys[100..130], "{listing:?}");
        let last = connection(&format!("last: 7, after: {after:?}, before: {before:?}"));
        assert_eq!(last, whole.keys[123..130], "{listing:?}");
        let none = connection(&format!("first: 7, after: {before:?}, before: {after:?}"));
        assert_eq!(none, Vec::<String>::new(), "{listing:?}");
        assert_eq!(connection("first: 0"), Vec::<String>::new());
    }
}
