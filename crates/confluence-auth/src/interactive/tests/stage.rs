//! A window and a wiki by script: what is seen inside the browser, and what outside of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use browser::{BrowserError, Choice, Event, Gone, Launcher, Open, Panel, Window};
use http::header::COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use preflight::{BoundSecret, Clock, Origin, Secret, UserPrompt};
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::time::Instant;
use transport::{Network, Request, Response, Route, Transport, TransportError, TransportErrorKind};
use url::Url;

use super::super::Audience;

pub(crate) const SITE: &str = "https://wiki.example.com";
pub(crate) const IDP: &str = "https://login.example.com";
pub(crate) const COOKIES: &str = "JSESSIONID=MARKER-SECRET-SESSION-0001; lb=n1";

/// How the wiki answers the question who is signed in.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Says {
    User(&'static str),
    Anonymous,
    Closed,
    Login,
    NoAccess,
    Negotiate,
    Throttled(u64),
    Blocked,
    Down,
    NotHere,
    Silence,
}

/// A question that was asked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) inside: bool,
    pub(crate) path: String,
    pub(crate) cookies: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) origin: Option<String>,
    pub(crate) at: Duration,
}

/// The wiki, the window and whoever is told.
#[derive(Clone)]
pub(crate) struct Stage(Arc<Inner>);

struct Inner {
    begun: Instant,
    user_agent: String,
    state: Mutex<State>,
    events: mpsc::UnboundedSender<Event>,
    waiting: AsyncMutex<mpsc::UnboundedReceiver<Event>>,
    gone: Mutex<Option<Gone>>,
    closed: AtomicBool,
}

struct State {
    inside: Says,
    outside: Says,
    /// Other answers below other context paths.
    elsewhere: BTreeMap<&'static str, Says>,
    cookies: Option<&'static str>,
    asked: Vec<Question>,
    done: Vec<String>,
    seen: Vec<String>,
    prompts: Vec<Option<UserPrompt>>,
    guarded: Vec<Secret>,
    opened: Vec<Open>,
    refuses: Option<fn() -> BrowserError>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stage")
    }
}

