//! Making a certificate of one's own: a new RSA key, a certificate that it signs itself, and the two files of it.

use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
use p12_keystore::{Certificate as PfxCertificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use preflight::Secret;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::rand_core::OsRng;
use zeroize::Zeroizing;

use super::Certificate;

/// How long the key is, in bits.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum KeySize {
    /// What Microsoft's own tools make.
    #[default]
    Bits2048,
    /// For organizations whose rules ask for more.
    Bits3072,
}

/// Why no certificate was made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// No key was made.
    #[error("no RSA key could be made")]
    Key(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The certificate was not made, such as for a name that cannot stand in one.
    #[error("the certificate could not be made")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A new certificate and its files.
#[derive(Debug)]
pub struct Made {
    /// The certificate, as it will sign in.
    pub certificate: Certificate,
    /// The PFX file: certificate and private key, protected by the password.
    pub pfx: Zeroizing<Vec<u8>>,
    /// The CER file, PEM: the certificate alone, which is what is uploaded.
    pub cer: String,
}

/// Clocks differ: it is good a little before it is made.
const BEFORE: Duration = Duration::from_mins(10);

/// Makes a key and a certificate of this name, good from `now` on for so long. It takes a noticeable moment.
pub fn make(name: &str, size: KeySize, now: Timestamp, lifetime: Duration, password: &Secret) -> Result<Made, MakeError> {
    let bits = match size {
        KeySize::Bits2048 => 2048,
        KeySize::Bits3072 => 3072,
    };
    let key = RsaPrivateKey::new(&mut OsRng, bits).map_err(key_error)?;
    let key = key.to_pkcs8_der().map_err(key_error)?;
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&key.as_bytes().into(), &PKCS_RSA_SHA256).map_err(key_error)?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let seconds = Duration::from_secs(u64::try_from(now.as_second()).map_err(certificate_error)?);
    params.not_before = (UNIX_EPOCH + seconds.saturating_sub(BEFORE)).into();
    params.not_after = (UNIX_EPOCH + seconds + lifetime).into();
    let certificate = params.self_signed(&pair).map_err(certificate_error)?;

    let chain = PrivateKeyChain::new(
        // names which certificate belongs to which key inside the file
        vec![1],
        PrivateKey::from_der(key.as_bytes()).map_err(key_error)?,
        [PfxCertificate::from_der(certificate.der()).map_err(certificate_error)?],
    );
    let mut store = KeyStore::new();
    store.add_entry(name, KeyStoreEntry::PrivateKeyChain(chain));
    let pfx = Zeroizing::new(password.inspect(|password| store.writer(password).write()).map_err(certificate_error)?);
    // what cannot be read again is of no use
    let read = Certificate::read(&pfx, Some(password)).map_err(certificate_error)?;
    Ok(Made { certificate: read, pfx, cer: certificate.pem() })
}

fn key_error(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> MakeError {
    MakeError::Key(error.into())
}

fn certificate_error(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> MakeError {
    MakeError::Certificate(error.into())
}
