//! ARCHITECTURE.md as a test: which room may know what.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Our rooms, what each may know of the others, and outside libraries it must not know.
const ROOMS: &[(&str, &[&str], &[&str])] = &[
    ("preflight", &[], &["tokio", "reqwest", "egui", "eframe", "hyper", "axum", "confy", "tracing", "futures"]),
    ("transport", &["preflight"], &["egui", "eframe", "openidconnect", "scraper", "confy", "webbrowser"]),
    ("browser", &["preflight", "transport"], &["egui", "eframe", "reqwest", "openidconnect", "scraper", "confy", "webbrowser", "clap"]),
    (
        "confluence-auth",
        &["preflight", "transport", "browser"],
        &["headless_chrome", "egui", "eframe", "reqwest", "openidconnect", "confy", "webbrowser", "clap"],
    ),
    (
        "entra-auth",
        &["preflight", "transport", "browser"],
        &["headless_chrome", "egui", "eframe", "reqwest", "scraper", "confy", "webbrowser", "clap"],
    ),
    ("practice", &[], &["egui", "eframe", "reqwest", "confy", "webbrowser", "clap"]),
    (
        "engine",
        &["preflight", "transport", "browser", "confluence-auth", "entra-auth", "practice"],
        &["egui", "eframe", "clap", "reqwest", "axum", "headless_chrome"],
    ),
    ("gui", &["engine", "preflight"], &["reqwest", "openidconnect", "confy", "webbrowser"]),
    ("cli", &["engine", "preflight"], &["egui", "eframe", "reqwest", "openidconnect", "confy", "webbrowser"]),
];

#[test]
fn every_room_knows_only_what_it_may() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata");
    let rooms: BTreeMap<_, _> = ROOMS.iter().map(|(name, may, not)| (*name, (may, not))).collect();
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let mut seen = BTreeSet::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        if name == "end-to-end" || name == "xtask" {
            continue;
        }
        let (may, not) = rooms.get(name).unwrap_or_else(|| panic!("{name} is a room that ARCHITECTURE.md does not know"));
        seen.insert(name);
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal) {
            let other = dependency.name.as_str();
            assert!(!ours.contains(other) || may.contains(&other), "{name} may not know {other}");
            assert!(!not.contains(&other), "{name} may not know {other}");
        }
    }
    assert_eq!(seen, rooms.keys().copied().collect(), "a room is missing");
}

/// Sources of a room, as file name and text.
fn sources(room: &str) -> Vec<(String, String)> {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(room).join("src");
    let mut folders = vec![source];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push((path.display().to_string(), std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    assert!(!files.is_empty());
    files
}

fn nowhere(room: &str, words: &[&str], except: &[&str]) {
    for (file, text) in sources(room) {
        if except.iter().any(|name| file.ends_with(name)) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in words {
            assert!(!code.contains(word), "{file} says {word}");
        }
    }
}

#[test]
fn views_know_neither_the_runtime_nor_services() {
    nowhere(
        "gui",
        &["tokio::", "engine::run", "Deps"],
        &["task.rs", "app.rs", "commands.rs", "listing.rs", "remembering.rs", "window.rs", "practising.rs"],
    );
}

#[test]
fn colours_stand_in_the_kit_only() {
    for (file, text) in sources("gui") {
        if !file.replace('\\', "/").contains("/kit/") {
            assert!(!text.contains("Color32::from"), "{file} makes a colour of its own");
        }
    }
}

#[test]
fn only_deps_reaches_outside() {
    // tokio's own clock may be asked: tests stop it
    let outside = ["Timestamp::now", "std::time::Instant", "time::{Duration, Instant}", "SystemTime", "webbrowser::", "DirectNetwork::new"];
    nowhere("engine", &outside, &["deps.rs"]);
    for room in ["preflight", "confluence-auth", "entra-auth", "gui", "cli"] {
        nowhere(room, &outside, &[]);
    }
}

#[test]
fn errors_do_not_repeat_their_source() {
    for room in ROOMS.iter().map(|(name, ..)| name) {
        for (file, text) in sources(room) {
            for (at, _) in text.match_indices("#[error(\"") {
                let rest = &text[at..];
                let message = rest.split("\")]").next().unwrap_or_default();
                let variant = rest.split(",\n").next().unwrap_or_default();
                let wraps = variant.contains("#[from]") || variant.contains("#[source]");
                assert!(!(wraps && message.contains("{0}")), "{file}: {message} repeats its source");
            }
        }
    }
}
