//! A client of another server over HTTP: queries by POST, the schema by GET. Follows no redirect and never retries: a request may be a
//! change.

use std::{net::IpAddr, time::Duration};

use clap::Args;
use serde_json::{Map, Value, json};
use ureq::{
    Agent, Body,
    http::{HeaderValue, Response, StatusCode, Uri, header},
    tls::{RootCerts, TlsConfig},
};

use super::{errors::UsageError, output::say};

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The most characters that are quoted of an answer that is not GraphQL.
const QUOTED_CHARS_MAX: usize = 200;

/// Limits on the answers of a server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub(super) struct ClientLimits {
    /// Milliseconds that a server may take to answer.
    #[arg(
        long,
        env = "GUANXI_SERVER_WAIT_MS",
        default_value_t = 60_000,
        hide_short_help = true
    )]
    server_wait_ms: u64,
    /// Bytes that the answer of a server may have.
    #[arg(long, env = "GUANXI_ANSWER_BYTES_MAX", default_value_t = 256 << 20, hide_short_help = true)]
    answer_bytes_max: u64,
}

/// A server, with the token for it.
#[derive(Debug, Clone)]
pub(super) struct Server {
    /// Everything before `/graphql`, without a slash at its end.
    base: String,
    token: Option<HeaderValue>,
}

/// Why a server gave no answer.
#[derive(Debug, thiserror::Error)]
#[error("{url}: {reason}")]
pub(super) struct NoAnswer {
    url: String,
    reason: String,
}

impl Server {
    /// The server at this address, with or without `/graphql` at its end.
    ///
    /// # Errors
    /// [`UsageError`] if the address is invalid, or the token cannot be sent.
    pub(super) fn new(url: &str, token: Option<String>) -> Result<Self, UsageError> {
        let wrong = |why: &str| {
            UsageError(format!(
                "the server {url:?} {why}; give an address such as https://example.org or http://127.0.0.1:8000"
            ))
        };
        let uri: Uri = url
            .trim()
            .parse()
            .map_err(|error| wrong(&format!("is not a URL ({error})")))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(wrong("does not begin with http:// or https://"));
        }
        let host = uri
            .host()
            .filter(|host| !host.is_empty())
            .ok_or_else(|| wrong("names no host"))?;
        let authority = uri.authority().map_or(host, |authority| authority.as_str());
        if authority.contains('@') {
            return Err(wrong("contains a name or a password; use --token instead"));
        }
        if uri.query().is_some() {
            return Err(wrong("has a query string"));
        }
        let path = uri.path().trim_end_matches('/');
        let path = path.strip_suffix("/graphql").unwrap_or(path);
        let token = token.map(|token| bearer(&token)).transpose()?;
        if token.is_some() && uri.scheme_str() == Some("http") && !is_local(host) {
            say!("guanxi: the token is sent to {host} unencrypted; https:// would keep it secret");
        }
        Ok(Self {
            base: format!("{}://{authority}{path}", uri.scheme_str().unwrap_or_default()),
            token,
        })
    }

    /// Everything before `/graphql`.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// The answer to a request, whatever its status: JSON with `data` or `errors`.
    pub(super) fn send(&self, request: &GraphqlRequest<'_>, limits: &ClientLimits) -> Result<String, NoAnswer> {
        let url = format!("{}/graphql", self.base);
        let failed = |reason: String| NoAnswer {
            url: url.clone(),
            reason,
        };
        let mut post = agent(limits)
            .post(&url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(
                header::ACCEPT,
                "application/graphql-response+json, application/json;q=0.9",
            );
        if let Some(token) = &self.token {
            post = post.header(header::AUTHORIZATION, token);
        }
        if let Some(view) = request.view {
            post = post.header("guanxi-view", ascii(view));
        }
        let response = post.send(request.body().to_string());
        let (status, text) = read(response, &url, limits)?;
        let is_graphql = serde_json::from_str::<Value>(&text)
            .is_ok_and(|answer| answer.get("data").is_some() || answer.get("errors").is_some());
        if is_graphql {
            return Ok(text);
        }
        Err(failed(not_graphql(status, &text)))
    }

    /// The schema of the server, in the schema definition language.
    pub(super) fn schema(&self, limits: &ClientLimits) -> Result<String, NoAnswer> {
        let url = format!("{}/schema.graphql", self.base);
        let mut get = agent(limits).get(&url);
        if let Some(token) = &self.token {
            get = get.header(header::AUTHORIZATION, token);
        }
        let (status, text) = read(get.call(), &url, limits)?;
        if status == StatusCode::OK && text.contains("type Query") {
            return Ok(text);
        }
        let reason = match status {
            StatusCode::OK => "the answer is not a schema; is it a guanxi server?".to_owned(),
            _ => not_graphql(status, &text),
        };
        Err(NoAnswer { url, reason })
    }
}

/// A GraphQL request, as sent.
pub(super) struct GraphqlRequest<'q> {
    pub(super) query: &'q str,
    pub(super) operation_name: Option<&'q str>,
    pub(super) variables: &'q Map<String, Value>,
    pub(super) extensions: &'q Map<String, Value>,
    pub(super) view: Option<&'q Map<String, Value>>,
}

impl GraphqlRequest<'_> {
    fn body(&self) -> Value {
        let mut body = json!({"query": self.query, "variables": self.variables});
        if let Value::Object(fields) = &mut body {
            if let Some(name) = self.operation_name {
                fields.insert("operationName".to_owned(), name.into());
            }
            if !self.extensions.is_empty() {
                fields.insert("extensions".to_owned(), Value::Object(self.extensions.clone()));
            }
        }
        body
    }
}

