//! Opening the window, or saying in one sentence why there is none.

use std::process::ExitCode;
use std::sync::Arc;

use engine::Deps;
use engine::deps::SystemClock;
use engine::keychain::Keychain;
use engine::settings::SettingsFile;
use preflight::SafeText;

use crate::app::{App, Outside};

/// There is no window to be had.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// Nothing to show it on.
    #[error(
        "There is no display here, so the window cannot be opened. Use the command line instead: wayleave check confluence URL, or wayleave --help"
    )]
    NoDisplay,
    /// The system would not open it.
    #[error(
        "The window could not be opened. On Linux, libgl1, libx11-xcb1, libxcursor1, libxi6 and libxkbcommon-x11-0 are needed. The command line works without them: wayleave --help"
    )]
    NotOpened(#[source] eframe::Error),
    /// The async runtime would not start.
    #[error("The program could not start")]
    Runtime(#[source] std::io::Error),
}

/// Exit code where there is no window.
pub const NO_WINDOW: u8 = 2;

/// Runs the window until it is closed.
pub fn run(practice: Option<String>) -> Result<(), WindowError> {
    if !has_display() {
        return Err(WindowError::NoDisplay);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("wayleave-work")
        .enable_all()
        .build()
        .map_err(WindowError::Runtime)?;
    let outside = Outside {
        runtime: runtime.handle().clone(),
        make_deps: Arc::new(|options| Deps::production(options).map_err(|error| explained(&error))),
        settings: SettingsFile::usual(),
        open_keychain: Arc::new(|| Box::pin(Keychain::system())),
        clock: Arc::new(SystemClock::default()),
        practice,
    };
    let options = eframe::NativeOptions { viewport: viewport(), renderer: eframe::Renderer::Glow, ..eframe::NativeOptions::default() };
    let shown = eframe::run_native("Wayleave", options, Box::new(|creation| Ok(Box::new(App::new(&creation.egui_ctx, outside)))));
    // tasks were dropped with the app; what is still closing gets a moment
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    shown.map_err(WindowError::NotOpened)
}

fn explained(error: &impl preflight::Explain) -> SafeText {
    let fail = error.explain();
    let hints: Vec<String> = fail.hints.iter().map(|hint| hint.text.to_string()).collect();
    SafeText::from(format!("{}. {}", fail.summary, hints.join(". ")))
}

fn viewport() -> egui::ViewportBuilder {
    let viewport = egui::ViewportBuilder::default()
        .with_app_id("wayleave")
        .with_title("Wayleave")
        .with_inner_size([1080.0, 760.0])
        .with_min_inner_size([640.0, 480.0]);
    match eframe::icon_data::from_png_bytes(include_bytes!("../../../assets/app-icon-256.png")) {
        Ok(icon) => viewport.with_icon(icon),
        Err(_) => viewport,
    }
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Tells on standard error why there is no window.
pub fn tell(error: &WindowError) -> ExitCode {
    use std::io::Write as _;
    writeln!(std::io::stderr().lock(), "wayleave-gui: {}", preflight::chain(error)).ok();
    ExitCode::from(NO_WINDOW)
}
