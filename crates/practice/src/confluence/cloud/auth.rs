//! How a Cloud site and the gateway find out who is asking.
//!
//! A site answers 403 for a wrong pair and for a missing one alike, and 403 also for a person without access: the status does
//! not tell them apart. Where the site is open to the public, a wrong pair simply reads as an anonymous visitor.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, Response, StatusCode, header};
use axum::middleware::Next;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::super::accounts::Who;
use super::super::answers::{encode, json_with, of_type, redirect, set};
use super::super::session::signed_in;
use super::super::site::{Caller, Site};
use super::super::switches::RateLimit;

/// Which of the two origins a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// `https://brackwater.atlassian.net`
    Site,
    /// `https://api.atlassian.com`
    Gateway,
}

pub(crate) async fn identify(State((site, door)): State<(Arc<Site>, Door)>, mut request: Request, next: Next) -> Response<Body> {
    if let Some(refusal) = rate_limited(&site) {
        return refusal;
    }
    let who = match door {
        Door::Site => at_site(&site, &request),
        Door::Gateway => at_gateway(&site, &request),
    };
    let who = match who {
        Ok(who) => who,
        Err(refusal) => return *refusal,
    };
    let is_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_write && !request.headers().contains_key("x-atlassian-token") {
        return of_type(StatusCode::FORBIDDEN, "text/plain;charset=UTF-8", "XSRF check failed");
    }
    let by_session = door == Door::Site && who.is_some() && !request.headers().contains_key(header::AUTHORIZATION);
    request.extensions_mut().insert(Caller { who, by_session });
    next.run(request).await
}

fn at_site(site: &Site, request: &Request) -> Result<Option<Who>, Box<Response<Body>>> {
    let path = request.uri().path();
    let closed = || Box::new(cannot_access(path));
    let who = match credential(request.headers()) {
        Credential::None => signed_in(site, request.headers()),
        Credential::Bearer(_) => return Err(closed()),
        Credential::Unreadable => {
            let mut refusal = json_with(StatusCode::UNAUTHORIZED, &json!({ "statusCode": 401, "message": "Unauthorized" }));
            set(&mut refusal, header::WWW_AUTHENTICATE, &format!("OAuth realm=\"{}\"", encode(&site.base())));
            return Err(Box::new(refusal));
        }
        // Scoped tokens are for the gateway alone.
        Credential::Basic(email, token) if owner(&email, &token, Who::scoped_token).is_some() => {
            return Err(Box::new(json_with(StatusCode::UNAUTHORIZED, &json!({ "code": 401, "message": "Unauthorized" }))));
        }
        Credential::Basic(email, token) => owner(&email, &token, Who::api_token),
    };
    let is_open = site.switches().anonymous;
    match who {
        Some(who) if who.is_licensed() => Ok(Some(who)),
        None if is_open => Ok(None),
        None if path == "/" || path == "/home" => {
            let back = encode(&format!("{}/home", site.address()));
            Err(Box::new(redirect(&format!("{}/login?continue={back}&application=confluence", site.idp))))
        }
        Some(_) | None => Err(closed()),
    }
}

/// The gateway takes scoped tokens as Basic and as Bearer, and calls everything else unauthorized.
fn at_gateway(site: &Site, request: &Request) -> Result<Option<Who>, Box<Response<Body>>> {
    let unauthorized = |message: &str| json_with(StatusCode::UNAUTHORIZED, &json!({ "code": 401, "message": message }));
    let who = match credential(request.headers()) {
        Credential::Basic(email, token) => owner(&email, &token, Who::scoped_token),
        Credential::Bearer(token) => Who::find(|who| who.scoped_token() == token),
        Credential::None | Credential::Unreadable => None,
    };
    let who = who.filter(|who| who.is_licensed()).ok_or_else(|| Box::new(unauthorized("Unauthorized")))?;
    if scope_of(request.uri().path()).is_none_or(|scope| site.switches().missing_scopes.contains(&scope)) {
        let mut refusal = unauthorized("Unauthorized; scope does not match");
        set(&mut refusal, HeaderName::from_static("x-failure-category"), "FAILURE_CLIENT_SCOPE_CHECK");
        return Err(Box::new(refusal));
    }
    Ok(Some(who))
}

