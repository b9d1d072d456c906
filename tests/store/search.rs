//! The search index compared with a direct search for words, and with names in many scripts.

use std::sync::LazyLock;

use guanxi::{
    graph::{Budget, Exhausted, Snapshot},
    model::{CompanyName, Dataset, Entity, EntityKind, Identifier, Name, NameKind},
    store::search::{Error, Hit, Index, Question, highlights},
};
use proptest::prelude::*;

use crate::harness::{BUNDLED, now};

/// A snapshot and its index.
pub(super) struct SearchFixture {
    pub(super) snapshot: Snapshot,
    pub(super) index: Index,
}

impl SearchFixture {
    pub(super) fn new(entities: Vec<Entity>) -> Self {
        let dataset = Dataset {
            title: "Names".to_owned(),
            description: None,
            licence: None,
            recorded_at: now(),
            sources: Vec::new(),
            entities,
            relationships: Vec::new(),
        };
        Self::with_dataset(&dataset)
    }

    fn with_dataset(dataset: &Dataset) -> Self {
        let snapshot = Snapshot::build(dataset).unwrap();
        let index = Index::build(&snapshot).unwrap();
        Self { snapshot, index }
    }

    /// Companies `0`, `1`, … with these names.
    pub(super) fn with_names(names: &[&str]) -> Self {
        let company =
            |(number, name): (usize, &&str)| Entity::new(&format!("{number:05}"), EntityKind::Company, name).unwrap();
        Self::new(names.iter().enumerate().map(company).collect())
    }

    pub(super) fn hits(&self, text: &str) -> Vec<Hit> {
        let budget = Budget::new(u64::MAX, || false);
        let question = Question::new(text).unwrap();
        let mut hits = self.index.search(&question, |_| true, &budget).unwrap();
        hits.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.entity.cmp(&other.entity)));
        hits
    }

    /// The main names of the results, best first.
    fn names(&self, text: &str) -> Vec<&str> {
        let name = |hit: Hit| self.snapshot.entity(hit.entity).name();
        self.hits(text).into_iter().map(name).collect()
    }

    pub(super) fn ids(&self, text: &str) -> Vec<&str> {
        let mut hits = self.hits(text);
        hits.sort_by_key(|hit| hit.entity);
        hits.into_iter()
            .map(|hit| self.snapshot.entity(hit.entity).id())
            .collect()
    }

    pub(super) fn similar(&self, name: &str, limit: usize) -> Vec<&str> {
        let budget = Budget::new(u64::MAX, || false);
        let name = (name, &CompanyName::new(name));
        let entities = self.index.similar(name, limit, &budget).unwrap();
        entities
            .into_iter()
            .map(|entity| self.snapshot.entity(entity).name())
            .collect()
    }
}

static BUNDLE: LazyLock<SearchFixture> = LazyLock::new(|| SearchFixture::with_dataset(&BUNDLED));

#[test]
fn every_name_of_the_bundled_data_finds_its_entity_among_the_first() {
    for entity in &BUNDLED.entities {
        let names = entity.names.iter().map(|name| &name.text);
        for name in std::iter::once(&entity.name).chain(names) {
            let names = BUNDLE.names(name);
            let rank = names.iter().position(|known| *known == entity.name);
            assert!(rank.is_some_and(|rank| rank < 3), "{name} finds {names:?}");
        }
        assert_eq!(BUNDLE.names(&entity.name)[0], entity.name);
        assert!(BUNDLE.names(&entity.id)[..].contains(&entity.name.as_str()));
    }
}

#[test]
fn names_are_found_in_other_scripts_with_typos_and_half_typed() {
    for (text, name) in [
        ("支付宝", "Alipay"),
        ("支付", "Alipay"),
        ("宝", "Alipay"),
        ("菜鸟", "Cainiao"),
        ("aeropostale", "Aéropostale"),
        ("AÉROPOSTALE", "Aéropostale"),
        ("aeropostal", "Aéropostale"),
        ("areopostale", "Aéropostale"),
        ("macys", "Macy's"),
        ("macy's", "Macy's"),
        ("MACY’S", "Macy's"),
        ("bloomingdle", "Bloomingdale's"),
        ("blomingdales", "Bloomingdale's"),
        ("lord and taylor", "Lord & Taylor"),
        ("neim mar", "Neiman Marcus"),
        ("marcus neiman", "Neiman Marcus"),
        ("pay pal", "PayPal"),
        ("Ａｌｉｐａｙ", "Alipay"),
    ] {
        assert_eq!(
            BUNDLE.names(text).first(),
            Some(&name),
            "{text}: {:?}",
            BUNDLE.names(text)
        );
    }
}

