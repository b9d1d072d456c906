//! The web pages, embedded in the program: their bytes, encodings and caching. Independent of GraphQL.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;

use super::graphql::header_list::{has_version, items, parameters, weight};

// `static ASSETS: &[Asset]`, written by build.rs.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Everything comes from this server. The editor starts its workers from blobs, writes style elements and has
/// its fonts in data URLs.
const SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; \
     connect-src 'self'; font-src 'self' data:; img-src 'self' data:; frame-ancestors 'none'",
);
const HTML: &str = "text/html; charset=utf-8";
const WITHOUT_PAGES: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>guanxi</title>\
    <p>This server was built without its web pages: install Node.js 20.19 or later with npm, then run \
    <code>cargo build</code> again. GraphQL is served at <a href=\"graphql\"><code>/graphql</code></a> meanwhile.</p>\n";

/// A file of the pages.
struct Asset {
    /// Relative to the root, without a leading slash.
    path: &'static str,
    content_type: &'static str,
    raw: Encoded,
    /// `None` if it would not be smaller.
    brotli: Option<Encoded>,
}

/// The bytes of one encoding and their strong entity tag, including quotes. Each encoding has its own, since a
/// strong tag guarantees equal bytes.
struct Encoded {
    bytes: &'static [u8],
    etag: &'static str,
}

/// Answers all requests that no other route answers: the fallback of the whole router.
pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    respond(ASSETS, &method, uri.path(), &headers)
}

/// Answers instead of the pages if they are switched off.
pub(super) async fn off() -> Response {
    message(
        StatusCode::NOT_FOUND,
        "There is nothing here: the pages are switched off. GraphQL is served at /graphql.\n",
    )
}

