//! What an administrator, an intruding proxy or a defect can change about a practice Confluence.

/// Everything that can be switched, also while the server runs (see `Confluence::switch`).
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "these are the switches of a settings page, all independent")]
pub struct Switches {
    /// People who are not signed in may read the spaces that are open to them.
    pub anonymous: bool,
    /// How a closed Confluence turns strangers away from REST.
    pub closed: Closed,
    /// Personal access tokens are on (and the version has them).
    pub tokens: bool,
    /// Basic authentication is allowed on API calls.
    pub basic: bool,
    /// After so many wrong passwords, REST calls included, a CAPTCHA is asked for. Confluence's default is 3.
    pub captcha_after: Option<u32>,
    /// Secure administrator sessions.
    pub websudo: bool,
    /// The remote API (JSON-RPC) is on.
    pub json_rpc: bool,
    /// Read-only access mode for maintenance.
    pub read_only: bool,
    /// Ordinary users may look up people and groups ("browse users").
    pub browse_users: bool,
    /// REST rate limit.
    pub rate_limit: RateLimit,
    /// What stands before Confluence, or in its place.
    pub front: Front,
    /// Defects of listings.
    pub paging: Paging,
    /// Space permissions answer 500 instead of 403 to those who may not read them (CONFSERVER-99908).
    pub permissions_crash: bool,
    /// The setting "base URL" where it is wrong: it goes into every link, whatever address people use.
    pub base_url: Option<String>,
    /// Sessions work inside the browser that opened them and nowhere else, as device-bound ones do. Here a request counts as
    /// the browser's when it carries `Sec-Fetch-Site`, which pages cannot forge and other programs do not send.
    pub bound_sessions: bool,
    /// Every answer carries a content security policy that lets pages do nothing, `fetch` included.
    pub csp: bool,
    /// The gate in front also signs people in to Confluence: its cookie is all that is needed.
    pub gate_signs_in: bool,
    /// The session cookie's path ends with a slash (Tomcat's `sessionCookiePathUsesTrailingSlash`).
    pub cookie_path_slash: bool,
    /// Cloud: version 1 of the REST API has been removed (410).
    pub v1_gone: bool,
    /// Cloud: scopes that the scoped tokens were made without.
    pub missing_scopes: &'static [&'static str],
    /// An app takes tokens of its own in the place of passwords, and passwords no more.
    pub token_app: bool,
}

impl Default for Switches {
    /// A Confluence as most companies run it: closed, everything else at its default.
    fn default() -> Self {
        Self {
            anonymous: false,
            closed: Closed::Forbidden,
            tokens: true,
            basic: true,
            captcha_after: Some(3),
            websudo: false,
            json_rpc: true,
            read_only: false,
            browse_users: true,
            rate_limit: RateLimit::Off,
            front: Front::Open,
            paging: Paging::Sound,
            permissions_crash: false,
            base_url: None,
            bound_sessions: false,
            csp: false,
            gate_signs_in: false,
            cookie_path_slash: false,
            v1_gone: false,
            missing_scopes: &[],
            token_app: false,
        }
    }
}

/// How REST answers strangers where anonymous access is closed. Pages always lead to the login page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// 403 with a JSON body.
    Forbidden,
    /// 401 from the container.
    Unauthorized,
    /// 302 to the login page.
    Login,
}

/// REST rate limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateLimit {
    /// None (the default of the product).
    Off,
    /// The next `times` requests get 429, later ones are served.
    Next {
        /// How many are refused.
        times: u32,
        /// Value of `Retry-After` (seconds or a date).
        retry_after: String,
    },
    /// "Block all": `Retry-After` is the largest number Java has.
    Blocked,
}

/// What stands before Confluence, or in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// Nothing.
    Open,
    /// Whoever has no session is redirected (302) to an identity provider on another origin, API included.
    IdpRedirect,
    /// The same as a page (200) that posts a SAML request by itself.
    IdpAutopost,
    /// The same redirect (302) as OpenID Connect: authorization code, state, nonce and proof key.
    IdpOidc,
    /// Confluence's own login page, with a button that opens the identity provider in a window of its own.
    IdpPopup,
    /// A gate with a sign-in page of its own on the same host, as F5 BIG-IP has it: its cookie is wanted beside Confluence's sign-in.
    GatePage,
    /// A gate that sends people to its sign-in on another origin, as Cloudflare Access does; programs may carry two headers instead.
    GateAccess,
    /// A gate that wants one header and answers 403 to whoever has none.
    GateHeader,
    /// A proxy that has signed people in and names them in a header (`X-Remote-User`), beside the key of [`Front::GateHeader`] by which
    /// Confluence knows the proxy.
    NamingProxy,
    /// A proxy that wants a Kerberos ticket for every request.
    Negotiate,
    /// Confluence is starting, upgrading or broken (its "Johnson" page).
    Maintenance,
    /// A reverse proxy whose backend is down.
    ProxyDown,
    /// A plain web server.
    Nginx,
    /// Jira Data Center.
    Jira,
}

/// Defects of listings (CONFSERVER-95272 and relatives).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// As documented.
    Sound,
    /// `next` is given even past the end.
    NextPastEnd,
    /// The server never gives more than this, whatever was asked.
    Clamped(usize),
    /// Each page repeats the last entry of the page before.
    Duplicates,
}
