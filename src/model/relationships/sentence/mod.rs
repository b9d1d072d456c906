//! A relationship as one English sentence with its figures, dates and sources.

mod publisher;
mod verbs;

use jiff::{ToSpan, civil::Date};

use crate::model::{
    Amount, Directness, PartialDate, RelationshipKind, RelationshipStatus, Share, ShareOf, ShareRange, Stance,
    UnknownReason, Validity,
};
pub use publisher::publisher_in_short;
use verbs::{indirectly, verb};

/// The parts of a sentence, with names instead of ids.
#[derive(Debug, Clone)]
pub struct SentenceParts<'a> {
    /// The name at the start, if it is known.
    pub from: Option<&'a str>,
    /// The kind of the claim.
    pub kind: RelationshipKind,
    /// The name at the end, if it is known.
    pub to: Option<&'a str>,
    /// Why one of them is not.
    pub unknown: Option<UnknownReason>,
    /// In the source's words.
    pub role: Option<&'a str>,
    /// How firm it is.
    pub status: RelationshipStatus,
    /// When it held.
    pub validity: Validity,
    /// How much.
    pub share: Option<Share>,
    /// Whether it is held directly or through others.
    pub directness: Directness,
    /// How much money.
    pub amount: Option<&'a Amount>,
    /// Whether sources contradict each other.
    pub disputed: bool,
    /// When it was last asserted; part of the sentence if no bound is stated.
    pub last_stated_on: Option<PartialDate>,
    /// The publishers and the stance of each, in the order of the evidence.
    pub sources: Vec<(Stance, &'a str)>,
}

/// The grammatical tense of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// It holds.
    Present,
    /// It has ended.
    Past,
    /// It has not begun.
    Future,
}

impl Tense {
    /// The tense on `day` of a claim with this validity.
    #[must_use]
    pub fn on(day: Date, validity: Validity) -> Self {
        if validity.until_day().is_some_and(|until| until <= day) {
            Self::Past
        } else if validity.since_day().is_some_and(|since| day < since) {
            Self::Future
        } else {
            Self::Present
        }
    }
}

