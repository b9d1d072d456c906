//! Whether an interest is held directly: what the type of an ownership or of a control says, where it names one of the two.

use crate::{
    formats::followthemoney::read::raw_record::RawRecord,
    model::{Directness, RelationshipKind},
};

/// The property that says what type of ownership or control it is.
pub(in crate::formats::followthemoney) fn property(kind: RelationshipKind) -> Option<&'static str> {
    match kind {
        RelationshipKind::Owns => Some("ownershipType"),
        RelationshipKind::Controls => Some("controlType"),
        _ => None,
    }
}

/// How directly it is held, as far as that is said. The text stays where it says more than one of our words.
pub(in crate::formats::followthemoney) fn read(record: &mut RawRecord, kind: RelationshipKind) -> Directness {
    let Some(property) = property(kind) else {
        return Directness::Unknown;
    };
    let read = of_texts(record.values(property));
    if let Some(word) = word(read)
        && record.values(property) == [word]
    {
        record.take(property);
    }
    read
}

/// What these texts say of it: nothing where they disagree.
pub(in crate::formats::followthemoney) fn of_texts(texts: &[String]) -> Directness {
    let mut readings = texts
        .iter()
        .map(|text| of_text(text))
        .filter(|readings| !readings.is_unknown());
    let Some(first) = readings.next() else {
        return Directness::Unknown;
    };
    if readings.all(|other| other == first) {
        first
    } else {
        Directness::Unknown
    }
}

fn of_text(text: &str) -> Directness {
    let text = text.to_lowercase();
    let has = |word: &str| {
        text.split(|letter: char| !letter.is_alphanumeric())
            .any(|other| other == word)
    };
    match (has("direct"), has("indirect")) {
        (true, false) => Directness::Direct,
        (false, true) => Directness::Indirect,
        _ => Directness::Unknown,
    }
}

/// Our word for it; none where it is not known.
pub(in crate::formats::followthemoney) fn word(directness: Directness) -> Option<&'static str> {
    match directness {
        Directness::Direct => Some("direct"),
        Directness::Indirect => Some("indirect"),
        Directness::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_says_it_by_one_of_the_two_words() {
        for (texts, expected) in [
            (&["Direct legal ownership"][..], Directness::Direct),
            (&["indirect"], Directness::Indirect),
            (&["Beneficial"], Directness::Unknown),
            (&["directorship"], Directness::Unknown),
            (&["direct and indirect"], Directness::Unknown),
            (&["direct", "indirect"], Directness::Unknown),
            (&["beneficial", "indirect"], Directness::Indirect),
            (&[], Directness::Unknown),
        ] {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(of_texts(&texts), expected, "{texts:?}");
        }
    }
}
