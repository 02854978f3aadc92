//! How Data Center finds out who is asking, and what it says about it in headers.
//!
//! The rules are those of Seraph, the login library of the Atlassian servers, in the order in which they bite. The one that
//! fools most clients: a personal access token that is wrong, revoked or too new for the version is *ignored*, and the visitor
//! goes on as an anonymous one, with status 200 where anonymous visitors may read (CONFSERVER-98199).

use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, HeaderName, Method, Response, StatusCode, header};
use axum::middleware::Next;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::accounts::Who;
use super::answers::{encode, json_with, of_type, redirect, rest_error, set, tomcat};
use super::session::{self, SessionId, session_of};
use super::site::{Caller, Site};
use super::switches::Closed;

const LOGIN_REASON: HeaderName = HeaderName::from_static("x-seraph-loginreason");
const USER_NAME: HeaderName = HeaderName::from_static("x-ausername");
const REQUEST_TIME: HeaderName = HeaderName::from_static("x-confluence-request-time");

/// What Seraph made of a request.
struct Verdict {
    caller: Caller,
    /// Value of `X-Seraph-LoginReason`.
    reason: Option<&'static str>,
    /// The request goes no further.
    refusal: Option<Response<Body>>,
    /// A session is opened for this person by the answer.
    new_session: bool,
}

impl Verdict {
    fn anonymous() -> Self {
        Self { caller: Caller::ANONYMOUS, reason: None, refusal: None, new_session: false }
    }

    fn known(who: Who, by_session: bool) -> Self {
        let reason = if who.is_licensed() { "OK" } else { "AUTHORISATION_FAILED" };
        Self { caller: Caller { who: Some(who), by_session }, reason: Some(reason), refusal: None, new_session: !by_session }
    }

    /// Signed in by something of the browser's that is not the session: remembered, or named by the gate in front.
    fn again(who: Who) -> Self {
        Self { new_session: true, ..Self::known(who, true) }
    }

    fn refused(reason: Option<&'static str>, refusal: Response<Body>) -> Self {
        Self { reason, refusal: Some(refusal), ..Self::anonymous() }
    }
}

/// Somebody whom the gate in front names in each request that it lets through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamedByGate(pub(crate) Who);

