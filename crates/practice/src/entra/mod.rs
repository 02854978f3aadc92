//! A practice Entra ID: sign-in pages, tokens and refusals in the shapes of Microsoft's identity platform (v2.0 endpoints).
//!
//! What the real service refuses is refused here, with the same frame. Sources: the Microsoft identity platform documentation
//! ("Authorization code flow", "Redirect URI restrictions", "Access token claims", "Error codes"), RFC 6749, RFC 7636, OpenID
//! Connect Core 1.0.
//!
//! ```no_run
//! # async fn example(url: &str) {
//! use practice::entra::{App, Choice, Entra, Landing, Resource, SHAREPOINT_APP_ID, Tenant, User};
//!
//! let tenant = Tenant::new("Heather & Vale", "heathervale.example");
//! let entra = Entra::builder()
//!     .user(User::member(&tenant, "ada@heathervale.example", "Ada Brook", "heather"))
//!     .app(App::desktop(&tenant, "5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01", "Wayleave").requesting(SHAREPOINT_APP_ID, &["AllSites.Manage"]))
//!     .resource(Resource::sharepoint(&tenant, vec!["http://127.0.0.1:8080".to_owned()]))
//!     .tenant(tenant)
//!     .build();
//! match entra.sign_in_like_a_browser(url, "ada@heathervale.example", Choice::Accept).await {
//!     Landing::Redirect { url, .. } => assert!(url.contains("code=")),
//!     other => panic!("{other:?}"),
//! }
//! # }
//! ```

mod authorize;
mod browser;
mod certificate;
mod clock;
mod credentials;
mod device;
mod directory;
mod discovery;
mod fault;
mod flow;
mod ids;
mod issue;
mod keys;
mod pages;
mod refusal;
mod scopes;
mod token;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};

pub use browser::{Browser, Choice, Landing, PageError};
pub use certificate::{AssertionAlgorithm, ClientCertificate};
pub use clock::Clock;
pub use directory::{App, Block, ClientSecret, GRAPH_APP_ID, Permission, Platform, Policy, Resource, SHAREPOINT_APP_ID, Tenant, User};
pub use fault::Fault;
pub use keys::SigningKey;

pub(crate) use clock::http_date;
pub(crate) use ids::{guid, guid_of, is_guid};
pub(crate) use keys::UnverifiedJwt;

/// A practice identity provider. Clones are the same provider.
#[derive(Clone)]
pub struct Entra {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Entra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entra").field("origin", &self.origin()).finish_non_exhaustive()
    }
}

struct Inner {
    key: SigningKey,
    clock: Clock,
    world: Mutex<World>,
}

/// Everything that can change.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) origin: String,
    pub(crate) graph_host: String,
    pub(crate) tenants: Vec<Tenant>,
    pub(crate) users: Vec<User>,
    pub(crate) apps: Vec<App>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) policies: Vec<Policy>,
    pub(crate) faults: fault::Faults,
    pub(crate) flows: BTreeMap<String, flow::Flow>,
    pub(crate) sessions: BTreeMap<String, Vec<flow::SignedIn>>,
    pub(crate) codes: BTreeMap<String, token::Code>,
    pub(crate) refresh_tokens: BTreeMap<String, token::RefreshToken>,
    pub(crate) revoked_families: BTreeSet<String>,
    pub(crate) device_codes: BTreeMap<String, device::DeviceCode>,
    pub(crate) seen_assertions: BTreeSet<String>,
    pub(crate) device_interval: Option<i64>,
}

impl World {
    pub(crate) fn tenant(&self, name: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.answers_to(name))
    }

    pub(crate) fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id.eq_ignore_ascii_case(client_id))
    }

    pub(crate) fn user(&self, tenant: &str, oid: &str) -> Option<&User> {
        self.users.iter().find(|user| user.tenant == tenant && user.oid == oid)
    }

    pub(crate) fn user_named(&self, tenant: &str, upn: &str) -> Option<&User> {
        self.users.iter().find(|user| user.tenant == tenant && user.upn.eq_ignore_ascii_case(upn))
    }
}

/// Collects a practice directory.
#[derive(Default)]
pub struct EntraBuilder {
    world: World,
    clock: Clock,
}

impl EntraBuilder {
    /// Adds an organization.
    #[must_use]
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.world.tenants.push(tenant);
        self
    }

    /// Adds a person.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.world.users.push(user);
        self
    }

    /// Adds an app registration.
    #[must_use]
    pub fn app(mut self, app: App) -> Self {
        self.world.apps.push(app);
        self
    }

    /// Adds a resource.
    #[must_use]
    pub fn resource(mut self, resource: Resource) -> Self {
        self.world.resources.push(resource);
        self
    }

    /// Adds a Conditional Access policy.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.world.policies.push(policy);
        self
    }

    /// Lives by this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The finished provider. It makes (or takes) the process's signing key, which needs a moment the first time.
    pub fn build(self) -> Entra {
        let mut world = self.world;
        if world.origin.is_empty() {
            "http://127.0.0.1".clone_into(&mut world.origin);
        }
        Entra { inner: Arc::new(Inner { key: SigningKey::shared(), clock: self.clock, world: Mutex::new(world) }) }
    }
}

