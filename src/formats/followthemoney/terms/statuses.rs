//! The words by which registers say that a legal entity exists or no longer does, and by which a relationship is said to hold or to
//! be over: OpenSanctions passes them on as the registers write them.

use crate::model::EntityStatus;

/// A legal entity that exists, be it in trouble.
const EXISTS: [&str; 46] = [
    "active",
    "activa",
    "activo",
    "actief",
    "aktiv",
    "aktive",
    "aktywna",
    "aktywny",
    "aktivní",
    "aktīvs",
    "ativa",
    "attiva",
    "en activité",
    "good standing",
    "current",
    "existing",
    "exists",
    "in existence",
    "in business",
    "in good standing",
    "live",
    "normal",
    "open",
    "operating",
    "operational",
    "registered",
    "registrisse kantud",
    "reģistrēts",
    "registrado",
    "registrada",
    "registriert",
    "eingetragen",
    "zarejestrowana",
    "зареєстровано",
    "действующее",
    "действует",
    "действующая",
    "active - proposal to strike off",
    "live but receiver manager on at least one charge",
    "in administration",
    "in insolvency",
    "in liquidation",
    "liquidation",
    "receivership",
    "voluntary arrangement",
    "в стані припинення",
];

/// A legal entity that exists no longer.
const DISSOLVED: [&str; 50] = [
    "inactive",
    "inactiva",
    "inactivo",
    "inaktiv",
    "not active",
    "annulled",
    "baixada",
    "bankrupt and dissolved",
    "cancelled",
    "canceled",
    "cancellata",
    "cancelada",
    "ceased",
    "ceased to exist",
    "ceased trading",
    "cessata",
    "closed",
    "converted/closed",
    "converted-closed",
    "defunct",
    "deleted",
    "deregistered",
    "dissolved",
    "dissoute",
    "disuelta",
    "erloschen",
    "aufgelöst",
    "gelöscht",
    "extinguida",
    "forfeited",
    "likvidēts",
    "liquidated",
    "merged",
    "opgeheven",
    "ophørt",
    "opløst",
    "avregistrerad",
    "radiée",
    "registrist kustutatud",
    "removed",
    "slettet",
    "struck off",
    "struck-off",
    "terminated",
    "uitgeschreven",
    "vymazaná",
    "wykreślona",
    "ликвидировано",
    "прекратило деятельность",
    "припинено",
];

/// A relationship that holds.
const IN_EFFECT: [&str; 14] = [
    "active",
    "current",
    "effective",
    "in effect",
    "in force",
    "in office",
    "incumbent",
    "ongoing",
    "present",
    "registered",
    "valid",
    "aktiv",
    "действующее",
    "действует",
];

/// A relationship that no longer does.
const ENDED: [&str; 26] = [
    "inactive",
    "former",
    "ended",
    "past",
    "previous",
    "retired",
    "resigned",
    "terminated",
    "closed",
    "removed",
    "expired",
    "cancelled",
    "canceled",
    "ceased",
    "completed",
    "deleted",
    "deregistered",
    "dismissed",
    "dissolved",
    "finished",
    "historic",
    "historical",
    "lapsed",
    "left",
    "not active",
    "revoked",
];

/// The words of a status in one form: small letters, one space between them, no mark at the end.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase().trim_end_matches('.').to_owned()
}

/// What a status says of whether a legal entity exists.
pub(in crate::formats::followthemoney) fn of_entity(text: &str) -> EntityStatus {
    let text = plain(text);
    if EXISTS.contains(&&*text) {
        EntityStatus::Active
    } else if DISSOLVED.contains(&&*text) {
        EntityStatus::Inactive
    } else {
        EntityStatus::Unknown
    }
}

/// Whether a status says that a relationship holds.
pub(in crate::formats::followthemoney) fn is_in_effect(text: &str) -> bool {
    IN_EFFECT.contains(&&*plain(text))
}

/// Whether a status says that a relationship is over.
pub(in crate::formats::followthemoney) fn is_over(text: &str) -> bool {
    ENDED.contains(&&*plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_says_two_things() {
        assert!(
            EXISTS
                .iter()
                .all(|word| !DISSOLVED.contains(word) && plain(word) == **word)
        );
        assert!(DISSOLVED.iter().all(|word| plain(word) == **word));
        assert!(
            IN_EFFECT
                .iter()
                .all(|word| !ENDED.contains(word) && plain(word) == **word)
        );
        assert!(ENDED.iter().all(|word| plain(word) == **word));
    }

    #[test]
    fn statuses_are_understood_as_registers_write_them() {
        for (text, expected) in [
            ("Active", EntityStatus::Active),
            (" ACTIVE ", EntityStatus::Active),
            ("Active - Proposal to Strike off", EntityStatus::Active),
            ("In Liquidation", EntityStatus::Active),
            ("Struck Off.", EntityStatus::Inactive),
            ("Dissolved", EntityStatus::Inactive),
            ("Ликвидировано", EntityStatus::Inactive),
            ("зареєстровано", EntityStatus::Active),
            ("unknown", EntityStatus::Unknown),
            ("not registered", EntityStatus::Unknown),
            ("", EntityStatus::Unknown),
        ] {
            assert_eq!(of_entity(text), expected, "{text}");
        }
        for (text, expected) in [
            ("Current", (true, false)),
            ("ENDED", (false, true)),
            ("in  force", (true, false)),
            ("planned", (false, false)),
        ] {
            assert_eq!((is_in_effect(text), is_over(text)), expected, "{text}");
        }
    }
}
