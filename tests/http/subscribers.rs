//! Subscribers: each gets every change once and in order, even if disconnected repeatedly, and many at the same time.

use std::{sync::Arc, time::Duration};

use guanxi::{
    engine::{Limits, Request},
    model::{Change, Entity, EntityKind, Record, Timestamp},
    schema::{Api, Reply, SubscriptionEvents},
    store::Store,
};
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, any},
    prop_assert_eq, proptest,
};
use tokio::time::timeout;

use crate::harness::{
    BUNDLED,
    live::{Live, Setup, commit, company},
    store_of,
};

async fn subscribe(api: &Arc<Api>, store: &Arc<Store>, after: Option<String>) -> Box<SubscriptionEvents> {
    let request = Request::new("test", "subscription { changes { recordId } }");
    match api.start(request, store, Timestamp::now, after).await {
        Reply::Subscription(events) => events,
        Reply::Answer(answer) => panic!("{answer:?}"),
    }
}

/// The record of the next event and its cursor; `None` if there is no event for a while.
async fn next_record(events: &mut SubscriptionEvents, patience: Duration) -> Option<(String, String)> {
    let event = timeout(patience, events.next()).await.ok()??;
    let answer = serde_json::to_value(&event.answer).unwrap();
    let id = answer["data"]["changes"]["recordId"].as_str().unwrap().to_owned();
    Some((id, event.cursor.unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_subscriber_disconnected_at_random_gets_each_change_once_and_in_order(
        commits in vec(1..5_usize, 1..30),
        stays in vec(1..7_usize, 1..100),
        ahead in 1..4_u64,
        racing in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let store = store_of(&BUNDLED);
        let limits = Limits { entries_ahead_max: ahead, ..Limits::default() };
        let api = Arc::new(Api::new(limits).unwrap());
        let mut number = 0;
        let batches: Vec<Vec<String>> = commits.iter().map(|size| {
            (0..*size).map(|_| { number += 1; format!("Company {number:04}") }).collect()
        }).collect();
        let expected: Vec<String> = batches.concat().iter().map(|name| name.to_lowercase().replace(' ', "-")).collect();
        let seen = runtime.block_on(async {
            let mut events = subscribe(&api, &store, None).await;
            let writing = {
                let store = Arc::clone(&store);
                tokio::task::spawn_blocking(move || {
                    for batch in batches {
                        commit(&store, batch.iter().map(|name| company(name)).collect(), "a test");
                    }
                })
            };
            if !racing {
                writing.await.unwrap();
            }
            let mut seen = Vec::new();
            let mut stays = stays.into_iter().cycle();
            'over: loop {
                let mut last = None;
                for _ in 0..stays.next().unwrap_or(1) {
                    if seen.len() == expected.len() {
                        break 'over;
                    }
                    let Some((id, cursor)) = next_record(&mut events, Duration::from_secs(5)).await else { break 'over };
                    seen.push(id);
                    last = Some(cursor);
                }
                events = subscribe(&api, &store, last).await;
            }
            // And no further event.
            seen.extend(next_record(&mut events, Duration::from_millis(20)).await.map(|(id, _)| id));
            seen
        });
        prop_assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn a_cursor_of_another_log_is_refused() {
    let (api, store) = (Arc::new(Api::new(Limits::default()).unwrap()), store_of(&BUNDLED));
    let mut events = subscribe(&api, &store, None).await;
    let writing = Arc::clone(&store);
    tokio::task::spawn_blocking(move || commit(&writing, vec![company("One")], "a test"))
        .await
        .unwrap();
    let (_, cursor) = next_record(&mut events, Duration::from_secs(5)).await.unwrap();
    let request = Request::new("test", "subscription { changes { recordId } }");
    let other = api
        .start(request, &store_of(&BUNDLED), Timestamp::now, Some(cursor))
        .await;
    let Reply::Answer(answer) = other else {
        panic!("subscribed")
    };
    let answer = serde_json::to_value(&answer).unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert!(answer.get("data").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_subscribers_receive_every_change() {
    const SUBSCRIBERS: usize = 200;
    let live = Live::start(Setup::default()).await;
    let mut sockets = Vec::new();
    for _ in 0..SUBSCRIBERS {
        let mut socket = live.ready().await;
        socket.subscribe("s", "subscription { changes { recordId } }").await;
        sockets.push(socket);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    for name in ["One", "Two", "Three"] {
        live.record(&[name]).await;
    }
    for mut socket in sockets {
        for id in ["one", "two", "three"] {
            assert_eq!(socket.hear().await["payload"]["data"]["changes"]["recordId"], id);
        }
    }
}

/// A subscription to the changes of entity `id` from now on, or after a cursor.
async fn watching(api: &Arc<Api>, store: &Arc<Store>, id: &str, after: Option<String>) -> Box<SubscriptionEvents> {
    let query = format!("subscription {{ changes: entityChanged(ids: [\"{id}\"]) {{ recordId }} }}");
    match api
        .start(Request::new("test", query), store, Timestamp::now, after)
        .await
    {
        Reply::Subscription(events) => events,
        Reply::Answer(answer) => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn a_merged_entity_is_followed_after_any_cursor() {
    let (api, store) = (Arc::new(Api::new(Limits::default()).unwrap()), store_of(&BUNDLED));
    let merge = |from: &str, into: &str| Change::Merge {
        from: from.to_owned(),
        into: into.to_owned(),
    };
    let write = async |changes: Vec<Change>| {
        let store = Arc::clone(&store);
        let writing = tokio::task::spawn_blocking(move || commit(&store, changes, "a test"));
        writing.await.unwrap();
    };
    write(["A", "B", "C"].map(company).into()).await;
    let mut live = watching(&api, &store, "a", None).await;
    // One more step, so that a cursor is in the middle of the commit.
    write(vec![merge("a", "b"), company("Other")]).await;
    write(vec![merge("b", "c")]).await;
    let mut cursors = Vec::new();
    while let Some((_, cursor)) = next_record(&mut live, Duration::from_millis(200)).await {
        cursors.push(cursor);
    }
    assert!(cursors.len() >= 2, "{cursors:?}");
    for (number, after) in cursors.into_iter().map(Some).chain([None]).enumerate() {
        let mut resumed = watching(&api, &store, "a", after.clone()).await;
        let renamed = Entity::new("c", EntityKind::Company, &format!("C {number}")).unwrap();
        write(vec![Change::Put(Box::new(Record::Entity(renamed)))]).await;
        let mut last = None;
        while let Some((id, _)) = next_record(&mut resumed, Duration::from_millis(200)).await {
            last = Some(id);
        }
        assert_eq!(last.as_deref(), Some("c"), "after {after:?}");
    }
}
