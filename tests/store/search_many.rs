//! Searching many names: several threads build the index, it has a lexicon, and words are frequent.

use guanxi::{
    graph::Budget,
    store::search::{Hit, Question},
};

use super::search::{SearchFixture, expected};

#[test]
fn scores_are_the_same_however_the_index_was_built() {
    // Enough names for several threads, which share them in any way.
    let names: Vec<String> = (0..20_500)
        .map(|number| format!("{} Company {}", ["Red", "Green", "Blue"][number % 3], number % 1000))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (one, other) = (SearchFixture::with_names(&names), SearchFixture::with_names(&names));
    for text in ["red company 7", "gren", "blue 12", "company", "re 999"] {
        let results = |fixture: &SearchFixture| -> Vec<(String, f64)> {
            let hit = |hit: Hit| (fixture.snapshot.entity(hit.entity).id().to_owned(), hit.score);
            fixture.hits(text).into_iter().map(hit).collect()
        };
        assert!(!results(&one).is_empty(), "{text}");
        assert_eq!(results(&one), results(&other), "{text}");
    }
    assert_eq!(one.similar("Blu Company 12", 20), other.similar("Blu Company 12", 20));
}
#[test]
fn all_names_that_lack_fewest_words_are_found() {
    // Enough names for a lexicon, with frequent and rare words, which are read in different ways.
    let names: Vec<String> = (0..6_000)
        .map(|number| format!("Red{} Green{} Blue{}", number % 7, number % 300, number % 11))
        .collect();
    let owned = names.clone();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fixture = SearchFixture::with_names(&names);
    for text in [
        "Red1 Green8 Blue3",
        "red1 green8 blue3 red2",
        "red1 green7 blue3 zebra",
        "green1 green2 blue5",
        "red1 red2 blue1 blue2",
        "grene8 red1",
        "green299 gree blue10 red6 red5",
    ] {
        let expected_ids: Vec<String> = expected(&owned, text)
            .iter()
            .map(|place| format!("{place:05}"))
            .collect();
        assert_eq!(fixture.ids(text), expected_ids, "{text}");
    }
    // Even if no name has many of the words, each is only read a few times.
    let reds = (0..7).map(|number| format!("red{number}"));
    let text: Vec<String> = reds.chain((0..11).map(|number| format!("blue{number}"))).collect();
    let (question, budget) = (Question::new(&text.join(" ")).unwrap(), Budget::new(u64::MAX, || false));
    let hits = fixture.index.search(&question, |_| true, &budget).unwrap();
    assert_eq!(hits.len(), expected(&owned, &text.join(" ")).len());
    let once = Budget::new(u64::MAX, || false);
    for word in &text {
        fixture
            .index
            .search(&Question::new(word).unwrap(), |_| true, &once)
            .unwrap();
    }
    assert!(
        budget.spent() < 4 * once.spent(),
        "{} and {}",
        budget.spent(),
        once.spent()
    );
}
