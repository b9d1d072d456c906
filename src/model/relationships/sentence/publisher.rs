//! Short names of publishers. Removes only the outlet that carried the text, never a part of a name.

/// The publisher without the outlet that carried the text, which has a name of its own: "Bloomberg, in Daily Herald" is
/// Bloomberg.
#[must_use]
pub fn publisher_in_short(publisher: &str) -> &str {
    [", in ", ", on "]
        .iter()
        .filter_map(|outlet| publisher.rsplit_once(outlet))
        .find(|(name, outlet)| !name.trim().is_empty() && is_outlet(outlet))
        .map_or(publisher, |(name, _)| name)
}

/// Whether the text after "in" or "on" is the name of an outlet, not the state of a company: "Smith & Co, in liquidation" is one
/// name.
fn is_outlet(text: &str) -> bool {
    const STATES: [&str; 8] = [
        "administration",
        "bankruptcy",
        "dissolution",
        "insolvency",
        "liquidation",
        "receivership",
        "trust",
        "voluntary",
    ];
    let is_name = text.chars().next().is_some_and(|first| !first.is_lowercase());
    let mut words = text.split(|letter: char| !letter.is_alphanumeric());
    is_name && !words.any(|word| STATES.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outlet_is_removed_from_a_publisher() {
        for (publisher, short) in [
            ("Bloomberg, in Daily Herald", "Bloomberg"),
            ("NPR, on KPBS", "NPR"),
            ("Reuters, in 21st Century Business Herald", "Reuters"),
            ("新华社, in 人民日报", "新华社"),
            ("Smith & Co, in liquidation", "Smith & Co, in liquidation"),
            (
                "Smith & Co, in Voluntary Liquidation",
                "Smith & Co, in Voluntary Liquidation",
            ),
            (
                "Smith & Co, in liquidation, in Daily Herald",
                "Smith & Co, in liquidation",
            ),
            ("Jones Ltd, in ADMINISTRATION", "Jones Ltd, in ADMINISTRATION"),
            ("Held, in trust for others", "Held, in trust for others"),
            ("Notes, on behalf of the court", "Notes, on behalf of the court"),
            (", in Daily Herald", ", in Daily Herald"),
            ("Bloomberg", "Bloomberg"),
        ] {
            assert_eq!(publisher_in_short(publisher), short);
        }
    }
}
