//! Every way it can fail, produced and named right, at the rung where it belongs.

use confluence_auth::Credential;
use http::StatusCode;
use practice::confluence::{Closed, Confluence, Front, RateLimit, Who};
use practice::{Authority, Fault};
use preflight::{Cause, Outcome, Secret};

use crate::harness::*;

async fn data_center(version: &str) -> Confluence {
    Confluence::builder().data_center(version).start().await.expect("a practice server")
}

async fn cloud_site() -> Confluence {
    Confluence::builder().cloud().start().await.expect("a practice server")
}

#[tokio::test]
async fn an_ignored_token_is_red_however_the_site_answers_strangers() {
    for anonymous in [true, false] {
        for closed in [Closed::Forbidden, Closed::Unauthorized, Closed::Login] {
            let wiki =
                Confluence::builder().data_center("9.2").anonymous(anonymous).closed(closed).start().await.expect("a practice server");
            let report = report_of(&wiki, wrong_pat()).await;
            expect_failed(&report, Cause::ConfluenceTreatedAsAnonymous, "credential");
            assert_eq!(report.identity, Some(preflight::Identity::anonymous()));
        }
    }
}

#[tokio::test]
async fn a_revoked_token_is_red() {
    let wiki = Confluence::builder().data_center("8.5").anonymous(true).start().await.expect("a practice server");
    wiki.revoke(&Who::Super.pat());
    expect_failed(&report_of(&wiki, pat(Who::Super)).await, Cause::ConfluenceTreatedAsAnonymous, "credential");
}

#[tokio::test]
async fn cloud_open_to_everybody_ignores_a_wrong_pair() {
    let wiki = Confluence::builder().cloud().anonymous(true).start().await.expect("a practice server");
    expect_failed(&report_of(&wiki, wrong_cloud(Who::Super)).await, Cause::ConfluenceTreatedAsAnonymous, "credential");
}

#[tokio::test]
async fn a_refused_credential_is_told_from_an_ignored_one() {
    let wiki = data_center("9.2").await;
    expect_failed(&report_of(&wiki, wrong_basic(Who::Reader)).await, Cause::ConfluenceCredentialRejected, "credential");
    let wiki = cloud_site().await;
    let report = report_of(&wiki, wrong_cloud(Who::Super)).await;
    expect_failed(&report, Cause::ConfluenceCredentialRejected, "credential");
    assert!(check(&report, "credential").summary.as_str().contains("may not use Confluence"), "both meanings are named");
    // right password, no licence: Cloud does not tell the two apart
    expect_failed(&report_of(&wiki, cloud(Who::Unlicensed)).await, Cause::ConfluenceCredentialRejected, "credential");
}

#[tokio::test]
async fn one_attempt_per_credential() {
    let wiki = data_center("9.2").await;
    let report = report_of(&wiki, wrong_basic(Who::Reader)).await;
    expect_failed(&report, Cause::ConfluenceCredentialRejected, "credential");
    let with_credential = wiki.server().requests().iter().filter(|seen| seen.headers.contains_key("authorization")).count();
    assert_eq!(with_credential, 1);
}

#[tokio::test]
async fn tokens_that_are_not_there() {
    let wiki = data_center("7.4").await;
    let report = report_of(&wiki, pat(Who::Super)).await;
    expect_failed(&report, Cause::ConfluenceTokenUnsupported, "credential");
    assert!(wiki.server().requests().iter().all(|seen| !seen.headers.contains_key("authorization")), "the token was not sent");

    let switched_off = |switches: &mut practice::confluence::Switches| {
        switches.tokens = false;
        switches.anonymous = true;
    };
    let wiki = Confluence::builder().data_center("9.2").switches(switched_off).start().await.expect("a practice server");
    expect_failed(&report_of(&wiki, pat(Who::Super)).await, Cause::ConfluenceTokenUnsupported, "credential");
}

#[tokio::test]
async fn cloud_needs_an_email_and_the_site_is_not_sent_a_token_without() {
    let wiki = cloud_site().await;
    let report = report_of(&wiki, pat(Who::Super)).await;
    expect_failed(&report, Cause::ConfluenceEmailNeeded, "credential");
    assert!(wiki.server().requests().iter().all(|seen| !seen.headers.contains_key("authorization")));
}

