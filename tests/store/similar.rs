//! Finding similar names: equal names first, then those that share the rarest words, with bounded work.

use guanxi::{
    graph::{Budget, Exhausted},
    model::{CompanyName, Entity, EntityKind, Name, NameKind},
    store::search::Error,
};

use super::search::SearchFixture;

#[test]
fn similar_names_share_their_rarest_words() {
    let mut names: Vec<String> = (0..300)
        .map(|number| format!("Filler{number} Trading Limited"))
        .collect();
    names.extend(
        [
            "Alibaba Group Holding Limited",
            "Alibaba Pictures",
            "阿里巴巴集团控股有限公司",
        ]
        .map(str::to_owned),
    );
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fixture = SearchFixture::with_names(&names);
    assert_eq!(
        fixture.similar("ALIBABA GROUP HOLDINGS LTD", 2)[0],
        "Alibaba Group Holding Limited"
    );
    assert_eq!(fixture.similar("Alibbaa Pictures Limited", 1), ["Alibaba Pictures"]);
    assert_eq!(fixture.similar("阿里巴巴集团", 1), ["阿里巴巴集团控股有限公司"]);
    assert_eq!(
        fixture.similar("Filler7 Trading Limited", 1),
        ["Filler7 Trading Limited"]
    );
    assert_eq!(fixture.similar("Limited", 5).len(), 5);
    for nothing in ["", "???", "Xyzzy"] {
        assert_eq!(fixture.similar(nothing, 5)[..], [""; 0]);
    }
    let long = format!("Filler7 {}", "Filler ".repeat(5000));
    assert_eq!(fixture.similar(&long, 1), ["Filler7 Trading Limited"]);
}

#[test]
fn equal_names_are_found_among_many_that_share_a_word() {
    let mut names: Vec<String> = (0..150).map(|number| format!("Apollo Zeus{number:03} SA")).collect();
    names.extend(["Apollo Incorporated", "Apollo"].map(str::to_owned));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fixture = SearchFixture::with_names(&names);
    assert_eq!(fixture.similar("APOLLO", 100)[..2], ["Apollo", "Apollo Incorporated"]);
    assert_eq!(fixture.similar("APOLLO, INCORPORATED", 1), ["Apollo Incorporated"]);
    assert_eq!(
        fixture.similar("Apollo Gesellschaft mit beschränkter Haftung", 2),
        ["Apollo Incorporated", "Apollo"]
    );
    // All share the word in their main names; one has it as another name.
    let mut last = Entity::new("99999", EntityKind::Company, "Zeus Olympian Trading Partners").unwrap();
    last.names.push(Name {
        text: "Apollo Limited".to_owned(),
        language: None,
        script: None,
        kind: NameKind::Alias,
    });
    let company = |number: usize| Entity::new(&format!("{number:05}"), EntityKind::Company, "Apollo Zeus").unwrap();
    let fixture = SearchFixture::new((0..150).map(company).chain([last]).collect());
    assert_eq!(fixture.similar("Apollo", 1), ["Zeus Olympian Trading Partners"]);
}

#[test]
fn names_are_found_in_each_of_their_spellings() {
    for name in [
        "Bros",
        "Bros Tech",
        "Bərdə",
        "مكة",
        "St. Gebr.",
        "順豐速運",
        "中国銀行",
        "A. B.",
        "ŦŊĸ",
        "Ilia ى",
    ] {
        let mut names = vec!["Brothers Technology", "Barda", "Alpha Beta"];
        names.push(name);
        let fixture = SearchFixture::with_names(&names);
        assert!(fixture.similar(name, 4).contains(&name), "{name}");
        // With another word, so that the names are not equal.
        let more = format!("{name} Zweiblum");
        assert!(name == "A. B." || fixture.similar(&more, 4).contains(&name), "{more}");
    }
}

#[test]
fn looking_for_typos_spends_budget_even_without_results() {
    let fixture = SearchFixture::with_names(&["Alibaba", "Amazon"]);
    let text: Vec<String> = (0..24).map(|number| format!("Xyzzyquux{number:02}")).collect();
    let text = text.join(" ");
    let ask = |work_max: u64| {
        let (budget, name) = (Budget::new(work_max, || false), CompanyName::new(&text));
        let entities = fixture.index.similar((&text, &name), 5, &budget);
        entities.map(|entities| (entities.len(), budget.spent()))
    };
    assert!(matches!(ask(1000), Err(Error::Exhausted(Exhausted::Work { .. }))));
    // A thousand of these exceed the budget of a request.
    let (count, spent) = ask(u64::MAX).unwrap();
    assert_eq!(count, 0);
    assert!((4_000..100_000).contains(&spent), "{spent}");
}
