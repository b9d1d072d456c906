//! One name in two scripts, with its marks spelled out, and with whatever legal form, abbreviation or suffix of a register:
//! matched and searched for. The table is a registry and the names that people write for those in it.

use guanxi::{
    graph::Budget,
    model::{CompanyName, Distinctiveness, Entity, EntityKind, Identifier, MatchCriteria, similarity},
    store::search::Question,
};

use super::{
    labelled::{dataset, named, written},
    quality::{KEPT, Register, measured},
};

#[test]
fn names_are_matched_however_they_are_written() {
    let (registry, rows) = written();
    let (quality, mistakes) = measured(&Register::new(&registry), &rows);
    assert_eq!((quality.precision(), quality.recall()), (1.0, 1.0), "{mistakes:#?}");
}

/// The id of the best find, where there is one.
fn searched<'r>(register: &'r Register, text: &str) -> Option<&'r str> {
    let (graph, budget) = (register.state.graph(), Budget::new(u64::MAX, || false));
    let question = Question::new(text).unwrap();
    let hits = register
        .state
        .search()
        .unwrap()
        .search(&question, |_| true, &budget)
        .unwrap();
    let best = hits
        .into_iter()
        .reduce(|best, next| if next.score > best.score { next } else { best });
    best.map(|hit| graph.entity(hit.entity).id())
}

/// The text without the middle letter of its longest word, where that has eight letters or more.
fn with_a_typo(text: &str) -> Option<String> {
    let word = text.split(' ').max_by_key(|word| word.chars().count())?;
    let letters: Vec<char> = word.chars().collect();
    let is_long = letters.len() >= 8
        && letters
            .iter()
            .all(|letter| letter.is_alphabetic() && *letter < '\u{e00}');
    let typo = letters
        .iter()
        .enumerate()
        .filter(|(place, _)| *place != letters.len() / 2);
    is_long.then(|| text.replace(word, &typo.map(|(_, letter)| letter).collect::<String>()))
}

#[test]
fn names_are_found_however_they_are_written() {
    let (registry, rows) = written();
    let register = Register::new(&registry);
    let mut typos = 0;
    for row in rows.iter().filter(|row| row.expected.is_some()) {
        let (text, name) = row.wanted.name.as_ref().unwrap();
        // A search is for words, and lines of business are translated.
        let words = name
            .core()
            .iter()
            .filter(|word| word.distinctiveness == Distinctiveness::Distinctive);
        let core = words.map(|word| word.text.as_str()).collect::<Vec<&str>>().join(" ");
        let by_core = searched(&register, &core);
        let are_namesakes = |id: Option<&str>| {
            let names = [id, row.expected.as_deref()].map(|id| {
                let entity = registry.entities.iter().find(|entity| Some(entity.id.as_str()) == id);
                entity.map(|entity| CompanyName::new(&entity.name))
            });
            matches!(&names, [Some(one), Some(other)] if similarity(one, other) == 1.0)
        };
        assert!(
            are_namesakes(by_core),
            "{text}, as {core}: {by_core:?}, not {:?}",
            row.expected
        );
        if let Some(typo) = with_a_typo(&core) {
            let found = searched(&register, &typo);
            assert!(
                are_namesakes(found),
                "{text}, as {typo}: {found:?}, not {:?}",
                row.expected
            );
            typos += 1;
        }
    }
    assert!(typos > 10, "{typos} names have long words");
}

#[test]
fn zeros_before_the_number_of_a_register_do_not_matter() {
    let company = |id: &str, number: &str| {
        let mut entity = Entity::new(id, EntityKind::Company, &format!("Company {id}")).unwrap();
        entity.identifiers = vec![Identifier::new("gb-coh", number).unwrap()];
        entity
    };
    let register = Register::new(&dataset(
        "Numbers",
        vec![company("a", "00229269"), company("b", "SC0042")],
    ));
    for (number, id) in [("229269", "a"), ("0000229269", "a"), ("SC42", "b"), ("sc000042", "b")] {
        let wanted = MatchCriteria {
            identifiers: vec![Identifier::new("gb-coh", number).unwrap()],
            ..named("Quite Another Name")
        };
        let found = register.looked_up(&wanted, KEPT);
        let ids: Vec<&str> = found
            .iter()
            .map(|found| register.state.graph().entity(found.entity).id())
            .collect();
        assert_eq!(
            (ids.as_slice(), found[0].score.total),
            ([id].as_slice(), 1.0),
            "{number}"
        );
    }
}
