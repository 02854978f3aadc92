//! The practice provider's pages. Calm, plain, and marked as practice so that nobody takes them for the real ones.

use std::fmt::{Arguments, Write as _};

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::World;
use super::authorize::Page;
use super::flow::{Flow, Prompt};
use super::ids::opaque;
use super::refusal::{Refusal, Trace};
use super::scopes::Consent;

const STYLE: &str = "
:root{color-scheme:light dark;--bg:#eef1f0;--card:#fff;--ink:#1c2523;--soft:#56635f;--line:#d5dcda;--accent:#1f6f5c;--on:#fff;
--band:#f6c945;--band-ink:#2b2200;--bad:#a4262c}
@media(prefers-color-scheme:dark){:root{--bg:#121716;--card:#1c2321;--ink:#eaf0ee;--soft:#a5b3ae;--line:#36413e;--accent:#5fc2a6;
--on:#06231b;--bad:#ff9a9a}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;grid-template-rows:auto 1fr;background:var(--bg);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}
.band{background:var(--band);color:var(--band-ink);text-align:center;padding:.75rem 1rem;font-weight:700;font-size:1.125rem}
.band small{display:block;font-weight:400;font-size:.875rem}
main{place-self:center;width:min(28rem,calc(100vw - 2rem));margin:2rem 0;background:var(--card);border:1px solid var(--line);
border-radius:12px;padding:2rem;overflow-wrap:anywhere}
.org{color:var(--soft);margin:0 0 1rem}h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}p{margin:0 0 1rem}
label{display:block;font-weight:600;margin:1rem 0 .25rem}
input[type=text]{width:100%;font:inherit;padding:.625rem .75rem;border:1px solid var(--soft);border-radius:6px;
background:var(--card);color:var(--ink);margin-bottom:1rem}
/* masked without being a password to the browser, which would offer to save it */
.hidden{-webkit-text-security:disc}
button{font:inherit;padding:.625rem 1.25rem;border-radius:6px;border:1px solid var(--line);background:var(--card);color:var(--ink);
cursor:pointer}
button.main{background:var(--accent);border-color:var(--accent);color:var(--on);font-weight:600}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.row{display:flex;gap:.75rem;justify-content:flex-end;flex-wrap:wrap}.tile{display:block;width:100%;text-align:left;margin-bottom:.5rem}
.tile span{display:block;color:var(--soft);font-size:.875rem}.bad{color:var(--bad)}.note{color:var(--soft);font-size:.875rem}
ul{padding-left:1.25rem;margin:0 0 1rem}dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;font-size:.875rem;margin:0}
dt{color:var(--soft)}dd{margin:0}
";

/// Escapes text for element content and quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn push(out: &mut String, text: Arguments<'_>) {
    // writing to a String cannot fail
    out.write_fmt(text).ok();
}

/// `kind` and `code` stand in the markup for automated browsers.
fn shell(status: StatusCode, title: &str, kind: &str, code: Option<u32>, body: &str, script: Option<&str>) -> Response {
    let nonce = opaque("", 16);
    let code = code.map(|code| format!(" data-code=\"{code}\"")).unwrap_or_default();
    let script = script.map(|text| format!("<script nonce=\"{nonce}\">{text}</script>")).unwrap_or_default();
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{} (practice)</title><style nonce=\"{nonce}\">{STYLE}</style></head><body>\
         <div class=\"band\" id=\"practice\" role=\"note\">Practice sign-in<small>Not Microsoft. Nothing typed here leaves this \
         computer. Do not enter a real password.</small></div>\
         <main data-page=\"{kind}\"{code}>{body}</main>{script}</body></html>",
        escape(title)
    );
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; frame-src http: https:; frame-ancestors 'none'; \
         base-uri 'none'"
    );
    let headers = [
        ("Content-Type", "text/html; charset=utf-8".to_owned()),
        ("Cache-Control", "no-store, no-cache".to_owned()),
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "no-referrer".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ];
    (status, headers, html).into_response()
}

