//! Checks and tests: the same commands for a developer and for continuous integration.
//!
//! Everything builds in one feature set (`--workspace --all-targets`), since another one would build half of the tree again.

use std::path::PathBuf;
use std::process::Command;

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().map(PathBuf::from).unwrap_or_default()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> Result<PathBuf, String> {
    let output = cargo(&["metadata", "--no-deps", "--format-version", "1"]).output().map_err(|error| format!("cargo metadata: {error}"))?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    metadata["target_directory"].as_str().map(PathBuf::from).ok_or_else(|| "cargo metadata tells no target folder".to_owned())
}

/// A cargo command in the workspace.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words).current_dir(root());
    command
}

/// Runs a command to its end; fails where it fails.
pub(crate) fn run(mut command: Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    println!("\n$ {shown}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown} ended with {status}")),
        Err(error) => Err(format!("{shown} could not be started: {error}")),
    }
}

/// Format, lints, documentation and dependencies, warnings denied.
pub(crate) fn check() -> Result<(), String> {
    run(cargo(&["fmt", "--all", "--check"]))?;
    run(cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]))?;
    let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"]);
    doc.env("RUSTDOCFLAGS", "--deny warnings");
    run(doc)?;
    deny()
}

/// Licences, sources and bans always; advisories where their database can be reached.
fn deny() -> Result<(), String> {
    if cargo(&["deny", "--version"]).output().is_ok_and(|output| output.status.success()) {
        println!("cargo-deny is here");
    } else {
        run(cargo(&["install", "cargo-deny", "--locked"]))?;
    }
    run(cargo(&["deny", "check", "bans", "licenses", "sources"]))?;
    let advisories = cargo(&["deny", "check", "advisories"]).output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&advisories.stderr).into_owned();
    if advisories.status.success() {
        println!("advisories ok");
        Ok(())
    } else if said.contains("failed to fetch advisory database") {
        println!("advisories NOT checked: their database could not be fetched from here");
        Ok(())
    } else {
        Err(format!("cargo deny check advisories:\n{said}"))
    }
}

/// Every test there is.
pub(crate) fn test() -> Result<(), String> {
    let prepared = |words: &[&str]| {
        let mut command = cargo(words);
        // one renderer for the pictures, whatever graphics the machine has
        command.env("WGPU_BACKEND", "gl").env("RUST_BACKTRACE", "1");
        command
    };
    // the end-to-end tests run the binaries, which `cargo test` alone would not build
    run(prepared(&["build", "--workspace", "--all-targets", "--locked"]))?;
    run(prepared(&["test", "--workspace", "--all-targets", "--locked", "--no-fail-fast"]))?;
    run(prepared(&["test", "--workspace", "--doc", "--locked", "--no-fail-fast"]))
}