fn respond(assets: &[Asset], method: &Method, path: &str, headers: &HeaderMap) -> Response {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = if path.is_empty() { "index.html" } else { path };
    let asset = assets.iter().find(|asset| asset.path == path);
    let readable = method == Method::GET || method == Method::HEAD;
    let without_pages = asset.is_none() && assets.is_empty() && path == "index.html";
    let mut response = match asset {
        None if !without_pages => message(StatusCode::NOT_FOUND, "There is nothing here.\n"),
        _ if !readable => {
            let mut response = message(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD are answered here.\n");
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            response
        }
        Some(asset) => file(asset, headers),
        None => {
            let mut response = text(StatusCode::OK, HTML, WITHOUT_PAGES);
            let headers = response.headers_mut();
            // The next build may have pages.
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(CONTENT_SECURITY_POLICY, SECURITY_POLICY);
            response
        }
    };
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn file(asset: &Asset, request: &HeaderMap) -> Response {
    let brotli = asset.brotli.as_ref().filter(|_| prefers_brotli(request));
    let encoded = brotli.unwrap_or(&asset.raw);
    let mut response = if has_version(request, encoded.etag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let mut response = bytes(StatusCode::OK, asset.content_type, encoded.bytes);
        if brotli.is_some() {
            response
                .headers_mut()
                .insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, HeaderValue::from_static(encoded.etag));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    // Names below assets/ carry a hash of their content, so such a file never changes.
    let caching = if asset.path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    if asset.content_type == HTML {
        headers.insert(CONTENT_SECURITY_POLICY, SECURITY_POLICY);
    }
    response
}

fn message(status: StatusCode, sentence: &'static str) -> Response {
    text(status, "text/plain; charset=utf-8", sentence)
}

fn text(status: StatusCode, content_type: &'static str, text: &'static str) -> Response {
    bytes(status, content_type, text.as_bytes())
}

fn bytes(status: StatusCode, content_type: &'static str, bytes: &'static [u8]) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    // Set here, since the response to HEAD has no body.
    headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    response
}

/// Whether the client accepts brotli, and does not prefer unencoded bytes.
fn prefers_brotli(headers: &HeaderMap) -> bool {
    let (mut brotli, mut any, mut identity) = (None, None, None);
    for item in items(headers, &ACCEPT_ENCODING) {
        let (name, mut parameters) = parameters(item);
        // An invalid weight rules the encoding out, since every client accepts unencoded bytes.
        let weight = match parameters.find(|(name, _)| name.eq_ignore_ascii_case("q")) {
            Some((_, value)) => weight(value).unwrap_or(0),
            None => 1000,
        };
        match name.to_ascii_lowercase().as_str() {
            "br" => brotli = Some(weight),
            "*" => any = Some(weight),
            "identity" => identity = Some(weight),
            _ => {}
        }
    }
    let brotli = brotli.or(any).unwrap_or(0);
    brotli > 0 && brotli >= identity.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    const PAGES: &[Asset] = &[
        Asset {
            path: "index.html",
            content_type: HTML,
            raw: Encoded {
                bytes: b"<p>plain",
                etag: "\"a\"",
            },
            brotli: Some(Encoded {
                bytes: b"<small",
                etag: "\"a-br\"",
            }),
        },
        Asset {
            path: "assets/icon-1.ttf",
            content_type: "font/ttf",
            raw: Encoded {
                bytes: b"font",
                etag: "\"b\"",
            },
            brotli: None,
        },
    ];

    /// Requests `path` with headers like `name: value`, and returns the status and the headers.
    fn request(assets: &[Asset], method: &Method, path: &str, lines: &[&str]) -> (u16, HeaderMap) {
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let response = respond(assets, method, path, &headers);
        (response.status().as_u16(), response.headers().clone())
    }

    fn get(path: &str, lines: &[&str]) -> (u16, HeaderMap) {
        request(PAGES, &Method::GET, path, lines)
    }

    #[test]
    fn brotli_is_sent_to_clients_that_accept_it() {
        let cases: &[(&[&str], bool)] = &[
            (&[], false),
            (&["accept-encoding: gzip, deflate, br, zstd"], true),
            (&["accept-encoding: BR"], true),
            (&["accept-encoding: gzip", "accept-encoding: br"], true),
            (&["accept-encoding: br;q=0"], false),
            (&["accept-encoding: br; q=0.000, *"], false),
            (&["accept-encoding: br;q=0.1"], true),
            (&["accept-encoding: *"], true),
            (&["accept-encoding: *;q=0"], false),
            (&["accept-encoding: br;q=0.5, identity"], false),
            (&["accept-encoding: br;q=nonsense"], false),
            (&["accept-encoding: gzip"], false),
        ];
        for (lines, expected) in cases {
            let (status, headers) = get("/", lines);
            assert_eq!(status, 200);
            assert_eq!(headers.get("content-encoding").is_some(), *expected, "{lines:?}");
            assert_eq!(headers["vary"], "accept-encoding");
        }
    }

    #[test]
    fn a_file_without_a_smaller_encoding_is_sent_unencoded() {
        let (_, headers) = get("/assets/icon-1.ttf", &["accept-encoding: br"]);
        assert_eq!(
            (headers.get("content-encoding"), &headers["content-length"]),
            (None, &HeaderValue::from(4))
        );
    }

    #[test]
    fn a_known_version_is_not_sent_again() {
        let cases: &[(&[&str], u16)] = &[
            (&["if-none-match: \"a\""], 304),
            (&["if-none-match: \"x\", W/\"a\""], 304),
            (&["if-none-match: *"], 304),
            (&["if-none-match: \"a-br\""], 200),
            (&["if-none-match: \"a-br\"", "accept-encoding: br"], 304),
            (&["if-none-match: a"], 200),
        ];
        for (lines, expected) in cases {
            assert_eq!(get("/", lines).0, *expected, "{lines:?}");
        }
    }

    #[test]
    fn only_files_with_a_hash_in_their_name_are_immutable() {
        assert_eq!(get("/", &[]).1["cache-control"], "no-cache");
        assert_eq!(get("/", &["if-none-match: *"]).1["cache-control"], "no-cache");
        assert_eq!(
            get("/assets/icon-1.ttf", &[]).1["cache-control"],
            "public, max-age=31536000, immutable"
        );
    }

    #[test]
    fn every_answer_forbids_sniffing_and_referrers() {
        for path in ["/", "/assets/icon-1.ttf", "/nothing"] {
            let (_, headers) = get(path, &[]);
            assert_eq!(
                (&headers["x-content-type-options"], &headers["referrer-policy"]),
                (
                    &HeaderValue::from_static("nosniff"),
                    &HeaderValue::from_static("no-referrer")
                )
            );
        }
    }

    #[test]
    fn pages_have_the_security_policy() {
        assert_eq!(get("/", &[]).1["content-security-policy"], SECURITY_POLICY);
        assert_eq!(
            request(&[], &Method::GET, "/", &[]).1["content-security-policy"],
            SECURITY_POLICY
        );
    }

    #[tokio::test]
    async fn head_has_the_headers_of_get_and_no_body() {
        let response = respond(PAGES, &Method::HEAD, "/", &HeaderMap::new());
        assert_eq!(*response.headers(), get("/", &[]).1);
        assert!(
            axum::body::to_bytes(response.into_body(), 100)
                .await
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn other_methods_are_refused_with_the_allowed_ones() {
        let (status, headers) = request(PAGES, &Method::POST, "/", &[]);
        assert_eq!(
            (status, &headers["allow"]),
            (405, &HeaderValue::from_static("GET, HEAD"))
        );
    }

    #[test]
    fn an_unknown_path_is_not_found_in_plain_text() {
        for (assets, method, path) in [
            (PAGES, Method::GET, "/nothing"),
            (PAGES, Method::POST, "/nothing"),
            (PAGES, Method::GET, "//index.html"),
            (PAGES, Method::GET, "/assets/../index.html"),
            (&[], Method::GET, "/assets/icon-1.ttf"),
        ] {
            let (status, headers) = request(assets, &method, path, &[]);
            assert_eq!(
                (status, &headers["content-type"]),
                (404, &HeaderValue::from_static("text/plain; charset=utf-8"))
            );
        }
    }

    #[test]
    fn a_build_without_pages_explains_how_to_build_them() {
        let (status, headers) = request(&[], &Method::GET, "/", &[]);
        assert_eq!(
            (status, &headers["content-type"]),
            (200, &HeaderValue::from_static(HTML))
        );
        assert!(WITHOUT_PAGES.contains("Node.js 20.19") && WITHOUT_PAGES.contains("cargo build"));
    }
}
