//! Tokens: v1 access tokens, v2 id tokens and `client_info`, in the shapes of "Access token claims reference" and
//! "ID token claims reference".

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::directory::{App, GRAPH_APP_ID, Tenant, User};
use super::ids::opaque;
use super::keys::SigningKey;
use super::scopes::{ForResource, Requested};
use super::{Entra, Fault, World};
use crate::markers::Kind;

/// Whom tokens speak of.
pub(crate) struct Subject<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) user: &'a User,
    pub(crate) app: &'a App,
    pub(crate) amr: &'a [String],
}

impl Subject<'_> {
    /// Pairwise: another value for every app (OpenID Connect Core 1.0, section 8.1).
    fn sub(&self, audience: &str) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{} for {audience}", self.user.oid)))
    }
}

/// The v1 issuer of a tenant, in the form of `https://sts.windows.net/{tid}/`.
pub(crate) fn v1_issuer(origin: &str, tenant: &str) -> String {
    format!("{origin}/{tenant}/")
}

/// Between 60 and 90 minutes at random; with continuous access evaluation between 20 and 28 hours.
fn lifetime(cae: bool) -> i64 {
    let minutes = if cae { 20 * 60..28 * 60 } else { 60..90 };
    60 * rand::rng().random_range(minutes)
}

/// `token_type`, `scope`, the lifetimes and the access token.
#[expect(clippy::too_many_arguments, reason = "each is a separate fact of the one answer")]
pub(crate) fn user_tokens(
    entra: &Entra,
    world: &World,
    subject: &Subject<'_>,
    part: &ForResource,
    scp: &BTreeSet<String>,
    requested: &Requested,
    cae: bool,
    now: i64,
) -> Map<String, Value> {
    let expires_in = lifetime(cae);
    let mut identity: Vec<&str> = Vec::new();
    for (asked, name) in [(requested.email, "email"), (requested.openid, "openid"), (requested.profile, "profile")] {
        if asked {
            identity.push(name);
        }
    }
    let mut shown: Vec<String> = identity.iter().map(|&name| name.to_owned()).collect();
    shown.extend(scp.iter().map(|name| format!("{}/{name}", part.uri)));
    if part.default {
        shown.push(format!("{}/.default", part.uri));
    }
    let mut scp: Vec<String> = scp.iter().cloned().collect();
    if part.resource.app_id == GRAPH_APP_ID {
        scp.extend(identity.iter().map(|&name| name.to_owned()));
    }
    let user = subject.user;
    let mut claims = json!({
        "aud": part.uri,
        "iss": v1_issuer(&world.origin, &subject.tenant.id),
        "iat": now,
        "nbf": now,
        "exp": now + expires_in,
        "acr": "1",
        "amr": subject.amr,
        "app_displayname": subject.app.name,
        "appid": subject.app.client_id,
        "appidacr": "0",
        "idtyp": "user",
        "name": user.name,
        "oid": user.oid,
        "scp": scp.join(" "),
        "sub": subject.sub(&part.resource.app_id),
        "tid": subject.tenant.id,
        "unique_name": user.upn,
        // opaque by contract; here it makes the token recognisable wherever it leaks
        "aio": opaque(Kind::AccessToken.stem(), 12),
        "uti": opaque("", 16),
        "ver": "1.0",
    });
    match &user.home_tenant {
        // a guest's token has no upn of its own and names the home identity provider
        Some(home) => claims["idp"] = json!(v1_issuer(&world.origin, home)),
        None => claims["upn"] = json!(user.upn),
    }
    if cae {
        claims["xms_cc"] = json!(["cp1"]);
    }
    if user.admin {
        // the role template of Global Administrator
        claims["wids"] = json!(["62e90394-69f5-4237-9190-012177145e10"]);
    }
    let mut body = Map::new();
    body.insert("token_type".into(), "Bearer".into());
    body.insert("scope".into(), shown.join(" ").into());
    body.insert("expires_in".into(), expires_in.into());
    body.insert("ext_expires_in".into(), expires_in.into());
    body.insert("access_token".into(), entra.signing_key().sign(&claims).into());
    body
}

