//! What a person is told when a request got no answer.

use preflight::{Cause, Explain, Fail, Field, Hint, HintAction};

use crate::direct::SetupError;
use crate::{TransportError, TransportErrorKind as Kind};

impl Explain for TransportError {
    fn explain(&self) -> Fail {
        let host = self.origin.host();
        let retry = || Hint::with("Try again", HintAction::Retry);
        match &self.kind {
            Kind::Dns => Fail::new(Cause::NetworkDns, format!("The name {host} is not known on this network"))
                .hint(Hint::say("Check the spelling of the address"))
                .hint(Hint::say("If the address is an internal one, connect to the company network or VPN first"))
                .hint(retry()),
            Kind::Refused => Fail::new(Cause::NetworkRefused, format!("Nothing answers at {host}, port {}", self.origin.port()))
                .hint(Hint::say("Check the address and its port, and whether the server is running"))
                .hint(retry()),
            Kind::Timeout => Fail::new(Cause::NetworkTimeout, format!("{host} did not answer in time"))
                .hint(Hint::say(
                    "A firewall may be dropping the connection: check that this computer may reach the server, also through the VPN",
                ))
                .hint(retry()),
            // servers hang up on plain http at a port for https
            Kind::Closed if !self.origin.is_https() && self.origin.port() != 80 => {
                Fail::new(Cause::NetworkClosed, format!("The connection to {host} broke before the answer was complete"))
                    .hint(Hint::say("If the server speaks https at this port, begin the address with https://"))
                    .hint(retry())
            }
            Kind::Closed => Fail::new(Cause::NetworkClosed, format!("The connection to {host} broke before the answer was complete"))
                .hint(Hint::say("If it happens again, a firewall or proxy may be cutting the connection: ask your network team"))
                .hint(retry()),
            Kind::ProxyAuthRequired => {
                Fail::new(Cause::NetworkProxyAuthRequired, "The proxy of this network asks for a user name and password")
                    .hint(Hint::say("Enter the proxy's user name and password, or ask your network team to let this program through"))
            }
            Kind::ProxyFailed { proxy } => {
                Fail::new(Cause::NetworkProxyFailed, format!("The proxy {proxy} could not be used to reach {host}"))
                    .hint(Hint::say("Check the proxy's address in the settings of this computer or of Wayleave"))
                    .hint(retry())
            }
            Kind::TlsUntrusted { issuer, intercepted } => {
                let by = issuer.as_deref().unwrap_or("an unnamed issuer");
                if *intercepted {
                    Fail::new(
                        Cause::NetworkTlsIntercepted,
                        format!("Something between this computer and {host} opens the secure connection: its certificate was issued by {by}"),
                    )
                    .hint(Hint::say("Your network inspects encrypted traffic. Ask your network team for its CA certificate (a PEM file) and choose it as CA file, or have this host excluded from inspection"))
                } else {
                    Fail::new(Cause::NetworkTlsUntrusted, format!("The certificate of {host} is not trusted here: it was issued by {by}"))
                        .hint(Hint::say("If the server uses a company CA, choose its certificate (a PEM file) as CA file, or have it installed on this computer"))
                }
            }
            Kind::TlsNameMismatch { names } => {
                let summary = if names.is_empty() {
                    format!("The certificate of {host} names no host in the way that is needed today (subject alternative name)")
                } else {
                    format!("The certificate of {host} is for {}", some_of(names))
                };
                Fail::new(Cause::NetworkTlsNameMismatch, summary).hint(Hint::say(
                    "Use the name that the certificate is for, or ask the server's administrator to correct the certificate",
                ))
            }
            Kind::TlsExpired { when, not_yet } => {
                let date = when.map_or_else(String::new, |when| format!(" ({})", when.strftime("%Y-%m-%d")));
                let summary = if *not_yet {
                    format!("The certificate of {host} is not valid yet{date}")
                } else {
                    format!("The certificate of {host} has expired{date}")
                };
                Fail::new(Cause::NetworkTlsExpired, summary).hint(Hint::say(
                    "Check this computer's date and time; if they are right, the server's administrator must renew the certificate",
                ))
            }
            Kind::TlsFailed => Fail::new(Cause::NetworkTlsFailed, format!("No secure connection to {host} could be set up"))
                .hint(Hint::say("The server may want a client certificate or only speak an outdated TLS version: ask its administrator")),
            Kind::PlainHttp => {
                Fail::new(Cause::NetworkPlainHttp, format!("{host} speaks plain http, not https, on port {}", self.origin.port()))
                    .hint(Hint::say("Check the address: another port, or http:// if the server really has no https"))
            }
            Kind::CredentialOverPlainHttp => {
                Fail::new(Cause::NetworkPlainHttp, format!("A credential would go to {host} unprotected, so it was not sent"))
                    .hint(Hint::say("Use the https:// address of the server"))
            }
            Kind::BodyTooLarge { limit } => {
                Fail::new(Cause::NetworkUnexpectedAnswer, format!("The answer of {host} is larger than {}", size(*limit)))
                    .hint(Hint::say("Check the address: an answer of the product is never that large"))
            }
            Kind::NotHttp => Fail::new(
                Cause::NetworkUnexpectedAnswer,
                format!("What answers at {host}, port {}, is not a web server, or breaks the rules of http", self.origin.port()),
            )
            .hint(Hint::say("Check the address and its port")),
            Kind::WrongOrigin(_) => {
                Fail::new(Cause::NetworkUnexpectedAnswer, format!("The credential does not belong to {host}, so it was not sent"))
                    .hint(Hint::with("Check the address", HintAction::EditField(Field::ConfluenceAddress)))
            }
            Kind::UnsendableCredential => {
                Fail::new(Cause::NetworkUnexpectedAnswer, "The credential holds a character that cannot be sent, so nothing was sent")
                    .hint(Hint::say("Enter the credential again, without line breaks or control characters"))
            }
            Kind::Setup => Fail::new(Cause::NetworkTlsFailed, "The connection could not be prepared on this computer")
                .hint(Hint::say(INSTALL_CA_CERTIFICATES)),
        }
    }
}

