//! The wire log: one line per request at debug level under the target `wire`, without anything secret.

use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, header};
use preflight::{Origin, SafeText};
use url::Url;

use crate::{Authorization, Request, Response, TransportErrorKind};

/// The target to filter for.
const TARGET: &str = "wire";

/// The headers whose values are shown. All others may hold credentials.
const SHOWN: &[HeaderName] =
    &[header::ACCEPT, header::CONTENT_LENGTH, header::CONTENT_TYPE, header::DATE, header::RETRY_AFTER, header::SERVER, header::VIA];

/// A request on its way, as it may be told.
pub(super) struct Asked<'a> {
    pub(super) method: &'a Method,
    pub(super) origin: &'a Origin,
    pub(super) url: &'a Url,
    pub(super) request: &'a Request,
}

impl Asked<'_> {
    pub(super) fn answered(&self, response: &Response, took: Duration) {
        tracing::debug!(
            target: TARGET,
            method = %self.method,
            origin = %self.origin,
            path = %path(self.url),
            credential = credential(self.request),
            sent = %headers(&self.request.headers),
            status = response.status.as_u16(),
            received = %headers(&response.headers),
            location = %location(response),
            bytes = response.body.len(),
            ms = took.as_millis(),
        );
    }

    pub(super) fn failed(&self, kind: &TransportErrorKind, took: Duration) {
        tracing::debug!(
            target: TARGET,
            method = %self.method,
            origin = %self.origin,
            path = %path(self.url),
            credential = credential(self.request),
            sent = %headers(&self.request.headers),
            failed = %SafeText::from(kind.to_string()),
            ms = took.as_millis(),
        );
    }
}

fn path(url: &Url) -> SafeText {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    SafeText::from(format!("{}{query}", url.path()))
}

fn credential(request: &Request) -> &'static str {
    match request.authorization {
        Some(Authorization::Bearer(_)) => "bearer",
        Some(Authorization::Basic { .. }) => "basic",
        Some(Authorization::EmptyBearer) => "empty bearer",
        None if request.secret_headers.is_empty() => "none",
        None => "header",
    }
}

fn headers(headers: &HeaderMap) -> SafeText {
    let shown = SHOWN.iter().filter_map(|name| Some(format!("{name}: {}", headers.get(name)?.to_str().ok()?)));
    SafeText::from(shown.collect::<Vec<_>>().join("; "))
}

/// Where a redirect leads. Its query is left out: sign-ins carry codes and assertions there, under names that nobody can list.
fn location(response: &Response) -> SafeText {
    let Some(mut to) = response.redirect() else { return SafeText::from("") };
    to.set_query(None);
    to.set_fragment(None);
    SafeText::from(String::from(to))
}
