//! Every cause of Entra ID, SharePoint and Graph, brought about from outside and named right.

use std::collections::BTreeSet;

use end_to_end::jobs::deliver;
use end_to_end::program::{Home, Run, Said};
use practice::Fault;
use practice::entra::{
    App, Browser, Choice, ClientCertificate, ClientSecret, Fault as EntraFault, GRAPH_APP_ID, Landing, SHAREPOINT_APP_ID,
};
use practice::markers::Kind;
use practice::sharepoint::{Cloud, Situation};
use preflight::Cause;
use reqwest::StatusCode;

/// How somebody or something signs in.
#[derive(Clone, Copy)]
enum How {
    /// The cloud's person, on the pages.
    Person(Choice),
    /// Somebody else of the organization, by the name before the `@`.
    Other(&'static str),
    /// The person reads this on the page and types it.
    Reads(&'static str),
    /// By device code.
    Code,
    /// With this password.
    Password(&'static str),
    /// With this secret.
    Secret(&'static str),
    /// With the certificate of the situation, or with another file.
    Certificate(fn(&Cloud) -> String),
    /// Nobody signs in.
    Nobody,
}

/// Something is brought about, and this cause is to be named for it.
#[derive(Clone, Copy)]
struct Row {
    cause: Cause,
    situation: Situation,
    how: How,
    more: &'static [&'static str],
    prepare: fn(&Cloud),
}

const PERSON: How = How::Person(Choice::Accept);

fn row(cause: Cause, situation: Situation, how: How) -> Row {
    Row { cause, situation, how, more: &[], prepare: |_| () }
}

fn with(cause: Cause, how: How, prepare: fn(&Cloud)) -> Row {
    Row { prepare, ..row(cause, Situation::AllWell, how) }
}

fn flags(cause: Cause, situation: Situation, how: How, more: &'static [&'static str]) -> Row {
    Row { more, ..row(cause, situation, how) }
}

/// The next sign-in is refused with this number at the token endpoint, in the shape of Entra's answers.
fn refuse(cloud: &Cloud, error: &str, code: u32) {
    let body = format!(
        r#"{{"error":"{error}","error_description":"AADSTS{code}: Refused. Trace ID: 0f0c7c4e-5a7b-4f63-9a57-3f5b6d3c1a00","error_codes":[{code}]}}"#
    );
    let path = format!("/{}/oauth2/v2.0/token", cloud.tenant.id);
    cloud.entra_server().faults().on(path, Fault::answer(StatusCode::BAD_REQUEST, "application/json", body));
}

fn site_answers(cloud: &Cloud, status: StatusCode, content_type: &'static str, body: &'static str) {
    cloud.sharepoint_server().faults().on("/sites/wiki/_api", Fault::answer(status, content_type, body));
}

fn with_secret(cloud: &Cloud, expires_at: i64) {
    let secrets = vec![ClientSecret { value: Kind::ClientSecret.of("wiki"), expires_at }];
    let roles = |app: &App| {
        app.clone().with_app_roles(SHAREPOINT_APP_ID, &["Sites.FullControl.All"]).with_app_roles(GRAPH_APP_ID, &["Sites.Read.All"])
    };
    assert!(cloud.entra.edit_app(&cloud.client_id, |app| *app = App { secrets, ..roles(app) }));
}

const POLICY: &str = r#"{"error":{"code":"accessDenied","message":"Blocked","innerError":{"code":"conditionalAccessPolicyEnforced"}}}"#;
const ELSEWHERE: &str =
    r#"{"error_description":"Exception of type 'Microsoft.IdentityModel.Tokens.AudienceUriValidationFailedException' was thrown."}"#;

fn table() -> Vec<Row> {
    use Cause as C;
    use Situation as S;
    vec![
        flags(C::EntraTenantNotFound, S::AllWell, How::Nobody, &["--tenant", "nowhere.example"]),
        flags(C::EntraTenantMismatch, S::AllWell, How::Nobody, &["--tenant", "fjordlighting.example"]),
        row(C::EntraAppNotFound, S::AppNotFound, PERSON),
        row(C::EntraAppDisabled, S::AppDisabled, PERSON),
        row(C::EntraTenantNeeded, S::AllWell, How::Reads("AADSTS50194")),
        row(C::EntraRedirectUri, S::RedirectUriNotRegistered, PERSON),
        row(C::EntraPublicClientDisabled, S::RegisteredAsWebApp, PERSON),
        with(C::EntraAppType, PERSON, |cloud| refuse(cloud, "invalid_request", 9_002_327)),
        with(C::EntraConsentRequired, PERSON, |cloud| refuse(cloud, "invalid_grant", 65001)),
        row(C::EntraAdminConsentRequired, S::AdminConsentRequired, How::Person(Choice::DeclineConsent)),
        row(C::EntraConsentDeclined, S::PlanB, How::Person(Choice::DeclineConsent)),
        row(C::EntraUserNotAssigned, S::NotAssigned, PERSON),
        row(C::EntraAccountNotInTenant, S::WrongAccount, PERSON),
        row(C::EntraPasswordRejected, S::AllWell, How::Password("nobody's")),
        with(C::EntraAccountBlocked, How::Password("ada"), |cloud| refuse(cloud, "invalid_grant", 50053)),
        with(C::EntraPasswordExpired, How::Password("ada"), |cloud| refuse(cloud, "invalid_grant", 50055)),
        row(C::EntraMfaRequired, S::SecondFactor, How::Password("ada")),
        row(C::EntraConditionalAccess, S::BlockedByPolicy, PERSON),
        row(C::EntraDeviceRequired, S::DeviceRequired, PERSON),
        with(C::EntraDeviceCodeBlocked, How::Code, |cloud| refuse(cloud, "invalid_grant", 53003)),
        with(C::EntraDeviceCodeExpired, How::Code, |cloud| refuse(cloud, "expired_token", 70020)),
        with(C::EntraSessionExpired, PERSON, |cloud| refuse(cloud, "invalid_grant", 54005)),
        with(C::EntraSecretRejected, How::Secret("other"), |cloud| with_secret(cloud, i64::MAX)),
        with(C::EntraSecretExpired, How::Secret("wiki"), |cloud| with_secret(cloud, 1)),
        row(C::EntraCertificateRejected, S::CertificateUnknown, How::Certificate(own_certificate)),
        row(C::EntraCertificateExpired, S::AppOnly, How::Certificate(old_certificate)),
        row(C::EntraCertificateUnreadable, S::AppOnly, How::Certificate(|_| "not a certificate".to_owned())),
        row(C::EntraResourceNotAvailable, S::NoSharePointService, PERSON),
        flags(C::EntraWrongAccount, S::AllWell, PERSON, &["--expect-account", "Ivy Fell"]),
        with(C::EntraIdTokenInvalid, PERSON, |cloud| cloud.entra.break_with(EntraFault::WrongNonce)),
        flags(C::EntraSignInTimeout, S::AllWell, How::Nobody, &["--timeout", "1"]),
        row(C::EntraClockSkew, S::ClockWrong, PERSON),
        row(C::EntraTemporarilyUnavailable, S::SignInUnavailable, PERSON),
        with(C::EntraRefused, PERSON, |cloud| refuse(cloud, "invalid_request", 12_345_678)),
        row(C::SharePointSiteNotFound, S::SiteMissing, PERSON),
        row(C::SharePointSiteMoved, S::SiteMoved, How::Nobody),
        row(C::SharePointNoAccess, S::NoRole, PERSON),
        with(C::SharePointAppOnlySecretRefused, How::Secret("wiki"), |cloud| with_secret(cloud, i64::MAX)),
        with(C::SharePointTokenRejected, PERSON, |cloud| site_answers(cloud, StatusCode::UNAUTHORIZED, "application/json", ELSEWHERE)),
        row(C::SharePointSiteLocked, S::SiteNoAccess, PERSON),
        row(C::SharePointSiteReadOnly, S::SiteReadOnly, PERSON),
        row(C::SharePointScopeInsufficient, S::PlanB, PERSON),
        row(C::SharePointRoleInsufficient, S::Member, PERSON),
        row(C::SharePointScopeAndRoleInsufficient, S::PlanB, How::Other("ivy")),
        row(C::SharePointNotGrantedToApp, S::AppNotGranted, How::Certificate(own_certificate)),
        with(C::SharePointPolicyBlocked, PERSON, |cloud| site_answers(cloud, StatusCode::FORBIDDEN, "application/json", POLICY)),
        row(C::GraphConsentMissing, S::GraphConsentMissing, PERSON),
        flags(C::GraphNoSharePointLicence, S::NoSharePointPlan, PERSON, &["--tenant", "heathervale.example"]),
        with(C::GraphWrongTenantHost, PERSON, |cloud| {
            site_answers(cloud, StatusCode::UNAUTHORIZED, "application/json", ELSEWHERE);
            let body = r#"{"error":{"code":"invalidRequest","message":"Invalid hostname for this tenancy"}}"#;
            cloud.graph_server().faults().on("/v1.0/sites/", Fault::answer(StatusCode::BAD_REQUEST, "application/json", body));
        }),
    ]
}

/// Never the cause of a report: an answer that belongs to another sign-in is told and waited on; without a browser the address is shown and
/// waited on; and no test can take this computer's loopback addresses away. Their words are held where they are made.
const NEVER_A_REPORTS: [Cause; 3] = [Cause::EntraStateMismatch, Cause::EntraBrowserFailed, Cause::EntraLoopbackFailed];

fn own_certificate(cloud: &Cloud) -> String {
    let certificate = cloud.certificate.as_ref().expect("a situation of an app");
    format!("{}{}", certificate.pem(), certificate.key_pem())
}

fn old_certificate(_: &Cloud) -> String {
    let old = ClientCertificate::new("old", "2024-01-01T00:00:00Z".parse().expect("a time")).expect("made");
    format!("{}{}", old.pem(), old.key_pem())
}

async fn run(row: &Row) -> Said {
    let cloud = Cloud::start(row.situation).await.expect("a practice cloud");
    (row.prepare)(&cloud);
    let (site, authority, home) = (cloud.site(), cloud.authority(), Home::new());
    let file = match row.how {
        How::Certificate(content) => home.file("app.pem", &content(&cloud)),
        _ => String::new(),
    };
    let upn = cloud.user.upn.clone();
    let way: &[&str] = match row.how {
        How::Person(_) | How::Other(_) | How::Reads(_) | How::Nobody => &[],
        How::Code => &["--sign-in", "device-code"],
        How::Password(_) => &["--sign-in", "password", "--username", &upn, "--password-env", "WIKI_PASSWORD"],
        How::Secret(_) => &["--sign-in", "secret", "--secret-env", "WIKI_SECRET"],
        How::Certificate(_) => &["--sign-in", "certificate", "--certificate", &file],
    };
    let words = ["check", "sharepoint", &site, "--client-id", &cloud.client_id, "--authority", &authority, "--json"];
    let mut start = Run::new(home, &[&words, way, row.more].concat()).env("BROWSER", "true");
    match row.how {
        How::Password(nick) => start = start.env("WIKI_PASSWORD", Kind::Password.of(nick)),
        How::Secret(name) => start = start.env("WIKI_SECRET", Kind::ClientSecret.of(name)),
        How::Code => cloud.entra.set_device_interval(1),
        _ => {}
    }
    let mut running = start.start().await;
    let visitor = match row.how {
        How::Person(choice) => Some((cloud.user.upn.clone(), choice)),
        How::Other(nick) => Some((cloud.user.upn.replacen("ada", nick, 1), Choice::Accept)),
        How::Reads(text) => {
            running.sign_in_address().await;
            running.types(text).await;
            None
        }
        How::Code => {
            let line = running.hears("/devicelogin").await;
            let code = line.split_whitespace().last().expect("a code").to_owned();
            Browser::new(&cloud.entra).enter_device_code(&code, &cloud.user.upn, Choice::Accept).await;
            None
        }
        How::Password(_) | How::Secret(_) | How::Certificate(_) | How::Nobody => None,
    };
    if let Some((upn, choice)) = visitor {
        let address = running.sign_in_address().await;
        match cloud.entra.sign_in_like_a_browser(&address, &upn, choice).await {
            // only the page tells, so the person does
            Landing::Page(page) => running.types(&page.message).await,
            landing => drop(deliver(landing).await.expect("the return address answers")),
        }
    }
    running.end().await
}

/// So many rows at once: each is a program of its own, with a cloud of its own.
const AT_ONCE: usize = 4;

/// What is wrong with a row.
async fn found_wrong(row: Row) -> Vec<String> {
    let said = run(&row).await;
    said.keeps_secrets();
    let (json, mut wrong) = (said.json(), Vec::new());
    if json["cause"] != row.cause.as_str() {
        wrong.push(format!("{} was named {}: {}", row.cause, json["cause"], json["headline"]));
    }
    // what failed has something to do about it
    let mut checks = json["checks"].as_array().expect("checks").iter().filter(|check| check["cause"] == row.cause.as_str());
    if !checks.any(|check| check["hints"].as_array().is_some_and(|hints| !hints.is_empty())) {
        wrong.push(format!("{} comes without anything to do", row.cause));
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cause_is_brought_about_and_named_right() {
    let mut wrong = Vec::new();
    let here = tokio::task::LocalSet::new();
    let all = async {
        for rows in table().chunks(AT_ONCE) {
            let running: Vec<_> = rows.iter().map(|row| tokio::task::spawn_local(found_wrong(*row))).collect();
            for (row, running) in rows.iter().zip(running) {
                match running.await {
                    Ok(found) => wrong.extend(found),
                    Err(_panicked) => wrong.push(format!("{} was not told in time", row.cause)),
                }
            }
        }
    };
    here.run_until(all).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_holds_every_cause() {
    let ours = |cause: &&Cause| ["entra.", "sharepoint.", "graph."].iter().any(|prefix| cause.as_str().starts_with(prefix));
    let all: BTreeSet<Cause> = Cause::ALL.iter().filter(ours).copied().collect();
    let held: BTreeSet<Cause> = table().iter().map(|row| row.cause).chain(NEVER_A_REPORTS).collect();
    assert_eq!(all.difference(&held).collect::<Vec<_>>(), Vec::<&Cause>::new(), "causes that nothing brings about");
    assert_eq!(table().len() + NEVER_A_REPORTS.len(), all.len(), "a cause stands in the table twice");
}