#[tokio::test]
async fn a_scope_is_missing() {
    let lacking = async |missing: &'static [&'static str]| {
        let wiki = Confluence::builder().cloud().switches(|switches| switches.missing_scopes = missing).start().await;
        report_of(&wiki.expect("a practice server"), scoped(Who::Super)).await
    };
    let space_listings: &[&str] = &["read:confluence-space.summary", "read:space:confluence"];
    let pages: &[&str] = &["read:confluence-content.all", "read:page:confluence"];
    for (missing, rung, named) in [
        (&["read:confluence-user"][..], "credential", "read:confluence-user"),
        (space_listings, "spaces", "read:space:confluence"),
        (pages, "content", "read:page:confluence"),
    ] {
        let report = lacking(missing).await;
        expect_failed(&report, Cause::ConfluenceTokenScopeMissing, rung);
        assert_eq!(detail(&report, rung, "missing_scope"), Some(named));
        assert!(detail(&report, rung, "scopes").is_some_and(|scopes| missing.iter().all(|scope| scopes.contains(scope))), "{missing:?}");
    }
    for (missing, rung) in [
        ("read:confluence-groups", "users"),
        ("readonly:content.attachment:confluence", "attachment"),
        ("read:confluence-content.permission", "permissions"),
    ] {
        let report = lacking(vec![missing].leak()).await;
        assert_eq!(report.outcome(), Outcome::Limited, "{missing}: {}", told(&report));
        let check = check(&report, rung);
        assert_eq!((check.cause, detail(&report, rung, "missing_scope")), (Some(Cause::ConfluenceTokenScopeMissing), Some(missing)));
    }
    // the second version of the API reaches what the first one's scopes do not
    for missing in ["read:confluence-space.summary", "read:confluence-content.all", "read:confluence-content.summary"] {
        let report = lacking(vec![missing].leak()).await;
        assert!(report.checks.iter().all(|check| check.cause != Some(Cause::ConfluenceTokenScopeMissing)), "{missing}: {}", told(&report));
    }
}

#[tokio::test]
async fn refusals_of_data_center() {
    for version in ["7.13", "9.2"] {
        let wiki = Confluence::builder()
            .data_center(version)
            .switches(|switches| switches.basic = false)
            .start()
            .await
            .expect("a practice server");
        expect_failed(&report_of(&wiki, basic(Who::Super)).await, Cause::ConfluenceBasicDisabled, "credential");
    }
    let wiki = data_center("9.2").await;
    expect_failed(&report_of(&wiki, pat(Who::Unlicensed)).await, Cause::ConfluenceNoAccess, "credential");
    expect_failed(&report_of(&wiki, basic(Who::Unlicensed)).await, Cause::ConfluenceNoAccess, "credential");

    let wiki = Confluence::builder()
        .data_center("9.2")
        .switches(|switches| switches.captcha_after = Some(0))
        .start()
        .await
        .expect("a practice server");
    expect_failed(&report_of(&wiki, basic(Who::Super)).await, Cause::ConfluenceCaptchaRequired, "credential");
}

#[tokio::test]
async fn anonymous_where_it_is_closed() {
    for closed in [Closed::Forbidden, Closed::Unauthorized, Closed::Login] {
        let wiki = Confluence::builder().data_center("9.2").closed(closed).start().await.expect("a practice server");
        expect_failed(&report_of(&wiki, Credential::Anonymous).await, Cause::ConfluenceAnonymousNotAllowed, "identity");
    }
    let wiki = cloud_site().await;
    expect_failed(&report_of(&wiki, Credential::Anonymous).await, Cause::ConfluenceAnonymousNotAllowed, "identity");
}

#[tokio::test]
async fn gates_are_named() {
    for (front, cause) in [
        (Front::IdpRedirect, Cause::ConfluenceSsoRequired),
        (Front::IdpAutopost, Cause::ConfluenceSsoRequired),
        (Front::Negotiate, Cause::ConfluenceNegotiateRequired),
        (Front::Maintenance, Cause::ServerMaintenance),
        (Front::ProxyDown, Cause::ServerError),
        (Front::Nginx, Cause::AddressNotConfluence),
        (Front::Jira, Cause::AddressNotConfluence),
    ] {
        let wiki = Confluence::builder().data_center("9.2").context("/confluence").front(front).start().await.expect("a practice server");
        let report = report_of(&wiki, pat(Who::Super)).await;
        assert_eq!((report.outcome(), report.cause()), (Outcome::Failed, Some(cause)), "{front:?}\n{}", told(&report));
        assert_eq!(wiki.idp().requests().len(), 0, "nothing goes to the identity provider");
        if cause != Cause::ConfluenceSsoRequired {
            assert!(wiki.server().requests().iter().all(|seen| !seen.headers.contains_key("authorization")), "{front:?}: no credential");
        }
    }
}

