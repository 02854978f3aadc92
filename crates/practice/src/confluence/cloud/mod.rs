//! Cloud: one site always under `/wiki`, and the gateway of `api.atlassian.com` for tokens with scopes.

mod auth;
mod v1;
mod v2;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::routing::get;
use serde_json::{Value, json};

use super::accounts::Who;
use super::answers::{Refused, json_with, unknown_resource};
use super::auth::now_in_milliseconds;
use super::mount::mount;
use super::site::{Site, Visit};
use super::wiki::Space;
use super::{content, csp, front, gate};

/// The site's identifier, as `/_edge/tenant_info` tells it.
pub(crate) const CLOUD_ID: &str = "7e1c9a52-0b6d-4f0e-9d4a-3c5b81f2a640";

pub(crate) use auth::Door;

/// Everything on the site's own origin.
pub(crate) fn site(site: &Arc<Site>) -> Router {
    let edge = Router::new()
        .route("/_edge/tenant_info", get(v1::tenant_info))
        .route("/rest/api/3/serverInfo", get(v1::jira_server_info))
        .route("/login/continue", get(v1::enter))
        .route("/", get(v1::front_door))
        .with_state(Arc::clone(site));
    edge.fallback_service(mount("/wiki", wiki(site, Door::Site)))
        .layer(middleware::from_fn_with_state(Arc::clone(site), front::stand_before))
        .layer(middleware::from_fn_with_state(Arc::clone(site), gate::keep))
        .layer(middleware::from_fn_with_state(Arc::clone(site), csp::guard))
}

/// Everything on the gateway's origin.
pub(crate) fn gateway(site: &Arc<Site>) -> Router {
    mount(&format!("/ex/confluence/{CLOUD_ID}/wiki"), wiki(site, Door::Gateway))
}

fn wiki(site: &Arc<Site>, door: Door) -> Router {
    let v1 = Router::new()
        .route("/rest/api/space", get(v1::spaces))
        .route("/rest/api/space/{key}", get(v1::space))
        .route("/rest/api/space/{key}/content/{kind}", get(content::of_space))
        .route("/rest/api/content", get(content::list))
        .route("/rest/api/content/{id}", get(content::one))
        .route("/rest/api/content/{id}/child/attachment", get(content::attachments))
        .layer(middleware::from_fn_with_state(Arc::clone(site), deprecated));
    let other = Router::new()
        .route("/rest/api/content/{id}/child/attachment/{file}/download", get(v1::hand_out))
        .route("/rest/api/content/{id}/restriction/byOperation", get(content::restrictions))
        .route("/rest/api/search", get(content::search))
        .route("/rest/api/user/current", get(v1::current))
        .route("/rest/api/user/memberof", get(v1::member_of))
        .route("/rest/api/group", get(v1::groups))
        .route("/rest/api/settings/systemInfo", get(v1::system_info))
        .route("/api/v2/spaces", get(v2::spaces))
        .route("/api/v2/spaces/{id}", get(v2::space))
        .route("/api/v2/spaces/{id}/operations", get(v2::operations))
        .route("/api/v2/spaces/{id}/permissions", get(v2::permissions))
        .route("/api/v2/spaces/{id}/pages", get(v2::pages))
        .route("/api/v2/pages/{id}", get(v2::page))
        .route("/api/v2/pages/{id}/attachments", get(v2::attachments))
        .route("/api/v2/admin-key", get(v2::admin_key).post(v2::open_admin_key).delete(v2::close_admin_key))
        .route("/", get(v1::home))
        .route("/home", get(v1::home))
        .route("/logout.action", get(v1::leave))
        .fallback(unknown);
    // the gateway has no files
    let files = match door {
        Door::Site => Router::new().route("/download/attachments/{page}/{file}", get(content::download)),
        Door::Gateway => Router::new(),
    };
    v1.merge(other)
        .merge(files)
        .layer(middleware::from_fn(wrong_method))
        .layer(middleware::from_fn_with_state((Arc::clone(site), door), auth::identify))
        .layer(middleware::from_fn(edge_headers))
        .with_state(Arc::clone(site))
}

