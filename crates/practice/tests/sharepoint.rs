//! The practice SharePoint and Graph, asked with tokens of the practice Entra.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test that called it")]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use practice::Authority;
use practice::entra::{AssertionAlgorithm, Choice, ClientCertificate, ClientSecret, GRAPH_APP_ID, Landing, SHAREPOINT_APP_ID, SigningKey};
use practice::sharepoint::{CLIENT_ID, Cloud, MANAGE_PERMISSIONS, MANAGE_WEB, Situation};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";
const BACK: &str = "http://localhost:49200";
const JSON: &str = "application/json;odata=nometadata";

fn http() -> reqwest::Client {
    // the process-wide provider may be installed by any of the tests first
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

fn authorize(cloud: &Cloud) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let scope = format!("{}/.default openid profile offline_access", cloud.sharepoint_resource());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &cloud.client_id)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", BACK)
        .append_pair("scope", &scope)
        .append_pair("state", "s")
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .finish();
    format!("{}/{}/oauth2/v2.0/authorize?{query}", cloud.authority(), cloud.tenant_to_enter)
}

async fn post_token(cloud: &Cloud, form: &[(&str, &str)]) -> Value {
    let url = format!("{}/{}/oauth2/v2.0/token", cloud.authority(), cloud.tenant_to_enter);
    http().post(url).form(form).send().await.unwrap().json().await.unwrap()
}

