//! What a block makes of a row that relates two entities. Without a kind and its ends there is none; an end may be unknown where
//! the mapping gives a reason. Of the rest, what does not fit is kept as written.

use super::{block::RelationshipBlock, reading::Reading};
use crate::{
    formats::{
        mapping::columns::{
            cell_texts::{Id, Percentage, one_line},
            value::Of,
        },
        reader::Draft,
    },
    model::{
        Amount, Capability, DERIVED_ID_CHARS_MAX, Directness, Ends, Evidence, Interest, LINE_CHARS_MAX, PartialDate,
        Record, Relationship, RelationshipKind, RelationshipStatus, Share, UnknownReason, Validity, evidence_id,
        relationship_id,
    },
};

impl RelationshipBlock {
    /// The relationship that the row tells of, by the source with this id.
    pub(in crate::formats::mapping) fn draft(&self, reading: &mut Reading<'_>, source: &str) -> Option<Draft> {
        let kind = reading.essential("kind", &self.kind);
        let ends = self.ends(reading);
        let (kind, ends) = (kind?, ends?);
        let ends = in_order(kind, ends);
        let id = relationship_id(kind, &ends, &self.key(reading)?);
        if id.len() > DERIVED_ID_CHARS_MAX {
            reading.reject("key", "makes an id longer than 4,000 characters");
            return None;
        }
        let evidence = Evidence {
            locator: self.locator(reading),
            stated_on: reading.optional("stated_on", self.stated_on.as_ref()),
            summary: reading.optional("summary", self.summary.as_ref()).map(|text| text.0),
            ..Evidence::asserting(evidence_id(&id, source, 1), source)
        };
        let says_status = self
            .status
            .as_ref()
            .is_some_and(|status| !status.value.is_blank(&reading.row));
        let status = reading.optional("status", self.status.as_ref());
        let interest = self.interest(reading, kind);
        let draft = Draft::of(Record::Relationship(Relationship {
            role: reading.optional("role", self.role.as_ref()).map(|line| line.0),
            // A word for it that is not understood is no reason to believe it.
            status: status.unwrap_or(match says_status {
                false => RelationshipStatus::Active,
                true => RelationshipStatus::Unknown,
            }),
            validity: self.validity(reading),
            share: self.share(reading, kind),
            record: reading.optional("record", self.record.as_ref()).map(|line| line.0),
            amount: self.amount(reading),
            capabilities: self.capabilities(reading, kind),
            // Last, when all that is kept is known.
            properties: reading.properties(self.properties.of(&reading.row))?,
            evidence: vec![evidence],
            ..interest.of(Relationship::new(id, kind, ends))
        }));
        Some(draft.with_status_implied(!says_status))
    }

