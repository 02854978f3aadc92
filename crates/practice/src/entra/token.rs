//! The token endpoint.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use super::authorize::check_password;
use super::credentials;
use super::directory::{App, GRAPH_APP_ID, Platform, Tenant, User};
use super::discovery::{Place, captive_portal};
use super::flow::Challenge;
use super::ids::opaque;
use super::issue::{self, Subject};
use super::refusal::{Refusal, Trace, answer};
use super::scopes::{At, ForResource, Requested};
use super::{Entra, Fault, World, device};
use crate::markers::Kind;

/// How long a code is good ("Authorization codes are short lived, typically they expire after about 10 minutes").
const CODE_SECONDS: i64 = 10 * 60;
/// A refresh token lives 90 days from its last use.
const REFRESH_SECONDS: i64 = 90 * 24 * 3600;
/// A single-page application's lives 24 hours, used or not.
const SPA_REFRESH_SECONDS: i64 = 24 * 3600;

/// An authorization code and what it was given for.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) tenant: String,
    pub(crate) oid: String,
    pub(crate) redirect_uri: String,
    pub(crate) platform: Platform,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) amr: Vec<String>,
    pub(crate) issued_at: i64,
    pub(crate) used: bool,
}

/// A refresh token: bound to person and client, not to a resource.
#[derive(Debug, Clone)]
pub(crate) struct RefreshToken {
    pub(crate) family: String,
    pub(crate) client_id: String,
    pub(crate) tenant: String,
    pub(crate) oid: String,
    pub(crate) amr: Vec<String>,
    pub(crate) scope: String,
    pub(crate) spa: bool,
    pub(crate) by_device_code: bool,
    pub(crate) issued_at: i64,
    pub(crate) last_used: i64,
    pub(crate) used: bool,
}

/// What a claims request asks for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ClaimsRequest {
    /// The client understands claims challenges.
    pub(crate) cae: bool,
    /// The token has to be at least this young.
    not_before: Option<i64>,
}

impl ClaimsRequest {
    /// The time that a token bears which is made now.
    pub(crate) fn issued_at(self, now: i64) -> i64 {
        // a resource asks for the second after the one in which it revoked
        self.not_before.filter(|wanted| (now..=now + 1).contains(wanted)).unwrap_or(now)
    }
}

/// A request to the token endpoint, taken apart.
pub(crate) struct TokenRequest<'a> {
    pub(crate) form: BTreeMap<String, String>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) now: i64,
}

impl TokenRequest<'_> {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing_parameter(name))
    }

    /// What the `claims` parameter asks of the access token.
    pub(crate) fn claims(&self) -> Result<ClaimsRequest, Refusal> {
        let Some(text) = self.get("claims") else { return Ok(ClaimsRequest::default()) };
        let wrong =
            || Refusal::new(90013, "invalid_request", "Invalid input received from the user. The parameter 'claims' is not valid JSON.");
        let claims: Value = serde_json::from_str(text).map_err(|_not_json| wrong())?;
        let wanted = claims.as_object().ok_or_else(wrong)?.get("access_token").cloned().unwrap_or_default();
        let capabilities = wanted["xms_cc"]["values"].as_array().cloned().unwrap_or_default();
        let not_before = wanted["nbf"]["value"].as_str().and_then(|value| value.parse().ok());
        Ok(ClaimsRequest { cae: capabilities.contains(&"cp1".into()), not_before })
    }

    fn has_origin(&self) -> bool {
        self.headers.contains_key("origin")
    }
}

/// `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) async fn token(State(entra): State<Entra>, Path(segment): Path<String>, headers: HeaderMap, body: bytes::Bytes) -> Response {
    let trace = Trace::new(entra.clock(), &headers);
    let mut world = entra.world();
    let origin = world.origin.clone();
    if world.faults.strikes(Fault::CaptivePortal) {
        return captive_portal();
    }
    if world.faults.strikes(Fault::Unavailable) {
        let text = "A transient error has occurred. Please try again.";
        let refusal = Refusal::new(90033, "temporarily_unavailable", text).status(StatusCode::SERVICE_UNAVAILABLE);
        return refusal.into_json(&trace, &origin);
    }
    let outcome = parse(&headers, &body, entra.clock().seconds()).and_then(|request| respond(&entra, &mut world, &segment, &request));
    match outcome {
        Ok(body) => answer(StatusCode::OK, &body, &trace, 0),
        Err(refusal) => refusal.into_json(&trace, &origin),
    }
}

