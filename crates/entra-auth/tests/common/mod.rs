//! A practice cloud, a browser that signs in by itself, and a network that can be watched and held up.

use std::future::pending;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use entra_auth::{
    ClientId, Cx, Method, OpenError, PLAN, Replies, Reply, ReplySender, Settings, SiteAddress, Tenant, UrlOpener, Window, test_connection,
};
use practice::entra::{Choice, Entra, Landing};
use practice::sharepoint::Cloud;
use preflight::{Clock, Event, Origin, Progress, Recorder, Report, Secret, Target, TargetKind};
use tokio::runtime::Handle;
use tokio::sync::watch;
use transport::direct::{DirectConfig, DirectNetwork, ProxyChoice};
use transport::{Network, Request, Response, Route, Transport, TransportError};
use url::{Url, form_urlencoded};

/// This computer's own time.
#[derive(Debug)]
pub(crate) struct SystemClock(Instant);

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn ticks(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A browser in which somebody signs in at once.
#[derive(Debug)]
pub(crate) struct SelfMovingBrowser {
    entra: Entra,
    upn: String,
    choice: Choice,
    /// Where the person can type what a page says.
    pub(crate) replies: ReplySender,
    opened: Mutex<Vec<Url>>,
}

impl SelfMovingBrowser {
    pub(crate) fn new(entra: &Entra, upn: &str, choice: Choice, replies: ReplySender) -> Self {
        Self { entra: entra.clone(), upn: upn.to_owned(), choice, replies, opened: Mutex::default() }
    }

    /// The pages that it was told to open.
    pub(crate) fn opened(&self) -> Vec<Url> {
        lock(&self.opened).clone()
    }
}

impl UrlOpener for SelfMovingBrowser {
    fn open(&self, url: &Url) -> Result<(), OpenError> {
        lock(&self.opened).push(url.clone());
        let (entra, url, upn, choice, replies) = (self.entra.clone(), url.clone(), self.upn.clone(), self.choice, self.replies.clone());
        let runtime = Handle::current();
        // a thread of its own, as a browser is a program of its own
        runtime.clone().spawn_blocking(move || {
            let landing = runtime.block_on(entra.sign_in_like_a_browser(url.as_str(), &upn, choice));
            match landing {
                Landing::Redirect { url, .. } => deliver(&url, None).ok(),
                Landing::FormPost { action, fields, .. } => {
                    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                    deliver(&action, Some(&body)).ok()
                }
                // the app hears nothing, so the person pastes what the page says
                Landing::Page(page) => replies.send(Reply::Pasted(Secret::new(page.message))).ok(),
                Landing::Done => None,
            }
        });
        Ok(())
    }
}

/// Brings the answer to the return address, as a browser does.
fn deliver(url: &str, body: Option<&str>) -> std::io::Result<()> {
    let url = Url::parse(url).expect("a return address");
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, url.port().expect("a port")))?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = format!("localhost:{}", url.port().expect("a port"));
    let (method, body) = (if body.is_some() { "POST" } else { "GET" }, body.unwrap_or_default());
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    stream.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// A network that remembers what goes over it, and never answers what it is told to hold.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    inner: DirectNetwork,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    hold: Hold,
    seen: watch::Sender<Vec<String>>,
    open: watch::Sender<usize>,
}

/// What is never answered.
#[derive(Clone, Debug)]
pub(crate) enum Hold {
    Nothing,
    /// The request with this number, counted from 0.
    Number(usize),
    /// Requests to paths that hold this text.
    Path(&'static str),
}

impl Watched {
    pub(crate) fn new(hold: Hold) -> Self {
        let config = DirectConfig { proxy: ProxyChoice::None, ..DirectConfig::new("wayleave/test", Arc::new(SystemClock::new())) };
        let shared = Shared { hold, seen: watch::Sender::new(Vec::new()), open: watch::Sender::new(0) };
        Self { inner: DirectNetwork::new(config).expect("a network"), shared: Arc::new(shared) }
    }

    /// Paths asked so far, in order.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.shared.seen.borrow().clone()
    }

    /// Waits until what was asked is as wanted.
    pub(crate) async fn until(&self, wanted: impl FnMut(&Vec<String>) -> bool) {
        self.shared.seen.subscribe().wait_for(wanted).await.expect("the sender lives here");
    }

