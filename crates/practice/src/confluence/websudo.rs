//! Secure administrator sessions ("WebSudo"): administrators are asked for their password once more.

use axum::Form;
use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderName, Response, StatusCode};

use super::accounts::Who;
use super::answers::{encode, escape, html, redirect, set};
use super::auth::check_password;
use super::pages::frame;
use super::site::{Params, Visit};

/// `/admin/…`: for administrators, behind a secure session where that is on.
pub(crate) async fn administration(visit: Visit) -> Response<Body> {
    let context = &visit.site.context;
    if !visit.is_admin() {
        return redirect(&format!("{context}/login.action?permissionViolation=true"));
    }
    if visit.site.switches().websudo && !visit.is_elevated() {
        let back = encode(visit.parts.uri.path());
        return redirect(&format!("{context}/authenticate.action?destination={back}"));
    }
    html(StatusCode::OK, frame(&visit, "Administration Console", None, None, "<h1>Administration Console</h1>"))
}

/// The page that asks for the password.
pub(crate) async fn form(visit: Visit, Query(params): Query<Params>) -> Response<Body> {
    let back = params.get("destination").map_or("/admin/console.action", String::as_str);
    html(StatusCode::OK, page(&visit, back, ""))
}

/// `POST /doauthenticate.action`. Needs a session, so nobody gets here with a token.
pub(crate) async fn submit(visit: Visit, Form(fields): Form<Params>) -> Response<Body> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let (Some(who), Some(session)) = (visit.who.filter(|who| visit.by_session && who.is_admin()), &visit.session) else {
        return redirect(&format!("{}/login.action?permissionViolation=true", visit.site.context));
    };
    if field("atl_token") != session.form_token() {
        return super::login::xsrf_failed(&visit);
    }
    let name = who.username();
    match check_password(&visit.site, name, &Who::typed(name, field("password"))) {
        Ok(_) => {
            visit.site.memory().elevated.insert(session.0.clone());
            let mut response = redirect(&format!("{}{}", visit.site.context, super::login::within(field("destination"))));
            set(&mut response, HeaderName::from_static("x-atlassian-websudo"), "Has-Authentication");
            response
        }
        Err(_) => html(StatusCode::OK, page(&visit, field("destination"), "<p role=\"alert\">Incorrect password.</p>")),
    }
}

fn page(visit: &Visit, back: &str, note: &str) -> String {
    let token = visit.session.as_ref().map(super::session::SessionId::form_token).unwrap_or_default();
    let form = format!(
        "{note}<p>You are requesting access to an administrative function in Confluence and are required to confirm your password.</p>\
         <form action=\"{}/doauthenticate.action\" method=\"POST\" name=\"authenticateform\">\
         <label>Password <input type=\"password\" id=\"password\" name=\"password\"></label>\
         <input type=\"hidden\" name=\"destination\" value=\"{}\"><input type=\"hidden\" name=\"atl_token\" value=\"{token}\">\
         <input id=\"authenticateButton\" type=\"submit\" value=\"Confirm\"></form>",
        visit.site.context,
        escape(back)
    );
    frame(visit, "Administrator Access", None, None, &form)
}
