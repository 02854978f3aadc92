//! The sign-in of a person in the controlled browser, as a rung.

use preflight::{Fail, Hint, Pass, Recorder};

use crate::error::{ConfluenceError, SignInError};
use crate::interactive::{Afterwards, Site, Who, sign_in};
use crate::session::{RouteTaken, Session};
use crate::settings::{Cx, RouteChoice, Settings};

pub(crate) async fn run(
    cx: &Cx<'_>,
    settings: &Settings,
    site: Site,
    how: (bool, RouteChoice),
    recorder: &Recorder<'_>,
    afterwards: Afterwards,
) -> Result<Pass<Session>, Fail> {
    let session = match sign_in(cx, settings, site, how, recorder, afterwards).await {
        Ok(session) => session,
        Err(error) => {
            if matches!(error, ConfluenceError::InBrowser(SignInError::Cancelled)) {
                recorder.cancelled();
            }
            return Err(error.into());
        }
    };
    let who = match session.who() {
        Who::User(user) => format!("Signed in in the browser: the server names {}", user.called()),
        Who::Nobody => "Nobody is signed in in the browser, as it was wanted".to_owned(),
    };
    let base = session.api().base();
    let (summary, route, bound) = match session.route() {
        RouteTaken::Direct(_) => (format!("{who}; the session also works outside of it"), "direct", None),
        RouteTaken::Browser(None) => (format!("{who}; requests go through it, as chosen"), "browser", None),
        RouteTaken::Browser(Some(why)) => {
            (format!("{who}; the session works inside it only, so requests go through it"), "browser", Some(why.to_string()))
        }
    };
    let mut pass = Pass::new(session, summary).detail("sent_as", "session").detail("route", route).detail("asked_at", base);
    if let Some(why) = bound {
        pass = pass.detail("outside", why).hint(Hint::say(
            "A migration with this sign-in has to go through the browser, too, and needs its window open until it is done",
        ));
    }
    Ok(pass)
}
