//! How often matching is right, and that looking up candidates loses almost none of what a scan finds.

use std::io::Write;

use fastrand::Rng;
use guanxi::{
    graph::{Budget, EntityIx, Snapshot},
    model::{CompanyName, Dataset, Identifier, LEGAL_FORMS, MatchCriteria, View},
    store::{
        State,
        search::matching::{self, Candidate, MatchLimits},
    },
};

use super::{
    filers::filers,
    labelled::{Labelled, Quality, labelled, named, registry},
};
use crate::harness::{BUNDLED, now};

pub(super) const KEPT: MatchLimits = MatchLimits {
    limit: 5,
    threshold: 0.7,
};

/// Entities to resolve names to.
pub(super) struct Register {
    pub(super) state: State,
}

impl Register {
    pub(super) fn new(dataset: &Dataset) -> Self {
        Self {
            state: State::new(Snapshot::build(dataset).unwrap()),
        }
    }

    /// The answer as served: of those that the index tells.
    pub(super) fn looked_up(&self, wanted: &MatchCriteria, kept: MatchLimits) -> Vec<Candidate> {
        let (graph, budget) = (self.state.graph(), Budget::new(u64::MAX, || false));
        let mask = graph.mask(&View::now(now()));
        let among = matching::retrieve(graph, self.state.search().unwrap(), &mask, wanted, &budget);
        matching::best(graph, wanted, among.unwrap(), kept, &budget).unwrap()
    }

    /// The answer of all.
    fn scanned(&self, wanted: &MatchCriteria, kept: MatchLimits) -> Vec<Candidate> {
        let (graph, budget) = (self.state.graph(), Budget::new(u64::MAX, || false));
        let mask = graph.mask(&View::now(now()));
        let among: Vec<EntityIx> = graph.entities(&mask).collect();
        matching::best(graph, wanted, among, kept, &budget).unwrap()
    }

    fn best(&self, wanted: &MatchCriteria) -> Option<&str> {
        let found = self.scanned(wanted, KEPT);
        found.first().map(|best| self.state.graph().entity(best.entity).id())
    }
}

/// How often the first answer is the right one, and what was answered otherwise.
pub(super) fn measured(register: &Register, rows: &[Labelled]) -> (Quality, Vec<String>) {
    let (mut quality, mut mistakes) = (Quality::default(), Vec::new());
    for row in rows {
        let found = register.looked_up(&row.wanted, KEPT);
        let graph = register.state.graph();
        let best = found.first().map(|best| graph.entity(best.entity).id());
        if best != row.expected.as_deref() {
            let name = row.wanted.name.as_ref().map(|(written, _)| written);
            let found = found
                .first()
                .map(|best| (graph.entity(best.entity).name(), best.score.total));
            mistakes.push(format!(
                "{name:?}: {:?} expected, found {best:?} {found:?}",
                row.expected
            ));
        }
        quality.count(row.expected.as_deref(), best);
    }
    (quality, mistakes)
}

#[test]
fn most_answers_are_right_and_most_of_those_meant_are_found() {
    let (quality, mistakes) = measured(&Register::new(&registry()), &labelled());
    let (precision, recall) = (quality.precision(), quality.recall());
    assert!(precision >= 0.97, "precision {precision}: {mistakes:#?}");
    assert!(recall >= 0.96, "recall {recall}: {mistakes:#?}");
}

#[test]
fn companies_of_an_index_are_found_among_filers() {
    let Some((filers, companies)) = filers() else {
        assert!(
            std::env::var_os("GUANXI_SAMPLES_REQUIRED").is_none(),
            "the samples must be there, but they are not"
        );
        let skipped = b"\nSKIPPED: names of filers: the samples are absent\n";
        std::io::stderr().write_all(skipped).unwrap();
        return;
    };
    let (quality, mistakes) = measured(&Register::new(&filers), &companies);
    let (precision, recall) = (quality.precision(), quality.recall());
    assert!(
        precision >= 0.995,
        "precision {precision}, recall {recall}: {mistakes:#?}"
    );
    assert!(recall >= 0.97, "precision {precision}, recall {recall}: {mistakes:#?}");
}

/// A name as somebody might mistype it.
fn messy(name: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let inner = |letters: &[char], rng: &mut Rng| rng.usize(1..letters.len() - 1);
    for _ in 0..rng.usize(0..=2) {
        match rng.u8(..6) {
            0 if letters.len() > 6 => {
                letters.remove(inner(&letters, rng));
            }
            1 if letters.len() > 6 => {
                let position = inner(&letters, rng);
                letters.swap(position, position - 1);
            }
            2 if letters.len() > 6 => letters.insert(inner(&letters, rng), 'e'),
            3 => letters = letters.iter().collect::<String>().to_uppercase().chars().collect(),
            4 => letters.retain(|letter| !matches!(letter, '.' | ',' | '\'')),
            _ => letters.extend(" Ltd".chars()),
        }
    }
    letters.into_iter().collect()
}

