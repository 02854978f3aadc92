//! A small client for the browser's own protocol (Chrome `DevTools` Protocol, flattened sessions).
//!
//! `headless_chrome` gives the typed commands; its transport is not used: it takes a tenth of a second for each call and loses its connection for good
//! when nothing happens for a while. Of the answers only the fields that are wanted are read, since newer browsers add values that older types refuse.
//! <https://chromedevtools.github.io/devtools-protocol/>

pub(crate) mod calls;
mod wire;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use headless_chrome::protocol::cdp::types::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot, watch};

use crate::BrowserError;

/// How long a command may take that needs nothing but the browser itself.
pub(crate) const PROMPTLY: Duration = Duration::from_secs(10);

/// What a session is called. A session is the connection to one page; the browser itself has none.
pub(crate) type Session = Arc<str>;

/// The connection to a running browser.
#[derive(Clone)]
pub(crate) struct Cdp(Arc<Shared>);

struct Shared {
    next: AtomicU32,
    waiting: Mutex<HashMap<u32, Waiting>>,
    listeners: Mutex<Vec<Listener>>,
    out: mpsc::UnboundedSender<String>,
    closed: watch::Sender<bool>,
}

type Answer = Result<Box<RawValue>, Refusal>;

struct Waiting {
    session: Option<Session>,
    tell: oneshot::Sender<Answer>,
}

struct Listener {
    session: Option<Session>,
    tell: mpsc::UnboundedSender<Happening>,
}

/// Something that the browser tells without being asked.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    /// In which session.
    pub(crate) session: Option<Session>,
    /// Its name in the protocol.
    pub(crate) name: Box<str>,
    params: Arc<RawValue>,
}

impl Happening {
    /// What is told, where it looks as expected.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.params.get()).ok()
    }
}

/// What `Target.detachedFromTarget` tells.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detached {
    pub(crate) session_id: String,
}

#[derive(Deserialize, Debug)]
struct Refusal {
    message: String,
}

/// A message of the browser: an answer or a happening.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Incoming<'a> {
    id: Option<u32>,
    method: Option<&'a str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<Refusal>,
    session_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outgoing<'a, M> {
    id: u32,
    method: &'static str,
    params: M,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
}

impl Cdp {
    /// A client, what it writes, and everything that the browser tells.
    fn new() -> (Self, mpsc::UnboundedReceiver<String>) {
        let (out, written) = mpsc::unbounded_channel();
        let shared = Shared {
            next: AtomicU32::new(1),
            waiting: Mutex::default(),
            listeners: Mutex::default(),
            out,
            closed: watch::Sender::new(false),
        };
        (Self(Arc::new(shared)), written)
    }

    /// Sends a command and reads its answer, within a time.
    pub(crate) async fn ask<M, T>(&self, session: Option<&Session>, command: M, within: Duration) -> Result<T, BrowserError>
    where
        M: Method + Serialize + Send,
        T: DeserializeOwned,
    {
        let (tell, answer) = oneshot::channel();
        let asked = self.send(session, command, Some(tell))?;
        let pending = Pending { shared: &self.0, id: asked };
        let answer = tokio::time::timeout(within, answer).await;
        drop(pending);
        match answer {
            Err(_elapsed) => Err(BrowserError::Timeout { what: M::NAME }),
            Ok(Err(_connection_gone)) => Err(BrowserError::Closed),
            Ok(Ok(Err(refusal))) => Err(BrowserError::Refused { what: M::NAME, words: refusal.message }),
            Ok(Ok(Ok(result))) => serde_json::from_str(result.get())
                .map_err(|error| BrowserError::Refused { what: M::NAME, words: format!("an answer that is not understood: {error}") }),
        }
    }

    /// Sends a command whose answer does not matter.
    pub(crate) fn tell<M: Method + Serialize>(&self, session: Option<&Session>, command: M) {
        // a browser that is gone need not be told
        self.send(session, command, None).ok();
    }

