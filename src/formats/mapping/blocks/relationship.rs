//! What a block makes of a row that relates two entities. Without a kind and its ends there is none; an end may be unknown where
//! the mapping gives a reason. Other values that do not fit go to the properties as written.

use super::{block::RelationshipBlock, row_reader::RowReader};
use crate::{
    formats::{
        mapping::columns::{
            cell_texts::{Id, Percentage, one_line},
            value::TypedValue,
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
    /// The relationship that the row states, by the source with this id.
    pub(in crate::formats::mapping) fn draft(&self, reader: &mut RowReader<'_>, source: &str) -> Option<Draft> {
        let kind = reader.essential("kind", &self.kind);
        let ends = self.ends(reader);
        let (kind, ends) = (kind?, ends?);
        let ends = in_order(kind, ends);
        let id = relationship_id(kind, &ends, &self.key(reader)?);
        if id.len() > DERIVED_ID_CHARS_MAX {
            reader.reject("key", "makes an id longer than 4,000 characters");
            return None;
        }
        let evidence = Evidence {
            locator: self.locator(reader),
            stated_on: reader.optional("stated_on", self.stated_on.as_ref()),
            summary: reader.optional("summary", self.summary.as_ref()).map(|text| text.0),
            ..Evidence::asserting(evidence_id(&id, source, 1), source)
        };
        let has_status = self
            .status
            .as_ref()
            .is_some_and(|status| !status.value.is_blank(&reader.row));
        let status = reader.optional("status", self.status.as_ref());
        let interest = self.interest(reader, kind);
        let draft = Draft::of(Record::Relationship(Relationship {
            role: reader.optional("role", self.role.as_ref()).map(|line| line.0),
            // A word for it that is not understood is no reason to believe it.
            status: status.unwrap_or(match has_status {
                false => RelationshipStatus::Active,
                true => RelationshipStatus::Unknown,
            }),
            validity: self.validity(reader),
            share: self.share(reader, kind),
            record: reader.optional("record", self.record.as_ref()).map(|line| line.0),
            amount: self.amount(reader),
            capabilities: self.capabilities(reader, kind),
            // Last, when all values that do not fit are known.
            properties: reader.properties(self.properties.of(&reader.row))?,
            evidence: vec![evidence],
            ..interest.of(Relationship::new(id, kind, ends))
        }));
        Some(draft.with_status_implied(!has_status))
    }

    fn ends(&self, reader: &mut RowReader<'_>) -> Option<Ends> {
        let is_blank = |end: &Option<TypedValue<Id>>, reader: &RowReader<'_>| {
            end.as_ref().is_none_or(|end| end.value.is_blank(&reader.row))
        };
        let (from_blank, to_blank) = (is_blank(&self.from, reader), is_blank(&self.to, reader));
        if from_blank != to_blank
            && let Some(reason) = reader.optional("unknown_reason", self.unknown_reason.as_ref())
        {
            return match (&self.from, &self.to) {
                (Some(from), _) if to_blank => {
                    if reason != UnknownReason::Unspecified {
                        reader.keep(
                            "unknown_reason",
                            self.unknown_reason.as_ref(),
                            "said of an unknown owner only",
                        );
                    }
                    Some(Ends::UnknownTo {
                        from: reader.essential("from", from)?.0,
                        reason: UnknownReason::Unspecified,
                    })
                }
                (_, Some(to)) => Some(Ends::UnknownFrom {
                    to: reader.essential("to", to)?.0,
                    reason,
                }),
                _ => None,
            };
        }
        let mut end = |key, end: &Option<TypedValue<Id>>| match end {
            Some(end) => reader.essential(key, end).map(|id| id.0),
            None => {
                reader.reject(key, "blank");
                None
            }
        };
        let (from, to) = (end("from", &self.from), end("to", &self.to));
        Some(Ends::Known { from: from?, to: to? })
    }

    /// The source's own key, or else, where that is blank as well, since when.
    fn key(&self, reader: &mut RowReader<'_>) -> Option<String> {
        if let Some(key) = self.key.as_ref().filter(|key| !key.value.is_blank(&reader.row)) {
            return reader.essential("key", key).map(|key| key.0);
        }
        let since = self.since.as_ref().and_then(|since| since.value.text(&reader.row));
        Some(since.map_or_else(|| "1".to_owned(), |since| one_line(&since)))
    }

    fn locator(&self, reader: &mut RowReader<'_>) -> Option<String> {
        let locator = reader.optional("locator", self.locator.as_ref()).map(|line| line.0);
        locator.or_else(|| {
            let text: String = self
                .key_columns_text(&reader.row)
                .chars()
                .take(LINE_CHARS_MAX)
                .collect();
            Some(text).filter(|text| !text.is_empty())
        })
    }

    fn validity(&self, reader: &mut RowReader<'_>) -> Validity {
        let since = reader.optional("since", self.since.as_ref());
        let until = reader.optional("until", self.until.as_ref());
        let last_day = reader.optional("last_day", self.last_day.as_ref());
        let ended_by = reader.optional("ended_by", self.ended_by.as_ref());
        let end = until.or(last_day.map(day_after));
        let validity = match (end, ended_by) {
            (None, Some(day)) => Validity::over_by(since, day.0),
            (end, ended_by) => {
                if ended_by.is_some() {
                    let reason = "needless where it is said when it ended";
                    reader.keep("ended_by", self.ended_by.as_ref(), reason);
                }
                Validity::as_written(since, end)
            }
        };
        if validity.is_contradictory() {
            match (until, last_day) {
                (Some(_), _) => reader.note("until", self.until.as_ref(), CONTRADICTORY),
                (None, Some(_)) => reader.note("last_day", self.last_day.as_ref(), CONTRADICTORY),
                (None, None) => reader.note("ended_by", self.ended_by.as_ref(), CONTRADICTORY),
            }
        }
        validity
    }

    /// The type of an interest, its directness and its components.
    fn interest(&self, reader: &mut RowReader<'_>, kind: RelationshipKind) -> InterestDetails {
        let details = InterestDetails {
            interest: reader.optional("interest", self.interest.as_ref()),
            directness: reader
                .optional("directness", self.directness.as_ref())
                .unwrap_or(Directness::Unknown),
            components: reader
                .optional("components", self.components.as_ref())
                .map(|components| components.0)
                .unwrap_or_default(),
        };
        if kind.is_interest() {
            return details;
        }
        let reason = "only OWNS and CONTROLS are interests in a company";
        if details.interest.is_some() {
            reader.keep("interest", self.interest.as_ref(), reason);
        }
        if !details.directness.is_unknown() {
            reader.keep("directness", self.directness.as_ref(), reason);
        }
        if !details.components.is_empty() {
            reader.keep("components", self.components.as_ref(), reason);
        }
        InterestDetails::default()
    }

    fn share(&self, reader: &mut RowReader<'_>, kind: RelationshipKind) -> Option<Share> {
        let Percentage(range, stated) = reader.optional("share", self.share.as_ref())?;
        let of = reader
            .optional("share_of", self.share_of.as_ref())
            .or(stated)
            .or(kind.share_basis());
        match of {
            Some(of) if kind.takes_share_of(of) => Some(Share { range, of }),
            _ => {
                reader.keep(
                    "share",
                    self.share.as_ref(),
                    "this kind of relationship has no such share",
                );
                reader.keep(
                    "share_of",
                    self.share_of.as_ref(),
                    "this kind of relationship has no such share",
                );
                None
            }
        }
    }

    fn amount(&self, reader: &mut RowReader<'_>) -> Option<Amount> {
        let value = reader.optional("amount", self.amount.as_ref())?;
        let currency = reader.optional("currency", self.currency.as_ref());
        let of = reader.optional("amount_of", self.amount_of.as_ref()).map(|line| line.0);
        let amount = currency.and_then(|currency| Amount::new(value, currency, of).ok());
        if amount.is_none() {
            reader.keep("amount", self.amount.as_ref(), "without a currency");
        }
        amount
    }

    fn capabilities(&self, reader: &mut RowReader<'_>, kind: RelationshipKind) -> Vec<Capability> {
        let mut capabilities = Vec::new();
        for field in &self.capabilities {
            let Some(capability) = reader.optional("capabilities", Some(field)) else {
                continue;
            };
            if kind != RelationshipKind::Serves {
                reader.keep(
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

/// The remark on an end that is not after the start.
const CONTRADICTORY: &str = "until is not after since; both are stored as written, neither is used";

/// Type, directness and components of an interest in a company.
struct InterestDetails {
    interest: Option<Interest>,
    directness: Directness,
    components: Vec<String>,
}

impl Default for InterestDetails {
    fn default() -> Self {
        Self {
            interest: None,
            directness: Directness::Unknown,
            components: Vec::new(),
        }
    }
}

impl InterestDetails {
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
