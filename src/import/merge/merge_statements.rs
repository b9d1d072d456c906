//! What records of one claim say of who says it: statements of one id are one, field by field, and each source keeps its figure.

use std::borrow::Cow;

use super::merge_records::{Joining, Precedence};
use crate::model::{Evidence, Relationship, Stance};

impl<P: Precedence> Joining<'_, P> {
    /// Statements of one id are one, field by field. All others are kept.
    pub(in crate::import) fn evidence(&mut self, stands: &[Evidence], new: &[Evidence]) -> Vec<Evidence> {
        if stands == new {
            return stands.to_vec();
        }
        let mut evidence: Vec<Evidence> = stands.to_vec();
        let mut is_longer = false;
        for statement in new {
            match evidence.iter().position(|known| known.id == statement.id) {
                Some(place) => evidence[place] = self.statements(&evidence[place].clone(), statement),
                None => {
                    evidence.push(statement.clone());
                    is_longer = true;
                }
            }
        }
        if is_longer {
            evidence.sort_by(|one, other| one.id.cmp(&other.id));
        }
        self.fitting("evidence", stands, evidence)
    }

    fn statements(&mut self, stands: &Evidence, new: &Evidence) -> Evidence {
        if stands == new {
            return stands.clone();
        }
        Evidence {
            id: stands.id.clone(),
            source: stands.source.clone(),
            // Where it stands in a file changes without anybody saying so.
            locator: match self.precedence.new_holds("evidence.locator") {
                true => new.locator.as_ref().or(stands.locator.as_ref()).cloned(),
                false => stands.locator.as_ref().or(new.locator.as_ref()).cloned(),
            },
            stance: self.member("evidence.stance", stands.stance, new.stance),
            speaker: self.text("evidence.speaker", stands.speaker.as_ref(), new.speaker.as_ref()),
            stated_on: self.date("evidence.stated_on", stands.stated_on, new.stated_on),
            summary: self.text("evidence.summary", stands.summary.as_ref(), new.summary.as_ref()),
            share: self.optional("evidence.share", stands.share, new.share, |share| {
                share.range.to_string()
            }),
            amount: self.optional(
                "evidence.amount",
                stands.amount.clone(),
                new.amount.clone(),
                ToString::to_string,
            ),
            confidence: self.optional(
                "evidence.confidence",
                stands.confidence,
                new.confidence,
                ToString::to_string,
            ),
        }
    }
}

/// What is said of a claim. Where another record of other sources gives another figure, each source keeps its own.
pub(in crate::import) fn with_own_figures<'r>(claim: &'r Relationship, other: &Relationship) -> Cow<'r, [Evidence]> {
    let share_differs = claim.share.is_some() && other.share.is_some() && claim.share != other.share;
    let amount_differs = claim.amount.is_some() && other.amount.is_some() && claim.amount != other.amount;
    let speaks_of_both = |statement: &Evidence| other.evidence.iter().any(|known| known.source == statement.source);
    if !(share_differs || amount_differs) || claim.evidence.iter().any(speaks_of_both) {
        return Cow::Borrowed(&claim.evidence);
    }
    let mut evidence = claim.evidence.clone();
    let asserting = evidence
        .iter_mut()
        .filter(|statement| statement.stance == Stance::Asserts);
    for statement in asserting {
        if share_differs {
            statement.share = statement.share.or(claim.share);
        }
        if amount_differs {
            statement.amount = statement.amount.take().or_else(|| claim.amount.clone());
        }
    }
    Cow::Owned(evidence)
}
