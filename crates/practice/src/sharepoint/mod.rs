//! A practice SharePoint Online (REST) and a practice Microsoft Graph over the same sites.
//!
//! Tokens are believed only when the practice Entra signed them for exactly this audience; rights are the person's role cut by
//! the app's scope. Sources: "Get to know the SharePoint REST service", "Complete basic operations using SharePoint REST
//! endpoints", "Granting access via Azure AD App-Only", "Manage the lock status for sites", Microsoft Graph v1.0 reference
//! (site, user, organization, JSON batching, error responses).

mod caller;
mod cloud;
mod graph;
mod odata;
mod permissions;
mod rest;
mod site;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;

use crate::entra::{Entra, guid, http_date};

pub use cloud::{CLIENT_ID, Cloud, CloudBuilder, Situation};
pub use permissions::{
    ADD_AND_CUSTOMIZE_PAGES, BasePermissions, ENUMERATE_PERMISSIONS, MANAGE_LISTS, MANAGE_PERMISSIONS, MANAGE_WEB, Role,
};
pub use site::{Site, SiteState};

/// A practice SharePoint of one tenant. Clones are the same one.
#[derive(Clone)]
pub struct SharePoint {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for SharePoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharePoint").field("origin", &self.origin()).finish_non_exhaustive()
    }
}

struct Inner {
    entra: Entra,
    tenant: String,
    state: Mutex<Inside>,
}

/// Everything that can change.
#[derive(Debug)]
pub(crate) struct Inside {
    pub(crate) origin: String,
    pub(crate) graph_origin: String,
    /// Further audiences SharePoint accepts beside its own origin.
    pub(crate) audiences: Vec<String>,
    pub(crate) sites: Vec<Site>,
    pub(crate) licensed: bool,
    /// Answers to the next requests, whatever they ask: status and `Retry-After`.
    pub(crate) throttled: VecDeque<(StatusCode, String)>,
    pub(crate) graph_throttled: VecDeque<String>,
    /// Tokens issued before this moment are challenged where they understand it.
    pub(crate) revoked_before: Option<i64>,
    pub(crate) time_zone: TimeZone,
}

/// The time zone of every site.
#[derive(Debug, Clone)]
pub struct TimeZone {
    /// SharePoint's number for it.
    pub id: u32,
    /// Its description.
    pub description: String,
    /// Minutes to add to local time for UTC.
    pub bias: i32,
}

/// Collects a practice SharePoint.
pub struct SharePointBuilder {
    entra: Entra,
    tenant: String,
    inside: Inside,
}

impl SharePointBuilder {
    /// Adds a site.
    #[must_use]
    pub fn site(mut self, site: Site) -> Self {
        self.inside.sites.push(site);
        self
    }

    /// Accepts tokens for this resource too, such as a public host name the tests resolve to loopback.
    #[must_use]
    pub fn audience(mut self, uri: &str) -> Self {
        self.inside.audiences.push(uri.to_owned());
        self
    }

    /// The tenant has no SharePoint plan: no site is found, and Graph says so.
    #[must_use]
    pub fn without_licence(mut self) -> Self {
        self.inside.licensed = false;
        self
    }

    /// The finished SharePoint.
    pub fn build(self) -> SharePoint {
        let inner = Inner { entra: self.entra, tenant: self.tenant, state: Mutex::new(self.inside) };
        SharePoint { inner: Arc::new(inner) }
    }
}

impl SharePoint {
    /// Starts a SharePoint of the tenant with this id, trusting `entra`.
    pub fn builder(entra: &Entra, tenant: &str) -> SharePointBuilder {
        let time_zone =
            TimeZone { id: 4, description: "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna".to_owned(), bias: -60 };
        let inside = Inside {
            origin: "http://127.0.0.1".to_owned(),
            graph_origin: "http://127.0.0.1".to_owned(),
            audiences: Vec::new(),
            sites: Vec::new(),
            licensed: true,
            throttled: VecDeque::new(),
            graph_throttled: VecDeque::new(),
            revoked_before: None,
            time_zone,
        };
        SharePointBuilder { entra: entra.clone(), tenant: tenant.to_owned(), inside }
    }

