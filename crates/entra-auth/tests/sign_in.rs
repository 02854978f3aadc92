//! Signing in at the practice cloud over real sockets: a browser in a few lines brings the answer, and every way it can go wrong has its cause.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use entra_auth::{
    AccountHint, Authority, ClientId, Cx, Metadata, OpenError, Replies, Reply, ReplySender, Resource, SignInError, SignedIn, Tenant,
    UrlOpener, Window, discover, sign_in_interactive,
};
use jiff::{SignedDuration, Timestamp};
use practice::entra::{Choice, Fault, Landing};
use practice::markers;
use practice::sharepoint::{Cloud, Situation};
use preflight::{Cause, Clock, Fail, Origin, Secret, UserPrompt};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use transport::direct::{DirectConfig, DirectNetwork};
use url::Url;

/// This computer's clock, with an offset that a test moves.
#[derive(Debug)]
struct MovedClock {
    offset: AtomicI64,
    started: Instant,
}

impl MovedClock {
    fn advance(&self, by: Duration) {
        self.offset.fetch_add(i64::try_from(by.as_secs()).expect("in range"), Ordering::Relaxed);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.offset.load(Ordering::Relaxed))
    }

    fn ticks(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Hands the address to the browser of the test.
#[derive(Debug)]
struct Opener(mpsc::UnboundedSender<Url>);

impl UrlOpener for Opener {
    fn open(&self, url: &Url) -> Result<(), OpenError> {
        self.0.send(url.clone()).map_err(|error| OpenError(error.into()))
    }
}

/// A practice cloud, everything outside, and a person at a browser.
struct Scene {
    cloud: Cloud,
    network: DirectNetwork,
    clock: Arc<MovedClock>,
    opener: Opener,
    addresses: tokio::sync::Mutex<mpsc::UnboundedReceiver<Url>>,
    replies: Replies,
    person: ReplySender,
    prompts: Mutex<Vec<Option<UserPrompt>>>,
    pages: Mutex<Vec<String>>,
}

impl Scene {
    async fn new(situation: Situation) -> Self {
        let cloud = Cloud::start(situation).await.expect("the practice cloud starts");
        let clock = Arc::new(MovedClock { offset: AtomicI64::new(0), started: Instant::now() });
        let network = DirectNetwork::new(DirectConfig::new("entra-auth tests", clock.clone())).expect("a network");
        let (opener, addresses) = mpsc::unbounded_channel();
        let (person, replies) = Replies::channel();
        let (opener, addresses) = (Opener(opener), addresses.into());
        Self { cloud, network, clock, opener, addresses, replies, person, prompts: Mutex::default(), pages: Mutex::default() }
    }

    fn cx(&self) -> Cx<'_> {
        Cx { network: &self.network, clock: &*self.clock, opener: &self.opener, replies: &self.replies }
    }

    async fn discover(&self) -> Result<Metadata, SignInError> {
        let address = Url::parse(&self.cloud.authority()).expect("an address");
        let tenant = Tenant::parse(&self.cloud.tenant_to_enter).expect("a tenant");
        discover(&self.cx(), &Authority::custom(&address, tenant).expect("loopback")).await
    }

    fn site(&self) -> Resource {
        Resource::new(Origin::parse(&self.cloud.sharepoint_resource()).expect("an origin"))
    }

    /// Signs in while the person does what they do.
    async fn sign_in(&self, choice: Choice) -> Result<SignedIn, SignInError> {
        let metadata = self.discover().await?;
        self.sign_in_at(&metadata, choice).await
    }

    async fn sign_in_at(&self, metadata: &Metadata, choice: Choice) -> Result<SignedIn, SignInError> {
        let client_id = ClientId::parse(&self.cloud.client_id).expect("a GUID");
        let site = self.site();
        let cx = self.cx();
        let prompt = |prompt| self.prompts.lock().expect("not poisoned").push(prompt);
        let sign_in = sign_in_interactive(&cx, metadata, &client_id, &site, &AccountHint::Choose, Window::Default, &prompt);
        tokio::join!(sign_in, self.browse(choice)).0
    }

    /// What the browser does: the provider's pages, then the answer to the return address. A page that the app never hears of is typed in.
    async fn browse(&self, choice: Choice) {
        let url = self.addresses.lock().await.recv().await.expect("the sign-in runs");
        match self.cloud.entra.sign_in_like_a_browser(url.as_str(), &self.cloud.user.upn, choice).await {
            Landing::FormPost { action, fields, twice } => {
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
                self.deliver(&action, Some(&body), twice).await;
            }
            Landing::Redirect { url, twice } => self.deliver(&url, None, twice).await,
            Landing::Page(page) => self.person.send(Reply::Pasted(Secret::new(page.message))).expect("the sign-in waits"),
            Landing::Done => panic!("not a sign-in of a device"),
        }
    }

    async fn deliver(&self, address: &str, body: Option<&str>, twice: bool) {
        let url = Url::parse(address).expect("an address");
        if twice {
            let (first, second) = tokio::join!(request(&url, body), request(&url, body));
            self.pages.lock().expect("not poisoned").extend([first, second]);
        } else {
            let page = request(&url, body).await;
            self.pages.lock().expect("not poisoned").push(page);
        }
    }

    /// How often the token endpoint was asked.
    fn token_requests(&self) -> usize {
        self.cloud.entra_server().requests().iter().filter(|seen| seen.path.ends_with("/token")).count()
    }
}

