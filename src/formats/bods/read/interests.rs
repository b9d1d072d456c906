//! The types of interests, each in terms of the model, and shares. A type outside of the list is read as an unknown
//! interest.

use serde_json::{Map, Value, json};

use crate::model::{Catalog, Interest, Relationship, RelationshipKind as Kind, Share, ShareOf, ShareRange};

/// A type of interest of the standard, and what it is in the model.
pub(in crate::formats::bods) struct InterestMapping {
    /// As the standard writes it since 0.3.
    pub(in crate::formats::bods) code: &'static str,
    /// In words: the role of the relationship. None where the kind says it all.
    pub(in crate::formats::bods) words: Option<&'static str>,
    pub(in crate::formats::bods) kind: Kind,
    /// What a share of it is a share of; none where our kind has no such share.
    pub(in crate::formats::bods) of: Option<ShareOf>,
}

impl InterestMapping {
    /// The type in our terms. A missing one is unknown: the source does not assert control.
    pub(in crate::formats::bods) fn in_our_terms(&self) -> Interest {
        let read = Interest::parse(&constant_case(self.code));
        read.unwrap_or(Interest::UnknownInterest)
    }

    /// The same for a relationship of this kind; none for one that is no interest in a company.
    pub(in crate::formats::bods) fn of_kind(&self, kind: Kind) -> Option<Interest> {
        kind.is_interest().then(|| self.in_our_terms())
    }
}

/// `votingRights` as `VOTING_RIGHTS`.
fn constant_case(code: &str) -> String {
    let mut constant = String::with_capacity(code.len());
    for letter in code.chars() {
        if letter.is_uppercase() {
            constant.push('_');
        }
        constant.extend(letter.to_uppercase());
    }
    constant
}

const fn interest(code: &'static str, words: &'static str, kind: Kind, of: Option<ShareOf>) -> InterestMapping {
    InterestMapping {
        code,
        words: Some(words),
        kind,
        of,
    }
}

/// An interest of which no type is given, or that stands for a relationship without any.
pub(in crate::formats::bods) const UNTYPED: InterestMapping = InterestMapping {
    code: "interest",
    words: None,
    kind: Kind::Controls,
    of: None,
};

/// Every type, and that of none.
pub(in crate::formats::bods) const INTERESTS: [InterestMapping; 24] = [
    InterestMapping {
        code: "shareholding",
        words: None,
        kind: Kind::Owns,
        of: Some(ShareOf::Capital),
    },
    interest("votingRights", "voting rights", Kind::Controls, Some(ShareOf::Votes)),
    interest("appointmentOfBoard", "appointment of board", Kind::Controls, None),
    interest(
        "otherInfluenceOrControl",
        "other influence or control",
        Kind::Controls,
        None,
    ),
    interest(
        "seniorManagingOfficial",
        "senior managing official",
        Kind::OfficerOf,
        None,
    ),
    interest("settlor", "settlor", Kind::Controls, None),
    interest("trustee", "trustee", Kind::OfficerOf, None),
    interest("protector", "protector", Kind::OfficerOf, None),
    interest(
        "beneficiaryOfLegalArrangement",
        "beneficiary of legal arrangement",
        Kind::Owns,
        Some(ShareOf::Profit),
    ),
    // The right to surplus assets is a share of the capital; partnerships without shares state it instead.
    interest(
        "rightsToSurplusAssetsOnDissolution",
        "rights to surplus assets on dissolution",
        Kind::Owns,
        Some(ShareOf::Capital),
    ),
    interest(
        "rightsToProfitOrIncome",
        "rights to profit or income",
        Kind::Owns,
        Some(ShareOf::Profit),
    ),
    interest(
        "rightsGrantedByContract",
        "rights granted by contract",
        Kind::Controls,
        None,
    ),
    interest(
        "conditionalRightsGrantedByContract",
        "conditional rights granted by contract",
        Kind::Controls,
        None,
    ),
    interest(
        "controlViaCompanyRulesOrArticles",
        "control via company rules or articles",
        Kind::Controls,
        None,
    ),
    interest(
        "controlByLegalFramework",
        "control by legal framework",
        Kind::Controls,
        None,
    ),
    interest("boardMember", "board member", Kind::OfficerOf, None),
    interest("boardChair", "board chair", Kind::OfficerOf, None),
    interest("unknownInterest", "unknown interest", Kind::Controls, None),
    interest("unpublishedInterest", "unpublished interest", Kind::Controls, None),
    interest(
        "enjoymentAndUseOfAssets",
        "enjoyment and use of assets",
        Kind::Owns,
        Some(ShareOf::Profit),
    ),
    interest(
        "rightToProfitOrIncomeFromAssets",
        "right to profit or income from assets",
        Kind::Owns,
        Some(ShareOf::Profit),
    ),
    interest("nominee", "nominee", Kind::Represents, None),
    interest("nominator", "nominator", Kind::Controls, None),
    UNTYPED,
];

/// The type with this code; none when the standard has no such.
pub(in crate::formats::bods) fn of_code(code: &str) -> Option<&'static InterestMapping> {
    INTERESTS.iter().find(|interest| interest.code == code)
}

