//! From a library's error to the one cause that a person can act on, read out of the chain of sources and never out of message texts.

use std::error::Error as StdError;
use std::io;

use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use preflight::Origin;
use tower_service::Service;

use super::certificate::{Refusal, Refused};
use super::proxy::Proxy;
use crate::TransportErrorKind as Kind;

/// hyper-util returns this type without exporting its name.
type TunnelError = <Tunnel<HttpConnector> as Service<http::Uri>>::Error;

/// Where a request was going when it failed.
pub(super) struct Underway<'a> {
    pub(super) origin: &'a Origin,
    pub(super) proxy: Option<&'a Proxy>,
    pub(super) publicly_trusted: &'a [String],
}

/// What happened instead of an answer.
pub(super) fn kind_of(error: &reqwest::Error, underway: &Underway<'_>) -> Kind {
    let links = links(error);
    let proxy_failed = |proxy: &Proxy| Kind::ProxyFailed { proxy: proxy.address.clone() };

    // The way to the proxy comes first: what fails there is the proxy's, whatever it looks like further down the chain.
    if let Some(proxy) = underway.proxy {
        match find::<TunnelError>(&links) {
            Some(TunnelError::ProxyAuthRequired) => return Kind::ProxyAuthRequired,
            Some(_) => return proxy_failed(proxy),
            None if error.is_connect() && !underway.origin.is_https() => return proxy_failed(proxy),
            None => {}
        }
    }
    if let Some(tls) = find::<rustls::Error>(&links) {
        return tls_kind(tls, underway);
    }
    if error.is_dns() {
        return Kind::Dns;
    }
    if error.is_timeout() {
        return Kind::Timeout;
    }
    if let Some(kind) = links.iter().filter_map(|link| link.downcast_ref::<io::Error>()).find_map(|error| io_kind(error.kind())) {
        return kind;
    }
    // A body that does not unpack, or an answer whose first line is no status line.
    if error.is_decode() || find::<hyper::Error>(&links).is_some_and(hyper::Error::is_parse) {
        return Kind::NotHttp;
    }
    Kind::Closed
}

fn io_kind(kind: io::ErrorKind) -> Option<Kind> {
    use io::ErrorKind as K;
    Some(match kind {
        K::ConnectionRefused | K::AddrNotAvailable | K::PermissionDenied => Kind::Refused,
        // No way there, as without the VPN: what to do is the same as where a firewall drops everything.
        K::TimedOut | K::HostUnreachable | K::NetworkUnreachable | K::NetworkDown => Kind::Timeout,
        K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe | K::UnexpectedEof | K::NotConnected | K::WriteZero => Kind::Closed,
        _ => return None,
    })
}

fn tls_kind(error: &rustls::Error, underway: &Underway<'_>) -> Kind {
    use rustls::{CertificateError, Error, InvalidMessage};
    match error {
        Error::InvalidCertificate(CertificateError::Other(other)) => match other.0.downcast_ref::<Refused>() {
            Some(refused) => refused_kind(refused, underway),
            None => Kind::TlsFailed,
        },
        // The first byte of an answer in plain text is no TLS record type (RFC 8446 §5.1).
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => Kind::PlainHttp,
        _ => Kind::TlsFailed,
    }
}

fn refused_kind(refused: &Refused, underway: &Underway<'_>) -> Kind {
    match refused.refusal {
        Refusal::Untrusted => Kind::TlsUntrusted {
            issuer: refused.issuer.clone(),
            intercepted: underway.publicly_trusted.iter().any(|domain| underway.origin.is_within(domain)),
        },
        Refusal::WrongName => Kind::TlsNameMismatch { names: refused.names.clone() },
        Refusal::Expired { when } => Kind::TlsExpired { when, not_yet: false },
        Refusal::NotYetValid { when } => Kind::TlsExpired { when, not_yet: true },
        Refusal::Unusable => Kind::TlsFailed,
    }
}

fn find<'a, E: StdError + 'static>(links: &[&'a (dyn StdError + 'static)]) -> Option<&'a E> {
    links.iter().find_map(|link| link.downcast_ref::<E>())
}

/// An error and everything behind it. `io::Error` hides the error that it wraps from its own `source`, so that one is unwrapped.
fn links(error: &reqwest::Error) -> Vec<&(dyn StdError + 'static)> {
    let mut links: Vec<&(dyn StdError + 'static)> = Vec::new();
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(link) = next {
        links.push(link);
        next = match link.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => link.source(),
        };
    }
    links
}
