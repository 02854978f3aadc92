//! Controlled browsers on a display of their own, looked at and clicked as a person does.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use browser::{BrowserError, Choice, Config, ControlledBrowser, Event, Launcher as _, Open, Panel, Window};
use tempfile::TempDir;
use transport::direct::ProxyChoice;
use url::Url;

use crate::display::Display;

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The size of the display in pixels.
const WIDTH: u32 = 1000;
const HEIGHT: u32 = 760;

/// A desk with a display, a data folder and a launcher.
pub struct Desk {
    /// Where windows appear.
    pub display: Display,
    /// Where profiles are kept.
    pub data: TempDir,
    /// How browsers are set up.
    pub config: Config,
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

impl Desk {
    /// An empty desk. The browser is Chromium on the desk's own display, which sees no system proxy.
    ///
    /// # Panics
    /// Where something is missing.
    pub fn new() -> Self {
        let display = Display::start(WIDTH, HEIGHT);
        let data = tempfile::tempdir().expect("a temporary folder");
        let program = on_display(data.path(), &display, "");
        let mut config = Config::new(data.path().to_owned(), Arc::new(engine::deps::SystemClock::default()));
        config.program = Some(program);
        config.proxy = ProxyChoice::None;
        Self { display, data, config }
    }

    /// Has Chromium started with more arguments, such as names for loopback.
    #[must_use]
    pub fn with(mut self, arguments: &str) -> Self {
        self.config.program = Some(on_display(self.data.path(), &self.display, arguments));
        self
    }

    /// Has Chromium started in this environment.
    #[must_use]
    pub fn with_environment(mut self, variables: &[(&str, String)]) -> Self {
        let assignments: Vec<String> = variables.iter().map(|(name, value)| format!("{name}='{value}'")).collect();
        let assignments = format!("DISPLAY={} {} ", self.display.name(), assignments.join(" "));
        self.config.program = Some(program(self.data.path(), &assignments, ""));
        self
    }

    /// Opens a window with a fresh profile.
    ///
    /// # Panics
    /// Where it does not open.
    pub async fn open(&self, start: &str) -> Arc<dyn Window> {
        self.launch(order(start)).await.expect("a window")
    }

    /// Opens a window.
    pub async fn launch(&self, order: Open) -> Result<Arc<dyn Window>, BrowserError> {
        ControlledBrowser::new(self.config.clone()).open(order).await
    }

    /// Waits until there is a patch of this colour that stays where it is, and clicks in its middle.
    ///
    /// # Panics
    /// Where it does not come.
    pub async fn click_colour(&self, colour: [u8; 3]) {
        let mut before = None;
        let found = eventually(|| {
            let now = self.patch(colour);
            let rests = now.is_some() && now == before;
            before = now;
            now.filter(|_| rests)
        });
        let (x, y) = found.await.unwrap_or_else(|| panic!("no {colour:?} on the display"));
        self.click_at(x, y);
    }

    /// Presses the panel's button of this colour until the press is told. The browser's own bars push the page, and with it the panel, about
    /// while they appear.
    ///
    /// # Panics
    /// Where it is not told.
    pub async fn press(&self, window: &dyn Window, colour: [u8; 3], choice: Choice) {
        for _ in 0..5 {
            self.click_colour(colour).await;
            let pressed = async { while window.event().await != Event::Pressed(choice) {} };
            if tokio::time::timeout(Duration::from_secs(2), pressed).await.is_ok() {
                return;
            }
        }
        panic!("{choice:?} was pressed and not told");
    }

    /// Clicks there.
    pub fn click_at(&self, x: u32, y: u32) {
        self.display.xdotool(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]);
    }

    /// The middle of the patch of this colour, once there is one.
    pub async fn find_colour(&self, colour: [u8; 3]) -> Option<(u32, u32)> {
        eventually(|| self.patch(colour)).await
    }

    /// The middle of the patch of this colour, if there is one now.
    pub fn patch(&self, colour: [u8; 3]) -> Option<(u32, u32)> {
        middle(&self.display.pixels(), colour)
    }

