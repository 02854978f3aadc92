//! `cargo xtask bench`: figures as ratios within one run, written to `docs/performance.md`. Never asserted in tests.

mod spaces;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use crate::run::{cargo, root, run, target};

const ROUNDS: usize = 9;
const IDLE: Duration = Duration::from_secs(10);

/// Measures and writes the page.
pub(crate) fn bench() -> Result<(), String> {
    run(cargo(&["build", "--release", "--locked", "--workspace", "--bins", "--examples"]))?;
    let built = target()?.join("release");
    let display = Display::start()?;

    let [nothing, version] = in_turn(|| time(&mut Command::new("true")), || time(Command::new(built.join("wayleave")).arg("--version")))?;
    let (bare, app) = (built.join("examples/bare"), built.join("wayleave-gui"));
    let first_frame = |program| Running::start(program, &display)?.first_frame();
    let [bare_first, app_first] = in_turn(|| first_frame(&bare), || first_frame(&app))?;
    let bare = Window::idle(&bare, &display, bare_first)?;
    let app = Window::idle(&app, &display, app_first)?;
    let path = critical_path(&built)?;
    let route = BrowserRoute::measure(&built)?;

    let page = format!("{}{}{}", page(&Figures { version, nothing, bare, app, path }), spaces::lines(&built)?, route.rows());
    let file = root().join("docs/performance.md");
    std::fs::write(&file, &page).map_err(|error| format!("{}: {error}", file.display()))?;
    println!("{page}");
    Ok(())
}

struct Figures {
    version: Duration,
    nothing: Duration,
    bare: Window,
    app: Window,
    path: CriticalPath,
}

fn page(figures: &Figures) -> String {
    let Figures { version, nothing, bare, app, path } = figures;
    let ms = |duration: &Duration| format!("{:.1} ms", duration.as_secs_f64() * 1000.0);
    let mb = |kb: u32| format!("{:.1} MB", f64::from(kb) / 1024.0);
    let ratio = |a: f64, b: f64| format!("{:.2} ×", a / b);
    format!(
        "# Performance\n\n\
         Written by `cargo xtask bench`. Both sides of a ratio are measured in the same run on the same machine; times alone say little.\n\n\
         Machine: {machine}. Release build, window on Xvfb with Mesa's software renderer. Medians of {ROUNDS} runs, taken in turn.\n\n\
         | what | Wayleave | against | ratio | goal |\n|---|---|---|---|---|\n\
         | `wayleave --version`, start to end | {version} | `true`: {nothing} | {version_ratio} | |\n\
         | window: start to first frame | {app_first} | bare eframe window: {bare_first} | {first_ratio} | ≤ 1.25 × |\n\
         | window: memory when idle (resident) | {app_memory} | bare eframe window: {bare_memory} | {memory_ratio} | ≤ 1.5 × |\n\
         | window: frames painted in {idle} s while idle | {app_idle} | bare eframe window: {bare_idle} | | 0 |\n\
         | SharePoint check without the person's time, {latency} ms added to every answer | {took} | its critical path of {hops} answers: {critical} | {path_ratio} | ≤ 1.25 × |\n\
         | SharePoint check by certificate, {latency} ms added to every answer | {app_took} | its critical path of {app_hops} answers: {app_critical} | {app_ratio} | ≤ 1.15 × |\n\
         | the same by `wayleave check`, whole process | {process} | the sum of its waiting: {app_critical} | {overhead} more | ≤ 30 ms more |\n",
        machine = machine(),
        version = ms(version),
        nothing = ms(nothing),
        version_ratio = ratio(version.as_secs_f64(), nothing.as_secs_f64()),
        app_first = ms(&app.first_frame),
        bare_first = ms(&bare.first_frame),
        first_ratio = ratio(app.first_frame.as_secs_f64(), bare.first_frame.as_secs_f64()),
        app_memory = mb(app.memory_kb),
        bare_memory = mb(bare.memory_kb),
        memory_ratio = ratio(app.memory_kb.into(), bare.memory_kb.into()),
        idle = IDLE.as_secs(),
        app_idle = app.idle_frames,
        bare_idle = bare.idle_frames,
        latency = path.latency_ms,
        took = ms(&path.took),
        hops = path.hops,
        critical = ms(&path.critical),
        path_ratio = ratio(path.took.as_secs_f64(), path.critical.as_secs_f64()),
        app_took = ms(&path.certificate),
        app_hops = path.hops_of_an_app,
        app_critical = ms(&path.critical_of_an_app),
        app_ratio = ratio(path.certificate.as_secs_f64(), path.critical_of_an_app.as_secs_f64()),
        process = ms(&path.process),
        overhead = ms(&path.process.saturating_sub(path.critical_of_an_app)),
    )
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|rest| rest.split_once(": "))
        .map_or("unknown", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{model}, {cores} cores, {}", std::env::consts::OS)
}

/// The medians of two measurements taken in turn, so that a busy moment of the machine falls on both.
fn in_turn(
    mut one: impl FnMut() -> Result<Duration, String>,
    mut other: impl FnMut() -> Result<Duration, String>,
) -> Result<[Duration; 2], String> {
    let mut all = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        all[0].push(one()?);
        all[1].push(other()?);
    }
    Ok(all.map(|mut times| {
        times.sort_unstable();
        times[ROUNDS / 2]
    }))
}

fn time(command: &mut Command) -> Result<Duration, String> {
    let begun = Instant::now();
    let status = command.stdout(Stdio::null()).status().map_err(|error| error.to_string())?;
    if status.success() { Ok(begun.elapsed()) } else { Err(format!("{command:?} ended with {status}")) }
}

