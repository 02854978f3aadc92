//! A small identity provider on its own origin: a sign-in page that sends people back with a one-time answer.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::routing::get;
use axum::{Form, Router, extract::Query};

use super::accounts::{PAGE_HINT, STYLE, Who};
use super::answers::{escape, html};
use super::site::{Params, Site};

pub(crate) fn router(site: &Arc<Site>) -> Router {
    Router::new().route("/saml2", get(ask).post(answer)).with_state(Arc::clone(site))
}

async fn ask(Query(params): Query<Params>) -> Response<Body> {
    html(StatusCode::OK, page(relay(&params), ""))
}

/// Both the automatic post from Confluence and the form of [`page`] come here.
async fn answer(State(site): State<Arc<Site>>, Form(fields): Form<Params>) -> Response<Body> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    if field("user").is_empty() {
        return html(StatusCode::OK, page(relay(&fields), ""));
    }
    let name = field("user");
    let found = Who::find(|who| who.username() == name || who.email().eq_ignore_ascii_case(name));
    let Some(who) = found.filter(|who| who.password() == Who::typed(name, field("password"))) else {
        return html(StatusCode::OK, page(relay(&fields), "<p role=\"alert\">That is not the right password.</p>"));
    };
    let ticket = format!("{:032x}", rand::random::<u128>());
    site.memory().tickets.insert(ticket.clone(), who);
    html(
        StatusCode::OK,
        format!(
            "<!DOCTYPE html><html><head><title>Signing in…</title></head><body onload=\"document.forms[0].submit()\">\
             <form action=\"{}/plugins/servlet/samlconsumer\" method=\"post\">\
             <input type=\"hidden\" name=\"SAMLResponse\" value=\"{ticket}\"/>\
             <input type=\"hidden\" name=\"RelayState\" value=\"{}\"/></form></body></html>",
            site.address(),
            escape(relay(&fields))
        ),
    )
}

fn relay(params: &Params) -> &str {
    params.get("RelayState").map_or("/", String::as_str)
}

fn page(relay: &str, note: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>Sign in - Brackwater ID (practice)</title>{STYLE}</head><body>\
         <h1>Brackwater ID</h1>{PAGE_HINT}{note}<form method=\"post\" action=\"/saml2\"><label>User <input id=\"user\" name=\"user\"></label>\
         <label>Password <input id=\"password\" name=\"password\" type=\"password\"></label>\
         <input type=\"hidden\" name=\"RelayState\" value=\"{}\"><button>Sign in</button></form></body></html>",
        escape(relay)
    )
}
