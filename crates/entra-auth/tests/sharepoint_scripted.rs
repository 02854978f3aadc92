//! The way to the sign-in over a scripted network: what is asked, in which order, and what stops it before anybody is bothered.

use std::time::Duration;

use entra_auth::{
    ClientId, Cloud, Cx, Method, OpenError, PLAN, Replies, Settings, SiteAddress, Tenant, UrlOpener, Window, test_connection,
};
use preflight::{Clock, Recorder, Report, Target, TargetKind};
use transport::{ScriptedNetwork, TransportErrorKind, Want};
use url::Url;

const TENANT: &str = "7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20";
const OTHER: &str = "11d3e0c4-7b52-4f0a-9f4e-5a0a4c6b7e21";

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn ticks(&self) -> Duration {
        Duration::ZERO
    }
}

/// Nobody may be bothered.
#[derive(Debug)]
struct Closed;

impl UrlOpener for Closed {
    fn open(&self, url: &Url) -> Result<(), OpenError> {
        panic!("{url} was opened")
    }
}

fn settings(tenant: Option<&str>) -> Settings {
    Settings {
        site: SiteAddress::understand("https://heather.sharepoint.com/sites/wiki").expect("a site"),
        tenant: tenant.map(|tenant| Tenant::parse(tenant).expect("a tenant")),
        client_id: ClientId::parse("5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01").expect("a client ID"),
        method: Method::Interactive,
        cloud: None,
        authority: None,
        expect_account: None,
        memory: None,
        window: Window::Default,
    }
}

async fn report(settings: &Settings, script: Vec<Want>) -> (Report, Vec<String>) {
    let network = ScriptedNetwork::new(script);
    let target = Target { kind: TargetKind::SharePoint, address: "".into(), practice: false };
    let recorder = Recorder::new(PLAN, target, &Still, &());
    let replies = Replies::none();
    let cx = Cx { network: &network, clock: &Still, opener: &Closed, replies: &replies };
    test_connection(&cx, settings, &recorder).await;
    assert_eq!(network.left(), 0);
    (recorder.finish(), network.seen())
}

fn configuration(tenant: &str) -> Want {
    let login = format!("https://login.microsoftonline.com/{tenant}");
    let body = serde_json::json!({
        "issuer": format!("{login}/v2.0"),
        "authorization_endpoint": format!("{login}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{login}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{login}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{login}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "msgraph_host": "graph.microsoft.com",
        "tenant_region_scope": "EU",
    });
    Want::get(&format!("/{tenant}/v2.0/.well-known/openid-configuration")).answer(200, &body.to_string())
}

fn realm(tenant: &str) -> Want {
    let challenge = format!("Bearer realm=\"{tenant}\",client_id=\"00000003-0000-0ff1-ce00-000000000000\"");
    Want::get("/sites/wiki/_vti_bin/client.svc").answer(401, "").header("www-authenticate", &challenge)
}

fn cause(report: &Report) -> &'static str {
    report.cause().map_or("-", preflight::Cause::as_str)
}

#[tokio::test]
async fn a_tenant_that_is_not_the_sites_stops_before_the_sign_in() {
    let (report, seen) = report(&settings(Some(OTHER)), vec![configuration(OTHER), realm(TENANT)]).await;
    assert_eq!(cause(&report), "entra.tenant-mismatch");
    assert_eq!(
        report.headline().as_str(),
        "heather.sharepoint.com belongs to tenant 7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20, not to 11d3e0c4-7b52-4f0a-9f4e-5a0a4c6b7e21"
    );
    assert_eq!(seen.len(), 2);
    assert!(report.abilities.is_empty());
}

#[tokio::test]
async fn an_unknown_tenant_is_told_with_the_one_that_the_site_names() {
    let body = r#"{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant not found.","error_codes":[90002]}"#;
    let unknown = Want::get(&format!("/{OTHER}/v2.0/.well-known/openid-configuration")).answer(400, body);
    let (report, _) = report(&settings(Some(OTHER)), vec![unknown, realm(TENANT)]).await;
    assert_eq!(cause(&report), "entra.tenant-not-found");
    assert!(report.hints().iter().any(|hint| format!("{:?}", hint.action).contains(TENANT)), "{:?}", report.hints());
}

#[tokio::test]
async fn what_stands_in_the_way_of_the_site_is_named() {
    let site = || Want::get("/sites/wiki/_vti_bin/client.svc");
    let table = [
        (site().answer(200, "<html>Sign in to the guest network</html>"), "network.unexpected-answer"),
        (site().answer(302, "").header("location", "http://portal.hotel.example/"), "network.unexpected-answer"),
        (
            site().answer(301, "").header("location", "https://heathervale.sharepoint.com/sites/wiki/_vti_bin/client.svc"),
            "sharepoint.site-moved",
        ),
        (site().answer(401, "").header("www-authenticate", "NTLM"), "address.not-sharepoint"),
        (site().answer(503, "").header("retry-after", "9"), "server.throttled"),
        (site().answer(500, ""), "server.error"),
        (site().fails(TransportErrorKind::Dns), "network.dns"),
        (site().fails(TransportErrorKind::ProxyAuthRequired), "network.proxy-auth-required"),
        (
            site().fails(TransportErrorKind::TlsUntrusted { issuer: Some("Inspector".to_owned()), intercepted: true }),
            "network.tls-intercepted",
        ),
    ];
    for (want, expected) in table {
        let shown = format!("{want:?}");
        let (told, _) = report(&settings(None), vec![want.clone()]).await;
        assert_eq!(cause(&told), expected, "{shown}");
        let (told, _) = report(&settings(Some(TENANT)), vec![configuration(TENANT), want]).await;
        assert_eq!(cause(&told), expected, "{shown}");
        assert_eq!(told.identity, None);
    }
}

#[tokio::test]
async fn without_a_tenant_and_without_a_realm_it_ends_with_a_way_out() {
    let missing = |path: &str| Want::get(path).answer(404, "404 FILE NOT FOUND");
    let script = vec![missing("/sites/wiki/_vti_bin/client.svc"), missing("/_vti_bin/client.svc")];
    let (report, _) = report(&settings(None), script).await;
    assert_eq!(cause(&report), "address.not-sharepoint");
    assert!(report.hints().iter().any(|hint| hint.text.as_str().contains("tenant ID")));
}

#[tokio::test]
async fn the_cloud_is_the_one_of_the_sites_host() {
    let mut settings = settings(Some(TENANT));
    settings.site = SiteAddress::understand("https://heather.sharepoint.us/sites/wiki").expect("a site");
    assert_eq!(settings.cloud(), Cloud::GccHigh);
    let down = Want::get(&format!("/{TENANT}/v2.0/.well-known/openid-configuration")).fails(TransportErrorKind::Refused);
    let (_, seen) = report(&settings, vec![down, realm(TENANT)]).await;
    assert_eq!(
        seen,
        [
            format!("GET https://login.microsoftonline.us /{TENANT}/v2.0/.well-known/openid-configuration"),
            "GET https://heather.sharepoint.us /sites/wiki/_vti_bin/client.svc".to_owned(),
        ]
    );
    settings.cloud = Some(Cloud::China);
    assert_eq!(settings.cloud(), Cloud::China);
}