#[test]
fn separators_inside_words_need_not_be_typed() {
    let names = [
        "J.Crew",
        "eBay",
        "E-Plus",
        "AT&T Inc.",
        "7-Eleven",
        "Wal-Mart",
        "H & M",
        "O'Reilly Media",
        "Yahoo!",
    ];
    let fixture = SearchFixture::with_names(&names);
    for (text, name) in [
        ("jcrew", "J.Crew"),
        ("j crew", "J.Crew"),
        ("j. crew", "J.Crew"),
        ("E-bay", "eBay"),
        ("e bay", "eBay"),
        ("eplus", "E-Plus"),
        ("att", "AT&T Inc."),
        ("at&t", "AT&T Inc."),
        ("at and t", "AT&T Inc."),
        ("7eleven", "7-Eleven"),
        ("7 eleven", "7-Eleven"),
        ("eleven", "7-Eleven"),
        ("walmart", "Wal-Mart"),
        ("wal mart", "Wal-Mart"),
        ("h&m", "H & M"),
        ("hm", "H & M"),
        ("oreilly", "O'Reilly Media"),
        ("reilly", "O'Reilly Media"),
        ("yahoo", "Yahoo!"),
    ] {
        assert_eq!(fixture.names(text).first(), Some(&name), "{text}");
    }
}

#[test]
fn scripts_without_spaces_are_found_by_any_stretch() {
    let names = [
        "阿里巴巴集团控股有限公司",
        "株式会社ガスター",
        "삼성전자 주식회사",
        "ธนาคารไทยพาณิชย์",
        "上海Apple贸易",
    ];
    let fixture = SearchFixture::with_names(&names);
    for (text, place) in [
        ("阿里巴巴", 0),
        ("集团", 0),
        ("巴巴 控股", 0),
        ("ガスター", 1),
        ("ｶﾞｽﾀｰ", 1),
        ("삼성", 2),
        ("전자", 2),
        ("ไทยพาณิชย์", 3),
        ("apple", 4),
        ("海apple", 4),
    ] {
        assert_eq!(fixture.names(text), [names[place]], "{text}");
    }
    assert_eq!(
        fixture.names("カス")[..],
        [""; 0],
        "a voicing mark makes another letter"
    );
}

#[test]
fn identifiers_are_found_by_prefixes_and_with_or_without_separators() {
    let mut apple = Entity::new("Q312", EntityKind::Company, "Apple").unwrap();
    apple
        .identifiers
        .push(Identifier::new("lei", "HWUPKR0MPOU8FGXBT394").unwrap());
    apple
        .identifiers
        .push(Identifier::new("vat", "BE 0123.456.789").unwrap());
    let other = Entity::new("Q313", EntityKind::Company, "Other").unwrap();
    let fixture = SearchFixture::new(vec![apple, other]);
    for text in [
        "hwupkr0mpou8fgxbt394",
        "HWUPKR0M",
        "HWUP-KR0M-POU8-FGXB-T394",
        "lei:HWUPKR0MPOU8FGXBT394",
        "BE0123456789",
        "be 0123",
        "BE 0123 456 789",
        "0123.456",
        "Q312",
    ] {
        assert_eq!(fixture.names(text), ["Apple"], "{text}");
    }
    assert_eq!(
        fixture.names("HWUPKR0MPOU8FGXBT395")[..],
        [""; 0],
        "a code with a typo is another code"
    );
    assert_eq!(
        fixture.names("HW")[..],
        [""; 0],
        "two letters are a prefix of too many codes"
    );
    assert_eq!(fixture.names("HWU"), ["Apple"]);
}

