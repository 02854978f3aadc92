//! The bundle of outside things: network, browser, clock. The only place that builds them.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use browser::{Config, ControlledBrowser, Launcher};
use entra_auth::{Memory, OpenError, UrlOpener};
use jiff::Timestamp;
use preflight::Clock;
use transport::Network;
use transport::direct::{DirectConfig, DirectNetwork, ProxyChoice, SetupError};
use url::Url;

use crate::job::{NetworkOptions, ProxyOption};
use crate::windows::SignInWindows;

/// Everything outside that a job reaches.
#[derive(Clone, Debug)]
pub struct Deps {
    /// The way out.
    pub network: Arc<dyn Network>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The system browser.
    pub opener: Arc<dyn UrlOpener>,
    /// The browser that is watched while a person signs in.
    pub launcher: Arc<dyn Launcher>,
    /// A sign-in authority instead of Microsoft's own.
    pub authority: Option<Url>,
    /// What remembers sign-ins to SharePoint, where the person wants that: [`crate::keychain::Keychain::system`].
    pub memory: Option<Arc<dyn Memory>>,
}

/// Hosts that always present a publicly trusted certificate. An untrusted issuer there means that somebody inspects TLS.
const PUBLICLY_TRUSTED: &[&str] = &[
    "atlassian.com",
    "atlassian.net",
    "jira.com",
    "microsoft.com",
    "microsoft.us",
    "microsoftonline.com",
    "microsoftonline.us",
    "microsoftonline.cn",
    "chinacloudapi.cn",
    "sharepoint.com",
    "sharepoint.us",
    "sharepoint-mil.us",
    "sharepoint.cn",
    "windows.net",
];

/// How long the connection to a server may take to be set up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long one answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(45);

impl Deps {
    /// What a sign-in with Entra needs of it.
    pub(crate) fn entra<'a>(&'a self, replies: &'a entra_auth::Replies) -> entra_auth::Cx<'a> {
        entra_auth::Cx { network: &*self.network, clock: &*self.clock, opener: &*self.opener, replies }
    }

    /// The real things.
    pub fn production(options: &NetworkOptions) -> Result<Self, SetupError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let proxy = match &options.proxy {
            ProxyOption::System => ProxyChoice::System,
            ProxyOption::Explicit { url, user, password } => {
                ProxyChoice::Explicit { url: url.to_string(), user: user.clone(), password: password.clone() }
            }
        };
        let launcher = ControlledBrowser::new(Config {
            program: options.browser.clone(),
            proxy: proxy.clone(),
            ca_file: options.ca_file.clone(),
            secret_variables: options.secret_variables.clone(),
            ..Config::new(data_folder(), clock.clone())
        });
        let network = DirectNetwork::new(DirectConfig {
            proxy,
            ca_file: options.ca_file.clone(),
            connect_timeout: CONNECT_TIMEOUT,
            total_timeout: ANSWER_TIMEOUT,
            user_agent: format!("Wayleave/{}", env!("CARGO_PKG_VERSION")),
            publicly_trusted: PUBLICLY_TRUSTED.iter().map(|&domain| domain.to_owned()).collect(),
            clock: clock.clone(),
        })?;
        let launcher: Arc<dyn Launcher> = Arc::new(launcher);
        let opener = SignInWindows::new(launcher.clone(), options.browser.clone(), options.secret_variables.clone());
        Ok(Self { network: Arc::new(network), clock, opener: Arc::new(opener), launcher, authority: None, memory: None })
    }
}

/// Where browser sessions are kept: `$WAYLEAVE_DATA_DIR`, else the system's folder for an application's own data.
fn data_folder() -> PathBuf {
    let chosen = std::env::var_os("WAYLEAVE_DATA_DIR").map(PathBuf::from).filter(|folder| !folder.as_os_str().is_empty());
    let usual = || directories::ProjectDirs::from("", "", "wayleave").map(|folders| folders.data_local_dir().to_path_buf());
    // without a home there is only the folder where we are
    chosen.or_else(usual).unwrap_or_else(|| "wayleave-data".into())
}

/// This computer's clock.
pub struct SystemClock {
    begun: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { begun: Instant::now() }
    }
}

impl fmt::Debug for SystemClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SystemClock")
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn ticks(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// The system browser: `$BROWSER` where it is set, else the desktop's default.
#[derive(Clone, Default, Debug)]
pub struct SystemBrowser {
    /// Environment variables that hold secrets and are none of the browser's business.
    secret_variables: Vec<String>,
}

impl SystemBrowser {
    /// A browser that does not inherit these environment variables.
    #[must_use]
    pub const fn without(secret_variables: Vec<String>) -> Self {
        Self { secret_variables }
    }
}

impl UrlOpener for SystemBrowser {
    fn open(&self, url: &Url) -> Result<(), OpenError> {
        let by_desktop = || webbrowser::open(url.as_str()).map_err(|error| OpenError(Box::new(error)));
        match std::env::var("BROWSER") {
            Ok(browser) if !browser.trim().is_empty() => open_with(&browser, url, &self.secret_variables),
            // the library hands everything on, so the desktop's own opener is asked first where something must stay behind
            _ if cfg!(target_os = "linux") && !self.secret_variables.is_empty() => {
                open_with("xdg-open", url, &self.secret_variables).or_else(|_not_there| by_desktop())
            }
            _ => by_desktop(),
        }
    }
}

/// `$BROWSER` is a list of commands separated by `:`, with `%s` for the address, or the address as last argument.
fn open_with(browser: &str, url: &Url, secret_variables: &[String]) -> Result<(), OpenError> {
    let mut last = OpenError("BROWSER names no command".into());
    // a Windows path has a colon of its own
    let commands: Vec<&str> = if cfg!(windows) { vec![browser] } else { browser.split(':').collect() };
    for command in commands.into_iter().filter(|command| !command.trim().is_empty()) {
        let mut words = command.split_whitespace();
        let Some(program) = words.next() else { continue };
        let mut arguments: Vec<String> = words.map(|word| word.replace("%s", url.as_str())).collect();
        if !command.contains("%s") {
            arguments.push(url.to_string());
        }
        let mut command = Command::new(program);
        command.args(arguments);
        match start(command, secret_variables) {
            Ok(()) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Starts a browser that goes on by itself and inherits none of these variables.
pub(crate) fn start(mut command: Command, secret_variables: &[String]) -> Result<(), OpenError> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for name in secret_variables {
        command.env_remove(name);
    }
    // Ctrl-C in the terminal is for us, not for the person's browser
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|error| OpenError(Box::new(error)))?;
    // a child that nobody waits for would stay behind as a zombie
    let wait = move || child.wait();
    std::thread::Builder::new().name("browser".to_owned()).spawn(wait).map(drop).map_err(|error| OpenError(Box::new(error)))
}
