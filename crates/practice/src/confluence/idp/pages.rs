//! The identity provider's pages.

use super::super::accounts::{PAGE_HINT, STYLE};
use super::super::answers::escape;
use super::Ask;

/// The sign-in page: both fields, or one after the other where `ask` wants it so.
pub(super) fn sign_in(ask: &Ask, flow: &str, user: Option<&str>, note: &str) -> String {
    let password = "<label>Password <input id=\"password\" name=\"password\" type=\"password\" autofocus></label>";
    let (title, fields, button) = match (ask, user) {
        (Ask::Atlassian { .. }, None) => (
            "Log in to continue - Atlassian account",
            "<label>Email <input id=\"user\" name=\"user\" type=\"email\" autofocus></label>".to_owned(),
            "Continue",
        ),
        (Ask::Atlassian { .. }, Some(user)) => {
            let user = escape(user);
            let fields = format!("<p>{user}</p><input type=\"hidden\" name=\"user\" value=\"{user}\">{password}");
            ("Log in to continue - Atlassian account", fields, "Log in")
        }
        (Ask::Access { .. }, _) => ("Sign in - Brackwater gate", both(password), "Sign in"),
        (Ask::Saml { .. } | Ask::Oidc { .. }, _) => ("Sign in - Brackwater ID", both(password), "Sign in"),
    };
    let form = format!(
        "{PAGE_HINT}{note}<form method=\"post\" action=\"/sign-in\">{fields}<input type=\"hidden\" name=\"flow\" value=\"{}\">\
         <button id=\"submit\">{button}</button></form>",
        escape(flow)
    );
    page(title, &form)
}

fn both(password: &str) -> String {
    format!("<label>User <input id=\"user\" name=\"user\" autofocus></label>{password}")
}

/// "Stay signed in?"
pub(super) fn stay(flow: &str) -> String {
    let form = format!(
        "<h2>Stay signed in?</h2><form method=\"post\" action=\"/stay\"><input type=\"hidden\" name=\"flow\" value=\"{}\">\
         <button id=\"no\" name=\"stay\" value=\"no\">No</button> <button id=\"yes\" name=\"stay\" value=\"yes\">Yes</button></form>",
        escape(flow)
    );
    page("Stay signed in? - Brackwater ID", &form)
}

pub(super) fn signed_out() -> String {
    page("Signed out - Brackwater ID", "<p>You are signed out.</p>")
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"UTF-8\"><title>{title} (practice)</title>{STYLE}</head><body>\
         <h1>{title}</h1>{body}</body></html>"
    )
}
