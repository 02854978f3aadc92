//! The interactive sign-in to Confluence from outside: the built command line, a real Chromium in a visible window, a person who types.

#![cfg(target_os = "linux")]

use std::time::Duration;

use end_to_end::controlled::eventually;
use end_to_end::display::Display;
use end_to_end::program::{Home, Run, Running};
use practice::confluence::{Builder, Confluence, Front, PAGE_PASSWORD, Who};
use practice::server::{Credential, Seen};
use tempfile::TempDir;

/// A desk: a display, and the folder where browser sessions are kept.
struct Desk {
    display: Display,
    data: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { display: Display::start(1100, 860), data: tempfile::tempdir().expect("a folder") }
    }

    /// `wayleave` at this desk.
    fn wayleave(&self, words: &[&str]) -> Run {
        // nobody reads the log while the person types, and a full pipe would stop the program
        let run = Run::new(Home::new(), words).env("WAYLEAVE_LOG", "info,wire=debug,confluence_auth=debug,browser=debug");
        run.env("DISPLAY", self.display.name()).env("WAYLEAVE_DATA_DIR", self.data.path())
    }

    async fn check(&self, wiki: &Confluence, words: &[&str]) -> Running {
        let base = wiki.base();
        self.wayleave(&[&["check", "confluence", &*base, "--interactive", "--json"], words].concat()).start().await
    }

    /// Waits for the window that shows this page, and gives it the keyboard.
    async fn sees(&self, title: &str) -> String {
        let window = eventually(|| {
            let found = self.display.xdotool(&["search", "--onlyvisible", "--name", title]);
            found.lines().next().map(str::to_owned)
        });
        let window = window.await.unwrap_or_else(|| panic!("no window shows {title}"));
        self.display.xdotool(&["windowactivate", "--sync", &window]);
        window
    }

    /// Types user name and password into the form of the page with this title, whose first field is so many tabs away, until the wiki
    /// lets the person in: the browser's own bubbles may take the keyboard away.
    async fn signs_in(&self, page: (&str, usize), who: Who, wiki: &Confluence) {
        let (title, tabs) = page;
        for _ in 0..4 {
            self.sees(title).await;
            self.display.xdotool(&["mousemove", "120", "600", "click", "1"]);
            for _ in 0..tabs {
                self.display.xdotool(&["key", "Tab"]);
            }
            self.display.xdotool(&["type", "--delay", "20", who.username()]);
            self.display.xdotool(&["key", "Tab"]);
            self.display.xdotool(&["type", "--delay", "20", PAGE_PASSWORD]);
            self.display.xdotool(&["key", "Return"]);
            if title == PROVIDER.0 {
                self.sees("Stay signed in").await;
                self.display.xdotool(&["key", "Tab", "Return"]);
            }
            let is_in = |seen: &Seen| seen.method == "POST" && seen.is_from_browser() && matches!(seen.status, Some(302 | 303));
            let in_time = eventually(|| wiki.server().requests().iter().any(is_in).then_some(()));
            if tokio::time::timeout(Duration::from_secs(6), in_time).await.is_ok_and(|is_in| is_in.is_some()) {
                return;
            }
            // from the beginning, by the address bar: what a form was sent with is not sent again
            self.display.xdotool(&["key", "Escape", "ctrl+l"]);
            self.display.xdotool(&["type", "--delay", "20", &format!("{}/", wiki.base())]);
            self.display.xdotool(&["key", "Return"]);
        }
        panic!("the person was never let in");
    }

    /// The folders of browser sessions that are kept.
    fn kept(&self) -> usize {
        std::fs::read_dir(self.data.path().join("browser"))
            .map_or(0, |entries| entries.flatten().filter(|entry| entry.path().is_dir()).count())
    }
}

async fn wiki(change: impl FnOnce(Builder) -> Builder) -> Confluence {
    change(Confluence::builder()).start().await.expect("a practice wiki")
}

/// Confluence's own login page: a link, then the form.
const LOGIN: (&str, usize) = ("Log In - Brackwater Wiki", 2);
/// The identity provider's page.
const PROVIDER: (&str, usize) = ("Sign in - Brackwater ID", 1);