/// Signs the situation's person in and gives the token answers for SharePoint and for Graph.
async fn tokens(cloud: &Cloud) -> (Value, Value) {
    let landing = cloud.entra.sign_in_like_a_browser(&authorize(cloud), &cloud.user.upn, Choice::Accept).await;
    let code = landing.parameter("code").unwrap_or_else(|| panic!("no code: {landing:?}"));
    let sharepoint = post_token(
        cloud,
        &[
            ("client_id", &cloud.client_id),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
            ("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#),
        ],
    )
    .await;
    let refresh_token = sharepoint["refresh_token"].as_str().unwrap_or_default().to_owned();
    let scope = format!("{}/.default", cloud.graph());
    let graph = post_token(
        cloud,
        &[
            ("client_id", &cloud.client_id),
            ("grant_type", "refresh_token"),
            ("refresh_token", &refresh_token),
            ("scope", &scope),
            ("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#),
        ],
    )
    .await;
    (sharepoint, graph)
}

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn get(url: &str, token: &str) -> Answer {
    get_as(url, Some(&format!("Bearer {token}")), JSON).await
}

async fn get_as(url: &str, authorization: Option<&str>, accept: &str) -> Answer {
    let mut request = http().get(url).header("Accept", accept);
    if let Some(authorization) = authorization {
        request = request.header("Authorization", authorization);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

fn low(permissions: &Value) -> u32 {
    permissions["Low"].as_str().unwrap().parse().unwrap()
}

fn graph_site(cloud: &Cloud) -> String {
    let site = cloud.site();
    let (host, path) = site.split_once("://").unwrap().1.split_once('/').unwrap();
    format!("{}/v1.0/sites/{host}:/{path}", cloud.graph())
}

#[tokio::test]
async fn all_well_answers_every_question_of_a_connection_test() {
    let cloud = Cloud::start(Situation::AllWell).await.unwrap();
    let site = cloud.site();
    let realm = get_as(&format!("{site}/_vti_bin/client.svc"), Some("Bearer"), JSON).await;
    assert_eq!(realm.status, 401);
    let challenge = realm.header("www-authenticate");
    assert!(challenge.starts_with(&format!("Bearer realm=\"{}\",", cloud.tenant.id)), "{challenge}");
    let unasked = get_as(&format!("{site}/_vti_bin/client.svc"), None, JSON).await;
    assert_eq!((unasked.status, unasked.header("www-authenticate")), (403, ""), "no challenge without the header");

    let (sharepoint, graph) = tokens(&cloud).await;
    let token = sharepoint["access_token"].as_str().unwrap();
    let ask = |path: &str| {
        let url = format!("{site}/_api/{path}");
        async move { get(&url, token).await }
    };
    let web = ask("web?$select=Title,Url,EffectiveBasePermissions&$expand=RegionalSettings/TimeZone").await;
    assert_eq!(web.status, 200, "{}", web.text);
    let web_json = web.json();
    assert_eq!(web_json["Title"], "Heather Wiki");
    assert_eq!(web_json["EffectiveBasePermissions"], json!({"High": "2147483647", "Low": "4294967295"}));
    assert_eq!(web_json["RegionalSettings"]["TimeZone"]["Id"], 4);
    assert!(web_json.get("Language").is_none(), "only what is selected");
    assert!(!web.header("sprequestguid").is_empty() && !web.header("request-id").is_empty());
    let plain = ask("web").await.json();
    assert!(plain.get("EffectiveBasePermissions").is_none() && plain.get("RegionalSettings").is_none());
    let unknown = ask("web?$select=Title,Wrong").await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.json()["odata.error"]["message"]["value"].as_str().unwrap().contains("'Wrong'"));
    let user = ask("web/currentuser").await.json();
    assert_eq!((&user["IsSiteAdmin"], &user["LoginName"]), (&json!(true), &json!("i:0#.f|membership|ada@heathervale.example")));
    let owners = ask(&format!("web/associatedownergroup/users?$filter=Id eq {}", user["Id"])).await.json();
    assert_eq!(owners["value"][0]["LoginName"], user["LoginName"]);
    let pages =
        ask("web/lists?$filter=BaseTemplate eq 119&$select=Title,RootFolder/ServerRelativeUrl,EffectiveBasePermissions&$expand=RootFolder")
            .await
            .json();
    assert_eq!(pages["value"].as_array().unwrap().len(), 1);
    assert_eq!(pages["value"][0]["RootFolder"]["ServerRelativeUrl"], "/sites/wiki/SitePages");
    assert_eq!(ask("site?$select=ReadOnly,LockIssue").await.json(), json!({"ReadOnly": false, "LockIssue": null}));
    assert_eq!(ask("web/roledefinitions").await.json()["value"][0]["RoleTypeKind"], 5);
    assert_eq!(ask("web/regionalsettings/timezone").await.json()["Information"]["Bias"], -60);
    assert_eq!(ask("web/nothing").await.status, 404);
    let verbose =
        get_as(&format!("{site}/_api/web/effectiveBasePermissions"), Some(&format!("Bearer {token}")), "application/json;odata=verbose")
            .await;
    assert_eq!(low(&verbose.json()["d"]), u32::MAX);
    let atom = get_as(&format!("{site}/_api/web"), Some(&format!("Bearer {token}")), "*/*").await;
    assert!(atom.text.starts_with("<?xml"), "without an Accept for JSON the answer is Atom");

    let graph_token = graph["access_token"].as_str().unwrap();
    let found = get(&graph_site(&cloud), graph_token).await;
    assert_eq!(found.status, 200, "{}", found.text);
    let host = site.split("://").nth(1).unwrap().split('/').next().unwrap();
    assert!(found.json()["id"].as_str().unwrap().starts_with(&format!("{host},")));
    let base = cloud.graph();
    let me = get(&format!("{base}/v1.0/me?$select=displayName,userType"), graph_token).await.json();
    assert_eq!((&me["displayName"], &me["userType"]), (&json!("Ada Brook"), &json!("Member")));
    let organization = get(&format!("{base}/v1.0/organization"), graph_token).await.json();
    assert_eq!(organization["value"][0]["displayName"], "Heather & Vale");
    assert_eq!(get(&format!("{base}/v1.0/sites/{host}"), graph_token).await.status, 200);
    let users = get(&format!("{base}/v1.0/users?$top=1"), graph_token).await;
    assert_eq!((users.status, &users.json()["error"]["code"]), (403, &json!("Authorization_RequestDenied")));
    let elsewhere = get(&format!("{base}/v1.0/sites/other.example:/sites/wiki"), graph_token).await;
    assert_eq!(elsewhere.json()["error"]["message"], "Invalid hostname for this tenancy");
    assert_eq!(get(&format!("{base}/v1.0/me?$select=wrong"), graph_token).await.status, 400);
}

#[tokio::test]
async fn rights_are_the_role_cut_by_the_scope() {
    // situation, IsSiteAdmin, Low, ManageWeb, Site Pages Low
    let table = [
        (Situation::AllWell, true, 4_294_967_295_u32, true, 4_294_967_295_u32),
        (Situation::OwnersGroup, false, 4_294_967_295, true, 4_294_967_295),
        (Situation::PlanB, true, 1_007_361_023, false, 1_007_361_023),
        (Situation::NoScriptOwner, true, 4_294_705_151, true, 4_294_705_151),
        (Situation::Member, false, 1_011_030_767, false, 1_011_030_767),
        (Situation::Guest, false, 1_011_030_767, false, 1_011_030_767),
        (Situation::Visitor, false, 138_612_833, false, 138_612_833),
        (Situation::LibraryReadOnly, false, 4_294_967_295, true, 138_612_833),
        (Situation::SecondFactor, true, 4_294_967_295, true, 4_294_967_295),
        (Situation::ClockWrong, true, 4_294_967_295, true, 4_294_967_295),
    ];
    for (situation, admin, expected, manages, on_pages) in table {
        let cloud = Cloud::start(situation).await.unwrap();
        let (sharepoint, graph) = tokens(&cloud).await;
        let token = sharepoint["access_token"].as_str().unwrap_or_else(|| panic!("{situation:?}: {sharepoint}"));
        let site = cloud.site();
        let rights = get(&format!("{site}/_api/web/effectiveBasePermissions"), token).await.json();
        assert_eq!(low(&rights), expected, "{situation:?}");
        assert_eq!(low(&rights) & MANAGE_WEB != 0, manages, "{situation:?}");
        assert_eq!(low(&rights) & MANAGE_PERMISSIONS != 0, manages, "{situation:?}");
        let user = get(&format!("{site}/_api/web/currentuser"), token).await.json();
        assert_eq!(user["IsSiteAdmin"], admin, "{situation:?}");
        assert_eq!(user["LoginName"].as_str().unwrap().contains("#ext#"), situation == Situation::Guest, "{user}");
        let pages = get(&format!("{site}/_api/web/lists?$filter=BaseTemplate eq 119&$select=EffectiveBasePermissions"), token).await;
        assert_eq!(low(&pages.json()["value"][0]["EffectiveBasePermissions"]), on_pages, "{situation:?}");
        let levels = get(&format!("{site}/_api/web/roledefinitions"), token).await.status;
        assert_eq!(levels, if manages { 200 } else { 403 }, "{situation:?}");
        let graph_token = graph["access_token"].as_str().unwrap_or_else(|| panic!("{situation:?}: {graph}"));
        assert_eq!(get(&graph_site(&cloud), graph_token).await.status, 200, "{situation:?}");
    }
}

#[tokio::test]
async fn the_state_of_a_site_is_told_as_the_real_service_tells_it() {
    // situation, SharePoint status, sign in its body, Graph status, Graph code
    let table = [
        (Situation::NoRole, 403, "-2147024891", 403, "accessDenied"),
        (Situation::SiteNoAccess, 423, "423 LOCKED", 423, "notAllowed"),
        (Situation::SiteArchived, 403, "-2147024891", 423, "notAllowed"),
        (Situation::SiteMissing, 404, "404 FILE NOT FOUND", 404, "itemNotFound"),
        (Situation::SiteMoved, 301, "", 404, "itemNotFound"),
        (Situation::NoSharePointPlan, 404, "404 FILE NOT FOUND", 400, "BadRequest"),
    ];
    for (situation, status, sign, graph_status, graph_code) in table {
        let cloud = Cloud::start(situation).await.unwrap();
        let (sharepoint, graph) = tokens(&cloud).await;
        let answer = get(&format!("{}/_api/web", cloud.site()), sharepoint["access_token"].as_str().unwrap()).await;
        assert_eq!(answer.status, status, "{situation:?}");
        assert!(answer.text.contains(sign), "{situation:?}: {}", answer.text);
        let answer = get(&graph_site(&cloud), graph["access_token"].as_str().unwrap()).await;
        assert_eq!(answer.status, graph_status, "{situation:?}: {}", answer.text);
        assert_eq!(answer.json()["error"]["code"], graph_code, "{situation:?}");
        if situation == Situation::SiteMoved {
            let realm = get_as(&format!("{}/_vti_bin/client.svc", cloud.site()), Some("Bearer"), JSON).await;
            assert!(realm.header("location").starts_with("https://heather-and-vale.example/"));
        }
    }
    let cloud = Cloud::start(Situation::SiteReadOnly).await.unwrap();
    let (sharepoint, _) = tokens(&cloud).await;
    let token = sharepoint["access_token"].as_str().unwrap();
    let site = get(&format!("{}/_api/site?$select=ReadOnly,LockIssue", cloud.site()), token).await;
    assert_eq!(site.json(), json!({"ReadOnly": true, "LockIssue": "Locked for the yearly audit"}));
    assert_eq!(site.header("x-sp-serverstate"), "ReadOnly=1");
    let write = http().post(format!("{}/_api/web/lists", cloud.site())).bearer_auth(token).send().await.unwrap();
    assert_eq!(write.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn situations_that_end_before_a_token() {
    enum End {
        Page(u32),
        Redirect(&'static str),
        Token(u64),
        GraphToken(u64),
    }
    let table = [
        (Situation::AdminConsentRequired, End::Page(90094)),
        (Situation::NotAssigned, End::Page(50105)),
        (Situation::BlockedByPolicy, End::Page(53003)),
        (Situation::DeviceRequired, End::Page(53000)),
        (Situation::RedirectUriNotRegistered, End::Page(50011)),
        (Situation::AppNotFound, End::Page(700_016)),
        (Situation::AppDisabled, End::Page(7_000_112)),
        (Situation::WrongAccount, End::Page(50020)),
        (Situation::WrongTenant, End::Page(700_016)),
        (Situation::NoSharePointService, End::Redirect("AADSTS650052")),
        (Situation::RegisteredAsWebApp, End::Token(7_000_218)),
        (Situation::SignInUnavailable, End::Token(90033)),
        (Situation::GraphConsentMissing, End::GraphToken(65001)),
    ];
    for (situation, end) in table {
        let cloud = Cloud::start(situation).await.unwrap();
        let landing = cloud.entra.sign_in_like_a_browser(&authorize(&cloud), &cloud.user.upn, Choice::Accept).await;
        match end {
            End::Page(code) => assert_eq!(landing.page_code(), Some(code), "{situation:?}: {landing:?}"),
            End::Redirect(code) => {
                let told = landing.parameter("error_description").unwrap_or_default();
                assert!(told.starts_with(code), "{situation:?}: {landing:?}");
            }
            End::Token(code) => assert_eq!(tokens(&cloud).await.0["error_codes"][0], code, "{situation:?}"),
            End::GraphToken(code) => {
                let (sharepoint, graph) = tokens(&cloud).await;
                assert!(sharepoint["access_token"].is_string(), "{situation:?}");
                assert_eq!(graph["error_codes"][0], code, "{situation:?}");
            }
        }
    }
}

#[tokio::test]
async fn tokens_of_the_wrong_kind_are_refused_by_each_service_in_its_own_words() {
    let cloud = Cloud::start(Situation::AllWell).await.unwrap();
    let (sharepoint, graph) = tokens(&cloud).await;
    let (sharepoint, graph) = (sharepoint["access_token"].as_str().unwrap(), graph["access_token"].as_str().unwrap());
    let web = format!("{}/_api/web", cloud.site());
    let me = format!("{}/v1.0/me", cloud.graph());

    let payload = sharepoint.split('.').nth(1).unwrap();
    let good: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let key = cloud.entra.signing_key();
    let changed = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        key.sign(&claims)
    };
    let foreign = SigningKey::stranger().sign_as(key.kid(), &good);
    let table = [
        ("a Graph token", graph.to_owned(), "Invalid issuer or signature."),
        ("another host", changed("aud", json!("https://other.sharepoint.example")), "AudienceUriValidationFailedException"),
        ("another signature", foreign.clone(), "Invalid issuer or signature."),
        ("another tenant", changed("tid", json!("0a0b0c0d-0000-4000-8000-000000000000")), "Invalid issuer or signature."),
        ("run out", changed("exp", json!(1)), "expired"),
        ("no SharePoint permission", changed("scp", json!("User.Read")), "invalid_request"),
        ("no token at all", "rubbish".to_owned(), "Unsupported security token."),
    ];
    for (what, token, sign) in table {
        let answer = get(&web, &token).await;
        assert_eq!(answer.status, 401, "{what}");
        assert!(answer.text.contains(sign), "{what}: {}", answer.text);
    }
    assert!(get(&web, graph).await.header("x-ms-diagnostics").starts_with("3000006;"));
    assert_eq!(get_as(&web, None, JSON).await.status, 403);

    for (what, token, sign) in [
        ("a SharePoint token", sharepoint.to_owned(), "Access token validation failure. Invalid audience."),
        ("rubbish", "rubbish".to_owned(), "CompactToken parsing failed"),
        (
            "another signature",
            {
                let mut claims = good.clone();
                claims["aud"] = json!(cloud.graph());
                SigningKey::stranger().sign_as(key.kid(), &claims)
            },
            "CompactToken validation failed with reason code: 80049228.",
        ),
    ] {
        let answer = get(&me, &token).await;
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (401, &json!("InvalidAuthenticationToken")), "{what}");
        assert!(answer.text.contains(sign), "{what}: {}", answer.text);
        assert!(answer.json()["error"]["innerError"]["request-id"].is_string());
    }
    cloud.entra.clock().advance_seconds(3 * 24 * 3600);
    let late = get(&me, graph).await;
    assert_eq!(late.json()["error"]["message"], "Access token has expired or is not yet valid.");
}

#[tokio::test]
async fn revoked_tokens_are_challenged() {
    let cloud = Cloud::start(Situation::AllWell).await.unwrap();
    let (sharepoint, graph) = tokens(&cloud).await;
    cloud.sharepoint.revoke_tokens();
    for (url, token) in [(format!("{}/_api/web", cloud.site()), &sharepoint), (format!("{}/v1.0/me", cloud.graph()), &graph)] {
        let answer = get(&url, token["access_token"].as_str().unwrap()).await;
        assert_eq!(answer.status, 401);
        let challenge = answer.header("www-authenticate");
        assert!(challenge.contains("error=\"insufficient_claims\""), "{challenge}");
        let claims = challenge.split("claims=\"").nth(1).unwrap().split('"').next().unwrap();
        let claims: Value = serde_json::from_slice(&STANDARD.decode(claims).unwrap()).unwrap();
        assert_eq!(claims["access_token"]["nbf"]["essential"], true);
    }
}

#[tokio::test]
async fn throttling_names_the_wait() {
    let cloud = Cloud::start(Situation::AllWell).await.unwrap();
    let web = format!("{}/_api/web", cloud.site());
    cloud.sharepoint.throttle_next(StatusCode::TOO_MANY_REQUESTS, "31");
    cloud.sharepoint.throttle_next(StatusCode::SERVICE_UNAVAILABLE, "120");
    let first = get_as(&web, None, JSON).await;
    assert_eq!((first.status, first.header("retry-after"), first.header("ratelimit-reset")), (429, "31", "31"));
    let second = get_as(&web, None, JSON).await;
    assert_eq!((second.status, second.header("retry-after")), (503, "120"));
    assert_eq!(get_as(&web, None, JSON).await.status, 403, "and then it answers again");
    cloud.sharepoint.throttle_graph_next("2.128");
    let graph = get_as(&format!("{}/v1.0/me", cloud.graph()), None, JSON).await;
    assert_eq!((graph.status, graph.header("retry-after")), (429, "2.128"));
    assert_eq!(graph.json()["error"]["code"], "activityLimitReached");
}

#[tokio::test]
async fn a_batch_answers_each_part_for_itself_and_in_any_order() {
    let cloud = Cloud::start(Situation::AllWell).await.unwrap();
    let (_, graph) = tokens(&cloud).await;
    let token = graph["access_token"].as_str().unwrap();
    let post = |requests: Vec<Value>| {
        let request = http().post(format!("{}/v1.0/$batch", cloud.graph())).bearer_auth(token).json(&json!({"requests": requests}));
        async move {
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.json::<Value>().await.unwrap())
        }
    };
    let part = |id: usize, url: &str| json!({"id": id.to_string(), "method": "GET", "url": url});
    let (status, answer) = post(vec![part(1, "/me"), part(2, "/users?$top=1"), part(3, "/nothing")]).await;
    assert_eq!(status, 200);
    let of = |id: &str| answer["responses"].as_array().unwrap().iter().find(|part| part["id"] == id).unwrap();
    assert_eq!((&of("1")["status"], &of("2")["status"], &of("3")["status"]), (&json!(200), &json!(403), &json!(400)));
    assert_eq!(of("1")["body"]["displayName"], "Ada Brook");
    let many = (0..21).map(|id| part(id, "/me")).collect();
    let (status, answer) = post(many).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadRequest")));
}

#[tokio::test]
async fn an_app_alone_needs_a_certificate_for_sharepoint_and_not_for_graph() {
    let cloud = Cloud::start(Situation::AllWell).await.unwrap();
    let now = jiff::Timestamp::now();
    let certificate = ClientCertificate::new("Wiki Migration", now + jiff::SignedDuration::from_hours(24)).unwrap();
    let secret = ClientSecret { value: "good".to_owned(), expires_at: now.as_second() + 3600 };
    cloud.entra.edit_app(CLIENT_ID, |app| {
        app.secrets.push(secret);
        app.certificates.push(certificate.der());
        for resource in [SHAREPOINT_APP_ID, GRAPH_APP_ID] {
            app.app_roles.insert(resource.to_owned(), vec!["Sites.Manage.All".to_owned()]);
        }
    });
    let scope = format!("{}/.default", cloud.sharepoint_resource());
    let form = [("client_id", CLIENT_ID), ("grant_type", "client_credentials"), ("client_secret", "good"), ("scope", scope.as_str())];
    let token = post_token(&cloud, &form).await;
    let refused = get(&format!("{}/_api/web", cloud.site()), token["access_token"].as_str().unwrap()).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json(), json!({"error_description": "Unsupported app only token."}));
    let graph_scope = format!("{}/.default", cloud.graph());
    let form = [form[0], form[1], form[2], ("scope", graph_scope.as_str())];
    let token = post_token(&cloud, &form).await;
    let found = get(&graph_site(&cloud), token["access_token"].as_str().unwrap()).await;
    assert_eq!(found.status, 200, "{}", found.text);
    let me = get(&format!("{}/v1.0/me", cloud.graph()), token["access_token"].as_str().unwrap()).await;
    assert_eq!(me.status, 400, "an app is nobody");

    let audience = format!("{}/{}/oauth2/v2.0/token", cloud.authority(), cloud.tenant.id);
    let assertion = certificate.assertion(CLIENT_ID, &audience, now, AssertionAlgorithm::Ps256);
    let form = [
        ("client_id", CLIENT_ID),
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion.as_str()),
        ("scope", scope.as_str()),
    ];
    let token = post_token(&cloud, &form).await;
    let token = token["access_token"].as_str().unwrap_or_else(|| panic!("{token}"));
    let rights = get(&format!("{}/_api/web/effectiveBasePermissions", cloud.site()), token).await;
    assert_eq!(low(&rights.json()), 1_007_361_023, "Sites.Manage.All is the limit");
    let user = get(&format!("{}/_api/web/currentuser", cloud.site()), token).await.json();
    assert_eq!(user["Title"], "SharePoint App");
}

#[tokio::test]
async fn the_same_cloud_over_https() {
    let authority = Authority::new().unwrap();
    let cloud = Cloud::builder().https(&authority).start(Situation::AllWell).await.unwrap();
    assert!(cloud.authority().starts_with("https://localhost:"));
    drop(rustls::crypto::ring::default_provider().install_default());
    let certificate = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([certificate]).no_proxy().build().unwrap();
    let url = format!("{}/_vti_bin/client.svc", cloud.site());
    let realm = client.get(url).header("Authorization", "Bearer").send().await.unwrap();
    assert_eq!(realm.status(), StatusCode::UNAUTHORIZED);
    let landing = cloud.entra.sign_in_like_a_browser(&authorize(&cloud), &cloud.user.upn, Choice::Accept).await;
    assert!(matches!(landing, Landing::Redirect { .. }), "{landing:?}");
}

#[test]
fn every_situation_has_a_name_of_its_own() {
    for situation in Situation::ALL {
        assert_eq!(Situation::from_slug(situation.slug()), Some(situation));
        assert!(!situation.title().is_empty());
    }
}
