//! Tokens of a session, through the whole connection test against a practice cloud: revoked, challenged, renewed, and a clock that is wrong.

mod common;

use common::{Hold, Run};
use entra_auth::{Certificate, Method};
use practice::markers;
use practice::sharepoint::{Cloud, Situation};
use preflight::{Cause, CheckId, Event, Outcome, Progress, Report, Secret, render};

/// Does something when a rung is done.
struct When<F>(&'static str, F);

impl<F: Fn() + Send + Sync> Progress for When<F> {
    fn emit(&self, event: Event) {
        if let Event::Finished(check) = &event
            && check.id == CheckId(self.0)
        {
            (self.1)();
        }
    }
}

fn outcome(report: &Report, id: &'static str) -> (Outcome, Option<Cause>) {
    let check = report.checks.iter().find(|check| check.id == CheckId(id)).expect(id);
    (check.outcome, check.cause)
}

fn assert_no_secret(report: &Report, run: &Run) {
    let all = format!("{} {report:?} {}", render::to_markdown(report, "test"), run.written.text());
    assert_eq!(markers::found_in(&all), Vec::<String>::new());
    assert!(!all.contains("eyJ"), "a token is shown");
}

async fn with(situation: Situation, method: Option<Method>) -> (Cloud, Run) {
    let cloud = Cloud::start(situation).await.expect("a practice cloud");
    let mut run = Run::new(&cloud, Hold::Nothing);
    if let Some(method) = method {
        run.settings.method = method;
    }
    (cloud, run)
}

fn certificate(cloud: &Cloud) -> Method {
    let certificate = cloud.certificate.as_ref().expect("a situation of an app");
    let pem = format!("{}{}", certificate.pem(), certificate.key_pem());
    Method::Certificate(Certificate::read(pem.as_bytes(), None).expect("a certificate"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_revoked_on_the_way_is_renewed_in_silence() {
    let (cloud, run) = with(Situation::AllWell, None).await;
    let report = run.report_to(&When("sharepoint.sharepoint_token", || cloud.sharepoint.revoke_tokens())).await;
    assert_eq!(report.outcome(), Outcome::Passed, "{:?}", report.cause());
    assert_eq!(run.browser.opened().len(), 1, "nobody is asked again");
    let challenged = cloud
        .sharepoint_server()
        .requests()
        .iter()
        .filter(|request| request.status == Some(401) && request.path.contains("/_api/"))
        .count();
    assert!(challenged >= 1, "the site challenged");
    assert_no_secret(&report, &run);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_answers_a_challenge_by_its_certificate() {
    let (cloud, mut run) = with(Situation::AppOnly, None).await;
    run.settings.method = certificate(&cloud);
    let report = run.report_to(&When("sharepoint.sharepoint_token", || cloud.sharepoint.revoke_tokens())).await;
    assert_eq!(report.outcome(), Outcome::Passed, "{:?}", report.cause());
    assert_no_secret(&report, &run);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_revoked_asks_the_person_once_more_and_no_one_else() {
    let (cloud, run) = with(Situation::AllWell, None).await;
    let revoke = || {
        cloud.sharepoint.revoke_tokens();
        cloud.entra.revoke_sessions(&cloud.user.upn);
    };
    let report = run.report_to(&When("sharepoint.sharepoint_token", revoke)).await;
    assert_eq!(outcome(&report, "sharepoint.site"), (Outcome::Passed, None), "{}", run.written.text());
    let opened = run.browser.opened();
    assert_eq!(opened.len(), 2);
    let claims = opened[1].query_pairs().find(|(name, _)| name == "claims").expect("claims").1.into_owned();
    assert!(claims.contains("nbf") && claims.contains("cp1"), "{claims}");
    assert!(opened[1].query_pairs().any(|(name, value)| name == "login_hint" && value == cloud.user.upn));
    assert_no_secret(&report, &run);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_revoked_where_nobody_can_be_asked_is_told() {
    let (cloud, mut run) = with(Situation::AllWell, None).await;
    let password = Secret::new(cloud.user.password.clone());
    run.settings.method = Method::Password { username: cloud.user.upn.clone(), password };
    let revoke = || {
        cloud.sharepoint.revoke_tokens();
        cloud.entra.revoke_sessions(&cloud.user.upn);
    };
    let report = run.report_to(&When("sharepoint.sharepoint_token", revoke)).await;
    assert_eq!(outcome(&report, "sharepoint.site"), (Outcome::Failed, Some(Cause::EntraSessionExpired)), "{}", run.written.text());
    assert_eq!(report.cause(), Some(Cause::EntraSessionExpired));
    assert!(run.browser.opened().is_empty());
    assert_no_secret(&report, &run);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_told_and_not_papered_over() {
    for seconds in [20 * 60 + 30, -20 * 60 - 30] {
        let (cloud, mut run) = with(Situation::AppOnly, None).await;
        run.settings.method = certificate(&cloud);
        cloud.entra.clock().advance_seconds(seconds);
        let report = run.report().await;
        assert_eq!(report.cause(), Some(Cause::EntraClockSkew), "{seconds}");
        let headline = report.headline().to_string();
        assert!(headline.contains("20 minutes") && headline.contains(if seconds > 0 { "behind" } else { "ahead" }), "{headline}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_a_test_without_a_person_anywhere_leaves_nothing_behind() {
    let cloud = Cloud::start(Situation::AppOnly).await.expect("a practice cloud");
    let methods = || {
        let password = Secret::new(cloud.user.password.clone());
        [certificate(&cloud), Method::Password { username: cloud.user.upn.clone(), password }]
    };
    for number in 0..methods().len() {
        let run_with = |hold| {
            let mut run = Run::new(&cloud, hold);
            run.settings.method = methods()[number].clone();
            run
        };
        let requests = {
            let run = run_with(Hold::Nothing);
            run.report().await;
            run.network.seen().len()
        };
        for hold in (0..requests).map(Hold::Number).chain([Hold::Path("/oauth2/v2.0/token")]) {
            let run = run_with(hold.clone());
            let network = run.network.clone();
            tokio::select! {
                _ = run.report() => panic!("{hold:?} was never answered"),
                () = network.until_held() => {}
            }
            assert_eq!(network.open(), 0, "{hold:?}");
        }
    }
}