impl Entra {
    /// Starts to collect a directory.
    pub fn builder() -> EntraBuilder {
        EntraBuilder::default()
    }

    /// The routes of the provider, to be served at an origin of its own.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/common/discovery/instance", get(discovery::instance))
            .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery::configuration))
            .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
            .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::authorize).post(authorize::authorize_post))
            .route("/{tenant}/login", post(authorize::step))
            .route("/{tenant}/oauth2/v2.0/token", post(token::token))
            .route("/{tenant}/oauth2/v2.0/devicecode", post(device::start))
            .route("/devicelogin", get(device::page).post(device::enter))
            .route("/{tenant}/oauth2/v2.0/logout", get(authorize::logout))
            .layer(from_fn_with_state(self.clone(), dated))
            .with_state(self.clone())
    }

    /// Tells the provider where it is reached; endpoints and issuers follow.
    pub fn set_origin(&self, origin: &str) {
        origin.trim_end_matches('/').clone_into(&mut self.world().origin);
    }

    /// Where it is reached.
    pub fn origin(&self) -> String {
        self.world().origin.clone()
    }

    /// The host of Graph that discovery names (`msgraph_host`).
    pub fn set_graph_host(&self, host: &str) {
        host.clone_into(&mut self.world().graph_host);
    }

    /// `origin/tenant`, the authority for a tenant id, a domain, `common` or `organizations`.
    pub fn authority(&self, tenant: &str) -> String {
        format!("{}/{tenant}", self.origin())
    }

    /// The clock everything here lives by.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The key tokens are signed with.
    pub fn signing_key(&self) -> &SigningKey {
        &self.inner.key
    }

    /// Adds a resource later, when its address is known.
    pub fn add_resource(&self, resource: Resource) {
        self.world().resources.push(resource);
    }

    /// Adds a person later.
    pub fn add_user(&self, user: User) {
        self.world().users.push(user);
    }

    /// Switches a Conditional Access policy on.
    pub fn add_policy(&self, policy: Policy) {
        self.world().policies.push(policy);
    }

    /// Changes an app registration. `false` where there is none with this client id.
    pub fn edit_app(&self, client_id: &str, change: impl FnOnce(&mut App)) -> bool {
        let mut world = self.world();
        world.apps.iter_mut().find(|app| app.client_id == client_id).map(change).is_some()
    }

    /// Changes a person in a tenant. `false` where there is nobody of that name.
    pub fn edit_user(&self, tenant: &str, upn: &str, change: impl FnOnce(&mut User)) -> bool {
        let mut world = self.world();
        world.users.iter_mut().find(|user| user.tenant == tenant && user.upn == upn).map(change).is_some()
    }

    /// Changes a tenant. `false` where there is none with this id.
    pub fn edit_tenant(&self, id: &str, change: impl FnOnce(&mut Tenant)) -> bool {
        let mut world = self.world();
        world.tenants.iter_mut().find(|tenant| tenant.id == id).map(change).is_some()
    }

    /// How many seconds a device has to wait between two questions; 5 where nothing is said.
    pub fn set_device_interval(&self, seconds: u32) {
        self.world().device_interval = Some(seconds.into());
    }

    /// Misbehaves from now on.
    pub fn break_with(&self, fault: Fault) {
        self.world().faults.set(fault, None);
    }

    /// Misbehaves the next `times` times.
    pub fn break_times(&self, fault: Fault, times: u32) {
        self.world().faults.set(fault, Some(times));
    }

    /// Behaves again.
    pub fn mend(&self, fault: Fault) {
        self.world().faults.clear(fault);
    }

    /// An administrator ends all sessions of a person: refresh tokens issued so far are refused with AADSTS50173.
    pub fn revoke_sessions(&self, upn: &str) {
        let mut world = self.world();
        let oids: BTreeSet<String> =
            world.users.iter().filter(|user| user.upn.eq_ignore_ascii_case(upn)).map(|user| user.oid.clone()).collect();
        let families: Vec<String> =
            world.refresh_tokens.values().filter(|token| oids.contains(&token.oid)).map(|token| token.family.clone()).collect();
        world.revoked_families.extend(families);
        for signed_in in world.sessions.values_mut() {
            signed_in.retain(|person| !oids.contains(&person.oid));
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.inner.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers carry the service's own idea of the time, which a client compares with its own.
async fn dated(State(entra): State<Entra>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Ok(date) = HeaderValue::from_str(&http_date(entra.clock().now())) {
        response.headers_mut().insert("Date", date);
    }
    response
}