    fn send<M: Method + Serialize>(
        &self,
        session: Option<&Session>,
        command: M,
        tell: Option<oneshot::Sender<Answer>>,
    ) -> Result<u32, BrowserError> {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let message = Outgoing { id, method: M::NAME, params: command, session_id: session.map(AsRef::as_ref) };
        let message = serde_json::to_string(&message)
            .map_err(|error| BrowserError::Refused { what: M::NAME, words: format!("a command that cannot be written: {error}") })?;
        if let Some(tell) = tell {
            lock(&self.0.waiting).insert(id, Waiting { session: session.map(Arc::clone), tell });
        }
        // after the insertion: whoever closes empties the list after setting the sign
        if self.is_closed() || self.0.out.send(message).is_err() {
            lock(&self.0.waiting).remove(&id);
            return Err(BrowserError::Closed);
        }
        Ok(id)
    }

    /// What happens in a session from now on; without one, in the browser itself.
    pub(crate) fn listen(&self, session: Option<&Session>) -> mpsc::UnboundedReceiver<Happening> {
        let (tell, told) = mpsc::unbounded_channel();
        lock(&self.0.listeners).push(Listener { session: session.map(Arc::clone), tell });
        told
    }

    /// True once nothing can be asked any more.
    pub(crate) fn is_closed(&self) -> bool {
        *self.0.closed.borrow()
    }

    /// Waits until nothing can be asked any more.
    pub(crate) async fn closed(&self) {
        // the sender lives in `self`, so this cannot fail
        self.0.closed.subscribe().wait_for(|closed| *closed).await.ok();
    }

    fn close(&self) {
        self.0.closed.send_replace(true);
        lock(&self.0.waiting).clear();
        lock(&self.0.listeners).clear();
    }

    /// Nobody answers in this session any more; the browser itself does not say so.
    fn abandon(&self, session: &str) {
        for (_, Waiting { tell, .. }) in lock(&self.0.waiting).extract_if(|_, waiting| waiting.session.as_deref() == Some(session)) {
            // whoever asked may have stopped waiting
            tell.send(Err(Refusal { message: "the page has crashed or is closed".to_owned() })).ok();
        }
    }

    /// Takes one message of the browser apart. Returns what is no answer.
    fn incoming(&self, message: &[u8]) -> Option<Happening> {
        let incoming: Incoming<'_> = serde_json::from_slice(message)
            .inspect_err(|error| tracing::debug!(%error, "a message of the browser was not understood"))
            .ok()?;
        if let Some(id) = incoming.id {
            if let Some(Waiting { tell, .. }) = lock(&self.0.waiting).remove(&id) {
                let answer = match incoming.error {
                    Some(refusal) => Err(refusal),
                    None => Ok(incoming.result.unwrap_or(RawValue::NULL).to_owned()),
                };
                // whoever asked may have stopped waiting
                tell.send(answer).ok();
            }
            return None;
        }
        let happening = Happening {
            session: incoming.session_id.map(Arc::from),
            name: incoming.method?.into(),
            params: incoming.params.unwrap_or(RawValue::NULL).to_owned().into(),
        };
        match (&*happening.name, &happening.session) {
            ("Inspector.targetCrashed", Some(session)) => self.abandon(session),
            ("Target.detachedFromTarget", _) => {
                if let Some(Detached { session_id }) = happening.read() {
                    self.abandon(&session_id);
                }
            }
            _ => {}
        }
        lock(&self.0.listeners).retain(|listener| {
            if listener.session == happening.session { listener.tell.send(happening.clone()).is_ok() } else { !listener.tell.is_closed() }
        });
        Some(happening)
    }
}

impl fmt::Debug for Cdp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cdp").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}

/// A question whose answer is waited for; forgotten when the waiting ends.
struct Pending<'a> {
    shared: &'a Shared,
    id: u32,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        lock(&self.shared.waiting).remove(&self.id);
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection and what comes out of it.
pub(crate) struct Connected {
    /// The client.
    pub(crate) cdp: Cdp,
    /// Everything that the browser tells without being asked.
    pub(crate) told: mpsc::UnboundedReceiver<Happening>,
}

#[cfg(unix)]
pub(crate) use wire::over_pipes;
pub(crate) use wire::over_websocket;
