//! A real Kerberos realm, and Apache's `mod_auth_gssapi` before Confluence: without a ticket nobody gets in, with one nobody is asked.

#![cfg(target_os = "linux")]

use end_to_end::controlled::{Desk, eventually, order};
use end_to_end::kerberos::Realm;
use end_to_end::program::wayleave;
use practice::confluence::{Confluence, Front, Who, gate_secret};
use practice::{Credential, Seen};
use transport::{Origin, Request};
use url::Url;

const PERSON: &str = Who::Super.username();

/// A wiki that knows people by the proxy's word, and the proxy that takes tickets for it.
async fn realm() -> (Confluence, Realm, String) {
    let wiki = Confluence::builder().context("/wiki").front(Front::NamingProxy).start().await.expect("a practice wiki");
    let server = wiki.server().origin().to_owned();
    let start = move || Realm::start(&server, &gate_secret(), (PERSON, &Who::Super.password()));
    let realm = tokio::task::spawn_blocking(start).await.expect("a realm");
    let address = format!("{}/wiki", realm.origin);
    wiki.switch(|switches| switches.base_url = Some(address.clone()));
    (wiki, realm, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_ticket_nothing_gets_through_and_no_credential_is_sent() {
    let (wiki, realm, address) = realm().await;
    for more in [&["--anonymous"][..], &["--token-env", "T"], &["--token-env", "T", "--user", PERSON]] {
        let run = wayleave(&[&["check", "confluence", &address, "--json"], more].concat()).env("T", Who::Super.pat());
        let said = run.end_alone().await;
        assert_eq!(said.verdict(), "2 failed confluence.negotiate-required", "{more:?}: {}", said.out);
        let hints = said.json()["checks"].to_string();
        assert!(hints.contains("interactive sign-in"), "{hints}");
    }
    assert!(wiki.server().requests().is_empty(), "Confluence was asked something without a ticket: {}", realm.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_ticket_the_browser_is_let_in_and_its_cookies_outside_are_not() {
    let (wiki, realm, address) = realm().await;
    let tickets = realm.ticket(PERSON, &Who::Super.password());
    let desk = Desk::new().with_environment(&tickets);
    let mut order = order(&address);
    order.negotiate_hosts = vec!["localhost".to_owned()];
    let window = desk.launch(order).await.expect("a window");
    let origin = Origin::parse(&realm.origin).expect("an origin");
    let transport = window.transport(&origin).await.expect("a transport");
    let who = transport.execute(Request::get("/wiki/rest/api/user/current")).await.expect("an answer");
    assert_eq!(who.status.as_u16(), 200, "{}\n{}", who.text(), realm.log());
    assert!(who.text().contains(PERSON), "{}", who.text());
    assert!(wiki.server().requests().iter().all(|seen| seen.credential != Credential::Basic), "no password was sent");

    // the session cookie is worth nothing without the ticket
    let asked = Url::parse(&format!("{address}/rest/api/user/current")).expect("an address");
    let cookies = window.cookies_for(&asked).await.expect("asked").expect("cookies");
    drop(rustls::crypto::ring::default_provider().install_default());
    let outside = reqwest::Client::builder().no_proxy().build().expect("a client");
    let cookies = cookies.expose_for(&origin).expect("its origin");
    let refused = outside.get(asked.as_str()).header("cookie", cookies).send().await.expect("an answer");
    let challenge = refused.headers().get("www-authenticate").and_then(|value| value.to_str().ok());
    assert_eq!((refused.status().as_u16(), challenge), (401, Some("Negotiate")));
    drop(transport);
    window.close().await;
    drop(window);
    // a browser's crash handler sees its end and follows
    assert!(eventually(|| desk.processes().is_empty().then_some(())).await.is_some(), "left running: {:?}", desk.processes());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_ticket_the_browser_is_not_let_in_either() {
    let (wiki, realm, address) = realm().await;
    let desk = Desk::new().with_environment(&realm.environment());
    let mut order = order(&address);
    order.negotiate_hosts = vec!["localhost".to_owned()];
    let window = desk.launch(order).await.expect("a window");
    let origin = Origin::parse(&realm.origin).expect("an origin");
    let transport = window.transport(&origin).await.expect("a transport");
    let who = transport.execute(Request::get("/wiki/rest/api/user/current")).await.expect("an answer");
    assert_eq!(who.status.as_u16(), 401);
    window.close().await;
    assert!(wiki.server().requests().is_empty());
}

/// From outside, with the command line: a window opens, and nobody types anything.
#[tokio::test(flavor = "multi_thread")]
async fn the_interactive_sign_in_takes_the_ticket() {
    let (wiki, realm, address) = realm().await;
    let tickets = realm.ticket(PERSON, &Who::Super.password());
    let desk = Desk::new().with_environment(&tickets);
    let browser = desk.config.program.as_ref().expect("a browser").display().to_string();
    let words = ["check", "confluence", &address, "--interactive", "--json", "--browser", &browser, "--expect-account", PERSON];
    let run = wayleave(&words).env("WAYLEAVE_DATA_DIR", desk.data.path()).env("WAYLEAVE_LOG", "info,wire=debug");
    let said = run.end_alone().await;
    assert_eq!(said.verdict(), "0 passed -", "{said:?}\n{}", realm.log());
    let report = said.json();
    let credential = report["checks"].as_array().into_iter().flatten().find(|check| check["id"] == "confluence.credential");
    assert_eq!(credential.expect("a check")["details"]["route"], "browser", "cookies outside are worth nothing here: {report}");
    assert!(wiki.server().requests().iter().all(Seen::is_from_browser), "something got through without a ticket");
}
