//! An open window of a real browser.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use headless_chrome::protocol::cdp::{Browser, Network, Page as PageDomain};
use preflight::{BoundSecret, Clock, Origin};
use serde_json::json;
use transport::Transport;
use url::Url;

use crate::cdp::calls::{self, Created, Done, Navigated, WindowOf};
use crate::cdp::{Cdp, PROMPTLY};
use crate::controlled::ProxyCredentials;
use crate::cookies::{self, Cookies};
use crate::events::Events;
use crate::launch::{Process, Started};
use crate::pages::Pages;
use crate::route::{BrowserTransport, Page};
use crate::watch::Watcher;
use crate::{BrowserError, Event, Panel, Window, download, world};

/// How long the browser may take to write its cookies down and end.
const ORDERLY_END: Duration = Duration::from_secs(8);

/// An open window.
pub(crate) struct LiveWindow {
    alive: Arc<Alive>,
    user_agent: String,
}

/// What a window comes with.
pub(crate) struct Fittings {
    /// What the panel says at first.
    pub(crate) panel: Option<Panel>,
    /// Host and port of the proxy, where it is known.
    pub(crate) proxy: String,
    /// What the proxy is told when it asks.
    pub(crate) credentials: Option<ProxyCredentials>,
    /// Whether pages may be answered by Kerberos or NTLM.
    pub(crate) negotiating: bool,
    /// False where the browser had to be started without its sandbox.
    pub(crate) sandboxed: bool,
    /// Tells when an answer came.
    pub(crate) clock: Arc<dyn Clock>,
}

/// A running browser. It ends with the last thing that uses it.
pub(crate) struct Alive {
    pub(crate) cdp: Cdp,
    pub(crate) pages: Arc<Pages>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Host and port of the proxy, where it is known.
    pub(crate) proxy: String,
    /// Held while a file is downloaded: where downloads go is set for the whole browser. In it, the page that they are begun in.
    pub(crate) downloading: tokio::sync::Mutex<Option<(Origin, Arc<Page>)>>,
    events: Arc<Events>,
    process: Process,
    closing: Arc<AtomicBool>,
    watcher: tokio::task::AbortHandle,
}

impl LiveWindow {
    /// Takes over a browser that has just started.
    pub(crate) fn new(started: Started, with: Fittings) -> Self {
        let Started { process, connected, version } = started;
        let Fittings { panel, proxy, credentials, negotiating, sandboxed, clock } = with;
        let cdp = connected.cdp;
        let pages = Arc::new(Pages::new(cdp.clone(), panel, sandboxed));
        let events = Arc::new(Events::default());
        let closing = Arc::new(AtomicBool::new(false));
        let watcher = Watcher {
            cdp: cdp.clone(),
            pages: Arc::clone(&pages),
            events: Arc::clone(&events),
            process: process.clone(),
            closing: Arc::clone(&closing),
            proxy: credentials,
            turned_away: negotiating.then(Arc::default),
        };
        let watcher = tokio::spawn(watcher.watch(connected.told)).abort_handle();
        let alive =
            Arc::new(Alive { cdp, pages, clock, proxy, downloading: tokio::sync::Mutex::default(), events, process, closing, watcher });
        Self { alive, user_agent: version.user_agent }
    }

    /// Watches everything that opens, and then opens the first page.
    pub(crate) async fn begin(&self, start: &Url) -> Result<(), BrowserError> {
        let _: Done = self.alive.cdp.ask(None, calls::attach_to_all(), PROMPTLY).await?;
        let _: Created = self.alive.cdp.ask(None, calls::window_on(start.to_string()), PROMPTLY).await?;
        let first = tokio::time::timeout(PROMPTLY, self.alive.pages.first()).await;
        first.map_err(|_elapsed| BrowserError::Timeout { what: "Target.createTarget" })??;
        Ok(())
    }
}

impl fmt::Debug for LiveWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveWindow").field("process", &self.alive.process.id()).finish_non_exhaustive()
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Release);
        if !self.process.has_ended() {
            self.process.kill_and_wait();
        }
        self.watcher.abort();
    }
}

#[async_trait]
impl Window for LiveWindow {
    fn user_agent(&self) -> &str {
        &self.user_agent
    }

