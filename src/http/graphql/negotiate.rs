//! Media types of requests and answers: `Accept` with its weights, `Content-Type` with its charset.
//! Statuses are decided by the caller.

use super::header_list::{parameters, split_items, weight};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum MediaType {
    Json,
    GraphqlResponse,
    /// Only if the client names it.
    EventStream,
    /// Only if the client names it, for subscriptions.
    Multipart,
}

impl MediaType {
    pub(in crate::http) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
            Self::Multipart => "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0",
        }
    }

    /// The type and the subtype.
    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::GraphqlResponse => ("application", "graphql-response+json"),
            Self::EventStream => ("text", "event-stream"),
            Self::Multipart => ("multipart", "mixed"),
        }
    }
}

/// The media types that a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct AcceptedTypes {
    /// The preferred one.
    pub(in crate::http) best: MediaType,
    /// The preferred one of those for a single answer, which refusals have as well.
    pub(in crate::http) single: MediaType,
    /// Whether the client accepts any of those.
    pub(in crate::http) takes_single: bool,
    /// The preferred one for a stream of answers, if the client accepts any.
    pub(in crate::http) stream: Option<MediaType>,
}

/// Whether the client lists HTML before any media type of answers, as browsers do for addresses typed into them.
pub(in crate::http) fn prefers_page<'h>(headers: impl Iterator<Item = &'h str>) -> bool {
    let names = headers.flat_map(split_items).map(|range| parameters(range).0);
    let mut known = names.filter(|name| {
        let is_json = [
            MediaType::Json,
            MediaType::GraphqlResponse,
            MediaType::EventStream,
            MediaType::Multipart,
        ]
        .iter()
        .any(|media| {
            let (kind, subtype) = media.parts();
            name.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')) == Some(subtype)
        });
        is_json || *name == "text/html"
    });
    known.next() == Some("text/html")
}

/// How a range of the header matches a media type.
#[derive(Clone, Copy, Debug)]
struct Fit {
    specificity: u8,
    /// In thousandths.
    weight: u16,
    place: usize,
}

/// The media types that the client accepts; `None` if it accepts no media type of answers. No header, `*/*` and `application/*` mean JSON.
pub(in crate::http) fn accept<'h>(headers: impl Iterator<Item = &'h str>) -> Option<AcceptedTypes> {
    let ranges: Vec<&str> = headers.flat_map(split_items).collect();
    if ranges.is_empty() {
        return Some(AcceptedTypes {
            best: MediaType::Json,
            single: MediaType::Json,
            takes_single: true,
            stream: None,
        });
    }
    let rank = |media: MediaType| {
        ranges
            .iter()
            .enumerate()
            .filter_map(|(place, range)| fit(range, place, media))
            // The most specific range decides; of equally specific ones the first.
            .reduce(|best, next| {
                if next.specificity > best.specificity {
                    next
                } else {
                    best
                }
            })
            .filter(|fit| fit.weight > 0)
            .map(|fit| (fit.weight, fit.specificity, std::cmp::Reverse(fit.place)))
    };
    let first_of = |media: &[MediaType]| {
        let ranked = media.iter().filter_map(|media| Some((rank(*media)?, *media)));
        ranked
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map(|(_, media)| media)
    };
    const SINGLE: [MediaType; 2] = [MediaType::Json, MediaType::GraphqlResponse];
    const STREAMS: [MediaType; 2] = [MediaType::EventStream, MediaType::Multipart];
    let single = first_of(&SINGLE);
    Some(AcceptedTypes {
        best: first_of(&[SINGLE[0], SINGLE[1], STREAMS[0], STREAMS[1]])?,
        single: single.unwrap_or(MediaType::Json),
        takes_single: single.is_some(),
        stream: first_of(&STREAMS),
    })
}

