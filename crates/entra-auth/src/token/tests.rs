use std::time::Duration;

use preflight::Secret;
use serde_json::json;
use transport::{ScriptedNetwork, TransportErrorKind, Want};

use super::*;
use crate::testing::{CLIENT, Outside, TENANT};
use crate::token_endpoint::TokenEndpoint;
use crate::{Authority, ClientId, RefusedApp, SignInError, Tenant, Way};

fn resource(host: &str) -> Resource {
    Resource::new(Origin::parse(&format!("https://{host}")).expect(host))
}

fn cache() -> TokenSource {
    let authority = Authority::of(Cloud::Public, Tenant::parse(TENANT).expect("a GUID"));
    let client_id = ClientId::parse(CLIENT).expect("a GUID");
    let app = RefusedApp::new(&authority, &client_id);
    let path = authority.path("oauth2/v2.0/token");
    TokenSource::new(TokenEndpoint { origin: authority.origin().clone(), path, client_id, app, way: Way::Browser })
}

fn answer(lifetime: u64, refresh_token: Option<&str>) -> TokenAnswer {
    TokenAnswer {
        access_token: Secret::new("S3CRET-ACCESS".to_owned()),
        refresh_token: refresh_token.map(|token| Secret::new(token.to_owned())),
        id_token: None,
        lifetime: Duration::from_secs(lifetime),
        scope: String::new(),
        client_info: None,
    }
}

fn renewal(lifetime: u64) -> Want {
    let body = json!({"token_type": "bearer", "access_token": "S3CRET-NEW", "refresh_token": "S3CRET-REFRESH-2", "expires_in": lifetime.to_string()});
    Want::post(&format!("/{TENANT}/oauth2/v2.0/token")).answer(200, &body.to_string())
}

#[test]
fn scopes_are_asked_for_by_resource() {
    assert_eq!(resource("heather.sharepoint.com").scope(), "https://heather.sharepoint.com/.default");
    assert_eq!(Resource::graph_of(Cloud::Dod).scope(), "https://dod-graph.microsoft.us/.default");
    assert_eq!(resource("localhost:8443").scope(), "https://localhost:8443/.default");
}

#[test]
fn permissions_are_named_without_their_resource() {
    let site = resource("heather.sharepoint.com");
    let of = |scope: &str| permissions(scope, &site);
    assert_eq!(of("https://Heather.sharepoint.com/AllSites.Manage https://heather.sharepoint.com/.default"), ["AllSites.Manage"]);
    assert_eq!(of("openid profile email offline_access User.Read Sites.Manage.All"), ["User.Read", "Sites.Manage.All"]);
    assert_eq!(of("größe https://heather.sharepoint.comAllSites"), ["größe", "https://heather.sharepoint.comAllSites"]);
    assert_eq!(of(""), Vec::<String>::new());
}

#[test]
fn a_peek_into_a_token_forgives_everything() {
    let token = |claims: &Value| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let claims = TokenClaims::peek(&token(&json!({
        "aud": "https://heather.sharepoint.com", "tid": TENANT, "oid": "no guid", "unique_name": "ada@heather.example", "scp": "AllSites.Manage User.Read",
        "roles": ["Sites.Read.All", 7], "appid": CLIENT.to_uppercase(), "appidacr": "0", "exp": 1_800_000_000, "wids": "x", "name": 7,
    })))
    .expect("claims");
    assert_eq!((claims.tenant.as_ref().map(Guid::as_str), claims.object_id, claims.name), (Some(TENANT), None, None));
    assert_eq!((claims.account.as_deref(), claims.app_proof.as_deref()), (Some("ada@heather.example"), Some("0")));
    assert_eq!(
        (claims.scopes.as_slice(), claims.roles.as_slice()),
        (["AllSites.Manage".to_owned(), "User.Read".to_owned()].as_slice(), ["Sites.Read.All".to_owned()].as_slice())
    );
    assert_eq!(claims.app_id.as_ref().map(Guid::as_str), Some(CLIENT));
    for opaque in ["", "opaque", "a.b.c", "e30.W10.x", "..", "e30.eyJ"] {
        assert_eq!(TokenClaims::peek(opaque), None, "{opaque}");
    }
}