    async fn event(&self) -> Event {
        self.alive.events.next().await
    }

    async fn show(&self, panel: Panel) -> Result<(), BrowserError> {
        if self.alive.cdp.is_closed() {
            return Err(BrowserError::Closed);
        }
        self.alive.pages.show(panel);
        Ok(())
    }

    async fn cookies_for(&self, address: &Url) -> Result<Option<BoundSecret>, BrowserError> {
        let page = self.alive.pages.any().ok_or(BrowserError::Closed)?;
        let asked = Network::GetCookies { urls: Some(vec![address.to_string()]) };
        let found: Cookies = self.alive.cdp.ask(Some(&page.session), asked, PROMPTLY).await?;
        Ok(cookies::header(found, address))
    }

    async fn transport(&self, origin: &Origin) -> Result<Arc<dyn Transport>, BrowserError> {
        if self.alive.cdp.is_closed() {
            return Err(BrowserError::Closed);
        }
        Ok(Arc::new(BrowserTransport::new(Arc::clone(&self.alive), origin.clone())))
    }

    async fn go_to(&self, address: &Url) -> Result<(), BrowserError> {
        let page = self.alive.pages.any().ok_or(BrowserError::Closed)?;
        match self.alive.cdp.ask::<_, Navigated>(Some(&page.session), calls::navigate(address.to_string()), PROMPTLY).await {
            Ok(went) => {
                if let Some(error) = went.error_text {
                    // the person sees the browser's own page about it
                    tracing::debug!(error, "the page did not open");
                }
                Ok(())
            }
            // still loading
            Err(BrowserError::Timeout { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn visible_text(&self, origins: &[Origin], limit: usize) -> Result<Option<String>, BrowserError> {
        const TEXT: &str = "({ origins, limit }) => document.visibilityState === 'visible'
            ? { text: origins.includes(location.origin) && document.body ? document.body.innerText.slice(0, limit) : null } : null";
        #[derive(serde::Deserialize)]
        struct Front {
            text: Option<String>,
        }
        let argument = json!({ "origins": origins.iter().map(ToString::to_string).collect::<Vec<_>>(), "limit": limit });
        for page in self.alive.pages.newest_first() {
            match world::call::<Option<Front>>(&self.alive.cdp, &page, TEXT, argument.clone(), PROMPTLY).await {
                Ok(Some(Some(front))) => return Ok(front.text.map(|text| text.chars().take(limit).collect())),
                // behind another one, or just going elsewhere
                Ok(_) | Err(BrowserError::Refused { .. } | BrowserError::Timeout { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn download(&self, address: &Url, to: &Path, progress: &(dyn Fn(u64, Option<u64>) + Send + Sync)) -> Result<u64, BrowserError> {
        download::download(&self.alive, address, to, progress).await
    }

    async fn minimize(&self) -> Result<(), BrowserError> {
        self.alive.set_window(Browser::WindowState::Minimized).await
    }

    async fn restore(&self) -> Result<(), BrowserError> {
        self.alive.set_window(Browser::WindowState::Normal).await?;
        let page = self.alive.pages.any().ok_or(BrowserError::Closed)?;
        let _: Done = self.alive.cdp.ask(Some(&page.session), PageDomain::BringToFront(None), PROMPTLY).await?;
        Ok(())
    }

    async fn close(&self) {
        self.alive.close().await;
    }
}

impl Alive {
    async fn set_window(&self, state: Browser::WindowState) -> Result<(), BrowserError> {
        let page = self.pages.any().ok_or(BrowserError::Closed)?;
        let asked = Browser::GetWindowForTarget { target_id: Some(page.target.to_string()) };
        let window: WindowOf = self.cdp.ask(None, asked, PROMPTLY).await?;
        let _: Done = self.cdp.ask(None, calls::window_state(window.window_id, state), PROMPTLY).await?;
        Ok(())
    }

    /// Ends the browser so that it writes down its cookies; by force only if it does not.
    async fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.cdp.tell(None, Browser::Close(None));
        if tokio::time::timeout(ORDERLY_END, self.process.ended()).await.is_err() {
            tracing::warn!("the browser did not end by itself");
            self.process.kill();
            self.process.ended().await;
        }
    }
}
