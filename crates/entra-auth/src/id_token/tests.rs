use practice::entra::SigningKey;
use serde_json::json;

use super::*;
use crate::testing::{CLIENT, Outside, TENANT, document};
use crate::{Authority, Cloud, Tenant, discover};
use transport::{ScriptedNetwork, Want};

const NOW: i64 = 1_800_000_000;
const OID: &str = "11bb22cc-33dd-4e4f-8a55-0f2f6a1f4d99";
const OTHER: &str = "99999999-95c1-4b7e-8a55-0f2f6a1f4d20";

fn issuer(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/v2.0")
}

fn claims() -> Value {
    json!({
        "aud": CLIENT, "iss": issuer(TENANT), "iat": NOW - 300, "nbf": NOW - 300, "exp": NOW + 3600, "nonce": "n-1", "name": "Ada Brook",
        "oid": OID, "preferred_username": "ada@heather.example", "sub": "pairwise-1", "tid": TENANT, "ver": "2.0",
    })
}

async fn metadata(issuer: &str) -> Metadata {
    let mut document = document("https://login.microsoftonline.com");
    document["issuer"] = issuer.into();
    let outside = Outside::new(ScriptedNetwork::new([Want::get("/").answer(200, &document.to_string())]), Timestamp::UNIX_EPOCH);
    discover(&outside.cx(), &Authority::of(Cloud::Public, Tenant::parse(TENANT).expect("a GUID"))).await.expect("a tenant")
}

async fn keys(body: &Value) -> Keys {
    let outside = Outside::new(ScriptedNetwork::new([Want::get("/").answer(200, &body.to_string())]), Timestamp::UNIX_EPOCH);
    Keys::fetch(&outside.cx(), &metadata(&issuer(TENANT)).await).await.expect("a key set")
}

/// Verifies a token under the shared key, published for this issuer.
async fn check(token: String, key_issuer: &str, client_info: Option<&str>) -> Result<Who, IdTokenError> {
    let keys = keys(&json!({"keys": [{"kty": "unheard-of", "kid": "x"}, SigningKey::shared().jwk(key_issuer)]})).await;
    let client_id = ClientId::parse(CLIENT).expect("a GUID");
    let nonce = Nonce::new("n-1".to_owned());
    let now = Timestamp::from_second(NOW).expect("in range");
    let metadata = metadata(&issuer(TENANT)).await;
    verify(&Secret::new(token), client_info, &keys, Expected { metadata: &metadata, client_id: &client_id, nonce: Some(&nonce), now })
}

#[tokio::test]
async fn a_good_token_says_who_it_is() {
    // the key's issuer may be the template, too
    for key_issuer in [issuer(TENANT), issuer("{tenantid}")] {
        let who = check(SigningKey::shared().sign(&claims()), &key_issuer, None).await.expect("a good token");
        assert_eq!((who.name.as_deref(), who.upn.as_deref()), (Some("Ada Brook"), Some("ada@heather.example")));
        assert_eq!((who.oid.as_str(), who.tid.as_str(), who.is_guest()), (OID, TENANT, false));
        assert!(who.answers_to("ADA@heather.example ") && who.answers_to(OID) && !who.answers_to("ada"));
    }
}

#[tokio::test]
async fn a_guest_is_at_home_elsewhere() {
    let client_info = URL_SAFE_NO_PAD.encode(json!({"uid": OID, "utid": OTHER}).to_string());
    let who = check(SigningKey::shared().sign(&claims()), &issuer(TENANT), Some(&client_info)).await.expect("a good token");
    assert_eq!((who.is_guest(), who.home_tenant.as_str()), (true, OTHER));
    let mut by_claim = claims();
    by_claim["idp"] = format!("https://sts.windows.net/{OTHER}/").into();
    let who = check(SigningKey::shared().sign(&by_claim), &issuer(TENANT), Some("not base64!")).await.expect("a good token");
    assert_eq!((who.is_guest(), who.home_tenant.as_str()), (true, OTHER));
}

