//! Interactive sign-in: a person signs in in the controlled browser, however that works there, and Wayleave watches.
//!
//! What proves the sign-in is only that the server names somebody, never a cookie's name: first when it is asked by the page in the
//! browser, then from outside with what the browser would send. Where it names the same account both times, requests go from this
//! program and the window closes. Where it names it inside only, the session is bound to the browser, and requests go through it.

mod cookies;
mod outside;
mod pace;
mod seen;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use browser::{BrowserError, Launcher, Open, Window};
use preflight::{Origin, Recorder, Secret, UserPrompt};
use tokio::time::timeout;
use transport::{TransportError, TransportErrorKind};
use url::Url;

pub(crate) use self::outside::Direct;
pub(crate) use self::seen::working_panel;
pub(crate) use self::watch::{Found, Watch, Who};
use crate::address::SiteAddress;
use crate::api::Api;
use crate::deadline::Deadline;
use crate::error::{ConfluenceError, SignInError};
use crate::explain::browser_failed;
use crate::interactive::seen::{Seen, panel};
use crate::product::Product;
use crate::session::Session;
use crate::settings::{Cx, RouteChoice, Settings};

/// How long a person has, where nobody says otherwise.
pub(crate) const PERSON_LIMIT: Duration = Duration::from_mins(10);
/// How long a browser may take to keep its cookies when it is not needed any more.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Whoever tells the person what to do, and keeps secrets out of what is told.
pub(crate) trait Audience: Send + Sync {
    /// Asks something of the person, or takes the question back.
    fn prompt(&self, prompt: Option<UserPrompt>);
    /// Masks this from now on.
    fn guard(&self, secret: Secret);
}

impl Audience for Recorder<'_> {
    fn prompt(&self, prompt: Option<UserPrompt>) {
        Recorder::prompt(self, prompt);
    }

    fn guard(&self, secret: Secret) {
        Recorder::guard(self, secret);
    }
}

/// Where Confluence is, as far as that is known before anybody has signed in.
#[derive(Debug)]
pub(crate) struct Site {
    /// The places where it may be, the likeliest first; one where it has been seen from outside.
    pub(crate) candidates: Vec<Api>,
    /// What it is, where it has been seen.
    pub(crate) product: Option<Product>,
}

impl Site {
    /// Seen from outside.
    pub(crate) fn seen(api: &Api, product: &Product) -> Self {
        Self { candidates: vec![api.clone()], product: Some(product.clone()) }
    }

    /// Behind a gate: at any of the places that the address allows.
    pub(crate) fn hidden(api: &Api, address: &SiteAddress) -> Self {
        Self { candidates: address.candidates().iter().map(|context| api.under(context)).collect(), product: None }
    }

    pub(crate) fn origin(&self) -> &Origin {
        self.candidates[0].origin()
    }

    pub(crate) fn host(&self) -> &str {
        self.origin().host()
    }

    pub(crate) fn is_cloud(&self) -> bool {
        self.product.as_ref().is_some_and(Product::is_cloud)
    }

    /// Where the person begins. The front page leads on to whatever sign-in there is.
    pub(crate) fn start(&self) -> Url {
        self.candidates[0].page("/").unwrap_or_else(|| self.origin().to_url())
    }

    /// Where a wiki that is open to everybody lets people sign in.
    fn login_page(&self) -> Option<Url> {
        if self.is_cloud() { None } else { self.candidates[0].page("/login.action?os_destination=%2Findex.action") }
    }
}

/// Whom to wait for.
#[derive(Clone, Default, Debug)]
pub(crate) struct Wanted {
    /// The account, by any of its names.
    pub(crate) expected: Option<String>,
    /// Nobody at all.
    pub(crate) anonymous: bool,
    /// The person presses *Use this account*.
    pub(crate) confirm: bool,
    /// It is not the first time: the session has ended.
    pub(crate) again: bool,
}

/// What to do with the window when the session works outside of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Afterwards {
    /// Close it.
    Close,
    /// Keep it, to renew the session during a long run.
    Keep,
}

