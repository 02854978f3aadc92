//! What the tests share: a clock, a configuration without any proxy, and servers that say exactly what they are told to.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use preflight::{Clock, Origin, Secret};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use transport::direct::{DirectConfig, DirectNetwork, ProxyChoice};
use transport::{Authorization, Network as _, Request, Response, Transport, TransportError, TransportErrorKind};

pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
pub(crate) const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Debug)]
struct ThisComputer(Instant);

impl Clock for ThisComputer {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
    fn ticks(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Straight to the server, whatever the environment says.
pub(crate) fn config() -> DirectConfig {
    DirectConfig {
        proxy: ProxyChoice::None,
        connect_timeout: CONNECT_TIMEOUT,
        total_timeout: TOTAL_TIMEOUT,
        ..DirectConfig::new("transport-tests", Arc::new(ThisComputer(Instant::now())))
    }
}

pub(crate) fn through(proxy: SocketAddr) -> DirectConfig {
    DirectConfig { proxy: ProxyChoice::Explicit { url: proxy.to_string(), user: None, password: None }, ..config() }
}

pub(crate) fn origin(text: &str) -> Origin {
    Origin::parse(text).expect(text)
}

pub(crate) fn transport(config: DirectConfig, to: &str) -> Arc<dyn Transport> {
    DirectNetwork::new(config).expect("a network").to(&origin(to))
}

pub(crate) async fn get(config: DirectConfig, to: &str) -> Result<Response, TransportError> {
    transport(config, to).execute(Request::get("/")).await
}

/// What kept an answer from coming.
pub(crate) async fn failure(config: DirectConfig, to: &str) -> TransportErrorKind {
    get(config, to).await.expect_err("no answer").kind
}

pub(crate) fn bearer(secret: &str, to: &str) -> Authorization {
    Authorization::Bearer(Secret::new(secret.to_owned()).bind(origin(to)))
}

/// A server of bytes. It reads a request's head, says its piece and closes the connection; the last piece is said again and again.
pub(crate) struct Raw {
    pub(crate) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    said: watch::Receiver<usize>,
    accepting: AbortHandle,
}

/// What happens once a piece is said.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    /// The connection ends.
    Close,
    /// The connection is torn down, so that what was on the way is lost.
    Reset,
    /// Nothing more, until the other side goes.
    Hold,
}

impl Raw {
    pub(crate) async fn says(pieces: &[&[u8]]) -> Self {
        Self::start(pieces, Then::Close).await
    }

    pub(crate) async fn start(pieces: &[&[u8]], then: Then) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (saying, said) = watch::channel(0);
        let mut pieces: Vec<Vec<u8>> = pieces.iter().rev().map(|piece| piece.to_vec()).collect();
        let seen = Arc::clone(&heads);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let piece = if pieces.len() > 1 { pieces.pop() } else { pieces.last().cloned() };
                // a client that hangs up early is none of the server's business
                serve(stream, &piece.unwrap_or_default(), then, &seen, &saying).await.ok();
            }
        });
        Self { address, heads, said, accepting: accepting.abort_handle() }
    }

    pub(crate) fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn https(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The request heads that came, credentials and all.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("the heads").clone()
    }

    /// Waits until so many pieces have been said.
    pub(crate) async fn said(&self, count: usize) {
        self.said.clone().wait_for(|so_far| *so_far >= count).await.expect("a running server");
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    piece: &[u8],
    then: Then,
    heads: &Mutex<Vec<String>>,
    saying: &watch::Sender<usize>,
) -> io::Result<()> {
    let head = read_head(&mut stream).await?;
    heads.lock().expect("the heads").push(head);
    stream.write_all(piece).await?;
    saying.send_modify(|said| *said += 1);
    match then {
        Then::Close => stream.shutdown().await,
        Then::Reset => stream.set_zero_linger(),
        Then::Hold => stream.read_to_end(&mut Vec::new()).await.map(|_| ()),
    }
}

/// Reads what a client says first: the head of an HTTP request, or the first flight of a TLS handshake.
pub(crate) async fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut some = [0; 4096];
    loop {
        let read = stream.read(&mut some).await?;
        head.extend_from_slice(&some[..read]);
        let is_tls = head.first() == Some(&0x16);
        if read == 0 || is_tls || head.windows(4).any(|end| end == b"\r\n\r\n") {
            return Ok(String::from_utf8_lossy(&head).into_owned());
        }
    }
}

/// A file with this text in it, for as long as the value lives.
pub(crate) fn file(text: &str) -> tempfile::TempPath {
    let file = tempfile::NamedTempFile::new().expect("a file").into_temp_path();
    std::fs::write(&file, text).expect("written");
    file
}
