//! `cargo xtask screenshots`: pictures of the real window in practice mode, written to `docs/images/`.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::bench::Display;
use crate::run::{cargo, root, run, target};

/// A practice situation, the key that tests it or lists its spaces, and what the pictures before and after are called.
const SCENES: [(&str, &str, &str, &str); 3] = [
    ("all-well", "ctrl+1", "window", "result"),
    ("app-plan-b", "ctrl+2", "sharepoint-certificate", "sharepoint-result"),
    ("reader", "ctrl+3", "window-reader", "spaces"),
];

/// Takes the pictures.
pub(crate) fn screenshots() -> Result<(), String> {
    run(cargo(&["build", "--workspace", "--all-targets", "--locked"]))?;
    let folder = root().join("docs/images");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let themes = ["light", "dark"];
    for (theme, (situation, key, before, after)) in themes.into_iter().flat_map(|theme| SCENES.map(|scene| (theme, scene))) {
        let display = Display::start()?;
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let settings = format!("version = 1\nwelcomed = true\ntheme = \"{theme}\"\nreduce_motion = true\nzoom = 1.0\n");
        std::fs::write(home.path().join("settings.toml"), settings).map_err(|error| error.to_string())?;
        let mut manager = Command::new("openbox").env("DISPLAY", &display.name).spawn().map_err(|error| format!("openbox: {error}"))?;
        let mut window = Command::new(target()?.join("debug/wayleave-gui"))
            .args(["--practice", situation])
            .env("DISPLAY", &display.name)
            .env("WAYLEAVE_CONFIG_DIR", home.path())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("wayleave-gui: {error}"))?;
        let picture = |name| folder.join(format!("{name}-{theme}.png"));
        let taken = pictures(&display, key, &picture(before), &picture(after));
        for child in [&mut window, &mut manager] {
            // it may have ended by itself
            child.kill().ok();
            child.wait().ok();
        }
        taken?;
    }
    Ok(())
}

fn pictures(display: &Display, key: &str, window: &std::path::Path, result: &std::path::Path) -> Result<(), String> {
    let xdotool = |words: &[&str]| {
        Command::new("xdotool").args(words).env("DISPLAY", &display.name).output().map_err(|error| format!("xdotool: {error}"))
    };
    let found = xdotool(&["search", "--sync", "--onlyvisible", "--name", "Wayleave"])?;
    let id = String::from_utf8_lossy(&found.stdout).lines().next().unwrap_or_default().to_owned();
    // the practice servers need a moment, and so does a test; a picture does no harm if it is early
    let settle = || std::thread::sleep(Duration::from_secs(3));
    settle();
    let take = |path: &std::path::Path| {
        let mut import = Command::new("import");
        import.args(["-window", &id]).arg(path).env("DISPLAY", &display.name);
        run(import)
    };
    take(window)?;
    xdotool(&["windowfocus", &id])?;
    xdotool(&["key", key])?;
    settle();
    take(result)
}
