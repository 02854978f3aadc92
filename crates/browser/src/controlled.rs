//! The launcher of real browsers.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use preflight::{Clock, Secret};
use transport::direct::{ProxyChoice, ca_certificates};
use url::Url;

use crate::launch::{self, Arguments, Debugging, ProxyArgument, Start};
use crate::live::{Fittings, LiveWindow};
use crate::profile::{self, Profile};
use crate::{BrowserError, Launcher, Open, Window, find, trust};

/// How controlled browsers are set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// The application's data folder. Profiles lie in `browser` below it.
    pub data_folder: PathBuf,
    /// The browser to use instead of the first one that is found.
    pub program: Option<PathBuf>,
    /// Which proxy the browser uses. Its credentials are handed over when the proxy asks, and never on the command line.
    pub proxy: ProxyChoice,
    /// Certificates that are trusted beside those that the browser trusts by itself, as on the direct route.
    pub ca_file: Option<PathBuf>,
    /// Environment variables that hold secrets and are none of the browser's business.
    pub secret_variables: Vec<String>,
    /// Tells when an answer came.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// Browsers with their profiles below this folder, and otherwise as the system has them.
    pub fn new(data_folder: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self { data_folder, program: None, proxy: ProxyChoice::System, ca_file: None, secret_variables: Vec::new(), clock }
    }
}

/// Opens Chrome, Edge, Chromium or Brave in windows that a person signs in with.
#[derive(Clone)]
pub struct ControlledBrowser {
    config: Config,
}

impl ControlledBrowser {
    /// A launcher. Nothing is started yet.
    pub const fn new(config: Config) -> Self {
        Self { config }
    }

    fn profiles(&self) -> PathBuf {
        self.config.data_folder.join("browser")
    }
}

impl ControlledBrowser {
    /// Has the profile trust what the CA file holds.
    fn trust(&self, profile: &Profile) -> Result<(), BrowserError> {
        let file = self.config.ca_file.as_deref();
        let certificates = file.map(ca_certificates).transpose();
        let certificates =
            certificates.map_err(|error| BrowserError::Start { said: String::new(), source: Some(Box::new(error)) })?.unwrap_or_default();
        trust::only_these(&profile.user_data(), &certificates).map_err(|error| BrowserError::Profile(std::io::Error::other(error)))
    }
}

impl fmt::Debug for ControlledBrowser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControlledBrowser")
            .field("program", &self.config.program)
            .field("data_folder", &self.config.data_folder)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Launcher for ControlledBrowser {
    async fn open(&self, order: Open) -> Result<Arc<dyn Window>, BrowserError> {
        let program = find::choose(order.program.as_deref().or(self.config.program.as_deref()))?;
        let (proxy, credentials) = proxy(&self.config.proxy)?;
        let proxy_address = proxy.address().to_owned();
        let profile = Profile::take(&self.profiles(), order.connection.as_deref()).await?;
        if let Err(error) = self.trust(&profile) {
            profile.leave();
            return Err(error);
        }
        let sandboxed = sandbox();
        let start = Start {
            program,
            arguments: Arguments {
                user_data: profile.user_data(),
                debugging: debugging(),
                negotiate_hosts: order.negotiate_hosts.clone(),
                proxy,
                sandbox: sandboxed,
            },
            secret_variables: self.config.secret_variables.clone(),
            temporary: profile.temporary(),
        };
        let started = launch::start(start, move || profile.leave()).await?;
        let fittings = Fittings {
            panel: order.panel,
            proxy: proxy_address,
            credentials,
            negotiating: !order.negotiate_hosts.is_empty(),
            sandboxed,
            clock: Arc::clone(&self.config.clock),
        };
        let window = LiveWindow::new(started, fittings);
        window.begin(&order.start).await?;
        Ok(Arc::new(window))
    }

    async fn forget(&self, connection: &str) -> Result<bool, BrowserError> {
        let (root, connection) = (self.profiles(), connection.to_owned());
        let forgotten = tokio::task::spawn_blocking(move || profile::forget(&root, &connection)).await;
        forgotten.map_err(|error| BrowserError::Profile(std::io::Error::other(error)))?
    }
}

