//! A request: a method and a path on an origin, with headers, a body and at most one credential.

use std::borrow::Cow;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use preflight::BoundSecret;

/// A path on an origin with its query, such as `/rest/api/space?limit=25`. Always starts with `/`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OriginPath(String);

impl OriginPath {
    /// A path. A leading `/` is added where it is missing; `//` at the start, which would name another host, is collapsed,
    /// also where it is disguised by the blanks and controls that URL parsers skip.
    pub fn new(path: impl AsRef<str>) -> Self {
        Self(format!("/{}", path.as_ref().trim_start_matches(|c: char| matches!(c, '/' | '\\' | ' ') || c.is_control())))
    }

    /// The path and query.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same path with one more query parameter, percent-encoded.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.extend(url::form_urlencoded::byte_serialize(name.as_bytes()));
        self.0.push('=');
        self.0.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
        self
    }
}

/// The credential of a request. Its header is made by the transport, for the transport's own origin.
#[derive(Clone, Debug)]
pub enum Authorization {
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer(BoundSecret),
    /// `Authorization: Basic …` (RFC 7617), UTF-8.
    Basic {
        /// User name or e-mail.
        user: String,
        /// Password or token.
        password: BoundSecret,
    },
    /// `Authorization: Bearer` with no token, which makes SharePoint name its tenant.
    EmptyBearer,
}

/// A value of a form field.
#[derive(Clone, Debug)]
pub enum FormValue {
    /// May be logged.
    Plain(Cow<'static, str>),
    /// Must not be logged, and goes to its own origin only.
    Secret(BoundSecret),
}

impl From<&'static str> for FormValue {
    fn from(text: &'static str) -> Self {
        Self::Plain(Cow::Borrowed(text))
    }
}

impl From<String> for FormValue {
    fn from(text: String) -> Self {
        Self::Plain(Cow::Owned(text))
    }
}

impl From<BoundSecret> for FormValue {
    fn from(secret: BoundSecret) -> Self {
        Self::Secret(secret)
    }
}

/// A request's body.
#[derive(Clone, Default, Debug)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// `application/x-www-form-urlencoded`
    Form(Vec<(&'static str, FormValue)>),
    /// `application/json`
    Json(serde_json::Value),
}

/// What to do with a redirect. One to another origin is never followed: it comes back as the answer.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Redirects {
    /// Every redirect is the answer.
    #[default]
    Stop,
    /// Up to five redirects within the origin are followed.
    SameOrigin,
}

/// Whether a throttled request is tried again. 401 and 403 never are.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Retry {
    /// Once, after the time that the server asks for (`Retry-After`, RFC 9110 §10.2.3), if that is short enough.
    #[default]
    OncePolitely,
    /// Not at all, because doing it twice would do it twice.
    Never,
}

/// A request to the origin of the transport that it is given to.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path and query.
    pub path: OriginPath,
    /// Headers that may be logged.
    pub headers: HeaderMap,
    /// Headers that must not be logged, such as those of a gate.
    pub secret_headers: Vec<(HeaderName, BoundSecret)>,
    /// Credential.
    pub authorization: Option<Authorization>,
    /// Body.
    pub body: Body,
    /// Redirects.
    pub redirects: Redirects,
    /// Throttling.
    pub retry: Retry,
    /// The largest body that is read, in bytes.
    pub body_limit: usize,
    /// The longest wait for the whole answer; none means the transport's own.
    pub timeout: Option<Duration>,
}

/// The usual cap on a body: 8 MiB, more than any API answer or HTML page that is asked for.
pub(crate) const BODY_LIMIT: usize = 8 * 1024 * 1024;

impl Request {
    /// A request with this method.
    pub fn new(method: Method, path: OriginPath) -> Self {
        Self {
            method,
            path,
            headers: HeaderMap::new(),
            secret_headers: Vec::new(),
            authorization: None,
            body: Body::Empty,
            redirects: Redirects::default(),
            retry: Retry::default(),
            body_limit: BODY_LIMIT,
            timeout: None,
        }
    }

    /// A GET request.
    pub fn get(path: impl AsRef<str>) -> Self {
        Self::new(Method::GET, OriginPath::new(path))
    }

    /// A POST request that is never sent twice.
    pub fn post(path: impl AsRef<str>, body: Body) -> Self {
        Self { body, retry: Retry::Never, ..Self::new(Method::POST, OriginPath::new(path)) }
    }

    /// With a header that may be logged. One with bytes that no header may hold is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Asks for JSON.
    #[must_use]
    pub fn accept_json(self) -> Self {
        self.header(http::header::ACCEPT, "application/json")
    }

    /// With a credential, if there is one.
    #[must_use]
    pub fn authorized(mut self, authorization: Option<Authorization>) -> Self {
        self.authorization = authorization;
        self
    }

    /// Follows redirects within the origin.
    #[must_use]
    pub fn follow(mut self) -> Self {
        self.redirects = Redirects::SameOrigin;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_name_another_host() {
        for hostile in ["//evil.test/x", "\\\\evil.test/x", "/\\evil.test/x", "\t//evil.test/x", "/\n/evil.test/x"] {
            assert!(!OriginPath::new(hostile).as_str()[1..].starts_with(['/', '\\']), "{hostile}");
        }
        assert_eq!(OriginPath::new("rest/api").query("cql", "space=\"A B\" & x").as_str(), "/rest/api?cql=space%3D%22A+B%22+%26+x");
    }
}
