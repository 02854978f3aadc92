//! Why a request got no answer. Each kind is one cause that a person can act on.

use std::error::Error as StdError;

use preflight::{Origin, WrongOrigin};

/// A request to an origin got no answer.
#[derive(Debug, thiserror::Error)]
#[error("the request to {} failed: {kind}", .origin.host())]
pub struct TransportError {
    /// Who was asked.
    pub origin: Origin,
    /// What happened.
    pub kind: TransportErrorKind,
    /// The library's own error, where there was one.
    #[source]
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What happened instead of an answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TransportErrorKind {
    /// The name does not resolve.
    #[error("the name does not resolve")]
    Dns,
    /// Nothing listens there.
    #[error("the connection was refused")]
    Refused,
    /// No answer in time, connecting or reading.
    #[error("there was no answer in time")]
    Timeout,
    /// The connection broke before the answer was whole.
    #[error("the connection broke")]
    Closed,
    /// The proxy answered 407.
    #[error("the proxy asks for a user name and password")]
    ProxyAuthRequired,
    /// The proxy could not be reached, or it refused the tunnel.
    #[error("the proxy could not be used")]
    ProxyFailed {
        /// The proxy's host and port, without credentials.
        proxy: String,
    },
    /// The certificate chain is not trusted.
    #[error("the certificate is not trusted")]
    TlsUntrusted {
        /// The issuer as the certificate names it.
        issuer: Option<String>,
        /// True where the host is known to have a publicly trusted certificate, so that somebody must be inspecting TLS.
        intercepted: bool,
    },
    /// The certificate is for another name.
    #[error("the certificate is for another name")]
    TlsNameMismatch {
        /// The names that the certificate is for.
        names: Vec<String>,
    },
    /// The certificate is expired or not yet valid.
    #[error("the certificate is not valid at this time")]
    TlsExpired {
        /// When it ended, or when it will begin.
        when: Option<jiff::Timestamp>,
        /// True where it is not valid yet.
        not_yet: bool,
    },
    /// Any other handshake failure.
    #[error("the secure connection could not be set up")]
    TlsFailed,
    /// The address is https but the server speaks plain http.
    #[error("the server speaks plain http")]
    PlainHttp,
    /// A credential would have gone over plain http to a host that is not loopback.
    #[error("a credential is not sent over plain http")]
    CredentialOverPlainHttp,
    /// The body is larger than what is read.
    #[error("the answer is too large")]
    BodyTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The answer is not HTTP.
    #[error("the answer is not HTTP")]
    NotHttp,
    /// A credential that belongs to another origin was not sent.
    #[error(transparent)]
    WrongOrigin(Box<WrongOrigin>),
    /// The credential holds characters that no header can carry, such as a line break.
    #[error("the credential cannot be sent as it is")]
    UnsendableCredential,
    /// The connection could not be prepared: no trust store, an unreadable setting.
    #[error("the connection could not be prepared")]
    Setup,
}
