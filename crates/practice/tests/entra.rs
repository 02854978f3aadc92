//! The practice Entra ID, asked the way a client asks it.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test that called it")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use practice::Server;
use practice::entra::{
    App, AssertionAlgorithm, Block, Browser, Choice, ClientCertificate, ClientSecret, Entra, Fault, GRAPH_APP_ID, Landing, Platform,
    Policy, Resource, SHAREPOINT_APP_ID, Tenant, User,
};
use practice::markers::Kind;
use rsa::BigUint;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

const CLIENT: &str = "6f1d2c3a-8b47-4e59-a0c6-2d9e7b5f4a11";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";
const BACK: &str = "http://localhost:49200";
const SITES: &str = "https://heathervale.sharepoint.example";
const GRAPH: &str = "https://graph.microsoft.com";
const ADA: &str = "ada@heathervale.example";
const ROWAN: &str = "rowan@heathervale.example";

/// Parameters that differ from the usual request; `-` leaves one out.
type Changes<'a> = &'a [(&'a str, &'a str)];

fn tenant() -> Tenant {
    Tenant::new("Heather & Vale", "heathervale.example")
}

fn neighbour() -> Tenant {
    Tenant::new("Fjord Lighting", "fjordlighting.example")
}

fn app() -> App {
    App::desktop(&tenant(), CLIENT, "Wiki Migration")
        .requesting(SHAREPOINT_APP_ID, &["AllSites.FullControl"])
        .requesting(GRAPH_APP_ID, &["Sites.FullControl.All", "User.Read"])
}

fn granted() -> App {
    app().consented_for_all(SHAREPOINT_APP_ID).consented_for_all(GRAPH_APP_ID)
}

/// A provider that is served, and a client that follows no redirects.
struct Bench {
    entra: Entra,
    http: reqwest::Client,
    server: Server,
}

impl Bench {
    async fn with(app: App) -> Self {
        Self::of(Entra::builder().app(app).tenant(tenant())).await
    }

    async fn of(builder: practice::entra::EntraBuilder) -> Self {
        // the process-wide provider may be installed by any of the tests first
        drop(rustls::crypto::ring::default_provider().install_default());
        let sol = User::member(&neighbour(), "sol@fjordlighting.example", "Sol Strand", "lantern");
        let entra = builder
            .tenant(neighbour())
            .user(User::member(&tenant(), ADA, "Ada Brook", "heather"))
            .user(User::member(&tenant(), ROWAN, "Rowan Marsh", "bracken").as_admin())
            .user(sol)
            .resource(Resource::sharepoint(&tenant(), vec![SITES.to_owned()]))
            .resource(Resource::graph(vec![GRAPH.to_owned()]))
            .build();
        let server = Server::http(entra.router()).await.unwrap();
        entra.set_origin(server.origin());
        entra.set_graph_host("graph.microsoft.com");
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { entra, http, server }
    }