#[test]
fn equal_names_come_before_main_names_before_aliases_before_descriptions() {
    let entity = |id: &str, name: &str| Entity::new(id, EntityKind::Company, name).unwrap();
    let mut by_description = entity("1", "First Company");
    by_description.description = Some("Rival of Apple.".to_owned());
    let mut by_alias = entity("2", "Second Company");
    by_alias.names.push(Name {
        text: "Apple Second".to_owned(),
        language: None,
        script: None,
        kind: NameKind::Alias,
    });
    let longer = entity("3", "Apple Computer Trading Holdings");
    let shorter = entity("4", "Apple Shop");
    let begins = entity("5", "Applewood");
    let typo = entity("6", "Appel");
    let whole = entity("9", "APPLE");
    let fixture = SearchFixture::new(vec![by_description, by_alias, longer, shorter, begins, typo, whole]);
    let first = [
        "APPLE",
        "Apple Shop",
        "Apple Computer Trading Holdings",
        "Second Company",
    ];
    let names = fixture.names("apple");
    assert_eq!(names[..4], first);
    assert_eq!(names.len(), 7);
    let hits = fixture.hits("apple");
    assert!((hits[0].score - 1.0).abs() < f64::EPSILON);
    assert!(hits.iter().all(|hit| 0.0 < hit.score && hit.score <= 1.0));
}

#[test]
fn entities_with_most_words_are_found_if_none_has_all() {
    let fixture = SearchFixture::with_names(&["Ann Taylor", "Lord & Taylor", "Saks", "Shanghai Steel"]);
    assert_eq!(fixture.names("ann taylor shanghai"), ["Ann Taylor"]);
    assert_eq!(fixture.names("saks lord"), ["Saks", "Lord & Taylor"]);
    assert_eq!(fixture.names("saks xyzzy"), ["Saks"]);
    assert_eq!(fixture.names("xyzzy")[..], [""; 0]);
}

#[test]
fn numbers_have_no_typos() {
    let fixture = SearchFixture::with_names(&["295885733 Ontario", "Ontario Steel"]);
    for text in ["295885734", "29588m73", "29588573a"] {
        assert_eq!(fixture.names(text)[..], [""; 0], "{text}");
    }
    assert_eq!(fixture.names("295885733"), ["295885733 Ontario"]);
}