#[tokio::test]
async fn single_sign_on_that_lets_passwords_through_is_passed() {
    for front in [Front::IdpRedirect, Front::IdpAutopost] {
        let wiki = Confluence::builder().data_center("9.2").front(front).start().await.expect("a practice server");
        let report = report_of(&wiki, basic(Who::Super)).await;
        expect(&report, Outcome::Passed, None, "");
        assert!(detail(&report, "reachable", "gate").is_some());
    }
}

#[tokio::test]
async fn throttling_is_waited_out_once_and_blocking_is_told() {
    let limited = |limit| Confluence::builder().data_center("9.2").rate_limit(limit).start();
    let once = RateLimit::Next { times: 1, retry_after: "0".to_owned() };
    expect(&report_of(&limited(once).await.expect("a practice server"), pat(Who::Super)).await, Outcome::Passed, None, "");
    let always = RateLimit::Next { times: 1000, retry_after: "45".to_owned() };
    let report = report_of(&limited(always).await.expect("a practice server"), pat(Who::Super)).await;
    assert_eq!(report.cause(), Some(Cause::ServerThrottled), "{}", told(&report));
    let report = report_of(&limited(RateLimit::Blocked).await.expect("a practice server"), pat(Who::Super)).await;
    assert_eq!(report.cause(), Some(Cause::ServerBlockedByAdministrator), "{}", told(&report));
}

