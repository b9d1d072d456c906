//! Readers that page through everything while others write: each reads exactly one state, from its first page to its last.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use guanxi::{
    model::{
        Change, Dataset, Directness, Ends, Entity, EntityKind, Evidence, Record, Relationship, RelationshipKind,
        RelationshipStatus, Source, Stance, Timestamp, Validity,
    },
    store::{Store, commit::Proposal},
};
use serde_json::Value;

use crate::harness::{ask_over, store_of};

const COMPANIES: usize = 23;
const GENERATIONS: u64 = 40;
const READERS: usize = 3;

/// Every company of a generation, named after it; in odd ones there is one more.
fn companies(generation: u64) -> Vec<Entity> {
    let count = COMPANIES + usize::from(generation % 2 == 1);
    let company = |number: usize| {
        let name = format!("Generation {generation}");
        Entity::new(&format!("c{number:02}"), EntityKind::Company, &name).unwrap()
    };
    (0..count).map(company).collect()
}

/// The ownership in a generation: the first company owns one that depends on the generation.
fn holding(generation: u64) -> Relationship {
    let number = 1 + usize::try_from(generation).unwrap() % (COMPANIES - 1);
    Relationship {
        id: format!("rel:{generation}"),
        kind: RelationshipKind::Owns,
        ends: Ends::Known {
            from: "c00".to_owned(),
            to: format!("c{number:02}"),
        },
        role: Some(format!("Generation {generation}")),
        status: RelationshipStatus::Active,
        validity: Validity::OPEN,
        share: None,
        interest: None,
        directness: Directness::Unknown,
        components: Vec::new(),
        record: None,
        amount: None,
        capabilities: Vec::new(),
        properties: None,
        evidence: vec![Evidence {
            id: format!("ev:{generation}"),
            source: "source:s".to_owned(),
            locator: None,
            stance: Stance::Asserts,
            speaker: None,
            stated_on: None,
            summary: None,
            share: None,
            amount: None,
            confidence: None,
        }],
        recorded_at: Timestamp::UNIX_EPOCH,
        retracted_at: None,
    }
}

fn dataset() -> Dataset {
    Dataset {
        title: "Generations".to_owned(),
        description: None,
        licence: None,
        recorded_at: Timestamp::UNIX_EPOCH,
        sources: vec![Source {
            id: "source:s".to_owned(),
            publisher: "Publisher".to_owned(),
            title: "Title".to_owned(),
            url: None,
            published_on: None,
            licence: None,
        }],
        entities: companies(0),
        relationships: vec![holding(0)],
    }
}

/// Replaces one generation by the next, in one commit.
fn advance(store: &Store, generation: u64) {
    let put = |record| Change::Put(Box::new(record));
    let mut changes: Vec<Change> = companies(generation).into_iter().map(Record::Entity).map(put).collect();
    if generation.is_multiple_of(2) {
        changes.push(Change::Retract {
            noun: guanxi::model::Noun::Entity,
            id: format!("c{COMPANIES:02}"),
        });
    }
    changes.push(Change::Retract {
        noun: guanxi::model::Noun::Relationship,
        id: format!("rel:{}", generation - 1),
    });
    changes.push(put(Record::Relationship(holding(generation))));
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: None,
        // A clock that is behind, as those of other machines may be.
        at: Timestamp::UNIX_EPOCH,
        decide: Box::new(move |_| Ok(changes)),
    };
    store.commit(proposal).unwrap();
}

/// All pages of a listing, with fields that contain the generation.
fn pages(store: &Arc<Store>, listing: &str, fields: &str) -> Vec<Value> {
    let (mut nodes, mut after) = (Vec::new(), String::new());
    loop {
        let query =
            format!("{{ {listing}(first: 4{after}) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}");
        let page = ask_over(store, &query)[listing].take();
        nodes.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            return nodes;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        thread::yield_now();
    }
}

#[test]
fn readers_that_page_while_others_write_see_one_state_each() {
    let store = store_of(&dataset());
    let (done, read) = (AtomicBool::new(false), AtomicUsize::new(0));
    let generations: Vec<String> = thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut generations = Vec::new();
                    while !done.load(Ordering::Relaxed) {
                        let nodes = pages(&store, "companies", "id name holdings { nodes { id } }");
                        let generation = nodes[0]["name"].as_str().unwrap().to_owned();
                        assert!(nodes.iter().all(|node| node["name"] == generation), "{nodes:#?}");
                        let number: u64 = generation.rsplit(' ').next().unwrap().parse().unwrap();
                        assert_eq!(nodes.len(), companies(number).len(), "{generation}");
                        let Ends::Known { to, .. } = holding(number).ends else {
                            unreachable!()
                        };
                        assert_eq!(nodes[0]["holdings"]["nodes"][0]["id"], to, "{generation}");
                        generations.push(generation);
                        read.fetch_add(1, Ordering::Relaxed);
                    }
                    generations
                })
            })
            .collect();
        // The loop runs until they have read enough, however slow the machine is; the assertion below checks that they did.
        for generation in 1..=100 * GENERATIONS {
            advance(&store, generation);
            if generation % 8 == 0 {
                store.rebase().unwrap();
            }
            thread::sleep(std::time::Duration::from_millis(15));
            if generation >= GENERATIONS && read.load(Ordering::Relaxed) > 2 * READERS {
                break;
            }
        }
        done.store(true, Ordering::Relaxed);
        readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect()
    });
    let different: std::collections::BTreeSet<&String> = generations.iter().collect();
    assert!(different.len() > 1, "readers and writers ran at the same time");
}
