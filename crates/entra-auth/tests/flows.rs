//! The ways of signing in beside the browser, through the whole connection test against a practice cloud.

mod common;

use std::time::Duration;

use common::{Hold, Run};
use entra_auth::{Method, Reply, ReplySender};
use practice::entra::{App, Block, Browser, Choice, ClientSecret, Entra, GRAPH_APP_ID, Landing, Policy, SHAREPOINT_APP_ID};
use practice::markers::{self, Kind};
use practice::sharepoint::{Cloud, Situation};
use preflight::{AbilityId, Event, IdentityKind, Progress, Report, Secret, UserPrompt, render};

/// `outcome cause: content page_permissions authorship_dates users_and_groups`
fn shown(report: &Report) -> String {
    let abilities = AbilityId::ALL.iter().filter_map(|id| report.abilities.iter().find(|ability| ability.id == *id)).map(|ability| {
        let limits: Vec<&str> = ability.limited_by.iter().map(|limit| limit.as_str()).collect();
        if limits.is_empty() { ability.verdict.as_str().to_owned() } else { format!("{}({})", ability.verdict.as_str(), limits.join("+")) }
    });
    let cause = report.cause().map_or("-", preflight::Cause::as_str);
    format!("{} {cause}: {}", report.outcome().as_str(), abilities.collect::<Vec<_>>().join(" "))
}

/// Nothing that a person or a file could show holds a secret.
fn assert_no_secret(run: &Run, report: &Report) {
    let verbose = render::text::Style { verbose: true, ..render::text::Style::default() };
    let all = [
        render::to_json(report, "wayleave test").to_string(),
        render::to_markdown(report, "wayleave test"),
        render::to_html(report, "wayleave test"),
        render::to_text(report, verbose),
        format!("{report:?} {:?} {:?} {}", run.settings, run.network, run.written.text()),
    ]
    .join("\n");
    assert_eq!(markers::found_in(&all), Vec::<String>::new());
    assert!(!all.contains("eyJ"), "a token is shown");
}

fn texts(report: &Report) -> String {
    let hints = report.checks.iter().flat_map(|check| &check.hints).map(|hint| hint.text.to_string());
    report.checks.iter().map(|check| check.summary.to_string()).chain(hints).collect::<Vec<_>>().join("\n")
}

async fn cloud(situation: Situation) -> Cloud {
    let cloud = Cloud::start(situation).await.expect("a practice cloud");
    cloud.entra.set_device_interval(1);
    cloud
}

fn edit_app(cloud: &Cloud, change: impl FnOnce(&mut App)) {
    assert!(cloud.entra.edit_app(&cloud.client_id, change));
}

/// Somebody with another device, who types every code that is shown, and what the page says where it goes no further.
struct Person {
    entra: Entra,
    upn: String,
    choice: Choice,
    replies: ReplySender,
}

impl Person {
    fn of(cloud: &Cloud, run: &Run, choice: Choice) -> Self {
        Self { entra: cloud.entra.clone(), upn: cloud.user.upn.clone(), choice, replies: run.browser.replies.clone() }
    }
}

impl Progress for Person {
    fn emit(&self, event: Event) {
        if let Event::Prompt(Some(UserPrompt::DeviceCode { code, .. })) = event {
            let (entra, upn, choice, replies) = (self.entra.clone(), self.upn.clone(), self.choice, self.replies.clone());
            let runtime = tokio::runtime::Handle::current();
            // a thread of its own, as another device is
            runtime.clone().spawn_blocking(move || {
                if let Landing::Page(page) = runtime.block_on(Browser::new(&entra).enter_device_code(&code, &upn, choice)) {
                    replies.send(Reply::Pasted(Secret::new(page.message))).ok();
                }
            });
        }
    }
}

async fn by_device_code(cloud: &Cloud, choice: Choice) -> Report {
    let mut run = Run::new(cloud, Hold::Nothing);
    run.settings.method = Method::DeviceCode;
    let person = Person::of(cloud, &run, choice);
    let report = tokio::time::timeout(Duration::from_mins(1), run.report_to(&person)).await.expect("it ends");
    assert_no_secret(&run, &report);
    assert!(run.browser.opened().is_empty(), "no browser is opened");
    assert_eq!(run.network.open(), 0);
    report
}