/// What a window costs.
struct Window {
    first_frame: Duration,
    memory_kb: u32,
    idle_frames: usize,
}

impl Window {
    fn idle(program: &Path, display: &Display, first_frame: Duration) -> Result<Self, String> {
        let running = Running::start(program, display)?;
        running.first_frame()?;
        running.until_quiet();
        let memory_kb = running.memory_kb()?;
        let idle_frames = running.frames_within(IDLE);
        Ok(Self { first_frame, memory_kb, idle_frames })
    }
}

/// A running window that tells of each frame.
struct Running {
    child: Child,
    begun: Instant,
    frames: Receiver<Instant>,
    _home: tempfile::TempDir,
}

impl Running {
    fn start(program: &Path, display: &Display) -> Result<Self, String> {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        // the window as people see it every day, not the welcome of the first start
        std::fs::write(home.path().join("settings.toml"), "version = 1\nwelcomed = true\n").map_err(|error| error.to_string())?;
        let begun = Instant::now();
        let mut child = Command::new(program)
            .env("DISPLAY", &display.name)
            .env("WAYLEAVE_LOG", "frames=trace")
            .env("WAYLEAVE_CONFIG_DIR", home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let lines = BufReader::new(child.stderr.take().ok_or("no standard error")?).lines();
        let (tell, frames) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if line.contains("frame painted") && tell.send(Instant::now()).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, begun, frames, _home: home })
    }

    fn first_frame(&self) -> Result<Duration, String> {
        let at = self.frames.recv_timeout(Duration::from_secs(30)).map_err(|_too_late| "no frame came".to_owned())?;
        Ok(at - self.begun)
    }

    /// Waits until nothing was painted for two seconds.
    fn until_quiet(&self) {
        while self.frames.recv_timeout(Duration::from_secs(2)).is_ok() {}
    }

    fn frames_within(&self, time: Duration) -> usize {
        let end = Instant::now() + time;
        let mut count = 0;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            count += usize::from(self.frames.recv_timeout(left).is_ok());
        }
        count
    }

    fn memory_kb(&self) -> Result<u32, String> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).map_err(|error| error.to_string())?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        line.trim().trim_end_matches(" kB").parse().map_err(|error| format!("VmRSS: {error}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // it may have ended by itself
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// An X display that ends when it is dropped.
pub(crate) struct Display {
    /// What `DISPLAY` has to be.
    pub(crate) name: String,
    server: Child,
}

impl Display {
    /// Starts one.
    pub(crate) fn start() -> Result<Self, String> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("Xvfb: {error}"))?;
        let mut number = String::new();
        BufReader::new(server.stdout.take().ok_or("no standard output")?).read_line(&mut number).map_err(|error| error.to_string())?;
        Ok(Self { name: format!(":{}", number.trim()), server })
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // it may have ended by itself
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// What the `critical_path` example found.
struct CriticalPath {
    took: Duration,
    critical: Duration,
    hops: u64,
    latency_ms: u64,
    /// By a certificate, without a person.
    certificate: Duration,
    /// The same from the start of the program to its end.
    process: Duration,
    hops_of_an_app: u64,
    critical_of_an_app: Duration,
}

/// What the `browser_route` example found.
struct BrowserRoute(serde_json::Value);

impl BrowserRoute {
    fn measure(built: &Path) -> Result<Self, String> {
        said_by(&built.join("examples/browser_route")).map(Self)
    }

    /// Its rows of the table.
    fn rows(&self) -> String {
        let number = |key: &str| self.0[key].as_f64().unwrap_or(f64::NAN);
        let row = |what: &str, unit: &str, against: &str, key: &str| {
            let (ours, bare) = (number(key), number(&format!("bare_{key}")));
            format!("| browser route: {what} | {ours:.0} {unit} | {against}: {bare:.0} {unit} | {:.2} × | ≥ 0.8 × |\n", ours / bare)
        };
        [
            row("calls one after the other", "a second", "bare `fetch` loop in the page", "calls_per_second"),
            row(&format!("calls, {} side by side", self.0["side_by_side"]), "a second", "the same", "calls_per_second_side_by_side"),
            row("a large file to disk", "MB/s", "bare `fetch` into the page's memory", "mb_per_second"),
        ]
        .concat()
    }
}

/// What an example says on its standard output, as JSON.
fn said_by(example: &Path) -> Result<serde_json::Value, String> {
    let output = Command::new(example).output().map_err(|error| format!("{}: {error}", example.display()))?;
    serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{}: {error}: {}", example.display(), String::from_utf8_lossy(&output.stderr)))
}

fn critical_path(built: &Path) -> Result<CriticalPath, String> {
    let said = said_by(&built.join("examples/critical_path"))?;
    let number = |key: &str| said[key].as_u64().ok_or_else(|| format!("critical_path: no {key}"));
    let (hops, latency_ms) = (number("hops")?, number("latency_ms")?);
    let hops_of_an_app = number("hops_of_an_app")?;
    Ok(CriticalPath {
        took: Duration::from_millis(number("took_ms")?),
        critical: Duration::from_millis(hops * latency_ms),
        hops,
        latency_ms,
        certificate: Duration::from_millis(number("certificate_ms")?),
        process: Duration::from_millis(number("process_ms")?),
        hops_of_an_app,
        critical_of_an_app: Duration::from_millis(hops_of_an_app * latency_ms),
    })
}
