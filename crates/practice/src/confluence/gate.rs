//! A gate before Confluence, which wants something of its own beside Confluence's sign-in: a cookie, or a header.
//!
//! It knows nothing of Confluence and lets nothing through that it does not know, the API included. F5 BIG-IP APM sends people to
//! `/my.policy` on the same host and marks them with `MRHSession` on the path `/`; Cloudflare Access sends them to another origin,
//! marks them with `CF_Authorization` and lets programs in by two headers.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, Response, StatusCode, header};
use axum::middleware::Next;

use super::accounts::{PAGE_HINT, STYLE, Who};
use super::answers::{encode, escape, html, redirect, set};
use super::auth::NamedByGate;
use super::login::within;
use super::session::cookie_of;
use super::site::{Params, Site};
use super::switches::Front;
use crate::markers::Kind;

/// `CF-Access-Client-Id` that programs carry.
pub const GATE_CLIENT: &str = "wayleave.practice.access";
/// The header that [`Front::GateHeader`] wants.
pub const GATE_HEADER: &str = "x-gate-key";

/// The secret that programs carry to get through a gate: the value of `X-Gate-Key` and of `CF-Access-Client-Secret`.
pub fn gate_secret() -> String {
    Kind::ClientSecret.of("gate")
}

/// Lets through whom the gate knows.
pub(crate) async fn keep(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response<Body> {
    let front = site.switches().front;
    let Some(cookie) = cookie_name(front) else {
        let wants_key = matches!(front, Front::GateHeader | Front::NamingProxy);
        if wants_key && !carries(request.headers(), GATE_HEADER, &gate_secret()) {
            return from(html(StatusCode::FORBIDDEN, FORBIDDEN), "gate");
        }
        if front == Front::NamingProxy
            && let Some(who) = named_by_proxy(request.headers())
        {
            request.extensions_mut().insert(NamedByGate(who));
        }
        return next.run(request).await;
    };
    let path = request.uri().path();
    match (front, path) {
        (Front::GatePage, "/my.policy") => return policy(&site, request).await,
        (Front::GateAccess, "/cdn-cgi/access/authorized") => return authorized(&site, &request),
        _ => {}
    }
    let who = cookie_of(request.headers(), cookie).and_then(|session| site.memory().gate.get(&session).copied());
    let is_program = front == Front::GateAccess
        && carries(request.headers(), "cf-access-client-id", GATE_CLIENT)
        && carries(request.headers(), "cf-access-client-secret", &gate_secret());
    if let Some(who) = who.filter(|_| site.switches().gate_signs_in) {
        request.extensions_mut().insert(NamedByGate(who));
    }
    if who.is_some() || is_program {
        return next.run(request).await;
    }
    let wanted = encode(request.uri().path_and_query().map_or("/", |path| path.as_str()));
    if front == Front::GatePage {
        return from(redirect(&format!("/my.policy?back={wanted}")), "BigIP");
    }
    if request.headers().contains_key("cf-access-client-id") {
        return from(html(StatusCode::FORBIDDEN, FORBIDDEN), "cloudflare");
    }
    from(redirect(&format!("{}/cdn-cgi/access/login/wiki.brackwater.example?redirect_url={wanted}", site.idp)), "cloudflare")
}

fn cookie_name(front: Front) -> Option<&'static str> {
    match front {
        Front::GatePage => Some("MRHSession"),
        Front::GateAccess => Some("CF_Authorization"),
        _ => None,
    }
}

fn named_by_proxy(headers: &HeaderMap) -> Option<Who> {
    let name = headers.get("x-remote-user")?.to_str().ok()?;
    Who::find(|who| who.username() == name)
}

fn carries(headers: &HeaderMap, name: &str, value: &str) -> bool {
    headers.get(name).is_some_and(|given| given.as_bytes() == value.as_bytes())
}

fn from(mut response: Response<Body>, server: &str) -> Response<Body> {
    set(&mut response, header::SERVER, server);
    response
}

/// The gate's own sign-in page.
async fn policy(site: &Site, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let text = if parts.method == Method::POST {
        to_bytes(body, 64 * 1024).await.unwrap_or_default()
    } else {
        parts.uri.query().unwrap_or_default().to_owned().into()
    };
    let fields: Params = url::form_urlencoded::parse(&text).into_owned().collect();
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    if parts.method != Method::POST {
        return from(html(StatusCode::OK, page(field("back"), "")), "BigIP");
    }
    let name = field("username");
    let found = Who::find(|who| who.username().eq_ignore_ascii_case(name));
    match found.filter(|who| who.password() == Who::typed(name, field("password"))) {
        Some(who) => from(admit(site, who, "MRHSession", field("back")), "BigIP"),
        None => from(html(StatusCode::OK, page(field("back"), "<p role=\"alert\">The logon attempt failed.</p>")), "BigIP"),
    }
}

/// Back from the sign-in on the other origin.
fn authorized(site: &Site, request: &Request) -> Response<Body> {
    let query: Params = url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).into_owned().collect();
    let ticket = query.get("ticket").map(String::as_str).unwrap_or_default();
    let who = site.memory().idp.tickets.remove(ticket);
    match who {
        Some(who) => from(admit(site, who, "CF_Authorization", query.get("redirect_url").map_or("/", String::as_str)), "cloudflare"),
        None => from(html(StatusCode::FORBIDDEN, FORBIDDEN), "cloudflare"),
    }
}

fn admit(site: &Site, who: Who, cookie: &str, back: &str) -> Response<Body> {
    let session = Kind::Session.of(format_args!("GATE-{:032x}", rand::random::<u128>()));
    let mut response = redirect(within(back));
    set(&mut response, HeaderName::from_static("set-cookie"), &format!("{cookie}={session}; Path=/; HttpOnly"));
    site.memory().gate.insert(session, who);
    response
}

fn page(back: &str, note: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>Brackwater remote access (practice)</title>{STYLE}</head><body><h1>Brackwater remote access</h1>\
         {PAGE_HINT}{note}<form method=\"post\" action=\"/my.policy\" id=\"auth_form\"><label>Username <input id=\"username\" name=\"username\">\
         </label><label>Password <input id=\"password\" name=\"password\" type=\"password\"></label>\
         <input type=\"hidden\" name=\"back\" value=\"{}\"><button id=\"logon\">Logon</button></form></body></html>",
        escape(back)
    )
}

const FORBIDDEN: &str = "<!DOCTYPE html><html><head><title>403 Forbidden</title></head><body><h1>Forbidden</h1>\
<p>You don't have permission to view this. Contact your system administrator.</p></body></html>";
