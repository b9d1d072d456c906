//! The states of the United States, which tables of American companies contain in the place of a country.

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

/// What citizens are called, with the codes of their countries.
const CITIZENS: &str = "american US/argentinian AR/australian AU/austrian AT/belgian BE/brazilian BR/british GB/bulgarian BG/\
    canadian CA/chilean CL/chinese CN/croatian HR/cypriot CY/czech CZ/danish DK/dutch NL/egyptian EG/estonian EE/finnish FI/\
    french FR/german DE/greek GR/hungarian HU/indian IN/indonesian ID/iranian IR/irish IE/israeli IL/italian IT/japanese JP/\
    kazakh KZ/latvian LV/lebanese LB/lithuanian LT/luxembourger LU/malaysian MY/maltese MT/mexican MX/new zealander NZ/\
    nigerian NG/norwegian NO/pakistani PK/polish PL/portuguese PT/romanian RO/russian RU/serbian RS/singaporean SG/slovak SK/\
    slovenian SI/south african ZA/south korean KR/korean KR/spanish ES/swedish SE/swiss CH/taiwanese TW/thai TH/turkish TR/\
    ukrainian UA/vietnamese VN";

fn states() -> impl Iterator<Item = (&'static str, &'static str)> {
    STATES.split('/').filter_map(|state| state.rsplit_once(' '))
}

/// The code of the state that is called so, or has this code of two letters: `US-DE`.
pub(in crate::formats::mapping::suggest) fn code(text: &str) -> Option<String> {
    let is_it = |(name, code): &(&str, &str)| name.eq_ignore_ascii_case(text) || *code == text;
    states().find(is_it).map(|(_, code)| format!("US-{code}"))
}

/// The code of what is called so and is no name of a country: a state, another part of a country, a citizen of one.
pub(in crate::formats::mapping::suggest) fn code_by_name(text: &str) -> Option<String> {
    let part = PARTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    let citizen = || {
        let mut citizens = CITIZENS.split('/').filter_map(|citizen| citizen.rsplit_once(' '));
        let found = citizens.find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|(_, code)| code.to_owned())
    };
    let state =
        || states().find(|(name, _)| name.eq_ignore_ascii_case(text) && *name != "Georgia" && *name != "Puerto Rico");
    part.map(|(_, code)| (*code).to_owned())
        .or_else(|| state().map(|(_, code)| format!("US-{code}")))
        .or_else(citizen)
}
