//! What a connection test is given.

use std::path::PathBuf;

use browser::Launcher;
use http::HeaderName;
use preflight::{Clock, Origin, Secret};
use transport::Network;

use crate::SiteAddress;
use crate::deadline::Deadline;

/// The outside, handed in.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    /// What carries requests.
    pub network: &'a dyn Network,
    /// The time.
    pub clock: &'a dyn Clock,
    /// What opens windows to sign in. Without it, none is ever opened.
    pub launcher: Option<&'a dyn Launcher>,
    /// When the run has to be over, where the person can have more time.
    pub deadline: Option<&'a Deadline>,
}

impl<'a> Cx<'a> {
    /// An outside without windows.
    pub fn new(network: &'a dyn Network, clock: &'a dyn Clock) -> Self {
        Self { network, clock, launcher: None, deadline: None }
    }
}

/// How to sign in.
#[derive(Clone, Debug)]
pub enum Credential {
    /// Not at all.
    Anonymous,
    /// A personal access token of Server or Data Center, sent as `Bearer`.
    PersonalToken(Secret),
    /// An API token of Cloud, with or without scopes.
    CloudToken {
        /// The e-mail address of the token's owner.
        email: String,
        /// The token.
        token: Secret,
    },
    /// A user name and a password on Server or Data Center, or a token of an app that takes tokens as passwords.
    Basic {
        /// User name.
        user: String,
        /// Password or token.
        password: Secret,
    },
    /// By a person, in the controlled browser.
    Interactive {
        /// Without an account: the person only passes what stands before Confluence.
        anonymous: bool,
        /// The way of the requests after that.
        route: RouteChoice,
    },
}

impl Credential {
    /// True where a person has a part in it.
    pub fn needs_a_person(&self) -> bool {
        matches!(self, Self::Interactive { .. })
    }

    /// True where nobody signs in.
    pub fn is_anonymous(&self) -> bool {
        matches!(self, Self::Anonymous | Self::Interactive { anonymous: true, .. })
    }
}

/// Which way requests take after an interactive sign-in.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum RouteChoice {
    /// From this program where the session works outside of the browser, else through the browser.
    #[default]
    Auto,
    /// From this program, with the session's cookies.
    Direct,
    /// Through a page in the browser. No cookie leaves it.
    Browser,
}

/// How the controlled browser is to be.
#[derive(Clone, Default, Debug)]
pub struct WindowOptions {
    /// The browser of this path instead of the first one found.
    pub program: Option<PathBuf>,
    /// The person confirms the account in the window, by *Use this account*. Else it goes on by itself.
    pub confirm: bool,
    /// Further hosts that may be answered by Kerberos or NTLM, besides the site's own.
    pub negotiate_hosts: Vec<String>,
    /// Nothing is kept: a profile that is removed at the end, instead of the connection's own.
    pub forget: bool,
}

/// Everything a person enters for a connection test.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where Confluence is.
    pub address: SiteAddress,
    /// How to sign in.
    pub credential: Credential,
    /// The account that is expected to be signed in, by any of its names.
    pub expect_account: Option<String>,
    /// Headers that a gate before Confluence wants. They go to the site's own origin only.
    pub extra_headers: Vec<(HeaderName, Secret)>,
    /// The API gateway of Atlassian Cloud: `https://api.atlassian.com`.
    pub gateway: Origin,
    /// The browser of an interactive sign-in.
    pub window: WindowOptions,
}
