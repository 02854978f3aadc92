//! An answer: status, headers and a body that was read to its end.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use preflight::Origin;
use serde::de::DeserializeOwned;
use url::Url;

/// An answer. Its `Debug` shows no body and no header values, since those may hold tokens.
#[derive(Clone)]
pub struct Response {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, decompressed.
    pub body: Bytes,
    /// The address that answered, after redirects within the origin.
    pub url: Url,
    /// When the answer came, by this computer's clock.
    pub received_at: Timestamp,
}

impl Response {
    /// A header's value as text, where it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as text; bytes that are no UTF-8 are replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// True where the server says that the body is JSON.
    pub fn is_json(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.contains("json"))
    }

    /// True where the body is or looks like an HTML page.
    pub fn is_html(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.contains("html")) || {
            let start = self.body.get(..256.min(self.body.len())).unwrap_or_default().to_ascii_lowercase();
            let start = String::from_utf8_lossy(&start);
            start.trim_start().starts_with("<!doctype html") || start.trim_start().starts_with("<html")
        }
    }

    /// Where a redirect leads, resolved against the address that answered.
    pub fn redirect(&self) -> Option<Url> {
        if !self.status.is_redirection() {
            return None;
        }
        self.header("location").and_then(|location| self.url.join(location).ok())
    }

    /// Where a redirect leads, if that is another origin.
    pub fn redirect_away(&self) -> Option<Url> {
        let target = self.redirect()?;
        (Origin::of(&target) != Origin::of(&self.url)).then_some(target)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).field("body_bytes", &self.body.len()).finish_non_exhaustive()
    }
}
