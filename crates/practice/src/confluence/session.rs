//! Sessions of people who signed in through a page: the session cookie, its "remember me" companion, and secure sessions.

use std::fmt;

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::accounts::Who;
use super::site::Site;
use crate::markers::Kind;

/// Remember-me cookie of Seraph; good for two weeks.
pub(crate) const REMEMBER: &str = "seraph.confluence";

/// The session a request came with, or the one that its answer opens.
#[derive(Clone)]
pub(crate) struct SessionId(pub(crate) String);

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId")
    }
}

impl SessionId {
    /// A new one that nobody can guess.
    pub(crate) fn new() -> Self {
        Self(Kind::Session.of(format_args!("{:032X}", rand::random::<u128>())))
    }

    /// The token that forms of this session carry against cross-site requests (`atl_token`).
    pub(crate) fn form_token(&self) -> String {
        let digest = Sha256::digest(self.0.as_bytes());
        URL_SAFE_NO_PAD.encode(digest)
    }
}

/// One cookie of a request.
pub(crate) fn cookie_of(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
}

/// The session ID among the cookies of a request.
pub(crate) fn session_of(site: &Site, headers: &HeaderMap) -> Option<SessionId> {
    cookie_of(headers, site.session_cookie()).map(SessionId)
}

/// Who is signed in by the cookies of a request, if anybody.
///
/// A bound session counts only where the request comes from a page of the browser.
pub(crate) fn signed_in(site: &Site, headers: &HeaderMap) -> Option<Who> {
    let is_at_home = !site.switches().bound_sessions || headers.contains_key("sec-fetch-site");
    let session = session_of(site, headers).filter(|_| is_at_home)?;
    site.memory().sessions.get(&session.0).copied().flatten()
}

/// Who is remembered by a request without a live session.
pub(crate) fn remembered(site: &Site, headers: &HeaderMap) -> Option<Who> {
    let is_at_home = !site.switches().bound_sessions || headers.contains_key("sec-fetch-site");
    let token = cookie_of(headers, REMEMBER).filter(|_| is_at_home)?;
    site.memory().remembered.get(&token).copied()
}

/// Writes a session down and gives back the `Set-Cookie` value.
pub(crate) fn open(site: &Site, session: &SessionId, who: Option<Who>) -> String {
    site.memory().sessions.insert(session.0.clone(), who);
    let name = site.session_cookie();
    format!("{name}={}; Path={}{}; HttpOnly", session.0, path(site), secure(site))
}

/// Opens a new session and gives back the `Set-Cookie` value.
pub(crate) fn open_session(site: &Site, who: Option<Who>) -> String {
    open(site, &SessionId::new(), who)
}

/// Ends the session of a request, if it has one.
pub(crate) fn end(site: &Site, headers: &HeaderMap) {
    if let Some(SessionId(id)) = session_of(site, headers) {
        let mut memory = site.memory();
        memory.sessions.remove(&id);
        memory.elevated.remove(&id);
    }
}

/// Remembers a person for two weeks and gives back the `Set-Cookie` value.
pub(crate) fn remember(site: &Site, who: Who) -> String {
    let token = Kind::Session.of(format_args!("REMEMBERED-{:032x}", rand::random::<u128>()));
    site.memory().remembered.insert(token.clone(), who);
    format!("{REMEMBER}={token}; Path={}; Max-Age=1209600{}; HttpOnly", path(site), secure(site))
}

/// Forgets the person of a request, and gives back the `Set-Cookie` value that makes the browser forget as well.
pub(crate) fn forget(site: &Site, headers: &HeaderMap) -> String {
    if let Some(token) = cookie_of(headers, REMEMBER) {
        site.memory().remembered.remove(&token);
    }
    format!("{REMEMBER}=; Path={}; Max-Age=0{}; HttpOnly", path(site), secure(site))
}

fn path(site: &Site) -> String {
    // Cloud's session belongs to the whole site.
    let context = if site.is_cloud() { "" } else { &site.context };
    let slash = if context.is_empty() || site.switches().cookie_path_slash { "/" } else { "" };
    format!("{context}{slash}")
}

fn secure(site: &Site) -> &'static str {
    if site.origin.starts_with("https:") { "; Secure" } else { "" }
}
