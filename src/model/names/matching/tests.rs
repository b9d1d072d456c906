//! Scores of queries against one entity.

use proptest::prelude::*;

use super::*;

fn query(name: &str) -> MatchCriteria {
    MatchCriteria {
        name: Some((name.to_owned(), CompanyName::new(name))),
        ..MatchCriteria::default()
    }
}

fn macys() -> EntityProfile<'static> {
    EntityProfile {
        names: vec!["Macy's", "Macy's, Inc.", "梅西百货"],
        country: Some("US"),
        kind: EntityKind::Company,
        identifiers: vec![("lei", "549300ABC"), ("tax", "1")],
    }
}

fn identifier(scheme: &str, value: &str) -> Identifier {
    Identifier::new(scheme, value).unwrap()
}

#[track_caller]
fn check(query: &MatchCriteria, total: f64, features: &[(MatchFeatureKind, MatchAgreement, f64)]) {
    let score = MatchScore::of(query, &macys());
    let actual = score
        .features
        .iter()
        .map(|feature| (feature.kind, feature.agreement, feature.contribution));
    assert_eq!(
        (score.total, actual.collect::<Vec<_>>().as_slice()),
        (total, features),
        "{score:?}"
    );
}

use MatchAgreement::{Agrees, Differs, Partly, Unknown};
use MatchFeatureKind as Feature;

#[test]
fn every_feature_reports_its_contribution() {
    let mut macys = query("Macys Inc");
    check(
        &macys,
        1.0,
        &[(Feature::Name, Agrees, 1.0), (Feature::LegalForm, Agrees, 0.0)],
    );
    macys = query("Macys GmbH");
    check(
        &macys,
        1.0,
        &[(Feature::Name, Agrees, 1.0), (Feature::LegalForm, Unknown, 0.0)],
    );
    macys.country = Some("DE".to_owned());
    macys.kind = Some(EntityKind::Place);
    let country = (Feature::Country, Differs, -0.2);
    check(
        &macys,
        0.48,
        &[
            (Feature::Name, Agrees, 1.0),
            (Feature::LegalForm, Unknown, 0.0),
            country,
            (Feature::Kind, Differs, -0.32),
        ],
    );
    let mut near = query("Macyss");
    near.country = Some("US-NY".to_owned());
    near.kind = Some(EntityKind::Organization);
    check(
        &near,
        0.7846,
        &[
            (Feature::Name, Partly, 0.7667),
            (Feature::Country, Agrees, 0.0179),
            (Feature::Kind, Partly, 0.0),
        ],
    );
}

#[test]
fn an_equal_identifier_decides_and_another_lei_weakens_strongly() {
    let mut other = query("Zenith");
    other.identifiers = vec![identifier("LEI", " 549300abc "), identifier("tax", "2")];
    check(
        &other,
        1.0,
        &[
            (Feature::Name, Differs, 0.0),
            (Feature::Identifier, Differs, 0.0),
            (Feature::Identifier, Agrees, 1.0),
        ],
    );
    let mut same = query("Macy's");
    same.identifiers = vec![identifier("lei", "5493OTHER")];
    check(
        &same,
        0.4,
        &[(Feature::Name, Agrees, 1.0), (Feature::Identifier, Differs, -0.6)],
    );
    same.identifiers = vec![identifier("tax", "2"), identifier("duns", "7")];
    check(
        &same,
        0.9,
        &[
            (Feature::Name, Agrees, 1.0),
            (Feature::Identifier, Differs, -0.1),
            (Feature::Identifier, Unknown, 0.0),
        ],
    );
}

#[test]
fn the_feature_reports_the_best_matching_name() {
    let best_name = |name: &str| MatchScore::of(&query(name), &macys()).features[0].entity_value.clone();
    assert_eq!(best_name("MACYS").as_deref(), Some("Macy's"));
    assert_eq!(best_name("Macys Incorporated").as_deref(), Some("Macy's, Inc."));
    assert_eq!(best_name("梅西百货有限公司").as_deref(), Some("梅西百货"));
}

#[test]
fn a_legal_form_alone_is_not_a_match() {
    let mut form = query("Inc.");
    form.country = Some("US".to_owned());
    form.kind = Some(EntityKind::Company);
    assert_eq!(MatchScore::of(&form, &macys()).total, 0.0);
}

fn any_query() -> impl Strategy<Value = MatchCriteria> {
    let name = proptest::option::of(prop_oneof![
        "[A-Ma-m' ]{0,12}",
        Just("Macys Inc".to_owned()),
        Just("梅西".to_owned())
    ]);
    let country = proptest::option::of(prop_oneof![Just("US"), Just("US-NY"), Just("CN")]);
    let kind = proptest::option::of(prop_oneof![Just(EntityKind::Company), Just(EntityKind::Person)]);
    let identifiers = prop_oneof![
        Just(vec![]),
        Just(vec![("tax", "2")]),
        Just(vec![("lei", "5")]),
        Just(vec![("lei", "549300ABC")])
    ];
    (name, country, kind, identifiers).prop_map(|(name, country, kind, identifiers)| MatchCriteria {
        name: name.map(|name| (name.clone(), CompanyName::new(&name))),
        country: country.map(str::to_owned),
        kind,
        identifiers: identifiers
            .into_iter()
            .map(|(scheme, value)| identifier(scheme, value))
            .collect(),
    })
}

proptest! {
    #[test]
    fn contributions_add_up_to_the_score(query in any_query()) {
        let score = MatchScore::of(&query, &macys());
        let sum: f64 = score.features.iter().map(|feature| feature.contribution).sum();
        prop_assert!((sum - score.total).abs() < 1e-9, "{score:?}");
        prop_assert!((0.0..=1.0).contains(&score.total));
        let decides = query.identifiers.contains(&identifier("lei", "549300ABC"));
        prop_assert!(!decides || score.total == 1.0);
    }
}