fn parse<'a>(headers: &'a HeaderMap, body: &[u8], now: i64) -> Result<TokenRequest<'a>, Refusal> {
    let content_type = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut form = BTreeMap::new();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        for (name, value) in form_urlencoded::parse(body).into_owned() {
            if form.contains_key(&name) {
                let text = format!("The request is not properly formatted. The parameter '{name}' is duplicated.");
                return Err(Refusal::new(9_000_411, "invalid_request", text));
            }
            form.insert(name, value);
        }
    }
    Ok(TokenRequest { form, headers, now })
}

fn respond(entra: &Entra, world: &mut World, segment: &str, request: &TokenRequest<'_>) -> Result<Value, Refusal> {
    let place = world.place(segment)?;
    let grant_type = request.need("grant_type")?;
    let client_id = request.need("client_id")?;
    let app = find_app(world, &place, client_id)?;
    if !app.enabled {
        return Err(Refusal::app_disabled(&app.client_id, &app.name));
    }
    match grant_type {
        "authorization_code" => redeem_code(entra, world, &place, &app, request),
        "refresh_token" => refresh(entra, world, &place, &app, request),
        "client_credentials" => credentials::app_only(entra, world, &place, &app, request),
        "password" => password(entra, world, &place, &app, request),
        "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => device::poll(entra, world, &app, request),
        other => {
            let text = format!("The app requested an unsupported grant type '{other}'.");
            Err(Refusal::new(70003, "unsupported_grant_type", text))
        }
    }
}

/// The app a client id means at this place.
pub(crate) fn find_app(world: &World, place: &Place, client_id: &str) -> Result<App, Refusal> {
    let (tenant_id, shown) = match place {
        Place::Tenant(id) => (Some(id), world.tenant(id).map_or(id.as_str(), |tenant| tenant.name.as_str())),
        Place::Shared(name) => (None, name.as_str()),
    };
    let app = world.app(client_id).ok_or_else(|| Refusal::app_not_found(client_id, shown))?;
    match tenant_id {
        Some(id) if app.tenant != *id && !app.multi_tenant => Err(Refusal::app_not_found(client_id, shown)),
        None if !app.multi_tenant => Err(Refusal::single_tenant(&app.client_id, &app.name)),
        _ => Ok(app.clone()),
    }
}

fn redeem_code(entra: &Entra, world: &mut World, place: &Place, app: &App, request: &TokenRequest<'_>) -> Result<Value, Refusal> {
    let code_text = request.need("code")?;
    let redirect_uri = request.need("redirect_uri")?;
    let Some(code) = world.codes.get(code_text).cloned() else {
        let text = "The provided value for the 'code' parameter is not valid.";
        return Err(Refusal::new(70000, "invalid_grant", text));
    };
    let other_tenant = matches!(place, Place::Tenant(id) if *id != code.tenant);
    if code.client_id != app.client_id || other_tenant {
        let text = "The provided authorization code is intended to use against other tenant or client, thus rejected.";
        return Err(Refusal::new(700_005, "invalid_grant", text));
    }
    if code.used {
        let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.";
        return Err(Refusal::new(54005, "invalid_grant", text));
    }
    if request.now - code.issued_at >= CODE_SECONDS {
        let text = "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive \
                    authorization request for this user and resource.";
        return Err(Refusal::new(70008, "invalid_grant", text));
    }
    if redirect_uri != code.redirect_uri {
        let text = format!(
            "The reply address '{redirect_uri}' does not match the reply address '{}' provided when requesting Authorization code.",
            code.redirect_uri
        );
        return Err(Refusal::new(500_112, "invalid_client", text));
    }
    platform_allows(world, app, code.platform, request)?;
    verifier_matches(code.challenge.as_ref(), request.get("code_verifier"))?;

    if let Some(code) = world.codes.get_mut(code_text) {
        code.used = true;
    }
    let grant = Grant {
        tenant: code.tenant,
        oid: code.oid,
        amr: code.amr,
        scope: code.scope,
        nonce: code.nonce,
        spa: code.platform == Platform::Spa,
        by_device_code: false,
        refreshing: None,
    };
    grant.tokens(entra, world, app, request)
}

/// The platform of the return address decides who may redeem a code.
fn platform_allows(world: &World, app: &App, platform: Platform, request: &TokenRequest<'_>) -> Result<(), Refusal> {
    match platform {
        Platform::Spa if !request.has_origin() => {
            let text = "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.";
            Err(Refusal::new(9_002_327, "invalid_request", text))
        }
        Platform::Spa => Ok(()),
        Platform::Web | Platform::PublicClient if request.has_origin() => {
            let text = "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.";
            Err(Refusal::new(9_002_326, "invalid_request", text))
        }
        Platform::Web => credentials::authenticate(world, app, request).map(|_| ()),
        Platform::PublicClient => credentials::refuse_credentials(app, request),
    }
}

