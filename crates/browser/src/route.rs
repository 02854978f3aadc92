//! The route through the browser: every request is a `fetch` inside a page of its origin, with the session of that page.
//!
//! The page is one of our own that is in no window, so that nothing the person does can cut a request short. What a `fetch` cannot see, which is where
//! a redirect leads and why a connection failed, is learnt by asking once more while the browser reports on its network.

mod answer;
mod failure;
mod look;
mod page;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderName, Method, header};
use preflight::{Origin, WrongOrigin};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use transport::{Authorization, Body, FormValue, Hop, Request, Response, Route, Transport, TransportError, TransportErrorKind as Kind};
use url::Url;

use self::answer::Outcome;
pub(crate) use self::page::{Page, Place, find_or_make};
use crate::BrowserError;
use crate::cdp::calls;
use crate::live::Alive;
use crate::world;

/// Puts the function that fetches into our own world of a page.
const SET_UP: &str = include_str!("../assets/fetch.js");

/// Calls it.
const FETCH: &str = "request => wayleaveFetch(request)";

/// The longest wait for a whole exchange of a request that brings no limit of its own.
const USUAL_LIMIT: Duration = Duration::from_secs(45);

/// How often a request is tried whose page went away before it was sent, or that may be sent twice.
const MOST_TRIES: usize = 3;

/// Carries requests to one origin through the browser.
pub(crate) struct BrowserTransport {
    alive: Arc<Alive>,
    origin: Origin,
    page: Mutex<Option<Arc<Page>>>,
    next: AtomicU64,
}

impl BrowserTransport {
    pub(crate) fn new(alive: Arc<Alive>, origin: Origin) -> Self {
        Self { alive, origin, page: Mutex::default(), next: AtomicU64::new(1) }
    }
}

impl fmt::Debug for BrowserTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserTransport").field("origin", &self.origin).finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for BrowserTransport {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn route(&self) -> Route {
        Route::Browser
    }

    async fn execute(&self, request: Request) -> Result<Response, TransportError> {
        if !self.origin.is_https() && !self.origin.is_loopback() && request.has_credential() {
            return Err(self.error(Kind::CredentialOverPlainHttp));
        }
        let answer = self.attempt(&request).await?;
        match request.retry.pause_after(&answer) {
            Some(pause) => {
                tokio::time::sleep(pause).await;
                self.attempt(&request).await
            }
            None => Ok(answer),
        }
    }
}

impl BrowserTransport {
    /// The whole exchange, within its time.
    async fn attempt(&self, request: &Request) -> Result<Response, TransportError> {
        let limit = request.timeout.unwrap_or(USUAL_LIMIT);
        match tokio::time::timeout(limit, self.follow(request, limit)).await {
            Ok(done) => done,
            Err(_elapsed) => Err(self.error(Kind::Timeout)),
        }
    }

    async fn follow(&self, request: &Request, limit: Duration) -> Result<Response, TransportError> {
        let mut hop = Hop::first(&self.origin, request);
        loop {
            let answer = self.hop(request, &hop, limit).await?;
            match hop.after(&answer) {
                Some(next) => hop = next,
                None => return Ok(answer),
            }
        }
    }

    /// One request and its answer.
    async fn hop(&self, request: &Request, hop: &Hop<'_>, limit: Duration) -> Result<Response, TransportError> {
        let call = self.call(request, hop, limit)?;
        let repeatable = matches!(hop.method, Method::GET | Method::HEAD | Method::OPTIONS);
        let mut last = Kind::Closed;
        for _ in 0..MOST_TRIES {
            let page = match self.page().await? {
                Place::On(page) => page,
                Place::Elsewhere(address) => return Ok(answer::sent_to(&address, &hop.url, self.alive.clock.now())),
            };
            match self.ask(&page, &call, limit).await {
                Ok(Outcome::Answer(answer)) => {
                    let answer = answer.into_response(&hop.url, self.alive.clock.now()).map_err(|kind| self.error(kind))?;
                    // the first challenge of a fresh profile stays unanswered in Chromium; asked once more, it answers. Nothing was done yet.
                    if answer::is_negotiated(&answer) && page.first_challenge() {
                        continue;
                    }
                    return Ok(answer);
                }
                Ok(Outcome::Redirected) if repeatable => return self.look(&page, &call, hop, limit).await,
                Ok(Outcome::Redirected) => return Ok(answer::sent_somewhere(&hop.url, self.alive.clock.now())),
                Ok(Outcome::Failed(name)) if name == "TimeoutError" => return Err(self.error(Kind::Timeout)),
                Ok(Outcome::Failed(_)) if repeatable => return self.look(&page, &call, hop, limit).await,
                Ok(Outcome::Failed(_) | Outcome::Cancelled) => return Err(self.error(Kind::Closed)),
                Ok(Outcome::TooLarge) => return Err(self.error(Kind::BodyTooLarge { limit: request.body_limit })),
                // it was not sent
                Ok(Outcome::Elsewhere) => self.lose(&page).await,
                Err(error) => {
                    let may_repeat = repeatable || failure::was_not_sent(&error);
                    match error {
                        BrowserError::Closed => return Err(self.broken(Kind::Closed, error)),
                        BrowserError::Timeout { .. } => return Err(self.broken(Kind::Timeout, error)),
                        BrowserError::Refused { .. } if may_repeat => {
                            tracing::debug!(%error, "the page went away, asking in another one");
                            self.lose(&page).await;
                            last = Kind::Closed;
                        }
                        error => return Err(self.broken(Kind::Closed, error)),
                    }
                }
            }
        }
        Err(self.error(last))
    }

