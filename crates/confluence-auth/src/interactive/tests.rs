//! Every transition of the interactive sign-in, with a window by script and time that stands still until it is waited for.

pub(crate) mod stage;

use browser::{Choice, Gone};
use preflight::Explain as _;
use tokio::time::sleep;

use self::stage::{COOKIES, IDP, SITE, Says, Stage};
use super::*;
use crate::error::SignInError;
use crate::product::Edition;
use crate::session::RouteTaken;
use crate::settings::{Credential, WindowOptions};

const ALICE: Says = Says::User("alice");

pub(crate) fn settings(address: &str, anonymous: bool, route: RouteChoice) -> Settings {
    Settings {
        address: SiteAddress::understand(address).expect(address),
        credential: Credential::Interactive { anonymous, route },
        expect_account: None,
        extra_headers: Vec::new(),
        gateway: Origin::parse("https://api.atlassian.com").expect("an origin"),
        window: WindowOptions::default(),
    }
}

/// A sign-in on the stage, where the product was seen from outside.
pub(crate) async fn sign_in_as(stage: &Stage, settings: &Settings, limit: Duration) -> Result<Session, ConfluenceError> {
    let deadline = Deadline::new(limit);
    let cx = Cx { launcher: Some(stage), deadline: Some(&deadline), ..Cx::new(stage, stage) };
    let api = Api::at(&cx, settings, settings.address.origin(), settings.address.context());
    let site = Site { candidates: vec![api], product: Some(Product::new(Edition::DataCenter { version: None })) };
    let Credential::Interactive { anonymous, route } = settings.credential else { panic!("not interactive") };
    sign_in(&cx, settings, site, (anonymous, route), stage, Afterwards::Close).await
}

async fn at_the_wiki(stage: &Stage, route: RouteChoice) -> Result<Session, ConfluenceError> {
    sign_in_as(stage, &settings(SITE, false, route), Duration::from_mins(10)).await
}

/// What a person does in the meantime, and when.
async fn meanwhile<T>(sign_in: impl Future<Output = T>, acts: impl Future<Output = ()>) -> T {
    tokio::join!(sign_in, acts).0
}

fn account(session: &Session) -> Option<String> {
    match session.who() {
        Who::User(user) => user.account().map(str::to_owned),
        Who::Nobody => None,
    }
}

fn failed(result: Result<Session, ConfluenceError>) -> ConfluenceError {
    match result {
        Ok(session) => panic!("signed in: {session:?}"),
        Err(error) => error,
    }
}

#[tokio::test(start_paused = true)]
async fn signed_in_at_the_identity_provider_and_used_from_outside() {
    let stage = Stage::new(Says::Login, ALICE);
    let session = meanwhile(at_the_wiki(&stage, RouteChoice::Auto), async {
        stage.goes(SITE);
        sleep(Duration::from_secs(3)).await;
        stage.goes(IDP);
        // long enough to find the phone
        sleep(Duration::from_mins(4)).await;
        stage.inside(ALICE);
        stage.goes(SITE);
    })
    .await
    .expect("signed in");
    assert!(matches!(session.route(), RouteTaken::Direct(_)));
    assert_eq!(account(&session).as_deref(), Some("alice"));
    assert_eq!(stage.done(), ["close"]);
    assert_eq!(
        stage.seen(),
        ["Not signed in yet", "At login.example.com, waiting", "Not signed in yet", "Signed in as Display of alice, checking…"]
    );
    let asked = stage.asked();
    let away = Duration::from_secs(3)..Duration::from_secs(3) + Duration::from_mins(4);
    assert!(!asked.iter().any(|question| away.contains(&question.at)), "asked while the person was elsewhere: {asked:?}");
    let outside: Vec<_> = asked.iter().filter(|question| !question.inside).collect();
    assert_eq!(outside.len(), 1, "outside is asked once, and only after the proof inside");
    assert_eq!(asked.last().map(|question| question.inside), Some(false));
    assert_eq!(outside[0].cookies.as_deref(), Some(COOKIES));
    assert_eq!(outside[0].user_agent.as_deref(), Some("Mozilla/5.0 (of the browser)"));
    assert!(asked.iter().filter(|question| question.inside).all(|question| question.cookies.is_none()));
    assert!(stage.is_guarded("MARKER-SECRET-SESSION-0001") && !stage.is_guarded("n1"));
    assert!(matches!(stage.prompts().as_slice(), [Some(_), .., Some(_), None]));
    let open = &stage.opened()[0];
    assert_eq!((open.start.as_str(), open.connection.as_deref()), ("https://wiki.example.com/", Some("wiki.example.com")));
    assert_eq!(open.negotiate_hosts, ["wiki.example.com"]);

    // and so goes every request from then on
    session.api().send(session.api().get("/rest/api/space")).await.expect("an answer");
    let last = stage.asked().pop().expect("asked");
    assert_eq!(
        (last.inside, last.cookies.as_deref(), last.user_agent.as_deref()),
        (false, Some(COOKIES), outside[0].user_agent.as_deref())
    );
}