#[tokio::test]
async fn a_device_code_signs_a_person_in() {
    let whole = "yes yes yes no(app_scope)";
    for (situation, choice, expected) in [
        (Situation::AllWell, Choice::Accept, format!("passed -: {whole}")),
        (Situation::SecondFactor, Choice::Accept, format!("passed -: {whole}")),
        (
            Situation::Member,
            Choice::Accept,
            "limited sharepoint.role-insufficient: yes no(account_role) no(account_role) no(app_scope)".to_owned(),
        ),
        (Situation::GraphConsentMissing, Choice::Accept, "limited graph.consent-missing: yes yes yes no(app_scope)".to_owned()),
        (Situation::AppNotFound, Choice::Accept, "failed entra.app-not-found: ".to_owned()),
        (Situation::PlanB, Choice::DeclineConsent, "failed entra.consent-declined: ".to_owned()),
        (Situation::ClockWrong, Choice::Accept, "failed entra.clock-skew: ".to_owned()),
    ] {
        let cloud = cloud(situation).await;
        let report = by_device_code(&cloud, choice).await;
        assert_eq!(shown(&report), expected, "{situation:?}: {}", texts(&report));
    }
}

#[tokio::test]
async fn a_rule_against_device_codes_is_told_with_what_works_instead() {
    let cloud = cloud(Situation::AllWell).await;
    cloud.entra.add_policy(Policy::new(&cloud.tenant, Block::DeviceCode));
    let report = by_device_code(&cloud, Choice::Accept).await;
    assert_eq!(shown(&report), "failed entra.device-code-blocked: ");
    assert!(texts(&report).contains("browser sign-in"), "{}", texts(&report));
}

/// The session stays under the rule: its token for Graph is refused though the one for SharePoint came.
#[tokio::test]
async fn a_rule_against_device_codes_follows_the_session() {
    let cloud = cloud(Situation::AllWell).await;
    cloud.entra.add_policy(Policy::new(&cloud.tenant, Block::DeviceCode).only_for_resource(GRAPH_APP_ID));
    let report = by_device_code(&cloud, Choice::Accept).await;
    assert_eq!(shown(&report), "limited entra.device-code-blocked: yes yes yes unknown");
}

#[tokio::test]
async fn an_app_that_may_not_be_public_is_told_after_the_sign_in() {
    let cloud = cloud(Situation::AllWell).await;
    edit_app(&cloud, |app| app.fallback_public_client = false);
    let report = by_device_code(&cloud, Choice::Accept).await;
    assert_eq!(shown(&report), "failed entra.public-client-disabled: ");
    assert!(texts(&report).contains("“Allow public client flows” to Yes"), "{}", texts(&report));
}

#[tokio::test]
async fn dropping_a_device_sign_in_anywhere_leaves_nothing_behind() {
    let cloud = cloud(Situation::AllWell).await;
    let requests = {
        let mut run = Run::new(&cloud, Hold::Nothing);
        run.settings.method = Method::DeviceCode;
        run.report_to(&Person::of(&cloud, &run, Choice::Accept)).await;
        run.network.seen().len()
    };
    for hold in (0..requests).map(Hold::Number).chain([Hold::Path("/oauth2/v2.0/token")]) {
        let mut run = Run::new(&cloud, hold.clone());
        run.settings.method = Method::DeviceCode;
        let person = Person::of(&cloud, &run, Choice::Accept);
        let network = run.network.clone();
        tokio::select! {
            _ = run.report_to(&person) => panic!("{hold:?} was never answered"),
            () = network.until_held() => {}
        }
        assert_eq!(network.open(), 0, "{hold:?}");
    }
}

const SECRET: &str = "wiki-app";

/// An app with application permissions and a secret.
fn with_secret(cloud: &Cloud, expires_at: i64) {
    edit_app(cloud, |app| {
        let roles = app
            .clone()
            .with_app_roles(SHAREPOINT_APP_ID, &["Sites.FullControl.All"])
            .with_app_roles(GRAPH_APP_ID, &["Sites.FullControl.All"]);
        *app = App { secrets: vec![ClientSecret { value: Kind::ClientSecret.of(SECRET), expires_at }], ..roles };
    });
}

async fn by_secret(cloud: &Cloud, secret: &str, expect: Option<&str>) -> Report {
    let mut run = Run::new(cloud, Hold::Nothing);
    run.settings.method = Method::ClientSecret(Secret::new(secret.to_owned()));
    run.settings.expect_account = expect.map(str::to_owned);
    let report = run.report().await;
    assert_no_secret(&run, &report);
    assert!(run.browser.opened().is_empty() && !run.settings.method.needs_a_person());
    report
}

