//! The server base: what it remembers, how it fails on purpose, and that it goes away.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop here")]

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use practice::{Authority, Credential, Fault, Identity, Server};
use reqwest::{Certificate, Client};

fn hello() -> Router {
    Router::new().route("/hello", get(|| async { "hello" }))
}

fn client(trusted: Option<&Authority>) -> Client {
    // The process-wide provider may be installed by any of the tests first.
    drop(rustls::crypto::ring::default_provider().install_default());
    let builder = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    match trusted {
        Some(authority) => {
            let root = Certificate::from_pem(authority.pem().as_bytes()).unwrap();
            builder.tls_certs_only([root]).build().unwrap()
        }
        None => builder.build().unwrap(),
    }
}

#[tokio::test]
async fn remembers_requests_without_printing_secrets() {
    let server = Server::http(hello()).await.unwrap();
    let url = format!("{}/hello?a=1", server.origin());
    let client = client(None);
    client.get(&url).bearer_auth("MARKER-SECRET-PAT-x").send().await.unwrap();
    client.get(&url).basic_auth("x", Some("MARKER-SECRET-PASSWORD-x")).send().await.unwrap();
    client.get(&url).header("cookie", "JSESSIONID=MARKER-SECRET-SESSION-x").send().await.unwrap();
    client.post(&url).send().await.unwrap();
    server.arrived(4).await;

    let seen = server.requests();
    let kinds: Vec<_> = seen.iter().map(|seen| (seen.credential, seen.status)).collect();
    assert_eq!(
        kinds,
        [(Credential::Bearer, Some(200)), (Credential::Basic, Some(200)), (Credential::Cookie, Some(200)), (Credential::None, Some(405)),]
    );
    assert_eq!(seen[0].query.as_deref(), Some("a=1"));
    assert_eq!(practice::markers::found_in(&format!("{seen:?}")), Vec::<String>::new());
}

#[tokio::test]
async fn faults_are_used_up_and_then_all_is_well() {
    let server = Server::http(hello()).await.unwrap();
    let url = format!("{}/hello", server.origin());
    let client = client(None);
    server.faults().on_next(1, "/hello", Fault::TooManyRequests { retry_after: "7".to_owned() });
    server.faults().on_next(1, "/hello", Fault::CloseUnanswered);
    server.faults().on_next(1, "/hello", Fault::CloseMidBody { promised: 100, sent: 10 });
    server.faults().on_next(1, "/hello", Fault::Large { bytes: 3 << 20 });
    server.faults().on_next(1, "/hello", Fault::Unavailable);

    let limited = client.get(&url).send().await.unwrap();
    assert_eq!((limited.status(), &limited.headers()["retry-after"]), (StatusCode::TOO_MANY_REQUESTS, &"7".parse().unwrap()));
    let closed = client.post(&url).send().await.unwrap_err();
    assert!(closed.is_request(), "{closed:?}");
    let broken = client.get(&url).send().await.unwrap();
    assert_eq!((broken.status(), broken.content_length()), (StatusCode::OK, Some(100)));
    broken.bytes().await.unwrap_err();
    let large = client.get(&url).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(large.len(), 3 << 20);
    assert!(serde_json::from_slice::<String>(&large).is_ok());
    assert_eq!(client.get(&url).send().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(client.get(&url).send().await.unwrap().text().await.unwrap(), "hello");
}

#[tokio::test]
async fn a_dropped_server_closes_a_hanging_request() {
    let server = Server::http(hello()).await.unwrap();
    server.faults().on("/hello", Fault::Hang);
    let url = format!("{}/hello", server.origin());
    let client = client(None);
    let hanging = tokio::spawn(client.get(&url).send());
    server.arrived(1).await;
    drop(server);
    hanging.await.unwrap().unwrap_err();
    client.get(&url).send().await.unwrap_err();
}

#[tokio::test]
async fn latency_and_drip_run_on_the_test_clock() {
    let server = Server::http(hello()).await.unwrap();
    server.set_latency(Duration::from_hours(1));
    server.faults().on("/hello", Fault::Drip { body: "\"slow\"".into(), every: Duration::from_mins(10) });
    let before = tokio::time::Instant::now();
    tokio::time::pause();
    let text = client(None).get(format!("{}/hello", server.origin())).send().await.unwrap().text().await.unwrap();
    assert_eq!(text, "\"slow\"");
    assert!(before.elapsed() >= Duration::from_hours(2));
}

#[tokio::test]
async fn only_the_good_certificate_is_trusted() {
    let authority = Authority::new().unwrap();
    let names = &["localhost"];
    let good = Server::https(hello(), &authority, names).await.unwrap();
    assert!(good.origin().starts_with("https://localhost:"));
    let text = client(Some(&authority)).get(format!("{}/hello", good.origin())).send().await.unwrap().text().await.unwrap();
    assert_eq!(text, "hello");

    let bad = [
        ("expired", authority.issue_expired(names)),
        ("not yet valid", authority.issue_not_yet_valid(names)),
        ("wrong name", authority.issue_for_another_name(names)),
        ("self-signed", Identity::self_signed(names)),
        ("unknown authority", Authority::new().unwrap().issue(names)),
        ("client certificate", authority.issue(names).map(|identity| identity.wanting_client_certificate(&authority))),
    ];
    for (what, identity) in bad {
        let server = Server::https_as(hello(), &identity.unwrap()).await.unwrap();
        let answer = client(Some(&authority)).get(format!("{}/hello", server.origin())).send().await;
        assert!(answer.is_err(), "{what} was trusted");
        assert_eq!(server.requests().len(), 0, "{what}");
    }
}

#[tokio::test]
async fn a_client_certificate_opens_the_door_that_asks_for_one() {
    let authority = Authority::new().unwrap();
    let identity = authority.issue(&["localhost"]).unwrap().wanting_client_certificate(&authority);
    let server = Server::https_as(hello(), &identity).await.unwrap();
    drop(rustls::crypto::ring::default_provider().install_default());
    let own = reqwest::Identity::from_pem(authority.issue_client_pem("mwren").unwrap().as_bytes()).unwrap();
    let root = Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let client = Client::builder().no_proxy().tls_certs_only([root]).identity(own).build().unwrap();
    let text = client.get(format!("{}/hello", server.origin())).send().await.unwrap().text().await.unwrap();
    assert_eq!(text, "hello");
}
