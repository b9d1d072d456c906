//! Scores how well an entity matches a query, with the features for and against. Every feature changes the score of those before
//! it, so that the contributions add up to the score. Reads no graph.

use super::similarity::similarity_of;
use crate::model::{
    COUNTRY_SCHEME, CompanyName, EntityKind, Identifier, LEI_SCHEME, catalog::catalog, comparable, country_of, fold,
    lies_in,
};

catalog! {
    /// The compared property of a match.
    pub enum MatchFeatureKind as "a kind of match feature" {
        /// The names, without legal forms.
        Name = "NAME",
        /// The legal forms in the names.
        LegalForm = "LEGAL_FORM",
        /// The countries.
        Country = "COUNTRY",
        /// The kinds of entity.
        Kind = "KIND",
        /// An identifier of one scheme.
        Identifier = "IDENTIFIER",
    }
}

catalog! {
    /// Whether the query agrees with the entity.
    pub enum MatchAgreement as "an agreement" {
        /// They are the same.
        Agrees = "AGREES",
        /// They are nearly the same, or differ only in detail.
        Partly = "PARTLY",
        /// They are different.
        Differs = "DIFFERS",
        /// One of them is not stated.
        Unknown = "UNKNOWN",
    }
}

/// Schemes with one identifier for each entity: two identifiers are two entities.
const UNIQUE_SCHEMES: [&str; 3] = [LEI_SCHEME, "qid", COUNTRY_SCHEME];

/// The part of the score removed by another identifier of such a scheme, or if another entity has the queried identifier.
const WEAKENS_MUCH: f64 = 0.6;

/// The lowest similarity of names that agree in part.
const NAME_PARTLY_MIN: f64 = 0.5;

/// The properties of the entity to match.
#[derive(Debug, Clone, Default)]
pub struct MatchCriteria {
    /// The name as given, and parsed.
    pub name: Option<(String, CompanyName)>,
    /// ISO 3166-1 alpha-2 or ISO 3166-2.
    pub country: Option<String>,
    /// Its kind.
    pub kind: Option<EntityKind>,
    /// Its identifiers in registers.
    pub identifiers: Vec<Identifier>,
}

impl MatchCriteria {
    /// Whether the query has a country or a kind.
    #[must_use]
    pub fn has_country_or_kind(&self) -> bool {
        self.country.is_some() || self.kind.is_some()
    }

    /// Whether an entity with this country and kind fits the country and kind of the query.
    #[must_use]
    pub fn accepts(&self, country: Option<&str>, kind: EntityKind) -> bool {
        let mut countries = self.country.iter();
        let fits_country = countries.all(|queried| country_agreement(queried, country) == MatchAgreement::Agrees);
        fits_country
            && self
                .kind
                .is_none_or(|queried| kind_agreement(queried, kind) != MatchAgreement::Differs)
    }
}

/// The properties of an entity that are compared with a query.
#[derive(Debug, Clone)]
pub struct EntityProfile<'a> {
    /// All its names, the main one first.
    pub names: Vec<&'a str>,
    /// Its country.
    pub country: Option<&'a str>,
    /// Its kind.
    pub kind: EntityKind,
    /// Scheme and value of each identifier.
    pub identifiers: Vec<(&'a str, &'a str)>,
}

/// One comparison and its effect on the score.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchFeature {
    /// What was compared.
    pub kind: MatchFeatureKind,
    /// Whether it agrees.
    pub agreement: MatchAgreement,
    /// The value in the query.
    pub query_value: Option<String>,
    /// The value of the entity.
    pub entity_value: Option<String>,
    /// Its contribution to the score.
    pub contribution: f64,
}

/// How well an entity matches a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MatchScore {
    /// From 0 to 1, to four places.
    pub total: f64,
    /// The comparisons, in the order of their effect; the contributions add up to the total.
    pub features: Vec<MatchFeature>,
}

