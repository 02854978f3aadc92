//! `cargo xtask`: set-up, checks, tests, benchmarks and screenshots of this workspace.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool talks to its terminal")]

mod bench;
mod run;
mod screenshots;
mod setup;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask setup        install what the tests and the running window need (Debian: apt as root; else prints the line)
cargo xtask test         setup, then every test: units, protocol, binaries, pictures, the real browser, the real window
cargo xtask check        fmt, clippy, rustdoc and cargo-deny, warnings denied
cargo xtask ci           check, then test
cargo xtask bench        start-up, idle, memory and critical-path figures, written to docs/performance.md
cargo xtask screenshots  pictures of the real window, written to docs/images/";

fn main() -> ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    let done = match task.as_str() {
        "setup" => setup::setup(),
        "test" => setup::setup().and_then(|()| run::test()),
        "check" => run::check(),
        "ci" => run::check().and_then(|()| setup::setup()).and_then(|()| run::test()),
        "bench" => setup::setup().and_then(|()| bench::bench()),
        "screenshots" => setup::setup().and_then(|()| screenshots::screenshots()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(64);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask {task}: {message}");
            ExitCode::FAILURE
        }
    }
}