fn agent(limits: &ClientLimits) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        // A redirect could lead a change to a server that the user did not name.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_global(Some(Duration::from_millis(limits.server_wait_ms)))
        .user_agent(concat!("guanxi/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// The status and the text of a response.
fn read(
    response: Result<Response<Body>, ureq::Error>,
    url: &str,
    limits: &ClientLimits,
) -> Result<(StatusCode, String), NoAnswer> {
    let failed = |reason: String| NoAnswer {
        url: url.to_owned(),
        reason,
    };
    let mut response = response.map_err(|error| failed(unreachable(url, error, limits)))?;
    let status = response.status();
    if status.is_redirection() {
        let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
        return Err(failed(format!(
            "the server redirects to {} (status {status}), which is not followed; give that address as --server",
            to.unwrap_or("an unnamed address")
        )));
    }
    let body = response.body_mut().with_config().limit(limits.answer_bytes_max);
    let text = body
        .read_to_string()
        .map_err(|error| failed(unreachable(url, error, limits)))?;
    Ok((status, text))
}

/// Why there was no answer, with advice.
fn unreachable(url: &str, error: ureq::Error, limits: &ClientLimits) -> String {
    match error {
        ureq::Error::Timeout(_) => format!(
            "no answer within {} ms; --server-wait-ms allows more",
            limits.server_wait_ms
        ),
        ureq::Error::BodyExceedsLimit(max) => {
            format!("the answer has more than {max} bytes; request less, or allow more with --answer-bytes-max")
        }
        ureq::Error::HostNotFound => "there is no host with this name".to_owned(),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            "no program listens at this address; is the server running?".to_owned()
        }
        error => {
            let text = error.to_string();
            // The error if a server without TLS answers the handshake.
            let is_plain = text.contains("InvalidContentType") && url.starts_with("https://");
            let advice = if is_plain {
                "; the server does not use https there, perhaps use http://"
            } else {
                ""
            };
            format!("{text}{advice}")
        }
    }
}

fn not_graphql(status: StatusCode, text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let quoted: String = line.chars().take(QUOTED_CHARS_MAX).collect();
    let quoted = if quoted.is_empty() {
        "nothing".to_owned()
    } else {
        format!("{quoted:?}")
    };
    format!("status {status} and {quoted}, which is not an answer of a guanxi server; is the address right?")
}

/// The header with a token.
fn bearer(token: &str) -> Result<HeaderValue, UsageError> {
    let token = token.trim();
    let token = token.strip_prefix("Bearer ").unwrap_or(token).trim_start();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(UsageError(
            "the token is empty or has invalid characters; give it as guanxi token create printed it".to_owned(),
        ));
    }
    let mut value = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| UsageError("the token cannot be sent as a header".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// JSON in ASCII, since headers cannot contain other characters.
fn ascii(value: &Map<String, Value>) -> String {
    let mut text = String::new();
    for letter in json!(value).to_string().chars() {
        if letter.is_ascii() {
            text.push(letter);
        } else {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

/// Whether a host is the local machine.
fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_of_a_server_ends_before_graphql() {
        for (url, base) in [
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
            ("http://[::1]:8000/graphql", "http://[::1]:8000"),
            ("https://example.org/graphql/", "https://example.org"),
            ("https://example.org/data/guanxi", "https://example.org/data/guanxi"),
            (" https://example.org/data/graphql\n", "https://example.org/data"),
        ] {
            assert_eq!(Server::new(url, None).unwrap().base(), base, "{url}");
        }
    }

    #[test]
    fn an_invalid_server_is_refused_with_an_example() {
        for (url, why) in [
            ("", "is not a URL"),
            ("127.0.0.1:8000", "does not begin with http"),
            ("localhost:8000", "does not begin with http"),
            ("example.org", "does not begin with http"),
            ("/graphql", "does not begin with http"),
            ("ftp://example.org", "does not begin with http"),
            ("http://", "is not a URL"),
            ("http://ex ample.org", "is not a URL"),
            ("https://me:secret@example.org", "--token"),
            ("https://example.org/graphql?query={a}", "query string"),
        ] {
            let UsageError(message) = Server::new(url, None).unwrap_err();
            assert!(
                message.contains(why) && message.contains("https://example.org"),
                "{url}: {message}"
            );
        }
    }

    #[test]
    fn a_token_is_sent_as_printed() {
        for (token, sent) in [
            ("gxt_a", Some("Bearer gxt_a")),
            (" gxt_a\n", Some("Bearer gxt_a")),
            ("Bearer gxt_a", Some("Bearer gxt_a")),
            ("", None),
            ("gxt_a gxt_b", None),
            ("gxt_ä", None),
            ("gxt_a\r\nx: y", None),
        ] {
            let header = bearer(token).ok();
            assert_eq!(
                header.as_ref().map(|header| header.to_str().unwrap()),
                sent,
                "{token:?}"
            );
        }
    }

    #[test]
    fn a_view_is_sent_in_ascii() {
        let view: Map<String, Value> = serde_json::from_str(r#"{"asOf": "2014", "x": "支付宝 😀"}"#).unwrap();
        let sent = ascii(&view);
        assert!(sent.is_ascii());
        assert_eq!(serde_json::from_str::<Map<String, Value>>(&sent).unwrap(), view);
    }
}
