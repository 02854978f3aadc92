//! The page that requests are made in.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;

use headless_chrome::protocol::cdp::{Fetch, Inspector, Page as PageDomain, Target};
use preflight::Origin;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use transport::TransportErrorKind as Kind;
use url::Url;

use super::{SET_UP, failure, without_query};
use crate::BrowserError;
use crate::cdp::calls::{self, Attached, Created, Done, Navigated};
use crate::cdp::{Cdp, Happening, PROMPTLY, Session};
use crate::live::Alive;
use crate::world;

/// How long our page may take to open.
const OPENING: Duration = Duration::from_secs(20);

/// How long a sign-in that needs nobody may take, once a page of somebody else's is open.
const SILENT_SIGN_IN: Duration = Duration::from_secs(5);

/// An address that costs a server nothing. What it answers does not matter, as long as it is a page of the origin.
const PATH: &str = "/robots.txt";

/// A page of the origin.
pub(crate) struct Page {
    pub(crate) session: Session,
    pub(crate) world: u32,
    /// Held while the network of this page is looked at.
    pub(super) looking: tokio::sync::Mutex<()>,
    challenged: AtomicBool,
    /// Our own page is closed at the end, a person's is not.
    _own: Option<Own>,
}

struct Own {
    target: String,
    cdp: Cdp,
}

impl Drop for Own {
    fn drop(&mut self) {
        self.cdp.tell(None, Target::CloseTarget { target_id: std::mem::take(&mut self.target) });
    }
}

/// Where requests can be made.
pub(crate) enum Place {
    /// In this page.
    On(Arc<Page>),
    /// Nowhere: whoever goes to the origin is sent to this address.
    Elsewhere(Url),
}

impl Page {
    fn new(session: Session, world: u32, own: Option<Own>) -> Arc<Self> {
        Arc::new(Self { session, world, looking: tokio::sync::Mutex::default(), challenged: AtomicBool::new(false), _own: own })
    }

    /// True for the first challenge.
    pub(super) fn first_challenge(&self) -> bool {
        !self.challenged.swap(true, Ordering::AcqRel)
    }
}

/// Opens a page of our own; where that leads elsewhere, takes one that the person has open.
pub(crate) async fn find_or_make(alive: &Alive, origin: &Origin) -> Result<Place, Kind> {
    let own = make(alive, origin).await;
    if let Ok(Place::On(page)) = own {
        return Ok(Place::On(page));
    }
    if let Some(tab) = alive.pages.on(origin)
        && let Ok(world) = set_up(&alive.cdp, &tab.session, &tab.target).await
    {
        return Ok(Place::On(Page::new(tab.session, world, None)));
    }
    own
}

