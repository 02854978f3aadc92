//! A session that ends on the way, and one that only seems to.

use std::time::Duration;

use browser::{Choice, Gone};
use futures::FutureExt as _;
use preflight::{Explain as _, UserPrompt};
use tokio::time::{Instant, sleep};
use transport::Response;

use super::*;
use crate::interactive::tests::stage::{SITE, Says, Stage};
use crate::interactive::tests::{settings, sign_in_as};
use crate::settings::RouteChoice;

const ALICE: Says = Says::User("alice");

/// A session of Alice's, on this way.
async fn session(stage: &Stage, route: RouteChoice) -> Session {
    stage.goes(SITE);
    let session = sign_in_as(stage, &settings(SITE, false, route), Duration::from_mins(10)).await.expect("signed in");
    // proven long enough ago that nothing is taken for granted
    sleep(Duration::from_mins(1)).await;
    session
}

/// Asks for the spaces, while the session is looked after.
async fn ask_for_spaces(session: &Session, stage: &Stage) -> Result<Response, ConfluenceError> {
    let cx = Cx::new(stage, stage);
    let work = async { session.api().send(session.api().get("/rest/api/space")).await };
    session.accompany(&cx, stage, work.boxed()).await?
}

fn spaces_asked(stage: &Stage) -> usize {
    stage.asked().iter().filter(|question| question.path.contains("/space")).count()
}

fn whoami_asked(stage: &Stage) -> usize {
    stage.asked().iter().filter(|question| question.path.contains("/user/current")).count()
}

#[tokio::test(start_paused = true)]
async fn through_the_browser_the_person_signs_in_once_more_and_what_waited_goes_on() {
    let stage = Stage::new(ALICE, ALICE);
    let session = session(&stage, RouteChoice::Browser).await;
    stage.inside(Says::Closed);
    let begun = Instant::now();
    let several = async {
        let cx = Cx::new(&stage, &stage);
        let one = || session.api().send(session.api().get("/rest/api/space"));
        let work = async { futures::join!(one(), one(), one()) };
        session.accompany(&cx, &stage, work.boxed()).await
    };
    let person = async {
        sleep(Duration::from_mins(3)).await;
        stage.inside(ALICE);
        stage.goes(SITE);
    };
    let (answers, ()) = tokio::join!(several, person);
    let (one, two, three) = answers.expect("it goes on");
    for answer in [one, two, three] {
        assert_eq!(answer.expect("an answer").status, 200);
    }
    assert!(begun.elapsed() < Duration::from_mins(4));
    assert_eq!(stage.done(), ["minimize", "go to https://wiki.example.com/", "restore", "minimize"], "one sign-in for all that waited");
    let asked_again = |prompt: &Option<UserPrompt>| matches!(prompt, Some(UserPrompt::ControlledBrowser { again: true, .. }));
    assert!(stage.prompts().iter().any(asked_again));
    assert_eq!(stage.prompts().last(), Some(&None));
    assert!(stage.seen().iter().any(|seen| seen == "Signed in as Display of alice, checking…"));
}

#[tokio::test(start_paused = true)]
async fn single_sign_on_renews_it_without_the_person() {
    let stage = Stage::new(ALICE, ALICE);
    let session = session(&stage, RouteChoice::Browser).await;
    stage.inside(Says::Login);
    let (answer, ()) = tokio::join!(ask_for_spaces(&session, &stage), async {
        sleep(Duration::from_secs(1)).await;
        stage.inside(ALICE);
    });
    assert_eq!(answer.expect("an answer").status, 200);
    assert_eq!(stage.done(), ["minimize", "go to https://wiki.example.com/"]);
    assert!(!stage.prompts().iter().any(|prompt| matches!(prompt, Some(UserPrompt::ControlledBrowser { again: true, .. }))));
}