/// The type of interest in our terms with this code, however it is spelled: `votingRights`, `voting-rights`, `Voting rights`.
pub(in crate::formats) fn of_text(text: &str) -> Option<Interest> {
    let text = text.trim();
    let code = match text.contains(['-', '_', ' ']) {
        true => code_today(&text.to_lowercase().replace(' ', "-")),
        false => code_today(text),
    };
    of_code(&code)
        .filter(|interest| interest.code != UNTYPED.code)
        .map(InterestMapping::in_our_terms)
}

/// The type that a relationship is written with; none when the standard has none for it.
pub(in crate::formats::bods) fn of_relationship(relationship: &Relationship) -> Option<&'static InterestMapping> {
    if let Some(interest) = relationship.interest {
        if (interest, relationship.kind, &relationship.role) == (Interest::UnknownInterest, UNTYPED.kind, &None) {
            return Some(&UNTYPED);
        }
        return INTERESTS.iter().find(|known| known.in_our_terms() == interest);
    }
    let by_role = relationship.role.as_deref().and_then(|role| {
        let mut known = INTERESTS.iter();
        known.find(|interest| interest.words == Some(role) && interest.kind == relationship.kind)
    });
    let of = relationship.share.map(|share| share.of);
    if let Some(by_role) = by_role.filter(|by_role| of.is_none() || by_role.of == of) {
        return Some(by_role);
    }
    let code = match (relationship.kind, of) {
        (Kind::Owns, Some(ShareOf::Profit)) => "rightsToProfitOrIncome",
        (Kind::Owns, Some(ShareOf::Votes)) | (Kind::Controls, Some(_)) => "votingRights",
        (Kind::Owns, _) => "shareholding",
        (Kind::Controls | Kind::Consolidates, _) => "otherInfluenceOrControl",
        (Kind::OfficerOf, _) => office(relationship.role.as_deref().unwrap_or_default()),
        _ => return None,
    };
    of_code(code)
}

/// The type of an office, by what it is called.
fn office(role: &str) -> &'static str {
    let role = role.to_lowercase();
    // Words as a whole: a "services committee" has no vice, and an onboarding manager no board.
    let words: Vec<&str> = role.split(|letter: char| !letter.is_alphanumeric()).collect();
    let names = |known: &[&str]| words.iter().any(|word| known.contains(word));
    let chairs = names(&["chair", "chairman", "chairperson", "chairwoman", "chairmen"]);
    let is_of_committee = names(&["committee", "committees", "subcommittee", "subcommittees"]);
    let is_deputy = names(&["vice", "deputy", "assistant", "secretary"]);
    let is_non_executive = words.windows(2).any(|pair| pair == ["non", "executive"]) || names(&["nonexecutive"]);
    if chairs && !is_of_committee && !is_deputy {
        "boardChair"
    } else if names(&["board"]) || role == "director" || is_non_executive || is_of_committee {
        "boardMember"
    } else {
        "seniorManagingOfficial"
    }
}

/// A code as the standard writes it since 0.3, where before it had `voting-rights` and trusts of their own.
pub(in crate::formats::bods) fn code_today(code: &str) -> String {
    let mut current = String::with_capacity(code.len());
    let mut capitalize_next = false;
    for letter in code.trim().chars() {
        match letter {
            '-' | '_' => capitalize_next = true,
            letter if capitalize_next => {
                current.extend(letter.to_uppercase());
                capitalize_next = false;
            }
            letter => current.push(letter),
        }
    }
    let renamed = match current.as_str() {
        "influenceOrControl" | "otherInfluenceOrControlOfTrust" => "otherInfluenceOrControl",
        "settlorOfTrust" | "settlorOfLegalArrangement" => "settlor",
        "trusteeOfTrust" | "trusteeOfLegalArrangement" => "trustee",
        "protectorOfTrust" | "protectorOfLegalArrangement" => "protector",
        "beneficiaryOfTrust" => "beneficiaryOfLegalArrangement",
        "rightsToSurplusAssets" => "rightsToSurplusAssetsOnDissolution",
        _ => return current,
    };
    renamed.to_owned()
}

/// A share as an interest states it. Bounds that are exclusive stand in 0.4 as numbers of their own, before as `true` beside
/// the bound. None when it says nothing, or no share.
pub(in crate::formats::bods) fn share_range(share: &Map<String, Value>) -> Option<ShareRange> {
    let number = |key: &str| share.get(key).and_then(Value::as_f64);
    let is_true = |key: &str| share.get(key) == Some(&Value::Bool(true));
    if let Some(exact) = number("exact") {
        return ShareRange::exact(exact).ok();
    }
    let bound =
        |inclusive: &str, exclusive: &str, tighter: fn(f64, f64) -> f64| match (number(inclusive), number(exclusive)) {
            (Some(bound), None) => Some((bound, !is_true(exclusive))),
            (None, Some(bound)) => Some((bound, false)),
            // Of two bounds the tighter one holds.
            (Some(one), Some(other)) => Some((tighter(one, other), one != other && tighter(one, other) == one)),
            (None, None) => None,
        };
    let low = bound("minimum", "exclusiveMinimum", f64::max);
    let high = bound("maximum", "exclusiveMaximum", f64::min);
    if low.is_none() && high.is_none() {
        return None;
    }
    let (min, min_inclusive) = low.unwrap_or((0.0, true));
    let (max, max_inclusive) = high.unwrap_or((100.0, true));
    ShareRange::bounded(min, min_inclusive, max, max_inclusive).ok()
}

