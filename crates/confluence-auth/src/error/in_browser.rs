//! Why a person is not signed in in the browser, or no longer.

use browser::BrowserError;

use super::ConfluenceError;

/// What went wrong in the browser, or in finding out what works outside of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    /// Another account than the one expected is signed in in the window, and the time is over.
    #[error("another account than the one expected is signed in in the browser")]
    WrongAccount {
        /// Who was expected.
        expected: String,
        /// Who the server names.
        found: String,
    },
    /// Nobody signed in in time.
    #[error("nobody finished signing in within {seconds} seconds")]
    Timeout {
        /// The site.
        host: String,
        /// The whole time that was given.
        seconds: u64,
        /// What was seen last.
        seen: String,
    },
    /// The window is gone.
    #[error("the browser window is gone")]
    Closed {
        /// It ended by itself, not by the person.
        crashed: bool,
        /// The sign-in was complete by then.
        signed_in: bool,
    },
    /// *Cancel* was pressed in the window.
    #[error("cancelled in the browser window")]
    Cancelled,
    /// The browser could not be started or told what to do.
    #[error("the browser could not be used")]
    Browser(#[source] BrowserError),
    /// The session works inside the browser only.
    #[error("the session works inside the browser and not outside of it")]
    SessionBound {
        /// What came of asking outside of it.
        #[source]
        outside: Box<ConfluenceError>,
    },
    /// The server names another account outside of the browser than inside.
    #[error("the server names {found} for the same session outside of the browser")]
    AnotherOutside {
        /// Who is named there.
        found: String,
    },
    /// A ticket is wanted that this browser does not give.
    #[error("{host} asks for a Windows sign-in that the browser does not give")]
    NegotiateUnanswered {
        /// Who asks.
        host: String,
    },
}

impl From<SignInError> for ConfluenceError {
    fn from(error: SignInError) -> Self {
        Self::InBrowser(error)
    }
}

impl From<BrowserError> for ConfluenceError {
    fn from(error: BrowserError) -> Self {
        Self::InBrowser(match error {
            BrowserError::Closed => SignInError::Closed { crashed: false, signed_in: false },
            error => SignInError::Browser(error),
        })
    }
}
