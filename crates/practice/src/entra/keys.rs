//! Signing keys and the JWTs made and checked with them (RFC 7515, RFC 7517, RS256 of RFC 7518).

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs1v15;
use rsa::rand_core::OsRng;
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// An RSA key with the `kid` it is published under.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    private: Arc<RsaPrivateKey>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// The key all practice providers of this process sign with. Making one takes a noticeable moment, so it is made once.
    pub fn shared() -> Self {
        static KEY: OnceLock<SigningKey> = OnceLock::new();
        KEY.get_or_init(Self::generate).clone()
    }

    /// A second key, published nowhere.
    pub fn stranger() -> Self {
        static KEY: OnceLock<SigningKey> = OnceLock::new();
        KEY.get_or_init(Self::generate).clone()
    }

    #[expect(clippy::expect_used, reason = "2048 bits and the operating system's random numbers cannot be refused")]
    fn generate() -> Self {
        let private = RsaPrivateKey::new(&mut OsRng, 2048).expect("a 2048 bit key can be made");
        let kid = URL_SAFE_NO_PAD.encode(&Sha256::digest(private.n().to_bytes_be())[..20]);
        Self { kid, private: Arc::new(private) }
    }

    /// The identifier of the key in the key set and in the header of what it signs.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key as an entry of a JWK set, in Entra's shape: with the `issuer` it is good for.
    pub fn jwk(&self, issuer: &str) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": URL_SAFE_NO_PAD.encode(self.private.n().to_bytes_be()),
            "e": URL_SAFE_NO_PAD.encode(self.private.e().to_bytes_be()),
            "cloud_instance_name": "microsoftonline.com",
            "issuer": issuer,
        })
    }

    /// Signs claims as a JWT under this key's own name.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(&self.kid, claims)
    }

    /// Signs claims under another key's name: what a forger, or a proxy with its own keys, would send.
    pub fn sign_as(&self, kid: &str, claims: &Value) -> String {
        let header = json!({"typ": "JWT", "alg": "RS256", "x5t": kid, "kid": kid});
        let input = format!("{}.{}", encode(&header), encode(claims));
        let signer = pkcs1v15::SigningKey::<Sha256>::new((*self.private).clone());
        let signature = signer.sign(input.as_bytes()).to_vec();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The public half.
    pub(crate) fn public(&self) -> RsaPublicKey {
        self.private.to_public_key()
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A JWT taken apart and not yet believed.
#[derive(Debug, Clone)]
pub(crate) struct UnverifiedJwt {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    input: String,
    signature: Vec<u8>,
}

impl UnverifiedJwt {
    pub(crate) fn parse(token: &str) -> Option<Self> {
        let (input, signature) = token.rsplit_once('.')?;
        let (header, claims) = input.split_once('.')?;
        let part = |text: &str| -> Option<Value> {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            serde_json::from_slice::<Value>(&bytes).ok().filter(Value::is_object)
        };
        Some(Self {
            header: part(header)?,
            claims: part(claims)?,
            input: input.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    pub(crate) fn header_text(&self, name: &str) -> &str {
        self.header.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.claims.get(name).and_then(Value::as_i64)
    }

    /// Whether the signature is this key's, by RS256 or PS256 as the header says; any other algorithm is not accepted.
    pub(crate) fn is_signed_by(&self, key: &RsaPublicKey) -> bool {
        match self.header_text("alg") {
            "RS256" => pkcs1v15::Signature::try_from(self.signature.as_slice()).is_ok_and(|signature| {
                pkcs1v15::VerifyingKey::<Sha256>::new(key.clone()).verify(self.input.as_bytes(), &signature).is_ok()
            }),
            "PS256" => rsa::pss::Signature::try_from(self.signature.as_slice()).is_ok_and(|signature| {
                rsa::pss::VerifyingKey::<Sha256>::new(key.clone()).verify(self.input.as_bytes(), &signature).is_ok()
            }),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_believed_only_under_its_own_key_and_only_unchanged() {
        let key = SigningKey::shared();
        let token = key.sign(&json!({"sub": "someone"}));
        let jwt = UnverifiedJwt::parse(&token).unwrap();
        assert!(jwt.is_signed_by(&key.public()));
        assert!(!jwt.is_signed_by(&SigningKey::stranger().public()));

        let (head, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = head.split_once('.').unwrap();
        let forged = format!("{header}.{}.{signature}", encode(&json!({"sub": "someone else"})));
        assert!(!UnverifiedJwt::parse(&forged).unwrap().is_signed_by(&key.public()));
    }

    #[test]
    fn the_algorithm_none_is_no_algorithm() {
        let token = format!("{}.{}.", encode(&json!({"alg": "none"})), encode(&json!({"sub": "someone"})));
        assert!(!UnverifiedJwt::parse(&token).unwrap().is_signed_by(&SigningKey::shared().public()));
    }
}
