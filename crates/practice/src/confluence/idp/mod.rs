//! A small identity provider on its own origin: SAML, OpenID Connect, the sign-in of Atlassian Cloud and of a gate in front.
//!
//! It is one party for all of them, with a session of its own: whoever chose to stay signed in is sent straight back.

mod answer;
mod pages;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::{get, post};
use axum::{Form, Router};

use super::accounts::Who;
use super::answers::{html, tomcat};
use super::saml::AuthnRequest;
use super::session::cookie_of;
use super::site::{Params, Site};
use crate::markers::Kind;

/// Cookie of the identity provider's own session.
const SESSION: &str = "brackwater.id";

/// What the identity provider remembers.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Sign-ins that have begun here and are not finished.
    flows: BTreeMap<String, Flow>,
    /// Its own sessions.
    pub(crate) sessions: BTreeMap<String, Who>,
    /// Authorization codes of OpenID Connect, with the nonce they were asked for.
    pub(crate) codes: BTreeMap<String, (Who, String)>,
    /// One-time tickets for Cloud and for the gate.
    pub(crate) tickets: BTreeMap<String, Who>,
}

/// One sign-in that has begun.
#[derive(Debug, Clone)]
struct Flow {
    ask: Ask,
    /// The person, once the password was right.
    who: Option<Who>,
}

/// Who asks, and how the answer is to be given.
#[derive(Debug, Clone)]
enum Ask {
    Saml {
        request: AuthnRequest,
        relay: String,
    },
    Oidc {
        answer_at: String,
        state: String,
        nonce: String,
    },
    /// Cloud, which asks for the e-mail address and the password on two pages.
    Atlassian {
        back: String,
    },
    /// The gate in front.
    Access {
        back: String,
    },
}

pub(crate) fn router(site: &Arc<Site>) -> Router {
    Router::new()
        .route("/saml2", get(saml).post(saml_posted))
        .route("/oauth2/authorize", get(oidc))
        .route("/login", get(atlassian))
        .route("/cdn-cgi/access/login/{host}", get(access))
        .route("/sign-in", post(sign_in))
        .route("/stay", post(stay))
        .route("/sign-out", get(sign_out))
        .with_state(Arc::clone(site))
}

async fn saml(State(site): State<Arc<Site>>, headers: HeaderMap, Query(params): Query<Params>) -> Response<Body> {
    begin_saml(&site, &headers, &params)
}

async fn saml_posted(State(site): State<Arc<Site>>, headers: HeaderMap, Form(fields): Form<Params>) -> Response<Body> {
    begin_saml(&site, &headers, &fields)
}

fn begin_saml(site: &Site, headers: &HeaderMap, params: &Params) -> Response<Body> {
    let request = params.get("SAMLRequest").and_then(|text| AuthnRequest::decode(text));
    // An answer goes to the registered address and nowhere else.
    let Some(request) = request.filter(|request| request.consumer == super::saml::consumer(site)) else {
        return tomcat(StatusCode::BAD_REQUEST, "This is no SAML request of a known service provider");
    };
    let relay = params.get("RelayState").cloned().unwrap_or_default();
    begin(site, headers, Ask::Saml { request, relay })
}

async fn oidc(State(site): State<Arc<Site>>, headers: HeaderMap, Query(params): Query<Params>) -> Response<Body> {
    let param = |name: &str| params.get(name).cloned().unwrap_or_default();
    let answer_at = format!("{}/plugins/servlet/oidc/callback", site.address());
    let is_ours = param("client_id") == "brackwater-wiki" && param("redirect_uri") == answer_at && param("response_type") == "code";
    if !is_ours || param("nonce").is_empty() {
        return tomcat(StatusCode::BAD_REQUEST, "This client or its redirect address is not registered");
    }
    begin(&site, &headers, Ask::Oidc { answer_at, state: param("state"), nonce: param("nonce") })
}

