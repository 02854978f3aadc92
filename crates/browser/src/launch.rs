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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::{fs, io::Write as _};

    use super::*;

    /// Where pipes cannot be had a port serves. Needs no window, so none is shown.
    #[tokio::test]
    async fn a_browser_is_reached_through_a_port_as_well_and_killed() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("chromium-without-window");
        let mut file = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o755).open(&program).expect("a file");
        file.write_all(b"#!/bin/sh\nexec /usr/bin/chromium --headless=new \"$@\"\n").expect("written");
        drop(file);
        let arguments = Arguments {
            user_data: folder.path().join("profile"),
            debugging: Debugging::Port,
            negotiate_hosts: Vec::new(),
            proxy: ProxyArgument::None,
            sandbox: !rustix::process::geteuid().is_root(),
        };
        let left = Arc::new(AtomicBool::new(false));
        let order = Start { program, arguments, secret_variables: Vec::new(), temporary: Some(folder.path().to_owned()) };
        let leave = {
            let left = Arc::clone(&left);
            move || left.store(true, Ordering::Release)
        };
        let started = start(order, leave).await.expect("it answers");
        assert!(started.version.product.contains("Chrome"), "{}", started.version.product);
        started.process.kill();
        assert_eq!(started.process.ended().await, End::Bad);
        started.connected.cdp.closed().await;
        assert!(left.load(Ordering::Acquire), "its profile is left");
    }

    #[tokio::test]
    async fn what_does_not_start_says_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("broken");
        let mut file = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o755).open(&program).expect("a file");
        file.write_all(b"#!/bin/sh\necho 'ERROR: no display' >&2\nexit 1\n").expect("written");
        drop(file);
        let arguments = Arguments {
            user_data: folder.path().join("profile"),
            debugging: Debugging::Pipe,
            negotiate_hosts: Vec::new(),
            proxy: ProxyArgument::None,
            sandbox: true,
        };
        let order = Start { program, arguments, secret_variables: Vec::new(), temporary: None };
        let Err(error) = start(order, || {}).await else { panic!("it started") };
        assert!(matches!(error, BrowserError::Start { said, .. } if said == "ERROR: no display"));
    }
}
