//! Watches the window until the server names somebody: asks inside the page, politely, and says on the panel what is seen.

use std::time::Duration;

use browser::{BrowserError, Choice, Event, Gone, Window};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use preflight::Clock;
use tokio::time::{sleep_until, timeout};
use transport::{Request, Retry};

use super::pace::Pace;
use super::seen::{Seen, panel};
use super::{Audience, Site, Wanted, out_of_time, prompt};
use crate::api::Api;
use crate::classify::{Obstacle, is_from_confluence};
use crate::deadline::Deadline;
use crate::error::{ConfluenceError, Sent, SignInError};
use crate::rungs::identity::is_called;
use crate::whoami::{Asked, CURRENT_USER, CURRENT_USER_CLOUD, Named, User, judge};

/// The longest wait for one answer inside the page.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long the browser may take to do as it is told.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(5);
/// A refusal counts when it comes so often in a row: the first may be of a page that is still on its way.
const TWICE: u32 = 2;

/// Who was proven to be there, asked inside the page.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// A user.
    User(Box<User>),
    /// Nobody, and welcome.
    Nobody,
}

/// Proven inside the page.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) who: Who,
    /// The way to ask on through the page.
    pub(crate) inside: Api,
}

/// The watching.
pub(crate) struct Watch<'a> {
    window: &'a dyn Window,
    site: &'a Site,
    wanted: &'a Wanted,
    deadline: &'a Deadline,
    /// None where the person need not know.
    audience: Option<&'a dyn Audience>,
    pace: Pace,
    seen: Seen,
    /// *More time* is on offer.
    extendable: bool,
    /// The page that came last is of the site.
    at_site: bool,
    /// The places to ask, through the page.
    inside: Vec<Api>,
    /// Who is there and waits for *Use this account*.
    ready: Option<(Box<User>, Api)>,
    confirmed: bool,
    once: Once,
    /// Refusals in a row.
    refused: u32,
}

/// What is done once only.
#[derive(Default)]
struct Once {
    /// The wiki is open to everybody, and its login page has been opened.
    led_to_login: bool,
    /// The page was loaded once more for a challenge that stayed unanswered.
    reloaded: bool,
}

/// What happens next.
enum Step {
    Happened(Event),
    OutOfTime,
    Short,
    Answered(Box<Answer>),
    Due,
}

/// An answer to the question who is there.
struct Answer {
    /// Whom it came from.
    api: Api,
    came: Result<Named, ConfluenceError>,
    /// Confluence itself has said so.
    own: bool,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(
        window: &'a dyn Window,
        site: &'a Site,
        wanted: &'a Wanted,
        deadline: &'a Deadline,
        audience: Option<&'a dyn Audience>,
        clock: &dyn Clock,
    ) -> Self {
        Self {
            window,
            site,
            wanted,
            deadline,
            audience,
            pace: Pace::new(clock),
            seen: Seen::Opening,
            extendable: false,
            at_site: false,
            inside: Vec::new(),
            ready: None,
            confirmed: false,
            once: Once::default(),
            refused: 0,
        }
    }

    /// The page of the site is there already, from before.
    #[must_use]
    pub(crate) fn at_site(mut self) -> Self {
        self.at_site = true;
        self
    }

    /// Watches until somebody is proven to be there, or nobody where nobody is wanted.
    pub(crate) async fn run(mut self) -> Result<Found, ConfluenceError> {
        let mut asking: Option<BoxFuture<'static, Answer>> = None;
        loop {
            let asks = self.at_site && asking.is_none();
            let answer = async {
                match &mut asking {
                    Some(asking) => asking.await,
                    None => std::future::pending().await,
                }
            };
            let step = tokio::select! {
                biased;
                event = self.window.event() => Step::Happened(event),
                () = self.deadline.passed() => Step::OutOfTime,
                answer = answer => Step::Answered(Box::new(answer)),
                () = self.deadline.is_short(), if !self.extendable => Step::Short,
                () = sleep_until(self.pace.due()), if asks => Step::Due,
            };
            match step {
                Step::OutOfTime => return Err(self.out_of_time()),
                Step::Short => {
                    self.extendable = true;
                    self.show().await;
                }
                Step::Happened(event) => {
                    if let Some(found) = self.happened(event).await? {
                        return Ok(found);
                    }
                    // nothing is asked while the person is elsewhere
                    asking = asking.filter(|_| self.at_site);
                }
                Step::Due => {
                    self.pace.asked();
                    asking = self.question().await?;
                }
                Step::Answered(answer) => {
                    asking = None;
                    if let Some(found) = self.answered(*answer).await? {
                        return Ok(found);
                    }
                }
            }
        }
    }