async fn make(alive: &Alive, origin: &Origin) -> Result<Place, Kind> {
    let cdp = &alive.cdp;
    let broken = |error: BrowserError| if matches!(error, BrowserError::Timeout { .. }) { Kind::Timeout } else { Kind::Closed };
    let created: Result<Created, _> = cdp.ask(None, calls::hidden_page(), PROMPTLY).await;
    let created = match created {
        Err(BrowserError::Refused { .. }) => cdp.ask(None, calls::background_tab(), PROMPTLY).await,
        other => other,
    };
    let Created { target_id: target } = created.map_err(broken)?;
    let own = Own { target: target.clone(), cdp: cdp.clone() };
    let attach = Target::AttachToTarget { target_id: target.clone(), flatten: Some(true) };
    let attached: Attached = cdp.ask(None, attach, PROMPTLY).await.map_err(broken)?;
    let session: Session = attached.session_id.into();

    // the content security policy of this page is nobody's protection: nothing runs in it but our own function
    let _: Done = cdp.ask(Some(&session), PageDomain::SetBypassCSP { enabled: true }, PROMPTLY).await.map_err(broken)?;
    // tells of a crash
    cdp.tell(Some(&session), Inspector::Enable(None));
    let _: Done = cdp.ask(Some(&session), PageDomain::Enable { enable_file_chooser_opened_event: None }, PROMPTLY).await.map_err(broken)?;
    // one for the answer that is held, one for pages that are loaded
    let (mut held, mut told) = (cdp.listen(Some(&session)), cdp.listen(Some(&session)));
    let address = format!("{origin}{PATH}");
    let _: Done = cdp.ask(Some(&session), calls::hold_answer_of(&address), PROMPTLY).await.map_err(broken)?;
    let navigate = cdp.ask(Some(&session), calls::navigate(address), OPENING);
    let status = AtomicU16::new(0);
    let went: Navigated = tokio::select! {
        went = navigate => went.map_err(broken)?,
        never = show_whatever_comes(cdp, &session, &mut held, &status) => match never {},
    };
    cdp.tell(Some(&session), Fetch::Disable(None));
    if let Some(error) = went.error_text {
        return Err(failure::kind_of(&error, &alive.proxy));
    }
    let mut patience = OPENING;
    loop {
        loaded(&mut told, patience).await;
        match whereabouts(cdp, &session, &target).await {
            Ok(landed) if landed.origin == origin.to_string() => break,
            // a sign-in that needs nobody goes on by itself
            Ok(_) if patience == OPENING => patience = SILENT_SIGN_IN,
            Ok(landed) => {
                return Url::parse(&landed.address)
                    .map(|address| Place::Elsewhere(without_query(address)))
                    .map_err(|_no_page| Kind::Closed);
            }
            Err(error) => return Err(broken(error)),
        }
    }
    // the first challenge of a fresh profile stays unanswered in Chromium; once reloaded it is answered
    if status.load(Ordering::Relaxed) == 401 {
        cdp.tell(Some(&session), PageDomain::Reload { ignore_cache: Some(true), script_to_evaluate_on_load: None, loader_id: None });
        loaded(&mut told, OPENING).await;
    }
    let world = set_up(cdp, &session, &target).await.map_err(broken)?;
    Ok(Place::On(Page::new(session, world, Some(own))))
}

/// Our own world of a page, with the function that fetches in it.
async fn set_up(cdp: &Cdp, session: &Session, target: &str) -> Result<u32, BrowserError> {
    let world = world::of(cdp, session, target).await?;
    let _: Option<Value> = world::call_in(cdp, session, world, SET_UP, Value::Null, PROMPTLY).await?;
    Ok(world)
}

/// Has every held answer shown as plain text; redirects go on as they are.
async fn show_whatever_comes(cdp: &Cdp, session: &Session, told: &mut UnboundedReceiver<Happening>, status: &AtomicU16) -> Infallible {
    while let Some(happening) = told.recv().await {
        if &*happening.name == "Fetch.requestPaused"
            && let Some(Held { request_id, response_status_code }) = happening.read()
        {
            match response_status_code {
                Some(300..400) | None => cdp.tell(Some(session), calls::let_go(request_id)),
                Some(code) => {
                    status.store(code, Ordering::Relaxed);
                    cdp.tell(Some(session), calls::show_as_text(request_id));
                }
            }
        }
    }
    std::future::pending().await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    request_id: String,
    response_status_code: Option<u16>,
}

/// Waits until a page is loaded, but not for ever.
async fn loaded(told: &mut UnboundedReceiver<Happening>, within: Duration) {
    let load = async {
        while let Some(happening) = told.recv().await {
            if &*happening.name == "Page.loadEventFired" {
                return;
            }
        }
    };
    tokio::time::timeout(within, load).await.ok();
}

#[derive(Deserialize)]
struct Landed {
    origin: String,
    address: String,
}

async fn whereabouts(cdp: &Cdp, session: &Session, target: &str) -> Result<Landed, BrowserError> {
    const WHERE: &str = "() => ({ origin: location.origin, address: location.href })";
    let world = world::of(cdp, session, target).await?;
    let landed = world::call_in(cdp, session, world, WHERE, Value::Null, PROMPTLY).await?;
    landed.ok_or(BrowserError::Closed)
}
