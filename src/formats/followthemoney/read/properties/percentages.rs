//! Several percentages of one ownership: they have no order, so that none of them can be preferred. What is
//! certain is the range from the least to the greatest of them.

use crate::{
    formats::{followthemoney::read::raw_record::RawRecord, percentage, reader::RecordFault},
    model::{Share, ShareOf, ShareRange},
};

const PROPERTY: &str = "percentage";

/// Takes the share that the percentages state. The texts stay where they say more than it does.
pub(in crate::formats::followthemoney) fn take(record: &mut RawRecord) -> Option<Share> {
    let shares: Vec<Share> = record
        .values(PROPERTY)
        .iter()
        .filter_map(|text| percentage::read(text))
        .collect();
    let Some(first) = shares.first() else {
        return record.take_first(PROPERTY, "a percentage that is not understood", percentage::read);
    };
    if shares.iter().all(|other| other == first) {
        let unread = record
            .values(PROPERTY)
            .iter()
            .find(|text| percentage::read(text).is_none());
        let unread =
            unread.map(|text| RecordFault::in_properties(PROPERTY, "a percentage that is not understood").with(text));
        record.faults.extend(unread);
        return record.take_first(PROPERTY, "", percentage::read);
    }
    let share = hull(&shares)?;
    let texts = record.values(PROPERTY).join(", ");
    let reason = "several percentages: the share is their hull, and they stay as written";
    let fault = RecordFault::noted(PROPERTY, reason).with(&texts);
    record
        .faults
        .push(fault.with_effective_value(Some(&share.range.to_string()), "this record".to_owned()));
    Some(share)
}

/// What these texts say together, as far as they are understood.
pub(in crate::formats::followthemoney) fn of_texts(texts: &[String]) -> Option<Share> {
    let shares: Vec<Share> = texts.iter().filter_map(|text| percentage::read(text)).collect();
    hull(&shares)
}

/// The hull of shares. Of several bases the capital is what an ownership is of.
fn hull(shares: &[Share]) -> Option<Share> {
    let is_of_capital = |share: &&Share| share.of == ShareOf::Capital;
    let of = shares.iter().find(is_of_capital).or(shares.first())?.of;
    let ranges = shares.iter().filter(|share| share.of == of).map(|share| share.range);
    let range = ranges.reduce(ShareRange::hull)?;
    Some(Share { range, of })
}
