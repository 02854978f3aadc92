//! The ID token: proves who signed in (OpenID Connect Core 1.0 §3.1.3.7; Microsoft, "ID token claims reference").
//!
//! The library checks signature (RS256 only), audience and nonce. Two checks are ours in its place. The issuer: Entra's template with the
//! token's own tenant in it, and that tenant must be the one asked for; else any organization's token would pass. The times: with the
//! tolerance that Microsoft's libraries use.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreGenderClaim, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
};
use openidconnect::{AdditionalClaims, ClaimsVerificationError, IdToken, IssuerUrl, JsonWebKey as _, Nonce, SignatureVerificationError};
use preflight::{Origin, Secret};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use transport::{Request, Response};

use crate::discovery::path_of;
use crate::{ClientId, Cx, Guid, Metadata, Refusal, SignInError, Stage, UnexpectedAnswer};

/// Who signed in, as the verified ID token says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Who {
    /// Display name.
    pub name: Option<String>,
    /// `preferred_username`: the UPN; of a guest usually the home address. For people to read, not a key.
    pub upn: Option<String>,
    /// Object id in this tenant.
    pub oid: Guid,
    /// The tenant signed in to.
    pub tid: Guid,
    /// The tenant that the account is at home in.
    pub home_tenant: Guid,
}

impl Who {
    /// True where the account is at home in another tenant.
    pub fn is_guest(&self) -> bool {
        self.home_tenant != self.tid
    }

    /// What to call the account by.
    pub fn account(&self) -> &str {
        self.upn.as_deref().unwrap_or_else(|| self.oid.as_str())
    }

    /// True where any of the account's names is this one, without regard to case.
    pub fn answers_to(&self, expected: &str) -> bool {
        let expected = expected.trim().to_lowercase();
        [self.upn.as_deref(), self.name.as_deref(), Some(self.oid.as_str())]
            .into_iter()
            .flatten()
            .any(|name| name.to_lowercase() == expected)
    }
}

/// Why an ID token proves nothing. None of these repeats the token.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IdTokenError {
    /// There is none.
    #[error("the answer holds no ID token")]
    Missing,
    /// It is no JSON Web Token with the needed claims.
    #[error("it is not readable")]
    Unreadable,
    /// The key that it names is not in the key set.
    #[error("it is signed by a key that the sign-in service does not publish")]
    UnknownKey,
    /// The signature is wrong, or of a kind that is not accepted.
    #[error("its signature is wrong")]
    Signature,
    /// The key is not good for this issuer.
    #[error("it is signed by a key for another issuer")]
    KeyOfOtherIssuer,
    /// Another issuer.
    #[error("it is from another issuer")]
    Issuer,
    /// Another tenant.
    #[error("it is for tenant {found}")]
    Tenant {
        /// The tenant that it is for.
        found: Guid,
    },
    /// For another app.
    #[error("it is for another app")]
    Audience,
    /// It belongs to another sign-in.
    #[error("its nonce is of another sign-in")]
    Nonce,
    /// Its time is over.
    #[error("it is no longer valid")]
    Expired,
    /// Its time has not come.
    #[error("it is not valid yet")]
    NotYet,
}

/// The tolerance for clocks, as in Microsoft's own libraries.
pub(crate) const SKEW: SignedDuration = SignedDuration::from_secs(120);

/// The published keys, each with the issuer that it is good for, if it names one.
#[derive(Debug)]
pub(crate) struct Keys {
    set: CoreJsonWebKeySet,
    issuers: BTreeMap<String, String>,
}

/// The property of Entra's keys that the library does not read.
#[derive(Deserialize)]
struct KeyIssuers {
    keys: Vec<Value>,
}

impl Keys {
    /// Asks for the key set.
    pub(crate) async fn fetch(cx: &Cx<'_>, metadata: &Metadata) -> Result<Self, SignInError> {
        let url = metadata.keys();
        let origin = Origin::of(url).expect("checked when it was read");
        let request = Request { path: path_of(url), ..Request::get("/").accept_json() };
        let response = cx.network.to(&origin).execute(request).await?;
        if response.status.is_success()
            && let Some(keys) = Self::read(&response)
        {
            return Ok(keys);
        }
        Err(match Refusal::from_response(Stage::Keys, &response) {
            Some(refusal) => refusal.into(),
            None => SignInError::Unexpected(UnexpectedAnswer::of(Stage::Keys, &response)),
        })
    }

    fn read(response: &Response) -> Option<Self> {
        let set = response.json().ok()?;
        let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
        let issuers = response.json::<KeyIssuers>().ok()?.keys;
        Some(Self { set, issuers: issuers.iter().filter_map(|key| Some((text(key, "kid")?, text(key, "issuer")?))).collect() })
    }
}

/// Claims that Entra adds. A standard claim must not be repeated here: the library's own reading would eat it.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct EntraClaims {
    tid: Option<String>,
    oid: Option<String>,
    idp: Option<String>,
    nbf: Option<i64>,
}