/// The filter in front of every Data Center page and resource.
pub(crate) async fn seraph(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response<Body> {
    let verdict = identify(&site, &request);
    let caller = verdict.caller;
    let path = request.uri().path().to_owned();
    let known = session_of(&site, request.headers()).filter(|id| site.memory().sessions.contains_key(&id.0));
    let is_new = verdict.new_session || known.is_none();
    let session = known.filter(|_| !verdict.new_session).unwrap_or_else(SessionId::new);

    let refusal = verdict.refusal.or_else(|| guard(&site, caller, &path, &request));
    let mut response = if let Some(refusal) = refusal {
        refusal
    } else {
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(session.clone());
        next.run(request).await
    };

    set(&mut response, REQUEST_TIME, &now_in_milliseconds());
    set(&mut response, HeaderName::from_static("x-content-type-options"), "nosniff");
    let name = caller.who.map_or("anonymous", Who::username);
    if !response.headers().contains_key(USER_NAME) {
        set(&mut response, USER_NAME, name);
    }
    if let Some(reason) = verdict.reason {
        set(&mut response, LOGIN_REASON, reason);
    }
    if is_new && !response.headers().contains_key(header::SET_COOKIE) {
        let cookie = session::open(&site, &session, caller.who.filter(|who| who.is_licensed()));
        set(&mut response, header::SET_COOKIE, &cookie);
    }
    response
}

fn identify(site: &Site, request: &Request) -> Verdict {
    let signed_in = session::signed_in(site, request.headers());
    let auth_type = query_value(request, "os_authType").unwrap_or_default();
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let wants_login = match auth_type.to_ascii_lowercase().as_str() {
        "" | "any" => false,
        "none" => return Verdict::anonymous(),
        "cookie" => {
            return match signed_in {
                Some(who) => Verdict::known(who, true),
                None => Verdict::refused(None, challenge(site, "Authentication required")),
            };
        }
        "basic" => true,
        _ => {
            let message = format!("java.lang.IllegalArgumentException: No enum constant AuthType.{auth_type}");
            return Verdict::refused(None, tomcat(StatusCode::INTERNAL_SERVER_ERROR, &message));
        }
    };
    // A live session wins over whatever else is sent; only `os_authType=basic` leaves it aside.
    if let Some(who) = signed_in.filter(|_| !wants_login) {
        return Verdict::known(who, true);
    }
    match authorization.and_then(|value| value.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => by_token(site, request, token.trim()),
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => by_password(site, pair.trim()),
        _ if wants_login => {
            let mut response = tomcat(StatusCode::UNAUTHORIZED, "Basic Authentication Failure - Reason : OUT");
            set(&mut response, header::WWW_AUTHENTICATE, "Basic realm=\"protected-area\"");
            Verdict::refused(None, response)
        }
        _ => {
            let named = request.extensions().get().map(|NamedByGate(who)| *who);
            let who = named.or_else(|| session::remembered(site, request.headers()));
            who.map_or_else(Verdict::anonymous, Verdict::again)
        }
    }
}

fn by_token(site: &Site, request: &Request, token: &str) -> Verdict {
    // Tokens were made for REST; the remote procedure calls do not know them.
    let is_rpc = request.uri().path().starts_with("/rpc/");
    if !site.version().has_tokens() || !site.switches().tokens || is_rpc {
        return Verdict::anonymous();
    }
    let memory = site.memory();
    let made = memory.made.iter().find(|(secret, ..)| secret == token).map(|(_, who, _)| *who);
    let owner = made.or_else(|| Who::find(|who| who.pat() == token));
    match owner.filter(|_| !memory.revoked.contains(token)) {
        Some(who) => Verdict::known(who, false),
        None => Verdict::anonymous(),
    }
}

fn by_password(site: &Site, pair: &str) -> Verdict {
    let switches = site.switches();
    let decoded = STANDARD.decode(pair).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let (name, password) = decoded.split_once(':').unwrap_or((&decoded, ""));
    if switches.token_app {
        let owner = Who::find(|who| who.username().eq_ignore_ascii_case(name) && who.app_token() == password);
        return owner.map_or_else(
            || {
                Verdict::refused(
                    None,
                    tomcat(StatusCode::FORBIDDEN, "Basic Auth with password is disabled by the API Token Authentication app"),
                )
            },
            |who| Verdict::known(who, false),
        );
    }
    if !switches.basic {
        let refusal = if site.version().has_basic_switch() {
            json_with(StatusCode::FORBIDDEN, &serde_json::json!({ "message": "Basic Authentication has been disabled on this instance." }))
        } else {
            tomcat(StatusCode::FORBIDDEN, "Basic Auth with password is disabled by the API Token Authentication app")
        };
        return Verdict::refused(None, refusal);
    }
    match check_password(site, name, password) {
        Ok(who) => Verdict::known(who, false),
        Err(reason) => {
            let mut refusal = challenge(site, &format!("Basic Authentication Failure - Reason : {}", reason.last()));
            if reason.is_denied() {
                let to = format!("CAPTCHA_CHALLENGE; login-url={}/login.action", site.base());
                set(&mut refusal, HeaderName::from_static("x-authentication-denied-reason"), &to);
            }
            Verdict::refused(Some(reason.header()), refusal)
        }
    }
}

/// Why a name and password were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    Failed,
    Denied,
    /// Wrong once more while a CAPTCHA is due: the header then carries both words.
    FailedAndDenied,
    Unlicensed,
}

impl Rejection {
    pub(crate) const fn header(self) -> &'static str {
        match self {
            Self::Failed => "AUTHENTICATED_FAILED",
            Self::Denied => "AUTHENTICATION_DENIED",
            Self::FailedAndDenied => "AUTHENTICATED_FAILED, AUTHENTICATION_DENIED",
            Self::Unlicensed => "AUTHORISATION_FAILED",
        }
    }

    pub(crate) const fn is_denied(self) -> bool {
        matches!(self, Self::Denied | Self::FailedAndDenied)
    }

    const fn last(self) -> &'static str {
        if self.is_denied() { "AUTHENTICATION_DENIED" } else { self.header() }
    }
}

/// Checks a password and counts wrong ones towards the CAPTCHA.
pub(crate) fn check_password(site: &Site, name: &str, password: &str) -> Result<Who, Rejection> {
    let limit = site.switches().captcha_after;
    let known = Who::find(|who| who.username().eq_ignore_ascii_case(name)).ok_or(Rejection::Failed)?;
    let mut memory = site.memory();
    let failures = memory.failures.entry(known.username()).or_default();
    let is_locked = limit.is_some_and(|limit| *failures >= limit);
    let is_right = known.password() == password;
    if !is_right {
        *failures += 1;
    }
    match (is_right, is_locked) {
        (true, true) => Err(Rejection::Denied),
        (false, true) => Err(Rejection::FailedAndDenied),
        (false, false) => Err(Rejection::Failed),
        (true, false) => {
            *failures = 0;
            if known.is_licensed() { Ok(known) } else { Err(Rejection::Unlicensed) }
        }
    }
}

