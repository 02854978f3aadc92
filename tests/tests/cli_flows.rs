//! `wayleave check sharepoint` from outside, by the ways of signing in beside the browser.

use end_to_end::program::{Home, Run, Said};
use practice::entra::{App, Browser, Choice, ClientSecret, GRAPH_APP_ID, SHAREPOINT_APP_ID};
use practice::markers::Kind;
use practice::sharepoint::{Cloud, Situation};

/// The check of a practice cloud. A browser that is opened after all says so by failing.
fn check(cloud: &Cloud, more: &[&str]) -> Run {
    let (site, authority) = (cloud.site(), cloud.authority());
    let words = ["check", "sharepoint", &site, "--client-id", &cloud.client_id, "--authority", &authority, "--json"];
    Run::new(Home::new(), &[&words, more].concat()).env("BROWSER", "false")
}

async fn typed(cloud: &Cloud, more: &[&str], text: &str) -> Said {
    check(cloud, more).typed(text).end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_on_standard_error_signs_a_person_in() {
    for (situation, choice, verdict) in [
        (Situation::AllWell, Choice::Accept, "0 passed -"),
        (Situation::Member, Choice::Accept, "1 limited sharepoint.role-insufficient"),
        (Situation::AllWell, Choice::CancelSignIn, "2 failed entra.consent-declined"),
    ] {
        let cloud = Cloud::start(situation).await.expect("a practice cloud");
        cloud.entra.set_device_interval(1);
        let mut running = check(&cloud, &["--sign-in", "device-code"]).start().await;
        // address and code stand on one line
        let line = running.hears("/devicelogin").await;
        let code = line.split_whitespace().last().expect("a code").to_owned();
        Browser::new(&cloud.entra).enter_device_code(&code, &cloud.user.upn, choice).await;
        let said = running.end().await;
        assert_eq!(said.verdict(), verdict, "{situation:?}: {said:?}");
        if said.code < Some(2) {
            assert_eq!(said.json()["identity"]["account"], cloud.user.upn.as_str());
        }
        assert!(!said.err.contains("/authorize?"), "no browser is opened");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_page_of_a_code_says_can_be_typed() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let said = typed(&cloud, &["--sign-in", "device-code"], "AADSTS53003\n").await;
    assert_eq!(said.verdict(), "2 failed entra.device-code-blocked", "{said:?}");
}

fn with_secret(cloud: &Cloud, expires_at: i64) {
    let roles = |app: &App| {
        app.clone().with_app_roles(SHAREPOINT_APP_ID, &["Sites.FullControl.All"]).with_app_roles(GRAPH_APP_ID, &["Sites.Read.All"])
    };
    let secrets = vec![ClientSecret { value: Kind::ClientSecret.of("wiki"), expires_at }];
    assert!(cloud.entra.edit_app(&cloud.client_id, |app| *app = App { secrets, ..roles(app) }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_secret_works_for_graph_and_is_refused_by_sharepoint() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    with_secret(&cloud, i64::MAX);
    let secret = Kind::ClientSecret.of("wiki");
    let refused = "2 failed sharepoint.app-only-secret-refused";
    let said = typed(&cloud, &["--sign-in", "secret", "--secret-stdin"], &format!("{secret}\n")).await;
    assert_eq!(said.verdict(), refused, "{said:?}");
    let json = said.json();
    assert_eq!(json["identity"]["kind"], "app");
    assert_eq!(json["identity"]["account"], cloud.client_id.as_str());
    assert_eq!(json["abilities"][0]["limited_by"], serde_json::json!(["sign_in_method"]));
    for (secret, verdict) in [(secret, refused), (Kind::ClientSecret.of("other"), "2 failed entra.secret-rejected")] {
        let said = check(&cloud, &["--sign-in", "secret", "--secret-env", "WIKI_SECRET"]).env("WIKI_SECRET", secret).end().await;
        assert_eq!(said.verdict(), verdict, "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_works_until_more_is_asked_for() {
    for (situation, verdict) in [(Situation::AllWell, "0 passed -"), (Situation::SecondFactor, "2 failed entra.mfa-required")] {
        let cloud = Cloud::start(situation).await.expect("a practice cloud");
        let more = ["--sign-in", "password", "--username", &cloud.user.upn, "--password-stdin", "--expect-account", "Ada Brook"];
        let said = typed(&cloud, &more, &format!("{}\n", cloud.user.password)).await;
        assert_eq!(said.verdict(), verdict, "{situation:?}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_that_contradict_each_other_are_usage() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let table: &[(&[&str], &str)] = &[
        (&["--sign-in", "secret"], "--secret-env"),
        (&["--sign-in", "secret", "--secret-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE is not set"),
        (&["--sign-in", "secret", "--secret-stdin", "--secret-env", "X"], "--secret-env"),
        (&["--secret-stdin"], "--sign-in secret"),
        (&["--sign-in", "device-code", "--username", "ada@heathervale.example"], "--sign-in password"),
        (&["--sign-in", "password", "--password-stdin"], "--username"),
        (&["--sign-in", "password", "--username", "ada", "--password-stdin"], "--username"),
        (&["--sign-in", "password", "--username", "ada@heathervale.example"], "--password-env"),
        (
            &[
                "--sign-in",
                "password",
                "--username",
                "ada@heathervale.example",
                "--password-stdin",
                "--expect-account",
                "ivy@heathervale.example",
            ],
            "contradicts --username",
        ),
        (&["--sign-in", "secret", "--secret-stdin", "--expect-account", "ada@heathervale.example"], "contradicts --client-id"),
        (&["--sign-in", "secret", "--secret-stdin", "--expect-account", "0c9d8e7f-6a5b-4c3d-9e2f-1a0b9c8d7e6f"], "contradicts --client-id"),
    ];
    for (more, sentence) in table {
        let said = typed(&cloud, more, "typed\n").await;
        assert_eq!(said.code, Some(64), "{more:?}: {said:?}");
        assert!(said.err.contains(sentence) && said.out.is_empty(), "{more:?}: {said:?}");
    }
    assert!(cloud.entra_server().requests().is_empty(), "nobody was asked");
}
