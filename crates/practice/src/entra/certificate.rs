//! A certificate an app can prove itself with, and the assertions signed with it ("Certificate credentials").

use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::rand_core::OsRng;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _, Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::ids::guid;

/// How an assertion is signed, and by which thumbprint the certificate is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssertionAlgorithm {
    /// PS256 with `x5t#S256`.
    Ps256,
    /// RS256 with `x5t` (SHA-1).
    Rs256,
}

/// A self-signed RSA certificate with its private key.
#[derive(Clone)]
pub struct ClientCertificate {
    private: RsaPrivateKey,
    key_pem: String,
    pem: String,
    der: Vec<u8>,
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientCertificate").field("sha256", &self.thumbprint_sha256()).finish_non_exhaustive()
    }
}

impl ClientCertificate {
    /// The certificate of all practice apps of this process, good for a year. Making one takes a noticeable moment, so it is made once.
    pub fn shared() -> io::Result<Self> {
        static CERTIFICATE: OnceLock<ClientCertificate> = OnceLock::new();
        if let Some(certificate) = CERTIFICATE.get() {
            return Ok(certificate.clone());
        }
        let made = Self::new("Wiki Migration (practice)", Timestamp::now() + Duration::from_hours(365 * 24))?;
        Ok(CERTIFICATE.get_or_init(|| made).clone())
    }

    /// A certificate named `name` that is valid until `not_after`.
    pub fn new(name: &str, not_after: Timestamp) -> io::Result<Self> {
        let private = RsaPrivateKey::new(&mut OsRng, 2048).map_err(io::Error::other)?;
        let key_pem = private.to_pkcs8_pem(LineEnding::LF).map_err(io::Error::other)?.to_string();
        let key = KeyPair::from_pkcs8_pem_and_sign_algo(&key_pem, &PKCS_RSA_SHA256).map_err(io::Error::other)?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        let seconds = u64::try_from(not_after.as_second()).map_err(io::Error::other)?;
        let end = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        params.not_before = (end - Duration::from_hours(2 * 365 * 24)).into();
        params.not_after = end.into();
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        Ok(Self { private, key_pem, pem: certificate.pem(), der: certificate.der().to_vec() })
    }

    /// The certificate as it is uploaded to the app: goes into [`App::certificates`](super::App::certificates).
    pub fn der(&self) -> Vec<u8> {
        self.der.clone()
    }

    /// The certificate, PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The private key, PKCS#8 PEM.
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// The base64url SHA-256 thumbprint, as `x5t#S256` carries it.
    pub fn thumbprint_sha256(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.der))
    }

    /// An assertion for the token endpoint `audience`, good for five minutes from `now` and once.
    pub fn assertion(&self, client_id: &str, audience: &str, now: Timestamp, algorithm: AssertionAlgorithm) -> String {
        let now = now.as_second();
        let claims = json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": guid(),
            "iat": now,
            "nbf": now,
            "exp": now + 300,
        });
        self.sign(&claims, algorithm)
    }

    /// Any claims as an assertion, good or bad.
    pub fn sign(&self, claims: &Value, algorithm: AssertionAlgorithm) -> String {
        let sha1 = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der);
        let header = match algorithm {
            AssertionAlgorithm::Ps256 => json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint_sha256()}),
            AssertionAlgorithm::Rs256 => json!({"alg": "RS256", "typ": "JWT", "x5t": URL_SAFE_NO_PAD.encode(sha1)}),
        };
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", encode(&header), encode(claims));
        let signature = match algorithm {
            AssertionAlgorithm::Ps256 => {
                rsa::pss::SigningKey::<Sha256>::new(self.private.clone()).sign_with_rng(&mut OsRng, input.as_bytes()).to_vec()
            }
            AssertionAlgorithm::Rs256 => rsa::pkcs1v15::SigningKey::<Sha256>::new(self.private.clone()).sign(input.as_bytes()).to_vec(),
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
