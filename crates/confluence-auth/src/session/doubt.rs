//! Answers that look as if the session had ended, and what becomes of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use preflight::Origin;
use tokio::sync::{mpsc, oneshot};
use transport::{Request, Response, Route, Transport, TransportError};

use crate::classify::{Obstacle, obstacle};
use crate::inventory::{Taken, taken_for};

/// How often a request is sent again after the session was renewed. More would be a session that does not hold.
const MOST_RENEWALS: usize = 3;

/// A request got an answer that may be no answer.
#[derive(Debug)]
pub(super) struct Doubt {
    /// The answer names nobody, where somebody was signed in.
    pub(super) certain: bool,
    /// There was none at all.
    pub(super) no_answer: bool,
    /// Which session it was sent with.
    session: u64,
    reply: oneshot::Sender<Verdict>,
}

/// What to do with the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// It was meant.
    Stands,
    /// The session is another one now.
    AskAgain,
}

impl Doubt {
    pub(super) fn answer(self, verdict: Verdict) {
        // whoever asked may not be there any more
        self.reply.send(verdict).ok();
    }

    /// The session that it was sent with has been renewed since.
    pub(super) fn is_of_before(&self, doubts: &Doubts) -> bool {
        self.session != doubts.session.load(Ordering::Acquire)
    }
}

/// Where doubts go while somebody looks after the session.
#[derive(Debug)]
pub(super) struct Doubts {
    open: AtomicBool,
    session: AtomicU64,
    sender: mpsc::UnboundedSender<Doubt>,
}

/// The doubts that were raised, to be looked into one after the other.
#[derive(Debug)]
pub(super) struct Raised(mpsc::UnboundedReceiver<Doubt>);

impl Raised {
    pub(super) async fn next(&mut self) -> Doubt {
        match self.0.recv().await {
            Some(doubt) => doubt,
            None => std::future::pending().await,
        }
    }
}

pub(super) fn channel() -> (Arc<Doubts>, Raised) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Arc::new(Doubts { open: AtomicBool::new(false), session: AtomicU64::new(0), sender }), Raised(receiver))
}

impl Doubts {
    /// From now on, until what is returned is dropped, somebody looks into them.
    pub(super) fn open(&self) -> Open<'_> {
        self.open.store(true, Ordering::Release);
        Open(self)
    }

    /// The session is a new one.
    pub(super) fn renewed(&self) {
        self.session.fetch_add(1, Ordering::AcqRel);
    }

    async fn raise(&self, certain: bool, no_answer: bool, session: u64) -> Verdict {
        if !self.open.load(Ordering::Acquire) {
            return Verdict::Stands;
        }
        let (reply, verdict) = oneshot::channel();
        if self.sender.send(Doubt { certain, no_answer, session, reply }).is_err() {
            return Verdict::Stands;
        }
        verdict.await.unwrap_or(Verdict::Stands)
    }
}

/// Somebody looks after the session.
pub(super) struct Open<'a>(&'a Doubts);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.store(false, Ordering::Release);
    }
}

/// Carries requests with the session, and doubts answers.
#[derive(Debug)]
pub(super) struct Carrier {
    inner: Arc<dyn Transport>,
    doubts: Arc<Doubts>,
    anonymous: bool,
    /// It ends with its window.
    through_window: bool,
}

impl Carrier {
    pub(super) fn new(inner: Arc<dyn Transport>, doubts: Arc<Doubts>, anonymous: bool, through_window: bool) -> Self {
        Self { inner, doubts, anonymous, through_window }
    }
}

#[async_trait]
impl Transport for Carrier {
    fn origin(&self) -> &Origin {
        self.inner.origin()
    }

    fn route(&self) -> Route {
        self.inner.route()
    }

    async fn execute(&self, request: Request) -> Result<Response, TransportError> {
        let mut renewals = 0;
        loop {
            let session = self.doubts.session.load(Ordering::Acquire);
            let came = self.inner.execute(request.clone()).await;
            let verdict = match &came {
                Ok(response) => match looks_like_the_end(response, self.anonymous) {
                    Some(certain) => self.doubts.raise(certain, false, session).await,
                    None => Verdict::Stands,
                },
                Err(_no_answer) if self.through_window => self.doubts.raise(false, true, session).await,
                Err(_no_answer) => Verdict::Stands,
            };
            renewals += 1;
            if verdict == Verdict::Stands || renewals > MOST_RENEWALS {
                return came;
            }
        }
    }
}

/// Whether an answer looks as if the session had ended, and whether that is certain.
fn looks_like_the_end(response: &Response, anonymous: bool) -> Option<bool> {
    match taken_for(response) {
        Taken::Somebody => None,
        Taken::Nobody if anonymous => None,
        Taken::Nobody => Some(true),
        Taken::Untold => {
            let is_refused = matches!(response.status.as_u16(), 401 | 403) && !anonymous;
            let is_led_away = matches!(
                obstacle(response),
                Some(
                    Obstacle::Login
                        | Obstacle::IdentityProvider { .. }
                        | Obstacle::Elsewhere { .. }
                        | Obstacle::Negotiate { .. }
                        | Obstacle::GateLogin { .. }
                )
            );
            (is_refused || is_led_away).then_some(false)
        }
    }
}
