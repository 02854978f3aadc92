//! Help for end-to-end tests: where the binaries are, running them, a display, a browser that is driven as a person would.

pub mod browser;
pub mod controlled;
pub mod display;
pub mod jobs;
pub mod program;
pub mod proxy;
