//! Random interests, for what is written and read back: types, directness, components, records, ends that nobody dates, dates
//! that contradict each other, parties that are not disclosed.

use guanxi::model::{Catalog, Dataset, Directness, Interest, Validity};
use proptest::prelude::*;

use crate::harness::random;

/// What [`with_interests`] takes.
pub(super) fn numbers() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0usize..1_000, 32)
}

/// The data with interests that follow from these numbers.
pub(super) fn with_interests(mut dataset: Dataset, numbers: &[usize]) -> Dataset {
    let ids: Vec<String> = dataset.relationships.iter().map(|claim| claim.id.clone()).collect();
    for (claim, number) in dataset.relationships.iter_mut().zip(numbers) {
        if claim.kind.is_interest() {
            claim.interest = Interest::ALL.get(number % 29).copied();
            claim.directness = Directness::ALL[number % Directness::ALL.len()];
            let known = ids.get(number % 17).cloned();
            let foreign = (number % 7 == 0).then(|| "record-of-another".to_owned());
            claim.components = known.into_iter().chain(foreign).collect();
        }
        claim.record = (number % 3 == 0).then(|| format!("record {number}"));
        let over = random::day(7);
        claim.validity = match number % 5 {
            0 => Validity::over_by(claim.validity.since(), over),
            1 => Validity::as_written(Some(over.into()), Some(random::day(6).into())),
            _ => claim.validity,
        };
    }
    for (entity, number) in dataset.entities.iter_mut().zip(numbers) {
        entity.undisclosed = number % 2 == 0;
    }
    dataset
}