    fn authorize(&self, changes: Changes<'_>) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let scope = format!("{SITES}/.default openid profile offline_access");
        let segment = tenant().id;
        let mut parameters: Vec<(&str, &str)> = vec![
            ("client_id", CLIENT),
            ("response_type", "code"),
            ("redirect_uri", BACK),
            ("scope", &scope),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let mut place = segment.as_str();
        for &(name, value) in changes {
            if name == "tenant" {
                place = value;
                continue;
            }
            parameters.retain(|(known, _)| *known != name);
            if value != "-" {
                parameters.push((name, value));
            }
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        format!("{}/{place}/oauth2/v2.0/authorize?{query}", self.entra.origin())
    }

    async fn sign_in(&self, changes: Changes<'_>, upn: &str, choice: Choice) -> Landing {
        self.entra.sign_in_like_a_browser(&self.authorize(changes), upn, choice).await
    }

    async fn code(&self) -> String {
        let landing = self.sign_in(&[], ADA, Choice::Accept).await;
        landing.parameter("code").unwrap_or_else(|| panic!("no code: {landing:?}"))
    }

    async fn token(&self, place: &str, form: &[(&str, &str)]) -> (u16, Value) {
        self.token_from(place, form, None).await
    }

    async fn token_from(&self, place: &str, form: &[(&str, &str)], origin: Option<&str>) -> (u16, Value) {
        let mut request = self.http.post(format!("{}/{place}/oauth2/v2.0/token", self.entra.origin())).form(form);
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        assert!(response.headers().contains_key("x-ms-request-id"), "every answer has its trace id");
        (status, response.json().await.unwrap())
    }

    async fn redeem(&self, code: &str, changes: Changes<'_>) -> (u16, Value) {
        let scope = format!("{SITES}/.default openid profile offline_access");
        let mut form: Vec<(&str, &str)> = vec![
            ("client_id", CLIENT),
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
            ("scope", &scope),
        ];
        for &(name, value) in changes {
            form.retain(|(known, _)| *known != name);
            if value != "-" {
                form.push((name, value));
            }
        }
        self.token(&tenant().id, &form).await
    }

    async fn refresh(&self, token: &str, scope: &str) -> (u16, Value) {
        let form = [("client_id", CLIENT), ("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
        self.token(&tenant().id, &form).await
    }
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Whether a token verifies (RS256) with the key the provider publishes.
async fn signed_by_published_key(bench: &Bench, token: &Value) -> bool {
    let url = format!("{}/{}/discovery/v2.0/keys", bench.entra.origin(), tenant().id);
    let keys: Value = bench.http.get(url).send().await.unwrap().json().await.unwrap();
    let number = |name: &str| BigUint::from_bytes_be(&URL_SAFE_NO_PAD.decode(keys["keys"][0][name].as_str().unwrap()).unwrap());
    let key = rsa::RsaPublicKey::new(number("n"), number("e")).unwrap();
    let (input, signature) = token.as_str().unwrap().rsplit_once('.').unwrap();
    let digest = Sha256::digest(input);
    let scheme = rsa::Pkcs1v15Sign::new::<Sha256>();
    key.verify(scheme, &digest, &URL_SAFE_NO_PAD.decode(signature).unwrap()).is_ok()
}

/// The frame of every refusal of the token endpoint.
fn assert_refused(answer: &(u16, Value), status: u16, error: &str, code: u64) {
    let (got, body) = answer;
    assert_eq!(body["error_codes"][0], code, "{body}");
    assert_eq!(body["error"], error, "{body}");
    assert_eq!(*got, status, "{body}");
    let description = body["error_description"].as_str().unwrap();
    assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
    for id in ["trace_id", "correlation_id", "timestamp"] {
        assert!(description.contains(body[id].as_str().unwrap()), "{id} in {description}");
    }
    assert!(body["error_uri"].as_str().unwrap().ends_with(&format!("/error?code={code}")));
}

#[tokio::test]
async fn one_sign_in_gives_a_token_for_sharepoint_and_one_for_graph() {
    let bench = Bench::with(granted()).await;
    let landing = bench.sign_in(&[], ADA, Choice::Accept).await;
    let Landing::Redirect { url, twice: false } = &landing else { panic!("{landing:?}") };
    assert!(url.starts_with("http://localhost:49200/?"), "the answer comes back with a slash: {url}");
    assert_eq!(landing.parameter("state").as_deref(), Some("the-state"));

    let (status, first) = bench.redeem(&landing.parameter("code").unwrap(), &[("client_info", "1")]).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["token_type"], "Bearer");
    assert_eq!(first["scope"], format!("openid profile {SITES}/AllSites.FullControl {SITES}/.default"));
    let access = claims(&first["access_token"]);
    let origin = bench.entra.origin();
    let tid = tenant().id;
    assert_eq!(access["aud"], SITES);
    assert_eq!(access["iss"], format!("{origin}/{tid}/"));
    assert_eq!(access["scp"], "AllSites.FullControl");
    for (name, value) in [("appid", CLIENT), ("appidacr", "0"), ("idtyp", "user"), ("upn", ADA), ("ver", "1.0")] {
        assert_eq!(access[name], value);
    }
    let lifetime = access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap();
    assert!((3600..=5400).contains(&lifetime), "{lifetime}");
    let id = claims(&first["id_token"]);
    assert_eq!(id["aud"], CLIENT);
    assert_eq!(id["iss"], format!("{origin}/{tid}/v2.0"));
    assert_eq!(id["nonce"], "the-nonce");
    assert_eq!(id["preferred_username"], ADA);
    assert_eq!((&id["tid"], &id["oid"]), (&access["tid"], &access["oid"]));
    assert!(first["client_info"].is_string());

    let refresh_token = first["refresh_token"].as_str().unwrap();
    let (status, second) = bench.refresh(refresh_token, &format!("{GRAPH}/.default")).await;
    assert_eq!(status, 200, "{second}");
    let graph = claims(&second["access_token"]);
    assert_eq!(graph["aud"], GRAPH);
    assert_eq!(graph["scp"], "Sites.FullControl.All User.Read");
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert!(second.get("id_token").is_none(), "openid was not asked for");
    // as at the real service, the old refresh token goes on working
    let (status, _) = bench.refresh(refresh_token, &format!("{GRAPH}/User.Read")).await;
    assert_eq!(status, 200);
    assert!(bench.server.requests().len() >= 3);
}

#[tokio::test]
async fn discovery_names_the_tenant_or_leaves_it_open() {
    let bench = Bench::with(granted()).await;
    let origin = bench.entra.origin();
    let id = tenant().id;
    let get = |place: String| {
        let url = format!("{origin}/{place}/v2.0/.well-known/openid-configuration");
        let http = bench.http.clone();
        async move {
            let response = http.get(url).send().await.unwrap();
            (response.status().as_u16(), response.json::<Value>().await.unwrap())
        }
    };
    for (place, issuer) in [
        ("common".to_owned(), format!("{origin}/{{tenantid}}/v2.0")),
        ("organizations".to_owned(), format!("{origin}/{{tenantid}}/v2.0")),
        ("heathervale.example".to_owned(), format!("{origin}/{id}/v2.0")),
        (id.clone(), format!("{origin}/{id}/v2.0")),
    ] {
        let (status, document) = get(place.clone()).await;
        assert_eq!((status, &document["issuer"]), (200, &Value::from(issuer)), "{place}");
        assert_eq!(document["msgraph_host"], "graph.microsoft.com");
        assert_eq!(document["response_modes_supported"][2], "form_post");
    }
    let (_, by_domain) = get("heathervale.example".to_owned()).await;
    assert_eq!(by_domain["token_endpoint"], format!("{origin}/{id}/oauth2/v2.0/token"));
    assert_refused(&get("nowhere.example".to_owned()).await, 400, "invalid_tenant", 90002);
    assert_refused(&get("0a0b0c0d-0000-4000-8000-000000000000".to_owned()).await, 400, "invalid_tenant", 90002);
    assert_refused(&get("not%20a%20tenant".to_owned()).await, 400, "invalid_request", 900_023);

    let keys: Value = bench.http.get(format!("{origin}/common/discovery/v2.0/keys")).send().await.unwrap().json().await.unwrap();
    assert_eq!(keys["keys"][0]["kid"], bench.entra.signing_key().kid());
    assert_eq!(keys["keys"][0]["issuer"], format!("{origin}/{{tenantid}}/v2.0"));
}

#[tokio::test]
async fn some_refusals_stay_on_the_page_and_the_app_hears_nothing() {
    let multi_tenant = App { multi_tenant: true, ..granted() };
    let table: Vec<(&str, App, Changes<'_>, &str, u32)> = vec![
        ("another path", granted(), &[("redirect_uri", "http://localhost:1/cb")], ADA, 50011),
        ("the number instead of the name", granted(), &[("redirect_uri", "http://127.0.0.1:1")], ADA, 50011),
        ("no address registered", granted().with_redirect_uris(&[]), &[], ADA, 500_113),
        ("no address given", granted(), &[("redirect_uri", "-")], ADA, 900_971),
        ("unknown app", granted(), &[("client_id", "00000000-0000-4000-8000-000000000000")], ADA, 700_016),
        ("app of another tenant", granted(), &[("tenant", "fjordlighting.example")], ADA, 700_016),
        ("no client id", granted(), &[("client_id", "-")], ADA, 900_144),
        ("single tenant at common", granted(), &[("tenant", "common")], ADA, 50194),
        ("unknown tenant", granted(), &[("tenant", "nowhere.example")], ADA, 90002),
        ("response mode", granted(), &[("response_mode", "smoke")], ADA, 70007),
        ("app disabled", App { enabled: false, ..granted() }, &[], ADA, 7_000_112),
        ("not assigned", granted().with_assignment_required(), &[], ADA, 50105),
        ("nobody of that name", granted(), &[], "nobody@heathervale.example", 50034),
        ("account of elsewhere", multi_tenant, &[], "sol@fjordlighting.example", 50020),
        ("foreign site", granted(), &[("scope", "https://other.sharepoint.example/.default")], ADA, 500_011),
        ("unknown permission", granted(), &[("scope", "https://heathervale.sharepoint.example/AllSites.Everything")], ADA, 650_053),
        ("resource not in the registration", App { delegated: [].into(), ..app() }, &[], ADA, 650_057),
        ("needs an administrator", app(), &[], ADA, 90094),
    ];
    for (what, app, changes, upn, code) in table {
        let bench = Bench::with(app).await;
        let landing = bench.sign_in(changes, upn, Choice::Accept).await;
        assert_eq!(landing.page_code(), Some(code), "{what}: {landing:?}");
        let Landing::Page(page) = landing else { unreachable!() };
        assert!(page.message.starts_with(&format!("AADSTS{code}: ")), "{what}: {page:?}");
    }
    let bench = Bench::with(granted()).await;
    let Landing::Page(page) = bench.sign_in(&[("redirect_uri", "http://localhost/x")], ADA, Choice::Accept).await else {
        panic!("stays on the page")
    };
    assert!(page.trace_id.is_some() && page.correlation_id.is_some() && page.timestamp.is_some());
}

#[tokio::test]
async fn other_refusals_reach_the_return_address_with_state() {
    let table: Vec<(&str, App, Changes<'_>, Choice, &str, &str)> = vec![
        (
            "consent declined",
            app(),
            &[("scope", "https://heathervale.sharepoint.example/AllSites.Manage openid")],
            Choice::DeclineConsent,
            "access_denied",
            "AADSTS65004",
        ),
        ("cancelled", granted(), &[], Choice::CancelSignIn, "access_denied", "AADSTS65004"),
        ("given up for an administrator", app(), &[], Choice::DeclineConsent, "access_denied", "AADSTS90094"),
        ("silent", granted(), &[("prompt", "none")], Choice::Accept, "login_required", "AADSTS50058"),
        ("token in front", granted(), &[("response_type", "id_token")], Choice::Accept, "unsupported_response_type", "AADSTS700054"),
        ("unknown type", granted(), &[("response_type", "magic")], Choice::Accept, "unsupported_response_type", "AADSTS70005"),
        (
            "hint and picker",
            granted(),
            &[("prompt", "select_account"), ("login_hint", ADA)],
            Choice::Accept,
            "invalid_request",
            "AADSTS90023",
        ),
        ("challenge too short", granted(), &[("code_challenge", "short")], Choice::Accept, "invalid_request", "AADSTS50147"),
        ("unknown method", granted(), &[("code_challenge_method", "S512")], Choice::Accept, "invalid_request", "AADSTS501491"),
    ];
    for (what, app, changes, choice, error, code) in table {
        for mode in ["query", "form_post", "fragment"] {
            let bench = Bench::with(app.clone()).await;
            let mut changes = changes.to_vec();
            changes.push(("response_mode", mode));
            let landing = bench.sign_in(&changes, ADA, choice).await;
            assert_eq!(landing.parameter("error").as_deref(), Some(error), "{what} by {mode}: {landing:?}");
            let description = landing.parameter("error_description").unwrap();
            assert!(description.starts_with(&format!("{code}: ")), "{what}: {description}");
            assert!(description.contains("\r\nTrace ID: "), "{what}: {description}");
            assert_eq!(landing.parameter("state").as_deref(), Some("the-state"), "{what}");
            let cancelled = code == "AADSTS65004";
            assert_eq!(landing.parameter("error_subcode").as_deref(), cancelled.then_some("cancel"), "{what}");
        }
    }
}

#[tokio::test]
async fn policies_block_at_the_page_at_the_redirect_and_at_the_token() {
    for (block, code) in [(Block::Access, 53003), (Block::Device, 53000)] {
        let bench = Bench::of(Entra::builder().tenant(tenant()).app(granted()).policy(Policy::new(&tenant(), block))).await;
        assert_eq!(bench.sign_in(&[], ADA, Choice::Accept).await.page_code(), Some(code));
        bench.entra.break_with(Fault::RefuseAtRedirect);
        let landing = bench.sign_in(&[], ADA, Choice::Accept).await;
        assert_eq!(landing.parameter("error").as_deref(), Some("access_denied"), "{landing:?}");
    }
    // only Graph is closed: the sign-in succeeds and the second token does not come
    let policy = Policy::new(&tenant(), Block::Access).only_for_resource(GRAPH_APP_ID);
    let bench = Bench::of(Entra::builder().tenant(tenant()).app(granted()).policy(policy)).await;
    let (_, first) = bench.redeem(&bench.code().await, &[]).await;
    let refused = bench.refresh(first["refresh_token"].as_str().unwrap(), &format!("{GRAPH}/.default")).await;
    assert_refused(&refused, 400, "invalid_grant", 53003);
    assert_eq!(refused.1["suberror"], "message_only");
    let challenge: Value = serde_json::from_str(refused.1["claims"].as_str().unwrap()).unwrap();
    assert!(challenge["access_token"]["capolids"]["values"][0].is_string());
}

#[tokio::test]
async fn accounts_and_second_factors() {
    let bench = Bench::with(granted()).await;
    let edit = |change: fn(&mut User)| assert!(bench.entra.edit_user(&tenant().id, ADA, change));
    assert_eq!(bench.sign_in(&[], ADA, Choice::WrongPassword).await.page_code(), Some(50126));
    for (change, undo, code) in [
        ((|user| user.disabled = true) as fn(&mut User), (|user| user.disabled = false) as fn(&mut User), 50057),
        (|user| user.locked = true, |user| user.locked = false, 50053),
        (|user| user.password_expired = true, |user| user.password_expired = false, 50055),
    ] {
        edit(change);
        assert_eq!(bench.sign_in(&[], ADA, Choice::Accept).await.page_code(), Some(code));
        edit(undo);
    }
    let (_, before) = bench.redeem(&bench.code().await, &[]).await;
    edit(|user| user.mfa = true);
    let refused = bench.refresh(before["refresh_token"].as_str().unwrap(), &format!("{GRAPH}/.default")).await;
    assert_refused(&refused, 400, "invalid_grant", 50076);
    assert_eq!(refused.1["suberror"], "basic_action");
    assert_eq!(bench.sign_in(&[], ADA, Choice::DenyMfa).await.page_code(), Some(500_121));
    let (_, after) = bench.redeem(&bench.code().await, &[]).await;
    assert_eq!(claims(&after["access_token"])["amr"], serde_json::json!(["pwd", "mfa"]));
}

#[tokio::test]
async fn consent_is_asked_once_and_remembered_for_the_right_people() {
    let plan_b = App::desktop(&tenant(), CLIENT, "Wiki Migration")
        .requesting(SHAREPOINT_APP_ID, &["AllSites.Manage"])
        .requesting(GRAPH_APP_ID, &["User.Read"]);
    let bench = Bench::with(plan_b).await;
    let silent = bench.sign_in(&[("prompt", "none")], ADA, Choice::Accept).await;
    assert_eq!(silent.parameter("error").as_deref(), Some("login_required"));

    let mut browser = Browser::new(&bench.entra);
    let first = browser.sign_in(&bench.authorize(&[]), ADA, Choice::Accept).await;
    let (_, tokens) = bench.redeem(&first.parameter("code").unwrap(), &[]).await;
    assert_eq!(claims(&tokens["access_token"])["scp"], "AllSites.Manage");
    // consent by `.default` covered the whole registration, Graph included
    let (status, _) = bench.refresh(tokens["refresh_token"].as_str().unwrap(), &format!("{GRAPH}/.default")).await;
    assert_eq!(status, 200);
    // the same browser needs no page any more
    let again = browser.sign_in(&bench.authorize(&[("prompt", "none")]), ADA, Choice::Accept).await;
    assert!(again.parameter("code").is_some(), "{again:?}");
    // another person was not asked yet, and `prompt=consent` asks again
    let mut other = Browser::new(&bench.entra);
    let declined = other.sign_in(&bench.authorize(&[]), ROWAN, Choice::DeclineConsent).await;
    assert_eq!(declined.parameter("error_subcode").as_deref(), Some("cancel"));
    let declined = browser.sign_in(&bench.authorize(&[("prompt", "consent")]), ADA, Choice::DeclineConsent).await;
    assert_eq!(declined.parameter("error_subcode").as_deref(), Some("cancel"));

    // an administrator consents to full control for everybody
    let bench = Bench::with(app()).await;
    assert_eq!(bench.sign_in(&[], ADA, Choice::Accept).await.page_code(), Some(90094));
    let landing = bench.sign_in(&[], ROWAN, Choice::AcceptForOrganization).await;
    assert!(landing.parameter("code").is_some(), "{landing:?}");
    assert!(bench.sign_in(&[], ADA, Choice::Accept).await.parameter("code").is_some());
}

#[tokio::test]
async fn prompts_and_hints_decide_which_page_comes_first() {
    let bench = Bench::with(granted()).await;
    let first_page = |changes: &[(&str, &str)], cookie: Option<&str>| {
        let mut request = bench.http.get(bench.authorize(changes));
        if let Some(cookie) = cookie {
            request = request.header("Cookie", cookie);
        }
        async move {
            let response = request.send().await.unwrap();
            let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
            let html = response.text().await.unwrap();
            (html.split("data-page=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned()), html, cookie)
        }
    };
    let kind = |page: &(Option<String>, String, String)| page.0.clone().unwrap_or_default();
    let hinted = first_page(&[("login_hint", ADA)], None).await;
    assert_eq!(kind(&hinted), "password", "a hint skips the name");

    // sign in by hand, with the cookie kept
    let cookie = hinted.2.clone();
    let flow = hinted.1.split("name=\"flowToken\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = [("flowToken", flow), ("page", "password"), ("password", "heather")];
    let url = format!("{}/{}/login", bench.entra.origin(), tenant().id);
    let done = bench.http.post(url).header("Cookie", &cookie).form(&form).send().await.unwrap();
    assert_eq!(done.status().as_u16(), 302);

    for (changes, expected) in [
        (&[][..], ""),
        (&[("login_hint", ADA)][..], ""),
        (&[("login_hint", ROWAN)][..], "password"),
        (&[("prompt", "login")][..], "username"),
        (&[("prompt", "login"), ("login_hint", ADA)][..], "password"),
        (&[("prompt", "select_account")][..], "username"),
        // full control is for an administrator to consent to, asked again or not
        (&[("prompt", "consent")][..], "approval"),
    ] {
        assert_eq!(kind(&first_page(changes, Some(&cookie)).await), expected, "{changes:?}");
    }
    assert!(first_page(&[("prompt", "select_account")], Some(&cookie)).await.1.contains("Signed in"));
    let other_browser = first_page(&[], Some("PRACTICE_ESTSAUTH_1=made-up")).await;
    assert_eq!(kind(&other_browser), "username", "a made-up cookie is nobody's session");
}

#[tokio::test]
async fn every_secret_is_recognisable_wherever_it_leaks() {
    let bench = Bench::with(granted()).await;
    let code = bench.code().await;
    assert!(code.starts_with(Kind::AuthorizationCode.stem()));
    let (_, tokens) = bench.redeem(&code, &[]).await;
    for name in ["access_token", "id_token", "refresh_token"] {
        assert!(!practice::markers::found_in(tokens[name].as_str().unwrap()).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn missing_consent_for_graph_shows_only_with_the_second_token() {
    let bench = Bench::with(app().consented_for_all(SHAREPOINT_APP_ID)).await;
    let (status, first) = bench.redeem(&bench.code().await, &[]).await;
    assert_eq!(status, 200, "{first}");
    let refused = bench.refresh(first["refresh_token"].as_str().unwrap(), &format!("{GRAPH}/.default")).await;
    assert_refused(&refused, 400, "invalid_grant", 65001);
    assert_eq!(refused.1["suberror"], "consent_required");
}

#[tokio::test]
async fn a_code_is_good_once_for_ten_minutes_and_for_its_own_request() {
    let bench = Bench::with(granted()).await;
    let code = bench.code().await;
    let two = format!("{SITES}/.default {GRAPH}/.default");
    let mixed = format!("{SITES}/.default {SITES}/AllSites.Manage");
    let unknown = format!("{SITES}/AllSites.Everything");
    let early: Vec<(Changes<'_>, u16, &str, u64)> = vec![
        (&[("code", "no-code-at-all")], 400, "invalid_grant", 70000),
        (&[("redirect_uri", "http://localhost:49200/")], 401, "invalid_client", 500_112),
        (&[("redirect_uri", "-")], 400, "invalid_request", 900_144),
        (&[("code_verifier", "-")], 400, "invalid_grant", 50148),
        (&[("code_verifier", "another-verifier-of-at-least-forty-three-characters")], 400, "invalid_grant", 501_481),
        (&[("client_secret", "whatever")], 401, "invalid_client", 700_025),
        (&[("client_id", "00000000-0000-4000-8000-000000000000")], 400, "unauthorized_client", 700_016),
        (&[("grant_type", "-")], 400, "invalid_request", 900_144),
        (&[("grant_type", "magic")], 400, "unsupported_grant_type", 70003),
    ];
    for (changes, status, error, number) in early {
        assert_refused(&bench.redeem(&code, changes).await, status, error, number);
    }
    let form = [("client_id", CLIENT), ("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", BACK)];
    let cross = bench.token_from(&tenant().id, &form, Some("http://localhost:49200")).await;
    assert_refused(&cross, 400, "invalid_request", 9_002_326);
    let elsewhere = bench.token("common", &form).await;
    assert_refused(&elsewhere, 400, "invalid_request", 50194);

    assert_eq!(bench.redeem(&code, &[]).await.0, 200);
    assert_refused(&bench.redeem(&code, &[]).await, 400, "invalid_grant", 54005);

    for (scope, number) in [(two.as_str(), 700_022), (&mixed, 70011), (&unknown, 70011), ("https:", 70011)] {
        let code = bench.code().await;
        assert_refused(&bench.redeem(&code, &[("scope", scope)]).await, 400, "invalid_scope", number);
    }
    let code = bench.code().await;
    let foreign = bench.redeem(&code, &[("scope", "https://other.sharepoint.example/.default")]).await;
    assert_refused(&foreign, 400, "invalid_resource", 500_011);

    let late = bench.code().await;
    bench.entra.clock().advance_seconds(10 * 60);
    assert_refused(&bench.redeem(&late, &[]).await, 400, "invalid_grant", 70008);
}

#[tokio::test]
async fn the_platform_of_the_return_address_decides_who_may_redeem() {
    let web = granted().with_redirect_uris(&[(Platform::Web, "http://localhost")]);
    let bench = Bench::with(web).await;
    assert_refused(&bench.redeem(&bench.code().await, &[]).await, 401, "invalid_client", 7_000_218);

    let spa = granted().with_redirect_uris(&[(Platform::Spa, "http://localhost")]);
    let bench = Bench::with(spa).await;
    let code = bench.code().await;
    assert_refused(&bench.redeem(&code, &[]).await, 400, "invalid_request", 9_002_327);
    let form = [
        ("client_id", CLIENT),
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let (status, tokens) = bench.token_from(&tenant().id, &form, Some("http://localhost:49200")).await;
    assert_eq!(status, 200, "{tokens}");
    bench.entra.clock().advance_seconds(24 * 3600);
    let late = bench.refresh(tokens["refresh_token"].as_str().unwrap(), &format!("{GRAPH}/.default")).await;
    assert_refused(&late, 400, "invalid_grant", 700_084);
}

#[tokio::test]
async fn refresh_tokens_end_in_every_way_there_is() {
    let bench = Bench::with(granted()).await;
    let graph = format!("{GRAPH}/.default");
    let (_, without) = bench
        .redeem(
            &bench.sign_in(&[("scope", &format!("{SITES}/.default openid"))], ADA, Choice::Accept).await.parameter("code").unwrap(),
            &[("scope", &format!("{SITES}/.default"))],
        )
        .await;
    assert!(without.get("refresh_token").is_none(), "offline_access was not asked for: {without}");

    let mangled = bench.refresh("cut-off", &graph).await;
    assert_refused(&mangled, 400, "invalid_grant", 9_002_313);
    assert_eq!(mangled.1["suberror"], "bad_token");

    let (_, tokens) = bench.redeem(&bench.code().await, &[]).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    bench.entra.revoke_sessions(ADA);
    assert_refused(&bench.refresh(token, &graph).await, 400, "invalid_grant", 50173);

    let (_, tokens) = bench.redeem(&bench.code().await, &[]).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    bench.entra.clock().advance_seconds(89 * 24 * 3600);
    let (status, newer) = bench.refresh(token, &graph).await;
    assert_eq!(status, 200);
    bench.entra.clock().advance_seconds(89 * 24 * 3600);
    assert_eq!(bench.refresh(newer["refresh_token"].as_str().unwrap(), &graph).await.0, 200);
    bench.entra.clock().advance_seconds(90 * 24 * 3600);
    assert_refused(&bench.refresh(token, &graph).await, 400, "invalid_grant", 700_082);

    bench.entra.break_with(Fault::StrictRotation);
    let (_, tokens) = bench.redeem(&bench.code().await, &[]).await;
    let old = tokens["refresh_token"].as_str().unwrap();
    let (_, next) = bench.refresh(old, &graph).await;
    assert_refused(&bench.refresh(old, &graph).await, 400, "invalid_grant", 70000);
    assert_refused(&bench.refresh(next["refresh_token"].as_str().unwrap(), &graph).await, 400, "invalid_grant", 50173);
}

#[tokio::test]
async fn wrong_answers_come_when_asked_for() {
    let bench = Bench::with(granted()).await;
    let id_token = |fault: Fault| {
        let bench = &bench;
        async move {
            bench.entra.break_times(fault, 1);
            let (status, tokens) = bench.redeem(&bench.code().await, &[]).await;
            assert_eq!(status, 200, "{tokens}");
            tokens["id_token"].clone()
        }
    };
    assert_ne!(claims(&id_token(Fault::WrongNonce).await)["nonce"], "the-nonce");
    let foreign = claims(&id_token(Fault::WrongIssuer).await);
    assert!(!foreign["iss"].as_str().unwrap().contains(&tenant().id));
    assert_ne!(claims(&id_token(Fault::WrongAudience).await)["aud"], CLIENT);
    let old = claims(&id_token(Fault::ExpiredIdToken).await);
    assert!(old["exp"].as_i64().unwrap() < bench.entra.clock().now().as_second());
    assert!(id_token(Fault::NoIdToken).await.is_null());
    // a good signature again, and a forged one in between
    let (good, forged) = (id_token(Fault::NoFormPost).await, id_token(Fault::WrongSignature).await);
    bench.entra.mend(Fault::NoFormPost);
    let head = |token: &Value| token.as_str().unwrap().split('.').next().unwrap().to_owned();
    assert_eq!(head(&good), head(&forged), "the forger names the published key");
    assert!(signed_by_published_key(&bench, &good).await);
    assert!(!signed_by_published_key(&bench, &forged).await);

    bench.entra.break_times(Fault::WrongState, 1);
    let landing = bench.sign_in(&[], ADA, Choice::Accept).await;
    assert_ne!(landing.parameter("state").as_deref(), Some("the-state"));
    for mode in ["query", "form_post"] {
        bench.entra.break_times(Fault::DeliverTwice, 1);
        match bench.sign_in(&[("response_mode", mode)], ADA, Choice::Accept).await {
            Landing::Redirect { twice, .. } | Landing::FormPost { twice, .. } => assert!(twice),
            other => panic!("{other:?}"),
        }
    }
    bench.entra.break_with(Fault::NoPlainPkce);
    let plain = bench.sign_in(&[("code_challenge_method", "plain")], ADA, Choice::Accept).await;
    assert_eq!(plain.parameter("error").as_deref(), Some("invalid_request"));

    bench.entra.break_times(Fault::Unavailable, 1);
    let code = bench.code().await;
    assert_refused(&bench.redeem(&code, &[]).await, 503, "temporarily_unavailable", 90033);
    assert_eq!(bench.redeem(&code, &[]).await.0, 200, "and then it works");

    bench.entra.break_times(Fault::CaptivePortal, 1);
    let url = format!("{}/common/v2.0/.well-known/openid-configuration", bench.entra.origin());
    let portal = bench.http.get(url).send().await.unwrap();
    assert!(portal.headers()["content-type"].to_str().unwrap().starts_with("text/html"));

    bench.entra.clock().advance_seconds(20 * 60);
    let url = format!("{}/common/discovery/v2.0/keys", bench.entra.origin());
    let response = bench.http.get(url).send().await.unwrap();
    let date = response.headers()["date"].to_str().unwrap().to_owned();
    let shown = jiff::fmt::rfc2822::parse(&date).unwrap().timestamp();
    assert!(shown.as_second() - jiff::Timestamp::now().as_second() > 19 * 60, "{date}");
}

#[tokio::test]
async fn a_page_belongs_to_its_browser_and_is_good_once() {
    let bench = Bench::with(granted()).await;
    let page = bench.http.get(bench.authorize(&[])).send().await.unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    let html = page.text().await.unwrap();
    for mark in ["Practice sign-in", "id=\"username\"", "id=\"next\"", "id=\"cancel\"", &format!("data-upn=\"{ADA}\"")] {
        assert!(html.contains(mark), "{mark}");
    }
    let token = html.split("name=\"flowToken\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let post = |cookie: Option<&str>| {
        let url = format!("{}/{}/login", bench.entra.origin(), tenant().id);
        let form = [("flowToken", token), ("page", "username"), ("username", ADA)];
        let mut request = bench.http.post(url).form(&form);
        if let Some(cookie) = cookie {
            request = request.header("Cookie", cookie);
        }
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    // a form without the cookie is refused, and spoils the flow for whoever sent it
    assert!(post(None).await.contains("AADSTS50089"));
    assert!(post(Some(&cookie)).await.contains("AADSTS50089"));
}

#[tokio::test]
async fn texts_from_the_request_are_escaped() {
    let bench = Bench::with(granted()).await;
    let evil = "http://localhost/<script>alert(1)</script>";
    let html = bench.http.get(bench.authorize(&[("redirect_uri", evil)])).send().await.unwrap().text().await.unwrap();
    assert!(!html.contains("<script>alert"), "{html}");
    let bench = Bench::with(granted()).await;
    let landing = bench.sign_in(&[("response_mode", "form_post"), ("state", "\"><b>")], ADA, Choice::Accept).await;
    assert_eq!(landing.parameter("state").as_deref(), Some("\"><b>"));
}

#[tokio::test]
async fn a_device_code_is_pending_then_good_once() {
    let bench = Bench::with(granted()).await;
    let start = |place: String| {
        let scope = format!("{SITES}/.default offline_access");
        let request = bench
            .http
            .post(format!("{}/{place}/oauth2/v2.0/devicecode", bench.entra.origin()))
            .form(&[("client_id", CLIENT), ("scope", scope.as_str())]);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let poll = |code: String| {
        let bench = &bench;
        async move {
            bench.entra.clock().advance_seconds(5);
            let grant = "urn:ietf:params:oauth:grant-type:device_code";
            bench.token(&tenant().id, &[("client_id", CLIENT), ("grant_type", grant), ("device_code", &code)]).await
        }
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let device = start(tenant().id).await;
    assert_eq!((&device["interval"], &device["expires_in"]), (&Value::from(5), &Value::from(900)));
    assert!(device.get("verification_uri_complete").is_none());
    let code = text(&device["device_code"]);
    assert_refused(&poll(code.clone()).await, 400, "authorization_pending", 70016);
    let mut browser = Browser::new(&bench.entra);
    assert_eq!(browser.enter_device_code("WRONGCODE", ADA, Choice::Accept).await.page_code(), Some(70018));
    let done = browser.enter_device_code(device["user_code"].as_str().unwrap(), ADA, Choice::Accept).await;
    assert_eq!(done, Landing::Done);
    let (status, tokens) = poll(code.clone()).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(poll(code).await.1["error"], "bad_verification_code");

    let device = start(tenant().id).await;
    browser.enter_device_code(device["user_code"].as_str().unwrap(), ADA, Choice::CancelSignIn).await;
    assert_eq!(poll(text(&device["device_code"])).await.1["error"], "authorization_declined");
    let late = start(tenant().id).await;
    bench.entra.clock().advance_seconds(900);
    assert_refused(&poll(text(&late["device_code"])).await, 400, "expired_token", 70020);

    // refused only after the person has signed in
    bench.entra.edit_app(CLIENT, |app| app.fallback_public_client = false);
    let device = start(tenant().id).await;
    browser.enter_device_code(device["user_code"].as_str().unwrap(), ADA, Choice::Accept).await;
    assert_refused(&poll(text(&device["device_code"])).await, 401, "invalid_client", 7_000_218);
    bench.entra.edit_app(CLIENT, |app| app.fallback_public_client = true);

    bench.entra.add_policy(Policy::new(&tenant(), Block::DeviceCode));
    let device = start(tenant().id).await;
    let blocked = browser.enter_device_code(device["user_code"].as_str().unwrap(), ADA, Choice::Accept).await;
    assert_eq!(blocked.page_code(), Some(53003));
    assert!(bench.sign_in(&[], ADA, Choice::Accept).await.parameter("code").is_some(), "other ways stay open");
    let by_code = bench.refresh(tokens["refresh_token"].as_str().unwrap(), &format!("{GRAPH}/.default")).await;
    assert_refused(&by_code, 400, "invalid_grant", 53003);
}

#[tokio::test]
async fn an_app_proves_itself_by_secret() {
    let now = jiff::Timestamp::now().as_second();
    let secret = |value: &str, expires_at: i64| ClientSecret { value: value.to_owned(), expires_at };
    let confidential = App {
        secrets: vec![secret("good", now + 3600), secret("old", now - 3600)],
        fallback_public_client: false,
        ..granted().with_app_roles(SHAREPOINT_APP_ID, &["Sites.FullControl.All"])
    };
    let bench = Bench::with(confidential).await;
    let sites = format!("{SITES}/.default");
    let ask = |place: String, secret: &'static str, scope: String| {
        let bench = &bench;
        async move {
            let mut form = vec![("client_id", CLIENT), ("grant_type", "client_credentials"), ("scope", scope.as_str())];
            if !secret.is_empty() {
                form.push(("client_secret", secret));
            }
            bench.token(&place, &form).await
        }
    };
    let id = tenant().id;
    let (status, token) = ask(id.clone(), "good", sites.clone()).await;
    assert_eq!(status, 200, "{token}");
    assert!(token.get("refresh_token").is_none() && token.get("id_token").is_none());
    let access = claims(&token["access_token"]);
    assert_eq!((&access["appidacr"], &access["idtyp"]), (&Value::from("1"), &Value::from("app")));
    assert_eq!(access["roles"][0], "Sites.FullControl.All");
    let (_, graph) = ask(id.clone(), "good", format!("{GRAPH}/.default")).await;
    assert!(claims(&graph["access_token"]).get("roles").is_none(), "a token comes even where nothing is granted");
    assert_refused(&ask(id.clone(), "bad", sites.clone()).await, 401, "invalid_client", 7_000_215);
    assert_refused(&ask(id.clone(), "old", sites.clone()).await, 401, "invalid_client", 7_000_222);
    assert_refused(&ask(id.clone(), "", sites.clone()).await, 401, "invalid_client", 7_000_218);
    assert_refused(&ask(id, "good", format!("{SITES}/AllSites.Read")).await, 400, "invalid_scope", 1_002_012);
    bench.entra.edit_app(CLIENT, |app| app.multi_tenant = true);
    assert_refused(&ask("common".to_owned(), "good", sites).await, 400, "invalid_request", 90010);
}

#[tokio::test]
async fn an_app_proves_itself_by_certificate() {
    let now = jiff::Timestamp::now();
    let hour = jiff::SignedDuration::from_hours(1);
    let good = ClientCertificate::new("good", now + hour).unwrap();
    let expired = ClientCertificate::new("expired", now - hour).unwrap();
    let unknown = ClientCertificate::new("not uploaded", now + hour).unwrap();
    let confidential =
        App { certificates: vec![good.der(), expired.der()], ..granted().with_app_roles(SHAREPOINT_APP_ID, &["Sites.FullControl.All"]) };
    let bench = Bench::with(confidential).await;
    let audience = format!("{}/{}/oauth2/v2.0/token", bench.entra.origin(), tenant().id);
    let scope = format!("{SITES}/.default");
    let ask = |assertion: String| {
        let (bench, scope) = (&bench, scope.as_str());
        async move {
            let form = [
                ("client_id", CLIENT),
                ("grant_type", "client_credentials"),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", assertion.as_str()),
                ("scope", scope),
            ];
            bench.token(&tenant().id, &form).await
        }
    };
    for algorithm in [AssertionAlgorithm::Ps256, AssertionAlgorithm::Rs256] {
        let assertion = good.assertion(CLIENT, &audience, now, algorithm);
        let (status, token) = ask(assertion.clone()).await;
        assert_eq!(status, 200, "{algorithm:?}: {token}");
        assert_eq!(claims(&token["access_token"])["appidacr"], "2");
        assert_refused(&ask(assertion).await, 401, "invalid_client", 50013);
    }
    let ps256 = AssertionAlgorithm::Ps256;
    let signed = |changes: Value| {
        let mut claims = serde_json::json!({
            "aud": audience, "iss": CLIENT, "sub": CLIENT, "jti": "once", "nbf": now.as_second(), "exp": now.as_second() + 300,
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        good.sign(&claims, ps256)
    };
    let table = [
        ("not uploaded", unknown.assertion(CLIENT, &audience, now, ps256), "invalid_client", 401, 700_027),
        ("run out", expired.assertion(CLIENT, &audience, now, ps256), "invalid_client", 401, 700_027),
        ("clock behind", good.assertion(CLIENT, &audience, now - hour, ps256), "invalid_client", 401, 700_024),
        ("clock ahead", good.assertion(CLIENT, &audience, now + hour, ps256), "invalid_client", 401, 700_024),
        ("another audience", signed(serde_json::json!({"aud": "https://other.example/"})), "invalid_client", 401, 700_023),
        ("another subject", signed(serde_json::json!({"sub": "somebody"})), "invalid_client", 401, 50048),
        ("no jti", signed(serde_json::json!({"jti": ""})), "invalid_client", 401, 50013),
        ("no JWT", "rubbish".to_owned(), "invalid_request", 400, 50027),
    ];
    for (what, assertion, error, status, code) in table {
        let answer = ask(assertion).await;
        assert_eq!(answer.1["error_codes"][0], code, "{what}: {}", answer.1);
        assert_refused(&answer, status, error, code);
    }
    let stolen = good.assertion(CLIENT, &audience, now, ps256);
    let (input, _) = stolen.rsplit_once('.').unwrap();
    let tampered = format!("{input}.{}", unknown.assertion(CLIENT, &audience, now, ps256).rsplit_once('.').unwrap().1);
    assert_refused(&ask(tampered).await, 401, "invalid_client", 700_027);
}

#[tokio::test]
async fn a_password_works_only_without_a_second_factor() {
    let bench = Bench::with(granted()).await;
    let scope = format!("{SITES}/.default offline_access");
    let ask = |upn: &'static str, password: &'static str| {
        let (bench, scope) = (&bench, scope.as_str());
        async move {
            let form = [("client_id", CLIENT), ("grant_type", "password"), ("username", upn), ("password", password), ("scope", scope)];
            bench.token(&tenant().id, &form).await
        }
    };
    assert_eq!(ask(ADA, "heather").await.0, 200);
    assert_refused(&ask(ADA, "wrong").await, 400, "invalid_grant", 50126);
    assert_refused(&ask("nobody@heathervale.example", "x").await, 400, "invalid_grant", 50034);
    bench.entra.edit_user(&tenant().id, ADA, |user| user.mfa = true);
    assert_refused(&ask(ADA, "heather").await, 400, "invalid_grant", 50076);
    bench.entra.edit_app(CLIENT, |app| app.fallback_public_client = false);
    assert_refused(&ask(ADA, "heather").await, 401, "invalid_client", 7_000_218);
}
