//! Signing in through Confluence's own login form, and out again.

use axum::Form;
use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::Response as AxumResponse;

use super::accounts::{PAGE_HINT, Who};
use super::answers::{encode, escape, html, redirect, set};
use super::auth::{Rejection, check_password};
use super::pages::frame;
use super::session::{self, SessionId, open_session};
use super::site::{Params, Site, Visit};
use super::switches::Front;

/// `/login.action`.
pub(crate) async fn form(visit: Visit, Query(params): Query<Params>) -> Response<Body> {
    let back = params.get("os_destination").map_or("/index.action", String::as_str);
    html(StatusCode::OK, page(&visit, back, None))
}

/// `POST /dologin.action`. A wrong password shows the form again, with status 200.
pub(crate) async fn submit(visit: Visit, Form(fields): Form<Params>) -> AxumResponse {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    // Since 9.0 every form needs the token of its session (release notes, "Struts XSRF protection").
    let is_own = visit.session.as_ref().is_some_and(|session| session.form_token() == field("atl_token"));
    if visit.site.version().draws_login_by_script() && !is_own {
        return xsrf_failed(&visit);
    }
    let name = field("os_username");
    if field("captchaResponse").trim().eq_ignore_ascii_case(CAPTCHA) {
        forgive(&visit.site, name);
    }
    match check_password(&visit.site, name, &Who::typed(name, field("os_password"))) {
        Ok(who) => welcome(&visit, who, field("os_destination"), field("os_cookie") == "true"),
        Err(reason) => {
            let mut response = html(StatusCode::OK, page(&visit, field("os_destination"), Some(reason)));
            set(&mut response, HeaderName::from_static("x-seraph-loginreason"), reason.header());
            response
        }
    }
}

/// A form that was not ours, or is older than its session.
pub(crate) fn xsrf_failed(visit: &Visit) -> AxumResponse {
    let body = "<h1>XSRF Security Token Missing</h1><p>Your session has expired. Go back, reload the page and try again.</p>";
    html(StatusCode::FORBIDDEN, frame(visit, "XSRF Security Token Missing", None, None, body))
}

/// `/logout.action`.
pub(crate) async fn leave(visit: Visit) -> AxumResponse {
    session::end(&visit.site, &visit.parts.headers);
    let mut response = redirect(&format!("{}/login.action?logout=true", visit.site.context));
    set(&mut response, HeaderName::from_static("x-seraph-loginreason"), "OUT");
    set(&mut response, HeaderName::from_static("x-ausername"), "anonymous");
    add_cookie(&mut response, &open_session(&visit.site, None));
    add_cookie(&mut response, &session::forget(&visit.site, &visit.parts.headers));
    response
}

fn add_cookie(response: &mut AxumResponse, cookie: &str) {
    response.headers_mut().extend(HeaderValue::from_str(cookie).ok().map(|value| (header::SET_COOKIE, value)));
}

/// Only ever back into this site.
pub(crate) fn within(back: &str) -> &str {
    if back.starts_with('/') && !back.starts_with("//") { back } else { "/index.action" }
}

/// The letters of every CAPTCHA here.
const CAPTCHA: &str = "TIDE";

/// Forgets the wrong passwords of one person.
pub(crate) fn forgive(site: &Site, name: &str) {
    site.memory().failures.retain(|user, _| !user.eq_ignore_ascii_case(name));
}

/// Opens a session with a new ID, as protection against session fixation demands; the old one is gone.
pub(crate) fn welcome(visit: &Visit, who: Who, back: &str, stays: bool) -> AxumResponse {
    session::end(&visit.site, &visit.parts.headers);
    let mut response = redirect(&format!("{}{}", visit.site.context, within(back)));
    add_cookie(&mut response, &open_session(&visit.site, Some(who)));
    if stays {
        add_cookie(&mut response, &session::remember(&visit.site, who));
    }
    set(&mut response, HeaderName::from_static("x-ausername"), who.username());
    set(&mut response, HeaderName::from_static("x-seraph-loginreason"), "OK");
    response
}

fn page(visit: &Visit, back: &str, problem: Option<Rejection>) -> String {
    let context = &visit.site.context;
    let token = visit.session.as_ref().map(SessionId::form_token).unwrap_or_default();
    let (note, letters) = match problem {
        None => ("", ""),
        Some(Rejection::Unlicensed) => ("<p role=\"alert\">You do not have permission to use Confluence.</p>", ""),
        Some(reason) if reason.is_denied() => (
            "<p role=\"alert\">Please also type the letters you see: TIDE</p>",
            "<label>Letters <input id=\"captcha\" name=\"captchaResponse\"></label>",
        ),
        Some(_) => ("<p role=\"alert\">Sorry, your username and/or password are incorrect. Please try again.</p>", ""),
    };
    let form = format!(
        "<form id=\"login\" name=\"loginform\" method=\"POST\" action=\"{context}/dologin.action\">\
         <label>Username <input id=\"os_username\" name=\"os_username\"></label>\
         <label>Password <input id=\"os_password\" name=\"os_password\" type=\"password\"></label>{letters}\
         <label><input id=\"os_cookie\" name=\"os_cookie\" type=\"checkbox\" value=\"true\"> Remember me</label>\
         <input type=\"hidden\" name=\"os_destination\" value=\"{}\"><input type=\"hidden\" name=\"atl_token\" value=\"{token}\">\
         <input id=\"loginButton\" name=\"login\" type=\"submit\" value=\"Log in\"></form>",
        escape(back)
    );
    let button = if visit.site.switches().front == Front::IdpPopup { popup_button(context, back) } else { String::new() };
    let body = if visit.site.version().draws_login_by_script() {
        // A client that reads only the HTML finds no form, as with the real 9.x.
        let drawn = serde_json::Value::from(form).to_string().replace("</", "<\\/").replace("<form", "\\u003cform");
        format!(
            "{PAGE_HINT}{note}{button}<div id=\"login-root\"></div><script>document.getElementById('login-root').innerHTML={drawn};</script>"
        )
    } else {
        format!("{PAGE_HINT}{note}{button}{form}")
    };
    frame(visit, "Log In", None, None, &body)
}

/// Opens the identity provider in a window of its own.
fn popup_button(context: &str, back: &str) -> String {
    let address = format!("{context}/plugins/servlet/external-login?popup=true&destination={}", encode(back));
    let address = serde_json::Value::from(address).to_string().replace("</", "<\\/");
    format!(
        "<p><button id=\"sso\" type=\"button\">Continue with Brackwater ID</button></p><script>document.getElementById('sso')\
         .addEventListener('click', () => window.open({address}, 'sso', 'width=480,height=640'));</script>"
    )
}
