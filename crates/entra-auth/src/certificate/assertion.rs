//! The proof that an app has its private key: a signed assertion for the token endpoint (RFC 7523 §2.2 and §3; Microsoft, "Microsoft
//! identity platform application authentication certificate credentials").

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use preflight::Secret;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use serde_json::{Value, json};

use super::{Certificate, hex};
use crate::ClientId;

/// How an assertion is signed, and by which thumbprint its certificate is named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Algorithm {
    /// RSASSA-PSS with SHA-256, and the SHA-256 thumbprint: what Microsoft's documentation asks for.
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, and the SHA-1 thumbprint: what it took before.
    Rs256,
}

impl Algorithm {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }
}

/// How long an assertion is good. Microsoft asks for five to ten minutes at most.
const LIFETIME: Duration = Duration::from_mins(5);

impl Certificate {
    /// An assertion for this token endpoint, good once.
    pub(crate) fn assertion(&self, client_id: &ClientId, audience: &str, now: Timestamp, algorithm: Algorithm) -> Option<Secret> {
        let random = SystemRandom::new();
        let issued = now.as_second();
        let claims = json!({
            "aud": audience,
            "iss": client_id.as_str(),
            "sub": client_id.as_str(),
            "jti": new_guid(&random)?,
            "iat": issued,
            "nbf": issued,
            "exp": issued.saturating_add_unsigned(LIFETIME.as_secs()),
        });
        let header = match algorithm {
            Algorithm::Ps256 => json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(self.inner.sha256) }),
            Algorithm::Rs256 => json!({ "alg": "RS256", "typ": "JWT", "x5t": URL_SAFE_NO_PAD.encode(self.inner.sha1) }),
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.inner.key.public().modulus_len()];
        let scheme: &dyn RsaEncoding = match algorithm {
            Algorithm::Ps256 => &RSA_PSS_SHA256,
            Algorithm::Rs256 => &RSA_PKCS1_SHA256,
        };
        // it fails only where the system has no random numbers
        self.inner.key.sign(scheme, &random, input.as_bytes(), &mut signature).ok()?;
        Some(Secret::new(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

/// A random GUID (RFC 9562 §5.4).
fn new_guid(random: &SystemRandom) -> Option<String> {
    let mut bytes = [0_u8; 16];
    random.fill(&mut bytes).ok()?;
    bytes[6] = (bytes[6] & 0x0F) | 0x40;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    let all = hex(&bytes).to_ascii_lowercase();
    Some(format!("{}-{}-{}-{}-{}", &all[..8], &all[8..12], &all[12..16], &all[16..20], &all[20..]))
}