/// RFC 7636, section 4.6.
fn verifier_matches(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), Refusal> {
    let Some(challenge) = challenge else { return Ok(()) };
    let Some(verifier) = verifier else {
        let text = "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.";
        return Err(Refusal::new(50148, "invalid_grant", text));
    };
    let computed = if challenge.plain { verifier.to_owned() } else { URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) };
    if computed != challenge.value || !(43..=128).contains(&verifier.len()) {
        let text = "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
        return Err(Refusal::new(501_481, "invalid_grant", text));
    }
    Ok(())
}

fn refresh(entra: &Entra, world: &mut World, place: &Place, app: &App, request: &TokenRequest<'_>) -> Result<Value, Refusal> {
    let text = request.need("refresh_token")?.to_owned();
    let Some(token) = world.refresh_tokens.get(&text).cloned() else {
        let refusal = Refusal::new(9_002_313, "invalid_grant", "Invalid request. Request is malformed or invalid.");
        return Err(refusal.suberror("bad_token"));
    };
    if token.client_id != app.client_id {
        let text = "The provided value for the 'refresh_token' parameter was issued to a different client id.";
        return Err(Refusal::new(70000, "invalid_grant", text).suberror("client_mismatch"));
    }
    if matches!(place, Place::Tenant(id) if *id != token.tenant) {
        // a refresh token is good for other tenants the person is in; practice people are in one
        let text = "The user account does not exist in the directory.";
        return Err(Refusal::new(50034, "invalid_grant", text));
    }
    if world.revoked_families.contains(&token.family) {
        let text = "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed \
                    or reset their password.";
        return Err(Refusal::new(50173, "invalid_grant", text).suberror("bad_token"));
    }
    if token.used && world.faults.is_on(Fault::StrictRotation) {
        world.revoked_families.insert(token.family);
        let text = "The provided value for the input parameter 'refresh_token' or 'assertion' is not valid.";
        return Err(Refusal::new(70000, "invalid_grant", text).suberror("bad_token"));
    }
    if token.spa && request.now - token.issued_at >= SPA_REFRESH_SECONDS {
        let text = "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, \
                    which can't be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page.";
        return Err(Refusal::new(700_084, "invalid_grant", text));
    }
    if request.now - token.last_used >= REFRESH_SECONDS {
        let text = "The refresh token has expired due to inactivity. The token was issued long ago and was inactive for 90.00:00:00.";
        return Err(Refusal::new(700_082, "invalid_grant", text));
    }
    if token.spa {
        platform_allows(world, app, Platform::Spa, request)?;
    } else if request.has_origin() {
        platform_allows(world, app, Platform::PublicClient, request)?;
    }
    let grant = Grant {
        tenant: token.tenant,
        oid: token.oid,
        amr: token.amr,
        scope: token.scope,
        nonce: None,
        spa: token.spa,
        by_device_code: token.by_device_code,
        refreshing: Some((token.family, token.issued_at)),
    };
    let answer = grant.tokens(entra, world, app, request)?;
    if let Some(token) = world.refresh_tokens.get_mut(&text) {
        token.used = true;
        token.last_used = request.now;
    }
    Ok(answer)
}

/// The password grant (RFC 6749, section 4.3): only for apps that may be public, never with a second factor.
fn password(entra: &Entra, world: &mut World, place: &Place, app: &App, request: &TokenRequest<'_>) -> Result<Value, Refusal> {
    let username = request.need("username")?;
    let secret = request.need("password")?;
    let scope = request.need("scope")?;
    if app.fallback_public_client {
        credentials::refuse_credentials(app, request)?;
    } else {
        credentials::authenticate(world, app, request)?;
    }
    let tenants = world.tenants.iter().filter(|tenant| match place {
        Place::Tenant(id) => tenant.id == *id,
        Place::Shared(_) => true,
    });
    let user = tenants.filter_map(|tenant| world.user_named(&tenant.id, username)).find(|user| user.home_tenant.is_none());
    let Some(user) = user.cloned() else {
        let text = format!("The user account {username} does not exist in the directory.");
        return Err(Refusal::new(50034, "invalid_grant", text));
    };
    if let Some(refusal) = check_password(&user, secret) {
        return Err(refusal);
    }
    let grant = Grant {
        tenant: user.tenant.clone(),
        oid: user.oid.clone(),
        amr: vec!["pwd".to_owned()],
        scope: scope.to_owned(),
        nonce: None,
        spa: false,
        by_device_code: false,
        refreshing: None,
    };
    grant.tokens(entra, world, app, request)
}

/// A person's permission to an app, however it was shown.
pub(crate) struct Grant {
    pub(crate) tenant: String,
    pub(crate) oid: String,
    pub(crate) amr: Vec<String>,
    /// What the authorization asked for; used where the token request names no scope.
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) spa: bool,
    pub(crate) by_device_code: bool,
    /// Family and birth of the refresh token in use.
    pub(crate) refreshing: Option<(String, i64)>,
}

