//! What a sign-in needs of the outside, handed in.

use std::error::Error as StdError;
use std::fmt::Debug;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use preflight::{Clock, Origin, Secret};
use transport::Network;
use url::Url;

use crate::Replies;

/// The outside things of one run.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    /// The way out.
    pub network: &'a dyn Network,
    /// The time.
    pub clock: &'a dyn Clock,
    /// The system browser.
    pub opener: &'a dyn UrlOpener,
    /// What the person types while we wait.
    pub replies: &'a Replies,
}

/// Opens pages in the system browser.
pub trait UrlOpener: Send + Sync + Debug {
    /// Opens a page. Must not block: it returns when the browser was told, not when the page is there.
    fn open(&self, url: &Url) -> Result<(), OpenError>;

    /// Opens a page in a window of this kind. Where the kind of window allows it, pages of `watched` can be read for errors.
    fn open_in<'a>(
        &'a self,
        window: Window,
        url: &'a Url,
        watched: &'a [Origin],
    ) -> BoxFuture<'a, Result<Option<WatchedWindow>, OpenError>> {
        let _ = watched;
        std::future::ready(match window {
            Window::Default => self.open(url).map(|()| None),
            Window::Private | Window::Dedicated => Err(OpenError("there is no such window here".into())),
        })
        .boxed()
    }
}

/// Which browser window a person signs in in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum Window {
    /// The browser as it is: its accounts, its passwords, the device's identity.
    #[default]
    Default,
    /// A private window of it, in which nobody is signed in.
    Private,
    /// A browser of our own, with a fresh profile. It closes by itself, and its error pages are read; device rules do not know it.
    Dedicated,
}

impl Window {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Default, Self::Private, Self::Dedicated];

    /// The stable name, as written on the command line and in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Private => "private",
            Self::Dedicated => "dedicated",
        }
    }
}

/// A window that tells what happens in it. Dropping it closes it.
pub type WatchedWindow = Box<dyn Watched>;

/// What a [`WatchedWindow`] does.
pub trait Watched: Send + Sync + Debug {
    /// Waits for the next thing that happens.
    fn event(&mut self) -> BoxFuture<'_, WindowEvent>;
}

/// Something that happened in a window.
#[derive(Clone, Debug)]
pub enum WindowEvent {
    /// A page of a watched origin shows an error. It may say more than errors, so it is kept as what a person pastes.
    Error(Secret),
    /// The person closed it, or it is gone for another reason.
    Closed,
}

/// The system browser could not be told to open a page.
#[derive(Debug, thiserror::Error)]
#[error("the browser could not be opened")]
pub struct OpenError(#[source] pub Box<dyn StdError + Send + Sync>);
