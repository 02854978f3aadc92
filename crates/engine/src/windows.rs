//! The window that a person signs in to Microsoft in: the browser as it is, a private window of it, or a browser of our own.
//!
//! The switches for a private window are the browsers' own: Chromium, "List of Chromium command line switches" (`--incognito`; Edge calls
//! it `--inprivate`); Mozilla, "Firefox command line options" (`-private-window`).

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use browser::{Event, Launcher, Open};
use entra_auth::{OpenError, UrlOpener, Watched, WatchedWindow, Window, WindowEvent};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use preflight::{Origin, Secret};
use url::Url;

use crate::deps::{SystemBrowser, start};

/// Opens sign-in pages in whichever window is wanted.
#[derive(Clone, Debug)]
pub struct SignInWindows {
    system: SystemBrowser,
    /// The program that was given, instead of the system's default.
    program: Option<PathBuf>,
    secret_variables: Vec<String>,
    launcher: Arc<dyn Launcher>,
}

impl SignInWindows {
    /// With the program to use instead of the default browser, and the variables that no browser inherits.
    pub fn new(launcher: Arc<dyn Launcher>, program: Option<PathBuf>, secret_variables: Vec<String>) -> Self {
        Self { system: SystemBrowser::without(secret_variables.clone()), program, secret_variables, launcher }
    }

    fn private(&self, url: &Url) -> Result<(), OpenError> {
        let program = match &self.program {
            Some(program) => program.clone(),
            None => default_program().ok_or_else(|| OpenError("the default browser is not known".into()))?,
        };
        let switch = private_switch(&program).ok_or_else(|| OpenError("this browser's private mode is not known".into()))?;
        self.start(&program, &[switch, url.as_str()])
    }

    fn start(&self, program: &Path, arguments: &[&str]) -> Result<(), OpenError> {
        let mut command = Command::new(program);
        command.args(arguments);
        start(command, &self.secret_variables)
    }
}

impl UrlOpener for SignInWindows {
    fn open(&self, url: &Url) -> Result<(), OpenError> {
        match &self.program {
            Some(program) => self.start(program, &[url.as_str()]),
            None => self.system.open(url),
        }
    }

    fn open_in<'a>(
        &'a self,
        window: Window,
        url: &'a Url,
        watched: &'a [Origin],
    ) -> BoxFuture<'a, Result<Option<WatchedWindow>, OpenError>> {
        async move {
            match window {
                Window::Default => self.open(url).map(|()| None),
                Window::Private => {
                    let (this, url) = (self.clone(), url.clone());
                    // it asks other programs, which take their time
                    let opened = tokio::task::spawn_blocking(move || this.private(&url)).await;
                    opened.map_err(|error| OpenError(Box::new(error)))?.map(|()| None)
                }
                Window::Dedicated => {
                    let order = Open {
                        start: url.clone(),
                        connection: None,
                        negotiate_hosts: Vec::new(),
                        program: self.program.clone(),
                        panel: None,
                    };
                    let window = self.launcher.open(order).await.map_err(|error| OpenError(Box::new(error)))?;
                    Ok(Some(Box::new(OwnWindow { window, origins: watched.to_vec(), told: String::new() }) as WatchedWindow))
                }
            }
        }
        .boxed()
    }
}

/// The switch by which a browser opens a private window, where its name tells which browser it is.
fn private_switch(program: &Path) -> Option<&'static str> {
    let name = program.file_stem()?.to_string_lossy().to_ascii_lowercase();
    let is = |names: &[&str]| names.iter().any(|known| name.contains(known));
    if is(&["msedge", "microsoft-edge", "microsoft edge"]) {
        Some("--inprivate")
    } else if is(&["chrome", "chromium", "brave", "vivaldi"]) {
        Some("--incognito")
    } else if is(&["firefox", "librewolf"]) {
        Some("-private-window")
    } else {
        None
    }
}

/// The program of the browser that would open pages: `$BROWSER` where it names one, the desktop's default where it tells, else the first
/// that is installed.
fn default_program() -> Option<PathBuf> {
    let named = std::env::var("BROWSER").ok().and_then(|list| list.split(':').next().map(str::to_owned));
    let program = named.as_deref().and_then(|command| command.split_whitespace().next()).map(PathBuf::from);
    program.or_else(desktop_default).or_else(|| browser::installed().into_iter().next().map(|browser| browser.path))
}

/// What the desktop opens pages with (freedesktop.org, `xdg-settings`): `firefox.desktop`, `org.mozilla.firefox.desktop`.
fn desktop_default() -> Option<PathBuf> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let told =
        Command::new("xdg-settings").args(["get", "default-web-browser"]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let entry = told.trim().strip_suffix(".desktop")?;
    let name = entry.rsplit('.').next().filter(|name| !name.is_empty())?;
    Some(PathBuf::from(name))
}

/// A window of our own, looked at for Microsoft's error numbers.
struct OwnWindow {
    window: Arc<dyn browser::Window>,
    origins: Vec<Origin>,
    /// What was told last, so that it is told once.
    told: String,
}

/// Microsoft's pages change without loading anew, so they are looked at now and then as well.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// An error stands at the top of a page.
const LONGEST_TEXT: usize = 4000;

impl OwnWindow {
    async fn error(&mut self) -> Option<Secret> {
        let text = self.window.visible_text(&self.origins, LONGEST_TEXT).await.ok().flatten()?;
        (text.contains("AADSTS") && text != self.told).then(|| {
            self.told.clone_from(&text);
            Secret::new(text)
        })
    }
}

impl Watched for OwnWindow {
    fn event(&mut self) -> BoxFuture<'_, WindowEvent> {
        async move {
            loop {
                let window = self.window.clone();
                if let Ok(Event::Gone(_)) = tokio::time::timeout(LOOK_EVERY, window.event()).await {
                    return WindowEvent::Closed;
                }
                if let Some(error) = self.error().await {
                    return WindowEvent::Error(error);
                }
            }
        }
        .boxed()
    }
}

impl fmt::Debug for OwnWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnWindow").field("origins", &self.origins).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_window_is_opened_by_the_browsers_own_switch() {
        for (program, switch) in [
            ("/usr/bin/chromium", Some("--incognito")),
            ("google-chrome-stable", Some("--incognito")),
            (r"/opt/microsoft/msedge/msedge", Some("--inprivate")),
            ("microsoft-edge", Some("--inprivate")),
            ("brave-browser", Some("--incognito")),
            ("/usr/lib/firefox/firefox", Some("-private-window")),
            ("msedge.exe", Some("--inprivate")),
            ("xdg-open", None),
            ("/usr/bin/true", None),
        ] {
            assert_eq!(private_switch(Path::new(program)), switch, "{program}");
        }
    }
}
