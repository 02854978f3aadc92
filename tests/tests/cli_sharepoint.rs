//! `wayleave check sharepoint` from outside: somebody signs in on the practice pages, as a person would.

use std::time::{Duration, Instant};

use end_to_end::browser::Browser;
use end_to_end::jobs::deliver;
use end_to_end::program::{FakeBrowser, Home, Run, Running, Said, wayleave};
use end_to_end::proxy::Proxy;
use practice::entra::{Choice, Landing};
use practice::markers::Kind;
use practice::sharepoint::{Cloud, Situation};
use practice::{Authority, Fault};
use url::Url;

/// The check of a practice cloud. Its browser opens nothing: the test is the browser.
fn check(cloud: &Cloud, more: &[&str]) -> Run {
    check_in(Home::new(), cloud, more)
}

fn check_in(home: Home, cloud: &Cloud, more: &[&str]) -> Run {
    let (site, authority) = (cloud.site(), cloud.authority());
    let words = ["check", "sharepoint", &site, "--client-id", &cloud.client_id, "--authority", &authority, "--json"];
    Run::new(home, &[&words, more].concat()).env("BROWSER", "true")
}

/// Signs in as the cloud's person, in a browser without a window.
async fn sign_in(cloud: &Cloud, running: &mut Running, choice: Choice) -> String {
    let address = running.sign_in_address().await;
    match cloud.entra.sign_in_like_a_browser(&address, &cloud.user.upn, choice).await {
        // only the page tells, so the person does
        Landing::Page(page) => {
            running.types(&page.message).await;
            String::new()
        }
        landing => deliver(landing).await.expect("the return address answers"),
    }
}

async fn signed_in(cloud: &Cloud, more: &[&str]) -> Said {
    let mut running = check(cloud, more).start().await;
    sign_in(cloud, &mut running, Choice::Accept).await;
    running.end().await
}

async fn cloud(situation: Situation) -> Cloud {
    Cloud::start(situation).await.expect("a practice cloud")
}

/// The return address of a sign-in under way.
fn port_of(sign_in_address: &str) -> u16 {
    let url = Url::parse(sign_in_address).expect("an address");
    let (_, redirect) = url.query_pairs().find(|(name, _)| name == "redirect_uri").expect("a return address");
    Url::parse(&redirect).expect("an address").port().expect("a port")
}

