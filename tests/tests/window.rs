//! The real window on a display of its own: keys go in, pictures and an exit code come out.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use end_to_end::browser::Browser;
use end_to_end::display::Display;
use end_to_end::program::{Home, Said};

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_mins(1);

/// Asks again until there is an answer.
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "never: {what}");
        std::thread::yield_now();
    }
}

/// The app with its window.
struct Window<'a> {
    display: &'a Display,
    child: Child,
    lines: Receiver<String>,
    heard: Vec<String>,
    id: String,
}

impl<'a> Window<'a> {
    fn open(display: &'a Display, home: &Home, words: &[&str]) -> Self {
        Self::open_beside(display, home, words, "false")
    }

    /// With this as `$BROWSER`.
    fn open_beside(display: &'a Display, home: &Home, words: &[&str], browser: &str) -> Self {
        let mut command = home.command("wayleave-gui");
        command.env("BROWSER", browser);
        command.args(words).env("DISPLAY", display.name()).env("WAYLEAVE_LOG", "gui=debug,frames=trace");
        let mut child = command.stdout(Stdio::null()).spawn().expect("started");
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let (tell, lines) = mpsc::channel();
        let listen = move || stderr.lines().map_while(Result::ok).try_for_each(|line| tell.send(line));
        std::thread::Builder::new().name("stderr".to_owned()).spawn(listen).expect("a thread");
        let process = child.id().to_string();
        let mut window = Self { display, child, lines, heard: Vec::new(), id: String::new() };
        window.id = until("the window opens", || {
            assert!(window.child.try_wait().expect("a process").is_none(), "it ended: {:?}", window.lines.try_iter().collect::<Vec<_>>());
            let found = display.xdotool(&["search", "--all", "--onlyvisible", "--pid", &process, "--name", "^Wayleave$"]);
            found.lines().next().map(str::to_owned)
        });
        window.hears("frame painted");
        window
    }

    /// Waits until the log says this.
    fn hears(&mut self, part: &str) {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("never said “{part}”: {:?}", self.heard));
            let found = line.contains(part);
            self.heard.push(line);
            if found {
                return;
            }
        }
    }

    fn key(&self, key: &str) {
        self.display.xdotool(&["windowactivate", "--sync", &self.id]);
        self.display.xdotool(&["key", "--clearmodifiers", key]);
    }

    /// Waits for its end. Returns its exit code.
    fn ends(mut self) -> Option<i32> {
        let code = until("it ends", || self.child.try_wait().expect("a process")).code();
        let said =
            Said { code, out: String::new(), err: self.heard.iter().cloned().chain(self.lines.iter()).collect::<Vec<_>>().join("\n") };
        said.keeps_secrets();
        code
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        // after `ends` it is gone already
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// How many colours there are on screen.
fn colours(display: &Display) -> usize {
    let picture = image::load_from_memory(&display.picture()).expect("a picture").into_rgb8();
    picture.pixels().map(|pixel| pixel.0).collect::<BTreeSet<_>>().len()
}

/// Processes that live in this home.
fn left_over(home: &Home) -> Vec<String> {
    let mark = format!("WAYLEAVE_CONFIG_DIR={}", home.path().display());
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    processes
        .filter(|process| std::fs::read(process.path().join("environ")).is_ok_and(|text| String::from_utf8_lossy(&text).contains(&mark)))
        .map(|process| process.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_practice_test_by_keyboard_from_start_to_quit() {
    let display = Display::start(1280, 900);
    let home = Home::new();
    let mut window = Window::open(&display, &home, &["--practice", "all-well"]);
    window.hears("practice servers answer");
    window.hears("frame painted");
    let before = until("the window is on screen", || Some(display.picture()).filter(|_| colours(&display) > 100));
    window.key("ctrl+1");
    window.hears("test ended outcome=Some(Passed)");
    window.hears("frame painted");
    let after = until("the result is on screen", || Some(display.picture()).filter(|picture| *picture != before));
    assert!(!after.is_empty() && colours(&display) > 100, "the window is blank");
    window.key("Escape");
    window.key("ctrl+q");
    assert_eq!(window.ends(), Some(0));
    assert_eq!(left_over(&home), Vec::<String>::new());
    home.keeps_secrets();
    assert!(home.files().iter().all(|(_, content)| !String::from_utf8_lossy(content).contains("127.0.0.1")), "practice leaves no trace");
}

/// The window opens the page, a person signs in in Chromium, and the result comes up by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_in_a_real_browser() {
    let display = Display::start(1280, 900);
    let home = Home::new();
    // hands the address over to a Chromium that can be driven
    let hand_over = home.file("hand-over.sh", "printf %s \"$1\" > \"$0.new\" && mv \"$0.new\" \"$0.opened\"\n");
    let mut window = Window::open_beside(&display, &home, &["--practice", "all-well"], &format!("sh {hand_over} %s"));
    window.hears("practice servers answer");
    window.hears("frame painted");
    window.key("ctrl+2");
    let address = until("the page is opened", || std::fs::read_to_string(format!("{hand_over}.opened")).ok());
    let browser = Browser::start().await;
    browser.client.goto(&address).await.expect("the sign-in page");
    browser.reads("Practice sign-in").await;
    let before = display.picture();
    browser.click("[data-upn='ada@heathervale.example']").await;
    browser.reads("Enter password").await;
    browser.click("#next").await;
    let page = browser.reads("You are signed in").await;
    assert!(page.contains("ada@heathervale.example"), "{page}");
    browser.close().await;
    window.hears("test ended outcome=Some(Passed)");
    window.hears("frame painted");
    until("the result is on screen", || (display.picture() != before).then_some(()));
    window.key("Escape");
    window.key("ctrl+q");
    assert_eq!(window.ends(), Some(0));
    assert_eq!(left_over(&home), Vec::<String>::new());
    home.keeps_secrets();
}

#[test]
fn two_windows_share_their_settings() {
    let display = Display::start(1280, 900);
    let home = Home::new();
    let first = Window::open(&display, &home, &[]);
    let second = Window::open(&display, &home, &["--practice"]);
    assert_ne!(first.id, second.id);
    // the window manager closes it, as by the cross of its title bar
    first.key("alt+F4");
    assert_eq!(first.ends(), Some(0));
    second.key("alt+F4");
    assert_eq!(second.ends(), Some(0));
    assert_eq!(left_over(&home), Vec::<String>::new());
    home.keeps_secrets();
}

fn says(words: &[&str]) -> Said {
    let home = Home::new();
    let output = home.command("wayleave-gui").args(words).output().expect("started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn without_a_display_it_names_the_command_line() {
    let said = says(&[]);
    assert_eq!(said.code, Some(2));
    assert_eq!(said.err.lines().count(), 1, "{said:?}");
    assert!(said.err.contains("There is no display here") && said.err.contains("wayleave check confluence"), "{said:?}");
}

#[test]
fn help_and_version_need_no_display() {
    let help = says(&["--help"]);
    assert_eq!(help.code, Some(0));
    assert!(help.out.contains("--practice"), "{help:?}");
    let version = says(&["--version"]);
    assert_eq!(version.code, Some(0));
    assert!(version.out.starts_with("wayleave-gui "), "{version:?}");
    assert_eq!(says(&["--nonsense"]).code, Some(64));
}
