//! The state behind one practice Confluence, and who is asking.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use ring::hmac;

use super::accounts::Who;
use super::edition::{Edition, Version};
use super::idp;
use super::session::SessionId;
use super::switches::{RateLimit, Switches};
use super::wiki::{Page, Space, Wiki};

/// Query parameters.
pub(crate) type Params = BTreeMap<String, String>;

/// One Confluence.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) edition: Edition,
    /// `""`, `/confluence`, `/wiki`.
    pub(crate) context: String,
    pub(crate) origin: String,
    /// Where the identity provider of the fronts is.
    pub(crate) idp: String,
    pub(crate) signing_key: hmac::Key,
    pub(crate) wiki: Wiki,
    pub(crate) switches: Mutex<Switches>,
    pub(crate) memory: Mutex<Memory>,
}

/// A sign-in that is under way at the identity provider.
#[derive(Debug, Clone)]
pub(crate) struct Awaited {
    /// What must come back beside the answer.
    pub(crate) relay: String,
    /// Where to go then, within the site.
    pub(crate) back: String,
    /// It happens in a window of its own, which closes then.
    pub(crate) in_popup: bool,
}

/// What changes by being used.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Session ID to person; `None` for the session of an anonymous visitor.
    pub(crate) sessions: BTreeMap<String, Option<Who>>,
    /// Wrong passwords in a row.
    pub(crate) failures: BTreeMap<&'static str, u32>,
    /// Sessions in which an administrator has given the password once more.
    pub(crate) elevated: BTreeSet<String>,
    /// Remember-me tokens.
    pub(crate) remembered: BTreeMap<String, Who>,
    /// Sign-ins that Confluence has sent to the identity provider and waits for.
    pub(crate) awaited: BTreeMap<String, Awaited>,
    /// What the identity provider and the gate remember.
    pub(crate) idp: idp::Memory,
    /// Sessions of the gate in front.
    pub(crate) gate: BTreeMap<String, Who>,
    /// Tokens that were revoked.
    pub(crate) revoked: BTreeSet<String>,
    /// Tokens made through the API: secret, owner, name.
    pub(crate) made: Vec<(String, Who, String)>,
    /// People whose Cloud admin key is on.
    pub(crate) admin_keys: BTreeSet<Who>,
}

impl Site {
    /// Where the site really is.
    pub(crate) fn address(&self) -> String {
        format!("{}{}", self.origin, self.context)
    }

    /// Where the site believes it is: the setting "base URL", which goes into every link.
    pub(crate) fn base(&self) -> String {
        self.switches().base_url.unwrap_or_else(|| self.address())
    }

    /// The version; for Cloud the newest, which no Data Center rule should ever ask for.
    pub(crate) fn version(&self) -> Version {
        match self.edition {
            Edition::DataCenter(version) => version,
            Edition::Cloud => Version::new(u16::MAX, 0),
        }
    }

    /// Name of the cookie that carries the session.
    pub(crate) fn session_cookie(&self) -> &'static str {
        if self.is_cloud() { "tenant.session.token" } else { "JSESSIONID" }
    }

    /// Key with which the identity provider signs what it says to this site.
    pub(crate) fn signing_key(&self) -> &hmac::Key {
        &self.signing_key
    }

    pub(crate) fn is_cloud(&self) -> bool {
        self.edition == Edition::Cloud
    }

    pub(crate) fn switches(&self) -> Switches {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.switches.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Uses up one refusal of the rate limit, and says what `Retry-After` it carries.
    pub(crate) fn take_rate_limit(&self) -> Option<String> {
        let mut switches = self.switches.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut switches.rate_limit {
            RateLimit::Off | RateLimit::Next { times: 0, .. } => None,
            RateLimit::Next { times, retry_after } => {
                *times -= 1;
                Some(retry_after.clone())
            }
            RateLimit::Blocked => Some(i64::MAX.to_string()),
        }
    }

    /// Everything a Data Center shows its super group, and Cloud shows under an admin key.
    fn sees_everything(&self, who: Option<Who>) -> bool {
        who.is_some_and(|who| if self.is_cloud() { self.memory().admin_keys.contains(&who) } else { who.is_super() })
    }

    pub(crate) fn sees_space(&self, who: Option<Who>, space: &Space) -> bool {
        self.sees_everything(who) || space.is_visible_to(who)
    }

    pub(crate) fn sees_page(&self, who: Option<Who>, space: &Space, page: &Page) -> bool {
        self.sees_everything(who) || (space.is_visible_to(who) && page.names(who))
    }

    pub(crate) fn spaces_for(&self, who: Option<Who>) -> impl Iterator<Item = &Space> {
        self.wiki.spaces.iter().filter(move |space| self.sees_space(who, space))
    }

    pub(crate) fn space_for(&self, who: Option<Who>, key: &str) -> Option<&Space> {
        // keys are unique, and comparing them is quicker than finding out who may see what
        self.wiki.spaces.iter().find(|space| self.key_of(space) == key).filter(|space| self.sees_space(who, space))
    }

    /// The key, which in Cloud names the owner of a personal space by account ID.
    pub(crate) fn key_of<'space>(&self, space: &'space Space) -> Cow<'space, str> {
        match space.owner {
            Some(owner) if self.is_cloud() => format!("~{}", owner.account().account_id).into(),
            _ => space.key.as_str().into(),
        }
    }

    pub(crate) fn page_for(&self, who: Option<Who>, id: &str) -> Option<(&Space, &Page)> {
        let (space, page) = self.wiki.page(id.parse().ok()?)?;
        self.sees_page(who, space, page).then_some((space, page))
    }

    pub(crate) fn is_space_admin(&self, who: Option<Who>, space: &Space) -> bool {
        who.is_some_and(|who| space.is_admin(who) || (!self.is_cloud() && who.is_super()))
    }
}

/// Who is asking, as the authentication found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) who: Option<Who>,
    /// Signed in by session cookie: writes then need a same-origin `Origin`.
    pub(crate) by_session: bool,
}

impl Caller {
    pub(crate) const ANONYMOUS: Self = Self { who: None, by_session: false };
}

/// One request at one site: what nearly every handler needs.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) site: Arc<Site>,
    pub(crate) who: Option<Who>,
    /// Signed in by session cookie.
    pub(crate) by_session: bool,
    /// The session, on Data Center.
    pub(crate) session: Option<SessionId>,
    pub(crate) parts: Parts,
}

impl FromRequestParts<Arc<Site>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Infallible> {
        let caller = parts.extensions.get().copied().unwrap_or(Caller::ANONYMOUS);
        let session = parts.extensions.get().cloned();
        Ok(Self { site: Arc::clone(site), who: caller.who, by_session: caller.by_session, session, parts: parts.clone() })
    }
}

impl Visit {
    /// May administer Confluence.
    pub(crate) fn is_admin(&self) -> bool {
        self.who.is_some_and(Who::is_admin)
    }

    /// Has given the password once more in this session.
    pub(crate) fn is_elevated(&self) -> bool {
        self.session.as_ref().is_some_and(|session| self.site.memory().elevated.contains(&session.0))
    }
}
