//! The session of a person who signed in in the browser: the way that requests take, and what is done when it ends on the way.
//!
//! A session can die at any time: it times out, a node restarts, an administrator ends it. Then answers turn into login pages, or,
//! where the wiki is open, into what a stranger is told. Each answer that looks like that is held back until the question who is
//! signed in has been asked again. If it is still the same account, the answer was meant; if not, the person signs in once more in
//! the same window, and every request that was held back is sent again.

mod doubt;

use std::sync::Arc;
use std::time::Duration;

use browser::{Choice, Event, Gone, Window};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use preflight::Secret;
use tokio::sync::Mutex;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use self::doubt::{Carrier, Doubt, Doubts, Verdict};
use crate::api::Api;
use crate::deadline::Deadline;
use crate::error::{ConfluenceError, Sent, SignInError};
use crate::interactive::{Afterwards, Audience, Direct, Found, PERSON_LIMIT, Site, Wanted, Watch, Who, working_panel};
use crate::product::Product;
use crate::settings::Cx;
use crate::whoami::{Asked, Named, User, ask};

/// How long single sign-on has to renew the session by itself, before the person is asked.
const SILENT: Duration = Duration::from_secs(12);
/// How often a window that is kept is asked for fresh cookies, which also keeps the session from idling out.
const KEEP_ALIVE: Duration = Duration::from_mins(5);
/// An answer is not doubted when the session was proven so shortly before.
const FRESH: Duration = Duration::from_secs(10);
/// How long it may take until a browser that does not answer is known to be gone.
const END_SHOWS: Duration = Duration::from_secs(1);
/// How long a browser may take to end.
const CLOSING: Duration = Duration::from_secs(5);

/// A session, while it is used. Dropping it ends its browser.
#[derive(Debug)]
pub(crate) struct Session {
    /// The way to ask on.
    api: Api,
    /// The same way, without doubts.
    plain: Api,
    inside: Api,
    window: Option<Arc<dyn Window>>,
    route: RouteTaken,
    who: Who,
    site: Site,
    wanted: Wanted,
    doubts: Arc<Doubts>,
    looking: Mutex<Looking>,
}

/// What looking after the session needs to know.
#[derive(Debug)]
struct Looking {
    raised: doubt::Raised,
    /// When the server named the account last.
    proven: Instant,
}

/// The way that was taken.
#[derive(Debug)]
pub(crate) enum RouteTaken {
    /// From this program, with the session's cookies.
    Direct(Direct),
    /// Through the browser: by choice, or because of what came of asking outside.
    Browser(Option<ConfluenceError>),
}

impl Session {
    /// Requests go through the window.
    pub(crate) fn through(window: Arc<dyn Window>, found: Found, site: Site, wanted: Wanted, why: Option<ConfluenceError>) -> Self {
        let plain = found.inside.clone();
        Self::over(plain, Some(window), RouteTaken::Browser(why), found, site, wanted)
    }

    /// Requests go from this program. The window is closed, or kept to renew the session.
    pub(crate) async fn direct(
        window: Arc<dyn Window>,
        found: Found,
        site: Site,
        wanted: Wanted,
        direct: Direct,
        afterwards: Afterwards,
    ) -> Self {
        let plain = found.inside.through(Arc::new(direct.clone()));
        let window = match afterwards {
            Afterwards::Keep => Some(window),
            Afterwards::Close => {
                timeout(CLOSING, window.close()).await.ok();
                None
            }
        };
        Self::over(plain, window, RouteTaken::Direct(direct), found, site, wanted)
    }

    fn over(plain: Api, window: Option<Arc<dyn Window>>, route: RouteTaken, found: Found, site: Site, wanted: Wanted) -> Self {
        let (doubts, raised) = doubt::channel();
        let carrier = Carrier::new(plain.carrier(), doubts.clone(), wanted.anonymous, matches!(route, RouteTaken::Browser(_)));
        Self {
            api: plain.through(Arc::new(carrier)),
            plain,
            inside: found.inside,
            window,
            route,
            who: found.who,
            site,
            wanted,
            doubts,
            looking: Mutex::new(Looking { raised, proven: Instant::now() }),
        }
    }

