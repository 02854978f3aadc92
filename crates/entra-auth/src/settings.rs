//! What a connection test of SharePoint is told.

use std::sync::Arc;

use preflight::Secret;
use url::Url;

use crate::{Certificate, CertificateError, ClientId, Cloud, Memory, SiteAddress, Tenant, Window};

/// What to test, and as whom. Secrets in it show themselves nowhere.
#[derive(Clone, Debug)]
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
    /// What remembers interactive sign-ins between two starts; none where nothing is to be remembered.
    pub memory: Option<Arc<dyn Memory>>,
    /// The browser window that a person signs in in.
    pub window: Window,
}

/// A way of signing in.
#[derive(Clone, Debug)]
pub enum Method {
    /// On a page in the system browser (authorization code with PKCE).
    Interactive,
    /// On a page on any device, by a code that is shown here (RFC 8628).
    DeviceCode,
    /// An app by itself, by a client secret. SharePoint refuses the tokens of such apps; Graph takes them.
    ClientSecret(Secret),
    /// An app by itself, by a certificate (RFC 7523).
    Certificate(Certificate),
    /// The same with a certificate that cannot be used; the test says why.
    UnusableCertificate(CertificateError),
    /// User name and password of a person (RFC 6749 §4.3). Legacy: a second factor and most sign-in rules rule it out.
    Password {
        /// The UPN.
        username: String,
        /// The password.
        password: Secret,
    },
}

impl Method {
    /// True where a person has to do something while the test runs.
    pub const fn needs_a_person(&self) -> bool {
        matches!(self, Self::Interactive | Self::DeviceCode)
    }

    /// Which way it is, without what is secret in it.
    pub const fn way(&self) -> Way {
        match self {
            Self::Interactive => Way::Browser,
            Self::DeviceCode => Way::DeviceCode,
            Self::ClientSecret(_) => Way::ClientSecret,
            Self::Certificate(_) | Self::UnusableCertificate(_) => Way::Certificate,
            Self::Password { .. } => Way::Password,
        }
    }

    /// Every secret in it, to be kept out of reports.
    pub(crate) fn secrets(&self) -> Option<&Secret> {
        match self {
            Self::Interactive | Self::DeviceCode | Self::Certificate(_) | Self::UnusableCertificate(_) => None,
            Self::ClientSecret(secret) | Self::Password { password: secret, .. } => Some(secret),
        }
    }
}

/// A way of signing in, as refusals are read in its light: the same number means different things to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum Way {
    /// On a page in the system browser.
    #[default]
    Browser,
    /// By a code that is typed on any device.
    DeviceCode,
    /// An app by itself, by a secret.
    ClientSecret,
    /// An app by itself, by a certificate.
    Certificate,
    /// User name and password.
    Password,
}

impl Way {
    /// True where an app signs in by itself, without a person.
    pub const fn is_app(self) -> bool {
        matches!(self, Self::ClientSecret | Self::Certificate)
    }
}

impl Settings {
    /// The cloud to sign in to.
    pub fn cloud(&self) -> Cloud {
        self.cloud.or_else(|| self.site.cloud()).unwrap_or_default()
    }
}
