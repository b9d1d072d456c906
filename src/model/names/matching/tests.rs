//! Scores against what was told and what is known.

use proptest::prelude::*;

use super::*;

fn wanted(name: &str) -> Wanted {
    Wanted {
        name: Some((name.to_owned(), CompanyName::new(name))),
        ..Wanted::default()
    }
}

fn macys() -> Known<'static> {
    Known {
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
fn check(wanted: &Wanted, total: f64, features: &[(MatchFeatureKind, MatchAgreement, f64)]) {
    let score = MatchScore::of(wanted, &macys());
    let told = score
        .features
        .iter()
        .map(|told| (told.kind, told.agreement, told.contribution));
    assert_eq!(
        (score.total, told.collect::<Vec<_>>().as_slice()),
        (total, features),
        "{score:?}"
    );
}

use MatchAgreement::{Agrees, Differs, Partly, Unknown};
use MatchFeatureKind as Of;

#[test]
fn every_feature_says_what_it_did_to_the_score() {
    let mut macys = wanted("Macys Inc");
    check(&macys, 1.0, &[(Of::Name, Agrees, 1.0), (Of::LegalForm, Agrees, 0.0)]);
    macys = wanted("Macys GmbH");
    check(&macys, 1.0, &[(Of::Name, Agrees, 1.0), (Of::LegalForm, Unknown, 0.0)]);
    macys.country = Some("DE".to_owned());
    macys.kind = Some(EntityKind::Place);
    let country = (Of::Country, Differs, -0.2);
    check(
        &macys,
        0.48,
        &[
            (Of::Name, Agrees, 1.0),
            (Of::LegalForm, Unknown, 0.0),
            country,
            (Of::Kind, Differs, -0.32),
        ],
    );
    let mut near = wanted("Macyss");
    near.country = Some("US-NY".to_owned());
    near.kind = Some(EntityKind::Organization);
    check(
        &near,
        0.7846,
        &[
            (Of::Name, Partly, 0.7667),
            (Of::Country, Agrees, 0.0179),
            (Of::Kind, Partly, 0.0),
        ],
    );
}

#[test]
fn an_equal_identifier_decides_and_another_lei_speaks_strongly_against() {
    let mut other = wanted("Zenith");
    other.identifiers = vec![identifier("LEI", " 549300abc "), identifier("tax", "2")];
    check(
        &other,
        1.0,
        &[
            (Of::Name, Differs, 0.0),
            (Of::Identifier, Differs, 0.0),
            (Of::Identifier, Agrees, 1.0),
        ],
    );
    let mut same = wanted("Macy's");
    same.identifiers = vec![identifier("lei", "5493OTHER")];
    check(&same, 0.4, &[(Of::Name, Agrees, 1.0), (Of::Identifier, Differs, -0.6)]);
    same.identifiers = vec![identifier("tax", "2"), identifier("duns", "7")];
    check(
        &same,
        0.9,
        &[
            (Of::Name, Agrees, 1.0),
            (Of::Identifier, Differs, -0.1),
            (Of::Identifier, Unknown, 0.0),
        ],
    );
}

#[test]
fn the_feature_tells_which_name_it_was() {
    let found = |name: &str| MatchScore::of(&wanted(name), &macys()).features[0].found.clone();
    assert_eq!(found("MACYS").as_deref(), Some("Macy's"));
    assert_eq!(found("Macys Incorporated").as_deref(), Some("Macy's, Inc."));
    assert_eq!(found("梅西百货有限公司").as_deref(), Some("梅西百货"));
}

#[test]
fn a_form_alone_is_no_match_whatever_else_agrees() {
    let mut form = wanted("Inc.");
    form.country = Some("US".to_owned());
    form.kind = Some(EntityKind::Company);
    assert_eq!(MatchScore::of(&form, &macys()).total, 0.0);
}

fn some_wanted() -> impl Strategy<Value = Wanted> {
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
    (name, country, kind, identifiers).prop_map(|(name, country, kind, identifiers)| Wanted {
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
    fn contributions_add_up_to_the_score(wanted in some_wanted()) {
        let score = MatchScore::of(&wanted, &macys());
        let sum: f64 = score.features.iter().map(|feature| feature.contribution).sum();
        prop_assert!((sum - score.total).abs() < 1e-9, "{score:?}");
        prop_assert!((0.0..=1.0).contains(&score.total));
        let decides = wanted.identifiers.contains(&identifier("lei", "549300ABC"));
        prop_assert!(!decides || score.total == 1.0);
    }
}
