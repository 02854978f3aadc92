use jiff::Timestamp;
use preflight::{Cause, Explain as _};
use serde_json::{Value, json};
use transport::{ScriptedNetwork, Want};

use super::*;
use crate::testing::{Outside, TENANT, document};
use crate::{Cloud, Tenant};

fn at_microsoft(tenant: &str) -> Authority {
    Authority::of(Cloud::Public, Tenant::parse(tenant).expect(tenant))
}

async fn ask(authority: &Authority, status: u16, body: &str) -> Result<Metadata, SignInError> {
    let path = format!("/{}/v2.0/.well-known/openid-configuration", authority.tenant());
    let outside = Outside::new(ScriptedNetwork::new([Want::get(&path).answer(status, body)]), Timestamp::UNIX_EPOCH);
    discover(&outside.cx(), authority).await
}

fn with(mut document: Value, name: &str, value: impl Into<Value>) -> String {
    document[name] = value.into();
    document.to_string()
}

#[tokio::test]
async fn a_tenant_is_found_by_id_and_by_domain() {
    for tenant in [TENANT, "heather.example"] {
        let metadata = ask(&at_microsoft(tenant), 200, &document("https://login.microsoftonline.com").to_string()).await.expect(tenant);
        assert_eq!(metadata.tenant().as_str(), TENANT);
        assert_eq!(metadata.graph().to_string(), "https://graph.microsoft.com");
        assert_eq!(metadata.region(), Some("EU"));
        assert!(metadata.form_post());
        assert_eq!(metadata.issuer_of(metadata.tenant()), format!("https://login.microsoftonline.com/{TENANT}/v2.0"));
    }
}

#[tokio::test]
async fn the_template_issuer_is_filled_with_the_tenant_asked_for() {
    let template = with(document("https://login.microsoftonline.com"), "issuer", "https://login.microsoftonline.com/{tenantid}/v2.0");
    for tenant in [TENANT, "heather.example"] {
        let metadata = ask(&at_microsoft(tenant), 200, &template).await.expect(tenant);
        assert_eq!(metadata.issuer_of(metadata.tenant()), format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "{tenant}");
    }
}

#[tokio::test]
async fn graph_of_a_custom_authority_may_carry_a_port() {
    let custom = |text: &str| Authority::custom(&Url::parse(text).expect(text), Tenant::parse(TENANT).expect("a GUID")).expect(text);
    let metadata = ask(&custom("http://127.0.0.1:8080"), 200, &with(document("http://127.0.0.1:8080"), "msgraph_host", "127.0.0.1:8081"))
        .await
        .expect("loopback");
    assert_eq!(metadata.graph().to_string(), "http://127.0.0.1:8081");
    for hostile in ["graph.example", "127.0.0.1:8081/x", "127.0.0.1@evil.test", ""] {
        let answer = ask(&custom("http://127.0.0.1:8080"), 200, &with(document("http://127.0.0.1:8080"), "msgraph_host", hostile)).await;
        assert!(matches!(answer, Err(SignInError::Metadata(MetadataError::Foreign { what: "Graph host", .. }))), "{hostile}: {answer:?}");
    }
    // at Microsoft the clouds' own Graph is known, whatever a document says
    let metadata = ask(&at_microsoft(TENANT), 200, &with(document("https://login.microsoftonline.com"), "msgraph_host", "evil.test"))
        .await
        .expect("known");
    assert_eq!(metadata.graph(), &Cloud::Public.graph());
}

#[tokio::test]
async fn nothing_is_sent_to_an_endpoint_elsewhere() {
    let fields = ["token_endpoint", "authorization_endpoint", "jwks_uri", "device_authorization_endpoint"];
    let places = [
        "https://login.evil.test/oauth2/v2.0/token",
        "http://login.microsoftonline.com/x",
        "https://login.microsoftonline.com:8443/x",
        "https://login.microsoftonline.com.evil.test/x",
        "https://me:pw@login.microsoftonline.com/x",
    ];
    for field in fields {
        for place in places {
            let answer = ask(&at_microsoft(TENANT), 200, &with(document("https://login.microsoftonline.com"), field, place)).await;
            assert!(matches!(answer, Err(SignInError::Metadata(MetadataError::Foreign { .. }))), "{field} {place}: {answer:?}");
        }
        // another name of the same cloud is its own
        let alias = with(document("https://login.microsoftonline.com"), field, "https://login.windows.net/x/y");
        ask(&at_microsoft(TENANT), 200, &alias).await.expect(field);
    }
    let issuer = with(document("https://login.microsoftonline.com"), "issuer", format!("https://idp.evil.test/{TENANT}/v2.0"));
    assert!(matches!(
        ask(&at_microsoft(TENANT), 200, &issuer).await,
        Err(SignInError::Metadata(MetadataError::Foreign { what: "issuer", .. }))
    ));
}

#[tokio::test]
async fn another_tenants_configuration_is_refused() {
    let asked = at_microsoft("5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01");
    let error = ask(&asked, 200, &document("https://login.microsoftonline.com").to_string()).await.expect_err("another tenant");
    assert_eq!(error.explain().cause, Cause::EntraTenantMismatch);
    let without = with(document("https://login.microsoftonline.com"), "issuer", "https://login.microsoftonline.com/v2.0");
    assert!(matches!(ask(&at_microsoft("heather.example"), 200, &without).await, Err(SignInError::Metadata(MetadataError::NoTenant))));
}

#[tokio::test]
async fn what_answers_otherwise_is_told_apart() {
    let refusal =
        |code: u32| json!({"error": "invalid_tenant", "error_description": format!("AADSTS{code}: x"), "error_codes": [code]}).to_string();
    let table = [
        (400, refusal(90002), Cause::EntraTenantNotFound),
        (400, refusal(900_023), Cause::EntraTenantNotFound),
        (400, refusal(90038), Cause::EntraTenantNotFound),
        (200, "<!doctype html><title>Guest network</title>".to_owned(), Cause::NetworkUnexpectedAnswer),
        (404, "not here".to_owned(), Cause::NetworkUnexpectedAnswer),
        (200, "{}".to_owned(), Cause::NetworkUnexpectedAnswer),
        (302, String::new(), Cause::NetworkUnexpectedAnswer),
        (503, String::new(), Cause::EntraTemporarilyUnavailable),
        (429, String::new(), Cause::ServerThrottled),
    ];
    for (status, body, cause) in table {
        let error = ask(&at_microsoft("heather.example"), status, &body).await.expect_err(&body);
        assert_eq!(error.explain().cause, cause, "{status} {body}");
    }
}
