//! Discovery: the metadata document, the key set and the instance document.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ids::is_guid;
use super::refusal::{Refusal, Trace};
use super::{Entra, Fault, World};

/// A tenant as it stands in an address: one directory, or a place where the account decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// `common` or `organizations`.
    Shared(String),
    /// A tenant's id.
    Tenant(String),
}

impl World {
    /// What a tenant segment means; `consumers` is a place without practice accounts.
    pub(crate) fn place(&self, segment: &str) -> Result<Place, Refusal> {
        if segment == "common" || segment == "organizations" {
            return Ok(Place::Shared(segment.to_owned()));
        }
        let dns = segment.contains('.')
            && segment.split('.').all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        if !dns && !is_guid(segment) {
            return Err(Refusal::tenant_malformed(segment));
        }
        let tenant = self.tenant(segment).ok_or_else(|| Refusal::tenant_not_found(segment))?;
        Ok(Place::Tenant(tenant.id.clone()))
    }
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration` (OpenID Connect Discovery 1.0).
pub(crate) async fn configuration(State(entra): State<Entra>, Path(tenant): Path<String>, headers: HeaderMap) -> Response {
    let trace = Trace::new(entra.clock(), &headers);
    let mut world = entra.world();
    if world.faults.strikes(Fault::CaptivePortal) {
        return captive_portal();
    }
    let origin = world.origin.clone();
    let (segment, issuer) = match world.place(&tenant) {
        Ok(Place::Shared(name)) => (name, format!("{origin}/{{tenantid}}/v2.0")),
        Ok(Place::Tenant(id)) => {
            let issuer = format!("{origin}/{id}/v2.0");
            (id, issuer)
        }
        Err(refusal) => return refusal.into_json(&trace, &origin),
    };
    let region = if is_guid(&segment) { json!("EU") } else { Value::Null };
    let mut response_modes = vec!["query", "fragment"];
    if !world.faults.is_on(Fault::NoFormPost) {
        response_modes.push("form_post");
    }
    let graph = world.graph_host.clone();
    let scheme = origin.split("://").next().unwrap_or("http");
    let host = origin.split("://").nth(1).unwrap_or_default();
    cached(&json!({
        "token_endpoint": format!("{origin}/{segment}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{origin}/{segment}/discovery/v2.0/keys"),
        "response_modes_supported": response_modes,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{scheme}://{graph}/oidc/userinfo"),
        "authorization_endpoint": format!("{origin}/{segment}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{origin}/{segment}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{origin}/{segment}/oauth2/v2.0/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp",
            "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"
        ],
        "kerberos_endpoint": format!("{origin}/{segment}/kerberos"),
        "tenant_region_scope": region,
        "cloud_instance_name": host,
        "cloud_graph_host_name": graph,
        "msgraph_host": graph,
        "rbac_url": format!("{origin}/rbac"),
    }))
}

/// `GET /{tenant}/discovery/v2.0/keys`: the keys, each with the issuer it is good for.
pub(crate) async fn keys(State(entra): State<Entra>, Path(tenant): Path<String>, headers: HeaderMap) -> Response {
    let trace = Trace::new(entra.clock(), &headers);
    let mut world = entra.world();
    if world.faults.strikes(Fault::CaptivePortal) {
        return captive_portal();
    }
    let origin = world.origin.clone();
    match world.place(&tenant) {
        Ok(Place::Shared(_)) => cached(&json!({"keys": [entra.signing_key().jwk(&format!("{origin}/{{tenantid}}/v2.0"))]})),
        Ok(Place::Tenant(id)) => cached(&json!({"keys": [entra.signing_key().jwk(&format!("{origin}/{id}/v2.0"))]})),
        Err(refusal) => refusal.into_json(&trace, &origin),
    }
}

/// What a client asks about a login host it does not know.
#[derive(Debug, Deserialize)]
pub(crate) struct InstanceQuery {
    authorization_endpoint: Option<String>,
}

/// `GET /common/discovery/instance`.
pub(crate) async fn instance(State(entra): State<Entra>, Query(query): Query<InstanceQuery>, headers: HeaderMap) -> Response {
    let trace = Trace::new(entra.clock(), &headers);
    let origin = entra.origin();
    let host = origin.split("://").nth(1).unwrap_or_default().to_owned();
    let asked = query.authorization_endpoint.unwrap_or_default();
    let rest = asked.split("://").nth(1).unwrap_or_default();
    let mut segments = rest.split('/');
    if segments.next() != Some(host.as_str()) {
        return Refusal::new(50049, "invalid_instance", "Unknown or invalid instance.").into_json(&trace, &origin);
    }
    let tenant = segments.next().unwrap_or("common");
    cached(&json!({
        "tenant_discovery_endpoint": format!("{origin}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }))
}

fn cached(body: &Value) -> Response {
    let headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("Cache-Control", "max-age=86400, private"),
        ("Access-Control-Allow-Origin", "*"),
    ];
    (StatusCode::OK, headers, body.to_string()).into_response()
}

/// What a hotel's network answers in place of the service.
pub(crate) fn captive_portal() -> Response {
    let page = "<!doctype html><html lang=\"en\"><title>Practice network sign-in</title><h1>Welcome to the guest network</h1>\
                <p>Accept the terms of use to go on.</p></html>";
    (StatusCode::OK, Html(page)).into_response()
}
