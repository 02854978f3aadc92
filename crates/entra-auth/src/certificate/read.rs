//! What lies in a certificate file: the certificate that goes with the private key beside it.

use std::sync::Arc;

use jiff::Timestamp;
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as PfxError;
use pkcs8::der::asn1::ObjectIdentifier;
use pkcs8::{EncryptedPrivateKeyInfo, PrivateKeyInfo};
use preflight::Secret;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::rsa::KeyPair;
use ring::signature::KeyPair as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

use super::{Certificate, CertificateError, Inner, pem};

pub(super) fn certificate(bytes: &[u8], password: Option<&Secret>) -> Result<Certificate, CertificateError> {
    match pem::text(bytes) {
        Some(text) => from_pem(&text, password),
        None => from_der(bytes, password),
    }?
    .pair()
}

/// What a file held.
#[derive(Default)]
struct Found {
    certificates: Vec<Vec<u8>>,
    keys: Vec<KeyPair>,
    /// Why a key that is there cannot be used.
    unusable: Option<CertificateError>,
}

impl Found {
    fn key(&mut self, key: Result<KeyPair, CertificateError>) {
        match key {
            Ok(key) => self.keys.push(key),
            Err(error) => self.unusable = Some(error),
        }
    }

    /// The certificate that goes with a key; others in the file are its issuers.
    fn pair(self) -> Result<Certificate, CertificateError> {
        if self.keys.is_empty() {
            return Err(self.unusable.unwrap_or(if self.certificates.is_empty() {
                CertificateError::UnknownForm
            } else {
                CertificateError::NoPrivateKey
            }));
        }
        if self.certificates.is_empty() {
            return Err(CertificateError::NoCertificate);
        }
        for key in self.keys {
            for der in &self.certificates {
                let Ok((_, parsed)) = X509Certificate::from_der(der) else { return Err(damaged("certificate")) };
                // of an RSA key the public key is the same structure on both sides (RFC 8017, appendix A.1.1)
                if parsed.public_key().subject_public_key.data.as_ref() == key.public_key().as_ref() {
                    return whole(key, der, &parsed);
                }
            }
        }
        Err(CertificateError::KeyMismatch)
    }
}

fn whole(key: KeyPair, der: &[u8], parsed: &X509Certificate<'_>) -> Result<Certificate, CertificateError> {
    let time = |seconds| Timestamp::from_second(seconds).map_err(|_out_of_range| damaged("certificate"));
    let inner = Inner {
        key,
        subject: parsed.subject().to_string(),
        sha1: digest(&SHA1_FOR_LEGACY_USE_ONLY, der),
        sha256: digest(&SHA256, der),
        not_before: time(parsed.validity().not_before.timestamp())?,
        not_after: time(parsed.validity().not_after.timestamp())?,
    };
    Ok(Certificate { inner: Arc::new(inner) })
}

const fn damaged(what: &'static str) -> CertificateError {
    CertificateError::Damaged { what }
}

fn from_pem(text: &str, password: Option<&Secret>) -> Result<Found, CertificateError> {
    let mut found = Found::default();
    for block in pem::blocks(text).ok_or(damaged("PEM block"))? {
        match block.label.as_str() {
            "CERTIFICATE" | "X509 CERTIFICATE" => found.certificates.push(block.der.to_vec()),
            _ if block.has_headers => found.key(Err(CertificateError::UnknownProtection)),
            "PRIVATE KEY" => found.key(of_pkcs8(&block.der)),
            "RSA PRIVATE KEY" => found.key(of_pkcs1(&block.der)),
            "ENCRYPTED PRIVATE KEY" => found.key(of_encrypted_pkcs8(&block.der, password)),
            "EC PRIVATE KEY" | "DSA PRIVATE KEY" => found.key(Err(CertificateError::NotRsa)),
            _ => {}
        }
    }
    Ok(found)
}

/// A PFX, or a certificate or key alone.
fn from_der(bytes: &[u8], password: Option<&Secret>) -> Result<Found, CertificateError> {
    let mut found = Found::default();
    if X509Certificate::from_der(bytes).is_ok() {
        found.certificates.push(bytes.to_vec());
        return Ok(found);
    }
    if PrivateKeyInfo::try_from(bytes).is_ok() || EncryptedPrivateKeyInfo::try_from(bytes).is_ok() {
        return Err(CertificateError::NoCertificate);
    }
    // every DER structure that could be a PFX begins as a sequence
    if bytes.first() != Some(&0x30) {
        return Err(CertificateError::UnknownForm);
    }
    let archive = match password {
        Some(password) => password.inspect(|password| Pkcs12Archive::from_pkcs12(bytes, password)),
        None => Pkcs12Archive::from_pkcs12(bytes, ""),
    };
    let archive = archive.map_err(|error| pfx_error(&error, password))?;
    found.certificates.extend(archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()));
    for bag in &archive.keys {
        found.key(of_pkcs8(bag.key.as_der()));
    }
    // a PFX may hold the private key alone, or nothing
    if found.certificates.is_empty() && found.keys.is_empty() && found.unusable.is_none() {
        return Err(CertificateError::NoPrivateKey);
    }
    Ok(found)
}

fn pfx_error(error: &PfxError, password: Option<&Secret>) -> CertificateError {
    match error {
        // what is decrypted by a wrong key has no end, where no code tells before
        PfxError::MacError(_) | PfxError::Pkcs5Error(_) | PfxError::UnpadError => no_entry(password),
        PfxError::UnsupportedEncryptionScheme | PfxError::UnsupportedMacAlgorithm | PfxError::InvalidParameters => {
            CertificateError::UnknownProtection
        }
        PfxError::InvalidPrivateKey => damaged("private key"),
        PfxError::IoError(_)
        | PfxError::DerError(_)
        | PfxError::InvalidVersion
        | PfxError::UnsupportedContentType
        | PfxError::UnsupportedCertificateType
        | PfxError::X509Error(_)
        | PfxError::InvalidLength
        | PfxError::InvalidData => damaged("PFX"),
    }
}

/// What it means that the file did not open.
fn no_entry(password: Option<&Secret>) -> CertificateError {
    if password.is_some_and(|password| !password.is_empty()) { CertificateError::WrongPassword } else { CertificateError::PasswordNeeded }
}

/// `rsaEncryption` (RFC 8017, appendix A.1).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

fn of_pkcs8(der: &[u8]) -> Result<KeyPair, CertificateError> {
    let info = PrivateKeyInfo::try_from(der).map_err(|_not_pkcs8| damaged("private key"))?;
    if info.algorithm.oid == RSA { of_pkcs1(info.private_key) } else { Err(CertificateError::NotRsa) }
}

fn of_pkcs1(der: &[u8]) -> Result<KeyPair, CertificateError> {
    KeyPair::from_der(der).map_err(|rejected| match rejected.to_string().as_str() {
        "TooSmall" | "TooLarge" => CertificateError::KeySize,
        _ => damaged("private key"),
    })
}

fn of_encrypted_pkcs8(der: &[u8], password: Option<&Secret>) -> Result<KeyPair, CertificateError> {
    let info = EncryptedPrivateKeyInfo::try_from(der).map_err(|_not_pkcs8| damaged("private key"))?;
    let Some(password) = password else { return Err(CertificateError::PasswordNeeded) };
    match password.inspect(|password| info.decrypt(password)) {
        Ok(key) => of_pkcs8(&Zeroizing::new(key.as_bytes().to_vec())),
        Err(pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::UnsupportedAlgorithm { .. })) => {
            Err(CertificateError::UnknownProtection)
        }
        Err(_) => Err(no_entry(Some(password))),
    }
}
