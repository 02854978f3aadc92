//! What can go wrong between a client and a server, scripted per path.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures::stream;

/// One way a request goes wrong.
#[derive(Debug, Clone)]
pub enum Fault {
    /// A ready answer.
    Answer {
        /// Status code.
        status: StatusCode,
        /// Header lines, in this order.
        headers: Vec<(HeaderName, HeaderValue)>,
        /// Body.
        body: Bytes,
    },
    /// The connection closes without any answer.
    CloseUnanswered,
    /// The answer promises `promised` bytes and the connection closes after `sent` of them.
    CloseMidBody {
        /// What `Content-Length` says.
        promised: usize,
        /// What really comes.
        sent: usize,
    },
    /// The request is taken and never answered.
    Hang,
    /// 429 with this `Retry-After` (seconds or a date, as given).
    TooManyRequests {
        /// Value of the header.
        retry_after: String,
    },
    /// 503 as a reverse proxy says it when the server behind is down.
    Unavailable,
    /// A redirect, usually to another host.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: StatusCode,
        /// Value of `Location`.
        to: String,
    },
    /// The sign-in page of a hotel or train network, with status 200.
    CaptivePortal,
    /// A JSON body of so many bytes, more than any honest answer has.
    Large {
        /// Length of the body.
        bytes: usize,
    },
    /// A body that comes byte by byte.
    Drip {
        /// What comes.
        body: Bytes,
        /// Pause before each byte.
        every: Duration,
    },
}

impl Fault {
    /// A ready answer without extra headers.
    pub fn answer(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::Answer { status, headers: vec![(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body: body.into() }
    }

    /// Plays the fault: `None` stands for a connection that closes unanswered.
    pub(crate) async fn play(self) -> Option<Response<Body>> {
        let html = "text/html; charset=utf-8";
        let built = match self {
            Self::CloseUnanswered => return None,
            Self::Hang => return std::future::pending().await,
            Self::Answer { status, headers, body } => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(body))
            }
            Self::CloseMidBody { promised, sent } => Response::builder()
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::CONTENT_LENGTH, promised)
                .body(broken_after(sent)),
            Self::TooManyRequests { retry_after } => {
                Response::builder().status(StatusCode::TOO_MANY_REQUESTS).header(header::RETRY_AFTER, retry_after).body(Body::empty())
            }
            Self::Unavailable => Response::builder()
                .status(StatusCode::SERVICE_UNAVAILABLE)
                .header(header::CONTENT_TYPE, html)
                .header(header::SERVER, "nginx")
                .body(Body::from(UNAVAILABLE)),
            Self::Redirect { status, to } => Response::builder().status(status).header(header::LOCATION, to).body(Body::empty()),
            Self::CaptivePortal => Response::builder().header(header::CONTENT_TYPE, html).body(Body::from(CAPTIVE_PORTAL)),
            Self::Large { bytes } => Response::builder()
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::CONTENT_LENGTH, bytes)
                .body(large(bytes)),
            Self::Drip { body, every } => Response::builder()
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::CONTENT_LENGTH, body.len())
                .body(drip(body, every)),
        };
        // A header the script got wrong closes the connection: the client under test then fails loudly.
        built.ok()
    }
}

/// The faults of one server. Cheap to clone; all clones share one list.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    scripted: Arc<Mutex<Vec<Scripted>>>,
}

#[derive(Debug)]
struct Scripted {
    prefix: String,
    fault: Fault,
    /// `None` lasts until it is cleared.
    left: Option<u32>,
}

impl Faults {
    /// Requests whose path starts with `prefix` meet this fault until [`Faults::clear`].
    pub fn on(&self, prefix: impl Into<String>, fault: Fault) {
        self.push(Scripted { prefix: prefix.into(), fault, left: None });
    }

    /// The next `times` requests whose path starts with `prefix` meet this fault, later ones are served.
    pub fn on_next(&self, times: u32, prefix: impl Into<String>, fault: Fault) {
        self.push(Scripted { prefix: prefix.into(), fault, left: Some(times) });
    }

    /// Everything is well again.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The fault this request meets; scripts are used up in the order they were given.
    pub(crate) fn take(&self, path: &str) -> Option<Fault> {
        let mut scripted = self.lock();
        let hit = scripted.iter_mut().find(|one| path.starts_with(&one.prefix) && one.left != Some(0))?;
        if let Some(left) = &mut hit.left {
            *left -= 1;
        }
        Some(hit.fault.clone())
    }

    fn push(&self, scripted: Scripted) {
        self.lock().push(scripted);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Scripted>> {
        self.scripted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn broken_after(sent: usize) -> Body {
    let part = Bytes::from(vec![b' '; sent]);
    let broken = io::Error::from(io::ErrorKind::ConnectionAborted);
    // The pause lets the bytes leave before the error makes the connection drop them.
    Body::from_stream(stream::unfold(Some(Ok(part)), move |next| {
        let broken = io::Error::from(broken.kind());
        async move {
            match next {
                Some(Ok(part)) => Some((Ok(part), Some(Err(broken)))),
                Some(Err(error)) => {
                    tokio::task::yield_now().await;
                    Some((Err(error), None))
                }
                None => None,
            }
        }
    }))
}

fn large(bytes: usize) -> Body {
    const CHUNK: usize = 64 * 1024;
    // One long JSON string, so that a reader that parses as it goes cannot give up early.
    Body::from_stream(stream::unfold(0, move |done| async move {
        let length = CHUNK.min(bytes - done);
        let mut chunk = vec![b'a'; length];
        if done == 0
            && let Some(first) = chunk.first_mut()
        {
            *first = b'"';
        }
        if done + length == bytes
            && let Some(last) = chunk.last_mut()
        {
            *last = b'"';
        }
        (length > 0).then(|| (Ok::<_, Infallible>(Bytes::from(chunk)), done + length))
    }))
}

fn drip(body: Bytes, every: Duration) -> Body {
    Body::from_stream(stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(every).await;
        Some((Ok::<_, Infallible>(rest.split_to(1)), rest))
    }))
}

const UNAVAILABLE: &str = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n\
<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

const CAPTIVE_PORTAL: &str = "<!doctype html><html><head><title>Welcome to Harbour Line Wi-Fi</title></head><body>\
<h1>Welcome aboard</h1><form action=\"http://wifi.harbour-line.example/accept\" method=\"post\">\
<label><input type=\"checkbox\" name=\"terms\"> I accept the terms of use</label>\
<button>Go online</button></form></body></html>";
