//! Certificates that an app signs in with: read from a file, shown before they are used, and what is signed with their keys.

mod assertion;
mod error;
mod make;
mod pem;
mod read;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use ring::digest;
use ring::rsa::KeyPair;

pub(crate) use assertion::Algorithm;
pub use error::CertificateError;
pub use make::{KeySize, Made, MakeError, make};
use preflight::Secret;

/// A certificate with its private key, which never leaves it: it only signs.
#[derive(Clone)]
pub struct Certificate {
    inner: Arc<Inner>,
}

struct Inner {
    key: KeyPair,
    subject: String,
    sha1: digest::Digest,
    sha256: digest::Digest,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Certificate {
    /// Reads a file's content: a PFX (PKCS#12), or PEM with a certificate and its private key in any order (PKCS#8, encrypted or not, or
    /// PKCS#1). Whether it is in date is asked later, with the time at hand.
    pub fn read(bytes: &[u8], password: Option<&Secret>) -> Result<Self, CertificateError> {
        read::certificate(bytes, password)
    }

    /// Whom it names, such as `CN=Wiki migration`.
    pub fn subject(&self) -> &str {
        &self.inner.subject
    }

    /// The SHA-1 thumbprint in hexadecimal, as the portal shows it.
    pub fn thumbprint_sha1(&self) -> String {
        hex(self.inner.sha1.as_ref())
    }

    /// The SHA-256 thumbprint in hexadecimal.
    pub fn thumbprint_sha256(&self) -> String {
        hex(self.inner.sha256.as_ref())
    }

    /// From when on it is good.
    pub fn not_before(&self) -> Timestamp {
        self.inner.not_before
    }

    /// Until when it is good.
    pub fn not_after(&self) -> Timestamp {
        self.inner.not_after
    }

    /// Whether it is good at this time.
    pub fn in_date(&self, now: Timestamp) -> Result<(), CertificateError> {
        if now < self.inner.not_before {
            Err(CertificateError::NotYetValid { from: self.inner.not_before })
        } else if now > self.inner.not_after {
            Err(CertificateError::Expired { since: self.inner.not_after })
        } else {
            Ok(())
        }
    }
}

/// What a person compares with the portal before it is used.
impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (thumbprint, until) = (self.thumbprint_sha1(), self.not_after().strftime("%Y-%m-%d"));
        write!(f, "{}, thumbprint {thumbprint}, valid until {until}", self.subject())
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("subject", &self.subject()).field("sha256", &self.thumbprint_sha256()).finish_non_exhaustive()
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests;
