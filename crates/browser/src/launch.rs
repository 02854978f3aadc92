//! Starting a browser: its command line, its process, the connection to it.

mod arguments;
mod process;

use std::path::PathBuf;
use std::time::Duration;

pub(crate) use arguments::{Arguments, Debugging, ProxyArgument};
pub(crate) use process::{End, Process};

use crate::BrowserError;
use crate::cdp::calls::Version;
use crate::cdp::{Cdp, Connected};
use headless_chrome::protocol::cdp::Browser;

/// How long a browser may take to answer for the first time. A cold start on a busy computer takes several seconds.
const FIRST_ANSWER: Duration = Duration::from_secs(30);

/// What to start.
#[derive(Debug)]
pub(crate) struct Start {
    /// Its program.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Arguments,
    /// Environment variables that are none of its business.
    pub(crate) secret_variables: Vec<String>,
    /// Where it may put temporary things.
    pub(crate) temporary: Option<PathBuf>,
}

/// A browser that answers.
pub(crate) struct Started {
    /// Its process.
    pub(crate) process: Process,
    /// The connection to it.
    pub(crate) connected: Connected,
    /// What it is.
    pub(crate) version: Version,
}

/// Starts a browser and waits for its first answer. `leave` runs once its process is gone, whatever happens.
pub(crate) async fn start(start: Start, leave: impl FnOnce() + Send + 'static) -> Result<Started, BrowserError> {
    let (process, connected) = process::spawn(start, Box::new(leave)).await?;
    match first_answer(&connected.cdp).await {
        Ok(version) => {
            tracing::debug!(product = version.product, "the browser answers");
            Ok(Started { process, connected, version })
        }
        Err(error) => {
            let said = process.kill_and_wait();
            Err(BrowserError::Start { said, source: Some(Box::new(error)) })
        }
    }
}

async fn first_answer(cdp: &Cdp) -> Result<Version, BrowserError> {
    cdp.ask(None, Browser::GetVersion(None), FIRST_ANSWER).await
}