/// A share as 0.4 writes it.
pub(in crate::formats::bods) fn share_json(share: Share) -> Value {
    let ShareRange {
        min,
        max,
        min_inclusive,
        max_inclusive,
    } = share.range;
    if let Some(exact) = share.range.single() {
        return json!({ "exact": exact });
    }
    let low = if min_inclusive { "minimum" } else { "exclusiveMinimum" };
    let high = if max_inclusive { "maximum" } else { "exclusiveMaximum" };
    json!({ low: min, high: max })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn check(share: &Value, expected: &str) {
        let range = share_range(share.as_object().unwrap()).map(|range| range.to_string());
        assert_eq!(range.unwrap_or_default(), expected, "{share}");
    }

    #[test]
    fn ranges_keep_whether_their_ends_belong_to_them() {
        check(&json!({"exact": 60, "minimum": 50}), "60");
        check(&json!({"minimum": 75, "exclusiveMaximum": 100}), "75..<100");
        check(&json!({"exclusiveMinimum": 25, "maximum": 50}), ">25..50");
        check(
            &json!({"minimum": 25, "maximum": 50, "exclusiveMinimum": true, "exclusiveMaximum": false}),
            ">25..50",
        );
        check(
            &json!({"minimum": 25, "exclusiveMinimum": 30, "maximum": 50, "exclusiveMaximum": 60}),
            ">30..50",
        );
        check(&json!({"minimum": 25, "exclusiveMinimum": 25}), ">25..100");
        check(&json!({"maximum": 25}), "..25");
        check(&json!({"maximum": 101}), "");
        check(&json!({"exact": "60"}), "");
        check(&json!({}), "");
    }

    #[test]
    fn old_codes_are_read_as_those_of_today() {
        for (old, current) in [
            ("voting-rights", "votingRights"),
            ("beneficiary-of-trust", "beneficiaryOfLegalArrangement"),
            ("rights-to-surplus-assets", "rightsToSurplusAssetsOnDissolution"),
            ("boardChair", "boardChair"),
        ] {
            assert_eq!(code_today(old), current);
            assert!(of_code(current).is_some());
        }
    }

    #[test]
    fn every_type_of_the_standard_is_one_of_ours_and_the_other_way_round() {
        assert_eq!(UNTYPED.in_our_terms(), Interest::UnknownInterest);
        let ours: BTreeSet<_> = INTERESTS.iter().map(InterestMapping::in_our_terms).collect();
        assert_eq!(ours.len(), Interest::ALL.len());
        assert_eq!(ours.len(), INTERESTS.len() - 1);
    }

    #[test]
    fn codes_may_be_spelled_as_people_do() {
        for (text, expected) in [
            ("votingRights", Some(Interest::VotingRights)),
            ("voting-rights", Some(Interest::VotingRights)),
            ("Voting rights", Some(Interest::VotingRights)),
            ("VOTING_RIGHTS", Some(Interest::VotingRights)),
            ("beneficiary-of-trust", Some(Interest::BeneficiaryOfLegalArrangement)),
            ("interest", None),
            ("votes", None),
        ] {
            assert_eq!(of_text(text), expected, "{text}");
        }
    }

    #[test]
    fn an_office_is_recognised_by_whole_words() {
        for (role, code) in [
            ("chairman", "boardChair"),
            ("Chair of the Board", "boardChair"),
            ("non-executive chairwoman", "boardChair"),
            ("executive chairman, online services", "boardChair"),
            ("vice chairman", "seniorManagingOfficial"),
            ("vice-chairman of the board", "boardMember"),
            ("deputy chair", "seniorManagingOfficial"),
            ("services committee", "boardMember"),
            ("chair of the services committee", "boardMember"),
            ("member of the supervisory board", "boardMember"),
            ("Director", "boardMember"),
            ("non-executive director", "boardMember"),
            ("keyboard designer", "seniorManagingOfficial"),
            ("onboarding manager", "seniorManagingOfficial"),
            ("head of wheelchairs", "seniorManagingOfficial"),
            ("chief executive", "seniorManagingOfficial"),
            ("", "seniorManagingOfficial"),
        ] {
            assert_eq!(office(role), code, "{role}");
        }
    }

    proptest! {
        #[test]
        fn a_share_that_is_written_is_read_as_the_same(min in 0u8..=100, max in 0u8..=100, low: bool, high: bool) {
            if let Ok(range) = ShareRange::bounded(f64::from(min), low, f64::from(max), high) {
                let share = share_json(Share { range, of: ShareOf::Capital });
                prop_assert_eq!(share_range(share.as_object().unwrap()), Some(range));
            }
        }
    }
}
