//! The tabs and pop-ups that are open, and the panel on each of them.

use std::sync::{Arc, Mutex};

use preflight::Origin;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::cdp::calls;
use crate::cdp::{Cdp, PROMPTLY, Session, lock};
use crate::{BrowserError, Panel, world};

/// A tab or a pop-up. The protocol gives its main frame the same name as the tab.
#[derive(Clone, Debug)]
pub(crate) struct Tab {
    pub(crate) session: Session,
    pub(crate) target: Arc<str>,
    /// Where it is.
    pub(crate) origin: Option<Origin>,
}

/// Everything that is open.
pub(crate) struct Pages {
    cdp: Cdp,
    /// False where the browser had to be started without its sandbox, which the panel then says.
    sandboxed: bool,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    /// In the order of their opening.
    tabs: Vec<Tab>,
    panel: Option<Panel>,
    /// Where the person put the panel.
    layout: Value,
}

/// Draws the panel, or brings it up to date.
const PANEL: &str = include_str!("../assets/panel.js");
const PANEL_STYLE: &str = include_str!("../assets/panel.css");

impl Pages {
    pub(crate) fn new(cdp: Cdp, panel: Option<Panel>, sandboxed: bool) -> Self {
        Self { cdp, sandboxed, state: Mutex::new(State { tabs: Vec::new(), panel, layout: Value::Null }), changed: Notify::new() }
    }

    /// A tab was opened.
    pub(crate) fn opened(&self, tab: Tab) {
        let mut state = lock(&self.state);
        if !state.tabs.iter().any(|known| known.session == tab.session) {
            state.tabs.push(tab);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// A tab is gone. True where it was the last one.
    pub(crate) fn closed(&self, session: &str) -> bool {
        let mut state = lock(&self.state);
        let before = state.tabs.len();
        state.tabs.retain(|tab| &*tab.session != session);
        state.tabs.is_empty() && before > 0
    }

    /// A tab shows another page. False where it is none of the person's tabs.
    pub(crate) fn moved(&self, session: &Session, origin: Option<Origin>) -> bool {
        let mut state = lock(&self.state);
        let tab = state.tabs.iter_mut().find(|tab| tab.session == *session);
        tab.map(|tab| tab.origin = origin).is_some()
    }

    /// True where none is open.
    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.state).tabs.is_empty()
    }

    /// The first tab that is open.
    pub(crate) fn any(&self) -> Option<Tab> {
        lock(&self.state).tabs.first().cloned()
    }

    /// All tabs, the newest first.
    pub(crate) fn newest_first(&self) -> Vec<Tab> {
        lock(&self.state).tabs.iter().rev().cloned().collect()
    }

    /// A tab that shows a page of this origin.
    pub(crate) fn on(&self, origin: &Origin) -> Option<Tab> {
        lock(&self.state).tabs.iter().find(|tab| tab.origin.as_ref() == Some(origin)).cloned()
    }

    /// Waits for the first tab.
    pub(crate) async fn first(&self) -> Result<Tab, BrowserError> {
        loop {
            let changed = self.changed.notified();
            if let Some(tab) = self.any() {
                return Ok(tab);
            }
            tokio::select! {
                () = changed => {}
                () = self.cdp.closed() => return Err(BrowserError::Closed),
            }
        }
    }

    /// Shows this on every tab.
    pub(crate) fn show(self: &Arc<Self>, panel: Panel) {
        let tabs = {
            let mut state = lock(&self.state);
            if state.panel.as_ref() == Some(&panel) {
                return;
            }
            state.panel = Some(panel);
            state.tabs.clone()
        };
        for tab in tabs {
            self.paint(tab);
        }
    }

    /// The person moved or folded the panel; it stays so on other pages.
    pub(crate) fn laid_out(&self, layout: Value) {
        lock(&self.state).layout = layout;
    }

    /// Paints the panel on a tab. A page that does not let us (it is going elsewhere, or held by a dialog) gets it with its next document.
    pub(crate) fn paint(self: &Arc<Self>, tab: Tab) {
        if lock(&self.state).panel.is_none() {
            return;
        }
        let pages = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = pages.paint_now(&tab).await {
                tracing::trace!(%error, "the panel was not painted");
            }
        });
    }

    async fn paint_now(&self, tab: &Tab) -> Result<(), BrowserError> {
        let world = world::of(&self.cdp, &tab.session, &tab.target).await?;
        self.cdp.tell(Some(&tab.session), calls::binding(world));
        // read at the last moment: what is painted later must not be older
        let argument = {
            let state = lock(&self.state);
            let Some(panel) = &state.panel else { return Ok(()) };
            let Panel { task, seen, usable, extendable } = panel;
            json!({ "task": task, "seen": seen, "usable": usable, "extendable": extendable, "layout": state.layout, "sandboxed": self.sandboxed, "style": PANEL_STYLE })
        };
        let _: Option<Value> = world::call_in(&self.cdp, &tab.session, world, PANEL, argument, PROMPTLY).await?;
        Ok(())
    }
}
