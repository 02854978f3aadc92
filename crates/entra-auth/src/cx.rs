//! What a sign-in needs of the outside, handed in.

use std::error::Error as StdError;
use std::fmt::Debug;

use preflight::Clock;
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
}

/// The system browser could not be told to open a page.
#[derive(Debug, thiserror::Error)]
#[error("the browser could not be opened")]
pub struct OpenError(#[source] pub Box<dyn StdError + Send + Sync>);