#[test]
fn looking_up_loses_almost_nothing_that_a_scan_finds() {
    let mut rng = Rng::with_seed(7);
    for dataset in [registry(), BUNDLED.clone()] {
        let register = Register::new(&dataset);
        let names = dataset.entities.iter().flat_map(|entity| {
            let others = entity.names.iter().map(|name| name.text.as_str());
            std::iter::once(entity.name.as_str()).chain(others)
        });
        let names: Vec<&str> = names.collect();
        let messy = names
            .iter()
            .flat_map(|name| std::iter::repeat_n(*name, 4))
            .map(|name| named(&messy(name, &mut rng)));
        let wanted: Vec<MatchCriteria> = labelled().into_iter().map(|row| row.wanted).chain(messy).collect();
        let (mut all, mut lost) = (0, Vec::new());
        for wanted in &wanted {
            let scanned = register.scanned(wanted, KEPT);
            let looked_up = register.looked_up(wanted, MatchLimits { limit: 1000, ..KEPT });
            all += scanned.len();
            let told = |found: &Candidate| {
                let name = wanted.name.as_ref().map(|(written, _)| written.clone());
                (name, found.score.features[0].entity_value.clone())
            };
            lost.extend(scanned.iter().filter(|found| !looked_up.contains(found)).map(told));
        }
        assert!(all > 200, "{all}");
        assert!(lost.len() * 100 <= all, "{} of {all}: {lost:#?}", lost.len());
    }
}

#[test]
fn who_goes_by_exactly_the_name_is_always_among_those_scored() {
    for dataset in [registry(), BUNDLED.clone()] {
        let register = Register::new(&dataset);
        let (graph, budget) = (register.state.graph(), Budget::new(u64::MAX, || false));
        let mask = graph.mask(&View::now(now()));
        for entity in &dataset.entities {
            let others = entity.names.iter().map(|name| name.text.as_str());
            for name in std::iter::once(entity.name.as_str()).chain(others) {
                let index = register.state.search().unwrap();
                let among = matching::retrieve(graph, index, &mask, &named(name), &budget).unwrap();
                let found = among.iter().any(|found| graph.entity(*found).id() == entity.id);
                assert!(found, "{name}");
                assert!(among.is_sorted_by(|one, other| one < other), "each once");
            }
        }
    }
}

#[test]
fn adding_or_removing_a_legal_form_never_changes_who_is_best() {
    let mut rng = Rng::with_seed(11);
    for dataset in [registry(), BUNDLED.clone()] {
        let register = Register::new(&dataset);
        for entity in &dataset.entities {
            let core = CompanyName::new(&entity.name);
            if core.is_weak() {
                continue;
            }
            let as_written = register.best(&named(&entity.name)).map(str::to_owned);
            assert_eq!(as_written.as_deref(), Some(entity.id.as_str()), "{}", entity.name);
            let without = register.best(&named(&core.core_text())).map(str::to_owned);
            assert_eq!(without, as_written, "{} without its form", entity.name);
            let form = &LEGAL_FORMS[rng.usize(..LEGAL_FORMS.len())];
            if !form.requires_any.is_empty() {
                // By itself it is none.
                continue;
            }
            let suffixed = form.suffixes.iter().map(|suffix| format!("{} {suffix}", entity.name));
            let prefixed = form.prefixes.iter().map(|prefix| format!("{prefix} {}", entity.name));
            for with in suffixed.chain(prefixed) {
                assert_eq!(register.best(&named(&with)), as_written.as_deref(), "{with}");
            }
        }
    }
}

#[test]
fn equal_identifiers_always_win() {
    let dataset = registry();
    let register = Register::new(&dataset);
    let identified = dataset
        .entities
        .iter()
        .filter_map(|entity| Some((entity, entity.identifiers.first()?)));
    for (entity, identifier) in identified {
        for other in &dataset.entities {
            let wanted = MatchCriteria {
                country: Some("AQ".to_owned()),
                identifiers: vec![Identifier::new("LEI", &identifier.value.to_lowercase()).unwrap()],
                ..named(&other.name)
            };
            let found = register.looked_up(&wanted, KEPT);
            assert_eq!(register.state.graph().entity(found[0].entity).id(), entity.id);
            assert_eq!(found[0].score.total, 1.0);
        }
    }
}
