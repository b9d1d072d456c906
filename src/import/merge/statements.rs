//! Merges the evidence of records of one claim: statements with one id field by field.

use super::records::{Precedence, RecordMerger};
use crate::model::Evidence;

impl<P: Precedence> RecordMerger<'_, P> {
    /// Statements with one id are merged field by field. All others stay.
    pub(in crate::import) fn evidence(&mut self, existing: &[Evidence], new: &[Evidence]) -> Vec<Evidence> {
        if existing == new {
            return existing.to_vec();
        }
        let mut evidence: Vec<Evidence> = existing.to_vec();
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
        self.bounded_list("evidence", existing, evidence)
    }

    fn statements(&mut self, existing: &Evidence, new: &Evidence) -> Evidence {
        if existing == new {
            return existing.clone();
        }
        Evidence {
            id: existing.id.clone(),
            source: existing.source.clone(),
            // The place in a file changes without being a statement of the source.
            locator: match self.precedence.prefers_new("evidence.locator") {
                true => new.locator.as_ref().or(existing.locator.as_ref()).cloned(),
                false => existing.locator.as_ref().or(new.locator.as_ref()).cloned(),
            },
            stance: self.member("evidence.stance", existing.stance, new.stance),
            speaker: self.text("evidence.speaker", existing.speaker.as_ref(), new.speaker.as_ref()),
            stated_on: self.date("evidence.stated_on", existing.stated_on, new.stated_on),
            summary: self.text("evidence.summary", existing.summary.as_ref(), new.summary.as_ref()),
            share: self.optional("evidence.share", existing.share, new.share, |share| {
                share.range.to_string()
            }),
            amount: self.optional(
                "evidence.amount",
                existing.amount.clone(),
                new.amount.clone(),
                ToString::to_string,
            ),
            confidence: self.optional(
                "evidence.confidence",
                existing.confidence,
                new.confidence,
                ToString::to_string,
            ),
        }
    }
}
