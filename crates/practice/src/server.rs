//! An HTTP server on loopback that remembers what it was asked and stops when it is dropped.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, header};
use hyper::body::Incoming;
use hyper::service::Service as _;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::faults::Faults;
use crate::tls::{Authority, Identity};

/// A running practice server. Dropping it closes the listener and every connection at once.
#[derive(Debug)]
pub struct Server {
    origin: String,
    shared: Arc<Shared>,
    accepting: AbortHandle,
}

impl Server {
    /// Serves `router` over plain HTTP on a free loopback port.
    pub async fn http(router: Router) -> io::Result<Self> {
        Ok(Bound::http().await?.serve(router))
    }

    /// Serves `router` over HTTPS with a fresh certificate of `authority` for `names` (the first is the host of [`Server::origin`]).
    pub async fn https(router: Router, authority: &Authority, names: &[&str]) -> io::Result<Self> {
        Self::https_as(router, &authority.issue(names)?).await
    }

    /// Serves `router` over HTTPS with a certificate that may well be bad: expired, for another name, self-signed.
    pub async fn https_as(router: Router, identity: &Identity) -> io::Result<Self> {
        Ok(Bound::https(identity).await?.serve(router))
    }

    /// `http://127.0.0.1:PORT` or `https://localhost:PORT`, without a trailing slash.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Everything asked so far, in order of arrival.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.lock().clone()
    }

    /// Forgets what was asked so far.
    pub fn forget_requests(&self) {
        self.shared.lock().clear();
    }

    /// Waits until at least `count` requests have arrived (answered or not).
    pub async fn arrived(&self, count: usize) {
        let mut arrivals = self.shared.arrivals.subscribe();
        // The sender lives in `self.shared`, so the wait cannot fail while `self` is borrowed.
        drop(arrivals.wait_for(|so_far| *so_far >= count).await);
    }

    /// Every later request waits this long (on tokio's clock) before it is looked at.
    pub fn set_latency(&self, latency: Duration) {
        self.shared.latency.send_replace(latency);
    }

    /// What goes wrong on purpose.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The accepting task owns the connections, so they go with it.
        self.accepting.abort();
    }
}

/// A port that is taken and not yet served, for routers that must know their own address first.
#[derive(Debug)]
pub struct Bound {
    origin: String,
    listener: TcpListener,
    tls: Option<Tls>,
}

#[derive(Clone)]
struct Tls(TlsAcceptor);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

impl Bound {
    /// Takes a free loopback port for plain HTTP.
    pub async fn http() -> io::Result<Self> {
        Self::http_as("127.0.0.1").await
    }

    /// Takes a free loopback port for plain HTTP under this name of the loopback address.
    pub async fn http_as(host: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let origin = format!("http://{host}:{}", listener.local_addr()?.port());
        Ok(Self { origin, listener, tls: None })
    }

    /// Takes a free loopback port for HTTPS with this certificate.
    pub async fn https(identity: &Identity) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let origin = format!("https://{}:{}", identity.host(), listener.local_addr()?.port());
        Ok(Self { origin, listener, tls: Some(Tls(identity.acceptor()?)) })
    }

    /// Where the server will be.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Starts serving.
    pub fn serve(self, router: Router) -> Server {
        let Self { origin, listener, tls } = self;
        let shared = Arc::new(Shared::default());
        let accepting = tokio::spawn(accept(listener, tls, router, Arc::clone(&shared))).abort_handle();
        Server { origin, shared, accepting }
    }
}

/// One request as the server saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Request method.
    pub method: Method,
    /// Path, still percent-encoded.
    pub path: String,
    /// Query, without the question mark.
    pub query: Option<String>,
    /// Headers; those that carry credentials are marked sensitive, so `Debug` does not print them.
    pub headers: HeaderMap,
    /// What kind of credential came along.
    pub credential: Credential,
    /// Status answered; `None` while unanswered or when the connection was closed instead.
    pub status: Option<u16>,
}

