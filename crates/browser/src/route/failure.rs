//! From the browser's names of network errors to the causes that a person can act on.

use transport::TransportErrorKind as Kind;

use crate::BrowserError;

/// True where a page was gone before the request could leave.
pub(super) fn was_not_sent(error: &BrowserError) -> bool {
    match error {
        BrowserError::Refused { words, .. } => words.contains("Cannot find context") || words.contains("Session with given id not found"),
        _ => false,
    }
}

/// `net::ERR_…`, as in Chromium's `net/base/net_error_list.h`.
pub(super) fn kind_of(error: &str, proxy: &str) -> Kind {
    match error.strip_prefix("net::").unwrap_or(error) {
        "ERR_NAME_NOT_RESOLVED" | "ERR_NAME_RESOLUTION_FAILED" | "ERR_ICANN_NAME_COLLISION" => Kind::Dns,
        "ERR_CONNECTION_REFUSED" | "ERR_CONNECTION_FAILED" | "ERR_ADDRESS_INVALID" | "ERR_UNSAFE_PORT" => Kind::Refused,
        // no way there, as without the VPN: what to do is the same as where a firewall drops everything
        "ERR_TIMED_OUT" | "ERR_CONNECTION_TIMED_OUT" | "ERR_ADDRESS_UNREACHABLE" | "ERR_INTERNET_DISCONNECTED" | "ERR_DNS_TIMED_OUT" => {
            Kind::Timeout
        }
        "ERR_PROXY_AUTH_REQUESTED" | "ERR_PROXY_AUTH_UNSUPPORTED" | "ERR_PROXY_AUTH_REQUESTED_WITH_NO_CONNECTION" => {
            Kind::ProxyAuthRequired
        }
        "ERR_PROXY_CONNECTION_FAILED"
        | "ERR_TUNNEL_CONNECTION_FAILED"
        | "ERR_PROXY_CERTIFICATE_INVALID"
        | "ERR_MANDATORY_PROXY_CONFIGURATION_FAILED" => Kind::ProxyFailed { proxy: proxy.to_owned() },
        "ERR_CERT_COMMON_NAME_INVALID" => Kind::TlsNameMismatch { names: Vec::new() },
        // the browser does not say which of the two
        "ERR_CERT_DATE_INVALID" => Kind::TlsExpired { when: None, not_yet: false },
        error if error.starts_with("ERR_CERT_") => Kind::TlsUntrusted { issuer: None, intercepted: false },
        error if error.starts_with("ERR_SSL_") || error.starts_with("ERR_BAD_SSL") => Kind::TlsFailed,
        "ERR_INVALID_HTTP_RESPONSE" | "ERR_CONTENT_DECODING_FAILED" => Kind::NotHttp,
        _ => Kind::Closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_errors_become_causes() {
        for (error, kind) in [
            ("net::ERR_NAME_NOT_RESOLVED", Kind::Dns),
            ("net::ERR_CONNECTION_REFUSED", Kind::Refused),
            ("net::ERR_TUNNEL_CONNECTION_FAILED", Kind::ProxyFailed { proxy: "proxy.example:3128".to_owned() }),
            ("net::ERR_CERT_AUTHORITY_INVALID", Kind::TlsUntrusted { issuer: None, intercepted: false }),
            ("net::ERR_CERT_COMMON_NAME_INVALID", Kind::TlsNameMismatch { names: Vec::new() }),
            ("net::ERR_SSL_PROTOCOL_ERROR", Kind::TlsFailed),
            ("net::ERR_EMPTY_RESPONSE", Kind::Closed),
            ("net::ERR_SOMETHING_NEW", Kind::Closed),
        ] {
            assert_eq!(kind_of(error, "proxy.example:3128"), kind, "{error}");
        }
    }
}
