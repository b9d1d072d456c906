//! Whether an entity is who was meant: a score with what speaks for and against it. Every feature moves the score that those
//! before it left, so that the contributions add up to the score. Reads no graph.

use super::similarity::similarity_of;
use crate::model::{
    COUNTRY_SCHEME, CompanyName, EntityKind, Identifier, LEI_SCHEME, catalog::catalog, comparable, country_of, fold,
    lies_in,
};

catalog! {
    /// What was compared to tell whether an entity is who was meant.
    pub enum MatchFeatureKind as "a kind of match feature" {
        /// The names, without legal forms.
        Name = "NAME",
        /// The legal forms in the names.
        LegalForm = "LEGAL_FORM",
        /// The countries.
        Country = "COUNTRY",
        /// What the entity is.
        Kind = "KIND",
        /// An identifier of one scheme.
        Identifier = "IDENTIFIER",
    }
}

catalog! {
    /// Whether what was given agrees with what was found.
    pub enum MatchAgreement as "an agreement" {
        /// It is the same.
        Agrees = "AGREES",
        /// It is nearly the same, or can be told apart only by more detail.
        Partly = "PARTLY",
        /// It is something else.
        Differs = "DIFFERS",
        /// One of both is not stated.
        Unknown = "UNKNOWN",
    }
}

/// Schemes by which one entity has one identifier: two of them are two entities.
const UNIQUE_SCHEMES: [&str; 3] = [LEI_SCHEME, "qid", COUNTRY_SCHEME];

/// What another identifier of such a scheme takes away, and what it takes away that another entity has the one given.
const WEAKENS_MUCH: f64 = 0.6;

/// From which similarity on names agree in part.
const NAME_PARTLY_MIN: f64 = 0.5;

/// Who is meant, as far as it is told.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The name as written, and taken apart.
    pub name: Option<(String, CompanyName)>,
    /// ISO 3166-1 alpha-2 or ISO 3166-2.
    pub country: Option<String>,
    /// What it is.
    pub kind: Option<EntityKind>,
    /// What registers call it.
    pub identifiers: Vec<Identifier>,
}

impl Wanted {
    /// Whether a country is asked for, or a kind.
    #[must_use]
    pub fn says_where_or_what(&self) -> bool {
        self.country.is_some() || self.kind.is_some()
    }

    /// Whether an entity in `country`, which is a `kind`, is where and what is asked for.
    #[must_use]
    pub fn fits(&self, country: Option<&str>, kind: EntityKind) -> bool {
        let mut wanted = self.country.iter();
        let there = wanted.all(|wanted| countries(wanted, country) == MatchAgreement::Agrees);
        there
            && self
                .kind
                .is_none_or(|wanted| kinds(wanted, kind) != MatchAgreement::Differs)
    }
}

/// What is known of an entity.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// All its names, the main one first.
    pub names: Vec<&'a str>,
    /// Its country.
    pub country: Option<&'a str>,
    /// What it is.
    pub kind: EntityKind,
    /// Scheme and value of each identifier.
    pub identifiers: Vec<(&'a str, &'a str)>,
}

/// One comparison and what it did to the score.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchFeature {
    /// What was compared.
    pub kind: MatchFeatureKind,
    /// Whether it agrees.
    pub agreement: MatchAgreement,
    /// What was given.
    pub given: Option<String>,
    /// What was found.
    pub found: Option<String>,
    /// By how much it moved the score.
    pub contribution: f64,
}

/// How sure it is that an entity is who was meant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MatchScore {
    /// From 0 to 1, to four places.
    pub total: f64,
    /// What was compared, in the order in which it counted; the contributions add up to the total.
    pub features: Vec<MatchFeature>,
}

/// What a comparison does to the score before it.
#[derive(Debug, Clone, Copy)]
enum Effect {
    /// Sets it at the start.
    Starts(f64),
    /// Closes this part of the gap to 1.
    Supports(f64),
    /// Takes this part of it away.
    Weakens(f64),
    /// Leaves it.
    None,
}

