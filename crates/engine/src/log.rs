//! The log: what the program did, without secrets, on standard error where it is asked for.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts the log. `WAYLEAVE_LOG` says what is logged, such as `debug` or `wire=debug`; without it, nothing is.
pub fn start() {
    let Ok(filter) = EnvFilter::try_from_env("WAYLEAVE_LOG") else { return };
    let plain = !std::io::stderr().is_terminal() || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let to_stderr = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(true).with_ansi(!plain);
    // a second start in the same process keeps the first log
    tracing_subscriber::registry().with(filter).with(to_stderr).try_init().ok();
}