impl SentenceParts<'_> {
    /// `eBay owned PayPal (100 %, 2002 to 2015-07-17; FierceRetail, CNET, Bloomberg).`
    #[must_use]
    pub fn sentence(&self, tense: Tense) -> String {
        let from = self.from.unwrap_or("An undisclosed party");
        format!("{from} {}.", self.clause(tense))
    }

    /// The sentence without its subject and its full stop, to be appended to another:
    /// `owned PayPal (100 %, 2002 to 2015-07-17; FierceRetail, CNET, Bloomberg)`
    #[must_use]
    pub fn clause(&self, tense: Tense) -> String {
        let to = self.to.unwrap_or("an undisclosed party");
        let mut clause = format!("{} {to}", self.predicate(tense));
        if let (RelationshipKind::EmployedBy, Some(role)) = (self.kind, self.role) {
            clause.push_str(" as ");
            clause.push_str(role);
        }
        let parts: Vec<String> = [self.facts(tense).join(", "), self.attribution()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        if !parts.is_empty() {
            clause.push_str(&format!(" ({})", parts.join("; ")));
        }
        clause
    }

    fn predicate(&self, tense: Tense) -> String {
        use RelationshipStatus as Status;
        let (present, past, infinitive) = match (self.kind, self.role) {
            (RelationshipKind::OfficerOf, Some(role)) => (
                format!("is {role} of"),
                format!("was {role} of"),
                format!("be {role} of"),
            ),
            (kind, _) => {
                let (present, past, infinitive) = verb(kind);
                (present.to_owned(), past.to_owned(), infinitive.to_owned())
            }
        };
        let with_directness = |verb: String| match self.directness {
            Directness::Indirect => indirectly(&verb),
            Directness::Direct | Directness::Unknown => verb,
        };
        let (present, past, infinitive) = (
            with_directness(present),
            with_directness(past),
            with_directness(infinitive),
        );
        let be = if tense == Tense::Past { "was" } else { "is" };
        match (self.status, tense) {
            (Status::Rumoured, _) => format!("{be} rumoured to {infinitive}"),
            (Status::Reported, _) => format!("{be} reported to {infinitive}"),
            (Status::Announced | Status::Planned, _) => format!("{be} to {infinitive}"),
            (Status::Withdrawn, _) => format!("was to {infinitive}"),
            (Status::Refuted, _) => format!("was said to {infinitive}"),
            (Status::Active | Status::Suspended | Status::Unknown, Tense::Present) => present,
            (Status::Active | Status::Suspended | Status::Unknown, Tense::Past) => past,
            (Status::Active | Status::Suspended | Status::Unknown, Tense::Future) => format!("will {infinitive}"),
        }
    }

    fn facts(&self, tense: Tense) -> Vec<String> {
        use RelationshipStatus as Status;
        let status = match self.status {
            Status::Active | Status::Rumoured | Status::Reported => None,
            Status::Announced => Some("announced"),
            Status::Planned => Some("planned"),
            Status::Suspended => Some("suspended"),
            Status::Withdrawn => Some("withdrawn"),
            Status::Refuted => Some("refuted"),
            Status::Unknown => Some("status unknown"),
        };
        let role_in_predicate = matches!(self.kind, RelationshipKind::OfficerOf | RelationshipKind::EmployedBy);
        let role = self.role.filter(|_| !role_in_predicate);
        [
            role.map(str::to_owned),
            status.map(str::to_owned),
            self.share
                .filter(|share| share.range != ShareRange::UNKNOWN)
                .map(share_in_words),
            self.amount.map(ToString::to_string),
            self.period(tense),
            self.disputed.then(|| "disputed".to_owned()),
            self.unknown
                .map(|reason| format!("not disclosed: {}", reason.description())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn period(&self, tense: Tense) -> Option<String> {
        if self.validity.is_contradictory() {
            return Some(format!("dates contradict: {}", self.dates(tense)?));
        }
        self.dates(tense)
            .or_else(|| self.last_stated_on.map(|on| format!("as of {on}")))
    }

    /// The dates as stated.
    fn dates(&self, tense: Tense) -> Option<String> {
        if let Some(over_by) = self.validity.stated_ended_by() {
            return Some(match self.validity.since() {
                Some(since) => format!("{since}, over by {over_by}"),
                None => format!("over by {over_by}"),
            });
        }
        match (self.validity.since(), self.validity.until()) {
            (Some(since), Some(until)) => {
                let next = since.first_day().checked_add(1.day()).ok();
                let one_day = since.is_day() && until.is_day() && next == Some(until.first_day());
                Some(if one_day {
                    format!("on {since}")
                } else {
                    format!("{since} to {until}")
                })
            }
            (Some(since), None) if tense == Tense::Future => Some(format!("from {since}")),
            (Some(since), None) => Some(format!("since {since}")),
            (None, Some(until)) => Some(format!("until {until}")),
            (None, None) => None,
        }
    }

    fn attribution(&self) -> String {
        let publishers = |stances: &[Stance]| -> String {
            let mut names: Vec<&str> = Vec::new();
            for (stance, publisher) in &self.sources {
                let name = publisher_in_short(publisher);
                if stances.contains(stance) && !names.contains(&name) {
                    names.push(name);
                }
            }
            names.join(", ")
        };
        let mut parts = vec![publishers(&[Stance::Asserts, Stance::Assesses])];
        for (stance, words) in [
            (Stance::Contradicts, "contradicted by"),
            (Stance::DeclinesComment, "no comment in"),
        ] {
            let names = publishers(&[stance]);
            if !names.is_empty() {
                parts.push(format!("{words} {names}"));
            }
        }
        parts.retain(|part| !part.is_empty());
        parts.join("; ")
    }
}

fn share_in_words(share: Share) -> String {
    let range = share.range;
    let of = match share.of {
        ShareOf::Capital => "",
        ShareOf::Votes => " of votes",
        ShareOf::Profit => " of profit",
    };
    let from = if range.min_inclusive {
        format!("{}", range.min)
    } else {
        format!("over {}", range.min)
    };
    let to = if range.max_inclusive {
        format!("{}", range.max)
    } else {
        format!("under {}", range.max)
    };
    let percent = match (range.single(), range.min, range.max) {
        (Some(percent), _, _) => format!("{percent}"),
        (None, _, 100.0) if !range.min_inclusive && range.max_inclusive => from,
        (None, 0.0, _) if range.min_inclusive && range.max_inclusive => format!("up to {}", range.max),
        _ => format!("{from} to {to}"),
    };
    format!("{percent} %{of}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim<'a>(from: &'a str, kind: RelationshipKind, to: &'a str) -> SentenceParts<'a> {
        SentenceParts {
            from: Some(from),
            kind,
            to: Some(to),
            unknown: None,
            role: None,
            status: RelationshipStatus::Active,
            validity: Validity::OPEN,
            share: None,
            directness: Directness::Unknown,
            amount: None,
            disputed: false,
            last_stated_on: None,
            sources: Vec::new(),
        }
    }

    fn share(text: &str) -> Option<Share> {
        Some(Share {
            range: text.parse().unwrap(),
            of: ShareOf::Capital,
        })
    }

    fn dates(since: &str, until: &str) -> Validity {
        Validity::new(since.parse().ok(), until.parse().ok()).unwrap()
    }

    #[test]
    fn an_ended_holding_is_in_the_past_tense_with_figures_dates_and_sources() {
        let paypal = SentenceParts {
            share: share("100"),
            validity: dates("2002", "2015-07-17"),
            sources: vec![
                (Stance::Asserts, "FierceRetail"),
                (Stance::Asserts, "CNET"),
                (Stance::Asserts, "Bloomberg, in Daily Herald"),
            ],
            ..claim("eBay", RelationshipKind::Owns, "PayPal")
        };
        let today = "2026-11-22".parse().unwrap();
        assert_eq!(
            paypal.sentence(Tense::on(today, paypal.validity)),
            "eBay owned PayPal (100 %, 2002 to 2015-07-17; FierceRetail, CNET, Bloomberg)."
        );
        let then = "2014-11-28".parse().unwrap();
        assert_eq!(Tense::on(then, paypal.validity), Tense::Present);
    }

    #[test]
    fn a_claim_that_has_not_begun_is_in_the_future_tense() {
        let merger = SentenceParts {
            validity: dates("2030", ""),
            ..claim("eBay", RelationshipKind::Owns, "PayPal")
        };
        let today = "2026-11-22".parse().unwrap();
        assert_eq!(
            merger.sentence(Tense::on(today, merger.validity)),
            "eBay will own PayPal (from 2030)."
        );
    }

    #[test]
    fn a_plan_is_not_stated_as_a_fact() {
        let sydney = SentenceParts {
            status: RelationshipStatus::Planned,
            validity: dates("2014-11-25", ""),
            ..claim("Alibaba Group", RelationshipKind::Serves, "Australia")
        };
        assert_eq!(
            sydney.sentence(Tense::Present),
            "Alibaba Group is to serve Australia (planned, since 2014-11-25)."
        );
        let reported = SentenceParts {
            status: RelationshipStatus::Reported,
            sources: vec![(Stance::Asserts, "Bloomberg"), (Stance::DeclinesComment, "China Daily")],
            ..claim("Alibaba Group", RelationshipKind::PartnersWith, "PayPal")
        };
        assert_eq!(
            reported.sentence(Tense::Present),
            "Alibaba Group is reported to partner with PayPal (Bloomberg; no comment in China Daily)."
        );
    }

    #[test]
    fn a_role_reads_as_an_office() {
        let officer = SentenceParts {
            role: Some("vice chairman"),
            last_stated_on: "2014-11".parse().ok(),
            ..claim("Joseph Tsai", RelationshipKind::OfficerOf, "Alibaba Group")
        };
        assert_eq!(
            officer.sentence(Tense::Present),
            "Joseph Tsai is vice chairman of Alibaba Group (as of 2014-11)."
        );
    }

    #[test]
    fn the_sentence_states_disputes_and_undisclosed_ends() {
        let disputed = SentenceParts {
            disputed: true,
            sources: vec![(Stance::Asserts, "China Daily"), (Stance::Contradicts, "Bloomberg")],
            ..claim("Alibaba Group", RelationshipKind::Owns, "Alipay")
        };
        assert_eq!(
            disputed.sentence(Tense::Present),
            "Alibaba Group owns Alipay (disputed; China Daily; contradicted by Bloomberg)."
        );
        let unknown = SentenceParts {
            from: None,
            unknown: Some(UnknownReason::NoLei),
            ..claim("", RelationshipKind::Consolidates, "Example Ltd")
        };
        assert_eq!(
            unknown.sentence(Tense::Present),
            "An undisclosed party consolidates Example Ltd (not disclosed: the parent has no LEI)."
        );
    }

    #[test]
    fn an_indirect_holding_is_called_indirect() {
        let sentence = |kind, status, tense| {
            let claim = SentenceParts {
                directness: Directness::Indirect,
                status,
                ..claim("A", kind, "B")
            };
            claim.sentence(tense)
        };
        for (kind, status, tense, expected) in [
            (
                RelationshipKind::Owns,
                RelationshipStatus::Active,
                Tense::Present,
                "A indirectly owns B.",
            ),
            (
                RelationshipKind::Owns,
                RelationshipStatus::Active,
                Tense::Past,
                "A indirectly owned B.",
            ),
            (
                RelationshipKind::Controls,
                RelationshipStatus::Active,
                Tense::Future,
                "A will indirectly control B.",
            ),
            (
                RelationshipKind::Owns,
                RelationshipStatus::Reported,
                Tense::Present,
                "A is reported to indirectly own B.",
            ),
            (
                RelationshipKind::MemberOf,
                RelationshipStatus::Active,
                Tense::Past,
                "A was indirectly a member of B.",
            ),
        ] {
            assert_eq!(sentence(kind, status, tense), expected);
        }
    }

    #[test]
    fn the_sentence_states_undated_ends_and_contradictory_dates() {
        let over_by = |since: &str, day: &str| Validity::over_by(since.parse().ok(), day.parse().unwrap());
        let contradictory = |since: &str, until: &str| Validity::as_written(since.parse().ok(), until.parse().ok());
        for (validity, on, expected) in [
            (over_by("", "2017-01-15"), "2017-01-15", "owned B (over by 2017-01-15)"),
            (over_by("", "2017-01-15"), "2017-01-14", "owns B (over by 2017-01-15)"),
            (
                over_by("2014", "2017-01-15"),
                "2026-01-01",
                "owned B (2014, over by 2017-01-15)",
            ),
            (
                over_by("2014", "2017-01-15"),
                "2013-01-01",
                "will own B (2014, over by 2017-01-15)",
            ),
            (
                contradictory("2012-05-01", "2010-03-01"),
                "2026-01-01",
                "owned B (dates contradict: 2012-05-01 to 2010-03-01)",
            ),
            (
                contradictory("2012-05-01", "2010-03-01"),
                "1990-01-01",
                "owns B (dates contradict: 2012-05-01 to 2010-03-01)",
            ),
            (
                over_by("2018", "2017-01-15"),
                "2018-01-01",
                "owned B (dates contradict: 2018, over by 2017-01-15)",
            ),
        ] {
            let claim = SentenceParts {
                validity,
                last_stated_on: "2016".parse().ok(),
                ..claim("A", RelationshipKind::Owns, "B")
            };
            let tense = Tense::on(on.parse().unwrap(), validity);
            assert_eq!(claim.sentence(tense), format!("A {expected}."), "on {on}");
        }
    }

    #[test]
    fn ranges_are_written_in_words() {
        let words = |text: &str| share_in_words(share(text).unwrap());
        assert_eq!(words(">50..100"), "over 50 %");
        assert_eq!(words("..50"), "up to 50 %");
        assert_eq!(words("20..25"), "20 to 25 %");
        assert_eq!(words(">25..50"), "over 25 to 50 %");
        assert_eq!(words("25..<50"), "25 to under 50 %");
        assert_eq!(words(">50..<100"), "over 50 to under 100 %");
    }
}