#[tokio::test(start_paused = true)]
async fn nobody_else_takes_its_place() {
    let stage = Stage::new(ALICE, ALICE);
    let session = session(&stage, RouteChoice::Browser).await;
    stage.inside(Says::Closed);
    let (answer, ()) = tokio::join!(ask_for_spaces(&session, &stage), async {
        sleep(Duration::from_secs(40)).await;
        stage.inside(Says::User("bob"));
        stage.goes(SITE);
        sleep(Duration::from_secs(40)).await;
        assert!(stage.seen().iter().any(|seen| seen.starts_with("Signed in as Display of bob, but alice is expected")));
        assert_eq!(spaces_asked(&stage), 1, "nothing is read as somebody else");
        stage.inside(ALICE);
        stage.goes(SITE);
    });
    assert_eq!(answer.expect("an answer").status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_no_end() {
    for route in [RouteChoice::Browser, RouteChoice::Direct] {
        let stage = Stage::new(ALICE, ALICE);
        let session = session(&stage, route).await;
        // one part of the wiki sends to its login page, and the session is alive
        stage.under("/hidden", Says::Login);
        let hidden = session.api().under("/hidden");
        let cx = Cx::new(&stage, &stage);
        let before = whoami_asked(&stage);
        let work = async { (hidden.send(hidden.get("/rest/api/space")).await, hidden.send(hidden.get("/rest/api/space")).await) };
        let (first, second) = session.accompany(&cx, &stage, work.boxed()).await.expect("it goes on");
        assert_eq!((first.expect("an answer").status.as_u16(), second.expect("an answer").status.as_u16()), (302, 302));
        assert_eq!(whoami_asked(&stage) - before, 1, "asked once, and then believed for a while");
        assert!(!stage.done().iter().any(|done| done == "restore"));
    }
}

#[tokio::test(start_paused = true)]
async fn from_outside_it_has_expired_and_that_is_told() {
    for says in [Says::Closed, Says::Anonymous, Says::Login] {
        let stage = Stage::new(ALICE, ALICE);
        let session = session(&stage, RouteChoice::Direct).await;
        stage.outside(says.clone());
        let error = ask_for_spaces(&session, &stage).await.expect_err("expired");
        assert_eq!(error.explain().cause.as_str(), "confluence.session-expired", "{says:?}");
    }
    // whereas an account that is refused is refused
    let stage = Stage::new(ALICE, ALICE);
    let session = session(&stage, RouteChoice::Direct).await;
    stage.outside(Says::NoAccess);
    assert_eq!(ask_for_spaces(&session, &stage).await.expect("an answer").status, 403);
    // and no answer is no end
    stage.outside(Says::Silence);
    let error = ask_for_spaces(&session, &stage).await.expect_err("no answer");
    assert_eq!(error.explain().cause.as_str(), "network.closed");
}

#[tokio::test(start_paused = true)]
async fn a_window_that_is_kept_renews_what_goes_out() {
    let stage = Stage::new(ALICE, ALICE);
    stage.goes(SITE);
    let settings = settings(SITE, false, RouteChoice::Direct);
    let cx = Cx { launcher: Some(&stage), ..Cx::new(&stage, &stage) };
    let api = Api::at(&cx, &settings, settings.address.origin(), "");
    let product = Product::new(crate::product::Edition::DataCenter { version: None });
    let site = Site::seen(&api, &product);
    let signed_in = crate::interactive::sign_in(&cx, &settings, site, (false, RouteChoice::Direct), &stage, Afterwards::Keep);
    let session = signed_in.await.expect("signed in");
    assert_eq!(stage.done(), ["minimize"]);
    let work = async {
        sleep(Duration::from_mins(4)).await;
        stage.cookies(Some("JSESSIONID=another-value-of-the-session"));
        // over the time at which the window is asked
        sleep(Duration::from_mins(2)).await;
        session.api().send(session.api().get("/rest/api/space")).await
    };
    session.accompany(&cx, &stage, work.boxed()).await.expect("it goes on").expect("an answer");
    assert_eq!(stage.asked().pop().and_then(|question| question.cookies).as_deref(), Some("JSESSIONID=another-value-of-the-session"));
    assert!(stage.is_guarded("another-value-of-the-session"));

    // closed by the person, requests go on without it
    stage.ends(Gone::Closed);
    assert_eq!(ask_for_spaces(&session, &stage).await.expect("an answer").status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_ends_or_is_cancelled_ends_the_work() {
    for (gone, is_crash) in [(Gone::Closed, false), (Gone::Crashed, true)] {
        let stage = Stage::new(ALICE, ALICE);
        let session = session(&stage, RouteChoice::Browser).await;
        stage.inside(Says::Silence);
        let (answer, ()) = tokio::join!(ask_for_spaces(&session, &stage), async {
            sleep(Duration::from_millis(100)).await;
            stage.ends(gone);
        });
        let error = answer.expect_err("gone");
        assert!(
            matches!(error, ConfluenceError::InBrowser(SignInError::Closed { crashed, signed_in: true }) if crashed == is_crash),
            "{error}"
        );
    }
    let stage = Stage::new(ALICE, ALICE);
    let session = session(&stage, RouteChoice::Browser).await;
    stage.presses(Choice::Cancel);
    assert!(matches!(ask_for_spaces(&session, &stage).await, Err(ConfluenceError::InBrowser(SignInError::Cancelled))));
}

#[tokio::test(start_paused = true)]
async fn a_write_names_its_origin() {
    let stage = Stage::new(ALICE, ALICE);
    let session = session(&stage, RouteChoice::Direct).await;
    let request = session.api().post("/rpc/json-rpc/confluenceservice-v2", serde_json::json!({}));
    session.api().send(request).await.expect("an answer");
    assert_eq!(stage.asked().pop().and_then(|question| question.origin).as_deref(), Some(SITE));
}