/// Opens a window, waits until somebody has signed in there, and finds out which way requests can take.
pub(crate) async fn sign_in(
    cx: &Cx<'_>,
    settings: &Settings,
    site: Site,
    (anonymous, route): (bool, RouteChoice),
    audience: &dyn Audience,
    afterwards: Afterwards,
) -> Result<Session, ConfluenceError> {
    let origin = site.origin();
    if !anonymous && !origin.is_https() && !origin.is_loopback() {
        // a session is as good as a password
        return Err(TransportError { origin: origin.clone(), kind: TransportErrorKind::CredentialOverPlainHttp, source: None }.into());
    }
    let own_deadline;
    let deadline = if let Some(deadline) = cx.deadline {
        deadline
    } else {
        own_deadline = Deadline::new(PERSON_LIMIT);
        &own_deadline
    };
    let wanted = Wanted { expected: settings.expect_account.clone(), anonymous, confirm: settings.window.confirm, again: false };
    let open = order(settings, &site, &wanted);
    audience.prompt(Some(prompt(&site, &Seen::Opening, false)));
    let window = open_window(cx, open, &site, deadline).await?;
    let found = Watch::new(&*window, &site, &wanted, deadline, Some(audience), cx.clock).run().await;
    audience.prompt(None);
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            // out of time is out of time; else the browser may keep what it has
            if !matches!(error, ConfluenceError::InBrowser(SignInError::Timeout { .. } | SignInError::WrongAccount { .. })) {
                timeout(LAST_WORDS, window.close()).await.ok();
            }
            return Err(error);
        }
    };
    let session = match route {
        RouteChoice::Browser => Session::through(window, found, site, wanted, None),
        RouteChoice::Auto | RouteChoice::Direct => match outside::prove(&window, &site, &found, audience).await {
            Ok(direct) => Session::direct(window, found, site, wanted, direct, afterwards).await,
            Err(why) if route == RouteChoice::Auto => Session::through(window, found, site, wanted, Some(why)),
            Err(why) => {
                timeout(LAST_WORDS, window.close()).await.ok();
                return Err(match why {
                    why @ (ConfluenceError::Transport(_) | ConfluenceError::InBrowser(SignInError::AnotherOutside { .. })) => why,
                    why => ConfluenceError::InBrowser(SignInError::SessionBound { outside: Box::new(why) }),
                });
            }
        },
    };
    session.settle().await;
    Ok(session)
}

fn order(settings: &Settings, site: &Site, wanted: &Wanted) -> Open {
    let mut negotiate_hosts = vec![site.host().to_owned()];
    negotiate_hosts.extend(settings.window.negotiate_hosts.iter().cloned());
    Open {
        start: site.start(),
        connection: (!settings.window.forget).then(|| connection(settings.address.origin(), wanted.anonymous)),
        negotiate_hosts,
        program: settings.window.program.clone(),
        panel: Some(panel(wanted, site.host(), &Seen::Opening, false)),
    }
}

async fn open_window(cx: &Cx<'_>, open: Open, site: &Site, deadline: &Deadline) -> Result<Arc<dyn Window>, ConfluenceError> {
    let launcher = cx.launcher.ok_or_else(|| BrowserError::Missing { looked_at: Vec::new() })?;
    tokio::select! {
        window = launcher.open(open) => Ok(window?),
        () = deadline.passed() => Err(out_of_time(site, deadline, &Seen::Opening)),
    }
}

fn out_of_time(site: &Site, deadline: &Deadline, seen: &Seen) -> ConfluenceError {
    ConfluenceError::InBrowser(SignInError::Timeout {
        host: site.host().to_owned(),
        seconds: deadline.length().as_secs(),
        seen: seen.to_string(),
    })
}

/// What the person is told outside of the window.
fn prompt(site: &Site, seen: &Seen, again: bool) -> UserPrompt {
    UserPrompt::ControlledBrowser { host: site.host().to_owned(), seen: seen.to_string().into(), again }
}

/// What a profile is kept for: the host, whichever page of it was entered. Without an account it is another one, so that a visitor
/// who wants to be nobody is not somebody from last time.
fn connection(origin: &Origin, anonymous: bool) -> String {
    let over_https = origin.over_https().to_string();
    let host = over_https.trim_start_matches("https://");
    if anonymous { format!("{host} anonymous") } else { host.to_owned() }
}

/// Removes the browser session that is kept for this address. True where there was one.
pub async fn forget(launcher: &dyn Launcher, address: &SiteAddress) -> Result<bool, preflight::Fail> {
    let mut there_was_one = false;
    for anonymous in [false, true] {
        there_was_one |= launcher.forget(&connection(address.origin(), anonymous)).await.map_err(|error| browser_failed(&error))?;
    }
    Ok(there_was_one)
}

#[cfg(test)]
pub(crate) mod tests;
