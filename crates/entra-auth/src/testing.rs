//! What the tests of this room share.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::Timestamp;
use preflight::{Clock, Fail, HintAction, Origin};
use serde_json::{Value, json};
use transport::Network;
use url::Url;

use crate::{Cx, OpenError, Replies, ReplySender, UrlOpener, Watched, WatchedWindow, Window, WindowEvent};

/// The tenant of the tests.
pub(crate) const TENANT: &str = "7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20";
/// The app of the tests.
pub(crate) const CLIENT: &str = "5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01";

/// A clock that the test moves.
#[derive(Debug)]
pub(crate) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        let mut now = self.0.lock().expect("not poisoned");
        *now = now.checked_add(by).expect("in range");
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("not poisoned")
    }

    fn ticks(&self) -> Duration {
        Duration::ZERO
    }
}

/// A browser that only writes down what it is told to open.
#[derive(Debug, Default)]
pub(crate) struct TestOpener {
    pub(crate) broken: bool,
    /// What happens in a window of its own.
    pub(crate) happens: Mutex<VecDeque<WindowEvent>>,
    opened: Mutex<Vec<Url>>,
}

impl TestOpener {
    pub(crate) fn opened(&self) -> Vec<Url> {
        self.opened.lock().expect("not poisoned").clone()
    }
}

impl UrlOpener for TestOpener {
    fn open(&self, url: &Url) -> Result<(), OpenError> {
        if self.broken {
            return Err(OpenError("no browser here".into()));
        }
        self.opened.lock().expect("not poisoned").push(url.clone());
        Ok(())
    }

    fn open_in<'a>(
        &'a self,
        window: Window,
        url: &'a Url,
        _watched: &'a [Origin],
    ) -> BoxFuture<'a, Result<Option<WatchedWindow>, OpenError>> {
        let events = std::mem::take(&mut *self.happens.lock().expect("not poisoned"));
        let opened = self.open(url).map(|()| (window == Window::Dedicated).then(|| Box::new(TestWindow(events)) as WatchedWindow));
        std::future::ready(opened).boxed()
    }
}

/// A window in which these things happen, and then nothing.
#[derive(Debug)]
struct TestWindow(VecDeque<WindowEvent>);

impl Watched for TestWindow {
    fn event(&mut self) -> BoxFuture<'_, WindowEvent> {
        match self.0.pop_front() {
            Some(event) => std::future::ready(event).boxed(),
            None => std::future::pending().boxed(),
        }
    }
}

/// Everything outside, for one test.
#[derive(Debug)]
pub(crate) struct Outside<N> {
    pub(crate) network: N,
    pub(crate) clock: TestClock,
    pub(crate) opener: TestOpener,
    pub(crate) replies: Replies,
    pub(crate) person: ReplySender,
}

impl<N: Network> Outside<N> {
    pub(crate) fn new(network: N, now: Timestamp) -> Self {
        let (person, replies) = Replies::channel();
        Self { network, clock: TestClock(Mutex::new(now)), opener: TestOpener::default(), replies, person }
    }

    pub(crate) fn cx(&self) -> Cx<'_> {
        Cx { network: &self.network, clock: &self.clock, opener: &self.opener, replies: &self.replies }
    }
}

/// A tenant's configuration in the shape of Entra's.
pub(crate) fn document(origin: &str) -> Value {
    json!({
        "issuer": format!("{origin}/{TENANT}/v2.0"),
        "authorization_endpoint": format!("{origin}/{TENANT}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{origin}/{TENANT}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{origin}/{TENANT}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{origin}/{TENANT}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "tenant_region_scope": "EU",
        "msgraph_host": "graph.microsoft.com",
    })
}

/// A failure as a person reads it, for snapshots.
pub(crate) fn read(fail: &Fail) -> String {
    let headline = format!("{}: {}", fail.cause, fail.summary);
    let hints = fail.hints.iter().map(|hint| {
        let button = match &hint.action {
            Some(HintAction::OpenUrl(url)) => format!(" [open {url}]"),
            Some(HintAction::Copy(what)) => format!(" [copy {what}]"),
            Some(HintAction::EditField(field)) => format!(" [field {}]", field.label()),
            Some(HintAction::Retry) => " [test again]".to_owned(),
            None => String::new(),
        };
        format!("  - {}{button}", hint.text)
    });
    let details = fail.details.iter().map(|detail| format!("  {}: {}", detail.key, detail.value));
    std::iter::once(headline).chain(hints).chain(details).collect::<Vec<_>>().join("\n")
}