async fn request(url: &Url, body: Option<&str>) -> String {
    let port = url.port().expect("a port");
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    let request = match body {
        None => format!("GET /{query} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
        Some(body) => format!(
            "POST /{query} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    };
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the return address is open");
    stream.write_all(request.as_bytes()).await.expect("it takes the answer");
    let mut page = String::new();
    stream.read_to_string(&mut page).await.expect("a page");
    page
}

/// That no secret got out, into anything that can be printed.
fn no_secret_in(text: &str) {
    assert_eq!(markers::found_in(text), Vec::<String>::new(), "{text}");
    assert!(!text.contains("eyJ"), "{text}");
}

#[tokio::test]
async fn one_sign_in_brings_both_tokens() {
    for form_post in [true, false] {
        let scene = Scene::new(Situation::AllWell).await;
        if !form_post {
            scene.cloud.entra.break_with(Fault::NoFormPost);
        }
        let metadata = scene.discover().await.expect("the tenant is there");
        assert_eq!(metadata.tenant().as_str(), scene.cloud.tenant.id);
        assert_eq!(metadata.graph().to_string(), scene.cloud.graph());
        let signed_in = scene.sign_in_at(&metadata, Choice::Accept).await.expect("all is well");
        assert_eq!(signed_in.who.account(), scene.cloud.user.upn);
        assert_eq!(signed_in.who.name(), Some(scene.cloud.user.name.as_str()));
        assert_eq!(signed_in.who.tenant().as_str(), scene.cloud.tenant.id);
        assert!(!signed_in.who.is_guest());

        let site = signed_in.token(&scene.cx(), &scene.site()).await.expect("a token for the site");
        assert_eq!(scene.token_requests(), 1, "it came with the sign-in");
        assert_eq!(site.granted(), ["AllSites.FullControl"]);
        let claims = site.claims.as_ref().expect("practice tokens can be read");
        assert_eq!(claims.audience.as_deref(), Some(scene.cloud.sharepoint_resource().as_str()));
        assert!(site.secret.expose_for(&Origin::parse(&scene.cloud.graph()).expect("an origin")).is_err());

        let graph = signed_in.token(&scene.cx(), &Resource::graph(&metadata)).await.expect("a token for Graph");
        assert_eq!(scene.token_requests(), 2);
        assert!(graph.granted().iter().any(|scope| scope == "Sites.FullControl.All"), "{:?}", graph.granted());
        assert!(graph.secret.expose_for(&graph.resource.origin).is_ok());

        let page = scene.pages.lock().expect("not poisoned").join("");
        assert!(page.contains("You are signed in") && page.contains(&scene.cloud.user.upn), "{page}");
        no_secret_in(&format!("{signed_in:?} {site:?} {graph:?} {metadata:?} {page}"));
        let prompts = scene.prompts.lock().expect("not poisoned");
        assert!(matches!(prompts.as_slice(), [Some(UserPrompt::SystemBrowser { opened: true, .. }), None]), "{prompts:?}");
    }
}

#[tokio::test]
async fn asking_at_once_renews_once_and_the_refresh_token_is_replaced() {
    let scene = Scene::new(Situation::AllWell).await;
    // a used refresh token is refused from now on, and its family with it
    scene.cloud.entra.break_with(Fault::StrictRotation);
    let metadata = scene.discover().await.expect("the tenant is there");
    let signed_in = scene.sign_in_at(&metadata, Choice::Accept).await.expect("all is well");
    let (cx, graph, site) = (scene.cx(), Resource::graph(&metadata), scene.site());
    let (a, b, c) = tokio::join!(signed_in.token(&cx, &graph), signed_in.token(&cx, &graph), signed_in.token(&cx, &site));
    for token in [&a, &b, &c] {
        assert!(token.is_ok(), "{token:?}");
    }
    assert_eq!(scene.token_requests(), 2, "one by code, one by refresh token");

    // tokens of a client that answers challenges live 20 to 28 hours, and are renewed five minutes before their end
    let until_renewal = a.expect("a token").expires_at.duration_since(cx.clock.now()) - SignedDuration::from_secs(299);
    scene.clock.advance(Duration::try_from(until_renewal).expect("in the future"));
    signed_in.token(&cx, &graph).await.expect("a new one");
    signed_in.token(&cx, &graph).await.expect("the same");
    assert_eq!(scene.token_requests(), 3);

    scene.cloud.entra.revoke_sessions(&scene.cloud.user.upn);
    scene.clock.advance(Duration::from_hours(29));
    let fail = Fail::from(signed_in.token(&cx, &graph).await.expect_err("the sessions were ended"));
    assert_eq!(fail.cause, Cause::EntraSessionExpired);
    no_secret_in(&format!("{fail:?}"));
}

#[tokio::test]
async fn answers_that_prove_nothing_are_refused() {
    let table = [
        (Fault::WrongNonce, Cause::EntraIdTokenInvalid),
        (Fault::WrongIssuer, Cause::EntraIdTokenInvalid),
        (Fault::WrongAudience, Cause::EntraIdTokenInvalid),
        (Fault::WrongSignature, Cause::EntraIdTokenInvalid),
        (Fault::ExpiredIdToken, Cause::EntraIdTokenInvalid),
        (Fault::NoIdToken, Cause::EntraIdTokenInvalid),
        (Fault::Unavailable, Cause::EntraTemporarilyUnavailable),
    ];
    for (fault, cause) in table {
        let scene = Scene::new(Situation::AllWell).await;
        scene.cloud.entra.break_with(fault);
        let fail = Fail::from(scene.sign_in(Choice::Accept).await.expect_err("it proves nothing"));
        assert_eq!(fail.cause, cause, "{fault:?}: {fail:?}");
        let page = scene.pages.lock().expect("not poisoned").join("");
        assert!(page.contains("The sign-in did not work"), "{fault:?}: {page}");
        no_secret_in(&format!("{fail:?} {page}"));
    }
}

#[tokio::test]
async fn what_goes_wrong_at_the_sign_in_has_its_cause() {
    use Choice::{Accept, AcceptForOrganization, CancelSignIn, DeclineConsent};
    let table = [
        (Situation::AdminConsentRequired, Accept, Cause::EntraAdminConsentRequired),
        (Situation::PlanB, DeclineConsent, Cause::EntraConsentDeclined),
        (Situation::AllWell, CancelSignIn, Cause::EntraConsentDeclined),
        (Situation::NotAssigned, Accept, Cause::EntraUserNotAssigned),
        (Situation::BlockedByPolicy, Accept, Cause::EntraConditionalAccess),
        (Situation::DeviceRequired, Accept, Cause::EntraDeviceRequired),
        (Situation::RedirectUriNotRegistered, Accept, Cause::EntraRedirectUri),
        (Situation::RegisteredAsWebApp, Accept, Cause::EntraPublicClientDisabled),
        (Situation::AppNotFound, Accept, Cause::EntraAppNotFound),
        (Situation::AppDisabled, Accept, Cause::EntraAppDisabled),
        (Situation::WrongAccount, Accept, Cause::EntraAccountNotInTenant),
        (Situation::NoSharePointService, AcceptForOrganization, Cause::EntraResourceNotAvailable),
        (Situation::SignInUnavailable, Accept, Cause::EntraTemporarilyUnavailable),
        (Situation::ClockWrong, Accept, Cause::EntraClockSkew),
    ];
    let mut wrong = Vec::new();
    for (situation, choice, cause) in table {
        let scene = Scene::new(situation).await;
        match tokio::time::timeout(Duration::from_secs(30), scene.sign_in(choice)).await {
            Ok(Err(error)) => {
                let fail = Fail::from(error);
                no_secret_in(&format!("{fail:?}"));
                if fail.cause != cause {
                    wrong.push(format!("{situation:?}: {fail:?}"));
                }
            }
            Ok(Ok(signed_in)) => wrong.push(format!("{situation:?}: signed in as {:?}", signed_in.who)),
            Err(_) => wrong.push(format!("{situation:?}: nothing came; {:?}", scene.prompts)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn sign_ins_that_work_do_work() {
    for (situation, choice) in
        [(Situation::PlanB, Choice::Accept), (Situation::SecondFactor, Choice::Accept), (Situation::Guest, Choice::Accept)]
    {
        let scene = Scene::new(situation).await;
        let signed_in = scene.sign_in(choice).await.unwrap_or_else(|error| panic!("{situation:?}: {:?}", Fail::from(error)));
        assert_eq!(signed_in.who.is_guest(), situation == Situation::Guest);
        let token = signed_in.token(&scene.cx(), &scene.site()).await.expect("a token");
        let expected = if situation == Situation::PlanB { "AllSites.Manage" } else { "AllSites.FullControl" };
        assert!(token.granted().iter().any(|scope| scope == expected), "{situation:?}: {:?}", token.granted());
    }
}

#[tokio::test]
async fn missing_consent_for_graph_shows_with_its_token() {
    let scene = Scene::new(Situation::GraphConsentMissing).await;
    let metadata = scene.discover().await.expect("the tenant is there");
    let signed_in = scene.sign_in_at(&metadata, Choice::Accept).await.expect("the site's consent is there");
    let fail = Fail::from(signed_in.token(&scene.cx(), &Resource::graph(&metadata)).await.expect_err("no consent"));
    assert_eq!(fail.cause, Cause::EntraConsentRequired);
    assert!(fail.details.iter().any(|detail| detail.key == "trace_id"), "{fail:?}");
    signed_in.token(&scene.cx(), &scene.site()).await.expect("the site's token is still good");
}

#[tokio::test]
async fn an_answer_of_another_sign_in_is_waited_on() {
    let scene = Scene::new(Situation::AllWell).await;
    scene.cloud.entra.break_times(Fault::WrongState, 1);
    let metadata = scene.discover().await.expect("the tenant is there");
    let again = async {
        let mut notice = scene.person.notice();
        let told = tokio::time::timeout(Duration::from_secs(30), notice.wait_for(Option::is_some)).await;
        told.expect("it is told").expect("the sign-in runs");
        assert!(scene.prompts.lock().expect("not poisoned").len() == 1, "the prompt stands");
        // the person signs in once more on the same page
        let Some(Some(UserPrompt::SystemBrowser { url, .. })) = scene.prompts.lock().expect("not poisoned").first().cloned() else {
            panic!("no prompt")
        };
        scene.opener.open(&url).expect("the browser opens");
        scene.browse(Choice::Accept).await;
    };
    let (signed_in, ()) = tokio::join!(scene.sign_in_at(&metadata, Choice::Accept), again);
    assert!(signed_in.is_ok(), "{signed_in:?}");
    let pages = scene.pages.lock().expect("not poisoned").clone();
    assert!(pages[0].contains("This is not the sign-in Wayleave waits for"), "{pages:?}");
}

#[tokio::test]
async fn an_answer_that_comes_twice_is_redeemed_once() {
    for form_post in [true, false] {
        let scene = Scene::new(Situation::AllWell).await;
        scene.cloud.entra.break_with(Fault::DeliverTwice);
        if !form_post {
            scene.cloud.entra.break_with(Fault::NoFormPost);
        }
        scene.sign_in(Choice::Accept).await.expect("the second does no harm");
        assert_eq!(scene.token_requests(), 1);
    }
}

#[tokio::test]
async fn tenants_that_are_not_there_and_networks_that_answer_themselves_are_told() {
    let scene = Scene::new(Situation::AllWell).await;
    let address = Url::parse(&scene.cloud.authority()).expect("an address");
    for tenant in ["nobody.example", "99999999-95c1-4b7e-8a55-0f2f6a1f4d20"] {
        let authority = Authority::custom(&address, Tenant::parse(tenant).expect(tenant)).expect("loopback");
        let fail = Fail::from(discover(&scene.cx(), &authority).await.expect_err(tenant));
        assert_eq!(fail.cause, Cause::EntraTenantNotFound, "{fail:?}");
    }
    scene.cloud.entra.break_with(Fault::CaptivePortal);
    let fail = Fail::from(scene.discover().await.expect_err("a captive portal"));
    assert_eq!(fail.cause, Cause::NetworkUnexpectedAnswer);
}
