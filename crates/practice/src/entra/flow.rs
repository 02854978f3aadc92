//! A sign-in under way in a browser: where its answer goes, and how far the person has got.

use axum::http::HeaderMap;
use url::Url;

use super::World;
use super::directory::{Platform, Tenant};
use super::ids::opaque;

/// A person signed in in a browser.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) tenant: String,
    pub(crate) oid: String,
    pub(crate) amr: Vec<String>,
}

/// How the answer travels to the return address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

/// Where a finished sign-in is told.
#[derive(Debug, Clone)]
pub(crate) enum Destination {
    /// The app's return address.
    Redirect { uri: String, platform: Platform, mode: ResponseMode, state: Option<String> },
    /// A device that polls.
    Device { device_code: String },
}

/// `prompt` of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    Default,
    SelectAccount,
    Login,
    Consent,
    None,
}

/// What the app asked for.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// The tenant segment of the address.
    pub(crate) segment: String,
    /// The tenant, where the address names one.
    pub(crate) tenant: Option<String>,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) prompt: Prompt,
    pub(crate) login_hint: Option<String>,
    pub(crate) destination: Destination,
}

/// A PKCE challenge (RFC 7636).
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) plain: bool,
    pub(crate) value: String,
}

/// A sign-in under way.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "one for each thing a person does on the way")]
pub(crate) struct Flow {
    pub(crate) ask: Ask,
    /// The value the next form must carry; a new one for every page.
    pub(crate) token: String,
    pub(crate) started_at: i64,
    /// The browser's session cookie.
    pub(crate) session: String,
    /// (tenant, object id) once a name was entered.
    pub(crate) person: Option<(String, String)>,
    pub(crate) password_ok: bool,
    pub(crate) amr: Vec<String>,
    /// Whether the person consented just now.
    pub(crate) consented: bool,
    /// Whether the sign-in was done in this flow (or may be taken from the session).
    pub(crate) fresh_sign_in: bool,
    /// "Are you trying to sign in to ...?" has been answered (device code).
    pub(crate) confirmed: bool,
}

/// How long a sign-in page may stay open.
pub(crate) const FLOW_SECONDS: i64 = 15 * 60;

impl Flow {
    pub(crate) fn new(ask: Ask, session: String, now: i64) -> Self {
        Self {
            ask,
            token: opaque("", 24),
            started_at: now,
            session,
            person: None,
            password_ok: false,
            amr: Vec::new(),
            consented: false,
            fresh_sign_in: false,
            confirmed: false,
        }
    }
}

impl World {
    /// The tenants a sign-in can be for: the one of the address, or all of them.
    pub(crate) fn tenants_of<'a>(&'a self, ask: &'a Ask) -> impl Iterator<Item = &'a Tenant> {
        self.tenants.iter().filter(move |tenant| ask.tenant.as_ref().is_none_or(|id| *id == tenant.id))
    }
}

/// Whether an address given in a request is covered by a registered one.
///
/// Loopback: scheme, host, path and query are compared and the port is not; everything else byte by byte
/// ("Redirect URI (reply URL) restrictions and limitations").
pub(crate) fn redirect_matches(registered: &str, given: &str) -> bool {
    let (Ok(registered_url), Ok(given_url)) = (Url::parse(registered), Url::parse(given)) else {
        return false;
    };
    let is_loopback = |url: &Url| url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    if is_loopback(&registered_url) && is_loopback(&given_url) {
        return registered_url.host_str() == given_url.host_str()
            && registered_url.path() == given_url.path()
            && registered_url.query() == given_url.query()
            && given_url.fragment().is_none();
    }
    // plain http is for loopback alone
    given_url.scheme() != "http" && registered == given
}

impl World {
    /// The session cookie's name. Cookies do not tell ports apart, so two practice providers on one host need two names.
    pub(crate) fn cookie(&self) -> String {
        let port = self.origin.rsplit(':').next().unwrap_or_default();
        let port: String = port.chars().filter(char::is_ascii_digit).collect();
        format!("PRACTICE_ESTSAUTH_{port}")
    }

    /// The session a request belongs to, by its cookie.
    pub(crate) fn session_of(&self, headers: &HeaderMap) -> Option<String> {
        let name = self.cookie();
        let lines = headers.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, id)| id.to_owned()).filter(|id| self.sessions.contains_key(id))
    }
}

#[cfg(test)]
mod tests {
    use super::redirect_matches;

    #[test]
    fn a_return_address_is_covered_by_the_rules_of_the_real_service() {
        let table = [
            ("http://localhost", "http://localhost:49152", true),
            ("http://localhost", "http://localhost:49152/", true),
            ("http://localhost", "http://localhost", true),
            ("http://localhost", "http://127.0.0.1:49152", false),
            ("http://localhost", "http://[::1]:49152", false),
            ("http://localhost", "https://localhost:49152", false),
            ("http://localhost", "http://localhost:49152/callback", false),
            ("http://localhost/callback", "http://localhost:49152/callback", true),
            ("http://localhost/callback", "http://localhost:49152/Callback", false),
            ("http://localhost/callback", "http://localhost:49152/callback?x=1", false),
            ("http://127.0.0.1", "http://127.0.0.1:50000", true),
            ("https://app.example/back", "https://app.example/back", true),
            ("https://app.example/back", "https://app.example/back/", false),
            ("http://app.example/back", "http://app.example/back", false),
        ];
        for (registered, given, expected) in table {
            assert_eq!(redirect_matches(registered, given), expected, "{registered} and {given}");
        }
    }
}