fn is_open(port: u16) -> bool {
    ["127.0.0.1", "::1"].iter().any(|host| std::net::TcpStream::connect((*host, port)).is_ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_in_a_real_browser() {
    let browser = Browser::start().await;
    let site = "check sharepoint --practice";
    for (situation, verdict) in [
        ("all-well", "0 passed -"),
        ("plan-b", "1 limited sharepoint.scope-insufficient"),
        ("second-factor", "0 passed -"),
        ("visitor", "2 failed sharepoint.role-insufficient"),
    ] {
        let words: Vec<&str> = site.split(' ').chain([situation, "--json"]).collect();
        let mut running = wayleave(&words).env("BROWSER", "true").start().await;
        let note = running.hears("Practice: ").await;
        let account = note.rsplit_once('(').and_then(|(_, rest)| rest.split_once(')')).expect("an account").0.to_owned();
        let address = running.sign_in_address().await;
        let port = port_of(&address);
        browser.client.goto(&address).await.expect("the sign-in page");
        browser.reads("Practice sign-in").await;
        browser.click(&format!("[data-upn='{account}']")).await;
        browser.reads("Enter password").await;
        // the practice page fills in the practice password by itself
        browser.click("#next").await;
        match situation {
            "plan-b" => browser.click("#accept").await,
            "second-factor" => browser.click("#approve").await,
            _ => {}
        }
        let page = browser.reads("You are signed in").await;
        assert!(page.contains(&account) && page.contains("You can close this tab"), "{page}");
        let said = running.end().await;
        assert_eq!(said.verdict(), verdict, "{situation}: {said:?}");
        assert_eq!(said.json()["identity"]["account"], account.as_str());
        assert_eq!(said.json()["target"]["practice"], true);
        assert!(!is_open(port));
        browser.client.delete_all_cookies().await.expect("forgotten");
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_changes_their_mind_in_a_real_browser() {
    let browser = Browser::start().await;
    let cloud = cloud(Situation::PlanB).await;
    let mut running = check(&cloud, &[]).start().await;
    let address = running.sign_in_address().await;
    browser.client.goto(&address).await.expect("the sign-in page");
    browser.type_into("#username", &cloud.user.upn).await;
    browser.click("#next").await;
    browser.reads("Enter password").await;
    browser.click("#next").await;
    browser.reads("Permissions requested").await;
    browser.click("#cancel").await;
    browser.reads("The sign-in did not work").await;
    let said = running.end().await;
    assert_eq!(said.verdict(), "2 failed entra.consent-declined", "{said:?}");

    browser.client.delete_all_cookies().await.expect("forgotten");
    let mut running = check(&cloud, &[]).start().await;
    let address = running.sign_in_address().await;
    browser.client.goto(&address).await.expect("the sign-in page");
    browser.click("#cancel").await;
    browser.reads("The sign-in did not work").await;
    assert_eq!(running.end().await.verdict(), "2 failed entra.consent-declined");
    browser.close().await;
}

/// The page shows an error that never reaches the listener: the person hands it over.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_only_the_page_shows_is_pasted() {
    let browser = Browser::start().await;
    let cloud = cloud(Situation::RedirectUriNotRegistered).await;
    let mut running = check(&cloud, &[]).start().await;
    let address = running.sign_in_address().await;
    browser.client.goto(&address).await.expect("the sign-in page");
    let page = browser.reads("AADSTS50011").await;
    browser.close().await;
    running.types("I do not know what to do").await;
    running.hears("That is neither the address").await;
    running.types(page.lines().find(|line| line.contains("AADSTS50011")).expect("the message")).await;
    let said = running.end().await;
    assert_eq!(said.verdict(), "2 failed entra.redirect-uri", "{said:?}");
}

/// An answer that is not ours is told, not used, and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_sign_in_is_waited_past() {
    let cloud = cloud(Situation::AllWell).await;
    let mut running = check(&cloud, &[]).start().await;
    let address = running.sign_in_address().await;
    let stranger = Landing::Redirect { url: format!("http://localhost:{}/?code=abc&state=wrong", port_of(&address)), twice: false };
    let page = deliver(stranger).await.expect("a page");
    assert!(page.contains("This is not the sign-in Wayleave waits for"), "{page}");
    running.hears("An answer came that belongs to another sign-in").await;
    let landing = cloud.entra.sign_in_like_a_browser(&address, &cloud.user.upn, Choice::Accept).await;
    let page = deliver(landing).await.expect("a page");
    assert!(page.contains(&cloud.user.upn), "{page}");
    assert_eq!(running.end().await.verdict(), "0 passed -");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_situation_has_its_cause() {
    use Situation as S;
    let table = [
        (S::OwnersGroup, Choice::Accept, "0 passed -"),
        (S::Member, Choice::Accept, "1 limited sharepoint.role-insufficient"),
        (S::Guest, Choice::Accept, "1 limited sharepoint.role-insufficient"),
        (S::GraphConsentMissing, Choice::Accept, "1 limited graph.consent-missing"),
        (S::AdminConsentRequired, Choice::DeclineConsent, "2 failed entra.admin-consent-required"),
        (S::NotAssigned, Choice::Accept, "2 failed entra.user-not-assigned"),
        (S::BlockedByPolicy, Choice::Accept, "2 failed entra.conditional-access"),
        (S::DeviceRequired, Choice::Accept, "2 failed entra.device-required"),
        (S::RegisteredAsWebApp, Choice::Accept, "2 failed entra.public-client-disabled"),
        (S::AppNotFound, Choice::Accept, "2 failed entra.app-not-found"),
        (S::AppDisabled, Choice::Accept, "2 failed entra.app-disabled"),
        (S::WrongAccount, Choice::Accept, "2 failed entra.account-not-in-tenant"),
        (S::NoRole, Choice::Accept, "2 failed sharepoint.no-access"),
        (S::SiteReadOnly, Choice::Accept, "2 failed sharepoint.site-read-only"),
        (S::SiteNoAccess, Choice::Accept, "2 failed sharepoint.site-locked"),
        (S::SiteArchived, Choice::Accept, "2 failed sharepoint.site-locked"),
        (S::SiteMissing, Choice::Accept, "2 failed sharepoint.site-not-found"),
        (S::NoSharePointPlan, Choice::Accept, "2 failed graph.no-sharepoint-licence"),
        (S::SignInUnavailable, Choice::Accept, "2 failed entra.temporarily-unavailable"),
        (S::ClockWrong, Choice::Accept, "2 failed entra.clock-skew"),
    ];
    for (situation, choice, verdict) in table {
        let cloud = cloud(situation).await;
        let mut running = check(&cloud, &["--tenant", &cloud.tenant_to_enter]).start().await;
        sign_in(&cloud, &mut running, choice).await;
        let said = running.end().await;
        assert_eq!(said.verdict(), verdict, "{situation:?}: {said:?}");
    }
}

/// What the site tells by itself: nobody is sent to a browser.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_before_the_sign_in_needs_nobody() {
    for (situation, verdict) in
        [(Situation::WrongTenant, "2 failed entra.tenant-mismatch"), (Situation::SiteMoved, "2 failed sharepoint.site-moved")]
    {
        let cloud = cloud(situation).await;
        let said = check(&cloud, &["--tenant", &cloud.tenant_to_enter]).end().await;
        assert_eq!(said.verdict(), verdict, "{said:?}");
        assert!(!said.told().contains("/authorize?"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tenant_may_be_an_id_a_domain_or_left_out() {
    let cloud = cloud(Situation::AllWell).await;
    let domain = cloud.tenant.domains[0].clone();
    for words in [&["--tenant", &cloud.tenant.id][..], &["--tenant", &domain], &["--sign-in", "browser", "--cloud", "public"]] {
        let said = signed_in(&cloud, words).await;
        assert_eq!(said.verdict(), "0 passed -", "{words:?}: {said:?}");
        assert_eq!(said.json()["identity"]["tenant"], cloud.tenant.id.as_str());
        assert_eq!(said.json()["identity"]["app"], cloud.client_id.as_str());
    }
    let unknown = check(&cloud, &["--tenant", "nobody-owns-this.example"]).end().await;
    assert_eq!(unknown.verdict(), "2 failed entra.tenant-not-found", "{unknown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_than_expected_is_red() {
    let cloud = cloud(Situation::AllWell).await;
    let upper = cloud.user.upn.to_uppercase();
    assert_eq!(signed_in(&cloud, &["--expect-account", &upper]).await.verdict(), "0 passed -");
    let said = signed_in(&cloud, &["--expect-account", "somebody@else.example"]).await;
    assert_eq!(said.verdict(), "2 failed entra.wrong-account", "{said:?}");
    assert!(cloud.sharepoint_server().requests().iter().filter(|seen| seen.credential == practice::Credential::Bearer).count() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_certificate_is_trusted_where_it_is_given() {
    let authority = Authority::new().expect("an authority");
    let cloud = Cloud::builder().https(&authority).start(Situation::AllWell).await.expect("a practice cloud");
    let said = check(&cloud, &[]).end().await;
    assert_eq!(said.verdict(), "2 failed network.tls-untrusted", "{said:?}");
    let home = Home::new();
    let pem = home.file("ca.pem", authority.pem());
    assert_eq!(signed_in(&cloud, &["--ca-file", &pem]).await.verdict(), "0 passed -");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_through_the_proxy_that_is_given() {
    let password = Kind::ProxyPassword.of("jane");
    let proxy = Proxy::start(Some(("jane", &password))).await;
    let cloud = cloud(Situation::AllWell).await;
    let said = check(&cloud, &["--proxy", &proxy.address]).end().await;
    assert_eq!(said.verdict(), "2 failed network.proxy-auth-required", "{said:?}");
    let home = Home::new();
    let browser = FakeBrowser::new(&home, "browser");
    let words = ["--proxy", &proxy.address, "--proxy-user", "jane", "--proxy-password-env", "PROXY_PASSWORD"];
    let run = check_in(home, &cloud, &words).env("PROXY_PASSWORD", &password).env("BROWSER", &browser.command);
    let mut running = run.start().await;
    sign_in(&cloud, &mut running, Choice::Accept).await;
    // the browser is another program: the password is none of its business
    browser.called_with();
    assert_eq!(running.end().await.verdict(), "0 passed -");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_is_the_one_that_is_named() {
    let cloud = cloud(Situation::AllWell).await;
    for (before, after) in [("", ""), ("/does/not/exist:", ""), ("", " --new-window %s --quiet"), ("", ":/does/not/exist")] {
        let home = Home::new();
        let browser = FakeBrowser::new(&home, "browser");
        let named = format!("{before}{}{after}", browser.command);
        let mut running = check_in(home, &cloud, &[]).env("BROWSER", &named).start().await;
        running.hears("Sign in on the page that has opened").await;
        let address = running.sign_in_address().await;
        let called = browser.called_with();
        let expected = if after.contains("%s") { vec!["--new-window", &address, "--quiet"] } else { vec![&*address] };
        assert_eq!(called, expected, "{named}");
        running.signal("INT");
        assert_eq!(running.end().await.code, Some(130));
    }
    // one that does not work: the address is there to be opened in another one
    for (named, sentence) in [("/does/not/exist", "Open this address in a browser"), ("false", "Its address")] {
        let mut running = check(&cloud, &[]).env("BROWSER", named).start().await;
        running.hears(sentence).await;
        sign_in(&cloud, &mut running, Choice::Accept).await;
        assert_eq!(running.end().await.verdict(), "0 passed -", "{named}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn time_runs_out() {
    let cloud = cloud(Situation::AllWell).await;
    let said = check(&cloud, &["--timeout", "2"]).end().await;
    assert_eq!(said.verdict(), "2 failed entra.sign-in-timeout", "{said:?}");
    cloud.sharepoint_server().faults().on("/", Fault::Hang);
    let said = check(&cloud, &["--timeout", "1"]).end().await;
    assert_eq!(said.verdict(), "2 failed network.timeout", "{said:?}");
}

/// Interrupted while the person is waited for: exit 130 at once, and nobody listens any more.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_it() {
    let cloud = cloud(Situation::AllWell).await;
    for signal in ["INT", "TERM"] {
        let mut running = check(&cloud, &[]).start().await;
        let port = port_of(&running.sign_in_address().await);
        assert!(is_open(port));
        let begun = Instant::now();
        running.signal(signal);
        let said = running.end().await;
        assert!(begun.elapsed() < Duration::from_secs(2));
        assert_eq!((said.code, said.out.as_str()), (Some(130), ""), "{said:?}");
        assert!(!is_open(port));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_right_is_usage() {
    let id = "6f1d2c3a-8b47-4e59-a0c6-2d9e7b5f4a11";
    let site = "https://contoso.sharepoint.com/sites/wiki";
    let table: &[(&[&str], &str)] = &[
        (&[site, "--client-id", "not-a-guid"], "Application (client) ID"),
        (&[site], "--client-id"),
        (&[site, "--client-id", id, "--tenant", "common"], "Tenant ID"),
        (&[site, "--client-id", id, "--tenant", "not a tenant"], "Tenant ID"),
        (&[site, "--client-id", id, "--tenant", ""], "--tenant"),
        (&["not an address", "--client-id", id], "SharePoint site address"),
        (&[site, "--client-id", id, "--cloud", "moon"], "--cloud"),
        (&[site, "--client-id", id, "--sign-in", "guess"], "--sign-in"),
        (&[site, "--client-id", id, "--authority", "login.example.com"], "--authority"),
        (&[site, "--client-id", id, "--authority", "http://login.example.com"], "--authority"),
        (&[site, "--client-id", id, "--authority", "https://login.example.com/?x=1"], "--authority"),
        (&[site, "--client-id", id, "--timeout", "0"], "--timeout"),
        (&["--practice", "no-such-situation"], "no practice situation"),
        (&[], "SITE"),
    ];
    for (words, sentence) in table {
        let said = wayleave(&[&["check", "sharepoint"], *words].concat()).env("BROWSER", "true").end().await;
        assert_eq!((said.code, said.out.as_str()), (Some(64), ""), "{words:?}: {said:?}");
        assert!(said.told().contains(sentence), "{words:?}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_explained_offline() {
    for words in [&["50105"][..], &["AADSTS50105"], &["The browser says AADSTS50105: Your administrator has configured the application"]] {
        let said = wayleave(&[&["explain"], words].concat()).end().await;
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.out.contains("administrator"), "{said:?}");
    }
    let said = wayleave(&["explain", "nothing of that kind"]).end().await;
    assert_eq!((said.code, said.out.as_str()), (Some(64), ""), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_with_a_message_for_the_administrator() {
    let cloud = cloud(Situation::AdminConsentRequired).await;
    let (site, authority) = (cloud.site(), cloud.authority());
    let words = ["check", "sharepoint", &site, "--client-id", &cloud.client_id, "--authority", &authority, "--request"];
    let mut running = Run::new(Home::new(), &words).env("BROWSER", "true").start().await;
    sign_in(&cloud, &mut running, Choice::DeclineConsent).await;
    let said = running.end().await;
    assert_eq!(said.code, Some(2), "{said:?}");
    let (report, request) = said.out.split_once("Request to the administrator").expect("a request after the report");
    assert!(report.contains("entra.admin-consent-required"), "{report}");
    let consent = format!("{authority}/{}/adminconsent?client_id={}", cloud.tenant.id, cloud.client_id);
    for part in ["Subject: Wiki migration to ", "Trace ID: ", &consent, "AllSites.FullControl", "Who can: "] {
        assert!(request.contains(part), "{part} is not in {request}");
    }
    said.keeps_secrets();
}