impl Explain for SetupError {
    fn explain(&self) -> Fail {
        match self {
            Self::CaFileUnreadable { path, .. } => {
                Fail::new(Cause::NetworkTlsFailed, format!("The CA file {} cannot be read", path.display()))
                    .hint(Hint::say("Check that the file exists and that you may read it, or choose another one"))
            }
            Self::CaFileEmpty { path } => {
                Fail::new(Cause::NetworkTlsFailed, format!("There is no certificate in the CA file {}", path.display())).hint(Hint::say(
                    "Choose a PEM file: it has a line BEGIN CERTIFICATE. A private key or a PKCS #12 file (.pfx, .p12) is something else",
                ))
            }
            Self::ProxyAddress { address } => Fail::new(Cause::NetworkProxyFailed, format!("{address} is not the address of a proxy"))
                .hint(Hint::say("Write it like http://proxy.example.com:8080. Only http and https proxies can be used")),
            Self::NoTrustStore => {
                Fail::new(Cause::NetworkTlsFailed, "This computer has no trusted CA certificates, so no secure connection can be checked")
                    .hint(Hint::say(INSTALL_CA_CERTIFICATES))
            }
            Self::Tls(_) | Self::Client(_) => Fail::new(Cause::NetworkTlsFailed, "The connection could not be prepared on this computer")
                .hint(Hint::say("Start the program again; if that does not help, report it with the details below")),
        }
    }
}

const INSTALL_CA_CERTIFICATES: &str =
    "Install the system's CA certificates (on Debian and Ubuntu the package ca-certificates), or choose a CA file";