impl AdditionalClaims for EntraClaims {}

type EntraIdToken = IdToken<EntraClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// What an ID token is checked against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) metadata: &'a Metadata,
    pub(crate) client_id: &'a ClientId,
    /// None where the sign-in sent none: by a device code or a password the answer comes in the same exchange.
    pub(crate) nonce: Option<&'a Nonce>,
    pub(crate) now: Timestamp,
}

/// Verifies an ID token. Times come last: where only they are wrong, a clock is.
pub(crate) fn verify(token: &Secret, client_info: Option<&str>, keys: &Keys, expected: Expected<'_>) -> Result<Who, IdTokenError> {
    let token = token.inspect(EntraIdToken::from_str).map_err(|_may_repeat_the_token| IdTokenError::Unreadable)?;
    let client_id = openidconnect::ClientId::new(expected.client_id.to_string());
    let issuer = IssuerUrl::new(expected.metadata.issuer_of(expected.metadata.tenant())).map_err(|_no_url| IdTokenError::Issuer)?;
    let verifier = CoreIdTokenVerifier::new_public_client(client_id, issuer, keys.set.clone())
        // replaced by `issued_by`, which knows that the text depends on the tenant
        .require_issuer_match(false)
        // replaced by `in_time`, which knows a tolerance: every token ends after 1970
        .set_time_fn(Default::default);
    let claims = match expected.nonce {
        Some(nonce) => token.claims(&verifier, nonce),
        None => token.claims(&verifier, |_: Option<&Nonce>| Ok(())),
    }
    .map_err(|error| reason(&error))?;
    let entra = claims.additional_claims();
    let guid = |text: &Option<String>| text.as_deref().and_then(Guid::parse);
    let tid = guid(&entra.tid).ok_or(IdTokenError::Unreadable)?;
    let oid = guid(&entra.oid).ok_or(IdTokenError::Unreadable)?;
    let kid = token.signing_key(&verifier).map_err(|_checked_before| IdTokenError::UnknownKey)?.key_id().map(|kid| kid.as_str());
    let key_issuer = kid.and_then(|kid| keys.issuers.get(kid)).map(String::as_str);
    issued_by(claims.issuer().as_str(), &tid, key_issuer, expected.metadata)?;
    in_time(entra.nbf.unwrap_or_else(|| claims.issue_time().timestamp()), claims.expiration().timestamp(), expected.now)?;
    let home_tenant = client_info.and_then(home_in).or_else(|| entra.idp.as_deref().and_then(|idp| idp.split('/').find_map(Guid::parse)));
    Ok(Who {
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned()),
        upn: claims.preferred_username().map(|name| name.as_str().to_owned()),
        home_tenant: home_tenant.unwrap_or_else(|| tid.clone()),
        oid,
        tid,
    })
}

fn issued_by(issuer: &str, tid: &Guid, key_issuer: Option<&str>, metadata: &Metadata) -> Result<(), IdTokenError> {
    if tid != metadata.tenant() {
        return Err(IdTokenError::Tenant { found: tid.clone() });
    }
    if issuer != metadata.issuer_of(tid) {
        return Err(IdTokenError::Issuer);
    }
    match key_issuer {
        Some(key_issuer) if key_issuer.replace("{tenantid}", tid.as_str()) != issuer => Err(IdTokenError::KeyOfOtherIssuer),
        _ => Ok(()),
    }
}

fn in_time(from: i64, until: i64, now: Timestamp) -> Result<(), IdTokenError> {
    let (now, skew) = (now.as_second(), SKEW.as_secs());
    if from > now.saturating_add(skew) {
        Err(IdTokenError::NotYet)
    } else if until.saturating_add(skew) <= now {
        Err(IdTokenError::Expired)
    } else {
        Ok(())
    }
}

/// The tenant in `client_info`, which is base64url JSON `{"uid", "utid"}`.
fn home_in(client_info: &str) -> Option<Guid> {
    let json = URL_SAFE_NO_PAD.decode(client_info.trim_end_matches('=')).ok()?;
    serde_json::from_slice::<Value>(&json).ok()?.get("utid")?.as_str().and_then(Guid::parse)
}

/// The library's reason without its words, which may repeat claims.
fn reason(error: &ClaimsVerificationError) -> IdTokenError {
    match error {
        ClaimsVerificationError::InvalidAudience(_) => IdTokenError::Audience,
        ClaimsVerificationError::InvalidNonce(_) => IdTokenError::Nonce,
        ClaimsVerificationError::InvalidIssuer(_) => IdTokenError::Issuer,
        ClaimsVerificationError::Expired(_) => IdTokenError::Expired,
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => IdTokenError::UnknownKey,
        ClaimsVerificationError::SignatureVerification(_) => IdTokenError::Signature,
        _ => IdTokenError::Unreadable,
    }
}

#[cfg(test)]
mod tests;