fn fit(range: &str, place: usize, media: MediaType) -> Option<Fit> {
    let (name, parameters) = parameters(range);
    let (kind, subtype) = name.split_once('/')?;
    let (own_kind, own_subtype) = media.parts();
    let same_kind = kind.eq_ignore_ascii_case(own_kind);
    let specificity = match (kind, subtype) {
        _ if same_kind && subtype.eq_ignore_ascii_case(own_subtype) => 2,
        // Only for clients that name it.
        _ if matches!(media, MediaType::EventStream | MediaType::Multipart) => return None,
        ("*", "*") => 0,
        (_, "*") if same_kind => 1,
        _ => return None,
    };
    let mut fit = Fit {
        specificity,
        weight: 1000,
        place,
    };
    // Other protocols with parts, such as deferred delivery, are not supported.
    let mut carries_subscriptions = false;
    for (name, value) in parameters {
        match name {
            // An invalid weight is ignored.
            name if name.eq_ignore_ascii_case("q") => fit.weight = weight(value).unwrap_or(1000),
            name if name.eq_ignore_ascii_case("charset") && !is_utf8(value) => return None,
            name if name.eq_ignore_ascii_case("subscriptionSpec") => {
                carries_subscriptions = matches!(value, "1.0" | "1");
            }
            _ => {}
        }
    }
    if media == MediaType::Multipart && !carries_subscriptions {
        return None;
    }
    Some(fit)
}

/// Why the `Content-Type` of a request is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Unsupported {
    Missing,
    MediaType,
    Charset,
}

/// Checks that it is `application/json` in UTF-8, which a page of another origin cannot send without a preflight request.
pub(in crate::http) fn content_type(header: Option<&str>) -> Result<(), Unsupported> {
    let (media, mut parameters) = parameters(header.ok_or(Unsupported::Missing)?);
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(Unsupported::MediaType);
    }
    match parameters.any(|(name, value)| name.eq_ignore_ascii_case("charset") && !is_utf8(value)) {
        true => Err(Unsupported::Charset),
        false => Ok(()),
    }
}

fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(header: &str) -> Option<&'static str> {
        accept(std::iter::once(header)).map(|accepted| accepted.best.parts().1)
    }

    #[test]
    fn the_weight_decides_before_the_order() {
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
            ("text/event-stream", Some("event-stream")),
            ("text/*", None),
            ("text/*, */*;q=0.1", Some("json")),
            ("application/json, text/event-stream", Some("json")),
            ("text/event-stream, application/json", Some("event-stream")),
            ("application/json;q=0.5, text/event-stream", Some("event-stream")),
            ("multipart/mixed; boundary=graphql; subscriptionSpec=1.0", Some("mixed")),
            (
                "multipart/mixed;subscriptionSpec=\"1.0\", application/json",
                Some("mixed"),
            ),
            ("application/json, multipart/mixed;subscriptionSpec=1.0", Some("json")),
            ("multipart/mixed;deferSpec=20220824, application/json", Some("json")),
            ("multipart/mixed", None),
            ("multipart/mixed;subscriptionSpec=2.0", None),
            ("multipart/*", None),
        ] {
            assert_eq!(accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn a_stream_must_be_named() {
        let of = |header| accept(std::iter::once(header)).map(|accepted| (accepted.stream, accepted.single));
        let (events, parts) = (Some(MediaType::EventStream), Some(MediaType::Multipart));
        assert_eq!(of("*/*"), Some((None, MediaType::Json)));
        assert_eq!(of("text/event-stream"), Some((events, MediaType::Json)));
        assert_eq!(of("text/event-stream;q=0, */*"), Some((None, MediaType::Json)));
        for (header, stream) in [
            ("application/graphql-response+json, text/event-stream", events),
            (
                "application/graphql-response+json, multipart/mixed;subscriptionSpec=1.0",
                parts,
            ),
            (
                "application/graphql-response+json, text/event-stream;q=0.1, multipart/mixed;subscriptionSpec=1.0;q=0.2",
                parts,
            ),
            (
                "application/graphql-response+json, text/event-stream, multipart/mixed;subscriptionSpec=1.0",
                events,
            ),
        ] {
            assert_eq!(of(header), Some((stream, MediaType::GraphqlResponse)), "{header}");
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