/// What went to the wiki's API from outside of the browser, after the first three questions of a stranger.
fn from_outside(wiki: &Confluence) -> Vec<Seen> {
    let of_api = |seen: &Seen| seen.path.contains("/rest/api/") && !seen.is_from_browser();
    wiki.server().requests().into_iter().filter(of_api).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_at_the_form_and_requests_go_directly() {
    let desk = Desk::new();
    for version in ["8.5", "9.2"] {
        let wiki = wiki(|wiki| wiki.data_center(version).context("/wiki")).await;
        let mut run = desk.check(&wiki, &[]).await;
        run.hears("Not signed in yet").await;
        assert!(from_outside(&wiki).is_empty(), "nothing is asked from outside before somebody has signed in");
        desk.signs_in(LOGIN, Who::Super, &wiki).await;
        let said = run.end_alone().await;
        assert_eq!(said.verdict(), "0 passed -", "{said:?}");
        let report = said.json();
        assert_eq!(report["identity"]["account"], Who::Super.username());
        let credential = report["checks"].as_array().into_iter().flatten().find(|check| check["id"] == "confluence.credential");
        assert_eq!(credential.expect("a check")["details"]["route"], "direct");
        let outside = from_outside(&wiki);
        assert!(outside.len() > 5);
        for seen in &outside {
            assert_eq!((seen.credential, seen.cookies()), (Credential::Cookie, vec!["JSESSIONID"]), "{} {}", seen.method, seen.path);
            let agent = seen.headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert!(agent.starts_with("Mozilla/5.0") && agent.contains("Chrome/"), "{agent}");
        }
        assert!(wiki.idp().requests().is_empty());
        assert!(said.told().contains("in the window that has opened"), "{}", said.told());

        // the session is kept for this address until it is forgotten
        let forget = async || desk.wayleave(&["forget", &format!("{}/display/OPS", wiki.base())]).end().await;
        let first = forget().await;
        assert_eq!((first.code, first.out.trim()), (Some(0), "The browser session was removed"));
        let second = forget().await;
        assert_eq!((second.code, second.out.trim()), (Some(0), "No browser session is kept for this address"));
        assert_eq!(desk.kept(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_session_is_used_through_the_browser() {
    let desk = Desk::new();
    let wiki = wiki(|wiki| wiki.context("/wiki").switches(|switches| switches.bound_sessions = true)).await;
    let mut run = desk.check(&wiki, &[]).await;
    run.hears("Not signed in yet").await;
    desk.signs_in(LOGIN, Who::Super, &wiki).await;
    let said = run.end_alone().await;
    assert_eq!(said.verdict(), "0 passed -", "{said:?}");
    let report = said.json();
    let credential = report["checks"].as_array().into_iter().flatten().find(|check| check["id"] == "confluence.credential");
    let credential = credential.expect("a check");
    assert_eq!(credential["details"]["route"], "browser");
    assert!(credential["summary"].as_str().is_some_and(|summary| summary.contains("inside it only")), "{credential}");
    assert_eq!(from_outside(&wiki).len(), 2, "asked twice outside, and never again");

    wiki.server().forget_requests();
    let mut run = desk.check(&wiki, &["--route", "direct"]).await;
    run.hears("Not signed in yet").await;
    desk.signs_in(LOGIN, Who::Super, &wiki).await;
    let said = run.end_alone().await;
    assert_eq!(said.verdict(), "2 failed confluence.session-bound", "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_an_identity_provider_on_another_origin() {
    let desk = Desk::new();
    for front in [Front::IdpRedirect, Front::IdpAutopost] {
        let wiki = wiki(|wiki| wiki.context("/wiki").front(front)).await;
        let mut run = desk.check(&wiki, &["--expect-account", Who::Reader.username()]).await;
        run.hears("At localhost, waiting").await;
        let before = wiki.server().requests().len();
        desk.sees(PROVIDER.0).await;
        assert_eq!(wiki.server().requests().len(), before, "the wiki is left alone while the person is elsewhere");
        desk.signs_in(PROVIDER, Who::Reader, &wiki).await;
        let said = run.end_alone().await;
        assert_eq!(said.verdict(), "1 limited confluence.not-administrator", "{front:?}: {said:?}");
        assert_eq!(said.json()["identity"]["account"], Who::Reader.username());
        assert!(from_outside(&wiki).iter().all(|seen| seen.credential == Credential::Cookie));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_the_window_is_told_and_leaves_nothing() {
    let desk = Desk::new();
    let wiki = wiki(|wiki| wiki.context("/wiki")).await;

    // closed by the person
    let mut run = desk.check(&wiki, &[]).await;
    run.hears("Not signed in yet").await;
    desk.sees(LOGIN.0).await;
    desk.display.xdotool(&["key", "ctrl+w"]);
    assert_eq!(run.end_alone().await.verdict(), "2 failed confluence.browser-closed");

    // another one wants the same session, and then the person interrupts
    let mut run = desk.check(&wiki, &[]).await;
    run.hears("Not signed in yet").await;
    let said = desk.check(&wiki, &[]).await.end_alone().await;
    assert_eq!(said.verdict(), "2 failed confluence.browser-failed", "{said:?}");
    run.signal("INT");
    let said = run.end_alone().await;
    assert_eq!((said.code, said.out.as_str()), (Some(130), ""));

    // out of time
    let said = desk.check(&wiki, &["--timeout", "12"]).await.end_alone().await;
    assert_eq!(said.verdict(), "2 failed confluence.sign-in-timeout", "{said:?}");
    let took = said.json()["took_ms"].as_u64().expect("a number");
    assert!((12_000..14_000).contains(&took), "{took} ms");

    // none there
    let said = desk.check(&wiki, &["--browser", "/nonexistent/browser"]).await.end_alone().await;
    assert_eq!(said.verdict(), "2 failed confluence.browser-missing", "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_account() {
    let desk = Desk::new();
    let open = wiki(|wiki| wiki.anonymous(true)).await;
    let said = desk.check(&open, &["--anonymous"]).await.end_alone().await;
    assert_eq!(said.verdict(), "1 limited confluence.not-administrator", "{said:?}");
    assert_eq!(said.json()["identity"]["kind"], "anonymous");
    let closed = wiki(|wiki| wiki).await;
    let said = desk.check(&closed, &["--anonymous"]).await.end_alone().await;
    assert_eq!(said.verdict(), "2 failed confluence.anonymous-not-allowed", "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_spaces_of_a_person_who_signed_in() {
    let desk = Desk::new();
    let wiki = wiki(|wiki| wiki.context("/wiki")).await;
    let base = wiki.base();
    let mut run = desk.wayleave(&["spaces", &base, "--interactive", "--json"]).start().await;
    run.hears("Not signed in yet").await;
    desk.signs_in(LOGIN, Who::Super, &wiki).await;
    let said = run.end_alone().await;
    assert_eq!(said.verdict(), "0 passed -", "{said:?}");
    assert_eq!(said.json()["identity"]["account"], Who::Super.username());
    assert_eq!(said.json()["complete"], true);
}