/// A page of a sign-in under way.
pub(crate) fn page(world: &World, flow: &Flow, page: &Page, trace: &Trace) -> Response {
    let ok = StatusCode::OK;
    match page {
        Page::Username { problem } => {
            let body = username(world, flow, problem.as_ref());
            shell(ok, "Sign in", "username", problem.as_ref().and_then(|refusal| refusal.code), &body, None)
        }
        Page::Password { problem } => {
            let body = password(world, flow, problem.as_ref());
            shell(ok, "Enter password", "password", problem.as_ref().and_then(|refusal| refusal.code), &body, None)
        }
        Page::Mfa => {
            let body = format!(
                "{}<h1>Approve sign-in request</h1><p>A real sign-in would ask your phone now. Here you are the phone.</p>{}\
                 <div class=\"row\"><button id=\"deny\" name=\"action\" value=\"deny\">Deny</button>\
                 <button id=\"approve\" class=\"main\" name=\"action\" value=\"approve\" autofocus>Approve</button></div></form>",
                organization(world, flow),
                form(flow, "mfa"),
            );
            shell(ok, "Approve sign-in request", "mfa", None, &body, None)
        }
        Page::Confirm => {
            let app = world.app(&flow.ask.client_id).map_or("the app", |app| app.name.as_str());
            let body = format!(
                "{}<h1>Are you trying to sign in to {}?</h1><p>Only continue if you started this on your own device.</p>{}\
                 <div class=\"row\"><button id=\"cancel\" name=\"action\" value=\"cancel\">Cancel</button>\
                 <button id=\"next\" class=\"main\" name=\"action\" value=\"next\" autofocus>Continue</button></div></form>",
                organization(world, flow),
                escape(app),
                form(flow, "confirm"),
            );
            shell(ok, "Confirm the app", "confirm", None, &body, None)
        }
        Page::Consent { consent } => shell(ok, "Permissions requested", "consent", None, &consent_body(world, flow, consent), None),
        Page::Approval { consent, refusal } => {
            let app = world.app(&flow.ask.client_id).map_or("The app", |app| app.name.as_str());
            let body = format!(
                "{}<h1>Need admin approval</h1><p>{} needs permission to access resources in your organization that only an admin can \
                 grant. Please ask an admin to grant permission to this app before you can use it.</p>{}<p class=\"note\" \
                 id=\"message\">{}</p>{}{}<div class=\"row\"><button id=\"cancel\" name=\"action\" value=\"cancel\">Return to the \
                 application without granting consent</button></div></form>",
                organization(world, flow),
                escape(app),
                permissions(consent),
                escape(&refusal.message()),
                ids(trace),
                form(flow, "approval"),
            );
            shell(ok, "Need admin approval", "approval", refusal.code, &body, None)
        }
    }
}

fn organization(world: &World, flow: &Flow) -> String {
    let tenant = flow.ask.tenant.as_deref().and_then(|id| world.tenant(id));
    let tenant = tenant.map_or("Work or school account", |tenant| tenant.name.as_str());
    let person = flow.person.as_ref().and_then(|(tenant, oid)| world.user(tenant, oid));
    let person = person.map(|user| format!("<br><span id=\"displayName\">{}</span>", escape(&user.upn))).unwrap_or_default();
    format!("<p class=\"org\">{}{person}</p>", escape(tenant))
}

fn form(flow: &Flow, page: &str) -> String {
    format!(
        "<form method=\"post\" action=\"/{}/login\"><input type=\"hidden\" name=\"flowToken\" value=\"{}\">\
         <input type=\"hidden\" name=\"page\" value=\"{page}\">",
        escape(&flow.ask.segment),
        escape(&flow.token)
    )
}

/// Cancel stands before the main button and belongs to a form of its own, so that Enter never means Cancel.
const CANCEL: &str = "<button id=\"cancel\" form=\"away\" name=\"action\" value=\"cancel\">Cancel</button>";

fn away(flow: &Flow, page: &str) -> String {
    let form = form(flow, page).replacen("<form ", "<form id=\"away\" ", 1);
    format!("{form}</form>")
}