async fn atlassian(State(site): State<Arc<Site>>, headers: HeaderMap, Query(params): Query<Params>) -> Response<Body> {
    let back = params.get("continue").cloned().unwrap_or_default();
    if !back.starts_with(&format!("{}/", site.origin)) {
        return tomcat(StatusCode::BAD_REQUEST, "This is no address of a site");
    }
    begin(&site, &headers, Ask::Atlassian { back })
}

async fn access(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    Path(_host): Path<String>,
    Query(params): Query<Params>,
) -> Response<Body> {
    let back = params.get("redirect_url").cloned().unwrap_or_default();
    if !back.starts_with('/') || back.starts_with("//") {
        return tomcat(StatusCode::BAD_REQUEST, "This is no path of an application");
    }
    begin(&site, &headers, Ask::Access { back })
}

fn begin(site: &Site, headers: &HeaderMap, ask: Ask) -> Response<Body> {
    let known = cookie_of(headers, SESSION).and_then(|session| site.memory().idp.sessions.get(&session).copied());
    if let Some(who) = known {
        return answer::give(site, &ask, who);
    }
    let id = format!("{:032x}", rand::random::<u128>());
    let flow = Flow { ask, who: None };
    let page = pages::sign_in(&flow.ask, &id, None, "");
    site.memory().idp.flows.insert(id, flow);
    html(StatusCode::OK, page)
}

/// The form of the sign-in page.
async fn sign_in(State(site): State<Arc<Site>>, Form(fields): Form<Params>) -> Response<Body> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let (id, name) = (field("flow"), field("user"));
    let Some(flow) = site.memory().idp.flows.get(id).cloned() else {
        return tomcat(StatusCode::BAD_REQUEST, "This sign-in has expired");
    };
    let show = |user: Option<&str>, note: &str| html(StatusCode::OK, pages::sign_in(&flow.ask, id, user, note));
    let found = Who::find(|who| who.username().eq_ignore_ascii_case(name) || who.email().eq_ignore_ascii_case(name));
    let Some(password) = fields.get("password") else {
        let note = "<p role=\"alert\">There is no such account.</p>";
        return if found.is_some() { show(Some(name), "") } else { show(None, note) };
    };
    let Some(who) = found.filter(|who| who.password() == Who::typed(name, password)) else {
        let user = matches!(flow.ask, Ask::Atlassian { .. }).then_some(name);
        return show(user, "<p role=\"alert\">That is not the right password.</p>");
    };
    if let Ask::Saml { .. } | Ask::Oidc { .. } = flow.ask {
        let page = pages::stay(id);
        site.memory().idp.flows.insert(id.to_owned(), Flow { who: Some(who), ..flow });
        return html(StatusCode::OK, page);
    }
    site.memory().idp.flows.remove(id);
    remembering(&site, who, false, answer::give(&site, &flow.ask, who))
}

/// "Stay signed in?"
async fn stay(State(site): State<Arc<Site>>, Form(fields): Form<Params>) -> Response<Body> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let flow = site.memory().idp.flows.remove(field("flow"));
    let Some((flow, who)) = flow.and_then(|flow| flow.who.map(|who| (flow, who))) else {
        return tomcat(StatusCode::BAD_REQUEST, "This sign-in has expired");
    };
    remembering(&site, who, field("stay") == "yes", answer::give(&site, &flow.ask, who))
}

/// Ends the identity provider's session.
async fn sign_out(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response<Body> {
    if let Some(session) = cookie_of(&headers, SESSION) {
        site.memory().idp.sessions.remove(&session);
    }
    html(StatusCode::OK, pages::signed_out())
}

/// Opens the identity provider's own session, which outlives the browser's window if the person wants to stay.
fn remembering(site: &Site, who: Who, stays: bool, mut response: Response<Body>) -> Response<Body> {
    let session = Kind::Session.of(format_args!("ID-{:032x}", rand::random::<u128>()));
    let age = if stays { "; Max-Age=7776000" } else { "" };
    let cookie = HeaderValue::from_str(&format!("{SESSION}={session}; Path=/{age}; HttpOnly"));
    site.memory().idp.sessions.insert(session, who);
    response.headers_mut().extend(cookie.ok().map(|value| (header::SET_COOKIE, value)));
    response
}