/// The scope that a call takes: a classic one for the first version of the API, a granular one for the second (the `OpenAPI`
/// descriptions of both). Files are not the gateway's business, except through the API.
fn scope_of(path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    Some(match parts.as_slice() {
        ["rest", "api", "user", "memberof"] | ["rest", "api", "group", ..] => "read:confluence-groups",
        ["rest", "api", "user", ..] => "read:confluence-user",
        ["rest", "api", "space", _, "content", ..] => "read:confluence-content.all",
        ["rest", "api", "space", ..] => "read:confluence-space.summary",
        ["rest", "api", "content", _, "restriction", ..] => "read:confluence-content.permission",
        ["rest", "api", "content", _, "child", "attachment", _, "download"] => "readonly:content.attachment:confluence",
        ["rest", "api", "content", _, "child", "attachment"] => "read:confluence-content.summary",
        ["rest", "api", "content", ..] => "read:confluence-content.all",
        ["rest", "api", "search"] => "search:confluence",
        ["rest", "api", "settings", ..] => "manage:confluence-configuration",
        ["api", "v2", "spaces", _, "pages"] | ["api", "v2", "pages", _] => "read:page:confluence",
        ["api", "v2", "pages", _, "attachments"] => "read:attachment:confluence",
        ["api", "v2", "spaces", ..] => "read:space:confluence",
        ["api", "v2", "admin-key"] => "read:configuration:confluence",
        _ => return None,
    })
}

enum Credential {
    None,
    Bearer(String),
    Basic(String, String),
    Unreadable,
}

fn credential(headers: &HeaderMap) -> Credential {
    let Some(value) = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
        return Credential::None;
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Credential::Bearer(token.trim().to_owned()),
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => {
            let decoded = STANDARD.decode(pair.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            match decoded.as_deref().and_then(|pair| pair.split_once(':')) {
                Some((email, token)) if !email.is_empty() && !token.is_empty() => Credential::Basic(email.to_owned(), token.to_owned()),
                _ => Credential::Unreadable,
            }
        }
        _ => Credential::None,
    }
}

/// The owner of a Basic credential of the site, for Jira next door too.
pub(super) fn api_token_owner(headers: &HeaderMap) -> Option<Who> {
    match credential(headers) {
        Credential::Basic(email, token) => owner(&email, &token, Who::api_token),
        _ => None,
    }
}

fn owner(email: &str, token: &str, secret: fn(Who) -> String) -> Option<Who> {
    Who::find(|who| who.email().eq_ignore_ascii_case(email) && secret(who) == token)
}

fn cannot_access(path: &str) -> Response<Body> {
    let message = if path.starts_with("/rest/api/search") {
        "Current user not permitted to use Confluence"
    } else {
        "com.atlassian.confluence.mvc.rest.common.exception.StacklessResponseStatusException: 403 FORBIDDEN \
         \"Request rejected because caller cannot access Confluence\""
    };
    json_with(StatusCode::FORBIDDEN, &json!({ "statusCode": 403, "message": message }))
}

fn rate_limited(site: &Site) -> Option<Response<Body>> {
    // "Block all" is a rule of Data Center only.
    if site.switches().rate_limit == RateLimit::Blocked {
        return None;
    }
    let retry_after = site.take_rate_limit()?;
    let mut response = of_type(StatusCode::TOO_MANY_REQUESTS, "application/json", Body::empty());
    for (name, value) in [
        ("retry-after", retry_after.as_str()),
        ("x-ratelimit-limit", "100"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-nearlimit", "true"),
        ("ratelimit-reason", "confluence-burst-based"),
    ] {
        set(&mut response, HeaderName::from_static(name), value);
    }
    Some(response)
}
