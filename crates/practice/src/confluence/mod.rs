//! A practice Confluence: Server, Data Center or Cloud, with the wiki of a company that does not exist.
//!
//! It behaves as the documentation, the public issue tracker and the answers of real servers say it does, above all where that
//! surprises: see [`switches`](Switches) for what an administrator or a defect can change about it.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use practice::confluence::{Confluence, Who};
//!
//! let wiki = Confluence::builder().data_center("9.2").context("/confluence").anonymous(true).start().await?;
//! let url = format!("{}/rest/api/user/current", wiki.base());
//! let token = Who::Reader.pat();
//! # drop((url, token)); Ok(()) }
//! ```

mod accounts;
mod answers;
mod auth;
mod builder;
mod cloud;
mod content;
mod cql;
mod csp;
mod dc;
mod edition;
mod front;
mod gate;
mod idp;
mod login;
mod mount;
mod pages;
mod paging;
mod rpc;
mod saml;
mod session;
mod site;
mod spaces;
mod sso;
mod switches;
mod system;
mod users;
mod websudo;
mod wiki;

use std::sync::Arc;

pub use accounts::{Account, OPERATORS_GROUP, PAGE_PASSWORD, SUPER_GROUP, USERS_GROUP, Who};
pub use builder::Builder;
pub use edition::{Edition, NoVersion, Version};
pub use gate::{GATE_CLIENT, GATE_HEADER, gate_secret};
pub use switches::{Closed, Front, Paging, RateLimit, Switches};

use crate::server::Server;
use site::Site;

/// A running practice Confluence. Dropping it stops all of its servers.
#[derive(Debug)]
pub struct Confluence {
    site: Arc<Site>,
    server: Server,
    idp: Server,
    gateway: Option<Server>,
}

impl Confluence {
    /// Starts with a closed Data Center 9.2 at the root context.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Base address: origin and context path, as people type it.
    pub fn base(&self) -> String {
        self.site.address()
    }

    /// The server under the wiki: what it was asked, latency, faults.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The identity provider on its own origin.
    pub fn idp(&self) -> &Server {
        &self.idp
    }

    /// The server that plays `https://api.atlassian.com`; Cloud only.
    pub fn gateway(&self) -> Option<&Server> {
        self.gateway.as_ref()
    }

    /// The Cloud ID in the gateway's paths.
    pub fn cloud_id(&self) -> &'static str {
        cloud::CLOUD_ID
    }

    /// Changes switches while the server runs.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        self.site.switch(change);
    }

    /// Opens a session as a sign-in in the browser would, and gives back the value of its cookie.
    pub fn open_session(&self, who: Who) -> String {
        let session = session::SessionId::new();
        session::open(&self.site, &session, Some(who));
        session.0
    }

    /// The name of the cookie that carries a session: `JSESSIONID`, or `tenant.session.token` on Cloud.
    pub fn session_cookie(&self) -> &'static str {
        self.site.session_cookie()
    }

    /// Ends every session, as a restart or an hour of silence does. Who is remembered gets a new one with the next request.
    pub fn expire_sessions(&self) {
        let mut memory = self.site.memory();
        memory.sessions.clear();
        memory.elevated.clear();
    }

    /// Forgets everybody: sessions, "remember me", the identity provider's sessions and the gate's.
    pub fn forget_everybody(&self) {
        self.expire_sessions();
        let mut memory = self.site.memory();
        memory.remembered.clear();
        memory.idp.sessions.clear();
        memory.gate.clear();
    }

    /// Revokes a personal access token; from then on it is ignored like a wrong one.
    pub fn revoke(&self, token: &str) {
        self.site.memory().revoked.insert(token.to_owned());
    }

    /// Somebody signed in through the form and solved the CAPTCHA.
    pub fn solve_captcha(&self, who: Who) {
        login::forgive(&self.site, who.username());
    }

    /// ID of the page with this title, whoever may see it.
    pub fn page_id(&self, title: &str) -> Option<String> {
        self.site.wiki.pages().find(|(_, page)| page.title == title).map(|(_, page)| page.id.to_string())
    }
}
