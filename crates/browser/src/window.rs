//! The seam: what opens a window, and what an open window can do. Tests put a scripted one in its place.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use preflight::{BoundSecret, Origin};
use transport::Transport;
use url::Url;

use crate::BrowserError;

/// Opens controlled browser windows.
#[async_trait]
pub trait Launcher: Send + Sync + fmt::Debug {
    /// Starts a browser with a profile of its own and opens this page in it.
    async fn open(&self, order: Open) -> Result<Arc<dyn Window>, BrowserError>;
    /// Removes the profile that is kept for a connection, with every cookie in it. True where there was one.
    async fn forget(&self, connection: &str) -> Result<bool, BrowserError>;
}

/// A window to open.
#[derive(Clone, Debug)]
pub struct Open {
    /// The page to begin with.
    pub start: Url,
    /// What the profile is kept for: one profile for each connection. None means a fresh one that is removed at the end.
    pub connection: Option<String>,
    /// Host names and patterns that may be answered by Kerberos or NTLM (`--auth-server-allowlist`).
    pub negotiate_hosts: Vec<String>,
    /// Where it is set, the browser of this path instead of the first one found.
    pub program: Option<PathBuf>,
    /// What the panel says at first. None means a window without a panel.
    pub panel: Option<Panel>,
}

/// What the panel on the page shows.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Panel {
    /// What to do, in a short sentence.
    pub task: String,
    /// What is seen at the moment: “Not signed in yet”.
    pub seen: String,
    /// Whether *Use this account* can be pressed.
    pub usable: bool,
    /// Whether the waiting can be made longer with *More time*.
    pub extendable: bool,
}

/// What a person pressed on the panel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// *Use this account*
    Use,
    /// *More time*
    MoreTime,
    /// *Cancel*
    Cancel,
}

/// Something that happened in the browser.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// A button of the panel was pressed, by a person and not by a script of the page.
    Pressed(Choice),
    /// The main frame of a tab shows another page. Only its origin is told: an address may hold codes and tokens.
    Navigated(Option<Origin>),
    /// Nothing can come any more.
    Gone(Gone),
}

/// How a browser came to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gone {
    /// The person closed its last window, or the program did.
    Closed,
    /// It was killed or has crashed.
    Crashed,
}

/// An open browser window. Dropping the last handle closes the browser and leaves no process.
#[async_trait]
pub trait Window: Send + Sync + fmt::Debug {
    /// The browser's own `User-Agent`, which a session may be bound to.
    fn user_agent(&self) -> &str;
    /// Waits for the next event. After [`Event::Gone`] it gives that again.
    async fn event(&self) -> Event;
    /// Shows this on the panel of every tab.
    async fn show(&self, panel: Panel) -> Result<(), BrowserError>;
    /// The `Cookie` header that the browser would send to this address (RFC 6265 §5.4), bound to its origin. None where there is none.
    async fn cookies_for(&self, address: &Url) -> Result<Option<BoundSecret>, BrowserError>;
    /// A carrier whose every request is a `fetch` inside a page of this origin, with the page's own session.
    async fn transport(&self, origin: &Origin) -> Result<Arc<dyn Transport>, BrowserError>;
    /// Opens a page in the first tab.
    async fn go_to(&self, address: &Url) -> Result<(), BrowserError>;
    /// The visible text of the page in front, cut to this many characters. Only for pages of these origins; else none.
    async fn visible_text(&self, origins: &[Origin], limit: usize) -> Result<Option<String>, BrowserError>;
    /// Downloads a file into a new one, with the page's own session, many times faster than through [`Window::transport`]. Meanwhile `progress` is told how
    /// many bytes have come, and of how many where that is known. Returns their number. A window that cannot do it refuses.
    #[expect(unused_variables, reason = "a window that can do it needs the names")]
    async fn download(&self, address: &Url, to: &Path, progress: &(dyn Fn(u64, Option<u64>) + Send + Sync)) -> Result<u64, BrowserError> {
        Err(BrowserError::Refused { what: "download", words: "this window has no downloads".to_owned() })
    }
    /// Makes the window small, to be kept open.
    async fn minimize(&self) -> Result<(), BrowserError>;
    /// Brings the window back to the front.
    async fn restore(&self) -> Result<(), BrowserError>;
    /// Closes the browser gracefully, so that fresh cookies are kept, and waits for its end.
    async fn close(&self);
}
