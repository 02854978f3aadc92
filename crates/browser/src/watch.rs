//! Watches everything that happens in the browser: tabs and pop-ups that open, move and close, buttons of the panel, the end.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use headless_chrome::protocol::cdp::{Browser, Fetch, Inspector, Page, Runtime};
use preflight::Origin;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use url::Url;

use crate::cdp::calls;
use crate::cdp::{Cdp, Detached, Happening, PROMPTLY, Session, lock};
use crate::controlled::ProxyCredentials;
use crate::events::Events;
use crate::launch::{End, Process};
use crate::pages::{Pages, Tab};
use crate::{Choice, Event, Gone, world};

/// How long the process may outlive its connection.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

/// What watches.
pub(crate) struct Watcher {
    pub(crate) cdp: Cdp,
    pub(crate) pages: Arc<Pages>,
    pub(crate) events: Arc<Events>,
    pub(crate) process: Process,
    pub(crate) closing: Arc<AtomicBool>,
    pub(crate) proxy: Option<ProxyCredentials>,
    /// Where pages may be answered by Kerberos or NTLM, the origins that turned the person away at first.
    pub(crate) turned_away: Option<Arc<Mutex<HashSet<Origin>>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attached {
    session_id: String,
    target_info: Target,
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "targetId")]
    id: String,
    r#type: String,
    url: String,
}

#[derive(Deserialize)]
struct FrameNavigated {
    frame: Frame,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Frame {
    id: String,
    parent_id: Option<String>,
    url: String,
}

#[derive(Deserialize)]
struct BindingCalled {
    name: String,
    payload: String,
}

/// What the panel tells.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Pressed(Pressed),
    Layout(Value),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Pressed {
    Use,
    MoreTime,
    Cancel,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    request_id: String,
    response_status_code: Option<u16>,
    auth_challenge: Option<Challenge>,
}

#[derive(Deserialize)]
struct Challenge {
    source: Option<String>,
}

impl Watcher {
    /// Watches until the end.
    pub(crate) async fn watch(self, mut told: UnboundedReceiver<Happening>) {
        while let Some(happening) = told.recv().await {
            self.happened(&happening);
        }
        let end = tokio::time::timeout(LAST_MOMENTS, self.process.ended()).await;
        if end.is_err() {
            // it does not speak to us any more, so nobody could close it
            self.process.kill();
        }
        let expected = self.closing.load(Ordering::Acquire) || self.pages.is_empty();
        self.events.push(Event::Gone(if expected || end == Ok(End::Good) { Gone::Closed } else { Gone::Crashed }));
    }

    fn happened(&self, happening: &Happening) {
        match (&*happening.name, &happening.session) {
            ("Target.attachedToTarget", _) => {
                if let Some(attached) = happening.read() {
                    self.attached(attached);
                }
            }
            ("Target.detachedFromTarget", _) => {
                if let Some(Detached { session_id }) = happening.read()
                    && self.pages.closed(&session_id)
                {
                    // on macOS a browser goes on without windows, and a hidden page might hold it elsewhere
                    self.closing.store(true, Ordering::Release);
                    self.cdp.tell(None, Browser::Close(None));
                }
            }
            ("Page.frameNavigated", Some(session)) => {
                if let Some(FrameNavigated { frame }) = happening.read()
                    && frame.parent_id.is_none()
                {
                    self.navigated(session, frame);
                }
            }
            ("Runtime.bindingCalled", Some(_)) => {
                if let Some(BindingCalled { name, payload }) = happening.read()
                    && name == calls::BINDING
                {
                    self.panel_told(&payload);
                }
            }
            ("Fetch.requestPaused", Some(session)) => {
                // answers are held by whoever asked for that
                if let Some(Held { request_id, response_status_code: None, .. }) = happening.read() {
                    self.cdp.tell(Some(session), calls::let_go(request_id));
                }
            }
            ("Fetch.authRequired", Some(session)) => {
                if let Some(held) = happening.read() {
                    self.challenged(session, held);
                }
            }
            _ => {}
        }
    }