    fn ends(&self, reading: &mut Reading<'_>) -> Option<Ends> {
        let is_blank = |end: &Option<Of<Id>>, reading: &Reading<'_>| {
            end.as_ref().is_none_or(|end| end.value.is_blank(&reading.row))
        };
        let (from_blank, to_blank) = (is_blank(&self.from, reading), is_blank(&self.to, reading));
        if from_blank != to_blank
            && let Some(reason) = reading.optional("unknown_reason", self.unknown_reason.as_ref())
        {
            return match (&self.from, &self.to) {
                (Some(from), _) if to_blank => {
                    if reason != UnknownReason::Unspecified {
                        reading.keep(
                            "unknown_reason",
                            self.unknown_reason.as_ref(),
                            "said of an unknown owner only",
                        );
                    }
                    Some(Ends::UnknownTo {
                        from: reading.essential("from", from)?.0,
                        reason: UnknownReason::Unspecified,
                    })
                }
                (_, Some(to)) => Some(Ends::UnknownFrom {
                    to: reading.essential("to", to)?.0,
                    reason,
                }),
                _ => None,
            };
        }
        let mut end = |key, end: &Option<Of<Id>>| match end {
            Some(end) => reading.essential(key, end).map(|id| id.0),
            None => {
                reading.reject(key, "blank");
                None
            }
        };
        let (from, to) = (end("from", &self.from), end("to", &self.to));
        Some(Ends::Known { from: from?, to: to? })
    }

    /// The source's own key, or else, where that is blank as well, since when.
    fn key(&self, reading: &mut Reading<'_>) -> Option<String> {
        if let Some(key) = self.key.as_ref().filter(|key| !key.value.is_blank(&reading.row)) {
            return reading.essential("key", key).map(|key| key.0);
        }
        let since = self.since.as_ref().and_then(|since| since.value.text(&reading.row));
        Some(since.map_or_else(|| "1".to_owned(), |since| one_line(&since)))
    }

    fn locator(&self, reading: &mut Reading<'_>) -> Option<String> {
        let told = reading.optional("locator", self.locator.as_ref()).map(|line| line.0);
        told.or_else(|| {
            let told: String = self.columns_told(&reading.row).chars().take(LINE_CHARS_MAX).collect();
            Some(told).filter(|told| !told.is_empty())
        })
    }

    fn validity(&self, reading: &mut Reading<'_>) -> Validity {
        let since = reading.optional("since", self.since.as_ref());
        let until = reading.optional("until", self.until.as_ref());
        let last_day = reading.optional("last_day", self.last_day.as_ref());
        let ended_by = reading.optional("ended_by", self.ended_by.as_ref());
        let end = until.or(last_day.map(day_after));
        let validity = match (end, ended_by) {
            (None, Some(day)) => Validity::over_by(since, day.0),
            (end, ended_by) => {
                if ended_by.is_some() {
                    let reason = "needless where it is said when it ended";
                    reading.keep("ended_by", self.ended_by.as_ref(), reason);
                }
                Validity::as_written(since, end)
            }
        };
        if validity.is_contradictory() {
            match (until, last_day) {
                (Some(_), _) => reading.note("until", self.until.as_ref(), CONTRADICTORY),
                (None, Some(_)) => reading.note("last_day", self.last_day.as_ref(), CONTRADICTORY),
                (None, None) => reading.note("ended_by", self.ended_by.as_ref(), CONTRADICTORY),
            }
        }
        validity
    }

    /// What kind of interest it is, how directly it is held, what it is made up of.
    fn interest(&self, reading: &mut Reading<'_>, kind: RelationshipKind) -> Held {
        let held = Held {
            interest: reading.optional("interest", self.interest.as_ref()),
            directness: reading
                .optional("directness", self.directness.as_ref())
                .unwrap_or(Directness::Unknown),
            components: reading
                .optional("components", self.components.as_ref())
                .map(|components| components.0)
                .unwrap_or_default(),
        };
        if kind.is_interest() {
            return held;
        }
        let reason = "only OWNS and CONTROLS are interests in a company";
        if held.interest.is_some() {
            reading.keep("interest", self.interest.as_ref(), reason);
        }
        if !held.directness.is_unknown() {
            reading.keep("directness", self.directness.as_ref(), reason);
        }
        if !held.components.is_empty() {
            reading.keep("components", self.components.as_ref(), reason);
        }
        Held::default()
    }

    fn share(&self, reading: &mut Reading<'_>, kind: RelationshipKind) -> Option<Share> {
        let Percentage(range, stated) = reading.optional("share", self.share.as_ref())?;
        let of = reading
            .optional("share_of", self.share_of.as_ref())
            .or(stated)
            .or(kind.share_basis());
        match of {
            Some(of) if kind.takes_share_of(of) => Some(Share { range, of }),
            _ => {
                reading.keep(
                    "share",
                    self.share.as_ref(),
                    "this kind of relationship has no such share",
                );
                reading.keep(
                    "share_of",
                    self.share_of.as_ref(),
                    "this kind of relationship has no such share",
                );
                None
            }
        }
    }

    fn amount(&self, reading: &mut Reading<'_>) -> Option<Amount> {
        let value = reading.optional("amount", self.amount.as_ref())?;
        let currency = reading.optional("currency", self.currency.as_ref());
        let of = reading
            .optional("amount_of", self.amount_of.as_ref())
            .map(|line| line.0);
        let amount = currency.and_then(|currency| Amount::new(value, currency, of).ok());
        if amount.is_none() {
            reading.keep("amount", self.amount.as_ref(), "without a currency");
        }
        amount
    }

    fn capabilities(&self, reading: &mut Reading<'_>, kind: RelationshipKind) -> Vec<Capability> {
        let mut capabilities = Vec::new();
        for field in &self.capabilities {
            let Some(capability) = reading.optional("capabilities", Some(field)) else {
                continue;
            };
            if kind != RelationshipKind::Serves {
                reading.keep(
                    "capabilities",
                    Some(field),
                    "this kind of relationship has no capabilities",
                );
            } else if !capabilities.contains(&capability) {
                capabilities.push(capability);
            }
        }
        capabilities
    }
}

/// What is told of dates of which the last is not after the first.
const CONTRADICTORY: &str = "until is not after since; both kept as written, neither believed";

/// What an interest in a company is.
struct Held {
    interest: Option<Interest>,
    directness: Directness,
    components: Vec<String>,
}

impl Default for Held {
    fn default() -> Self {
        Self {
            interest: None,
            directness: Directness::Unknown,
            components: Vec::new(),
        }
    }
}

impl Held {
    /// The relationship as such an interest.
    fn of(self, relationship: Relationship) -> Relationship {
        let Self {
            interest,
            directness,
            components,
        } = self;
        Relationship {
            interest,
            directness,
            components,
            ..relationship
        }
    }
}

/// Symmetric relationships are stored once, whichever end a row names first.
fn in_order(kind: RelationshipKind, ends: Ends) -> Ends {
    match ends {
        Ends::Known { from, to } if kind.is_symmetric() && to < from => Ends::Known { from: to, to: from },
        ends => ends,
    }
}

/// When what held on a last day no longer does. Of a month or a year it is not known on which of its days it ended: as its own
/// bound the period says just that.
fn day_after(last: PartialDate) -> PartialDate {
    match last.day_after() {
        Some(next) if last.is_day() => next.into(),
        _ => last,
    }
}