impl Seen {
    /// Names of the cookies that came along, beside whatever else did.
    pub fn cookies(&self) -> Vec<&str> {
        let lines = self.headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        lines.flat_map(|line| line.split(';')).filter_map(|pair| Some(pair.trim().split_once('=')?.0)).collect()
    }

    /// Sent by a page or by the address bar of a browser: other programs do not send `Sec-Fetch-Site`, and pages cannot forge it.
    pub fn is_from_browser(&self) -> bool {
        self.headers.contains_key("sec-fetch-site")
    }
}

/// Kind of credential in a request. An `Authorization` header hides a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`.
    Basic,
    /// Any other `Authorization`, `Negotiate` for one.
    Other,
    /// No `Authorization`, but cookies.
    Cookie,
}

impl Credential {
    /// Reads the kind from request headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get(header::AUTHORIZATION) else {
            return if headers.contains_key(header::COOKIE) { Self::Cookie } else { Self::None };
        };
        let scheme = value.as_bytes().split(u8::is_ascii_whitespace).next().unwrap_or_default();
        match scheme.to_ascii_lowercase().as_slice() {
            b"bearer" => Self::Bearer,
            b"basic" => Self::Basic,
            _ => Self::Other,
        }
    }
}

#[derive(Debug)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    arrivals: watch::Sender<usize>,
    latency: watch::Sender<Duration>,
    faults: Faults,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            seen: Mutex::default(),
            arrivals: watch::Sender::new(0),
            latency: watch::Sender::new(Duration::ZERO),
            faults: Faults::default(),
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the request down and returns its place, unless the list was emptied meanwhile.
    fn arrive(&self, request: &Request<Incoming>) -> usize {
        let mut headers = request.headers().clone();
        for name in [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION] {
            if let Some(value) = headers.get_mut(name) {
                value.set_sensitive(true);
            }
        }
        let mut seen = self.lock();
        seen.push(Seen {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().map(str::to_owned),
            credential: Credential::of(&headers),
            headers,
            status: None,
        });
        self.arrivals.send_modify(|count| *count += 1);
        seen.len() - 1
    }

    fn answered(&self, place: usize, response: &Response<Body>) {
        if let Some(seen) = self.lock().get_mut(place) {
            seen.status = Some(response.status().as_u16());
        }
    }
}

/// The client gets a closed connection instead of an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
struct ClosedOnPurpose;

async fn accept(listener: TcpListener, tls: Option<Tls>, router: Router, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // A failed accept concerns one client that is already gone.
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(connection(stream, tls.clone(), router.clone(), Arc::clone(&shared)));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, tls: Option<Tls>, router: Router, shared: Arc<Shared>) {
    match tls {
        None => speak(stream, router, shared).await,
        // A client that does not trust the certificate hangs up here; that is its right.
        Some(Tls(acceptor)) => match acceptor.accept(stream).into_fallible().await {
            Ok(stream) => speak(stream, router, shared).await,
            Err((_refused, stream)) => part(stream).await,
        },
    }
}

/// Says goodbye as TCP wants it: whoever closes with unread bytes resets the connection, and the alert that tells why is lost.
async fn part(mut stream: TcpStream) {
    let mut unread = [0; 1024];
    // a client that is gone has nothing more to say
    if stream.shutdown().await.is_ok() {
        while stream.read(&mut unread).await.is_ok_and(|length| length > 0) {}
    }
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router, shared: Arc<Shared>) {
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let (router, shared) = (router.clone(), Arc::clone(&shared));
        async move { answer(request, router, &shared).await }
    });
    let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    if let Err(error) = served {
        tracing::trace!(%error, "practice connection ended early");
    }
}

async fn answer(request: Request<Incoming>, router: Router, shared: &Shared) -> Result<Response<Body>, ClosedOnPurpose> {
    let place = shared.arrive(&request);
    let latency = *shared.latency.borrow();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let response = match shared.faults.take(request.uri().path()) {
        Some(fault) => fault.play().await.ok_or(ClosedOnPurpose)?,
        None => match TowerToHyperService::new(router).call(request.map(Body::new)).await {
            Ok(response) => response,
            Err(never) => match never {},
        },
    };
    shared.answered(place, &response);
    Ok(response)
}