#[tokio::test(start_paused = true)]
async fn signed_in_from_last_time_is_at_once() {
    let stage = Stage::new(ALICE, ALICE);
    stage.goes(SITE);
    let begun = tokio::time::Instant::now();
    at_the_wiki(&stage, RouteChoice::Auto).await.expect("signed in");
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!(stage.asked_inside(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_bound_session_goes_through_the_browser() {
    for outside in [Says::Closed, Says::Login, Says::Anonymous, Says::Negotiate, Says::User("bob"), Says::Silence] {
        let stage = Stage::new(ALICE, outside.clone());
        stage.goes(SITE);
        let session = at_the_wiki(&stage, RouteChoice::Auto).await.expect("signed in");
        assert!(matches!(session.route(), RouteTaken::Browser(Some(_))), "{outside:?}");
        assert_eq!(stage.done(), ["minimize"], "{outside:?}");
        assert_eq!(stage.seen().last().map(String::as_str), Some("Signed in as Display of alice"));
        session.api().send(session.api().get("/rest/api/space")).await.expect("an answer");
        let asked = stage.asked();
        assert_eq!(asked.iter().filter(|question| !question.inside).count(), 2, "outside is asked twice, no more");
        assert!(asked.last().is_some_and(|question| question.inside && question.cookies.is_none()));
        session.close().await;
        assert_eq!(stage.done(), ["minimize", "close"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_works_outside_only_at_the_second_look_is_not_bound() {
    let stage = Stage::new(ALICE, Says::Closed);
    stage.goes(SITE);
    let session = meanwhile(at_the_wiki(&stage, RouteChoice::Direct), async {
        sleep(Duration::from_millis(600)).await;
        stage.outside(ALICE);
    })
    .await;
    assert!(matches!(session.expect("signed in").route(), RouteTaken::Direct(_)));
}

#[tokio::test(start_paused = true)]
async fn a_bound_session_fails_where_requests_must_go_directly() {
    for (outside, expected) in [
        (Says::Closed, "confluence.session-bound"),
        (Says::Login, "confluence.session-bound"),
        (Says::User("bob"), "confluence.session-bound"),
        (Says::Silence, "network.closed"),
    ] {
        let stage = Stage::new(ALICE, outside);
        stage.goes(SITE);
        let error = failed(at_the_wiki(&stage, RouteChoice::Direct).await);
        assert_eq!(error.explain().cause.as_str(), expected);
        assert_eq!(stage.done(), ["close"]);
    }
}

#[tokio::test(start_paused = true)]
async fn through_the_browser_by_choice_no_cookie_leaves_it() {
    let stage = Stage::new(ALICE, ALICE);
    stage.goes(SITE);
    let session = at_the_wiki(&stage, RouteChoice::Browser).await.expect("signed in");
    assert!(matches!(session.route(), RouteTaken::Browser(None)));
    assert!(stage.asked().iter().all(|question| question.inside));
}

#[tokio::test(start_paused = true)]
async fn the_wrong_account_may_make_room_for_the_right_one() {
    let stage = Stage::new(Says::User("bob"), ALICE);
    let mut settings = settings(SITE, false, RouteChoice::Auto);
    settings.expect_account = Some("ALICE".to_owned());
    let session = meanwhile(sign_in_as(&stage, &settings, Duration::from_mins(10)), async {
        stage.goes(SITE);
        sleep(Duration::from_mins(1)).await;
        stage.inside(Says::Login);
        stage.goes(SITE);
        sleep(Duration::from_mins(1)).await;
        stage.inside(ALICE);
        stage.goes(SITE);
    })
    .await
    .expect("signed in");
    assert_eq!(account(&session).as_deref(), Some("alice"));
    let wrong = "Signed in as Display of bob, but ALICE is expected. Sign out here and sign in as ALICE";
    assert_eq!(stage.seen(), ["Not signed in yet", wrong, "Not signed in yet", "Signed in as Display of alice, checking…"]);
}

#[tokio::test(start_paused = true)]
async fn the_wrong_account_until_the_end_is_told_as_that() {
    let stage = Stage::new(Says::User("bob"), Says::User("bob"));
    let mut settings = settings(SITE, false, RouteChoice::Auto);
    settings.expect_account = Some("alice".to_owned());
    stage.goes(SITE);
    let begun = tokio::time::Instant::now();
    let error = failed(sign_in_as(&stage, &settings, Duration::from_secs(30)).await);
    assert_eq!(begun.elapsed(), Duration::from_secs(30));
    assert!(matches!(&error, ConfluenceError::InBrowser(SignInError::WrongAccount { found, .. }) if found == "Display of bob"), "{error}");
    assert!(!stage.asked().iter().any(|question| !question.inside));
}

#[tokio::test(start_paused = true)]
async fn nobody_in_time() {
    let stage = Stage::new(Says::Login, Says::Login);
    stage.goes(SITE);
    let error = failed(at_the_wiki(&stage, RouteChoice::Auto).await);
    let ConfluenceError::InBrowser(SignInError::Timeout { seconds, seen, .. }) = &error else { panic!("{error}") };
    assert_eq!((*seconds, seen.as_str()), (600, "Not signed in yet"));
    assert_eq!(stage.seen(), ["Not signed in yet", "Not signed in yet [More time]"]);
    let asked = stage.asked_inside();
    assert!((25..=45).contains(&asked), "{asked} questions in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn more_time_is_more_time() {
    let stage = Stage::new(Says::Login, ALICE);
    stage.goes(SITE);
    let session = meanwhile(at_the_wiki(&stage, RouteChoice::Auto), async {
        sleep(Duration::from_secs(590)).await;
        stage.presses(Choice::MoreTime);
        sleep(Duration::from_mins(4)).await;
        stage.inside(ALICE);
    });
    session.await.expect("signed in after 14 minutes");
    assert_eq!(stage.seen()[1..3], ["Not signed in yet [More time]", "Not signed in yet"]);
}

#[tokio::test(start_paused = true)]
async fn cancelled_in_the_window() {
    let stage = Stage::new(Says::Login, Says::Login);
    stage.goes(SITE);
    stage.presses(Choice::Cancel);
    assert!(matches!(failed(at_the_wiki(&stage, RouteChoice::Auto).await), ConfluenceError::InBrowser(SignInError::Cancelled)));
    assert_eq!(stage.done(), ["close"]);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_goes_away() {
    for (gone, is_crash) in [(Gone::Closed, false), (Gone::Crashed, true)] {
        let stage = Stage::new(Says::Login, Says::Login);
        let error = meanwhile(at_the_wiki(&stage, RouteChoice::Auto), async {
            stage.goes(SITE);
            sleep(Duration::from_secs(5)).await;
            stage.ends(gone);
        });
        let error = failed(error.await);
        assert!(
            matches!(error, ConfluenceError::InBrowser(SignInError::Closed { crashed, signed_in: false }) if crashed == is_crash),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn no_window_at_all() {
    type Refuses = fn() -> BrowserError;
    let cases: [(Refuses, &str); 4] = [
        (|| BrowserError::Missing { looked_at: Vec::new() }, "confluence.browser-missing"),
        (|| BrowserError::ProfileInUse, "confluence.browser-failed"),
        (|| BrowserError::Start { said: "no display".to_owned(), source: None }, "confluence.browser-failed"),
        (|| BrowserError::Closed, "confluence.browser-closed"),
    ];
    for (refuses, expected) in cases {
        let stage = Stage::new(Says::Login, Says::Login);
        stage.refuses(refuses);
        assert_eq!(failed(at_the_wiki(&stage, RouteChoice::Auto).await).explain().cause.as_str(), expected);
    }
    let stage = Stage::new(Says::Login, Says::Login);
    let settings = settings(SITE, false, RouteChoice::Auto);
    let cx = Cx::new(&stage, &stage);
    let site = Site { candidates: vec![Api::at(&cx, &settings, settings.address.origin(), "")], product: None };
    let error = failed(sign_in(&cx, &settings, site, (false, RouteChoice::Auto), &stage, Afterwards::Close).await);
    assert_eq!(error.explain().cause.as_str(), "confluence.browser-missing", "a background job opens no window");
}

#[tokio::test(start_paused = true)]
async fn confirmed_by_the_person() {
    let stage = Stage::new(ALICE, ALICE);
    let mut settings = settings(SITE, false, RouteChoice::Auto);
    settings.window.confirm = true;
    let begun = tokio::time::Instant::now();
    let session = meanwhile(sign_in_as(&stage, &settings, Duration::from_mins(10)), async {
        stage.presses(Choice::Use);
        stage.goes(SITE);
        sleep(Duration::from_mins(1)).await;
        stage.presses(Choice::Use);
    });
    session.await.expect("signed in");
    // pressed before anybody was there, it counts as soon as somebody is
    assert!(begun.elapsed() >= Duration::from_mins(1));

    let stage = Stage::new(ALICE, ALICE);
    let session = meanwhile(sign_in_as(&stage, &settings, Duration::from_mins(10)), async {
        stage.goes(SITE);
        sleep(Duration::from_mins(1)).await;
        assert_eq!(stage.seen().last().map(String::as_str), Some("Signed in as Display of alice [Use this account]"));
        // signed out again: the button is gone
        stage.inside(Says::Login);
        stage.goes(SITE);
        sleep(Duration::from_mins(1)).await;
        assert_eq!(stage.seen().last().map(String::as_str), Some("Not signed in yet"));
        stage.presses(Choice::Use);
        sleep(Duration::from_secs(5)).await;
        stage.inside(ALICE);
        stage.goes(SITE);
        sleep(Duration::from_secs(5)).await;
        stage.presses(Choice::Use);
    });
    session.await.expect("signed in");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_wanted() {
    let stage = Stage::new(Says::User("bob"), Says::Anonymous);
    let wanted = settings(SITE, true, RouteChoice::Auto);
    let session = meanwhile(sign_in_as(&stage, &wanted, Duration::from_mins(10)), async {
        stage.goes(SITE);
        sleep(Duration::from_secs(20)).await;
        stage.inside(Says::Anonymous);
        stage.goes(SITE);
    });
    let session = session.await.expect("nobody");
    assert!(matches!((session.who(), session.route()), (Who::Nobody, RouteTaken::Direct(_))));
    assert_eq!(stage.seen()[1], "Signed in as Display of bob, which is not anonymous. Sign out here");
    assert_eq!(stage.opened()[0].connection.as_deref(), Some("wiki.example.com anonymous"));

    // somebody until the end
    let stage = Stage::new(Says::User("bob"), Says::Anonymous);
    stage.goes(SITE);
    let error = failed(sign_in_as(&stage, &wanted, Duration::from_secs(30)).await);
    assert_eq!(error.explain().cause.as_str(), "confluence.wrong-account");

    // a wiki that is not open says so at once
    let stage = Stage::new(Says::Closed, Says::Closed);
    stage.goes(SITE);
    let begun = tokio::time::Instant::now();
    let error = failed(sign_in_as(&stage, &wanted, Duration::from_mins(10)).await);
    assert_eq!(error.explain().cause.as_str(), "confluence.anonymous-not-allowed");
    assert!(begun.elapsed() < Duration::from_secs(5));

    // whereas a gate before it may need the person
    let stage = Stage::new(Says::Login, Says::Anonymous);
    let session = meanwhile(sign_in_as(&stage, &wanted, Duration::from_mins(10)), async {
        stage.goes(SITE);
        sleep(Duration::from_mins(2)).await;
        stage.inside(Says::Anonymous);
        stage.goes(SITE);
    });
    session.await.expect("nobody, behind the gate");
}

#[tokio::test(start_paused = true)]
async fn an_open_wiki_leads_to_its_login_page_once() {
    let stage = Stage::new(Says::Anonymous, ALICE);
    let session = meanwhile(at_the_wiki(&stage, RouteChoice::Auto), async {
        stage.goes(SITE);
        sleep(Duration::from_mins(1)).await;
        stage.inside(ALICE);
        stage.goes(SITE);
    });
    session.await.expect("signed in: a 200 for anonymous is no proof");
    assert_eq!(stage.done(), ["go to https://wiki.example.com/login.action?os_destination=%2Findex.action", "close"]);
}

#[tokio::test(start_paused = true)]
async fn an_account_without_a_licence_is_told_at_once() {
    let stage = Stage::new(Says::NoAccess, Says::NoAccess);
    stage.goes(SITE);
    let begun = tokio::time::Instant::now();
    let error = failed(at_the_wiki(&stage, RouteChoice::Auto).await);
    assert!(matches!(&error, ConfluenceError::NoAccess { account: Some(account) } if account == "plind"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_challenge_that_stays_unanswered_at_first() {
    let stage = Stage::new(Says::Negotiate, Says::Negotiate);
    let session = meanwhile(at_the_wiki(&stage, RouteChoice::Auto), async {
        stage.goes(SITE);
        sleep(Duration::from_millis(400)).await;
        assert_eq!(stage.done(), ["go to https://wiki.example.com/"]);
        stage.inside(ALICE);
    });
    assert!(matches!(session.await.expect("signed in").route(), RouteTaken::Browser(Some(_))));

    let stage = Stage::new(Says::Negotiate, Says::Negotiate);
    stage.goes(SITE);
    let error = failed(at_the_wiki(&stage, RouteChoice::Auto).await);
    assert_eq!(error.explain().cause.as_str(), "confluence.negotiate-required");
    assert_eq!(stage.done(), ["go to https://wiki.example.com/", "close"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_patience_gets_it() {
    let stage = Stage::new(Says::Throttled(60), ALICE);
    let session = meanwhile(at_the_wiki(&stage, RouteChoice::Auto), async {
        stage.goes(SITE);
        sleep(Duration::from_secs(50)).await;
        assert_eq!(stage.asked_inside(), 1);
        assert_eq!(stage.seen().last().map(String::as_str), Some("The site asks for patience, waiting"));
        stage.inside(Says::Down);
        sleep(Duration::from_mins(1)).await;
        stage.inside(ALICE);
    });
    session.await.expect("signed in");

    let stage = Stage::new(Says::Blocked, Says::Blocked);
    stage.goes(SITE);
    let error = failed(at_the_wiki(&stage, RouteChoice::Auto).await);
    assert_eq!(error.explain().cause.as_str(), "server.blocked-by-administrator");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_goes_away_takes_its_question_with_it() {
    let stage = Stage::new(Says::Silence, ALICE);
    let session = meanwhile(at_the_wiki(&stage, RouteChoice::Auto), async {
        stage.goes(SITE);
        sleep(Duration::from_secs(30)).await;
        stage.inside(ALICE);
    });
    session.await.expect("signed in");
}

#[tokio::test(start_paused = true)]
async fn what_hides_behind_a_gate_is_looked_for_in_every_place() {
    let stage = Stage::new(Says::NotHere, Says::NotHere);
    let settings = settings("https://wiki.example.com/display/OPS/Home", false, RouteChoice::Auto);
    let deadline = Deadline::new(Duration::from_mins(1));
    let cx = Cx { launcher: Some(&stage), deadline: Some(&deadline), ..Cx::new(&stage, &stage) };
    let candidates =
        settings.address.candidates().iter().map(|context| Api::at(&cx, &settings, settings.address.origin(), context)).collect();
    stage.under("/confluence", ALICE);
    stage.goes(SITE);
    let site = Site { candidates, product: None };
    let session = sign_in(&cx, &settings, site, (false, RouteChoice::Auto), &stage, Afterwards::Close).await.expect("signed in");
    assert_eq!(session.api().base(), "https://wiki.example.com/confluence");
}

#[tokio::test(start_paused = true)]
async fn a_session_never_goes_over_plain_http() {
    let stage = Stage::new(ALICE, ALICE);
    let error = failed(sign_in_as(&stage, &settings("http://wiki.example.com", false, RouteChoice::Auto), Duration::from_mins(1)).await);
    assert_eq!(error.explain().cause.as_str(), "network.plain-http");
    assert!(stage.opened().is_empty());
}

#[tokio::test(start_paused = true)]
async fn without_cookies_outside_is_asked_once() {
    let stage = Stage::new(ALICE, Says::Negotiate);
    stage.cookies(None);
    stage.goes(SITE);
    at_the_wiki(&stage, RouteChoice::Auto).await.expect("signed in");
    assert_eq!(stage.asked().iter().filter(|question| !question.inside).count(), 1);
}

#[tokio::test]
async fn forgetting_forgets_both_profiles() {
    let stage = Stage::new(Says::Login, Says::Login);
    let address = SiteAddress::understand("http://Wiki.example.com/display/OPS").expect("an address");
    assert_eq!(forget(&stage, &address).await, Ok(true));
    assert_eq!(stage.done(), ["forget wiki.example.com", "forget wiki.example.com anonymous"]);
}
