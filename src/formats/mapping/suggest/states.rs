//! The states of the United States, which tables of American companies write where others have a country.

/// Each with its code of two letters.
const STATES: &str = "Alabama AL/Alaska AK/Arizona AZ/Arkansas AR/California CA/Colorado CO/Connecticut CT/Delaware DE/\
    District of Columbia DC/Florida FL/Georgia GA/Hawaii HI/Idaho ID/Illinois IL/Indiana IN/Iowa IA/Kansas KS/Kentucky KY/\
    Louisiana LA/Maine ME/Maryland MD/Massachusetts MA/Michigan MI/Minnesota MN/Mississippi MS/Missouri MO/Montana MT/\
    Nebraska NE/Nevada NV/New Hampshire NH/New Jersey NJ/New Mexico NM/New York NY/North Carolina NC/North Dakota ND/Ohio OH/\
    Oklahoma OK/Oregon OR/Pennsylvania PA/Puerto Rico PR/Rhode Island RI/South Carolina SC/South Dakota SD/Tennessee TN/Texas TX/\
    Utah UT/Vermont VT/Virginia VA/Washington WA/West Virginia WV/Wisconsin WI/Wyoming WY";

/// The parts of the United Kingdom that are written like countries, with their codes.
const PARTS: [(&str, &str); 6] = [
    ("england", "GB-ENG"),
    ("england and wales", "GB-EAW"),
    ("england & wales", "GB-EAW"),
    ("northern ireland", "GB-NIR"),
    ("scotland", "GB-SCT"),
    ("wales", "GB-WLS"),
];

fn states() -> impl Iterator<Item = (&'static str, &'static str)> {
    STATES.split('/').filter_map(|state| state.rsplit_once(' '))
}

/// The code of the state that is called so, or has this code of two letters: `US-DE`.
pub(super) fn code(text: &str) -> Option<String> {
    let is_it = |(name, code): &(&str, &str)| name.eq_ignore_ascii_case(text) || *code == text;
    states().find(is_it).map(|(_, code)| format!("US-{code}"))
}

/// The code of the state or of another part of a country that is called so, and has no country of its name.
pub(super) fn code_by_name(text: &str) -> Option<String> {
    let part = PARTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    let state =
        || states().find(|(name, _)| name.eq_ignore_ascii_case(text) && *name != "Georgia" && *name != "Puerto Rico");
    part.map(|(_, code)| (*code).to_owned())
        .or_else(|| state().map(|(_, code)| format!("US-{code}")))
}
