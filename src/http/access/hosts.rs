//! The hosts that a request may name. A browser takes a page whose name was made to resolve to the address of this server (DNS
//! rebinding) for a page of this server, but such a page still sends its own name. So only known names are allowed.

use std::{net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, Uri, header};

/// A setting that is not the name of a host.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is not the name of a host; write it without scheme and port, such as graph.example, *.example for every name below it, or * for any name"
)]
pub struct InvalidHostName(pub String);

/// The host names that requests may use, beside `localhost` and its subdomains.
#[derive(Debug, Clone)]
pub(in crate::http) struct Hosts(Arc<[Name]>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Any,
    /// All names with this ending, which begins with a dot.
    Subdomains(String),
    Exact(String),
}

/// The addresses that a request may use as its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Addresses {
    /// Loopback addresses.
    Loopback,
    /// Any: a page cannot use an address as its host unless it is the address of the server.
    Any,
}

impl Hosts {
    pub(in crate::http) fn new(names: &[String]) -> Result<Self, InvalidHostName> {
        names
            .iter()
            .map(|name| Name::parse(name))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The first host of the request that is not allowed. A request without a host does not come from a page.
    pub(in crate::http) fn unknown(&self, uri: &Uri, headers: &HeaderMap, addresses: Addresses) -> Option<String> {
        let target = uri.authority().map(|authority| authority.as_str().as_bytes());
        let hosts = headers.get_all(header::HOST).iter().map(|host| host.as_bytes());
        let mut names = target.into_iter().chain(hosts);
        names
            .find(|host| !std::str::from_utf8(host).is_ok_and(|host| self.allows(host, addresses)))
            .map(|host| String::from_utf8_lossy(host).chars().take(100).collect())
    }

    fn allows(&self, host: &str, addresses: Addresses) -> bool {
        let Some(host) = without_port(host) else { return false };
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let is_listed = || self.0.iter().any(|known| known.matches(&name));
        match address(&name) {
            Some(address) => is_loopback(address) || addresses == Addresses::Any || is_listed(),
            // Resolvers reserve both for the local machine (RFC 6761).
            None => name == "localhost" || name.ends_with(".localhost") || is_listed(),
        }
    }
}

impl Name {
    fn parse(text: &str) -> Result<Self, InvalidHostName> {
        let invalid = || InvalidHostName(text.to_owned());
        let name = text.trim().to_ascii_lowercase();
        if name == "*" {
            return Ok(Self::Any);
        }
        let name = name.strip_suffix('.').unwrap_or(&name);
        if name.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()) {
            return Ok(Self::Exact(format!("[{name}]")));
        }
        let (bare, is_below) = match name.strip_prefix("*.") {
            Some(bare) => (bare, true),
            None => (name, false),
        };
        if address(bare).is_none() && !bare.split('.').all(is_label) {
            return Err(invalid());
        }
        Ok(if is_below {
            Self::Subdomains(format!(".{bare}"))
        } else {
            Self::Exact(bare.to_owned())
        })
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Subdomains(end) => name.len() > end.len() && name.ends_with(end.as_str()),
            Self::Exact(known) => known == name,
        }
    }
}

/// The host without its port, if it has one. `None` if it is invalid.
fn without_port(host: &str) -> Option<&str> {
    let end = match host.starts_with('[') {
        true => host.find(']')? + 1,
        false => host.find(':').unwrap_or(host.len()),
    };
    let (name, port) = host.split_at(end);
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let has_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    let bare = name.strip_suffix('.').unwrap_or(name);
    (has_port && (name.starts_with('[') || bare.split('.').all(is_label))).then_some(name)
}

/// Whether this is valid between the dots of a name.
fn is_label(label: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !label.is_empty() && label.bytes().all(is_allowed)
}

/// The address of a host as in a URL; `None` for a name.
fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    }
}

/// Whether the address is a loopback address, also as IPv4 in IPv6.
pub(in crate::http) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_and_configured_hosts_are_allowed() {
        let configured = ["Graph.Example.", "*.below.example", "2001:db8::7", "10.1.1.1"];
        let hosts = Hosts::new(&configured.map(str::to_owned)).unwrap();
        for (host, expected) in [
            ("localhost", true),
            ("LOCALHOST:8000", true),
            ("guanxi.localhost:8000", true),
            ("127.0.0.1:8000", true),
            ("127.9.9.9", true),
            ("[::1]:8000", true),
            ("[::ffff:127.0.0.1]:8000", true),
            ("localhost.", true),
            ("graph.example", true),
            ("GRAPH.EXAMPLE:443", true),
            ("graph.example.:443", true),
            ("one.below.example", true),
            ("a.b.below.example:80", true),
            ("[2001:db8::7]:80", true),
            ("10.1.1.1", true),
            ("below.example", false),
            (".below.example", false),
            ("evilbelow.example", false),
            ("graph.example.evil.example", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example:8000", false),
            ("127.0.0.1.evil.example", false),
            ("[::1].evil.example", false),
            ("localhost@evil.example", false),
            ("evil.example@localhost", false),
            ("evil.example#localhost", false),
            ("evil.example/localhost", false),
            ("localhost evil.example", false),
            ("localhost,evil.example", false),
            ("evil.example:8000", false),
            ("notlocalhost", false),
            ("10.0.0.1", false),
            ("0.0.0.0", false),
            ("2130706433", false),
            ("0x7f000001", false),
            ("[::2]", false),
            ("::1", false),
            (":8000", false),
            ("", false),
        ] {
            assert_eq!(hosts.allows(host, Addresses::Loopback), expected, "{host}");
        }
        for (host, expected) in [
            ("10.0.0.1", true),
            ("[::2]:1", true),
            ("evil.example", false),
            ("", false),
        ] {
            assert_eq!(hosts.allows(host, Addresses::Any), expected, "{host}");
        }
        let any = Hosts::new(&["*".to_owned()]).unwrap();
        assert!(any.allows("evil.example", Addresses::Loopback) && !any.allows("", Addresses::Loopback));
    }

    #[test]
    fn every_host_of_a_request_is_checked() {
        let hosts = Hosts::new(&[]).unwrap();
        let unknown = |uri: &str, names: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for name in names {
                headers.append(header::HOST, axum::http::HeaderValue::from_static(name));
            }
            hosts.unknown(&uri.parse().unwrap(), &headers, Addresses::Loopback)
        };
        assert_eq!(unknown("/graphql", &[]), None);
        assert_eq!(unknown("/graphql", &["localhost"]), None);
        let evil = Some("evil.example".to_owned());
        assert_eq!(unknown("/graphql", &["evil.example"]), evil);
        assert_eq!(unknown("/graphql", &["localhost", "evil.example"]), evil);
        assert_eq!(unknown("http://evil.example/graphql", &["localhost"]), evil);
    }

    #[test]
    fn invalid_host_names_are_refused() {
        for name in [
            "",
            "*.",
            "*x",
            "http://graph.example",
            "graph.example:80",
            "a b",
            "a..b",
            "a.*",
            "bücher.example",
        ] {
            assert!(Hosts::new(&[name.to_owned()]).is_err(), "{name}");
        }
    }
}