    async fn happened(&mut self, event: Event) -> Result<Option<Found>, ConfluenceError> {
        match event {
            Event::Gone(gone) => {
                Err(ConfluenceError::InBrowser(SignInError::Closed { crashed: gone == Gone::Crashed, signed_in: self.wanted.again }))
            }
            Event::Pressed(Choice::Cancel) => Err(ConfluenceError::InBrowser(SignInError::Cancelled)),
            Event::Pressed(Choice::MoreTime) => {
                self.deadline.extend();
                self.extendable = false;
                self.show().await;
                Ok(None)
            }
            Event::Pressed(Choice::Use) => {
                self.confirmed = true;
                Ok(self.ready.take().map(|(user, inside)| Found { who: Who::User(user), inside }))
            }
            Event::Navigated(Some(origin)) => {
                self.at_site = origin == *self.site.origin();
                if self.at_site {
                    self.pace.page_came();
                    if matches!(self.seen, Seen::Elsewhere { .. } | Seen::Opening) {
                        self.see(Seen::NotYet).await;
                    }
                } else {
                    self.ready = None;
                    self.see(Seen::Elsewhere { host: origin.host().to_owned() }).await;
                }
                Ok(None)
            }
            // an empty page or one without an origin, on the way to another one
            Event::Navigated(None) => Ok(None),
        }
    }

