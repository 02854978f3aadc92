//! Which proxy a request goes through, known before it is sent so that a failure can be laid at the right door.

use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use preflight::{Origin, SafeText, Secret};
use url::Url;

use super::SetupError;

/// Which proxy is used.
#[derive(Clone, Default)]
pub enum ProxyChoice {
    /// The rules of the system: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, else the settings of Windows or macOS.
    /// Loopback is always exempt.
    #[default]
    System,
    /// None.
    None,
    /// This one, for every host, loopback included.
    Explicit {
        /// Its address; without a scheme it is http. It may hold a user name and password.
        url: String,
        /// User name, where the proxy asks for one.
        user: Option<String>,
        /// Password.
        password: Option<Secret>,
    },
}

impl fmt::Debug for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::None => f.write_str("None"),
            Self::Explicit { url, .. } => f.debug_struct("Explicit").field("url", &shown(url)).finish_non_exhaustive(),
        }
    }
}

/// How the client for proxied requests is built.
pub(super) enum Way {
    /// Without a proxy.
    Straight,
    /// As the system's rules say.
    System,
    /// Through this proxy.
    Through(Box<reqwest::Proxy>),
}

/// Answers which proxy stands between this computer and an origin.
pub(super) enum ProxyRules {
    None,
    System(Box<Matcher>),
    Explicit(Url),
}

/// The proxy that a request goes through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Proxy {
    /// Host and port, without credentials.
    pub(super) address: String,
    /// Whether it runs on this computer.
    pub(super) is_loopback: bool,
}

impl ProxyRules {
    pub(super) fn new(choice: &ProxyChoice) -> Result<Self, SetupError> {
        Ok(match choice {
            ProxyChoice::None => Self::None,
            ProxyChoice::System => Self::System(Box::new(Matcher::from_system())),
            ProxyChoice::Explicit { url, user, .. } => {
                let mut parsed = parse(url).ok_or_else(|| SetupError::ProxyAddress { address: shown(url) })?;
                if user.is_some() {
                    // one user name is enough, and the one that was given beside the address is the later thought
                    parsed
                        .set_username("")
                        .and_then(|()| parsed.set_password(None))
                        .map_err(|()| SetupError::ProxyAddress { address: shown(url) })?;
                }
                Self::Explicit(parsed)
            }
        })
    }

    /// How to build the client for the requests that these rules send through a proxy.
    pub(super) fn way(&self, choice: &ProxyChoice) -> Way {
        match self {
            Self::None => Way::Straight,
            Self::System(_) => Way::System,
            Self::Explicit(url) => {
                let to = url.clone();
                // `Proxy::all` would decode a `%` in the password that was never encoded
                let proxy = reqwest::Proxy::custom(move |_every_host| Some(to.clone()));
                Way::Through(Box::new(match choice {
                    ProxyChoice::Explicit { user: Some(user), password: Some(password), .. } => {
                        password.inspect(|password| proxy.basic_auth(user, password))
                    }
                    ProxyChoice::Explicit { user: Some(user), password: None, .. } => proxy.basic_auth(user, ""),
                    _ => proxy,
                }))
            }
        }
    }

    /// The proxy for an origin, if it goes through one.
    pub(super) fn for_origin(&self, origin: &Origin) -> Option<Proxy> {
        match self {
            Self::None => None,
            Self::Explicit(url) => Some(Proxy::at(url)),
            Self::System(_) if origin.is_loopback() => None,
            Self::System(matcher) => {
                let asked = origin.to_string().parse().ok()?;
                let found = matcher.intercept(&asked)?;
                Url::parse(&found.uri().to_string()).ok().map(|url| Proxy::at(&url))
            }
        }
    }
}

impl fmt::Debug for ProxyRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::System(_) => f.write_str("System"),
            Self::Explicit(url) => f.write_str(&Proxy::at(url).address),
        }
    }
}

impl Proxy {
    fn at(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        let address = url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Self { address, is_loopback: Origin::of(url).is_ok_and(|origin| origin.is_loopback()) }
    }
}

/// `proxy.example.com:3128`, `http://proxy.example.com:3128`, `https://user:password@proxy.example.com`
fn parse(text: &str) -> Option<Url> {
    let text = text.trim();
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty()))
}

/// An address as it may be shown. Where there is no scheme, masking needs one to find the password.
fn shown(address: &str) -> SafeText {
    if address.contains("://") {
        return SafeText::from(address.to_owned());
    }
    let with_scheme = String::from(SafeText::from(format!("http://{address}")));
    SafeText::from(with_scheme.strip_prefix("http://").unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explicit(url: &str) -> ProxyChoice {
        ProxyChoice::Explicit { url: url.to_owned(), user: None, password: None }
    }

    #[test]
    fn an_explicit_proxy_holds_for_every_host() {
        let check = |url: &str, address: &str, is_loopback: bool| {
            let rules = ProxyRules::new(&explicit(url)).expect(url);
            for host in ["https://wiki.example.com", "http://127.0.0.1:8090", "https://localhost"] {
                let proxy = rules.for_origin(&Origin::parse(host).expect(host));
                assert_eq!(proxy, Some(Proxy { address: address.to_owned(), is_loopback }), "{url} for {host}");
            }
        };
        check("proxy.example.com:3128", "proxy.example.com:3128", false);
        check(" http://proxy.example.com ", "proxy.example.com:80", false);
        check("https://jane:s3cret@proxy.example.com/ignored", "proxy.example.com:443", false);
        check("127.0.0.1:8080", "127.0.0.1:8080", true);
        check("http://[::1]:8080", "[::1]:8080", true);
    }

    #[test]
    fn what_is_no_proxy_address_is_refused_without_its_password() {
        for wrong in ["", "socks5://jane:s3cret@proxy.example.com", "jane:s3cret@proxy example.com", "http://", "jane:s3cret@:80"] {
            let error = ProxyRules::new(&explicit(wrong)).expect_err(wrong);
            assert!(matches!(error, SetupError::ProxyAddress { .. }), "{wrong}: {error}");
            let told = format!("{error} {error:?} {:?}", explicit(wrong));
            assert!(!told.contains("s3cret"), "{told}");
        }
    }
}
