//! What the routes have in common: redirects within an origin are followed by hand, and a throttled request is repeated politely.

use std::time::Duration;

use http::{Method, StatusCode};
use preflight::Origin;
use url::Url;

use crate::{Authorization, Body, FormValue, Redirects, Request, Response, Retry, RetryAfter};

/// How many redirects within the origin are followed. Servers need one or two; more is a circle.
const MOST_REDIRECTS: usize = 5;

/// The longest pause that is waited out. A person is watching, and a whole test is to be over within a minute;
/// who asks for more patience than that is told apart as throttling instead.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The pause after a 429 that does not say how long.
const USUAL_PAUSE: Duration = Duration::from_secs(1);

/// One of the exchanges that a request takes: the first, or one after a redirect.
#[derive(Clone, Debug)]
pub struct Hop<'a> {
    origin: &'a Origin,
    request: &'a Request,
    /// Its method.
    pub method: Method,
    /// Its body.
    pub body: &'a Body,
    /// Its address, always on the origin.
    pub url: Url,
    followed: usize,
}

impl<'a> Hop<'a> {
    /// The first exchange of a request.
    pub fn first(origin: &'a Origin, request: &'a Request) -> Self {
        let mut url = origin.to_url();
        // setting the parts, unlike joining texts, cannot change the host
        let (path, query) =
            request.path.as_str().split_once('?').map_or((request.path.as_str(), None), |(path, query)| (path, Some(query)));
        url.set_path(path);
        url.set_query(query);
        Self { origin, request, method: request.method.clone(), body: &request.body, url, followed: 0 }
    }

    /// The exchange after this answer, if it is a redirect that is followed.
    pub fn after(&self, answer: &Response) -> Option<Self> {
        if self.request.redirects == Redirects::Stop || self.followed == MOST_REDIRECTS {
            return None;
        }
        let url = redirect_within(self.origin, answer)?;
        let mut next = Self { url, followed: self.followed + 1, ..self.clone() };
        if becomes_get(&self.method, answer.status) {
            next.method = Method::GET;
            next.body = &Body::Empty;
        }
        Some(next)
    }
}

/// Where a redirect leads, if that is the same origin. What a user name in it or a fragment says is dropped.
fn redirect_within(origin: &Origin, answer: &Response) -> Option<Url> {
    let redirects = matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let to = answer.redirect().filter(|to| redirects && Origin::of(to).as_ref() == Ok(origin))?;
    let mut url = origin.to_url();
    url.set_path(to.path());
    url.set_query(to.query());
    Some(url)
}

/// Whether the redirected request is a GET without the body (RFC 9110 §15.4.2 to §15.4.4).
fn becomes_get(method: &Method, status: StatusCode) -> bool {
    match status {
        StatusCode::SEE_OTHER => *method != Method::HEAD,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => *method == Method::POST,
        _ => false,
    }
}

impl Retry {
    /// How long to wait before asking once more after this answer, if at all.
    pub fn pause_after(self, answer: &Response) -> Option<Duration> {
        if self == Self::Never {
            return None;
        }
        let pause = match (answer.status, answer.retry_after()) {
            (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, Some(RetryAfter::Seconds(seconds))) => {
                Duration::from_secs(seconds)
            }
            (StatusCode::TOO_MANY_REQUESTS, None) => USUAL_PAUSE,
            _ => return None,
        };
        (pause <= LONGEST_PAUSE).then_some(pause)
    }
}

impl Request {
    /// True where a secret goes along: as authorization, as a secret header, in a form.
    pub fn has_credential(&self) -> bool {
        let in_header = matches!(self.authorization, Some(Authorization::Bearer(_) | Authorization::Basic { .. }));
        let in_form = matches!(&self.body, Body::Form(fields) if fields.iter().any(|(_, value)| matches!(value, FormValue::Secret(_))));
        in_header || in_form || !self.secret_headers.is_empty()
    }
}