#[tokio::test]
async fn faults_of_the_network_and_of_boxes_in_between() {
    let html = "text/html;charset=utf-8";
    let redirect = |to: &str| Fault::Redirect { status: StatusCode::FOUND, to: to.to_owned() };
    for (fault, cause) in [
        (Fault::CloseUnanswered, Cause::NetworkClosed),
        (Fault::CloseMidBody { promised: 500, sent: 20 }, Cause::NetworkClosed),
        (Fault::CaptivePortal, Cause::NetworkUnexpectedAnswer),
        (Fault::Unavailable, Cause::ServerError),
        (Fault::Large { bytes: 64 * 1024 * 1024 }, Cause::NetworkUnexpectedAnswer),
        (redirect("https://login.microsoftonline.com/common/oauth2/authorize?client_id=0"), Cause::ConfluenceSsoRequired),
        (redirect("https://team.cloudflareaccess.com/cdn-cgi/access/login/wiki"), Cause::ConfluenceSsoRequired),
        (redirect("https://portal.harbour-line.example/welcome"), Cause::NetworkUnexpectedAnswer),
        (redirect("https://wiki.brackwater.example/rest/applinks/1.0/manifest"), Cause::AddressNotConfluence),
        (Fault::answer(StatusCode::INTERNAL_SERVER_ERROR, "application/json", r#"{"message":"boom"}"#), Cause::ServerError),
        (Fault::answer(StatusCode::NETWORK_AUTHENTICATION_REQUIRED, html, "<html></html>"), Cause::NetworkUnexpectedAnswer),
        (
            Fault::answer(
                StatusCode::FORBIDDEN,
                html,
                "<html><head><title>Zscaler</title></head><body>Not allowed by policy</body></html>",
            ),
            Cause::NetworkUnexpectedAnswer,
        ),
        (
            Fault::answer(StatusCode::FORBIDDEN, "application/json", r#"{"message":"Your IP is not on the allowlist of this site"}"#),
            Cause::ServerBlockedByAdministrator,
        ),
    ] {
        let wiki = data_center("9.2").await;
        wiki.server().faults().on("/", fault.clone());
        let report = report_of(&wiki, pat(Who::Super)).await;
        assert_eq!((report.outcome(), report.cause()), (Outcome::Failed, Some(cause)), "{fault:?}\n{}", told(&report));
        assert!(wiki.server().requests().iter().all(|seen| !seen.headers.contains_key("authorization")), "{fault:?}: no credential");
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_a_timeout() {
    let wiki = data_center("9.2").await;
    wiki.server().faults().on("/", Fault::Hang);
    let network = network_with(|config| config.total_timeout = std::time::Duration::from_millis(200));
    expect_failed(&report_over(&network, &settings_for(&wiki, pat(Who::Super))).await, Cause::NetworkTimeout, "reachable");
}

#[tokio::test]
async fn names_and_ports_that_do_not_answer() {
    let report_at = async |address: &str| report(&settings(address, wrong_pat())).await;
    expect_failed(&report_at("https://wiki.invalid").await, Cause::NetworkDns, "reachable");
    let port = {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        taken.local_addr().expect("an address").port()
    };
    expect_failed(&report_at(&format!("http://127.0.0.1:{port}")).await, Cause::NetworkRefused, "reachable");
}

#[tokio::test]
async fn certificates() {
    let authority = Authority::new().expect("an authority");
    let wiki =
        Confluence::builder().https(authority.issue(&["localhost"]).expect("a certificate")).start().await.expect("a practice server");
    expect_failed(&report_of(&wiki, pat(Who::Super)).await, Cause::NetworkTlsUntrusted, "reachable");
    let wiki = Confluence::builder().start().await.expect("a practice server");
    let over_https = wiki.base().replacen("http:", "https:", 1);
    expect_failed(&report(&settings(&over_https, pat(Who::Super))).await, Cause::NetworkPlainHttp, "reachable");
}

#[tokio::test]
async fn more_certificates() {
    let authority = Authority::new().expect("an authority");
    let issued = [
        (authority.issue_expired(&["localhost"]), Cause::NetworkTlsExpired),
        (authority.issue_for_another_name(&["localhost"]), Cause::NetworkTlsNameMismatch),
    ];
    let ca_file = ca_file(&authority);
    for (identity, cause) in issued {
        let wiki = Confluence::builder().https(identity.expect("a certificate")).start().await.expect("a practice server");
        let network = network_with(|config| config.ca_file = Some(ca_file.path().to_owned()));
        expect_failed(&report_over(&network, &settings_for(&wiki, pat(Who::Super))).await, cause, "reachable");
    }
}

/// The way from http to https of the same host is taken before any credential is sent.
#[tokio::test]
async fn from_http_to_https_before_the_credential() {
    let authority = Authority::new().expect("an authority");
    let identity = authority.issue(&["127.0.0.1"]).expect("a certificate");
    let wiki = Confluence::builder().https(identity).start().await.expect("a practice server");
    let plain = Confluence::builder().start().await.expect("a practice server");
    let to = format!("{}/rest/applinks/1.0/manifest", wiki.base());
    plain.server().faults().on("/", Fault::Redirect { status: StatusCode::MOVED_PERMANENTLY, to });
    let ca_file = ca_file(&authority);
    let network = network_with(|config| config.ca_file = Some(ca_file.path().to_owned()));
    let report = report_over(&network, &settings_for(&plain, pat(Who::Super))).await;
    expect(&report, Outcome::Passed, None, "");
    assert_eq!(report.target.address.as_str(), wiki.base());
    assert!(plain.server().requests().iter().all(|seen| !seen.headers.contains_key("authorization")));
    assert!(check(&report, "reachable").summary.as_str().contains("https"));
}

fn ca_file(authority: &Authority) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), authority.pem()).expect("written");
    file
}

#[tokio::test]
async fn too_old_and_misconfigured() {
    let wiki = data_center("5.4").await;
    expect_failed(&report_of(&wiki, basic(Who::Super)).await, Cause::AddressVersionTooOld, "product");
    let elsewhere =
        |switches: &mut practice::confluence::Switches| switches.base_url = Some("http://intranet.brackwater.example/wiki".to_owned());
    let wiki = Confluence::builder().data_center("9.2").switches(elsewhere).start().await.expect("a practice server");
    let report = report_of(&wiki, pat(Who::Super)).await;
    expect(&report, Outcome::Passed, None, "");
    assert_eq!(detail(&report, "product", "configured_base"), Some("http://intranet.brackwater.example/wiki"));
}

#[tokio::test]
async fn refusals_halfway_up() {
    for (path, fault, cause, rung) in [
        (
            "/rest/api/space",
            Fault::answer(StatusCode::FORBIDDEN, "application/json", r#"{"message":"no"}"#),
            Cause::ConfluenceNoAccess,
            "spaces",
        ),
        (
            "/rest/api/space",
            Fault::answer(StatusCode::OK, "application/json", r#"{"nonsense":true}"#),
            Cause::NetworkUnexpectedAnswer,
            "spaces",
        ),
        (
            "/rest/api/content",
            Fault::Redirect { status: StatusCode::FOUND, to: "/login.action?x=1".to_owned() },
            Cause::ConfluenceSessionExpired,
            "content",
        ),
        ("/rest/api/content", Fault::answer(StatusCode::BAD_GATEWAY, "text/html", "<html></html>"), Cause::ServerError, "content"),
    ] {
        let wiki = data_center("9.2").await;
        wiki.server().faults().on(path, fault);
        expect_failed(&report_of(&wiki, pat(Who::Super)).await, cause, rung);
    }
}

#[tokio::test]
async fn refused_downloads_limit_content() {
    let wiki = data_center("9.2").await;
    wiki.server().faults().on("/download/", Fault::Redirect { status: StatusCode::FOUND, to: "/login.action?os_destination=x".to_owned() });
    let report = report_of(&wiki, pat(Who::Super)).await;
    expect(&report, Outcome::Limited, Some(Cause::ConfluenceTokenUnsupported), "attachment");
    assert_eq!(verdicts(&report)[0], Some(preflight::Verdict::Partly));
}

#[tokio::test]
async fn a_gate_before_downloads_is_no_file() {
    for to in [
        "https://login.microsoftonline.com/common/oauth2/authorize",
        "https://files.harbour-line.example/x",
        "https://api.media.atlassian.com/file/1",
    ] {
        let wiki = data_center("9.2").await;
        wiki.server().faults().on("/download/", Fault::Redirect { status: StatusCode::FOUND, to: to.to_owned() });
        let report = report_of(&wiki, pat(Who::Super)).await;
        assert_eq!(check(&report, "attachment").outcome, Outcome::Limited, "{to}\n{}", told(&report));
    }
    let wiki = cloud_site().await;
    let to = "https://api.media.atlassian.com/file/1/binary?token=x".to_owned();
    wiki.server().faults().on("/wiki/download/", Fault::Redirect { status: StatusCode::FOUND, to });
    let report = report_of(&wiki, cloud(Who::Super)).await;
    assert_eq!(check(&report, "attachment").outcome, Outcome::Passed, "{}", told(&report));
    assert_eq!(detail(&report, "attachment", "handed_out_by"), Some("api.media.atlassian.com"));
}

#[tokio::test]
async fn a_login_page_in_the_place_of_a_file_is_no_file() {
    let wiki = data_center("9.2").await;
    let page = "<html><head><title>Log In</title></head><body><form name=\"loginform\" action=\"/dologin.action\"></form></body></html>";
    wiki.server().faults().on("/download/", Fault::answer(StatusCode::OK, "text/html", page));
    expect(&report_of(&wiki, pat(Who::Super)).await, Outcome::Limited, Some(Cause::ConfluenceTokenUnsupported), "attachment");
}

#[tokio::test]
async fn rights_that_cannot_be_read_are_unknown() {
    let wiki = data_center("9.2").await;
    let broken = || Fault::answer(StatusCode::INTERNAL_SERVER_ERROR, "application/json", "{}");
    wiki.server().faults().on("/rest/api/instance-metrics", broken());
    wiki.server().faults().on("/rest/api/permissions", broken());
    wiki.server().faults().on("/rest/api/user/memberof", broken());
    wiki.server().faults().on("/index.action", broken());
    let report = report_of(&wiki, pat(Who::Super)).await;
    assert_eq!(report.cause(), Some(Cause::ConfluencePermissionsUnknown), "{}", told(&report));
}

#[tokio::test]
async fn gate_headers_go_to_the_site_and_nowhere_else() {
    let wiki = cloud_site().await;
    let mut settings = settings_for(&wiki, scoped(Who::Super));
    let value = practice::markers::Kind::AccessToken.of("gate");
    settings.extra_headers.push((http::HeaderName::from_static("cf-access-client-secret"), Secret::new(value.clone())));
    let report = report(&settings).await;
    assert_eq!(report.outcome(), Outcome::Limited, "{}", told(&report));
    let has = |seen: &practice::Seen| seen.headers.contains_key("cf-access-client-secret");
    assert!(wiki.server().requests().iter().all(has));
    let gateway = wiki.gateway().expect("a gateway").requests();
    assert!(!gateway.is_empty() && !gateway.iter().any(has));
}
