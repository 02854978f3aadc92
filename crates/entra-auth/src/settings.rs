//! What a connection test of SharePoint is told.

use url::Url;

use crate::{ClientId, Cloud, SiteAddress, Tenant};

/// What to test, and as whom. Holds no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The site.
    pub site: SiteAddress,
    /// The organization to sign in to; none means the one that the site belongs to.
    pub tenant: Option<Tenant>,
    /// The app registration to sign in with.
    pub client_id: ClientId,
    /// The way of signing in.
    pub method: Method,
    /// Microsoft's cloud; none means the one that the site's host belongs to.
    pub cloud: Option<Cloud>,
    /// Another address of the sign-in service.
    pub authority: Option<Url>,
    /// The account that is meant to sign in, where that matters.
    pub expect_account: Option<String>,
}

/// A way of signing in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Method {
    /// On a page in the system browser (authorization code with PKCE).
    Interactive,
}

impl Settings {
    /// The cloud to sign in to.
    pub fn cloud(&self) -> Cloud {
        self.cloud.or_else(|| self.site.cloud()).unwrap_or_default()
    }
}
