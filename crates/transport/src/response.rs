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

    /// The body as JSON. It is UTF-8 (RFC 8259 §8.1); a byte order mark is passed over, and servers that say Latin-1 are believed.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        let body = self.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.body);
        if self.is_latin_1() {
            let text: String = body.iter().copied().map(char::from).collect();
            return serde_json::from_str(&text);
        }
        serde_json::from_slice(body)
    }

    fn is_latin_1(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().replace('"', "").contains("charset=iso-8859-1"))
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