#[tokio::test]
async fn an_app_with_a_secret_is_refused_by_sharepoint_and_taken_by_graph() {
    let cloud = cloud(Situation::AllWell).await;
    with_secret(&cloud, i64::MAX);
    let report = by_secret(&cloud, &Kind::ClientSecret.of(SECRET), Some(&cloud.client_id.to_uppercase())).await;
    let no = "no(sign_in_method)";
    assert_eq!(shown(&report), format!("failed sharepoint.app-only-secret-refused: {no} {no} {no} no(app_scope)"), "{}", texts(&report));
    let identity = report.identity.as_ref().expect("an identity");
    assert_eq!(identity.kind, IdentityKind::App);
    let text = |text: &Option<preflight::SafeText>| text.as_ref().map(ToString::to_string).unwrap_or_default();
    assert_eq!(
        [text(&identity.account), text(&identity.app), text(&identity.tenant), text(&identity.name)],
        [cloud.client_id.clone(), cloud.client_id.clone(), cloud.tenant.id.clone(), "Wiki Migration (practice)".to_owned()]
    );
    let outcome = |id: &str| report.checks.iter().find(|check| check.id.0 == id).expect(id).outcome.as_str();
    assert_eq!(
        [outcome("sharepoint.graph_token"), outcome("sharepoint.graph"), outcome("sharepoint.site")],
        ["passed", "passed", "failed"]
    );
    assert!(texts(&report).contains("Sign in with a certificate instead"));
    // an app by itself is nobody, so nobody is asked for
    assert!(cloud.graph_server().requests().iter().all(|request| !request.path.starts_with("/v1.0/me")));
}

#[tokio::test]
async fn secrets_that_are_wrong_or_too_old_are_told_apart() {
    let cloud = cloud(Situation::AllWell).await;
    with_secret(&cloud, i64::MAX);
    let report = by_secret(&cloud, "MARKER-SECRET-CLIENT-SECRET-other", None).await;
    assert_eq!(shown(&report), "failed entra.secret-rejected: ");
    let report = by_secret(&cloud, &Kind::ClientSecret.of(SECRET), Some("ada@heathervale.example")).await;
    assert_eq!(shown(&report), "failed entra.wrong-account: ");
    with_secret(&cloud, 0);
    let report = by_secret(&cloud, &Kind::ClientSecret.of(SECRET), None).await;
    assert_eq!(shown(&report), "failed entra.secret-expired: ");
    assert_eq!(token_requests(&cloud), 3, "one attempt each");
}

fn token_requests(cloud: &Cloud) -> usize {
    cloud.entra_server().requests().iter().filter(|request| request.path.ends_with("/token")).count()
}

async fn by_password(cloud: &Cloud, password: &str) -> Report {
    let mut run = Run::new(cloud, Hold::Nothing);
    run.settings.method = Method::Password { username: cloud.user.upn.clone(), password: Secret::new(password.to_owned()) };
    let report = run.report().await;
    assert_no_secret(&run, &report);
    assert!(run.browser.opened().is_empty());
    report
}

#[tokio::test]
async fn a_password_signs_a_person_in_where_nothing_else_is_asked_for() {
    let cloud = cloud(Situation::AllWell).await;
    let report = by_password(&cloud, &cloud.user.password).await;
    assert_eq!(shown(&report), "passed -: yes yes yes no(app_scope)", "{}", texts(&report));
    assert!(texts(&report).contains("legacy"));
    let report = by_password(&cloud, "MARKER-SECRET-PASSWORD-other").await;
    assert_eq!(shown(&report), "failed entra.password-rejected: ");
    assert_eq!(token_requests(&cloud), 3, "one for SharePoint, one for Graph, one refused");
}

#[tokio::test]
async fn what_a_password_cannot_answer_is_told_with_what_can() {
    for (situation, cause) in [
        (Situation::SecondFactor, "entra.mfa-required"),
        (Situation::BlockedByPolicy, "entra.conditional-access"),
        (Situation::DeviceRequired, "entra.device-required"),
        (Situation::AdminConsentRequired, "entra.consent-required"),
    ] {
        let cloud = cloud(situation).await;
        let report = by_password(&cloud, &cloud.user.password).await;
        assert_eq!(shown(&report), format!("failed {cause}: "), "{situation:?}: {}", texts(&report));
        assert!(texts(&report).contains("choose the interactive sign-in"), "{situation:?}: {}", texts(&report));
    }
    let cloud = cloud(Situation::AllWell).await;
    edit_app(&cloud, |app| app.fallback_public_client = false);
    assert_eq!(shown(&by_password(&cloud, &cloud.user.password).await), "failed entra.public-client-disabled: ");
}