    /// Waits until what is never answered was asked for.
    pub(crate) async fn until_held(&self) {
        let held = |seen: &Vec<String>| match &self.shared.hold {
            Hold::Number(number) => seen.len() > *number,
            Hold::Path(path) => seen.iter().any(|seen| seen.contains(path)),
            Hold::Nothing => true,
        };
        self.until(held).await;
    }

    /// Requests under way.
    pub(crate) fn open(&self) -> usize {
        *self.shared.open.borrow()
    }
}

impl Network for Watched {
    fn to(&self, origin: &Origin) -> Arc<dyn Transport> {
        Arc::new(WatchedTransport { inner: self.inner.to(origin), shared: Arc::clone(&self.shared) })
    }
}

#[derive(Debug)]
struct WatchedTransport {
    inner: Arc<dyn Transport>,
    shared: Arc<Shared>,
}

/// Counts a request for as long as it lives.
struct Open<'a>(&'a Shared);

impl<'a> Open<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.open.send_modify(|open| *open += 1);
        Self(shared)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

#[async_trait]
impl Transport for WatchedTransport {
    fn origin(&self) -> &Origin {
        self.inner.origin()
    }

    fn route(&self) -> Route {
        self.inner.route()
    }

    async fn execute(&self, request: Request) -> Result<Response, TransportError> {
        let _open = Open::new(&self.shared);
        let path = request.path.as_str().to_owned();
        let number = self.shared.seen.borrow().len();
        let held = match &self.shared.hold {
            Hold::Nothing => false,
            Hold::Number(held) => *held == number,
            Hold::Path(held) => path.contains(held),
        };
        self.shared.seen.send_modify(|seen| seen.push(path));
        if held { pending().await } else { self.inner.execute(request).await }
    }
}

/// Every event, as text.
#[derive(Default)]
pub(crate) struct Written(Mutex<String>);

impl Progress for Written {
    fn emit(&self, event: Event) {
        let line = format!("{event:?}\n");
        lock(&self.0).push_str(&line);
    }
}

impl Written {
    pub(crate) fn text(&self) -> String {
        lock(&self.0).clone()
    }
}

/// Events that go to two places.
struct Both<'a>(&'a Written, &'a dyn Progress);

impl Progress for Both<'_> {
    fn emit(&self, event: Event) {
        self.0.emit(event.clone());
        self.1.emit(event);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What somebody would enter for this practice cloud.
pub(crate) fn settings(cloud: &Cloud) -> Settings {
    Settings {
        site: SiteAddress::understand(&cloud.site()).expect("a site"),
        tenant: Some(Tenant::parse(&cloud.tenant_to_enter).expect("a tenant")),
        client_id: ClientId::parse(&cloud.client_id).expect("a client ID"),
        method: Method::Interactive,
        cloud: None,
        authority: Some(Url::parse(&cloud.authority()).expect("an address")),
        expect_account: None,
        memory: None,
        window: Window::Default,
    }
}

/// One run.
pub(crate) struct Run {
    pub(crate) settings: Settings,
    pub(crate) network: Watched,
    pub(crate) browser: SelfMovingBrowser,
    pub(crate) written: Written,
    clock: SystemClock,
    replies: Replies,
}

impl Run {
    pub(crate) fn new(cloud: &Cloud, hold: Hold) -> Self {
        let (sender, replies) = Replies::channel();
        Self {
            settings: settings(cloud),
            network: Watched::new(hold),
            browser: SelfMovingBrowser::new(&cloud.entra, &cloud.user.upn, Choice::Accept, sender),
            written: Written::default(),
            clock: SystemClock::new(),
            replies,
        }
    }

    /// Tests the connection to its end.
    pub(crate) async fn report(&self) -> Report {
        self.report_to(&()).await
    }

    /// The same, watched by somebody who may act on what is shown.
    pub(crate) async fn report_to(&self, watcher: &dyn Progress) -> Report {
        let both = Both(&self.written, watcher);
        let target = Target { kind: TargetKind::SharePoint, address: "".into(), practice: true };
        let recorder = Recorder::new(PLAN, target, &self.clock, &both);
        let cx = Cx { network: &self.network, clock: &self.clock, opener: &self.browser, replies: &self.replies };
        // it has to run on any thread
        let work: Pin<Box<dyn Future<Output = ()> + Send + '_>> = Box::pin(test_connection(&cx, &self.settings, &recorder));
        work.await;
        recorder.finish()
    }
}