impl MatchScore {
    /// How well `known` fits `wanted`. In this order: the likeness of the best of all names
    /// ([`similarity`](crate::model::similarity())); a legal form
    /// (supports 2 %, or weakens 3 %: less than any difference of cores); the country (10 %, 20 %); the kind (0 %, 40 %); and each
    /// identifier. An equal identifier decides, whatever else was found: the score is 1. Another LEI weakens by 60 %, another
    /// identifier of a scheme that may give several by 10 %.
    ///
    /// ```
    /// use guanxi::model::{CompanyName, EntityKind, Known, MatchScore, Wanted};
    ///
    /// let name = "MACYS, INC";
    /// let wanted = Wanted { name: Some((name.to_owned(), CompanyName::new(name))), ..Wanted::default() };
    /// let known = Known { names: vec!["Macy's"], country: Some("US"), kind: EntityKind::Company, identifiers: vec![] };
    /// assert_eq!(MatchScore::of(&wanted, &known).total, 1.0);
    /// ```
    #[must_use]
    pub fn of(wanted: &Wanted, known: &Known<'_>) -> Self {
        let mut score = Self::default();
        if let Some((written, name)) = &wanted.name {
            score.compare_names(written, name, known);
        }
        if let Some(country) = &wanted.country {
            score.compare_countries(country, known.country);
        }
        if let Some(kind) = wanted.kind {
            score.compare_kinds(kind, known.kind);
        }
        // The deciding one last, so that its contribution is what the others left open.
        let equal = |identifier: &Identifier| known.identifiers.iter().find(|known| is_same(identifier, **known));
        for identifier in wanted
            .identifiers
            .iter()
            .filter(|identifier| equal(identifier).is_none())
        {
            score.compare_identifiers(identifier, &known.identifiers);
        }
        for identifier in &wanted.identifiers {
            let Some((scheme, value)) = equal(identifier) else {
                continue;
            };
            let texts = (
                Some(told(&identifier.scheme, &identifier.value)),
                Some(told(scheme, value)),
            );
            let (kind, effect) = (MatchFeatureKind::Identifier, Effect::Supports(1.0));
            score.add(kind, MatchAgreement::Agrees, texts, effect);
        }
        score
    }

    /// The identifier that decided, as it was given; none where none is equal.
    #[must_use]
    pub fn decided_by(&self) -> Option<&str> {
        let mut features = self.features.iter();
        let equal = features.find(|feature| {
            feature.kind == MatchFeatureKind::Identifier && feature.agreement == MatchAgreement::Agrees
        });
        equal?.given.as_deref()
    }

    /// Weakens it by 60 %, unless it is decided itself: another entity has the identifier `given`.
    pub fn yield_to(&mut self, given: &str) {
        if self.decided_by().is_some() {
            return;
        }
        let lost = rounded(WEAKENS_MUCH * self.total);
        let mut features = self.features.iter_mut();
        let told = features
            .find(|feature| feature.kind == MatchFeatureKind::Identifier && feature.given.as_deref() == Some(given));
        if let Some(feature) = told {
            feature.agreement = MatchAgreement::Differs;
            feature.contribution = rounded(feature.contribution - lost);
            self.total = rounded(self.total - lost);
        }
    }

    /// Whether the name is the one given, to the letter but for case and width.
    #[must_use]
    pub fn is_to_the_letter(&self) -> bool {
        let same = |feature: &MatchFeature| match (&feature.given, &feature.found) {
            (Some(given), Some(found)) => fold(given) == fold(found),
            _ => false,
        };
        let mut features = self.features.iter();
        features.any(|feature| {
            feature.kind == MatchFeatureKind::Name && feature.agreement == MatchAgreement::Agrees && same(feature)
        })
    }

    fn add(
        &mut self,
        kind: MatchFeatureKind,
        agreement: MatchAgreement,
        (given, found): (Option<String>, Option<String>),
        effect: Effect,
    ) {
        let contribution = match effect {
            Effect::Starts(score) => score,
            Effect::Supports(part) => part * (1.0 - self.total),
            Effect::Weakens(part) => -part * self.total,
            Effect::None => 0.0,
        };
        // Rounded one by one, so that what is shown adds up. No negative zero.
        let contribution = rounded(contribution) + 0.0;
        self.total = rounded(self.total + contribution);
        self.features.push(MatchFeature {
            kind,
            agreement,
            given,
            found,
            contribution,
        });
    }

    fn compare_names(&mut self, written: &str, name: &CompanyName, known: &Known<'_>) {
        let kind = known.kind;
        let compared = known.names.iter().map(|text| {
            let known = CompanyName::new(text);
            (
                similarity_of(kind, name, &known),
                form_effect(name, &known),
                *text,
                known,
            )
        });
        // The most alike, then the one whose form agrees best, then the one given, then the first: the main name.
        let is_given = |known: &str| fold(known) == fold(written);
        let best = compared.reduce(|best, next| {
            let better = next.0.total_cmp(&best.0).then(next.1.1.total_cmp(&best.1.1));
            let better = better.then_with(|| is_given(next.2).cmp(&is_given(best.2)));
            if better.is_gt() { next } else { best }
        });
        let Some((alike, (agreement, part), text, known)) = best else {
            return;
        };
        let name_agreement = match alike {
            1.0 => MatchAgreement::Agrees,
            NAME_PARTLY_MIN.. => MatchAgreement::Partly,
            _ => MatchAgreement::Differs,
        };
        let texts = (Some(written.to_owned()), Some(text.to_owned()));
        self.add(MatchFeatureKind::Name, name_agreement, texts, Effect::Starts(alike));
        let have_suffixes = name.register_suffix().is_some() && known.register_suffix().is_some();
        if !name.forms().is_empty() || !known.forms().is_empty() || have_suffixes {
            let effect = match part {
                ..0.0 => Effect::Weakens(-part),
                // Sharing only the form is no match.
                _ => Effect::Supports(part * self.total),
            };
            let forms = (forms(name), forms(&known));
            self.add(MatchFeatureKind::LegalForm, agreement, forms, effect);
        }
    }