fn problem_line(problem: Option<&Refusal>) -> String {
    let line = |refusal: &Refusal| format!("<p class=\"bad\" id=\"message\" role=\"alert\">{}</p>", escape(&refusal.message()));
    problem.map(line).unwrap_or_default()
}

fn username(world: &World, flow: &Flow, problem: Option<&Refusal>) -> String {
    let session = world.sessions.get(&flow.session).cloned().unwrap_or_default();
    let mut tiles = String::new();
    let people = world.tenants_of(&flow.ask).flat_map(|tenant| world.users.iter().filter(|user| user.tenant == tenant.id));
    for user in people {
        let signed_in = session.iter().any(|person| person.oid == user.oid && person.tenant == user.tenant);
        let state = if signed_in { "Signed in" } else { user.note.as_str() };
        // one form per tile, so that the text field beside it does not travel along
        push(
            &mut tiles,
            format_args!(
                "{}<button class=\"tile\" data-upn=\"{upn}\" name=\"username\" value=\"{upn}\">{}<span>{upn} · {}</span></button></form>",
                form(flow, "username"),
                escape(&user.name),
                escape(state),
                upn = escape(&user.upn),
            ),
        );
    }
    let title = if flow.ask.prompt == Prompt::SelectAccount { "Pick an account" } else { "Sign in" };
    let hint = flow.ask.login_hint.as_deref().unwrap_or_default();
    format!(
        "{}<h1>{title}</h1>{}{tiles}{}<label for=\"username\">Use another account</label>\
         <input type=\"text\" id=\"username\" name=\"username\" value=\"{}\" autocomplete=\"off\" autocapitalize=\"none\" \
         spellcheck=\"false\" placeholder=\"someone@example.com\"><div class=\"row\">{CANCEL}<button id=\"next\" class=\"main\" name=\"action\" \
         value=\"next\">Next</button></div></form>{}",
        organization(world, flow),
        problem_line(problem),
        form(flow, "username"),
        escape(hint),
        away(flow, "username"),
    )
}

fn password(world: &World, flow: &Flow, problem: Option<&Refusal>) -> String {
    let user = flow.person.as_ref().and_then(|(tenant, oid)| world.user(tenant, oid));
    let practice = user.map_or("", |user| user.password.as_str());
    format!(
        "{}<h1>Enter password</h1>{}{}<label for=\"password\">Password</label><input type=\"text\" class=\"hidden\" id=\"password\" \
         name=\"password\" autocomplete=\"off\" value=\"{}\" autofocus><p class=\"note\">The practice password is filled in: just \
         sign in, or type another one to see it refused.</p><div class=\"row\">{CANCEL}<button id=\"next\" class=\"main\" name=\"action\" \
         value=\"next\">Sign in</button></div></form>{}",
        organization(world, flow),
        problem_line(problem),
        form(flow, "password"),
        escape(practice),
        away(flow, "password"),
    )
}

fn permissions(consent: &Consent) -> String {
    let mut lines = String::new();
    for (_, resource, permission) in &consent.items {
        push(
            &mut lines,
            format_args!(
                "<li data-permission=\"{}\">{} <span class=\"note\">({})</span></li>",
                escape(&permission.name),
                escape(&permission.text),
                escape(resource)
            ),
        );
    }
    lines.push_str("<li data-permission=\"openid\">View your basic profile</li>");
    if consent.offline_access {
        lines.push_str("<li data-permission=\"offline_access\">Maintain access to data you have given it access to</li>");
    }
    format!("<ul>{lines}</ul>")
}

fn consent_body(world: &World, flow: &Flow, consent: &Consent) -> String {
    let app = world.app(&flow.ask.client_id).map_or("The app", |app| app.name.as_str());
    let user = flow.person.as_ref().and_then(|(tenant, oid)| world.user(tenant, oid));
    let for_all = if user.is_some_and(|user| user.admin) {
        "<p><label><input type=\"checkbox\" id=\"for-organization\" name=\"for_organization\" value=\"true\"> Consent on behalf of your \
         organization</label></p>"
    } else {
        ""
    };
    format!(
        "{}<h1>Permissions requested</h1><p><strong>{}</strong> would like to:</p>{}{}{for_all}<div class=\"row\">\
         <button id=\"cancel\" name=\"action\" value=\"cancel\">Cancel</button><button id=\"accept\" class=\"main\" name=\"action\" \
         value=\"accept\">Accept</button></div></form>",
        organization(world, flow),
        escape(app),
        permissions(consent),
        form(flow, "consent"),
    )
}