impl Grant {
    /// Issues what the grant and the request's scope allow.
    pub(crate) fn tokens(&self, entra: &Entra, world: &mut World, app: &App, request: &TokenRequest<'_>) -> Result<Value, Refusal> {
        let (tenant, user) = self.people(world)?;
        let asked = request.form.get("scope").map(|scope| scope.trim());
        if asked == Some("") {
            let text = "Provided value for the input parameter scope can't be empty when requesting an access token using the \
                        provided authorization code.";
            return Err(Refusal::new(28003, "invalid_scope", text));
        }
        let scope = asked.unwrap_or(&self.scope);
        let requested = Requested::parse(world, &tenant, app, scope, At::Token)?;
        if asked.is_some() && requested.resources.len() > 1 {
            let text = format!(
                "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {scope} is \
                 not valid."
            );
            return Err(Refusal::new(700_022, "invalid_scope", text));
        }
        let part = match requested.resources.first() {
            Some(part) => part.clone(),
            None => {
                ForResource { uri: world.graph_uri(), resource: world.resource(&tenant, GRAPH_APP_ID)?, names: Vec::new(), default: false }
            }
        };
        self.conditions(world, app, &tenant, &user, &part)?;
        let only_identity = requested.resources.is_empty();
        let scp = match app.scopes_for(&user, &part) {
            Err(_) if only_identity && app.has_any_grant(&user.oid) => std::collections::BTreeSet::new(),
            other => other?,
        };
        let original = Requested::parse(world, &tenant, app, &self.scope, At::Token).unwrap_or_default();
        let subject = Subject { tenant: &tenant, user: &user, app, amr: &self.amr };
        let claims = request.claims()?;
        let issued_at = claims.issued_at(request.now);
        let mut body = issue::user_tokens(entra, world, &subject, &part, &scp, &requested, claims.cae, issued_at);
        let offline = requested.offline_access || original.offline_access;
        if offline || self.refreshing.is_some() {
            let (family, issued_at) = self.refreshing.clone().unwrap_or_else(|| (opaque("", 16), request.now));
            let text = opaque(Kind::RefreshToken.stem(), 96);
            let refresh = RefreshToken {
                family,
                client_id: app.client_id.clone(),
                tenant: self.tenant.clone(),
                oid: self.oid.clone(),
                amr: self.amr.clone(),
                scope: self.scope.clone(),
                spa: self.spa,
                by_device_code: self.by_device_code,
                issued_at,
                last_used: request.now,
                used: false,
            };
            world.refresh_tokens.insert(text.clone(), refresh);
            body.insert("refresh_token".into(), text.into());
        }
        if requested.openid || (asked.is_none() && original.openid) {
            let id_token = issue::id_token(entra, world, &subject, self.nonce.as_deref(), request.now);
            if let Some(id_token) = id_token {
                body.insert("id_token".into(), id_token.into());
            }
        }
        if request.get("client_info") == Some("1") {
            body.insert("client_info".into(), issue::client_info(&subject).into());
        }
        Ok(Value::Object(body))
    }

    fn people(&self, world: &World) -> Result<(Tenant, User), Refusal> {
        let tenant = world.tenant(&self.tenant).cloned().ok_or_else(|| Refusal::tenant_not_found(&self.tenant))?;
        let user = world
            .user(&self.tenant, &self.oid)
            .cloned()
            .ok_or_else(|| Refusal::new(50034, "invalid_grant", "The user account does not exist in the directory."))?;
        Ok((tenant, user))
    }

    /// What is looked at anew with every token: the account, the assignment, the second factor, the policies.
    fn conditions(&self, world: &World, app: &App, tenant: &Tenant, user: &User, part: &ForResource) -> Result<(), Refusal> {
        if user.disabled {
            return Err(Refusal::new(50057, "invalid_grant", "The user account is disabled."));
        }
        if app.assignment_required && !user.assigned.contains(&app.client_id) {
            return Err(Refusal::not_assigned(&app.client_id, &app.name, &user.upn));
        }
        if user.mfa && !self.amr.iter().any(|method| method == "mfa") {
            let text = format!(
                "Due to a configuration change made by your administrator, or because you moved to a new location, you must use \
                 multi-factor authentication to access '{}'.",
                part.resource.app_id
            );
            return Err(Refusal::new(50076, "invalid_grant", text).suberror("basic_action"));
        }
        let blocked = world.policy_refusal(tenant, user, Some(&part.resource.app_id), self.by_device_code);
        blocked.map_or(Ok(()), Err)
    }
}