    fn compare_countries(&mut self, given: &str, found: Option<&str>) {
        const SUPPORTS: f64 = 0.1;
        const WEAKENS: f64 = 0.2;
        let agreement = countries(given, found);
        let effect = match agreement {
            // No country makes up for a name that is not alike.
            MatchAgreement::Agrees => Effect::Supports(SUPPORTS * self.total),
            MatchAgreement::Partly | MatchAgreement::Unknown => Effect::None,
            MatchAgreement::Differs => Effect::Weakens(WEAKENS),
        };
        let texts = (Some(given.to_owned()), found.map(str::to_owned));
        self.add(MatchFeatureKind::Country, agreement, texts, effect);
    }

    fn compare_kinds(&mut self, given: EntityKind, found: EntityKind) {
        const WEAKENS: f64 = 0.4;
        let agreement = kinds(given, found);
        let effect = match agreement {
            MatchAgreement::Differs => Effect::Weakens(WEAKENS),
            MatchAgreement::Agrees | MatchAgreement::Partly | MatchAgreement::Unknown => Effect::None,
        };
        let texts = (Some(given.to_string()), Some(found.to_string()));
        self.add(MatchFeatureKind::Kind, agreement, texts, effect);
    }

    /// For an identifier that the entity does not have.
    fn compare_identifiers(&mut self, given: &Identifier, known: &[(&str, &str)]) {
        const WEAKENS_A_LITTLE: f64 = 0.1;
        let found = known.iter().find(|(scheme, _)| *scheme == given.scheme);
        let (agreement, effect) = match found {
            None => (MatchAgreement::Unknown, Effect::None),
            Some((scheme, _)) if UNIQUE_SCHEMES.contains(scheme) => {
                (MatchAgreement::Differs, Effect::Weakens(WEAKENS_MUCH))
            }
            Some(_) => (MatchAgreement::Differs, Effect::Weakens(WEAKENS_A_LITTLE)),
        };
        let texts = (
            Some(told(&given.scheme, &given.value)),
            found.map(|(scheme, value)| told(scheme, value)),
        );
        self.add(MatchFeatureKind::Identifier, agreement, texts, effect);
    }
}

/// Whether countries agree.
fn countries(given: &str, found: Option<&str>) -> MatchAgreement {
    match found {
        None => MatchAgreement::Unknown,
        Some(found) if lies_in(found, given) || lies_in(given, found) => MatchAgreement::Agrees,
        // A country agrees with its parts, but one part not with another.
        Some(found) if lies_in(found, country_of(given)) => MatchAgreement::Partly,
        Some(_) => MatchAgreement::Differs,
    }
}

/// Whether kinds agree. Registers list companies and organizations together.
fn kinds(given: EntityKind, found: EntityKind) -> MatchAgreement {
    let is_legal_entity = |kind| matches!(kind, EntityKind::Company | EntityKind::Organization);
    match (given, found) {
        (given, found) if given == found => MatchAgreement::Agrees,
        (given, found) if is_legal_entity(given) && is_legal_entity(found) => MatchAgreement::Partly,
        _ => MatchAgreement::Differs,
    }
}

/// Whether the forms of two names agree, or what a register writes behind them, and by how much that moves the score.
fn form_effect(given: &CompanyName, found: &CompanyName) -> (MatchAgreement, f64) {
    const SUPPORTS: f64 = 0.02;
    const WEAKENS: f64 = -0.03;
    if let (Some(suffix), Some(other)) = (given.register_suffix(), found.register_suffix())
        && suffix != other
    {
        return (MatchAgreement::Differs, WEAKENS);
    }
    let (given, found) = (given.forms(), found.forms());
    if given.is_empty() || found.is_empty() {
        (MatchAgreement::Unknown, 0.0)
    } else if given.iter().any(|form| found.contains(form)) {
        (MatchAgreement::Agrees, SUPPORTS)
    } else if given
        .iter()
        .any(|form| found.iter().any(|other| other.class == form.class))
    {
        // 有限公司 is told as Co., Ltd. in English.
        (MatchAgreement::Partly, 0.0)
    } else {
        (MatchAgreement::Differs, WEAKENS)
    }
}

fn forms(name: &CompanyName) -> Option<String> {
    let forms = name.forms().iter().map(|form| form.name.to_owned());
    let suffix = name
        .register_suffix()
        .map(|suffix| format!("/{}/", suffix.to_uppercase()));
    let names: Vec<String> = forms.chain(suffix).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn told(scheme: &str, value: &str) -> String {
    format!("{scheme} {value}")
}

/// Whether an entity has this identifier. Lists write it in lower case too where registers use capitals.
fn is_same(given: &Identifier, (scheme, value): (&str, &str)) -> bool {
    let known = comparable(scheme, value);
    scheme == given.scheme
        && (known == comparable(scheme, &given.value) || known == comparable(scheme, &given.value.to_uppercase()))
}

fn rounded(score: f64) -> f64 {
    (score * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests;
