//! What stands before Confluence: identity providers, proxies, maintenance; or in its place: another product.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::middleware::Next;
use serde_json::json;

use super::accounts::Who;
use super::answers::{accepts_json, html, json, json_with, of_type, redirect, set, tomcat};
use super::auth::now_in_milliseconds;
use super::session::session_of;
use super::site::Site;
use super::sso;
use super::switches::Front;

/// Decides before Confluence does.
pub(crate) async fn stand_before(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response<Body> {
    let full = request.uri().path();
    let path = full.strip_prefix(&site.context).unwrap_or(full);
    match site.switches().front {
        Front::IdpRedirect if needs_idp(&site, path, &request) => sso::by_redirect(&site, &wanted(&site, &request), false),
        Front::IdpAutopost if needs_idp(&site, path, &request) => sso::by_post(&site, &wanted(&site, &request)),
        Front::IdpOidc if needs_idp(&site, path, &request) => sso::by_oidc(&site, &wanted(&site, &request)),
        Front::Open | Front::IdpRedirect | Front::IdpAutopost | Front::IdpOidc | Front::IdpPopup
        // these stand further out, see `gate`
        | Front::GatePage | Front::GateAccess | Front::GateHeader | Front::NamingProxy => next.run(request).await,
        Front::Negotiate => negotiate(),
        Front::Maintenance => johnson(&site, path),
        Front::ProxyDown => {
            let page = nginx_page("503 Service Temporarily Unavailable");
            from_nginx(html(StatusCode::SERVICE_UNAVAILABLE, page))
        }
        Front::Nginx if path == "/" => from_nginx(html(StatusCode::OK, NGINX_WELCOME)),
        Front::Nginx => from_nginx(html(StatusCode::NOT_FOUND, nginx_page("404 Not Found"))),
        Front::Jira => jira(&site, path, &request),
    }
}

fn needs_idp(site: &Site, path: &str, request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let is_fallback = path == "/dologin.action"
        || (path == "/login.action" && query.contains("auth_fallback"))
        || path == "/plugins/servlet/samlconsumer"
        || path == "/plugins/servlet/oidc/callback"
        || path == "/status";
    // The documented way round single sign-on for scripts.
    let is_basic = query.contains("os_authType=basic") && request.headers().contains_key(header::AUTHORIZATION);
    let session = session_of(site, request.headers());
    let has_session = session.is_some_and(|id| site.memory().sessions.get(&id.0).is_some_and(Option::is_some));
    !(is_fallback || is_basic || has_session)
}

/// Where the person wanted to go, within the site.
fn wanted(site: &Site, request: &Request) -> String {
    let wanted = request.uri().path_and_query().map_or("/", |path| path.as_str());
    wanted.strip_prefix(&site.context).unwrap_or(wanted).to_owned()
}

/// No ticket can be checked here, so nobody gets past this one.
fn negotiate() -> Response<Body> {
    let mut response = html(StatusCode::UNAUTHORIZED, "<html><head><title>401 Unauthorized</title></head><body></body></html>");
    for scheme in ["Negotiate", "NTLM"] {
        response.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    }
    response
}

fn johnson(site: &Site, path: &str) -> Response<Body> {
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    match path {
        "/status" => json_with(unavailable, &json!({ "state": "MAINTENANCE" })),
        "/johnson/errors.action" => html(
            unavailable,
            "<!DOCTYPE html><html><head><title>Confluence is unavailable</title></head><body><h1>Confluence is not \
             available right now</h1><p>An upgrade is in progress.</p></body></html>",
        ),
        _ if path.starts_with("/rest/") || path.starts_with("/rpc/") => {
            let mut response = of_type(unavailable, "application/xml;charset=UTF-8", "<errors/>");
            set(&mut response, header::RETRY_AFTER, "30");
            response
        }
        _ => redirect(&format!("{}/johnson/errors.action", site.context)),
    }
}

fn from_nginx(mut response: Response<Body>) -> Response<Body> {
    set(&mut response, header::SERVER, "nginx");
    response
}

fn nginx_page(title: &str) -> String {
    format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}

const NGINX_WELCOME: &str = "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n\
<h1>Welcome to nginx!</h1>\n<p>This server has no site yet.</p>\n</body>\n</html>\n";

/// Jira speaks Seraph as well and has a manifest, which names itself.
fn jira(site: &Site, path: &str, request: &Request) -> Response<Body> {
    let base = site.base();
    let mut response = match path {
        "/status" => json(&json!({ "state": "RUNNING" })),
        "/rest/applinks/1.0/manifest" if accepts_json(request.headers()) => json(&json!({
            "id": "5b1f0c52-7b39-3d6c-8a86-3f1f6a1d7c11", "name": "Brackwater Jira", "typeId": "jira", "version": "9.12.8",
            "buildNumber": 912_008, "applinksVersion": "9.1.9", "publicSignup": false, "url": base,
        })),
        "/rest/applinks/1.0/manifest" => of_type(
            StatusCode::OK,
            "application/xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><manifest><name>Brackwater Jira</name>\
                 <typeId>jira</typeId><version>9.12.8</version><url>{base}</url></manifest>"
            ),
        ),
        "/rest/api/2/serverInfo" => json(&json!({
            "baseUrl": base, "version": "9.12.8", "versionNumbers": [9, 12, 8], "deploymentType": "Server",
            "buildNumber": 912_008, "serverTitle": "Brackwater Jira",
        })),
        _ if path.starts_with("/rest/") => {
            json_with(StatusCode::NOT_FOUND, &json!({ "message": format!("null for uri: {base}{path}"), "status-code": 404 }))
        }
        "/" | "/secure/Dashboard.jspa" | "/login.jsp" => html(
            StatusCode::OK,
            "<!DOCTYPE html><html><head><title>System Dashboard - Brackwater Jira</title>\
             <meta name=\"application-name\" content=\"JIRA\" data-name=\"jira\" data-version=\"9.12.8\">\
             </head><body id=\"jira\"></body></html>",
        ),
        _ => tomcat(StatusCode::NOT_FOUND, "The page does not exist"),
    };
    let who = basic_user(request);
    set(&mut response, HeaderName::from_static("x-ausername"), who.map_or("anonymous", Who::username));
    set(&mut response, HeaderName::from_static("x-arequestid"), &now_in_milliseconds());
    response
}

/// The owner of the Basic credential, if it is a right one.
fn basic_user(request: &Request) -> Option<Who> {
    use base64::Engine as _;
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let pair = base64::engine::general_purpose::STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    Who::find(|who| pair == format!("{}:{}", who.username(), who.password()).into_bytes())
}