fn ids(trace: &Trace) -> String {
    format!(
        "<dl><dt>Trace ID</dt><dd id=\"trace\">{}</dd><dt>Correlation ID</dt><dd id=\"correlation\">{}</dd>\
         <dt>Timestamp</dt><dd id=\"timestamp\">{}</dd></dl>",
        escape(&trace.id),
        escape(&trace.correlation_id),
        escape(&trace.timestamp)
    )
}

/// A refusal that the app never hears of.
pub(crate) fn refusal(refusal: &Refusal, trace: &Trace) -> Response {
    let body = format!(
        "<h1>Sorry, but we're having trouble signing you in.</h1><p id=\"message\">{}</p>{}",
        escape(&refusal.message()),
        ids(trace)
    );
    let status = if refusal.status.is_client_error() { StatusCode::OK } else { refusal.status };
    shell(status, "Sign in to your account", "error", refusal.code, &body, None)
}

/// A page at the end of a way that has no return address.
pub(crate) fn done(title: &str, text: &str) -> Response {
    let body = format!("<h1>{}</h1><p>{}</p>", escape(title), escape(text));
    shell(StatusCode::OK, title, "done", None, &body, None)
}

/// The page on which a device's code is typed.
pub(crate) fn device_code(problem: Option<&Refusal>) -> Response {
    let body = format!(
        "<h1>Enter code to allow access</h1><p>Type the code shown by the app or device.</p>{}<form method=\"post\" \
         action=\"/devicelogin\"><label for=\"code\">Code</label><input type=\"text\" id=\"code\" name=\"otc\" autocomplete=\"off\" \
         autofocus><div class=\"row\"><button id=\"next\" class=\"main\">Next</button></div></form>",
        problem_line(problem)
    );
    shell(StatusCode::OK, "Enter code", "device", problem.and_then(|refusal| refusal.code), &body, None)
}

/// `response_mode=form_post` (OAuth 2.0 Form Post Response Mode): a form that submits itself, with a button for whom it does not.
pub(crate) fn form_post(action: &str, parameters: &[(String, String)], twice: bool) -> Response {
    let mut fields = String::new();
    for (name, value) in parameters {
        let (name, value) = (escape(name), escape(value));
        push(&mut fields, format_args!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"));
    }
    let target = if twice { " data-twice=\"true\" target=\"first\"" } else { "" };
    let frame = if twice { "<iframe name=\"first\" title=\"first delivery\" hidden></iframe>" } else { "" };
    let body = format!(
        "<h1>Going back to the app</h1><p>If nothing happens, press the button.</p><form id=\"answer\" method=\"post\" \
         action=\"{}\"{target}>{fields}<div class=\"row\"><button id=\"continue\" class=\"main\">Continue</button></div></form>{frame}",
        escape(action)
    );
    let script = if twice {
        "const f=document.getElementById('answer');const i=document.querySelector('iframe');let n=0;\
         i.addEventListener('load',()=>{if(n++===1){f.target='_self';f.submit()}});n=1;f.submit()"
    } else {
        "document.getElementById('answer').submit()"
    };
    shell(StatusCode::OK, "Working", "form_post", None, &body, Some(script))
}

/// Delivers an answer by query twice: once in a frame, once for the whole page.
pub(crate) fn redirect_twice(url: &str) -> Response {
    let url = escape(url);
    let body = format!(
        "<h1>Going back to the app</h1><p><a id=\"continue\" href=\"{url}\">Continue</a></p>\
         <iframe src=\"{url}\" title=\"first delivery\" hidden></iframe>"
    );
    let script = "document.querySelector('iframe').addEventListener('load',()=>{location.href=document.getElementById('continue').href})";
    shell(StatusCode::OK, "Working", "redirect_twice", None, &body, Some(script))
}