    /// Calls the function that fetches. If nobody waits for the answer any more, the request is called off.
    async fn ask(&self, page: &Page, call: &Value, limit: Duration) -> Result<Outcome, BrowserError> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut argument = call.clone();
        argument["id"] = id.into();
        let mut calling = Calling { alive: &self.alive, page, id, done: false };
        // the page keeps the time; we only give up on a page that does not
        let within = limit.saturating_add(Duration::from_secs(2));
        let outcome = world::call_in(&self.alive.cdp, &page.session, page.world, FETCH, argument, within).await;
        calling.done = true;
        Ok(outcome?.unwrap_or(Outcome::Cancelled))
    }

    /// What the function is told: everything as data.
    fn call(&self, request: &Request, hop: &Hop<'_>, limit: Duration) -> Result<Value, TransportError> {
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in &request.headers {
            headers.push((name.to_string(), value.to_str().unwrap_or_default().to_owned()));
        }
        for (name, value) in &request.secret_headers {
            headers.push((name.to_string(), self.sendable(value.expose_for(&self.origin).map_err(|wrong| self.wrong_origin(wrong))?)?));
        }
        if let Some(authorization) = &request.authorization {
            headers.push((header::AUTHORIZATION.to_string(), self.authorization(authorization)?));
        }
        let body = self.body(hop.body, &mut headers)?;
        headers.retain(|(name, _)| !is_the_browsers_own(name));
        Ok(json!({
            "origin": self.origin.to_string(),
            "url": hop.url.as_str(),
            "method": hop.method.as_str(),
            "headers": headers,
            "body": body,
            "limit": request.body_limit,
            "timeout": u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
        }))
    }

    fn authorization(&self, authorization: &Authorization) -> Result<String, TransportError> {
        use base64::Engine as _;
        match authorization {
            Authorization::EmptyBearer => Ok("Bearer".to_owned()),
            Authorization::Bearer(token) => {
                let token = token.expose_for(&self.origin).map_err(|wrong| self.wrong_origin(wrong))?;
                self.sendable(&format!("Bearer {token}"))
            }
            Authorization::Basic { user, password } => {
                let password = password.expose_for(&self.origin).map_err(|wrong| self.wrong_origin(wrong))?;
                Ok(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"))))
            }
        }
    }

    fn body(&self, body: &Body, headers: &mut Vec<(String, String)>) -> Result<Option<String>, TransportError> {
        let mut kind = |kind: &str| {
            if !headers.iter().any(|(name, _)| header::CONTENT_TYPE == name.as_str()) {
                headers.push((header::CONTENT_TYPE.to_string(), kind.to_owned()));
            }
        };
        Ok(match body {
            Body::Empty => None,
            Body::Json(value) => {
                kind("application/json");
                Some(value.to_string())
            }
            Body::Form(fields) => {
                kind("application/x-www-form-urlencoded");
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                for (name, value) in fields {
                    let value = match value {
                        FormValue::Plain(text) => text.as_ref(),
                        FormValue::Secret(secret) => secret.expose_for(&self.origin).map_err(|wrong| self.wrong_origin(wrong))?,
                    };
                    form.append_pair(name, value);
                }
                Some(form.finish())
            }
        })
    }

    fn sendable(&self, text: &str) -> Result<String, TransportError> {
        // a header of a fetch holds bytes; what is no ASCII would be refused there, with the text in the message
        if text.chars().all(|c| c == '\t' || (' '..='~').contains(&c)) {
            Ok(text.to_owned())
        } else {
            Err(self.error(Kind::UnsendableCredential))
        }
    }

    /// The page that fetches, made where there is none.
    async fn page(&self) -> Result<Place, TransportError> {
        let mut kept = self.page.lock().await;
        if let Some(page) = &*kept {
            return Ok(Place::On(Arc::clone(page)));
        }
        let place = find_or_make(&self.alive, &self.origin).await.map_err(|kind| self.error(kind))?;
        if let Place::On(page) = &place {
            *kept = Some(Arc::clone(page));
        }
        Ok(place)
    }

    /// Drops a page that is no longer there.
    async fn lose(&self, page: &Arc<Page>) {
        let mut kept = self.page.lock().await;
        if kept.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, page)) {
            *kept = None;
        }
    }

    fn wrong_origin(&self, wrong: WrongOrigin) -> TransportError {
        self.error(Kind::WrongOrigin(Box::new(wrong)))
    }

    fn error(&self, kind: Kind) -> TransportError {
        TransportError { origin: self.origin.clone(), kind, source: None }
    }

    fn broken(&self, kind: Kind, error: BrowserError) -> TransportError {
        TransportError { origin: self.origin.clone(), kind, source: Some(Box::new(error)) }
    }
}

/// Headers that the browser sets by itself and a script may not (Fetch standard, forbidden request-header).
fn is_the_browsers_own(name: &str) -> bool {
    const OWN: [HeaderName; 6] =
        [header::COOKIE, header::HOST, header::ORIGIN, header::USER_AGENT, header::CONTENT_LENGTH, header::ACCEPT_ENCODING];
    OWN.iter().any(|own| own == name)
}

/// A call in a page. Calls off the request where the waiting for it ends early.
struct Calling<'a> {
    alive: &'a Alive,
    page: &'a Page,
    id: u64,
    done: bool,
}

impl Drop for Calling<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.alive.cdp.tell(Some(&self.page.session), calls::call(self.page.world, FETCH, json!({ "cancel": self.id })));
        }
    }
}

/// An address without its query and fragment, which may hold codes and tokens.
fn without_query(mut address: Url) -> Url {
    address.set_query(None);
    address.set_fragment(None);
    address
}
