//! Media types of requests and answers: `Accept` with its weights, `Content-Type` with its charset.
//! Reads headers only; statuses are decided by the caller.

/// What an answer may be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    Json,
    GraphqlResponse,
}

impl MediaType {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    const fn subtype(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::GraphqlResponse => "graphql-response+json",
        }
    }
}

/// How well a range of the header fits a media type, and how much the client wants it.
#[derive(Clone, Copy, Debug)]
struct Fit {
    specificity: u8,
    /// Thousandths, as weights have at most three digits.
    weight: u16,
    place: usize,
}

/// The media type the client wants most, or none when it accepts neither. No header, `*/*` and
/// `application/*` mean JSON.
pub(super) fn accept<'h>(headers: impl Iterator<Item = &'h str>) -> Option<MediaType> {
    let ranges: Vec<&str> = headers
        .flat_map(|header| split(header, ','))
        .filter(|range| !range.is_empty())
        .collect();
    if ranges.is_empty() {
        return Some(MediaType::Json);
    }
    let best = |media: MediaType| {
        ranges
            .iter()
            .enumerate()
            .filter_map(|(place, range)| fit(range, place, media))
            // The most specific range decides; the first of equals.
            .reduce(|best, next| {
                if next.specificity > best.specificity {
                    next
                } else {
                    best
                }
            })
            .filter(|fit| fit.weight > 0)
    };
    match (best(MediaType::Json), best(MediaType::GraphqlResponse)) {
        (None, None) => None,
        (Some(_), None) => Some(MediaType::Json),
        (None, Some(_)) => Some(MediaType::GraphqlResponse),
        (Some(json), Some(response)) => {
            let rank = |fit: Fit| (fit.weight, fit.specificity, std::cmp::Reverse(fit.place));
            Some(if rank(response) > rank(json) {
                MediaType::GraphqlResponse
            } else {
                MediaType::Json
            })
        }
    }
}

fn fit(range: &str, place: usize, media: MediaType) -> Option<Fit> {
    let mut parts = split(range, ';').into_iter();
    let (kind, subtype) = parts.next()?.split_once('/')?;
    let specificity = match (kind, subtype) {
        ("*", "*") => 0,
        (kind, "*") if kind.eq_ignore_ascii_case("application") => 1,
        (kind, subtype)
            if kind.eq_ignore_ascii_case("application") && subtype.eq_ignore_ascii_case(media.subtype()) =>
        {
            2
        }
        _ => return None,
    };
    let mut weight = 1000;
    for parameter in parts {
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        match name.trim() {
            name if name.eq_ignore_ascii_case("q") => weight = thousandths(value),
            name if name.eq_ignore_ascii_case("charset") && !is_utf8(value) => return None,
            _ => {}
        }
    }
    Some(Fit {
        specificity,
        weight,
        place,
    })
}

/// A weight that does not parse counts as none given.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match (whole, digits) {
        ("0", true) => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 1000,
    }
}

/// What is wrong with a request's `Content-Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsupported {
    Missing,
    MediaType,
    Charset,
}

/// Only `application/json` in UTF-8 is executed: a page of another origin cannot send it without
/// the browser asking first.
pub(super) fn content_type(header: Option<&str>) -> Result<(), Unsupported> {
    let mut parts = split(header.ok_or(Unsupported::Missing)?, ';').into_iter();
    if !parts
        .next()
        .is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
    {
        return Err(Unsupported::MediaType);
    }
    for parameter in parts {
        if let Some((name, value)) = parameter.split_once('=')
            && name.trim().eq_ignore_ascii_case("charset")
            && !is_utf8(value.trim().trim_matches('"'))
        {
            return Err(Unsupported::Charset);
        }
    }
    Ok(())
}

fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Splits outside quotes, and trims.
fn split(text: &str, at: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|character| {
        quoted ^= character == '"';
        character == at && !quoted
    })
    .map(str::trim)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(header: &str) -> Option<&'static str> {
        accept(std::iter::once(header)).map(MediaType::subtype)
    }

    #[test]
    fn the_weight_decides_then_the_order() {
        for (header, expected) in [
            ("", Some("json")),
            ("*/*", Some("json")),
            ("application/*", Some("json")),
            ("application/json", Some("json")),
            ("application/graphql-response+json", Some("graphql-response+json")),
            (
                "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
                Some("graphql-response+json"),
            ),
            ("application/json, application/graphql-response+json", Some("json")),
            (
                "application/json;q=0.8, application/graphql-response+json;q=0.9",
                Some("graphql-response+json"),
            ),
            (
                "application/graphql-response+json;q=0.5, */*;q=0.1",
                Some("graphql-response+json"),
            ),
            ("application/json;q=0, */*", Some("graphql-response+json")),
            ("application/json;q=0", None),
            ("*/*;q=0", None),
            ("text/html, application/xml;q=0.9, */*;q=0.8", Some("json")),
            ("text/html", None),
            ("application/json; charset=iso-8859-1", None),
            ("APPLICATION/JSON; Q=0.5", Some("json")),
            ("text/html;a=\"x,application/json\"", None),
        ] {
            assert_eq!(accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn only_json_in_utf_8_is_executed() {
        for (header, expected) in [
            (None, Err(Unsupported::Missing)),
            (Some("application/json"), Ok(())),
            (Some("Application/JSON; charset=\"UTF-8\""), Ok(())),
            (Some("application/json; charset=utf-16"), Err(Unsupported::Charset)),
            (Some("text/plain"), Err(Unsupported::MediaType)),
            (Some("application/x-www-form-urlencoded"), Err(Unsupported::MediaType)),
            (Some("application/graphql"), Err(Unsupported::MediaType)),
        ] {
            assert_eq!(content_type(header), expected, "{header:?}");
        }
    }
}