/// Pipes wherever they can be had: a port is open to every local process, and with it the cookies.
const fn debugging() -> Debugging {
    #[cfg(unix)]
    return Debugging::Pipe;
    #[cfg(not(unix))]
    return Debugging::Port;
}

/// Chromium refuses to start as root with its sandbox. Everybody else gets it.
fn sandbox() -> bool {
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        tracing::warn!("running as root: the browser is started without its sandbox");
        return false;
    }
    true
}

/// User name and password for the proxy.
pub(crate) struct ProxyCredentials {
    pub(crate) user: String,
    pub(crate) password: Secret,
}

/// The proxy as the browser is told it, and what it must not see on its command line.
fn proxy(choice: &ProxyChoice) -> Result<(ProxyArgument, Option<ProxyCredentials>), BrowserError> {
    let (url, user, password) = match choice {
        ProxyChoice::System => return Ok((ProxyArgument::System, None)),
        ProxyChoice::None => return Ok((ProxyArgument::None, None)),
        ProxyChoice::Explicit { url, user, password } => (url.trim(), user, password),
    };
    let parsed = if url.contains("://") { Url::parse(url) } else { Url::parse(&format!("http://{url}")) };
    let wrong = || BrowserError::Start { said: "the proxy's address is none".to_owned(), source: None };
    let parsed = parsed.ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(wrong)?;
    let (host, port) = parsed.host_str().zip(parsed.port_or_known_default()).ok_or_else(wrong)?;
    let argument = ProxyArgument::Through(format!("{}://{host}:{port}", parsed.scheme()));

    let decoded = |text: &str| percent_decoded(text);
    let credentials = match user {
        Some(user) => {
            Some(ProxyCredentials { user: user.clone(), password: password.clone().unwrap_or_else(|| Secret::new(String::new())) })
        }
        None if !parsed.username().is_empty() => Some(ProxyCredentials {
            user: decoded(parsed.username()),
            password: Secret::new(decoded(parsed.password().unwrap_or_default())),
        }),
        None => None,
    };
    Ok((argument, credentials))
}

fn percent_decoded(text: &str) -> String {
    // a pair of a form is decoded in the same way, but for the plus sign
    let text = text.replace('+', "%2B");
    url::form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explicit(url: &str, user: Option<&str>, password: Option<&str>) -> ProxyChoice {
        ProxyChoice::Explicit {
            url: url.to_owned(),
            user: user.map(str::to_owned),
            password: password.map(|text| Secret::new(text.to_owned())),
        }
    }

    #[test]
    fn credentials_of_a_proxy_are_split_off() {
        let check = |choice: ProxyChoice, argument: &str, expected: Option<(&str, &str)>| {
            let (found, credentials) = proxy(&choice).expect("an address");
            assert_eq!(found, ProxyArgument::Through(argument.to_owned()));
            let credentials = credentials.map(|c| (c.user, c.password.inspect(str::to_owned)));
            assert_eq!(credentials, expected.map(|(user, password)| (user.to_owned(), password.to_owned())));
        };
        check(explicit("proxy.example:3128", None, None), "http://proxy.example:3128", None);
        check(explicit("https://proxy.example", None, None), "https://proxy.example:443", None);
        check(explicit("http://jane:a%2Fb+c@proxy.example:3128", None, None), "http://proxy.example:3128", Some(("jane", "a/b+c")));
        check(
            explicit("http://jane:old@proxy.example:3128", Some("joe"), Some("new=&")),
            "http://proxy.example:3128",
            Some(("joe", "new=&")),
        );
        assert!(proxy(&explicit("socks5://proxy.example", None, None)).is_err());
    }
}
