//! What a connection test is given.

use http::HeaderName;
use preflight::{Clock, Origin, Secret};
use transport::Network;

use crate::SiteAddress;

/// The outside, handed in.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    /// What carries requests.
    pub network: &'a dyn Network,
    /// The time.
    pub clock: &'a dyn Clock,
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
}