impl Stage {
    pub(crate) fn new(inside: Says, outside: Says) -> Self {
        let (events, waiting) = mpsc::unbounded_channel();
        Self(Arc::new(Inner {
            begun: Instant::now(),
            user_agent: "Mozilla/5.0 (of the browser)".to_owned(),
            state: Mutex::new(State {
                inside,
                outside,
                elsewhere: BTreeMap::new(),
                cookies: Some(COOKIES),
                asked: Vec::new(),
                done: Vec::new(),
                seen: Vec::new(),
                prompts: Vec::new(),
                guarded: Vec::new(),
                opened: Vec::new(),
                refuses: None,
            }),
            events,
            waiting: AsyncMutex::new(waiting),
            gone: Mutex::new(None),
            closed: AtomicBool::new(false),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn inside(&self, says: Says) {
        self.lock().inside = says;
    }

    pub(crate) fn outside(&self, says: Says) {
        self.lock().outside = says;
    }

    pub(crate) fn under(&self, context: &'static str, says: Says) {
        self.lock().elsewhere.insert(context, says);
    }

    pub(crate) fn cookies(&self, cookies: Option<&'static str>) {
        self.lock().cookies = cookies;
    }

    pub(crate) fn refuses(&self, error: fn() -> BrowserError) {
        self.lock().refuses = Some(error);
    }

    pub(crate) fn goes(&self, origin: &str) {
        self.happens(Event::Navigated(Some(Origin::parse(origin).expect("an origin"))));
    }

    pub(crate) fn presses(&self, choice: Choice) {
        self.happens(Event::Pressed(choice));
    }

    pub(crate) fn ends(&self, gone: Gone) {
        self.happens(Event::Gone(gone));
    }

    fn happens(&self, event: Event) {
        self.0.events.send(event).expect("the stage itself listens");
    }

    pub(crate) fn asked(&self) -> Vec<Question> {
        self.lock().asked.clone()
    }

    pub(crate) fn asked_inside(&self) -> usize {
        self.lock().asked.iter().filter(|question| question.inside).count()
    }

    /// What the window was told to do.
    pub(crate) fn done(&self) -> Vec<String> {
        self.lock().done.clone()
    }

    /// What the panel showed, one after the other.
    pub(crate) fn seen(&self) -> Vec<String> {
        let mut seen = self.lock().seen.clone();
        seen.dedup();
        seen
    }

    pub(crate) fn prompts(&self) -> Vec<Option<UserPrompt>> {
        self.lock().prompts.clone()
    }

    pub(crate) fn opened(&self) -> Vec<Open> {
        self.lock().opened.clone()
    }

    pub(crate) fn is_guarded(&self, secret: &str) -> bool {
        self.lock().guarded.iter().any(|guarded| guarded.inspect(|text| text == secret))
    }

    fn notes(&self, what: impl Into<String>) {
        self.lock().done.push(what.into());
    }

    fn answer(&self, request: &Request, origin: &Origin, inside: bool) -> Result<Response, TransportError> {
        let path = request.path.as_str().to_owned();
        let header = |name: HeaderName| request.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let cookies = request.secret_headers.iter().find(|(name, _)| *name == COOKIE);
        let cookies = cookies.map(|(_, cookies)| cookies.expose_for(origin).expect("its own origin").to_owned());
        let at = self.0.begun.elapsed();
        let mut state = self.lock();
        state.asked.push(Question {
            inside,
            path: path.clone(),
            cookies,
            user_agent: header(http::header::USER_AGENT),
            origin: header(http::header::ORIGIN),
            at,
        });
        let context = path.split("/rest/").next().unwrap_or_default();
        let says = state.elsewhere.get(context).cloned();
        let says = says.unwrap_or_else(|| if inside { state.inside.clone() } else { state.outside.clone() });
        drop(state);
        let url = Url::parse(&format!("{origin}{path}")).expect("an address");
        response(&says, url).map_err(|kind| TransportError { origin: origin.clone(), kind, source: None })
    }
}

fn response(says: &Says, url: Url) -> Result<Response, TransportErrorKind> {
    let json = ("content-type", "application/json".to_owned());
    let own = ("x-confluence-request-time", "1".to_owned());
    let name = |name: &str| ("x-ausername", name.to_owned());
    let refused = r#"{"statusCode":403,"message":"not permitted to use Confluence"}"#.to_owned();
    let (status, headers, body) = match says {
        Says::User(user) => (
            200,
            vec![json, own, name(user)],
            format!(r#"{{"type":"known","username":"{user}","userKey":"key-of-{user}","displayName":"Display of {user}"}}"#),
        ),
        Says::Anonymous => (200, vec![json, own, name("anonymous")], r#"{"type":"anonymous","displayName":"Anonymous"}"#.to_owned()),
        Says::Closed => (403, vec![json, own, name("anonymous")], refused),
        Says::NoAccess => (403, vec![json, own, name("plind"), ("x-seraph-loginreason", "AUTHORISATION_FAILED".to_owned())], refused),
        Says::Login => (302, vec![("location", "/login.action".to_owned())], String::new()),
        Says::Negotiate => (401, vec![("www-authenticate", "Negotiate".to_owned())], String::new()),
        Says::Throttled(seconds) => (429, vec![("retry-after", seconds.to_string())], String::new()),
        Says::Blocked => (429, vec![("retry-after", i64::MAX.to_string())], String::new()),
        Says::Down => (503, vec![("content-type", "text/html".to_owned())], "<html><title>503</title></html>".to_owned()),
        Says::NotHere => (404, vec![("content-type", "text/html".to_owned())], "<html><title>Not found</title></html>".to_owned()),
        Says::Silence => return Err(TransportErrorKind::Closed),
    };
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(&value).expect("a value"));
    }
    let status = StatusCode::from_u16(status).expect("a status");
    Ok(Response { status, headers: map, body: body.into(), url, received_at: jiff::Timestamp::UNIX_EPOCH })
}

/// Carries questions to the wiki, from inside or outside of the browser.
#[derive(Debug)]
struct Line {
    stage: Stage,
    origin: Origin,
    inside: bool,
}

#[async_trait]
impl Transport for Line {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn route(&self) -> Route {
        if self.inside { Route::Browser } else { Route::Direct }
    }

    async fn execute(&self, request: Request) -> Result<Response, TransportError> {
        self.stage.answer(&request, &self.origin, self.inside)
    }
}

impl Network for Stage {
    fn to(&self, origin: &Origin) -> Arc<dyn Transport> {
        Arc::new(Line { stage: self.clone(), origin: origin.clone(), inside: false })
    }
}

impl Clock for Stage {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn ticks(&self) -> Duration {
        self.0.begun.elapsed()
    }
}

impl Audience for Stage {
    fn prompt(&self, prompt: Option<UserPrompt>) {
        self.lock().prompts.push(prompt);
    }

    fn guard(&self, secret: Secret) {
        self.lock().guarded.push(secret);
    }
}

#[async_trait]
impl Launcher for Stage {
    async fn open(&self, order: Open) -> Result<Arc<dyn Window>, BrowserError> {
        self.lock().opened.push(order);
        let refuses = self.lock().refuses;
        match refuses {
            Some(error) => Err(error()),
            None => Ok(Arc::new(self.clone())),
        }
    }

    async fn forget(&self, connection: &str) -> Result<bool, BrowserError> {
        self.notes(format!("forget {connection}"));
        Ok(connection.ends_with("anonymous"))
    }
}

#[async_trait]
impl Window for Stage {
    fn user_agent(&self) -> &str {
        &self.0.user_agent
    }

    async fn event(&self) -> Event {
        let gone = *self.0.gone.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gone) = gone {
            return Event::Gone(gone);
        }
        let event = self.0.waiting.lock().await.recv().await.expect("the stage holds a sender");
        if let Event::Gone(gone) = event {
            *self.0.gone.lock().unwrap_or_else(PoisonError::into_inner) = Some(gone);
        }
        event
    }

    async fn show(&self, panel: Panel) -> Result<(), BrowserError> {
        let mut seen = panel.seen;
        if panel.usable {
            seen.push_str(" [Use this account]");
        }
        if panel.extendable {
            seen.push_str(" [More time]");
        }
        self.lock().seen.push(seen);
        Ok(())
    }

    async fn cookies_for(&self, address: &Url) -> Result<Option<BoundSecret>, BrowserError> {
        let cookies = self.lock().cookies;
        Ok(cookies.map(|cookies| Secret::new(cookies.to_owned()).bind(Origin::of(address).expect("an origin"))))
    }

    async fn transport(&self, origin: &Origin) -> Result<Arc<dyn Transport>, BrowserError> {
        Ok(Arc::new(Line { stage: self.clone(), origin: origin.clone(), inside: true }))
    }

    async fn go_to(&self, address: &Url) -> Result<(), BrowserError> {
        self.notes(format!("go to {address}"));
        self.happens(Event::Navigated(Origin::of(address).ok()));
        Ok(())
    }

    async fn visible_text(&self, _origins: &[Origin], _limit: usize) -> Result<Option<String>, BrowserError> {
        Ok(None)
    }

    async fn minimize(&self) -> Result<(), BrowserError> {
        self.notes("minimize");
        Ok(())
    }

    async fn restore(&self) -> Result<(), BrowserError> {
        self.notes("restore");
        Ok(())
    }

    async fn close(&self) {
        if !self.0.closed.swap(true, Ordering::AcqRel) {
            self.notes("close");
        }
    }
}
