//! Signing in through pages: the login form, and the return from the identity provider.

use axum::Form;
use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderName, Response, StatusCode, header};
use axum::response::Response as AxumResponse;

use super::accounts::{PAGE_HINT, Who};
use super::answers::{escape, html, redirect, set, tomcat};
use super::auth::{Rejection, check_password, open_session, session_of};
use super::pages::frame;
use super::site::{Params, Site, Visit};

/// `/login.action`.
pub(crate) async fn form(visit: Visit, Query(params): Query<Params>) -> Response<Body> {
    let back = params.get("os_destination").map_or("/index.action", String::as_str);
    html(StatusCode::OK, page(&visit, back, None))
}

/// `POST /dologin.action`. A wrong password shows the form again, with status 200.
pub(crate) async fn submit(visit: Visit, Form(fields): Form<Params>) -> AxumResponse {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let name = field("os_username");
    // People solve the CAPTCHA in the form; the practice one takes any text.
    if !field("captchaResponse").is_empty() {
        forgive(&visit.site, name);
    }
    match check_password(&visit.site, name, &Who::typed(name, field("os_password"))) {
        Ok(who) => welcome(&visit, who, field("os_destination")),
        Err(reason) => {
            let mut response = html(StatusCode::OK, page(&visit, field("os_destination"), Some(reason)));
            set(&mut response, HeaderName::from_static("x-seraph-loginreason"), reason.header());
            response
        }
    }
}

/// `POST /plugins/servlet/samlconsumer`: takes the identity provider's one-time answer.
pub(crate) async fn saml(visit: Visit, Form(fields): Form<Params>) -> AxumResponse {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let who = visit.site.memory().tickets.remove(field("SAMLResponse"));
    match who {
        Some(who) if who.is_licensed() => welcome(&visit, who, field("RelayState")),
        Some(_) => html(StatusCode::FORBIDDEN, frame(&visit, "No access", None, None, "<h1>You have no access</h1>")),
        None => tomcat(StatusCode::BAD_REQUEST, "The SAML response is not valid"),
    }
}

/// `/logout.action`.
pub(crate) async fn leave(visit: Visit) -> AxumResponse {
    if let Some(session) = session_of(&visit.parts.headers) {
        visit.site.memory().sessions.remove(&session);
    }
    let mut response = redirect(&format!("{}/login.action?logout=true", visit.site.context));
    set(&mut response, HeaderName::from_static("x-seraph-loginreason"), "OUT");
    let cookie = open_session(&visit.site, None);
    set(&mut response, header::SET_COOKIE, &cookie);
    response
}

/// Forgets the wrong passwords of one person.
pub(crate) fn forgive(site: &Site, name: &str) {
    site.memory().failures.retain(|user, _| !user.eq_ignore_ascii_case(name));
}

/// Opens a session with a new ID, as protection against session fixation demands.
fn welcome(visit: &Visit, who: Who, back: &str) -> AxumResponse {
    // Only ever back into this site.
    let back = if back.starts_with('/') && !back.starts_with("//") { back } else { "/index.action" };
    let mut response = redirect(&format!("{}{back}", visit.site.context));
    let cookie = open_session(&visit.site, Some(who));
    set(&mut response, header::SET_COOKIE, &cookie);
    set(&mut response, HeaderName::from_static("x-ausername"), who.username());
    set(&mut response, HeaderName::from_static("x-seraph-loginreason"), "OK");
    response
}

fn page(visit: &Visit, back: &str, problem: Option<Rejection>) -> String {
    let context = &visit.site.context;
    let note = match problem {
        None => "",
        Some(Rejection::Unlicensed) => "<p role=\"alert\">You do not have permission to use Confluence.</p>",
        Some(reason) if reason.is_denied() => {
            "<p role=\"alert\">Please also type the letters you see: TIDE</p>\
             <label>Letters <input name=\"captchaResponse\" form=\"login\"></label>"
        }
        Some(_) => "<p role=\"alert\">Sorry, your username and/or password are incorrect. Please try again.</p>",
    };
    let form = format!(
        "<form id=\"login\" name=\"loginform\" method=\"POST\" action=\"{context}/dologin.action\">\
         <label>Username <input id=\"os_username\" name=\"os_username\"></label>\
         <label>Password <input id=\"os_password\" name=\"os_password\" type=\"password\"></label>\
         <input type=\"hidden\" name=\"os_destination\" value=\"{}\">\
         <input id=\"loginButton\" name=\"login\" type=\"submit\" value=\"Log in\"></form>",
        escape(back)
    );
    let body = if visit.site.version().draws_login_by_script() {
        // A client that reads only the HTML finds no form, as with the real 9.x.
        let drawn = serde_json::Value::from(form).to_string().replace("</", "<\\/").replace("<form", "\\u003cform");
        format!("{PAGE_HINT}{note}<div id=\"login-root\"></div><script>document.getElementById('login-root').innerHTML={drawn};</script>")
    } else {
        format!("{PAGE_HINT}{note}{form}")
    };
    frame(visit, "Log In", None, None, &body)
}