    /// The routes of SharePoint.
    pub fn router(&self) -> Router {
        Router::new().fallback(any(rest::answer)).layer(from_fn_with_state(self.clone(), sharepoint_headers)).with_state(self.clone())
    }

    /// The routes of Graph.
    pub fn graph_router(&self) -> Router {
        Router::new().fallback(any(graph::answer)).layer(from_fn_with_state(self.clone(), graph_headers)).with_state(self.clone())
    }

    /// Tells SharePoint where it is reached: its host, and the audience of its tokens.
    pub fn set_origin(&self, origin: &str) {
        origin.trim_end_matches('/').clone_into(&mut self.inside().origin);
    }

    /// Where SharePoint is reached.
    pub fn origin(&self) -> String {
        self.inside().origin.clone()
    }

    /// Tells Graph where it is reached.
    pub fn set_graph_origin(&self, origin: &str) {
        origin.trim_end_matches('/').clone_into(&mut self.inside().graph_origin);
    }

    /// Where Graph is reached.
    pub fn graph_origin(&self) -> String {
        self.inside().graph_origin.clone()
    }

    /// Changes a site. `false` where there is none at this path.
    pub fn edit_site(&self, path: &str, change: impl FnOnce(&mut Site)) -> bool {
        let mut inside = self.inside();
        inside.sites.iter_mut().find(|site| site.path.eq_ignore_ascii_case(path)).map(change).is_some()
    }

    /// The site at this path.
    pub fn site(&self, path: &str) -> Option<Site> {
        self.inside().sites.iter().find(|site| site.path.eq_ignore_ascii_case(path)).cloned()
    }

    /// Opens one more site.
    pub fn add_site(&self, site: Site) {
        self.inside().sites.push(site);
    }

    /// The next request to SharePoint is answered with 429 or 503 and this `Retry-After`.
    pub fn throttle_next(&self, status: StatusCode, retry_after: &str) {
        self.inside().throttled.push_back((status, retry_after.to_owned()));
    }

    /// The next request to Graph is answered with 429 and this `Retry-After` (it may be a fraction).
    pub fn throttle_graph_next(&self, retry_after: &str) {
        self.inside().graph_throttled.push_back(retry_after.to_owned());
    }

    /// From now on tokens of today and before get a claims challenge where the client said that it understands one
    /// ("Continuous access evaluation").
    pub fn revoke_tokens(&self) {
        let now = self.entra().clock().seconds();
        self.inside().revoked_before = Some(now + 1);
    }

    pub(crate) fn entra(&self) -> &Entra {
        &self.inner.entra
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.inner.tenant
    }

    pub(crate) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A plain-text answer, as SharePoint gives where it does not get as far as `OData`.
pub(crate) fn text(status: StatusCode, body: &'static str) -> Response {
    (status, [("Content-Type", "text/plain; charset=utf-8")], body).into_response()
}

async fn sharepoint_headers(State(sharepoint): State<SharePoint>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let id = guid();
    let headers = response.headers_mut();
    set(headers, "sprequestguid", &id);
    set(headers, "request-id", &id);
    set(headers, "x-sharepointhealthscore", "1");
    set(headers, "microsoftsharepointteamservices", "16.0.0.20000");
    if !headers.contains_key("x-sp-serverstate") {
        set(headers, "x-sp-serverstate", "ReadOnly=0");
    }
    set(headers, "date", &http_date(sharepoint.entra().clock().now()));
    response
}

async fn graph_headers(State(sharepoint): State<SharePoint>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let diagnostic = r#"{"ServerInfo":{"DataCenter":"Practice","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"PRACTICE"}}"#;
    set(headers, "x-ms-ags-diagnostic", diagnostic);
    set(headers, "date", &http_date(sharepoint.entra().clock().now()));
    response
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
