//! The Wayleave desktop app.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser;

/// Tests the connections that a Confluence to SharePoint migration needs.
#[derive(Debug, Parser)]
#[command(name = "wayleave-gui", version)]
struct Args {
    /// Begin in practice mode, against servers on this computer
    #[arg(long, value_name = "SITUATION", num_args = 0..=1, default_missing_value = "all-well")]
    practice: Option<String>,
}

/// Wrong usage (`EX_USAGE` of BSD's sysexits).
const USAGE: u8 = 64;

fn main() -> ExitCode {
    engine::log::start();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            error.print().ok();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match gui::window::run(args.practice) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => gui::window::tell(&error),
    }
}
