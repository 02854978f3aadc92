//! Every cause of the network, the server, the address and Confluence, produced from outside, named right, in the right time.

#![cfg(target_os = "linux")]

use std::any::Any;
use std::time::{Duration, Instant};

use end_to_end::program::{Home, Run, wayleave};
use end_to_end::proxy::Proxy;
use practice::confluence::{Builder, Confluence, Front, RateLimit, Who};
use practice::faults::Fault;
use practice::situation::{SITUATIONS, Side};
use practice::{Authority, Identity};
use preflight::Cause;
use reqwest::StatusCode;

/// What is to be seen.
enum Scene {
    /// A command whose verdict is this cause.
    Told { run: Run, verdict: &'static str, within: Duration, keeps: Vec<Box<dyn Any + Send>> },
    /// A command that is wrong usage, with these words.
    Usage { run: Run, words: &'static str },
    /// A command that passes with a hint of these words: no fault of a source.
    Hint { run: Run, words: &'static str, keeps: Vec<Box<dyn Any + Send>> },
    /// Not of these four families.
    Elsewhere,
}

/// How long a plain refusal may take, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(10);

fn check(words: &[&str]) -> Run {
    wayleave(&[&["check", "confluence", "--json"], words].concat())
}

fn told(run: Run, verdict: &'static str) -> Scene {
    Scene::Told { run, verdict, within: SOON, keeps: Vec::new() }
}

impl Scene {
    fn keeping(mut self, thing: impl Any + Send) -> Self {
        if let Self::Told { keeps, .. } | Self::Hint { keeps, .. } = &mut self {
            keeps.push(Box::new(thing));
        }
        self
    }
}

/// With the token of somebody who may do everything.
fn as_super(address: &str, more: &[&str]) -> Run {
    check(&[&[address, "--token-env", "T"], more].concat()).env("T", Who::Super.pat())
}

async fn started(wiki: Builder) -> Confluence {
    wiki.start().await.expect("a practice wiki")
}

/// A wiki, asked with a good token.
async fn asked(wiki: Builder, verdict: &'static str) -> Scene {
    let wiki = started(wiki).await;
    told(as_super(&wiki.base(), &[]), verdict).keeping(wiki)
}

/// A wiki with this credential.
async fn asked_with(wiki: Builder, secret: String, more: &[&str], verdict: &'static str) -> Scene {
    let wiki = started(wiki).await;
    let run = check(&[&[&*wiki.base(), "--token-env", "T"], more].concat()).env("T", secret);
    let run = match wiki.gateway() {
        Some(gateway) => run.env("WAYLEAVE_ATLASSIAN_GATEWAY", gateway.origin()),
        None => run,
    };
    told(run, verdict).keeping(wiki)
}

/// A wiki with a fault on a path.
async fn faulty(path: &str, fault: Fault, more: &[&str], verdict: &'static str) -> Scene {
    let wiki = started(Confluence::builder()).await;
    wiki.server().faults().on(path, fault);
    told(as_super(&wiki.base(), more), verdict).keeping(wiki)
}

/// A wiki that shows this certificate, whose issuer is trusted.
async fn certified(authority: &Authority, identity: Identity, verdict: &'static str) -> Scene {
    let wiki = started(Confluence::builder().https(identity)).await;
    let home = Home::new();
    let ca = home.file("ca.pem", authority.pem());
    told(as_super(&wiki.base(), &["--ca-file", &ca]), verdict).keeping(wiki).keeping(home)
}

/// What stands between this computer and Confluence, and whether it is one.
async fn on_the_way(cause: Cause) -> Scene {
    let authority = Authority::new().expect("an authority");
    let local = ["localhost"];
    let html = "text/html;charset=utf-8";
    match cause {
        Cause::NetworkDns => told(as_super("https://wiki.invalid", &[]), "2 failed network.dns"),
        Cause::NetworkRefused => {
            let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            let address = format!("http://{}", taken.local_addr().expect("an address"));
            drop(taken);
            told(as_super(&address, &[]), "2 failed network.refused")
        }
        Cause::NetworkTimeout => faulty("/", Fault::Hang, &["--timeout", "2"], "2 failed network.timeout").await,
        Cause::NetworkClosed => faulty("/", Fault::CloseUnanswered, &[], "2 failed network.closed").await,
        Cause::NetworkUnexpectedAnswer => faulty("/", Fault::CaptivePortal, &[], "2 failed network.unexpected-answer").await,
        Cause::NetworkProxyAuthRequired => {
            let (proxy, wiki) = (Proxy::start(Some(("jane", "x"))).await, started(Confluence::builder()).await);
            let run = as_super(&wiki.base(), &["--proxy", &proxy.address]);
            told(run, "2 failed network.proxy-auth-required").keeping(proxy).keeping(wiki)
        }
        Cause::NetworkProxyFailed => {
            told(as_super("https://wiki.example.com", &["--proxy", "127.0.0.1:9"]), "2 failed network.proxy-failed")
        }
        Cause::NetworkTlsUntrusted => {
            let wiki = Confluence::builder().https(authority.issue(&local).expect("a certificate"));
            asked(wiki, "2 failed network.tls-untrusted").await
        }
        Cause::NetworkTlsIntercepted => {
            let identity = authority.issue(&["brackwater.atlassian.net"]).expect("a certificate");
            let wiki = started(Confluence::builder().cloud().https(identity)).await;
            let port = wiki.server().origin().rsplit(':').next().unwrap_or_default().to_owned();
            let proxy = Proxy::leading_to(&format!("127.0.0.1:{port}")).await;
            let run = as_super("https://brackwater.atlassian.net", &["--email", Who::Super.email(), "--proxy", &proxy.address]);
            told(run, "2 failed network.tls-intercepted").keeping(proxy).keeping(wiki)
        }
        Cause::NetworkTlsNameMismatch => {
            let identity = authority.issue_for_another_name(&local).expect("a certificate");
            certified(&authority, identity, "2 failed network.tls-name-mismatch").await
        }
        Cause::NetworkTlsExpired => {
            let identity = authority.issue_expired(&local).expect("a certificate");
            certified(&authority, identity, "2 failed network.tls-expired").await
        }
        Cause::NetworkTlsFailed => {
            let identity = authority.issue(&local).expect("a certificate").wanting_client_certificate(&authority);
            certified(&authority, identity, "2 failed network.tls-failed").await
        }
        Cause::NetworkPlainHttp => {
            let wiki = started(Confluence::builder()).await;
            let run = as_super(&wiki.base().replacen("http:", "https:", 1), &[]);
            told(run, "2 failed network.plain-http").keeping(wiki)
        }
        Cause::ServerMaintenance => asked(Confluence::builder().front(Front::Maintenance), "2 failed server.maintenance").await,
        Cause::ServerError => asked(Confluence::builder().front(Front::ProxyDown), "2 failed server.error").await,
        Cause::ServerThrottled => {
            let limit = RateLimit::Next { times: 1000, retry_after: "1".to_owned() };
            let scene = asked(Confluence::builder().rate_limit(limit), "2 failed server.throttled").await;
            match scene {
                Scene::Told { run, verdict, keeps, .. } => Scene::Told { run, verdict, keeps, within: Duration::from_secs(30) },
                other => other,
            }
        }
        Cause::ServerBlockedByAdministrator => {
            asked(Confluence::builder().rate_limit(RateLimit::Blocked), "2 failed server.blocked-by-administrator").await
        }
        Cause::ServerReadOnly => {
            let wiki = started(Confluence::builder().switches(|switches| switches.read_only = true)).await;
            Scene::Hint { run: as_super(&wiki.base(), &[]), words: "read-only mode", keeps: vec![Box::new(wiki)] }
        }
        Cause::AddressInvalid => Scene::Usage { run: check(&["not an address at all", "--anonymous"]), words: "Confluence address" },
        Cause::AddressNotConfluence => asked(Confluence::builder().front(Front::Jira), "2 failed address.not-confluence").await,
        Cause::AddressNotSharePoint => {
            let page = Fault::answer(StatusCode::OK, html, "<html><title>Welcome</title></html>");
            let wiki = started(Confluence::builder()).await;
            wiki.server().faults().on("/", page);
            let (site, id) = (wiki.base(), "8a4f1d6e-3b7c-4e52-9a0d-5c6b7e8f9012");
            let words = ["check", "sharepoint", "--json", &site, "--client-id", id, "--sign-in", "device-code", "--authority", &site];
            told(wayleave(&words), "2 failed address.not-sharepoint").keeping(wiki)
        }
        Cause::AddressVersionTooOld => asked(Confluence::builder().data_center("5.4"), "2 failed address.version-too-old").await,
        _ => Scene::Elsewhere,
    }
}

/// What Confluence says to a credential and an account.
async fn at_the_door(cause: Cause) -> Scene {
    let wiki = Confluence::builder;
    let name = Who::Super.username();
    let basic = ["--user", name];
    let json = "application/json";
    match cause {
        Cause::ConfluenceTreatedAsAnonymous => {
            asked_with(wiki().anonymous(true), Who::Super.pat() + "x", &[], "2 failed confluence.treated-as-anonymous").await
        }
        Cause::ConfluenceCredentialRejected => {
            asked_with(wiki(), Who::Super.password() + "x", &basic, "2 failed confluence.credential-rejected").await
        }
        Cause::ConfluenceTokenUnsupported => {
            asked_with(wiki().data_center("7.4"), Who::Super.pat(), &[], "2 failed confluence.token-unsupported").await
        }
        Cause::ConfluenceTokenScopeMissing => {
            let wiki = wiki().cloud().switches(|switches| switches.missing_scopes = &["read:confluence-user"]);
            asked_with(wiki, Who::Super.scoped_token(), &["--email", Who::Super.email()], "2 failed confluence.token-scope-missing").await
        }
        Cause::ConfluenceEmailNeeded => asked_with(wiki().cloud(), Who::Super.api_token(), &[], "2 failed confluence.email-needed").await,
        Cause::ConfluenceBasicDisabled => {
            let wiki = wiki().switches(|switches| switches.basic = false);
            asked_with(wiki, Who::Super.password(), &basic, "2 failed confluence.basic-disabled").await
        }
        Cause::ConfluenceCaptchaRequired => {
            let wiki = wiki().switches(|switches| switches.captcha_after = Some(0));
            asked_with(wiki, Who::Super.password(), &basic, "2 failed confluence.captcha-required").await
        }
        Cause::ConfluenceNoAccess => asked_with(wiki(), Who::Unlicensed.pat(), &[], "2 failed confluence.no-access").await,
        Cause::ConfluenceAnonymousNotAllowed => {
            let wiki = started(wiki()).await;
            told(check(&[&wiki.base(), "--anonymous"]), "2 failed confluence.anonymous-not-allowed").keeping(wiki)
        }
        Cause::ConfluenceSsoRequired => asked(wiki().front(Front::IdpRedirect), "2 failed confluence.sso-required").await,
        Cause::ConfluenceNegotiateRequired => asked(wiki().front(Front::Negotiate), "2 failed confluence.negotiate-required").await,
        Cause::ConfluenceSessionExpired => {
            let to_login = Fault::Redirect { status: StatusCode::FOUND, to: "/login.action?os_destination=x".to_owned() };
            faulty("/rest/api/content", to_login, &[], "2 failed confluence.session-expired").await
        }
        Cause::ConfluenceElevationRequired => {
            let wiki = wiki().data_center("8.5").switches(|switches| switches.websudo = true);
            asked_with(wiki, Who::Super.password(), &basic, "1 limited confluence.elevation-required").await
        }
        Cause::ConfluenceWrongAccount => {
            let more = ["--expect-account", "somebody-else"];
            asked_with(wiki(), Who::Super.pat(), &more, "2 failed confluence.wrong-account").await
        }
        Cause::ConfluencePermissionsUnknown => {
            let broken = Fault::answer(StatusCode::INTERNAL_SERVER_ERROR, json, r#"{"statusCode":500,"message":"boom"}"#);
            faulty("/rest/api/user/memberof", broken, &[], "1 limited confluence.permissions-unknown").await
        }
        Cause::ConfluenceNotAdministrator => asked_with(wiki(), Who::Reader.pat(), &[], "1 limited confluence.not-administrator").await,
        _ => Scene::Elsewhere,
    }
}

/// What only a sign-in in the browser can meet. `interactive.rs` shows it, by this test.
const IN_THE_BROWSER: [(Cause, &str); 5] = [
    (Cause::ConfluenceSessionBound, "a_bound_session_is_used_through_the_browser"),
    (Cause::ConfluenceSignInTimeout, "whatever_ends_the_window_is_told_and_leaves_nothing"),
    (Cause::ConfluenceBrowserClosed, "whatever_ends_the_window_is_told_and_leaves_nothing"),
    (Cause::ConfluenceBrowserMissing, "whatever_ends_the_window_is_told_and_leaves_nothing"),
    (Cause::ConfluenceBrowserFailed, "whatever_ends_the_window_is_told_and_leaves_nothing"),
];

#[test]
fn what_needs_a_browser_is_shown_there() {
    let tests = include_str!("interactive.rs");
    for (cause, test) in IN_THE_BROWSER {
        let (_, body) = tests.split_once(&format!("async fn {test}()")).unwrap_or_else(|| panic!("no test {test}"));
        let body = body.split("#[tokio::test").next().unwrap_or_default();
        assert!(body.contains(cause.as_str()), "{test} does not show {cause}");
    }
}

async fn scene(cause: Cause) -> Scene {
    let (family, _) = cause.as_str().split_once('.').expect("a family and a name");
    if family == "confluence" { at_the_door(cause).await } else { on_the_way(cause).await }
}

/// Every cause there is of these four families, so that a new one has to be shown here as well.
#[tokio::test(flavor = "multi_thread")]
async fn every_cause_is_named_in_time_and_leaves_nothing_running() {
    let families = ["network.", "server.", "address.", "confluence."];
    let causes = Cause::ALL.iter().copied().filter(|cause| families.iter().any(|family| cause.as_str().starts_with(family)));
    for cause in causes.filter(|cause| IN_THE_BROWSER.iter().all(|(shown, _)| shown != cause)) {
        match scene(cause).await {
            Scene::Told { run, verdict, within, keeps } => {
                let begun = Instant::now();
                let said = run.end_alone().await;
                let took = begun.elapsed();
                assert_eq!(said.verdict(), verdict);
                assert!(verdict.ends_with(cause.as_str()), "{verdict} does not show {cause}");
                assert!(took < within, "{cause} took {took:?}");
                let report = said.json();
                let hints = report["checks"].as_array().into_iter().flatten().filter(|check| check["cause"] == cause.as_str());
                let hints: usize = hints.filter_map(|check| Some(check["hints"].as_array()?.len())).sum();
                assert!(hints > 0, "{cause} comes without a next step: {report}");
                drop(keeps);
            }
            Scene::Usage { run, words } => {
                let said = run.end_alone().await;
                assert_eq!((said.code, said.out.as_str()), (Some(64), ""), "{cause}");
                assert!(said.told().contains(words), "{said:?}");
            }
            Scene::Hint { run, words, keeps } => {
                let said = run.end_alone().await;
                assert_eq!(said.verdict(), "0 passed -", "{cause}");
                assert!(said.out.contains(words), "{cause} is not told: {}", said.out);
                drop(keeps);
            }
            Scene::Elsewhere => panic!("no scene shows {cause}"),
        }
    }
}

/// Whoever the server names instead, or if it names nobody: never a green report.
#[tokio::test(flavor = "multi_thread")]
async fn no_false_green_in_any_situation() {
    for situation in SITUATIONS.iter().filter(|situation| situation.side != Side::SharePoint) {
        let id = situation.id;
        let other = check(&["--practice", id, "--expect-account", "nobody-by-this-name"]).end_alone().await;
        assert_ne!(other.code, Some(0), "{id}: {other:?}");
        assert_eq!(other.json()["outcome"], "failed", "{id}");
        let spaces = wayleave(&["spaces", "--practice", id, "--json", "--expect-account", "nobody-by-this-name"]).end().await;
        assert_eq!((spaces.code, &spaces.json()["outcome"]), (Some(2), &"failed".into()), "{id}");
        let as_it_is = check(&["--practice", id]).end().await;
        let report = as_it_is.json();
        if report["outcome"] == "passed" {
            assert_eq!(report["identity"]["kind"], "user", "{id}");
            let account = report["identity"]["account"].as_str().unwrap_or_default();
            assert!(Who::ALL.iter().any(|who| [who.username(), who.email()].contains(&account)), "{id}: {account}");
        }
    }
}

/// Whatever stands before it, open or closed: a credential that is none is never green.
#[tokio::test(flavor = "multi_thread")]
async fn no_false_green_behind_any_front() {
    let fronts = [
        Front::Open,
        Front::IdpRedirect,
        Front::IdpAutopost,
        Front::IdpOidc,
        Front::IdpPopup,
        Front::GatePage,
        Front::GateAccess,
        Front::GateHeader,
        Front::NamingProxy,
        Front::Negotiate,
        Front::Maintenance,
        Front::ProxyDown,
        Front::Nginx,
        Front::Jira,
    ];
    for front in fronts {
        for open in [true, false] {
            let wiki = started(Confluence::builder().front(front).anonymous(open)).await;
            let address = wiki.base();
            let wrong = [
                check(&[&address, "--token-env", "T"]).env("T", Who::Super.pat() + "x"),
                check(&[&address, "--token-env", "T", "--user", Who::Super.username()]).env("T", Who::Super.password() + "x"),
                check(&[&address, "--token-env", "T", "--email", Who::Super.email()]).env("T", Who::Super.api_token()),
            ];
            for run in wrong {
                let said = run.end().await;
                assert_eq!((said.code, &said.json()["outcome"]), (Some(2), &"failed".into()), "{front:?} {open}: {}", said.out);
            }
            let nobody = check(&[&address, "--anonymous"]).end().await;
            assert_ne!(nobody.code, Some(0), "{front:?} {open}: {}", nobody.out);
        }
    }
}
