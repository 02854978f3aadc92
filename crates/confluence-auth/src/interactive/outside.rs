//! The same question from outside of the browser, with what the browser would send along.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use browser::{BrowserError, Window};
use http::header::{COOKIE, HeaderValue, ORIGIN, USER_AGENT};
use preflight::{BoundSecret, Origin, Secret};
use transport::{Request, Response, Route, Transport, TransportError};

use super::cookies::Cookies;
use super::watch::{Found, Who};
use super::{Audience, Site};
use crate::api::Api;
use crate::error::{ConfluenceError, Sent, SignInError};
use crate::whoami::{Asked, Named, ask};

/// Between two attempts: the nodes of a cluster tell each other about new sessions, and a gate may just be renewing its cookie.
const SECOND_LOOK: Duration = Duration::from_millis(800);

/// A carrier from outside with the session of the browser.
#[derive(Clone, Debug)]
pub(crate) struct Direct {
    carrier: Arc<dyn Transport>,
    user_agent: HeaderValue,
    cookies: Arc<RwLock<Cookies>>,
}

impl Direct {
    fn new(outside: &Api, window: &dyn Window, cookies: Cookies) -> Self {
        let user_agent = HeaderValue::from_str(window.user_agent()).unwrap_or_else(|_no_header| HeaderValue::from_static("Mozilla/5.0"));
        Self { carrier: outside.carrier(), user_agent, cookies: Arc::new(RwLock::new(cookies)) }
    }

    pub(crate) fn secrets(&self) -> Vec<Secret> {
        self.cookies.read().unwrap_or_else(PoisonError::into_inner).secrets()
    }

    fn replace(&self, cookies: Cookies) {
        *self.cookies.write().unwrap_or_else(PoisonError::into_inner) = cookies;
    }

    /// Takes the cookies of the browser anew, and proves that they still speak for the same account.
    pub(crate) async fn refresh(
        &self,
        window: &dyn Window,
        site: &Site,
        found: &Found,
        audience: &dyn Audience,
    ) -> Result<(), ConfluenceError> {
        let cookies = taken(window, &found.inside, audience).await?;
        let fresh = Self { cookies: Arc::new(RwLock::new(cookies.clone())), ..self.clone() };
        fresh.speaks_for(site, found).await?;
        self.replace(cookies);
        Ok(())
    }

    /// The server names the same account, asked this way.
    async fn speaks_for(&self, site: &Site, found: &Found) -> Result<(), ConfluenceError> {
        let api = found.inside.through(Arc::new(self.clone()));
        let sent = matches!(found.who, Who::User(_)).then_some(Sent::Session);
        let asked = Asked { sent, is_cloud: site.is_cloud(), tokens_page: None, login_page: None };
        match (ask(&api, &asked).await?, &found.who) {
            (Named::Anonymous, Who::Nobody) => Ok(()),
            (Named::User(outside), Who::User(inside)) if outside.account() == inside.account() => Ok(()),
            (Named::User(outside), _) => {
                Err(ConfluenceError::InBrowser(SignInError::AnotherOutside { found: outside.called().to_owned() }))
            }
            (Named::Anonymous, Who::User(_)) => Err(ConfluenceError::TreatedAsAnonymous { sent: Sent::Session, tokens_page: None }),
        }
    }
}

async fn taken(window: &dyn Window, api: &Api, audience: &dyn Audience) -> Result<Cookies, BrowserError> {
    let cookies = Cookies::take(window, api).await?;
    for secret in cookies.secrets() {
        audience.guard(secret);
    }
    Ok(cookies)
}

/// Proves that the session works outside of the browser, for the account that was found inside. Asks a second time before it gives up.
pub(super) async fn prove(
    window: &Arc<dyn Window>,
    site: &Site,
    found: &Found,
    audience: &dyn Audience,
) -> Result<Direct, ConfluenceError> {
    let outside = &site.candidates[0];
    let cookies = taken(&**window, &found.inside, audience).await?;
    let nothing_to_take = cookies.is_empty();
    let direct = Direct::new(outside, &**window, cookies);
    match direct.speaks_for(site, found).await {
        Ok(()) => Ok(direct),
        Err(error) if nothing_to_take => Err(error),
        Err(_not_yet) => {
            tokio::time::sleep(SECOND_LOOK).await;
            direct.refresh(&**window, site, found, audience).await.map(|()| direct)
        }
    }
}

#[async_trait]
impl Transport for Direct {
    fn origin(&self) -> &Origin {
        self.carrier.origin()
    }

    fn route(&self) -> Route {
        self.carrier.route()
    }

    async fn execute(&self, mut request: Request) -> Result<Response, TransportError> {
        request.headers.insert(USER_AGENT, self.user_agent.clone());
        if request.method != http::Method::GET
            && let Ok(origin) = HeaderValue::from_str(&self.origin().to_string())
        {
            // with a session, Confluence takes a write for a forged one where it does not name its origin
            request.headers.insert(ORIGIN, origin);
        }
        let cookies = {
            let cookies = self.cookies.read().unwrap_or_else(PoisonError::into_inner);
            cookies.for_path(request.path.as_str()).cloned()
        };
        if let Some(cookies) = cookies {
            add(&mut request, cookies);
        }
        self.carrier.execute(request).await
    }
}

/// A gate's own cookie may have been given as an extra header: then all go in one line (RFC 6265, section 5.4).
fn add(request: &mut Request, cookies: BoundSecret) {
    let given = request.secret_headers.iter_mut().find(|(name, _)| *name == COOKIE);
    let Some((_, given)) = given else {
        request.secret_headers.push((COOKIE, cookies));
        return;
    };
    let origin = given.origin().clone();
    let cookies = cookies.unbind();
    *given = given.clone().unbind().inspect(|one| cookies.inspect(|other| Secret::new(format!("{one}; {other}")))).bind(origin);
}