#[test]
fn hits_spend_budget() {
    let names: Vec<String> = (0..200).map(|number| format!("Filler{number} Limited")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fixture = SearchFixture::with_names(&names);
    let ask = |work_max: u64| {
        let question = Question::new("limited").unwrap();
        let budget = Budget::new(work_max, || false);
        fixture.index.search(&question, |_| true, &budget)
    };
    assert_eq!(ask(1000).unwrap().len(), 200);
    assert!(matches!(ask(100), Err(Error::Exhausted(Exhausted::Work { .. }))));
}

/// Whether `word` matches `question_word`, implemented as simply as possible.
fn is_match(word: &str, question_word: &str, is_last: bool) -> bool {
    let letters = question_word.chars().count();
    let typos = match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    word == question_word
        || (word.starts_with(question_word) && (is_last || letters >= 3))
        || strsim::osa_distance(word, question_word) <= typos
}

/// The indexes of the names that `text` must find.
pub(super) fn expected(names: &[String], text: &str) -> Vec<usize> {
    let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let text = &text.to_lowercase();
    let mut distinct: Vec<&str> = Vec::new();
    let all: Vec<&str> = text.split(' ').collect();
    for word in &all {
        if !distinct.contains(word) {
            distinct.push(word);
        }
    }
    let has = |name: &str, word: &str| {
        let position = all.iter().position(|known| *known == word).unwrap();
        let neighbors = [position.checked_sub(1).map(|before| all[before..=position].concat()), {
            all.get(position..position + 2).map(|pair| pair.concat())
        }];
        let whole = name.replace(' ', "") == text.replace(' ', "");
        whole
            || name.split(' ').any(|known| {
                let together = neighbors.iter().flatten().any(|pair| known == pair);
                together || is_match(known, word, position + 1 == all.len())
            })
    };
    let counts: Vec<usize> = names
        .iter()
        .map(|name| distinct.iter().filter(|word| has(name, word)).count())
        .collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    (0..names.len())
        .filter(|name| most > 0 && counts[*name] == most)
        .collect()
}

fn word() -> impl Strategy<Value = String> {
    "[abc]{1,10}"
}

fn name() -> impl Strategy<Value = String> {
    proptest::collection::vec(word(), 1..4).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_search_finds_exactly_those_that_contain_the_words(
        names in proptest::collection::vec(name(), 1..30),
        texts in proptest::collection::vec(name(), 5),
        prefix_choices in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1usize..10), 5),
    ) {
        let name_refs: Vec<&str> = names.iter().map(String::as_str).collect();
        let fixture = SearchFixture::with_names(&name_refs);
        // Random texts find little, so prefixes of words of the names are searched, too.
        let parts = prefix_choices.iter().map(|(name, word, letters)| {
            let words: Vec<&str> = name.get(&names).split(' ').collect();
            word.get(&words).chars().take(*letters).collect()
        });
        for text in texts.into_iter().chain(parts) {
            let expected_ids: Vec<String> = expected(&names, &text).iter().map(|place| format!("{place:05}")).collect();
            prop_assert_eq!(fixture.ids(&text), expected_ids, "{} in {:?}", text, names);
        }
    }

    #[test]
    fn characters_and_pairs_find_exactly_those_that_contain_them(
        names in proptest::collection::vec("[中国ガス삼]{1,6}", 1..20),
        text in "[中国ガス삼]{1,2}",
    ) {
        let name_refs: Vec<&str> = names.iter().map(String::as_str).collect();
        let fixture = SearchFixture::with_names(&name_refs);
        let containing = (0..names.len()).filter(|place| names[*place].contains(&text));
        let expected_ids: Vec<String> = containing.map(|place| format!("{place:05}")).collect();
        prop_assert_eq!(fixture.ids(&text), expected_ids);
    }

    #[test]
    fn one_typo_in_a_long_word_still_finds_it(
        words in proptest::collection::vec("[a-z]{5,12}", 1..20),
        choice in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        letter in proptest::char::range('a', 'z'),
        edit in 0..4,
    ) {
        let names: Vec<&str> = words.iter().map(String::as_str).collect();
        let fixture = SearchFixture::with_names(&names);
        let word = *choice.get(&names);
        let mut letters: Vec<char> = word.chars().collect();
        let at = place.index(letters.len() - 1);
        match edit {
            0 => letters.swap(at, at + 1),
            1 => letters[at] = letter,
            2 => { letters.remove(at); }
            _ => letters.insert(at, letter),
        }
        let typed: String = letters.into_iter().collect();
        prop_assert!(fixture.names(&typed).contains(&word), "{} for {}", typed, word);
    }

    #[test]
    fn any_text_can_be_searched(text in "\\PC{0,40}|[\\x00-\\x7f]{0,40}") {
        if let Ok(question) = Question::new(&text) {
            let budget = Budget::new(u64::MAX, || false);
            prop_assert!(BUNDLE.index.search(&question, |_| true, &budget).is_ok());
        }
    }

    #[test]
    fn any_name_finds_its_entity(names in proptest::collection::vec("\\PC{0,12}\\p{L}\\PC{0,12}", 1..8)) {
        prop_assume!(names.iter().all(|name| name.chars().any(char::is_alphanumeric) && name.trim() == name));
        let name_refs: Vec<&str> = names.iter().map(String::as_str).collect();
        let fixture = SearchFixture::with_names(&name_refs);
        for name in &names {
            let question = Question::new(name).unwrap();
            if question.is_empty() {
                continue;
            }
            let hits = fixture.hits(name);
            let budget = Budget::new(u64::MAX, || false);
            let named = |hit: &&Hit| fixture.snapshot.entity(hit.entity).name() == name;
            let hit = hits.iter().find(named);
            prop_assert!(hit.is_some_and(|hit| hit.score > 0.999), "{name:?}");
            for hit in hits {
                let entity = fixture.snapshot.entity(hit.entity);
                for highlight in highlights(&entity, &question, &budget).unwrap() {
                    let text: String = highlight.parts.iter().map(|part| part.text.as_str()).collect();
                    prop_assert!([entity.name(), entity.id()].contains(&text.as_str()), "{text:?}");
                    prop_assert!(highlight.parts.iter().any(|part| part.matched), "{name:?}");
                }
            }
        }
    }
}