/// Rules that hold whoever is asking: rate limit, cross-site requests, and doors that are closed to strangers.
fn guard(site: &Site, caller: Caller, path: &str, request: &Request) -> Option<Response<Body>> {
    let is_rest = path.starts_with("/rest/");
    if is_rest && let Some(retry_after) = rate_limited(site) {
        return Some(retry_after);
    }
    let is_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_write && (is_rest || path.starts_with("/rpc/")) && !is_same_site(site, caller, request.headers()) {
        return Some(of_type(StatusCode::FORBIDDEN, "text/plain;charset=UTF-8", "XSRF check failed"));
    }
    if is_public(path) {
        return None;
    }
    match caller.who {
        Some(who) if who.is_licensed() => None,
        None if site.switches().anonymous => None,
        Some(_) if is_rest => Some(rest_error(StatusCode::FORBIDDEN, "not permitted to use Confluence")),
        None if is_rest => Some(turned_away(site, request)),
        _ if path.starts_with("/rpc/") => Some(challenge(site, "Anonymous RPC access is disabled on this server")),
        _ => Some(to_login(site, request)),
    }
}

fn is_public(path: &str) -> bool {
    const PUBLIC: [&str; 10] = [
        "/status",
        "/rest/applinks/1.0/manifest",
        "/rest/api/accessmode",
        "/login.action",
        "/dologin.action",
        "/logout.action",
        "/plugins/servlet/external-login",
        "/plugins/servlet/samlconsumer",
        "/plugins/servlet/oidc/callback",
        "/favicon.ico",
    ];
    PUBLIC.contains(&path)
}

fn turned_away(site: &Site, request: &Request) -> Response<Body> {
    match site.switches().closed {
        Closed::Forbidden => rest_error(StatusCode::FORBIDDEN, "not permitted to use Confluence"),
        Closed::Unauthorized => challenge(site, "Client must be authenticated to access this resource."),
        Closed::Login => to_login(site, request),
    }
}

/// 302 to the login page, with the way back.
pub(crate) fn to_login(site: &Site, request: &Request) -> Response<Body> {
    let uri = request.extensions().get::<OriginalUri>().map_or_else(|| request.uri(), |original| &original.0);
    let wanted = uri.path_and_query().map_or("/", |path| path.as_str());
    let wanted = wanted.strip_prefix(&site.context).unwrap_or(wanted);
    redirect(&format!("{}/login.action?os_destination={}&permissionViolation=true", site.context, encode(wanted)))
}

/// 401 of the container.
pub(crate) fn challenge(site: &Site, message: &str) -> Response<Body> {
    let mut response = tomcat(StatusCode::UNAUTHORIZED, message);
    set(&mut response, header::WWW_AUTHENTICATE, &format!("OAuth realm=\"{}\"", encode(&site.base())));
    response
}

fn rate_limited(site: &Site) -> Option<Response<Body>> {
    if !site.version().has_rate_limits() {
        return None;
    }
    let retry_after = site.take_rate_limit()?;
    let is_blocked = retry_after == i64::MAX.to_string();
    let mut response = tomcat(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded");
    let limit = if is_blocked { "0" } else { "100" };
    for (name, value) in [
        ("x-ratelimit-limit", limit),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-fillrate", if is_blocked { "0" } else { "10" }),
        ("x-ratelimit-interval-seconds", if is_blocked { "1" } else { "60" }),
        ("retry-after", &retry_after),
    ] {
        set(&mut response, HeaderName::from_static(name), value);
    }
    Some(response)
}

/// A write needs `X-Atlassian-Token: no-check`, and with a session cookie also the site's own `Origin`.
fn is_same_site(site: &Site, caller: Caller, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let has_token = text("x-atlassian-token").is_some_and(|value| matches!(value, "no-check" | "nocheck"));
    has_token && (!caller.by_session || text("origin") == Some(&site.origin))
}

pub(crate) fn now_in_milliseconds() -> String {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    since.as_millis().to_string()
}

fn query_value(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query()?;
    url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
