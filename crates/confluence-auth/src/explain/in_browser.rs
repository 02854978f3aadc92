//! What a person is told when the sign-in in the browser comes to nothing.

use browser::BrowserError;
use preflight::{Cause, Explain, Fail, Hint, HintAction};

use crate::error::SignInError;

impl Explain for SignInError {
    fn explain(&self) -> Fail {
        match self {
            Self::WrongAccount { expected, found } => {
                Fail::new(Cause::ConfluenceWrongAccount, format!("{found} is signed in in the browser, but {expected} was expected"))
                    .hint(Hint::with("Test again, sign out in the window and sign in as the expected account", HintAction::Retry))
            }
            Self::Timeout { host, seconds, seen } => {
                Fail::new(Cause::ConfluenceSignInTimeout, format!("Nobody finished signing in to {host} within {seconds} seconds"))
                    .detail("seen_last", seen.clone())
                    .hint(Hint::with("Test again; the window offers more time before the limit is reached", HintAction::Retry))
                    .hint(Hint::say("If you were signed in and it went on waiting, enter the address that the browser showed then"))
            }
            Self::Closed { crashed, signed_in } => {
                let what = if *crashed { "The browser ended unexpectedly" } else { "The browser window was closed" };
                let before = if *signed_in { "before all was looked at" } else { "before the sign-in was complete" };
                Fail::new(Cause::ConfluenceBrowserClosed, format!("{what} {before}"))
                    .hint(Hint::with("Test again and leave the window open; it closes by itself", HintAction::Retry))
            }
            Self::Cancelled => Fail::new(Cause::ConfluenceBrowserClosed, "Cancelled in the browser window")
                .hint(Hint::with("Test again", HintAction::Retry)),
            Self::Browser(error) => browser_failed(error),
            Self::SessionBound { outside } => {
                Fail::new(Cause::ConfluenceSessionBound, "The session works inside the browser and not outside of it")
                    .detail("outside", outside.to_string())
                    .hint(Hint::say("Let requests go through the browser: choose that route, or leave the choice of the route to Wayleave"))
            }
            Self::AnotherOutside { found } => Fail::new(
                Cause::ConfluenceSessionBound,
                format!("The server names {found} when it is asked outside of the browser, and another account inside"),
            )
            .hint(Hint::say("Let requests go through the browser: choose that route, or leave the choice of the route to Wayleave")),
            Self::NegotiateUnanswered { host } => Fail::new(
                Cause::ConfluenceNegotiateRequired,
                format!("{host} asks for a Windows sign-in, and the browser has no ticket for it"),
            )
            .hint(Hint::say("Sign in to this computer with the company account, or get a new Kerberos ticket, and test again"))
            .hint(Hint::say("If another host asks for it, add that host to those that the browser may answer")),
        }
    }
}

/// Why there is no window, or none that does what it is told.
pub(crate) fn browser_failed(error: &BrowserError) -> Fail {
    const ANOTHER: &str = "Choose another browser: Chrome, Edge, Chromium or Brave";
    let failed = |summary: &'static str| Fail::new(Cause::ConfluenceBrowserFailed, summary);
    match error {
        BrowserError::Missing { looked_at } => {
            let fail = Fail::new(Cause::ConfluenceBrowserMissing, "No browser was found that Wayleave can open a sign-in window with");
            let fail = if looked_at.is_empty() { fail } else { fail.detail("looked_at", looked_at.join(", ")) };
            fail.hint(Hint::say("Install Chrome, Edge, Chromium or Brave, or say where its program is"))
        }
        BrowserError::ProfileInUse => failed("Another window already uses the browser session that is kept for this site")
            .hint(Hint::with("Close the other sign-in window, or wait until its test is over, and test again", HintAction::Retry)),
        BrowserError::Profile(_) => failed("The folder in which the browser session is kept could not be used")
            .hint(Hint::say("Make sure that Wayleave's data folder can be written, or set WAYLEAVE_DATA_DIR to another one")),
        BrowserError::Start { said, .. } => {
            let fail = failed("The browser did not start");
            let fail = if said.is_empty() { fail } else { fail.detail("browser_says", said.clone()) };
            fail.hint(Hint::say(ANOTHER))
        }
        BrowserError::Closed => Fail::new(Cause::ConfluenceBrowserClosed, "The browser window is closed")
            .hint(Hint::with("Test again and leave the window open; it closes by itself", HintAction::Retry)),
        BrowserError::Refused { what, words } => failed("The browser did not do what it was told")
            .detail("asked_for", *what)
            .detail("browser_says", words.clone())
            .hint(Hint::say(ANOTHER)),
        BrowserError::Timeout { what } => {
            failed("The browser did not answer in time").detail("asked_for", *what).hint(Hint::with("Test again", HintAction::Retry))
        }
    }
}
