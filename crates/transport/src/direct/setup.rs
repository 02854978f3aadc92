//! Why a network cannot be set up at all.

use std::io;
use std::path::PathBuf;

use preflight::SafeText;

/// The direct route cannot be set up from this configuration.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The CA file cannot be read.
    #[error("the CA file {} cannot be read", path.display())]
    CaFileUnreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The CA file holds no certificate, or none that is whole.
    #[error("the CA file {} holds no certificate", path.display())]
    CaFileEmpty {
        /// Which file.
        path: PathBuf,
    },
    /// The proxy's address is none, or of a kind that is not supported.
    #[error("{address} is not the address of an http or https proxy")]
    ProxyAddress {
        /// The address as it was given, with a password in it masked.
        address: SafeText,
    },
    /// There is nothing to judge certificates by: neither trusted certificates on this computer nor a CA file.
    #[error("this computer has no trusted CA certificates")]
    NoTrustStore,
    /// The TLS library refuses its settings.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The HTTP library refuses its settings, such as a `User-Agent` that no header can hold.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
}
