//! Help for end-to-end tests: where the binaries are, running them, a display, a browser that is driven as a person would.

pub mod browser;
pub mod controlled;
pub mod display;
pub mod jobs;
#[cfg(target_os = "linux")]
pub mod kerberos;
pub mod program;
pub mod proxy;
