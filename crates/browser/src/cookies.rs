//! Cookies of one address, as the browser itself would send them (RFC 6265 §5.4).

use std::fmt::Write as _;

use preflight::{BoundSecret, Origin, Secret};
use serde::Deserialize;
use url::{Host, Url};

/// What `Network.getCookies` answers. The browser has left out what is expired or for other addresses; it is compared again all the same.
#[derive(Deserialize)]
pub(crate) struct Cookies {
    cookies: Vec<Cookie>,
}

#[derive(Deserialize, Clone)]
struct Cookie {
    name: String,
    value: Secret,
    /// With a dot in front where hosts below it get the cookie, too.
    domain: String,
    path: String,
    secure: bool,
}

/// The `Cookie` header for an address, bound to its origin. None where there is no cookie.
pub(crate) fn header(Cookies { mut cookies }: Cookies, address: &Url) -> Option<BoundSecret> {
    let origin = Origin::of(address).ok()?;
    cookies.retain(|cookie| belongs(cookie, address, &origin));
    // longer paths first; the browser tells the older ones first, and the order of equals stays
    cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
    let mut header = String::new();
    for Cookie { name, value, .. } in &cookies {
        if !header.is_empty() {
            header.push_str("; ");
        }
        if !name.is_empty() {
            header.push_str(name);
            header.push('=');
        }
        // writing to a string cannot fail
        value.inspect(|value| write!(header, "{value}").ok());
    }
    (!header.is_empty()).then(|| Secret::new(header).bind(origin))
}

fn belongs(cookie: &Cookie, address: &Url, origin: &Origin) -> bool {
    let secure_enough = !cookie.secure || origin.is_https() || origin.is_loopback();
    secure_enough && domain_matches(&cookie.domain, address, origin) && path_matches(&cookie.path, address.path())
}

/// RFC 6265 §5.1.3. An IP address has no domains below it.
fn domain_matches(domain: &str, address: &Url, origin: &Origin) -> bool {
    let domain = domain.to_ascii_lowercase();
    match (domain.strip_prefix('.'), address.host()) {
        (Some(domain), Some(Host::Domain(_))) => origin.is_within(domain),
        (Some(domain), _) => origin.host() == domain,
        (None, _) => origin.host() == domain,
    }
}

/// RFC 6265 §5.1.4.
fn path_matches(cookie: &str, asked: &str) -> bool {
    asked.strip_prefix(cookie).is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(name: &str, domain: &str, path: &str, secure: bool) -> serde_json::Value {
        serde_json::json!({ "name": name, "value": format!("v\"{name}="), "domain": domain, "path": path, "secure": secure, "httpOnly": true, "size": 1 })
    }

    fn header_for(address: &str, cookies: &[serde_json::Value]) -> Option<String> {
        let address = Url::parse(address).expect("an address");
        let cookies = serde_json::from_value(serde_json::json!({ "cookies": cookies })).expect("cookies");
        let header = header(cookies, &address)?;
        Some(header.expose_for(&Origin::of(&address).expect("an origin")).expect("its own origin").to_owned())
    }

    #[test]
    fn longer_paths_come_first_and_values_are_as_they_are() {
        let cookies =
            [cookie("a", "wiki.example", "/", false), cookie("b", "wiki.example", "/confluence", true), cookie("", ".example", "/", false)];
        assert_eq!(header_for("https://wiki.example/confluence/rest", &cookies).as_deref(), Some("b=v\"b=; a=v\"a=; v\"="));
        assert_eq!(header_for("https://wiki.example/confluences", &cookies).as_deref(), Some("a=v\"a=; v\"="));
        assert_eq!(header_for("http://wiki.example/confluence/", &cookies).as_deref(), Some("a=v\"a=; v\"="));
    }

    #[test]
    fn another_hosts_cookies_are_never_sent() {
        for (domain, address) in [
            ("idp.example", "https://wiki.example/"),
            ("wiki.example", "https://below.wiki.example/"),
            (".wiki.example", "https://notwiki.example/"),
            (".2.3.4", "https://1.2.3.4/"),
            (".0.0.1", "https://127.0.0.1/"),
        ] {
            assert_eq!(header_for(address, &[cookie("a", domain, "/", false)]), None, "{domain} for {address}");
        }
        for (domain, address) in [
            (".wiki.example", "https://wiki.example/"),
            (".wiki.example", "https://below.wiki.example/"),
            ("127.0.0.1", "http://127.0.0.1:8090/"),
            ("WIKI.example", "https://wiki.example/"),
        ] {
            assert!(header_for(address, &[cookie("a", domain, "/", false)]).is_some(), "{domain} for {address}");
        }
        assert!(header_for("http://127.0.0.1:8090/", &[cookie("a", "127.0.0.1", "/", true)]).is_some(), "loopback is as good as https");
    }

    #[test]
    fn paths_match_by_whole_parts() {
        for (cookie, asked, expected) in [
            ("/", "/x", true),
            ("/a", "/a", true),
            ("/a", "/a/b", true),
            ("/a/", "/a/b", true),
            ("/a/", "/a", false),
            ("/a", "/ab", false),
            ("/a/b", "/a", false),
        ] {
            assert_eq!(path_matches(cookie, asked), expected, "{cookie} for {asked}");
        }
    }
}
