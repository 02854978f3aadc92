//! The map of Data Center: which path leads where, from which version on.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use axum::middleware::{self, Next};
use axum::routing::{get, post};

use super::answers::{tomcat, unknown_resource};
use super::edition::Version;
use super::mount::mount;
use super::site::{Site, Visit};
use super::{auth, content, csp, front, gate, login, pages, rpc, spaces, sso, system, users, websudo};

pub(crate) fn router(site: &Arc<Site>) -> Router {
    let version = site.version();
    let mut inner = rest(version).route("/rest/applinks/1.0/manifest", get(system::manifest));
    if version.has_json_rpc() {
        inner = inner
            .route("/rpc/json-rpc/confluenceservice-v2", post(rpc::call))
            .route("/rpc/json-rpc/confluenceservice-v2/{method}", post(rpc::call_light));
    }
    let inner = inner
        .route("/", get(pages::dashboard))
        .route("/index.action", get(pages::dashboard))
        .route("/dashboard.action", get(pages::dashboard))
        .route("/display/{key}", get(pages::space))
        .route("/display/{key}/{title}", get(pages::titled))
        .route("/spaces/viewspace.action", get(pages::space_by_query))
        .route("/pages/viewpage.action", get(pages::by_id))
        .route("/admin/{*page}", get(websudo::administration))
        .route("/authenticate.action", get(websudo::form))
        .route("/doauthenticate.action", post(websudo::submit))
        .route("/login.action", get(login::form))
        .route("/dologin.action", post(login::submit))
        .route("/logout.action", get(login::leave))
        .route("/plugins/servlet/external-login", get(sso::start))
        .route("/plugins/servlet/samlconsumer", post(sso::saml))
        .route("/plugins/servlet/oidc/callback", get(sso::oidc))
        .route("/status", get(system::status))
        .route("/download/attachments/{page}/{file}", get(content::download))
        .fallback(unknown)
        .layer(middleware::from_fn(wrong_method))
        .layer(middleware::from_fn_with_state(Arc::clone(site), auth::seraph))
        .with_state(Arc::clone(site));
    mount(&site.context, inner)
        .layer(middleware::from_fn_with_state(Arc::clone(site), front::stand_before))
        .layer(middleware::from_fn_with_state(Arc::clone(site), gate::keep))
        .layer(middleware::from_fn_with_state(Arc::clone(site), csp::guard))
}

/// The REST API as far as this version has it.
fn rest(version: Version) -> Router<Arc<Site>> {
    if !version.has_rest() {
        return Router::new();
    }
    let mut rest = Router::new()
        .route("/rest/api/user/current", get(users::current))
        .route("/rest/api/user/memberof", get(users::member_of))
        .route("/rest/api/user", get(users::one))
        .route("/rest/api/group", get(users::groups))
        .route("/rest/api/group/{name}", get(users::group))
        .route("/rest/api/group/{name}/member", get(users::members))
        .route("/rest/api/space", get(spaces::list))
        .route("/rest/api/space/{key}", get(spaces::one))
        .route("/rest/api/space/{key}/content/{kind}", get(content::of_space))
        .route("/rest/spacedirectory/1/search", get(spaces::directory))
        .route("/rest/api/content", get(content::list))
        .route("/rest/api/content/{id}", get(content::one))
        .route("/rest/api/content/{id}/child/attachment", get(content::attachments))
        .route("/rest/api/content/{id}/restriction/byOperation", get(content::restrictions))
        .route("/rest/api/search", get(content::search));
    if version.has_access_mode() {
        rest = rest.route("/rest/api/accessmode", get(system::access_mode));
    }
    if version.has_tokens() {
        rest = rest.route("/rest/pat/latest/tokens", get(users::tokens).post(users::make_token));
    }
    if version.has_content_scan() {
        rest = rest.route("/rest/api/content/scan", get(content::scan));
    }
    if version.has_rest_permissions() {
        rest = rest
            .route("/rest/api/space/{key}/permissions", get(spaces::permissions))
            .route("/rest/api/server-information", get(system::server_information))
            .route("/rest/api/instance-metrics", get(system::instance_metrics));
    }
    if version.has_global_permissions() {
        rest = rest.route("/rest/api/permissions", get(system::global_permissions));
    }
    rest
}

async fn unknown(visit: Visit) -> Response<axum::body::Body> {
    let path = visit.parts.uri.path();
    if path.starts_with("/rest/") {
        unknown_resource(&visit.site, &visit.parts)
    } else if path.starts_with("/rpc/") {
        tomcat(StatusCode::NOT_FOUND, "Not Found")
    } else {
        pages::not_found(&visit)
    }
}

/// 405 comes as the container's page; the router adds the methods that are allowed.
async fn wrong_method(request: Request, next: Next) -> Response<axum::body::Body> {
    let response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    tomcat(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
}