#[tokio::test]
async fn every_wrong_claim_is_refused() {
    let other = Guid::parse(OTHER).expect("a GUID");
    let table = [
        ("nonce", json!("n-2"), IdTokenError::Nonce),
        ("nonce", Value::Null, IdTokenError::Nonce),
        ("aud", json!(OTHER), IdTokenError::Audience),
        ("aud", json!([CLIENT, OTHER]), IdTokenError::Audience),
        ("iss", json!(issuer(OTHER)), IdTokenError::Issuer),
        ("iss", json!("https://login.microsoftonline.com/common/v2.0"), IdTokenError::Issuer),
        ("iss", json!(issuer("{tenantid}")), IdTokenError::Issuer),
        ("iss", json!(format!("https://idp.evil.test/{TENANT}/v2.0")), IdTokenError::Issuer),
        ("tid", json!(OTHER), IdTokenError::Tenant { found: other }),
        ("tid", json!("heather.example"), IdTokenError::Unreadable),
        ("tid", Value::Null, IdTokenError::Unreadable),
        ("oid", Value::Null, IdTokenError::Unreadable),
        ("exp", json!(NOW - 121), IdTokenError::Expired),
        ("nbf", json!(NOW + 121), IdTokenError::NotYet),
    ];
    for (name, value, expected) in table {
        let mut claims = claims();
        claims[name] = value.clone();
        let result = check(SigningKey::shared().sign(&claims), &issuer(TENANT), None).await;
        assert_eq!(result, Err(expected), "{name} = {value}");
    }
    // a token of another tenant in one piece: right but for whose it is
    let mut foreign = claims();
    foreign["tid"] = OTHER.into();
    foreign["iss"] = issuer(OTHER).into();
    let result = check(SigningKey::shared().sign(&foreign), &issuer("{tenantid}"), None).await;
    assert_eq!(result, Err(IdTokenError::Tenant { found: Guid::parse(OTHER).expect("a GUID") }));
}

#[tokio::test]
async fn clocks_may_differ_by_two_minutes() {
    for (name, value) in [("exp", NOW - 119), ("nbf", NOW + 120)] {
        let mut claims = claims();
        claims[name] = value.into();
        check(SigningKey::shared().sign(&claims), &issuer(TENANT), None).await.expect(name);
    }
}

#[tokio::test]
async fn only_published_keys_of_the_issuer_count() {
    let shared = SigningKey::shared();
    let stranger = SigningKey::stranger();
    assert_eq!(check(stranger.sign(&claims()), &issuer(TENANT), None).await, Err(IdTokenError::UnknownKey));
    assert_eq!(check(stranger.sign_as(shared.kid(), &claims()), &issuer(TENANT), None).await, Err(IdTokenError::Signature));
    assert_eq!(check(shared.sign(&claims()), &issuer(OTHER), None).await, Err(IdTokenError::KeyOfOtherIssuer));
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let good = SigningKey::shared().sign(&claims());
    let (head, signature) = good.rsplit_once('.').expect("three parts");
    let (header, _) = head.split_once('.').expect("three parts");
    let mut forged = claims();
    forged["preferred_username"] = "mallory@heather.example".into();
    let payload = URL_SAFE_NO_PAD.encode(forged.to_string());
    let none = URL_SAFE_NO_PAD.encode(json!({"typ": "JWT", "alg": "none"}).to_string());
    let hmac = URL_SAFE_NO_PAD.encode(json!({"typ": "JWT", "alg": "HS256", "kid": SigningKey::shared().kid()}).to_string());
    let table = [
        (format!("{header}.{payload}.{signature}"), IdTokenError::Signature),
        (format!("{none}.{payload}."), IdTokenError::Signature),
        (format!("{hmac}.{payload}.{signature}"), IdTokenError::Signature),
        (format!("{head}."), IdTokenError::Signature),
        (head.to_owned(), IdTokenError::Unreadable),
        ("S3CRET-ID-TOKEN".to_owned(), IdTokenError::Unreadable),
        (String::new(), IdTokenError::Unreadable),
    ];
    for (token, expected) in table {
        assert_eq!(check(token.clone(), &issuer(TENANT), None).await, Err(expected), "{token}");
    }
}

#[tokio::test]
async fn a_key_set_that_is_none_is_told() {
    for (status, body) in [(200, "<!doctype html>"), (200, "{}"), (404, ""), (500, "{\"error\":\"server_error\"}")] {
        let outside = Outside::new(ScriptedNetwork::new([Want::get("/").answer(status, body)]), Timestamp::UNIX_EPOCH);
        let result = Keys::fetch(&outside.cx(), &metadata(&issuer(TENANT)).await).await;
        assert!(matches!(result, Err(SignInError::Unexpected(_) | SignInError::Refused(_))), "{body}: {result:?}");
    }
}
