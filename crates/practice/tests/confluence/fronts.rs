//! What stands before Confluence or in its place.

use practice::confluence::{Confluence, Front, RateLimit, Who};
use practice::{Authority, Credential};
use reqwest::Client;

use crate::{With, client, get, get_json, header, status};

const ME: &str = "/rest/api/user/current";

#[tokio::test]
async fn an_identity_provider_stands_before_the_api_and_lets_people_through_once_signed_in() {
    let wiki = Confluence::builder().data_center("8.5").context("/confluence").front(Front::IdpRedirect).start().await.unwrap();
    for with in [With::Nothing, With::Pat(Who::Reader), With::Password(Who::Reader)] {
        let response = get(&wiki, ME, with).await;
        assert_eq!(response.status(), 302, "{with:?}");
        assert!(header(&response, "location").starts_with(&format!("{}/saml2?SAMLRequest=", wiki.idp().origin())));
        assert_eq!(header(&response, "x-confluence-request-time"), "");
    }
    assert_eq!(status(&wiki, &format!("{ME}?os_authType=basic"), With::Password(Who::Reader)).await, 200);
    assert_eq!(status(&wiki, "/login.action?auth_fallback", With::Nothing).await, 200);

    wiki.switch(|switches| switches.front = Front::IdpAutopost);
    let page = get(&wiki, ME, With::Nothing).await;
    assert_eq!((page.status().as_u16(), header(&page, "content-type")), (200, "text/html;charset=UTF-8"));
    assert!(page.text().await.unwrap().contains("name=\"SAMLRequest\""));
}

#[tokio::test]
async fn others_stand_there_too() {
    for (front, path, code, content_type) in [
        (Front::Negotiate, ME, 401, "text/html;charset=UTF-8"),
        (Front::Maintenance, ME, 503, "application/xml;charset=UTF-8"),
        (Front::Maintenance, "/status", 503, "application/json"),
        (Front::Maintenance, "/", 302, ""),
        (Front::ProxyDown, ME, 503, "text/html;charset=UTF-8"),
        (Front::Nginx, "/", 200, "text/html;charset=UTF-8"),
        (Front::Nginx, ME, 404, "text/html;charset=UTF-8"),
        (Front::Jira, ME, 404, "application/json"),
        (Front::Jira, "/rest/applinks/1.0/manifest", 200, "application/json"),
    ] {
        let wiki = Confluence::builder().front(front).start().await.unwrap();
        let response = get(&wiki, path, With::Pat(Who::Reader)).await;
        assert_eq!((response.status().as_u16(), header(&response, "content-type")), (code, content_type), "{front:?} {path}");
        assert_eq!(header(&response, "x-confluence-request-time"), "", "{front:?}");
        if front == Front::Negotiate {
            let schemes: Vec<_> = response.headers().get_all("www-authenticate").iter().collect();
            assert_eq!(schemes, ["Negotiate", "NTLM"]);
        }
    }
    let jira = Confluence::builder().front(Front::Jira).start().await.unwrap();
    assert_eq!(get_json(&jira, "/rest/applinks/1.0/manifest", With::Nothing).await["typeId"], "jira");
}

#[tokio::test]
async fn rate_limits_end_or_never_do() {
    let limit = RateLimit::Next { times: 2, retry_after: "34".to_owned() };
    let wiki = Confluence::builder().data_center("8.5").rate_limit(limit).start().await.unwrap();
    for expected in [429, 429, 200] {
        let response = get(&wiki, ME, With::Pat(Who::Reader)).await;
        assert_eq!(response.status(), expected);
        assert_eq!(header(&response, "retry-after"), if expected == 429 { "34" } else { "" });
    }
    wiki.switch(|switches| switches.rate_limit = RateLimit::Blocked);
    let blocked = get(&wiki, ME, With::Pat(Who::Reader)).await;
    assert_eq!((header(&blocked, "retry-after"), header(&blocked, "x-ratelimit-limit")), ("9223372036854775807", "0"));
    assert_eq!(status(&wiki, "/", With::Session(Who::Reader)).await, 200, "pages are not limited");
}

#[tokio::test]
async fn read_only_mode_refuses_writes_and_says_so() {
    let wiki = Confluence::builder().switches(|switches| switches.read_only = true).start().await.unwrap();
    assert_eq!(get_json(&wiki, "/rest/api/accessmode", With::Nothing).await, "READ_ONLY");
    assert!(get(&wiki, "/", With::Pat(Who::Reader)).await.text().await.unwrap().contains("content=\"READ_ONLY\""));
    let write = client().post(format!("{}/rest/pat/latest/tokens", wiki.base())).bearer_auth(Who::Reader.pat());
    let write = write.header("x-atlassian-token", "no-check").body(r#"{"name":"x"}"#).send().await.unwrap();
    assert_eq!(write.status(), 405);
    assert_eq!(status(&wiki, "/rest/api/space", With::Pat(Who::Reader)).await, 200);
}

#[tokio::test]
async fn https_marks_the_cookie_secure_and_requests_are_remembered() {
    let authority = Authority::new().unwrap();
    let identity = authority.issue(&["localhost"]).unwrap();
    let wiki = Confluence::builder().https(identity).start().await.unwrap();
    wiki.switch(|switches| switches.cookie_path_slash = true);
    drop(rustls::crypto::ring::default_provider().install_default());
    let root = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let client = Client::builder().no_proxy().tls_certs_only([root]).build().unwrap();
    let response = client.get(format!("{}{ME}", wiki.base())).bearer_auth(Who::Reader.pat()).send().await.unwrap();
    assert!(header(&response, "set-cookie").ends_with("; Path=/; Secure; HttpOnly"));
    let seen = wiki.server().requests();
    assert_eq!((seen[0].credential, seen[0].status), (Credential::Bearer, Some(200)));
}

#[tokio::test]
async fn a_version_that_is_none_is_refused_at_the_start() {
    let error = Confluence::builder().data_center("nine").start().await.unwrap_err();
    assert_eq!(error.to_string(), "`nine` is no Confluence version; a version looks like 9.2");
}
