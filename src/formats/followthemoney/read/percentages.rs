//! Several percentages of one ownership: they have no order, so that none of them is the one. What can be said is their hull, the
//! range from the least to the greatest of them.

use super::line::Line;
use crate::{
    formats::{percentage, reader::Fault},
    model::{Share, ShareOf, ShareRange},
};

const PROPERTY: &str = "percentage";

/// Takes the share that the percentages state. The texts stay where they say more than it does.
pub(in crate::formats::followthemoney) fn take(line: &mut Line) -> Option<Share> {
    let stated: Vec<Share> = line
        .values(PROPERTY)
        .iter()
        .filter_map(|text| percentage::read(text))
        .collect();
    let Some(first) = stated.first() else {
        return line.take_first(PROPERTY, "a percentage that is not understood", percentage::read);
    };
    if stated.iter().all(|other| other == first) {
        let unread = line
            .values(PROPERTY)
            .iter()
            .find(|text| percentage::read(text).is_none());
        let unread = unread.map(|text| Fault::kept(PROPERTY, "a percentage that is not understood").with(text));
        line.faults.extend(unread);
        return line.take_first(PROPERTY, "", percentage::read);
    }
    let share = hull(&stated)?;
    let texts = line.values(PROPERTY).join(", ");
    let reason = "several percentages: the share is their hull, and they stay as written";
    let fault = Fault::noted(PROPERTY, reason).with(&texts);
    line.faults
        .push(fault.instead(Some(&share.range.to_string()), "this record".to_owned()));
    Some(share)
}

/// What these texts say together, as far as they are understood.
pub(in crate::formats::followthemoney) fn of_texts(texts: &[String]) -> Option<Share> {
    let stated: Vec<Share> = texts.iter().filter_map(|text| percentage::read(text)).collect();
    hull(&stated)
}

/// The hull of shares. Of several bases the capital is what an ownership is of.
fn hull(stated: &[Share]) -> Option<Share> {
    let is_of_capital = |share: &&Share| share.of == ShareOf::Capital;
    let of = stated.iter().find(is_of_capital).or(stated.first())?.of;
    let ranges = stated.iter().filter(|share| share.of == of).map(|share| share.range);
    let range = ranges.reduce(ShareRange::hull)?;
    Some(Share { range, of })
}
