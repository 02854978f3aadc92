//! `wayleave spaces`: lists the spaces, and what could be migrated of each.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Mutex;

use engine::Job;
use engine::spaces::{SoFar, Spaces, SpacesOrder};
use preflight::render::words;
use preflight::{InventoryProgress, Outcome, UserPrompt};

use crate::args;
use crate::check::{Prepared, interrupted, prepare};
use crate::order;
use crate::output::{self, Lines};
use crate::{CANCELLED, USAGE};

/// Makes the inventory, or what there is of it when it is interrupted.
pub(crate) fn run(args: args::Spaces) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::refuse(&format!("the program could not start: {error}"), 2),
    };
    let code = runtime.block_on(make(args));
    // whatever still runs has been dropped; nothing is waited for
    runtime.shutdown_background();
    code
}

async fn make(args: args::Spaces) -> ExitCode {
    let args::Spaces { confluence, csv } = args;
    let common = confluence.common();
    let typed = confluence.address.is_some() || confluence.token_env.is_some() || confluence.token_stdin;
    let mut interrupted = std::pin::pin!(interrupted());
    let prepared = tokio::select! {
        // first, so that the signals are listened to from the beginning
        biased;
        () = &mut interrupted => return cancelled(),
        prepared = prepare(&common, typed, move |practice| order::confluence(&confluence, practice)) => prepared,
    };
    // the practice servers run as long as they are held
    let Prepared { deps, job, practice: _practice } = match prepared {
        Ok(prepared) => prepared,
        Err(code) => return code,
    };
    let Job::Confluence(settings) = job else { return output::refuse("spaces are Confluence's", USAGE) };
    let order = SpacesOrder { settings, time_limit: order::time_limit(&common) };
    let counter = Counter::new();
    let spaces = engine::spaces::run(&deps, &order, &counter, interrupted).await;
    counter.end();
    output::inventory(&spaces.inventory, common.json, csv);
    if spaces.interrupted { cancelled() } else { ExitCode::from(exit_code(&spaces)) }
}

fn cancelled() -> ExitCode {
    output::note("Cancelled");
    ExitCode::from(CANCELLED)
}

fn exit_code(spaces: &Spaces) -> u8 {
    match spaces.inventory.outcome {
        Outcome::Passed | Outcome::Skipped => 0,
        Outcome::Limited => 1,
        Outcome::Failed => 2,
    }
}

/// Progress on standard error: one line that is written over on a terminal, a line now and then elsewhere.
struct Counter {
    on_terminal: bool,
    said: Mutex<String>,
    prompts: Lines,
}

/// A line for so many more spaces, where lines stay.
const EVERY: usize = 1000;
/// The line on a terminal changes every so many spaces: faster than anybody reads.
const EVERY_ON_TERMINAL: usize = 25;

impl Counter {
    fn new() -> Self {
        Self { on_terminal: io::stderr().is_terminal(), said: Mutex::new(String::new()), prompts: Lines::new() }
    }

    /// Leaves the line to whatever comes next.
    fn end(&self) {
        if self.on_terminal && !self.said.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_empty() {
            write!(io::stderr().lock(), "\r\x1b[2K").ok();
        }
    }
}

impl InventoryProgress for Counter {
    fn prompt(&self, prompt: Option<UserPrompt>) {
        if prompt.is_some() {
            self.end();
        }
        self.prompts.prompt(prompt);
    }

    fn so_far(&self, so_far: SoFar) {
        let step = if self.on_terminal { EVERY_ON_TERMINAL } else { EVERY };
        let line = words::so_far(so_far, step);
        let mut said = self.said.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *said == line {
            return;
        }
        if self.on_terminal {
            // erases the line, whatever its length (ECMA-48, EL)
            write!(io::stderr().lock(), "\r\x1b[2K{line}").ok();
        } else {
            output::note(&line);
        }
        *said = line;
    }
}
