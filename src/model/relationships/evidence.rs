//! Evidence: one source's statements about one relationship, and whether sources contradict each other.

use serde::{Deserialize, Serialize};

use crate::model::{Amount, PartialDate, Share, ShareRange, catalog::catalog, records::serialized};

catalog! {
    /// The position of a statement towards the claim.
    pub enum Stance as "a stance" {
        /// It asserts the claim.
        Asserts = "ASSERTS",
        /// It contradicts the claim.
        Contradicts = "CONTRADICTS",
        /// The speaker was asked and declined to comment.
        DeclinesComment = "DECLINES_COMMENT",
        /// It assesses or interprets, without asserting the fact.
        Assesses = "ASSESSES",
    }
}

/// One statement of one source about one relationship. A source may make several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Unique among all evidence.
    pub id: String,
    /// The id of the source.
    pub source: String,
    /// Where in the source: page, paragraph, row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
    /// For or against the claim.
    pub stance: Stance,
    /// The id of the entity that the source quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// When the statement was made; otherwise the source's date counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_on: Option<PartialDate>,
    /// Its content, in our words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The share, if this source gives its own figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// The amount, if this source gives its own figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// From 0 (none) to 1 (full), if the data rates its sources.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "serialized::confidence"
    )]
    pub confidence: Option<f64>,
}

impl Evidence {
    /// A statement by which this source asserts the claim, without details.
    #[must_use]
    pub fn asserting(id: String, source: &str) -> Self {
        Self {
            id,
            source: source.to_owned(),
            locator: None,
            stance: Stance::Asserts,
            speaker: None,
            stated_on: None,
            summary: None,
            share: None,
            amount: None,
            confidence: None,
        }
    }
}

/// Whether the evidence contradicts itself: ASSERTS together with CONTRADICTS, or ASSERTS whose shares of the same basis do not
/// intersect, or whose amounts of the same currency and scope differ.
#[must_use]
pub fn disputed(evidence: &[Evidence]) -> bool {
    let asserts = || evidence.iter().filter(|statement| statement.stance == Stance::Asserts);
    let contradicted = evidence.iter().any(|statement| statement.stance == Stance::Contradicts);
    if contradicted && asserts().next().is_some() {
        return true;
    }
    let amounts: Vec<&Amount> = asserts().filter_map(|statement| statement.amount.as_ref()).collect();
    let amounts_differ = amounts.iter().enumerate().any(|(position, amount)| {
        amounts[..position]
            .iter()
            .any(|other| amount.is_comparable(other) && amount.value != other.value)
    });
    let shares: Vec<Share> = asserts().filter_map(|statement| statement.share).collect();
    amounts_differ
        || shares.iter().any(|share| {
            // Intervals that intersect pairwise have a point in common, so one running intersection is enough.
            let same_basis = shares.iter().filter(|other| other.of == share.of);
            same_basis
                .map(|other| other.range)
                .try_fold(ShareRange::UNKNOWN, ShareRange::intersection)
                .is_none()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ShareOf;

    fn statement(stance: Stance, share: &str, amount: &str) -> Evidence {
        let (value, of) = amount.split_once(' ').unwrap_or((amount, ""));
        Evidence {
            id: "e".into(),
            source: "source:s".into(),
            locator: None,
            stance,
            speaker: None,
            stated_on: None,
            summary: None,
            share: (!share.is_empty()).then(|| Share {
                range: share.parse().unwrap(),
                of: ShareOf::Capital,
            }),
            amount: (!value.is_empty())
                .then(|| Amount::new(value.parse().unwrap(), "USD".parse().unwrap(), Some(of.to_owned())).unwrap()),
            confidence: None,
        }
    }

    fn check(statements: &[(Stance, &str, &str)], expected: bool) {
        let evidence: Vec<Evidence> = statements
            .iter()
            .map(|(stance, share, amount)| statement(*stance, share, amount))
            .collect();
        assert_eq!(disputed(&evidence), expected, "{statements:?}");
    }

    #[test]
    fn contradicting_sources_dispute_a_claim() {
        use Stance::{Asserts, Assesses, Contradicts, DeclinesComment};
        check(&[(Asserts, "", ""), (Contradicts, "", "")], true);
        check(&[(Contradicts, "", "")], false);
        check(
            &[(Asserts, "", ""), (DeclinesComment, "", ""), (Assesses, "", "")],
            false,
        );
    }

    #[test]
    fn shares_that_do_not_intersect_dispute_a_claim() {
        use Stance::{Asserts, Assesses};
        check(&[(Asserts, "20..25", ""), (Asserts, "24", "")], false);
        check(&[(Asserts, "20..25", ""), (Asserts, ">25..50", "")], true);
        check(&[(Asserts, "48", ""), (Asserts, "51", "")], true);
        check(&[(Asserts, "48", ""), (Assesses, "51", "")], false);
    }

    #[test]
    fn amounts_dispute_a_claim_only_within_one_scope() {
        use Stance::Asserts;
        check(&[(Asserts, "", "75 stake"), (Asserts, "", "200 stake")], true);
        check(
            &[(Asserts, "", "2.9 price with debt"), (Asserts, "", "2.4 price")],
            false,
        );
    }
}