    /// Asks every place until one answers that is Confluence.
    async fn question(&mut self) -> Result<Option<BoxFuture<'static, Answer>>, ConfluenceError> {
        if self.inside.is_empty() {
            let carrier = match timeout(COMMAND_TIMEOUT, self.window.transport(self.site.origin())).await {
                Ok(Ok(carrier)) => carrier,
                // its end is an event of its own
                Ok(Err(BrowserError::Closed)) | Err(_) => return Ok(None),
                Ok(Err(error)) => return Err(error.into()),
            };
            self.inside = self.site.candidates.iter().map(|api| api.through(carrier.clone())).collect();
        }
        let sent = (!self.wanted.anonymous).then_some(Sent::Session);
        let asked = Asked { sent, is_cloud: self.site.is_cloud(), tokens_page: None, login_page: None };
        Ok(Some(ask_each(self.inside.clone(), asked).boxed()))
    }

    async fn answered(&mut self, answer: Answer) -> Result<Option<Found>, ConfluenceError> {
        let Answer { api, came, own } = answer;
        if !matches!(came, Ok(Named::User(_))) {
            self.ready = None;
        }
        let error = match came {
            Ok(Named::User(user)) => return Ok(self.somebody(user, api).await),
            Ok(Named::Anonymous) if self.wanted.anonymous => return Ok(Some(Found { who: Who::Nobody, inside: api })),
            Ok(Named::Anonymous) => {
                self.refused = 0;
                self.see(Seen::NotYet).await;
                self.lead_to_login().await;
                return Ok(None);
            }
            Err(error) => error,
        };
        self.refused += 1;
        tracing::debug!(%error, "nobody is signed in yet");
        match &error {
            ConfluenceError::NoAccess { .. } | ConfluenceError::InTheWay { obstacle: Obstacle::BlockedForGood { .. }, .. }
                if self.refused >= TWICE =>
            {
                return Err(error);
            }
            ConfluenceError::NoAccess { .. } => self.see(Seen::NoAccess).await,
            ConfluenceError::AnonymousNotAllowed if own && self.refused >= TWICE => return Err(error),
            ConfluenceError::InTheWay { obstacle: Obstacle::Throttled { seconds }, .. } => {
                self.pace.wait(Duration::from_secs(seconds.unwrap_or(5)));
                self.see(Seen::Busy).await;
            }
            ConfluenceError::InTheWay {
                obstacle: Obstacle::BlockedForGood { .. } | Obstacle::Maintenance { .. } | Obstacle::ServerError { .. },
                ..
            } => self.see(Seen::Busy).await,
            ConfluenceError::InTheWay { obstacle: Obstacle::Negotiate { .. }, host } => {
                if self.once.reloaded && self.refused > TWICE {
                    return Err(ConfluenceError::InBrowser(SignInError::NegotiateUnanswered { host: host.clone() }));
                }
                self.reload().await;
            }
            // a page that goes away takes its questions with it
            ConfluenceError::Transport(_) => self.refused = 0,
            ConfluenceError::AnonymousNotAllowed => self.see(Seen::NotYet).await,
            _ => {
                self.refused = 0;
                self.see(Seen::NotYet).await;
            }
        }
        Ok(None)
    }

    async fn somebody(&mut self, user: Box<User>, api: Api) -> Option<Found> {
        self.refused = 0;
        let name = user.called().to_owned();
        if self.wanted.anonymous {
            self.see(Seen::NotAnonymous { name }).await;
            return None;
        }
        if let Some(expected) = self.wanted.expected.as_deref().filter(|expected| !is_called(&user, expected)) {
            self.ready = None;
            self.see(Seen::WrongAccount { name, expected: expected.to_owned() }).await;
            return None;
        }
        if self.wanted.confirm && !self.confirmed {
            self.ready = Some((user, api));
            self.see(Seen::Ready { name }).await;
            return None;
        }
        self.see(Seen::Checking { name }).await;
        Some(Found { who: Who::User(user), inside: api })
    }

    /// An open wiki sends nobody to its login page, so that the person would have to look for it.
    async fn lead_to_login(&mut self) {
        if self.once.led_to_login {
            return;
        }
        self.once.led_to_login = true;
        if let Some(page) = self.site.login_page() {
            self.go_to(&page).await;
        }
    }

    /// Chromium leaves the first Negotiate challenge of a fresh profile unanswered; the second time it has the ticket.
    async fn reload(&mut self) {
        if !self.once.reloaded {
            self.once.reloaded = true;
            self.refused = 0;
            self.go_to(&self.site.start()).await;
        }
    }

    async fn go_to(&self, page: &url::Url) {
        if !matches!(timeout(COMMAND_TIMEOUT, self.window.go_to(page)).await, Ok(Ok(()))) {
            tracing::debug!("the browser did not open the page");
        }
    }

    async fn see(&mut self, seen: Seen) {
        if seen == self.seen {
            return;
        }
        if let Some(audience) = self.audience {
            audience.prompt(Some(prompt(self.site, &seen, self.wanted.again)));
        }
        self.seen = seen;
        self.show().await;
    }

    async fn show(&self) {
        let panel = panel(self.wanted, self.site.host(), &self.seen, self.extendable);
        // a page that is on its way cannot show it, and gets it when it is there
        if !matches!(timeout(COMMAND_TIMEOUT, self.window.show(panel)).await, Ok(Ok(()))) {
            tracing::debug!("the panel could not be shown");
        }
    }

    fn out_of_time(&self) -> ConfluenceError {
        let expected = || self.wanted.expected.clone().unwrap_or_else(|| "anonymous".to_owned());
        match &self.seen {
            Seen::WrongAccount { name, .. } | Seen::NotAnonymous { name } => {
                ConfluenceError::InBrowser(SignInError::WrongAccount { expected: expected(), found: name.clone() })
            }
            seen => out_of_time(self.site, self.deadline, seen),
        }
    }
}

/// Asks one place after the other until Confluence itself answers.
async fn ask_each(places: Vec<Api>, asked: Asked) -> Answer {
    let mut first = None;
    for api in places {
        let answer = ask_one(api, &asked).await;
        if answer.own || matches!(answer.came, Ok(_) | Err(ConfluenceError::Transport(_))) {
            return answer;
        }
        first.get_or_insert(answer);
    }
    match first {
        Some(answer) => answer,
        None => std::future::pending().await,
    }
}

async fn ask_one(api: Api, asked: &Asked) -> Answer {
    let path = if asked.is_cloud { CURRENT_USER_CLOUD } else { CURRENT_USER };
    let request = Request { retry: Retry::Never, timeout: Some(ANSWER_TIMEOUT), ..api.get(path) };
    let (came, own) = match api.send(request).await {
        Ok(response) => (judge(&response, asked, api.origin().host()), is_from_confluence(&response)),
        Err(error) => (Err(error), false),
    };
    Answer { api, came, own }
}