/// Version 1 listings have been on the way out since 2023 and still answer, unless they are switched off.
async fn deprecated(axum::extract::State(site): axum::extract::State<Arc<Site>>, request: Request, next: Next) -> Response<Body> {
    if site.switches().v1_gone {
        let message = "This deprecated endpoint has been removed.";
        return json_with(StatusCode::GONE, &json!({ "code": 410, "message": message }));
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        (HeaderName::from_static("deprecation"), "Wed, 1 Mar 2023 00:00:00 GMT"),
        (header::LINK, "<https://developer.atlassian.com/cloud/confluence/changelog/#CHANGE-864>; rel=\"deprecation\""),
        (header::WARNING, "299 - \"Deprecated API, will be removed on Mon, 31 Mar 2025 00:00:00 GMT\""),
    ] {
        response.headers_mut().append(name, HeaderValue::from_static(value));
    }
    response
}

/// What the edge writes on everything. Neither `X-AUSERNAME` nor `X-Seraph-LoginReason` is among it.
async fn edge_headers(request: Request, next: Next) -> Response<Body> {
    let mut response = next.run(request).await;
    let trace = format!("{:032x}", rand::random::<u128>());
    for (name, value) in [
        ("server", "AtlassianEdge"),
        ("atl-traceid", &trace),
        ("x-confluence-request-time", &now_in_milliseconds()),
        ("x-content-type-options", "nosniff"),
    ] {
        super::answers::set(&mut response, HeaderName::from_static(name), value);
    }
    response
}

async fn unknown(visit: Visit) -> Response<Body> {
    if visit.parts.uri.path().starts_with("/api/v2/") { v2::not_found() } else { unknown_resource(&visit.site, &visit.parts) }
}

async fn wrong_method(request: Request, next: Next) -> Response<Body> {
    let method = request.method().clone();
    let response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let title = format!("org.springframework.web.HttpRequestMethodNotSupportedException: Request method '{method}' not supported");
    let error = json!({ "status": 405, "code": "METHOD_NOT_ALLOWED", "title": title });
    json_with(StatusCode::METHOD_NOT_ALLOWED, &json!({ "errors": [error] }))
}

/// The space, or the version 1 answer for "does not exist" and "not for you" alike.
pub(crate) fn existing<'site>(visit: &'site Visit, key: &str) -> Result<&'site Space, Refused> {
    visit.site.space_for(visit.who, key).ok_or_else(|| {
        let message = format!("org.springframework.web.server.ResponseStatusException: 404 NOT_FOUND \"No space found with key : {key}\"");
        json_with(StatusCode::NOT_FOUND, &json!({ "statusCode": 404, "message": message })).into()
    })
}

pub(crate) fn person(site: &Site, who: Who) -> Value {
    let account = who.account();
    json!({
        "type": "known",
        "accountId": account.account_id,
        "accountType": "atlassian",
        "email": account.email,
        "publicName": account.display_name,
        "profilePicture": {
            "path": format!("/wiki/aa-avatar/{}", account.account_id), "width": 48, "height": 48, "isDefault": false,
        },
        "displayName": account.display_name,
        "isExternalCollaborator": false,
        "isGuest": false,
        "_expandable": { "operations": "", "details": "", "personalSpace": "" },
        "_links": {
            "self": format!("{}/rest/api/user?accountId={}", site.base(), account.account_id),
            "base": site.base(), "context": site.context,
        },
    })
}

/// What the caller may do in a space.
fn operations(site: &Site, who: Option<Who>, space: &Space) -> Value {
    const ALL: [(&str, &str); 9] = [
        ("read", "space"),
        ("administer", "space"),
        ("export", "space"),
        ("delete", "space"),
        ("create", "page"),
        ("create", "blogpost"),
        ("create", "comment"),
        ("create", "attachment"),
        ("restrict_content", "space"),
    ];
    let shown = if site.is_space_admin(who, space) { ALL.len() } else { 1 };
    let list = ALL.iter().take(shown).map(|(name, target)| json!({ "operation": name, "targetType": target }));
    Value::from(list.collect::<Vec<_>>())
}