    /// Everything about it that nobody may see.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        match &self.route {
            RouteTaken::Direct(direct) => direct.secrets(),
            RouteTaken::Browser(_) => Vec::new(),
        }
    }

    /// The way to ask on.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    /// Who signed in.
    pub(crate) fn who(&self) -> &Who {
        &self.who
    }

    /// The way that was taken.
    pub(crate) fn route(&self) -> &RouteTaken {
        &self.route
    }

    /// The user as the server describes it now that the product is known.
    pub(crate) async fn ask_again(&self, product: &Product) -> Option<User> {
        let asked = Asked { sent: Some(Sent::Session), is_cloud: product.is_cloud(), tokens_page: None, login_page: None };
        match (ask(&self.plain, &asked).await, self.user()) {
            (Ok(Named::User(now)), Some(user)) if now.account() == user.account() || now.account_id == user.account_id => Some(*now),
            _ => None,
        }
    }

    /// A window that stays makes itself small.
    pub(crate) async fn settle(&self) {
        let Some(window) = &self.window else { return };
        let name = self.user().map_or("nobody", User::called).to_owned();
        let small = async {
            window.show(working_panel(&name)).await?;
            window.minimize().await
        };
        if !matches!(timeout(CLOSING, small).await, Ok(Ok(()))) {
            tracing::debug!("the window did not make itself small");
        }
    }

    /// Ends the browser, if there is one.
    pub(crate) async fn close(&self) {
        if let Some(window) = &self.window {
            timeout(CLOSING, window.close()).await.ok();
        }
    }

    fn user(&self) -> Option<&User> {
        match &self.who {
            Who::User(user) => Some(user),
            Who::Nobody => None,
        }
    }

    /// Does the work, and looks after the session meanwhile. An error is one that ends the work.
    pub(crate) async fn accompany<T>(&self, cx: &Cx<'_>, audience: &dyn Audience, work: BoxFuture<'_, T>) -> Result<T, ConfluenceError> {
        let _doubting = self.doubts.open();
        tokio::select! {
            biased;
            error = self.look_after(cx, audience).boxed() => Err(error),
            done = work => Ok(done),
        }
    }

    /// Returns only with an error that ends the work.
    async fn look_after(&self, cx: &Cx<'_>, audience: &dyn Audience) -> ConfluenceError {
        let mut looking = self.looking.lock().await;
        let mut window = self.window.clone();
        let mut keep_alive = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let event = async {
                match &window {
                    Some(window) => window.event().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                event = event => match (event, &self.route) {
                    // requests from outside go on without it
                    (Event::Gone(_), RouteTaken::Direct(_)) => window = None,
                    (Event::Gone(gone), RouteTaken::Browser(_)) => return gone_error(gone),
                    (Event::Pressed(Choice::Cancel), _) => return ConfluenceError::InBrowser(SignInError::Cancelled),
                    (Event::Pressed(_) | Event::Navigated(_), _) => {}
                },
                doubt = looking.raised.next() => {
                    match self.look_into(&doubt, window.as_ref(), &mut looking.proven, cx, audience).await {
                        Ok(verdict) => doubt.answer(verdict),
                        Err(error) => return error,
                    }
                }
                _tick = keep_alive.tick() => self.keep_alive(window.as_ref(), audience).await,
            }
        }
    }

    async fn look_into(
        &self,
        doubt: &Doubt,
        window: Option<&Arc<dyn Window>>,
        proven: &mut Instant,
        cx: &Cx<'_>,
        audience: &dyn Audience,
    ) -> Result<Verdict, ConfluenceError> {
        if doubt.is_of_before(&self.doubts) {
            return Ok(Verdict::AskAgain);
        }
        if doubt.no_answer {
            return match (&self.route, window) {
                (RouteTaken::Browser(_), Some(window)) => {
                    timeout(END_SHOWS, gone(&**window)).await.map_or(Ok(Verdict::Stands), |gone| Err(gone_error(gone)))
                }
                _ => Ok(Verdict::Stands),
            };
        }
        if !doubt.certain && proven.elapsed() < FRESH {
            return Ok(Verdict::Stands);
        }
        if self.is_still_there(&self.plain).await? {
            *proven = Instant::now();
            return Ok(Verdict::Stands);
        }
        let window = window.ok_or(ConfluenceError::SessionExpired)?;
        self.renew(window, cx, audience).await?;
        *proven = Instant::now();
        self.doubts.renewed();
        Ok(Verdict::AskAgain)
    }

    /// The server still names who signed in. No answer, or one that has nothing to do with it, is no proof against it.
    async fn is_still_there(&self, api: &Api) -> Result<bool, ConfluenceError> {
        let sent = (!self.wanted.anonymous).then_some(Sent::Session);
        let asked = Asked { sent, is_cloud: self.site.is_cloud(), tokens_page: None, login_page: None };
        match (ask(api, &asked).await, self.user()) {
            (Ok(Named::User(now)), Some(user)) if now.account() == user.account() => Ok(true),
            // somebody else has signed in there meanwhile, and nothing may be read on in the first one's name
            (Ok(Named::User(now)), Some(user)) => Err(ConfluenceError::InBrowser(SignInError::WrongAccount {
                expected: user.called().to_owned(),
                found: now.called().to_owned(),
            })),
            (Ok(Named::Anonymous), None) => Ok(true),
            (Err(error), _) => Ok(!error.is_about_the_session()),
            (Ok(_), _) => Ok(false),
        }
    }

    /// In the same window: by itself where single sign-on does that, else by the person.
    async fn renew(&self, window: &Arc<dyn Window>, cx: &Cx<'_>, audience: &dyn Audience) -> Result<(), ConfluenceError> {
        tracing::debug!("the session has ended");
        let expected = self.user().and_then(User::account).map(str::to_owned);
        let wanted = Wanted { expected, anonymous: self.wanted.anonymous, confirm: false, again: true };
        window.go_to(&self.site.start()).await?;
        let silent = Deadline::new(SILENT);
        let found = match Watch::new(&**window, &self.site, &wanted, &silent, None, cx.clock).run().await {
            Ok(found) => found,
            Err(ConfluenceError::InBrowser(SignInError::Timeout { .. } | SignInError::WrongAccount { .. })) => {
                self.ask_the_person(window, &wanted, cx, audience).await?
            }
            Err(error) => return Err(error),
        };
        if let RouteTaken::Direct(direct) = &self.route {
            direct.refresh(&**window, &self.site, &found, audience).await?;
        }
        Ok(())
    }

    async fn ask_the_person(
        &self,
        window: &Arc<dyn Window>,
        wanted: &Wanted,
        cx: &Cx<'_>,
        audience: &dyn Audience,
    ) -> Result<Found, ConfluenceError> {
        let own_deadline = Deadline::new(PERSON_LIMIT);
        let deadline = cx.deadline.unwrap_or(&own_deadline);
        window.restore().await?;
        let found = Watch::new(&**window, &self.site, wanted, deadline, Some(audience), cx.clock).at_site().run().await;
        audience.prompt(None);
        let found = found?;
        self.settle().await;
        Ok(found)
    }

    /// A window that is kept beside requests from outside keeps the session warm and hands out what has changed.
    async fn keep_alive(&self, window: Option<&Arc<dyn Window>>, audience: &dyn Audience) {
        let (RouteTaken::Direct(direct), Some(window)) = (&self.route, window) else { return };
        let found = Found { who: self.who.clone(), inside: self.inside.clone() };
        if !matches!(self.is_still_there(&self.inside).await, Ok(true)) {
            return;
        }
        if let Err(error) = direct.refresh(&**window, &self.site, &found, audience).await {
            tracing::debug!(%error, "the session's cookies were not renewed");
        }
    }
}

fn gone_error(gone: Gone) -> ConfluenceError {
    ConfluenceError::InBrowser(SignInError::Closed { crashed: gone == Gone::Crashed, signed_in: true })
}

async fn gone(window: &dyn Window) -> Gone {
    loop {
        if let Event::Gone(gone) = window.event().await {
            return gone;
        }
    }
}

#[cfg(test)]
mod tests;
