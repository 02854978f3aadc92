//! Why the controlled browser could not do what it was asked for.

use std::error::Error as StdError;

/// The controlled browser could not be started, or is gone.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// No browser that can be controlled is installed, or none at the given path.
    #[error("no browser was found")]
    Missing {
        /// Where it was looked for.
        looked_at: Vec<String>,
    },
    /// Another window uses the same profile.
    #[error("the profile is in use by another window")]
    ProfileInUse,
    /// The profile's folder could not be made or written.
    #[error("the profile's folder could not be used")]
    Profile(#[source] std::io::Error),
    /// It did not start, or ended at once.
    #[error("the browser did not start")]
    Start {
        /// What it said last on standard error, if anything.
        said: String,
        /// The system's own error, where there was one.
        #[source]
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
    /// It was closed or has died.
    #[error("the browser is closed")]
    Closed,
    /// It did not understand, or refused, what it was told.
    #[error("the browser refused {what}")]
    Refused {
        /// The method of the protocol.
        what: &'static str,
        /// Its words.
        words: String,
    },
    /// It did not answer in time.
    #[error("the browser did not answer {what} in time")]
    Timeout {
        /// The method of the protocol.
        what: &'static str,
    },
}
