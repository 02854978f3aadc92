//! The log: what the program did, without secrets, on standard error where it is asked for.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts the log. `WAYLEAVE_LOG` says what is logged, such as `debug` or `wire=debug`; without it, nothing is.
pub fn start() {
    let Ok(filter) = EnvFilter::try_from_env("WAYLEAVE_LOG") else { return };
    let to_stderr = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(true);
    // a second start in the same process keeps the first log
    tracing_subscriber::registry().with(filter).with(to_stderr).try_init().ok();
}