/// The effect of a comparison on the score before it.
#[derive(Debug, Clone, Copy)]
enum Effect {
    /// Sets the initial score.
    Initial(f64),
    /// Adds this part of the gap to 1.
    Supports(f64),
    /// Removes this part of the score.
    Weakens(f64),
    /// Leaves the score unchanged.
    None,
}

impl MatchScore {
    /// Scores `entity` against `query`. In this order: the similarity of the best of all names
    /// ([`similarity`](crate::model::similarity())); the legal form
    /// (supports by 2 %, or weakens by 3 %: less than any difference of cores); the country (10 %, 20 %); the kind (0 %, 40 %); and
    /// each identifier. An equal identifier decides, regardless of the rest: the score is 1. Another LEI weakens by 60 %, another
    /// identifier of a scheme that allows several by 10 %.
    ///
    /// ```
    /// use guanxi::model::{CompanyName, EntityKind, EntityProfile, MatchScore, MatchCriteria};
    ///
    /// let name = "MACYS, INC";
    /// let query = MatchCriteria { name: Some((name.to_owned(), CompanyName::new(name))), ..MatchCriteria::default() };
    /// let entity = EntityProfile { names: vec!["Macy's"], country: Some("US"), kind: EntityKind::Company, identifiers: vec![] };
    /// assert_eq!(MatchScore::of(&query, &entity).total, 1.0);
    /// ```
    #[must_use]
    pub fn of(query: &MatchCriteria, entity: &EntityProfile<'_>) -> Self {
        let mut score = Self::default();
        if let Some((text, name)) = &query.name {
            score.compare_names(text, name, entity);
        }
        if let Some(country) = &query.country {
            score.compare_countries(country, entity.country);
        }
        if let Some(kind) = query.kind {
            score.compare_kinds(kind, entity.kind);
        }
        // A deciding identifier comes last, so that its contribution is the remaining gap.
        let equal = |identifier: &Identifier| entity.identifiers.iter().find(|other| is_same(identifier, **other));
        for identifier in query
            .identifiers
            .iter()
            .filter(|identifier| equal(identifier).is_none())
        {
            score.compare_identifiers(identifier, &entity.identifiers);
        }
        for identifier in &query.identifiers {
            let Some((scheme, value)) = equal(identifier) else {
                continue;
            };
            let texts = (
                Some(identifier_text(&identifier.scheme, &identifier.value)),
                Some(identifier_text(scheme, value)),
            );
            let (kind, effect) = (MatchFeatureKind::Identifier, Effect::Supports(1.0));
            score.add(kind, MatchAgreement::Agrees, texts, effect);
        }
        score
    }

    /// The deciding identifier, as in the query; `None` if none is equal.
    #[must_use]
    pub fn decided_by(&self) -> Option<&str> {
        let mut features = self.features.iter();
        let equal = features.find(|feature| {
            feature.kind == MatchFeatureKind::Identifier && feature.agreement == MatchAgreement::Agrees
        });
        equal?.query_value.as_deref()
    }

    /// Weakens the score by 60 % because another entity has the queried `identifier`, unless this one has an equal identifier.
    pub fn discount_identifier(&mut self, identifier: &str) {
        if self.decided_by().is_some() {
            return;
        }
        let loss = rounded(WEAKENS_MUCH * self.total);
        let mut features = self.features.iter_mut();
        let feature = features.find(|feature| {
            feature.kind == MatchFeatureKind::Identifier && feature.query_value.as_deref() == Some(identifier)
        });
        if let Some(feature) = feature {
            feature.agreement = MatchAgreement::Differs;
            feature.contribution = rounded(feature.contribution - loss);
            self.total = rounded(self.total - loss);
        }
    }

    /// Whether the name equals the queried one, apart from case and width.
    #[must_use]
    pub fn is_exact_name(&self) -> bool {
        let is_same = |feature: &MatchFeature| match (&feature.query_value, &feature.entity_value) {
            (Some(queried), Some(actual)) => fold(queried) == fold(actual),
            _ => false,
        };
        let mut features = self.features.iter();
        features.any(|feature| {
            feature.kind == MatchFeatureKind::Name && feature.agreement == MatchAgreement::Agrees && is_same(feature)
        })
    }

