//! Tokens: what they are for, what is in them, and where they come from.

pub(crate) mod claims;
mod source;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use preflight::{BoundSecret, Origin};
use serde_json::Value;

pub(crate) use claims::ClaimsChallenge;
pub use source::TokenSource;

use crate::token_endpoint::TokenAnswer;
use crate::{Cloud, Guid, Metadata};

/// What a token is for. Every resource has its own tokens.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Resource {
    /// The resource's address, which is also where its tokens may be sent.
    pub origin: Origin,
}

impl Resource {
    /// The resource at an address, such as a site's host.
    pub fn new(origin: Origin) -> Self {
        Self { origin }
    }

    /// Graph, where the tenant's configuration says it is.
    pub fn graph(metadata: &Metadata) -> Self {
        Self { origin: metadata.graph().clone() }
    }

    /// Graph of a cloud.
    pub fn graph_of(cloud: Cloud) -> Self {
        Self { origin: cloud.graph() }
    }

    /// The scope that asks for everything that the app's registration lists and that was approved
    /// (Microsoft, "Scopes and permissions", the `.default` scope).
    pub fn scope(&self) -> String {
        format!("{}/.default", self.origin)
    }

    /// The same where a person signs in: with an ID token, which proves who it was, and a refresh token.
    pub(crate) fn scope_of_a_person(&self) -> String {
        format!("{} openid profile offline_access", self.scope())
    }
}

/// An access token: good for its resource and until its time.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token, released for the resource's origin only.
    pub secret: BoundSecret,
    /// What it is for.
    pub resource: Resource,
    /// The permissions that the answer named, without the resource before them.
    pub scopes: Vec<String>,
    /// What can be read in the token itself. Not verified: access tokens are the resource's business, and this is for diagnosis only.
    pub claims: Option<TokenClaims>,
    /// When it stops being good, by this computer's clock.
    pub expires_at: Timestamp,
    /// Which of a sign-in's tokens it is.
    pub(crate) serial: u64,
}

impl AccessToken {
    /// The permissions granted: as the token itself names them, else as the answer did. The answer may only repeat `.default`.
    pub fn granted(&self) -> &[String] {
        match &self.claims {
            Some(claims) if !claims.scopes.is_empty() => &claims.scopes,
            _ => &self.scopes,
        }
    }

    pub(crate) fn from_answer(answer: &TokenAnswer, resource: &Resource, now: Timestamp) -> Self {
        Self {
            secret: answer.access_token.clone().bind(resource.origin.clone()),
            scopes: permissions(&answer.scope, resource),
            claims: answer.access_token.inspect(TokenClaims::peek),
            expires_at: now.checked_add(answer.lifetime).unwrap_or(Timestamp::MAX),
            resource: resource.clone(),
            serial: 0,
        }
    }
}

/// The permissions in a `scope` text, without the resource and without what only steers the sign-in.
fn permissions(scope: &str, resource: &Resource) -> Vec<String> {
    let prefix = format!("{}/", resource.origin);
    scope
        .split_whitespace()
        .map(|name| match name.get(..prefix.len()) {
            Some(start) if start.eq_ignore_ascii_case(&prefix) => &name[prefix.len()..],
            _ => name,
        })
        .filter(|name| !matches!(*name, ".default" | "openid" | "profile" | "email" | "offline_access"))
        .map(str::to_owned)
        .collect()
}

/// Claims of an access token, read without verification. Every one may be missing (Microsoft, "Access token claims reference").
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TokenClaims {
    /// `aud`: whom it is for.
    pub audience: Option<String>,
    /// `iss`
    pub issuer: Option<String>,
    /// `tid`: the tenant.
    pub tenant: Option<Guid>,
    /// `oid`: the account, or the app's service principal.
    pub object_id: Option<Guid>,
    /// `upn`, else `unique_name` or `preferred_username`.
    pub account: Option<String>,
    /// `name`
    pub name: Option<String>,
    /// `idp`: the account's home, where that is elsewhere.
    pub identity_provider: Option<String>,
    /// `scp`: permissions given by a person.
    pub scopes: Vec<String>,
    /// `roles`: permissions of an app by itself.
    pub roles: Vec<String>,
    /// `idtyp`: `user` or `app`.
    pub kind: Option<String>,
    /// `appid` or `azp`: the app.
    pub app_id: Option<Guid>,
    /// `app_displayname`
    pub app_name: Option<String>,
    /// `appidacr` or `azpacr`: how the app proved itself, 0 not at all, 1 by a secret, 2 by a certificate.
    pub app_proof: Option<String>,
    /// `wids`: directory roles of the account.
    pub directory_roles: Vec<String>,
    /// `exp`
    pub expires_at: Option<Timestamp>,
}

impl TokenClaims {
    /// Looks into a token. None where it is not a readable JSON Web Token: Microsoft may encrypt them.
    pub fn peek(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let claims: Value = serde_json::from_slice(&payload).ok()?;
        if !claims.is_object() {
            return None;
        }
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let guid = |name: &str| claims.get(name).and_then(Value::as_str).and_then(Guid::parse);
        let list = |name: &str| match claims.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(items)) => items.split_whitespace().map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        Some(Self {
            audience: text("aud"),
            issuer: text("iss"),
            tenant: guid("tid"),
            object_id: guid("oid"),
            account: text("upn").or_else(|| text("unique_name")).or_else(|| text("preferred_username")),
            name: text("name"),
            identity_provider: text("idp"),
            scopes: list("scp"),
            roles: list("roles"),
            kind: text("idtyp"),
            app_id: guid("appid").or_else(|| guid("azp")),
            app_name: text("app_displayname"),
            app_proof: text("appidacr").or_else(|| text("azpacr")),
            directory_roles: list("wids"),
            expires_at: claims.get("exp").and_then(Value::as_i64).and_then(|seconds| Timestamp::from_second(seconds).ok()),
        })
    }
}

#[cfg(test)]
mod tests;
