//! The listener for the browser's answer (RFC 8252 §7.3, §8.3): on this computer's loopback only, for one sign-in, taking one answer.
//!
//! It runs as a future, not as a task: dropping it closes listener and connections at once.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::pages::Page;
pub(crate) use answer::{Answer, NoAnswer, Pasted, State};

mod answer;

/// A listener on a free port.
#[derive(Debug)]
pub(crate) struct Loopback {
    v4: TcpListener,
    v6: Option<TcpListener>,
    port: u16,
}

/// What came to the return address.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// The answer. The browser waits for the page that is put here.
    Answer(Answer, watch::Sender<Option<Page>>),
    /// An answer that is not ours. The browser was told.
    Stranger,
}

/// Ports that are tried before giving up on having the same one for both kinds of address.
const TRIES: usize = 8;
/// Browsers open a few connections ahead; more than this at once is not a browser.
const CONNECTIONS: usize = 32;
/// Largest head and largest body; an answer has 2 to 4 KiB.
const LARGEST: usize = 64 * 1024;
/// How long a request may take to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the browser waits for the outcome before it gets a page without one.
const LONGEST_HOLD: Duration = Duration::from_secs(10);
/// How long the last page may take to leave.
const FAREWELL: Duration = Duration::from_secs(1);

impl Loopback {
    /// Opens the listener, on both loopback addresses: browsers take `localhost` for either. Where the computer has no IPv6, the other does.
    ///
    /// On Windows nothing lets another program share the port: the standard library does not set `SO_REUSEADDR` there.
    pub(crate) async fn bind() -> io::Result<Self> {
        let mut last = None;
        for _ in 0..TRIES {
            let v4 = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
            let port = v4.local_addr()?.port();
            match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await {
                Ok(v6) => return Ok(Self { v4, v6: Some(v6), port }),
                // somebody else has this port for the other kind of address, and would get our answer
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = Some(error),
                Err(error) => {
                    tracing::debug!(%error, "no IPv6 loopback");
                    return Ok(Self { v4, v6: None, port });
                }
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
    }

    /// The return address. The registration has it without a port, which Entra leaves out of the comparison for `localhost`
    /// (Microsoft, "Redirect URI restrictions and limitations").
    pub(crate) fn redirect_uri(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Takes answers until told to stop, then lets the pages under way leave.
    pub(crate) async fn serve(self, state: &State, arrivals: mpsc::Sender<Arrival>, stop: CancellationToken) {
        let desk = Desk { state, arrivals, port: self.port, taken: AtomicBool::new(false), outcome: watch::Sender::new(None) };
        let mut open = FuturesUnordered::new();
        loop {
            let stream = tokio::select! {
                () = stop.cancelled() => break,
                Some(()) = open.next(), if !open.is_empty() => continue,
                stream = self.accept(), if open.len() < CONNECTIONS => stream,
            };
            match stream {
                Ok(stream) => open.push(desk.attend(stream, &stop)),
                Err(error) => {
                    tracing::warn!(%error, "a connection to the return address failed");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
        drop(self);
        let all_gone = async { while open.next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, all_gone).await.is_err() {
            tracing::debug!("a browser did not take its last page");
        }
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let v6 = async {
            match &self.v6 {
                Some(v6) => v6.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! { stream = self.v4.accept() => stream, stream = v6 => stream }.map(|(stream, _)| stream)
    }
}

/// What every connection needs.
struct Desk<'a> {
    state: &'a State,
    arrivals: mpsc::Sender<Arrival>,
    port: u16,
    /// Whether the answer has come. A code is good once, so a second delivery is not passed on; it gets the same page.
    taken: AtomicBool,
    outcome: watch::Sender<Option<Page>>,
}

impl Desk<'_> {
    async fn attend(&self, stream: TcpStream, stop: &CancellationToken) {
        let service = service_fn(|request| async { Ok::<_, Infallible>(self.answer(request).await) });
        let mut server = hyper::server::conn::http1::Builder::new();
        server.keep_alive(false).max_buf_size(LARGEST).timer(TokioTimer::new()).header_read_timeout(PATIENCE);
        let mut connection = std::pin::pin!(server.serve_connection(TokioIo::new(stream), service));
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(%error, "a connection to the return address broke");
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let page = self.page(request).await;
        let mut response = Response::new(Full::from(page.html()));
        *response.status_mut() = page.status();
        let headers = response.headers_mut();
        if page.status() == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, HeaderValue::from_static("GET, POST"));
        }
        for (name, value) in [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ),
            (CACHE_CONTROL, "no-store"),
            (X_FRAME_OPTIONS, "DENY"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }

    async fn page(&self, request: Request<Incoming>) -> Page {
        // a name that somebody else lets point to this computer must not reach us (DNS rebinding)
        if !self.is_ours(request.headers().get(HOST)) {
            return Page::Refused(StatusCode::MISDIRECTED_REQUEST);
        }
        if request.uri().path() != "/" {
            return Page::Refused(StatusCode::NOT_FOUND);
        }
        match *request.method() {
            Method::GET => self.take(request.uri().query().unwrap_or_default().as_bytes()).await,
            Method::POST => match form(request).await {
                Ok(parameters) => self.take(&parameters).await,
                Err(status) => Page::Refused(status),
            },
            _ => Page::Refused(StatusCode::METHOD_NOT_ALLOWED),
        }
    }

    async fn take(&self, parameters: &[u8]) -> Page {
        let answer = match self.state.read(parameters) {
            Ok(answer) => answer,
            Err(NoAnswer::Empty) => return Page::NoAnswer,
            Err(NoAnswer::Stranger) => {
                tracing::warn!("an answer with a wrong state came to the return address and was not used");
                // where several wait to be told, one more changes nothing
                self.arrivals.try_send(Arrival::Stranger).ok();
                return Page::Stranger;
            }
        };
        let mut outcome = self.outcome.subscribe();
        let first = !self.taken.swap(true, Ordering::Relaxed);
        if first && self.arrivals.send(Arrival::Answer(answer, self.outcome.clone())).await.is_err() {
            // the person's paste was quicker
            return Page::Received;
        }
        let page = async { outcome.wait_for(Option::is_some).await.ok().and_then(|page| page.clone()) };
        tokio::time::timeout(LONGEST_HOLD, page).await.ok().flatten().unwrap_or(Page::Received)
    }

    fn is_ours(&self, host: Option<&HeaderValue>) -> bool {
        let Some((name, port)) = host.and_then(|host| host.to_str().ok()).and_then(|host| host.rsplit_once(':')) else { return false };
        port == self.port.to_string() && ["localhost", "127.0.0.1", "[::1]"].iter().any(|own| name.eq_ignore_ascii_case(own))
    }
}

/// The body of a form post, or the status that refuses it.
async fn form(request: Request<Incoming>) -> Result<Bytes, StatusCode> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    match tokio::time::timeout(PATIENCE, Limited::new(request.into_body(), LARGEST).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

#[cfg(test)]
mod tests;