    fn add(
        &mut self,
        kind: MatchFeatureKind,
        agreement: MatchAgreement,
        (query_value, entity_value): (Option<String>, Option<String>),
        effect: Effect,
    ) {
        let contribution = match effect {
            Effect::Initial(score) => score,
            Effect::Supports(part) => part * (1.0 - self.total),
            Effect::Weakens(part) => -part * self.total,
            Effect::None => 0.0,
        };
        // Rounded individually, so that the published contributions add up. No negative zero.
        let contribution = rounded(contribution) + 0.0;
        self.total = rounded(self.total + contribution);
        self.features.push(MatchFeature {
            kind,
            agreement,
            query_value,
            entity_value,
            contribution,
        });
    }

    fn compare_names(&mut self, text: &str, name: &CompanyName, entity: &EntityProfile<'_>) {
        let kind = entity.kind;
        let compared = entity.names.iter().map(|other| {
            let parsed = CompanyName::new(other);
            (
                similarity_of(kind, name, &parsed),
                form_effect(name, &parsed),
                *other,
                parsed,
            )
        });
        // The most similar, then the best agreement of legal forms, then the queried name itself, then the first: the main name.
        let is_queried = |other: &str| fold(other) == fold(text);
        let best = compared.reduce(|best, next| {
            let better = next.0.total_cmp(&best.0).then(next.1.1.total_cmp(&best.1.1));
            let better = better.then_with(|| is_queried(next.2).cmp(&is_queried(best.2)));
            if better.is_gt() { next } else { best }
        });
        let Some((similarity, (agreement, part), other, parsed)) = best else {
            return;
        };
        let name_agreement = match similarity {
            1.0 => MatchAgreement::Agrees,
            NAME_PARTLY_MIN.. => MatchAgreement::Partly,
            _ => MatchAgreement::Differs,
        };
        let texts = (Some(text.to_owned()), Some(other.to_owned()));
        self.add(
            MatchFeatureKind::Name,
            name_agreement,
            texts,
            Effect::Initial(similarity),
        );
        let have_suffixes = name.register_suffix().is_some() && parsed.register_suffix().is_some();
        if !name.forms().is_empty() || !parsed.forms().is_empty() || have_suffixes {
            let effect = match part {
                ..0.0 => Effect::Weakens(-part),
                // Sharing only the form is not a match.
                _ => Effect::Supports(part * self.total),
            };
            let forms = (form_names(name), form_names(&parsed));
            self.add(MatchFeatureKind::LegalForm, agreement, forms, effect);
        }
    }

    fn compare_countries(&mut self, queried: &str, actual: Option<&str>) {
        const SUPPORTS: f64 = 0.1;
        const WEAKENS: f64 = 0.2;
        let agreement = country_agreement(queried, actual);
        let effect = match agreement {
            // A country does not compensate for a dissimilar name.
            MatchAgreement::Agrees => Effect::Supports(SUPPORTS * self.total),
            MatchAgreement::Partly | MatchAgreement::Unknown => Effect::None,
            MatchAgreement::Differs => Effect::Weakens(WEAKENS),
        };
        let texts = (Some(queried.to_owned()), actual.map(str::to_owned));
        self.add(MatchFeatureKind::Country, agreement, texts, effect);
    }

    fn compare_kinds(&mut self, queried: EntityKind, actual: EntityKind) {
        const WEAKENS: f64 = 0.4;
        let agreement = kind_agreement(queried, actual);
        let effect = match agreement {
            MatchAgreement::Differs => Effect::Weakens(WEAKENS),
            MatchAgreement::Agrees | MatchAgreement::Partly | MatchAgreement::Unknown => Effect::None,
        };
        let texts = (Some(queried.to_string()), Some(actual.to_string()));
        self.add(MatchFeatureKind::Kind, agreement, texts, effect);
    }