/// The first few of many names. Certificates of large services have a hundred.
fn some_of(names: &[String]) -> String {
    const FEW: usize = 4;
    let shown = names.iter().take(FEW).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > FEW { format!("{shown} and {} more", names.len() - FEW) } else { shown }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use preflight::{BoundSecret, Origin, Secret, WrongOrigin};

    use super::*;

    fn origin() -> Origin {
        Origin::parse("https://wiki.example.com:8443").expect("an origin")
    }

    fn wrong_origin() -> WrongOrigin {
        let other = Origin::parse("https://other.example.com").expect("an origin");
        let bound: BoundSecret = Secret::new("s3cret-s3cret".to_owned()).bind(other);
        bound.expose_for(&origin()).expect_err("another origin")
    }

    /// Every kind, and each kind in every form that reads differently. A new variant does not compile until it is listed.
    fn kinds() -> Vec<Kind> {
        let listed = |kind: &Kind| match kind {
            Kind::Dns
            | Kind::Refused
            | Kind::Timeout
            | Kind::Closed
            | Kind::ProxyAuthRequired
            | Kind::ProxyFailed { .. }
            | Kind::TlsUntrusted { .. }
            | Kind::TlsNameMismatch { .. }
            | Kind::TlsExpired { .. }
            | Kind::TlsFailed
            | Kind::PlainHttp
            | Kind::CredentialOverPlainHttp
            | Kind::BodyTooLarge { .. }
            | Kind::NotHttp
            | Kind::WrongOrigin(_)
            | Kind::UnsendableCredential
            | Kind::Setup => {}
        };
        let when = "2026-02-03T04:05:06Z".parse().ok();
        let many = ["a", "b", "c", "d", "e", "f"].map(|host| format!("{host}.example.com")).to_vec();
        let kinds = vec![
            Kind::Dns,
            Kind::Refused,
            Kind::Timeout,
            Kind::Closed,
            Kind::ProxyAuthRequired,
            Kind::ProxyFailed { proxy: "proxy.example.com:3128".to_owned() },
            Kind::TlsUntrusted { issuer: Some("Example Root (Example AG)".to_owned()), intercepted: false },
            Kind::TlsUntrusted { issuer: None, intercepted: false },
            Kind::TlsUntrusted { issuer: Some("Example Inspection".to_owned()), intercepted: true },
            Kind::TlsNameMismatch { names: vec!["a.example.com".to_owned()] },
            Kind::TlsNameMismatch { names: many },
            Kind::TlsNameMismatch { names: Vec::new() },
            Kind::TlsExpired { when, not_yet: false },
            Kind::TlsExpired { when, not_yet: true },
            Kind::TlsExpired { when: None, not_yet: false },
            Kind::TlsFailed,
            Kind::PlainHttp,
            Kind::CredentialOverPlainHttp,
            Kind::BodyTooLarge { limit: 8 * 1024 * 1024 },
            Kind::BodyTooLarge { limit: 64_000 },
            Kind::BodyTooLarge { limit: 10 },
            Kind::NotHttp,
            Kind::WrongOrigin(Box::new(wrong_origin())),
            Kind::UnsendableCredential,
            Kind::Setup,
        ];
        kinds.iter().for_each(listed);
        kinds
    }

    fn told(error: impl Explain) -> String {
        let fail = Fail::from(error);
        let summary = format!("{}: {}", fail.cause.as_str(), fail.summary);
        let hints = fail.hints.iter().map(|hint| format!("  - {}{}", hint.text, if hint.action.is_some() { " [button]" } else { "" }));
        let details = fail.details.iter().map(|detail| format!("  {} = {}", detail.key, detail.value));
        std::iter::once(summary).chain(hints).chain(details).map(|line| line + "\n").collect()
    }

    #[test]
    fn every_kind_of_failure_is_explained() {
        let all = kinds().into_iter().map(|kind| told(TransportError { origin: origin(), kind, source: None }));
        insta::assert_snapshot!(all.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn every_setup_error_is_explained() {
        let path = std::path::PathBuf::from("/home/jane/company.pem");
        let http_client = reqwest::Client::builder().user_agent("two\nlines").build().expect_err("no such header");
        let errors = [
            SetupError::CaFileUnreadable { path: path.clone(), source: io::ErrorKind::PermissionDenied.into() },
            SetupError::CaFileEmpty { path },
            SetupError::ProxyAddress { address: "socks5://jane:s3cret@proxy.example.com".to_owned().into() },
            SetupError::NoTrustStore,
            SetupError::Tls(rustls::Error::General("no versions".to_owned())),
            SetupError::Client(http_client),
        ];
        let text = errors.into_iter().map(told).collect::<Vec<_>>().join("\n");
        assert!(!text.contains("s3cret"), "{text}");
        insta::assert_snapshot!(text);
    }
}