/// An app's own token.
#[expect(clippy::too_many_arguments, reason = "each is a separate fact of the one answer")]
pub(crate) fn app_token(
    entra: &Entra,
    world: &World,
    tenant: &Tenant,
    app: &App,
    part: &ForResource,
    appidacr: &str,
    cae: bool,
    now: i64,
) -> Value {
    let expires_in = if cae { 86399 } else { 3599 };
    let object_id = super::ids::guid_of(&format!("service principal of {} in {}", app.client_id, tenant.id));
    let issuer = v1_issuer(&world.origin, &tenant.id);
    let mut claims = json!({
        "aud": part.uri,
        "iss": issuer,
        "iat": now,
        "nbf": now,
        "exp": now + expires_in,
        "app_displayname": app.name,
        "appid": app.client_id,
        "appidacr": appidacr,
        "idp": issuer,
        "idtyp": "app",
        "oid": object_id,
        "sub": object_id,
        "tid": tenant.id,
        // opaque by contract; here it makes the token recognisable wherever it leaks
        "aio": opaque(Kind::AccessToken.stem(), 12),
        "uti": opaque("", 16),
        "ver": "1.0",
    });
    // a token comes even where nothing is granted: then it has no roles
    if let Some(roles) = app.app_roles.get(&part.resource.app_id).filter(|roles| !roles.is_empty()) {
        claims["roles"] = json!(roles);
    }
    if cae {
        claims["xms_cc"] = json!(["cp1"]);
    }
    json!({
        "token_type": "Bearer",
        "expires_in": expires_in,
        "ext_expires_in": expires_in,
        "access_token": entra.signing_key().sign(&claims),
    })
}

/// The id token, spoilt as the faults say; `None` where it is withheld.
pub(crate) fn id_token(entra: &Entra, world: &mut World, subject: &Subject<'_>, nonce: Option<&str>, now: i64) -> Option<String> {
    if world.faults.strikes(Fault::NoIdToken) {
        return None;
    }
    let issuer = if world.faults.strikes(Fault::WrongIssuer) {
        format!("{}/{}/v2.0", world.origin, super::ids::guid_of("a tenant of somebody else"))
    } else {
        format!("{}/{}/v2.0", world.origin, subject.tenant.id)
    };
    let audience = if world.faults.strikes(Fault::WrongAudience) {
        super::ids::guid_of("an app of somebody else")
    } else {
        subject.app.client_id.clone()
    };
    let age = if world.faults.strikes(Fault::ExpiredIdToken) { 2 * 3600 } else { 0 };
    let issued_at = now - age;
    let mut claims = json!({
        "aud": audience,
        "iss": issuer,
        "iat": issued_at,
        "nbf": issued_at,
        "exp": issued_at + 3600,
        "name": subject.user.name,
        "oid": subject.user.oid,
        "preferred_username": subject.user.upn,
        "sub": subject.sub(&subject.app.client_id),
        "tid": subject.tenant.id,
        // opaque by contract; here it makes the token recognisable wherever it leaks
        "aio": opaque(Kind::IdToken.stem(), 12),
        "uti": opaque("", 16),
        "ver": "2.0",
    });
    if let Some(home) = &subject.user.home_tenant {
        claims["idp"] = json!(v1_issuer(&world.origin, home));
    }
    let nonce = if world.faults.strikes(Fault::WrongNonce) { Some(opaque("", 16)) } else { nonce.map(str::to_owned) };
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    let key = entra.signing_key();
    Some(if world.faults.strikes(Fault::WrongSignature) { SigningKey::stranger().sign_as(key.kid(), &claims) } else { key.sign(&claims) })
}

/// `client_info`: object id and tenant of the account's home.
pub(crate) fn client_info(subject: &Subject<'_>) -> String {
    let home = subject.user.home_tenant.as_ref().unwrap_or(&subject.tenant.id);
    URL_SAFE_NO_PAD.encode(json!({"uid": subject.user.oid, "utid": home}).to_string())
}
