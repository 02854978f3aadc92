//! The Wayleave command line: the same tests as the desktop app, for scripts and for machines without a display.
//!
//! Progress goes to standard error, the report to standard output. Exit codes: 0 passed, 1 limited, 2 failed, 64 wrong usage, 130 cancelled.

mod args;
mod cert;
mod check;
mod explain;
mod forget;
mod order;
mod output;
mod sites;
mod spaces;
mod way;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};

/// Wrong usage (`EX_USAGE` of BSD's sysexits).
const USAGE: u8 = 64;
/// Cancelled by interrupt or termination (128 + SIGINT).
const CANCELLED: u8 = 130;

fn main() -> ExitCode {
    engine::log::start();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // clap writes help to standard output and errors to standard error; a closed pipe is nobody's fault
            error.print().ok();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match args.command {
        Command::Check(args::Check::Confluence(args)) => check::confluence(args),
        Command::Check(args::Check::Sharepoint(args)) => check::sharepoint(args),
        Command::Spaces(args) => spaces::run(args),
        Command::Forget(args) => forget::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Cert(args::Cert::New(args)) => cert::new(args),
    }
}