    /// Waits for a window whose title holds this, and gives it the keyboard.
    ///
    /// # Panics
    /// Where it does not come.
    pub async fn find_window(&self, title: &str) {
        let found =
            eventually(|| Some(self.display.xdotool(&["search", "--onlyvisible", "--name", title])).filter(|found| !found.is_empty()))
                .await;
        let found = found.unwrap_or_else(|| panic!("no window is called {title}"));
        let first = found.lines().next().unwrap_or_default();
        self.display.xdotool(&["windowactivate", "--sync", first]);
    }

    /// The browser's first process, which started all the others.
    pub fn leader(&self) -> Option<u32> {
        self.processes().into_iter().find(|process| !command_line(*process).contains("--type="))
    }

    /// Ends all processes that hold pages, as if they had crashed.
    ///
    /// # Panics
    /// Where `kill` is missing.
    pub fn kill_renderers(&self) {
        for process in self.processes().into_iter().filter(|process| command_line(*process).contains("--type=renderer")) {
            std::process::Command::new("kill").args(["-9", &process.to_string()]).status().expect("kill");
        }
    }

    /// Every process of a browser that uses a profile of this desk.
    pub fn processes(&self) -> Vec<u32> {
        let folder = self.data.path().display().to_string();
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let browsers = numbers.filter(|process| {
            let line = command_line(*process);
            line.contains("chromium") && (line.contains(&folder) || descends_from_one_with(*process, &folder))
        });
        browsers.collect()
    }
}

fn command_line(process: u32) -> String {
    std::fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default()
}

/// The processes of pages are not told the profile; the one they come from is.
fn descends_from_one_with(process: u32, folder: &str) -> bool {
    let parent = |process: u32| -> Option<u32> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok()).filter(|parent| *parent > 1)
    };
    std::iter::successors(parent(process), |process| parent(*process)).take(4).any(|parent| command_line(parent).contains(folder))
}

/// A window with a fresh profile on this page.
///
/// # Panics
/// Where this is no address.
pub fn order(start: &str) -> Open {
    Open { start: Url::parse(start).expect("an address"), connection: None, negotiate_hosts: Vec::new(), program: None, panel: None }
}

/// A panel that can be used.
pub fn usable_panel() -> Panel {
    Panel { task: "Sign in to Confluence as usual.".to_owned(), seen: "Signed in as Jane Doe".to_owned(), usable: true, extendable: false }
}

/// Waits for an event of this kind, passing others over.
///
/// # Panics
/// Where it does not come.
pub async fn event(window: &dyn Window, wanted: impl Fn(&Event) -> bool) -> Event {
    let mut seen = Vec::new();
    while let Ok(event) = tokio::time::timeout(PATIENCE, window.event()).await {
        if wanted(&event) {
            return event;
        }
        assert!(!matches!(event, Event::Gone(_)), "{event:?}, after {seen:?}");
        seen.push(event);
    }
    panic!("the event did not come, only {seen:?}")
}

/// Asks until there is an answer.
pub async fn eventually<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    None
}

/// Chromium on a display, as a program of its own.
fn on_display(folder: &Path, display: &Display, arguments: &str) -> PathBuf {
    program(folder, &format!("DISPLAY={} ", display.name()), arguments)
}

fn program(folder: &Path, assignments: &str, arguments: &str) -> PathBuf {
    let program = folder.join("chromium-here");
    let mut file = std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o755).open(&program).expect("a file");
    write!(file, "#!/bin/sh\n{assignments}exec /usr/bin/chromium {arguments} \"$@\"\n").expect("written");
    program
}

/// The middle of all pixels of this colour, if they are more than a few.
fn middle(pixels: &[u8], colour: [u8; 3]) -> Option<(u32, u32)> {
    let (mut count, mut across, mut down) = (0_u32, 0_u64, 0_u64);
    for (at, pixel) in (0_u64..).zip(pixels.chunks_exact(3)) {
        if pixel == colour {
            count += 1;
            across += at % u64::from(WIDTH);
            down += at / u64::from(WIDTH);
        }
    }
    let mean = |sum: u64| u32::try_from(sum / u64::from(count)).ok();
    if count < 200 { None } else { mean(across).zip(mean(down)) }
}