    /// Compares an identifier that the entity does not have.
    fn compare_identifiers(&mut self, queried: &Identifier, identifiers: &[(&str, &str)]) {
        const WEAKENS_A_LITTLE: f64 = 0.1;
        let same_scheme = identifiers.iter().find(|(scheme, _)| *scheme == queried.scheme);
        let (agreement, effect) = match same_scheme {
            None => (MatchAgreement::Unknown, Effect::None),
            Some((scheme, _)) if UNIQUE_SCHEMES.contains(scheme) => {
                (MatchAgreement::Differs, Effect::Weakens(WEAKENS_MUCH))
            }
            Some(_) => (MatchAgreement::Differs, Effect::Weakens(WEAKENS_A_LITTLE)),
        };
        let texts = (
            Some(identifier_text(&queried.scheme, &queried.value)),
            same_scheme.map(|(scheme, value)| identifier_text(scheme, value)),
        );
        self.add(MatchFeatureKind::Identifier, agreement, texts, effect);
    }
}

/// Whether countries agree.
fn country_agreement(queried: &str, actual: Option<&str>) -> MatchAgreement {
    match actual {
        None => MatchAgreement::Unknown,
        Some(actual) if lies_in(actual, queried) || lies_in(queried, actual) => MatchAgreement::Agrees,
        // A country agrees with its subdivisions, but two subdivisions only partly with each other.
        Some(actual) if lies_in(actual, country_of(queried)) => MatchAgreement::Partly,
        Some(_) => MatchAgreement::Differs,
    }
}

/// Whether kinds agree. Registers list companies and organizations together.
fn kind_agreement(queried: EntityKind, actual: EntityKind) -> MatchAgreement {
    let is_legal_entity = |kind| matches!(kind, EntityKind::Company | EntityKind::Organization);
    match (queried, actual) {
        (queried, actual) if queried == actual => MatchAgreement::Agrees,
        (queried, actual) if is_legal_entity(queried) && is_legal_entity(actual) => MatchAgreement::Partly,
        _ => MatchAgreement::Differs,
    }
}

/// Whether the legal forms or register suffixes of two names agree, and the effect on the score.
fn form_effect(queried: &CompanyName, actual: &CompanyName) -> (MatchAgreement, f64) {
    const SUPPORTS: f64 = 0.02;
    const WEAKENS: f64 = -0.03;
    if let (Some(suffix), Some(other)) = (queried.register_suffix(), actual.register_suffix())
        && suffix != other
    {
        return (MatchAgreement::Differs, WEAKENS);
    }
    let (queried, actual) = (queried.forms(), actual.forms());
    if queried.is_empty() || actual.is_empty() {
        (MatchAgreement::Unknown, 0.0)
    } else if queried.iter().any(|form| actual.contains(form)) {
        (MatchAgreement::Agrees, SUPPORTS)
    } else if queried
        .iter()
        .any(|form| actual.iter().any(|other| other.class == form.class))
    {
        // 有限公司 is usually translated as Co., Ltd.
        (MatchAgreement::Partly, 0.0)
    } else {
        (MatchAgreement::Differs, WEAKENS)
    }
}

fn form_names(name: &CompanyName) -> Option<String> {
    let forms = name.forms().iter().map(|form| form.name.to_owned());
    let suffix = name
        .register_suffix()
        .map(|suffix| format!("/{}/", suffix.to_uppercase()));
    let names: Vec<String> = forms.chain(suffix).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn identifier_text(scheme: &str, value: &str) -> String {
    format!("{scheme} {value}")
}

/// Whether both are the same identifier. The queried one may be in lower case where registers use capitals.
fn is_same(queried: &Identifier, (scheme, value): (&str, &str)) -> bool {
    let actual = comparable(scheme, value);
    scheme == queried.scheme
        && (actual == comparable(scheme, &queried.value) || actual == comparable(scheme, &queried.value.to_uppercase()))
}

fn rounded(score: f64) -> f64 {
    (score * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests;
