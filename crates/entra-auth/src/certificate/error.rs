//! Why a certificate cannot be used. What that means to a person stands in `explain`.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;

/// Why a certificate cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CertificateError {
    /// The file was not read.
    #[error("the certificate file could not be read")]
    File(#[source] Arc<io::Error>),
    /// Neither a PFX nor PEM.
    #[error("the file is neither a PFX nor a PEM file")]
    UnknownForm,
    /// What should be a PFX, a certificate or a key cannot be understood.
    #[error("the {what} in the file is damaged")]
    Damaged {
        /// What it should be.
        what: &'static str,
    },
    /// It is protected, and no password was given.
    #[error("the file is protected by a password")]
    PasswordNeeded,
    /// The password given does not open it.
    #[error("the password does not open the file")]
    WrongPassword,
    /// It is protected in a way that is not supported.
    #[error("the private key is protected in a way that is not supported")]
    UnknownProtection,
    /// A certificate alone.
    #[error("the file holds no private key")]
    NoPrivateKey,
    /// A private key alone.
    #[error("the file holds no certificate")]
    NoCertificate,
    /// Certificate and key are no pair.
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    /// A key of another kind than RSA.
    #[error("the key is not an RSA key")]
    NotRsa,
    /// An RSA key of a size that is not accepted.
    #[error("the RSA key is too short or too long")]
    KeySize,
    /// Its time is over.
    #[error("the certificate expired at {since}")]
    Expired {
        /// When it ended.
        since: Timestamp,
    },
    /// Its time has not begun.
    #[error("the certificate is not valid before {from}")]
    NotYetValid {
        /// When it begins.
        from: Timestamp,
    },
}
