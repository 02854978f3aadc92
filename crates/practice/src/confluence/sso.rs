//! Single sign-on as Confluence sees it: people are sent away to the identity provider, and come back with its answer.

use axum::Form;
use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::accounts::Who;
use super::answers::{encode, escape, html, redirect, tomcat};
use super::login::{welcome, within};
use super::pages::frame;
use super::saml::{self, AuthnRequest};
use super::session::cookie_of;
use super::site::{Awaited, Params, Site, Visit};

/// Cookie that ties an OpenID Connect sign-in to the browser that began it.
const STATE: &str = "sso.state";

/// Writes down that an answer is awaited, and gives back the request with the state that must come back beside the answer.
fn await_answer(site: &Site, back: &str, in_popup: bool) -> (AuthnRequest, String) {
    let request = AuthnRequest::new(site);
    let relay = format!("{:032x}", rand::random::<u128>());
    let awaited = Awaited { relay: relay.clone(), back: back.to_owned(), in_popup };
    site.memory().awaited.insert(request.id.clone(), awaited);
    (request, relay)
}

/// 302 with a SAML request.
pub(crate) fn by_redirect(site: &Site, back: &str, in_popup: bool) -> Response<Body> {
    let (request, relay) = await_answer(site, back, in_popup);
    redirect(&format!("{}/saml2?SAMLRequest={}&RelayState={relay}", site.idp, encode(&request.encode())))
}

/// A page that posts a SAML request by itself.
pub(crate) fn by_post(site: &Site, back: &str) -> Response<Body> {
    let (request, relay) = await_answer(site, back, false);
    let fields = [("SAMLRequest", request.encode()), ("RelayState", relay)];
    html(StatusCode::OK, posting_itself(&format!("{}/saml2", site.idp), &fields))
}

/// 302 with an OpenID Connect request; proof key and nonce hang on the state here.
pub(crate) fn by_oidc(site: &Site, back: &str) -> Response<Body> {
    let (request, relay) = await_answer(site, back, false);
    let answer_at = encode(&format!("{}/plugins/servlet/oidc/callback", site.address()));
    let mut response = redirect(&format!(
        "{}/oauth2/authorize?client_id=brackwater-wiki&response_type=code&scope=openid&redirect_uri={answer_at}&state={relay}&nonce={}",
        site.idp, request.id
    ));
    let cookie = format!("{STATE}={relay}; Path=/; Max-Age=600; HttpOnly");
    response.headers_mut().extend(HeaderValue::from_str(&cookie).ok().map(|value| (header::SET_COOKIE, value)));
    response
}

/// A page that posts a form as soon as it is shown.
pub(crate) fn posting_itself(to: &str, fields: &[(&str, String)]) -> String {
    let fields = fields.iter().map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\"/>", escape(value)));
    format!(
        "<!DOCTYPE html><html><head><title>Signing in…</title></head><body><form action=\"{}\" method=\"post\">{}\
         <noscript><input type=\"submit\" value=\"Continue\"/></noscript></form><script>document.forms[0].submit()</script></body></html>",
        escape(to),
        fields.collect::<String>()
    )
}

/// `/plugins/servlet/external-login`: where the button of the login page leads.
pub(crate) async fn start(visit: Visit, Query(params): Query<Params>) -> Response<Body> {
    let back = params.get("destination").map_or("/index.action", String::as_str);
    by_redirect(&visit.site, back, params.contains_key("popup"))
}

/// `POST /plugins/servlet/samlconsumer`: takes the identity provider's answer, once.
pub(crate) async fn saml(visit: Visit, Form(fields): Form<Params>) -> Response<Body> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let refused = || tomcat(StatusCode::BAD_REQUEST, "The SAML response is not valid");
    let Some(assertion) = saml::check(&visit.site, field("SAMLResponse")) else { return refused() };
    let Some(awaited) = visit.site.memory().awaited.remove(&assertion.in_response_to) else { return refused() };
    if awaited.relay == field("RelayState") { enter(&visit, assertion.who, &awaited) } else { refused() }
}

/// `/plugins/servlet/oidc/callback`: takes the authorization code, once, and only in the browser that asked for it.
pub(crate) async fn oidc(visit: Visit, headers: HeaderMap, Query(params): Query<Params>) -> Response<Body> {
    let param = |name: &str| params.get(name).map(String::as_str).unwrap_or_default();
    let refused = || tomcat(StatusCode::BAD_REQUEST, "The OpenID Connect response is not valid");
    let state = param("state");
    if state.is_empty() || cookie_of(&headers, STATE).as_deref() != Some(state) {
        return refused();
    }
    let mut memory = visit.site.memory();
    let Some((who, nonce)) = memory.idp.codes.remove(param("code")) else { return refused() };
    let awaited = memory.awaited.remove(&nonce).filter(|awaited| awaited.relay == state);
    drop(memory);
    awaited.map_or_else(refused, |awaited| enter(&visit, who, &awaited))
}

fn enter(visit: &Visit, who: Who, awaited: &Awaited) -> Response<Body> {
    if !who.is_licensed() {
        return html(StatusCode::FORBIDDEN, frame(visit, "No access", None, None, "<h1>You have no access</h1>"));
    }
    let mut response = welcome(visit, who, &awaited.back, false);
    if awaited.in_popup {
        // The window that opened this one goes on; this one has done its work.
        let back = serde_json::Value::from(format!("{}{}", visit.site.context, within(&awaited.back)));
        let page = format!(
            "<!DOCTYPE html><html><head><title>Signed in</title></head><body><p>You are signed in. You can close this window.</p>\
             <script>if (window.opener) {{ window.opener.location = {back}; window.close(); }}</script></body></html>"
        );
        let headers = std::mem::take(response.headers_mut());
        response = html(StatusCode::OK, page);
        response.headers_mut().extend(headers.into_iter().filter(|(name, _)| {
            let is_redirect = name.as_ref().is_some_and(|name| *name == header::LOCATION || *name == header::CONTENT_LENGTH);
            !is_redirect
        }));
    }
    response
}