    /// Everything is sent at once and no answer awaited: some pages answer only after they were resumed.
    fn attached(&self, Attached { session_id, target_info }: Attached) {
        let session: &Session = &session_id.into();
        if self.proxy.is_some()
            && matches!(&*target_info.r#type, "page" | "other" | "iframe" | "service_worker" | "worker" | "shared_worker")
        {
            self.cdp.tell(Some(session), calls::ask_about_challenges());
        }
        if target_info.r#type == "page" {
            self.cdp.tell(Some(session), Inspector::Enable(None));
            self.cdp.tell(Some(session), Page::Enable { enable_file_chooser_opened_event: None });
            let tab = Tab { session: Arc::clone(session), target: target_info.id.into(), origin: origin(&target_info.url) };
            self.pages.opened(tab.clone());
            self.pages.paint(tab);
        }
        self.cdp.tell(Some(session), Runtime::RunIfWaitingForDebugger(None));
    }

    fn navigated(&self, session: &Session, frame: Frame) {
        let origin = origin(&frame.url);
        // a page of our own, in which requests are made, is nobody's step
        if !self.pages.moved(session, origin.clone()) {
            return;
        }
        let tab = Tab { session: Arc::clone(session), target: frame.id.into(), origin: origin.clone() };
        self.pages.paint(tab.clone());
        if let (Some(turned_away), Some(origin)) = (&self.turned_away, &origin) {
            self.reload_if_turned_away(Arc::clone(turned_away), origin.clone(), tab);
        }
        self.events.push(Event::Navigated(origin));
    }

    /// The first challenge of a fresh profile stays unanswered in Chromium (measured with 156 on Linux): the page that turns people away is shown.
    /// Asked once more, the browser answers. Once for each origin.
    fn reload_if_turned_away(&self, turned_away: Arc<Mutex<HashSet<Origin>>>, origin: Origin, tab: Tab) {
        const STATUS: &str = "() => performance.getEntriesByType('navigation')[0]?.responseStatus";
        let cdp = self.cdp.clone();
        tokio::spawn(async move {
            let status = world::call::<u16>(&cdp, &tab, STATUS, Value::Null, PROMPTLY).await;
            if matches!(status, Ok(Some(401))) && lock(&turned_away).insert(origin) {
                cdp.tell(Some(&tab.session), Page::Reload { ignore_cache: None, script_to_evaluate_on_load: None, loader_id: None });
            }
        });
    }

    fn panel_told(&self, payload: &str) {
        match serde_json::from_str(payload) {
            Ok(Told::Pressed(pressed)) => self.events.push(Event::Pressed(match pressed {
                Pressed::Use => Choice::Use,
                Pressed::MoreTime => Choice::MoreTime,
                Pressed::Cancel => Choice::Cancel,
            })),
            Ok(Told::Layout(layout)) => self.pages.laid_out(layout),
            Err(error) => tracing::debug!(%error, "the panel told something that is not understood"),
        }
    }

    /// A proxy gets its credentials; everything else is between the browser and the person.
    fn challenged(&self, session: &Session, held: Held) {
        let by_proxy = held.auth_challenge.is_some_and(|challenge| challenge.source.as_deref() == Some("Proxy"));
        let response = match &self.proxy {
            Some(proxy) if by_proxy => Fetch::AuthChallengeResponse {
                response: Fetch::AuthChallengeResponseResponse::ProvideCredentials,
                username: Some(proxy.user.clone()),
                password: Some(proxy.password.inspect(str::to_owned)),
            },
            _ => Fetch::AuthChallengeResponse { response: Fetch::AuthChallengeResponseResponse::Default, username: None, password: None },
        };
        self.cdp.tell(Some(session), Fetch::ContinueWithAuth { request_id: held.request_id, auth_challenge_response: response });
    }
}

/// Only the origin of an address is kept: the rest may hold codes and tokens.
fn origin(address: &str) -> Option<Origin> {
    Url::parse(address).ok().and_then(|url| Origin::of(&url).ok())
}
