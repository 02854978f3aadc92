//! The browser's process: started so that nobody else can speak to it, watched, and never left behind.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::Duration;

use tokio::sync::watch;

use super::Start;
use super::arguments::Debugging;
use crate::BrowserError;
use crate::cdp::{self, Connected, lock};

/// How often it is looked whether the process has ended. Its connection tells sooner.
const LOOK: Duration = Duration::from_millis(25);

/// How many lines of what the browser says are kept.
const KEPT_LINES: usize = 5;

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// By itself, without an error.
    Good,
    /// Killed, or with an error.
    Bad,
}

/// A running browser. Whoever owns it must end it; a thread of its own waits for its end and leaves its profile.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    id: u32,
    kill: Arc<AtomicBool>,
    keeper: Thread,
    ended: watch::Receiver<Option<End>>,
    said: Arc<Mutex<VecDeque<String>>>,
}

type Leave = Box<dyn FnOnce() + Send>;

/// Starts the process and connects to it.
pub(super) async fn spawn(start: Start, leave: Leave) -> Result<(Process, Connected), BrowserError> {
    let debugging = start.arguments.debugging;
    let user_data = start.arguments.user_data.clone();
    let mut command = Command::new(&start.program);
    command.args(start.arguments.all()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    for name in &start.secret_variables {
        command.env_remove(name);
    }
    if let Some(folder) = &start.temporary {
        command.env("TMPDIR", folder);
    }
    // Ctrl-C in the terminal is for us: the browser is closed in an orderly way
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);

    let failed = |error: io::Error| BrowserError::Start { said: String::new(), source: Some(Box::new(error)) };
    match debugging {
        #[cfg(unix)]
        Debugging::Pipe => {
            let (from_browser, to_browser) = hand_over_pipes(&mut command).map_err(failed)?;
            let process = keep(command, leave).map_err(failed)?;
            let connected = cdp::over_pipes(from_browser, to_browser).map_err(failed)?;
            Ok((process, connected))
        }
        Debugging::Port => {
            // written by the browser once its port is open; an old one would lead astray
            let port_file = user_data.join("DevToolsActivePort");
            std::fs::remove_file(&port_file).ok();
            let process = keep(command, leave).map_err(failed)?;
            let Some(address) = address_in(&port_file, &process).await else {
                return Err(BrowserError::Start { said: process.kill_and_wait(), source: None });
            };
            match cdp::over_websocket(&address).await {
                Ok(connected) => Ok((process, connected)),
                Err(error) => Err(BrowserError::Start { said: process.kill_and_wait(), source: Some(Box::new(error)) }),
            }
        }
    }
}

/// Descriptors 3 and 4 of the browser become the far ends of two pipes (`--remote-debugging-pipe`).
#[cfg(unix)]
fn hand_over_pipes(command: &mut Command) -> io::Result<(io::PipeReader, io::PipeWriter)> {
    use command_fds::{CommandFdExt as _, FdMapping};
    let (commands, to_browser) = io::pipe()?;
    let (from_browser, answers) = io::pipe()?;
    let mappings = vec![FdMapping { parent_fd: commands.into(), child_fd: 3 }, FdMapping { parent_fd: answers.into(), child_fd: 4 }];
    command.fd_mappings(mappings).map_err(io::Error::other)?;
    Ok((from_browser, to_browser))
}

/// `ws://127.0.0.1:PORT/devtools/browser/…`, once the file says it.
async fn address_in(port_file: &std::path::Path, process: &Process) -> Option<String> {
    let written = async {
        loop {
            if let Ok(text) = tokio::fs::read_to_string(port_file).await
                && let Some((port, path)) = text.split_once('\n')
                && !path.is_empty()
            {
                return Some(format!("ws://127.0.0.1:{port}{}", path.trim_end()));
            }
            if process.has_ended() {
                return None;
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(super::FIRST_ANSWER, written).await.ok().flatten()
}

/// Starts the process and a thread that waits for its end, so that none is ever left as a zombie, not even without a runtime.
fn keep(mut command: Command, leave: Leave) -> io::Result<Process> {
    let mut child = command.spawn()?;
    // the far ends of the pipes are the browser's alone
    drop(command);
    let id = child.id();
    let said = Arc::new(Mutex::new(VecDeque::new()));
    if let Some(stderr) = child.stderr.take() {
        let said = Arc::clone(&said);
        // read to its end, or the browser would block on a full pipe
        thread::Builder::new().name("browser says".to_owned()).spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                tracing::trace!(line, "the browser says");
                let mut said = lock(&said);
                if said.len() == KEPT_LINES {
                    said.pop_front();
                }
                said.push_back(line);
            }
        })?;
    }
    let kill = Arc::new(AtomicBool::new(false));
    let (tell, ended) = watch::channel(None);
    let killed = Arc::clone(&kill);
    let keeper = thread::Builder::new().name("browser".to_owned()).spawn(move || {
        let end = wait(&mut child, &killed);
        leave();
        tell.send_replace(Some(end));
    })?;
    Ok(Process { id, kill, keeper: keeper.thread().clone(), ended, said })
}

fn wait(child: &mut Child, killed: &AtomicBool) -> End {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => {
                kill_group(child.id());
                wait_for_group(child.id());
                return how(status);
            }
            Ok(None) => {}
            Err(_) => return End::Bad,
        }
        if killed.swap(false, Ordering::AcqRel) {
            kill_group(child.id());
            // it may have ended in this moment
            child.kill().ok();
        }
        thread::park_timeout(LOOK);
    }
}

fn how(status: ExitStatus) -> End {
    if status.success() { End::Good } else { End::Bad }
}

/// The browser's helpers end with it; whatever does not is ended here. It leads a process group of its own.
fn kill_group(leader: u32) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(leader).ok().and_then(rustix::process::Pid::from_raw) {
        // there may be nobody left
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
    }
    #[cfg(not(unix))]
    let _ = leader;
}

/// Waits a moment for the helpers, which are still on their way out.
fn wait_for_group(leader: u32) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(leader).ok().and_then(rustix::process::Pid::from_raw) {
        for _ in 0..40 {
            if rustix::process::test_kill_process_group(group).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
    #[cfg(not(unix))]
    let _ = leader;
}

impl Process {
    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// True once it is gone.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.borrow().is_some()
    }

    /// Waits for its end.
    pub(crate) async fn ended(&self) -> End {
        let mut ended = self.ended.clone();
        let end = ended.wait_for(Option::is_some).await.ok().and_then(|end| *end);
        end.unwrap_or(End::Bad)
    }

    /// Ends it at once.
    pub(crate) fn kill(&self) {
        self.kill.store(true, Ordering::Release);
        self.keeper.unpark();
    }

    /// Ends it at once, waits until it is gone, and returns what it said last.
    pub(crate) fn kill_and_wait(&self) -> String {
        self.kill();
        for _ in 0..500 {
            if self.has_ended() {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let said = lock(&self.said);
        said.iter().rev().find(|line| line.contains("ERROR") || line.contains("FATAL")).or(said.back()).cloned().unwrap_or_default()
    }
}