#[tokio::test]
async fn tokens_are_renewed_before_they_end() {
    let outside = Outside::new(ScriptedNetwork::new([renewal(3600), renewal(60)]), Timestamp::UNIX_EPOCH);
    let (cx, site, cache) = (outside.cx(), resource("heather.sharepoint.com"), cache());
    cache.keep(answer(3600, Some("S3CRET-REFRESH-1")), &site, cx.clock.now());
    outside.clock.advance(Duration::from_secs(3299));
    cache.token(&cx, &site).await.expect("the one at hand");
    assert_eq!(outside.network.left(), 2);
    outside.clock.advance(Duration::from_secs(1));
    let token = cache.token(&cx, &site).await.expect("a new one");
    assert_eq!(token.secret.expose_for(&site.origin), Ok("S3CRET-NEW"));
    assert_eq!(outside.network.left(), 1);
    // one that lives a minute is renewed after half of it, not at every call
    outside.clock.advance(Duration::from_mins(55));
    cache.token(&cx, &site).await.expect("one for a minute");
    outside.clock.advance(Duration::from_secs(29));
    cache.token(&cx, &site).await.expect("still the same");
    assert_eq!(outside.network.left(), 0);
    assert!(!format!("{cache:?} {token:?}").contains("S3CRET"));
}

#[tokio::test]
async fn a_network_that_fails_does_not_take_a_good_token_away() {
    let fails = || Want::post("/").fails(TransportErrorKind::Timeout);
    let outside = Outside::new(ScriptedNetwork::new([fails(), fails()]), Timestamp::UNIX_EPOCH);
    let (cx, site, cache) = (outside.cx(), resource("heather.sharepoint.com"), cache());
    cache.keep(answer(3600, Some("S3CRET-REFRESH-1")), &site, cx.clock.now());
    outside.clock.advance(Duration::from_secs(3400));
    cache.token(&cx, &site).await.expect("good for three minutes more");
    outside.clock.advance(Duration::from_secs(200));
    assert!(matches!(cache.token(&cx, &site).await, Err(SignInError::Transport(_))));
}

#[tokio::test]
async fn without_a_refresh_token_other_resources_are_out_of_reach() {
    let outside = Outside::new(ScriptedNetwork::default(), Timestamp::UNIX_EPOCH);
    let (cx, site, cache) = (outside.cx(), resource("heather.sharepoint.com"), cache());
    cache.keep(answer(3600, None), &site, cx.clock.now());
    cache.token(&cx, &site).await.expect("the one at hand");
    assert!(matches!(cache.token(&cx, &resource("graph.microsoft.com")).await, Err(SignInError::NoRefreshToken)));
}

#[tokio::test]
async fn several_at_once_are_one_renewal_and_the_newest_refresh_token_is_kept() {
    let outside = Outside::new(ScriptedNetwork::new([renewal(3600)]), Timestamp::UNIX_EPOCH);
    let (cx, site, graph, cache) = (outside.cx(), resource("heather.sharepoint.com"), resource("graph.microsoft.com"), cache());
    cache.keep(answer(3600, Some("S3CRET-REFRESH-1")), &site, cx.clock.now());
    let (one, two, three) = tokio::join!(cache.token(&cx, &graph), cache.token(&cx, &graph), cache.token(&cx, &graph));
    assert_eq!(outside.network.left(), 0, "one request");
    let serials = [one, two, three].map(|token| token.expect("a token").serial);
    assert_eq!(serials, [2, 2, 2]);
    assert_eq!(cache.refresh_token().expect("kept").inspect(str::to_owned), "S3CRET-REFRESH-2");
}

#[tokio::test]
async fn a_challenge_is_answered_once_for_all_who_were_challenged_and_not_for_ever() {
    let outside = Outside::new(ScriptedNetwork::new([renewal(3600), renewal(3600)]), Timestamp::UNIX_EPOCH);
    let (cx, site, cache) = (outside.cx(), resource("heather.sharepoint.com"), cache());
    let first = cache.keep(answer(3600, Some("S3CRET-REFRESH-1")), &site, cx.clock.now());
    let challenge = ClaimsChallenge::read(br#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#).expect("claims");
    let (one, two) = tokio::join!(cache.answer(&cx, &challenge, &first), cache.answer(&cx, &challenge, &first));
    let (one, two) = (one.expect("answered").expect("a token"), two.expect("answered").expect("a token"));
    assert_eq!((one.serial, two.serial, outside.network.left()), (2, 2, 1));
    // what answered is challenged itself: that is for a person
    assert!(cache.answer(&cx, &challenge, &one).await.expect("no failure").is_none());
    assert_eq!(outside.network.left(), 1);
    // an hour later it is another matter
    outside.clock.advance(Duration::from_hours(1));
    assert_eq!(cache.answer(&cx, &challenge, &one).await.expect("answered").expect("a token").serial, 3);
}
