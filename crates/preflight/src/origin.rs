//! An origin: scheme, host and port. A secret is released for one origin, a request is a path on one.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::{Host, Url};

/// Scheme, host and port of an http or https address (RFC 6454).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    scheme: &'static str,
    host: String,
    port: u16,
}

/// Why a text or URL has no usable origin.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("this is not an http or https address")]
pub struct NoOrigin;

impl Origin {
    /// The origin of a URL.
    pub fn of(url: &Url) -> Result<Self, NoOrigin> {
        let scheme = match url.scheme() {
            "https" => "https",
            "http" => "http",
            _ => return Err(NoOrigin),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(NoOrigin)?;
        let port = url.port_or_known_default().ok_or(NoOrigin)?;
        Ok(Self { scheme, host: host.to_ascii_lowercase(), port })
    }

    /// The origin of a text such as `https://wiki.example.com`.
    pub fn parse(text: &str) -> Result<Self, NoOrigin> {
        Url::parse(text).map_err(|_not_a_url| NoOrigin).and_then(|url| Self::of(&url))
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// Host name or address; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port, also where it is the scheme's own.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// True for `https`.
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// True for this computer's own loopback addresses and for `localhost`.
    pub fn is_loopback(&self) -> bool {
        match Host::parse(&self.host) {
            Ok(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Ok(Host::Ipv4(address)) => address.is_loopback(),
            Ok(Host::Ipv6(address)) => address.is_loopback(),
            Err(_) => false,
        }
    }

    /// True where the host is this domain or a name below it (`notatlassian.net` is not below `atlassian.net`).
    pub fn is_within(&self, domain: &str) -> bool {
        self.host == domain || self.host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    }

    /// The same host over https on its usual port.
    #[must_use]
    pub fn over_https(&self) -> Self {
        Self { scheme: "https", host: self.host.clone(), port: if self.port == 80 { 443 } else { self.port } }
    }

    /// This origin as a URL, with `/` as its path.
    #[expect(clippy::missing_panics_doc, reason = "an origin is made from a URL, so it is one")]
    pub fn to_url(&self) -> Url {
        Url::parse(&self.to_string()).expect("an origin was made from a URL")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        match (self.scheme, self.port) {
            ("https", 443) | ("http", 80) => Ok(()),
            (_, port) => write!(f, ":{port}"),
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_compare_as_the_web_does() {
        let parse = |text| Origin::parse(text).expect(text);
        assert_eq!(parse("https://Wiki.Example.com/x"), parse("https://wiki.example.com:443/y?z"));
        assert_ne!(parse("https://wiki.example.com"), parse("http://wiki.example.com"));
        assert_ne!(parse("https://wiki.example.com"), parse("https://wiki.example.com:8443"));
        assert_eq!(parse("https://wiki.example.com:8443/a").to_string(), "https://wiki.example.com:8443");
        assert_eq!(Origin::parse("ftp://wiki.example.com"), Err(NoOrigin));
        assert!(parse("http://[::1]:80").is_loopback() && parse("http://localhost").is_loopback());
        assert!(!parse("http://127.0.0.1.example.com").is_loopback());
        assert!(parse("https://x.atlassian.net").is_within("atlassian.net"));
        assert!(!parse("https://notatlassian.net").is_within("atlassian.net"));
        assert_eq!(parse("http://wiki.example.com").over_https(), parse("https://wiki.example.com"));
    }
}
