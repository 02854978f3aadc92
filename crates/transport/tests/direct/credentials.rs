//! A credential goes to its own origin over a protected way, or nowhere.

use axum::Router;
use axum::http::{HeaderMap, HeaderName};
use axum::routing::post;
use practice::{Server, markers};
use preflight::{BoundSecret, Secret};
use transport::{Authorization, Body, FormValue, Request, TransportErrorKind as Kind};

use crate::support::{Raw, config, origin, through, transport};

fn secret(to: &str) -> BoundSecret {
    Secret::new(markers::Kind::Pat.of("mwren")).bind(origin(to))
}

/// Requests with each kind of credential, bound to this origin.
fn every_kind(bound_to: &str) -> Vec<Request> {
    let with = |authorization| Request::get("/").authorized(Some(authorization));
    let mut gated = Request::get("/");
    gated.secret_headers.push((HeaderName::from_static("x-gate"), secret(bound_to)));
    vec![
        with(Authorization::Bearer(secret(bound_to))),
        with(Authorization::Basic { user: "mwren".to_owned(), password: secret(bound_to) }),
        gated,
        Request::post("/", Body::Form(vec![("user", FormValue::from("mwren")), ("password", secret(bound_to).into())])),
    ]
}

#[tokio::test]
async fn nothing_is_sent_over_plain_http_to_another_computer() {
    // the proxy would see whatever leaves
    let proxy = Raw::says(&[b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]).await;
    let wiki = "http://wiki.example.com";
    for request in every_kind(wiki) {
        let error = transport(through(proxy.address), wiki).execute(request).await.expect_err("not sent");
        assert_eq!(error.kind, Kind::CredentialOverPlainHttp);
    }
    assert_eq!(proxy.heads(), Vec::<String>::new());

    let without = [Request::get("/"), Request::get("/").authorized(Some(Authorization::EmptyBearer))];
    for request in without {
        transport(through(proxy.address), wiki).execute(request).await.expect("an answer");
    }
    assert_eq!(proxy.heads().len(), 2);
}

#[tokio::test]
async fn a_proxy_on_another_computer_makes_loopback_another_computer() {
    let mut elsewhere = config();
    elsewhere.proxy = transport::direct::ProxyChoice::Explicit { url: "http://proxy.invalid:3128".to_owned(), user: None, password: None };
    for request in every_kind("http://localhost:8090") {
        let error = transport(elsewhere.clone(), "http://localhost:8090").execute(request).await.expect_err("not sent");
        assert_eq!(error.kind, Kind::CredentialOverPlainHttp);
    }
}

#[tokio::test]
async fn a_credential_of_another_origin_is_not_sent() {
    let server = Server::http(Router::new()).await.expect("a server");
    for request in every_kind("https://wiki.example.com") {
        let error = transport(config(), server.origin()).execute(request).await.expect_err("not sent");
        assert!(matches!(error.kind, Kind::WrongOrigin(_)), "{:?}", error.kind);
        assert_eq!(markers::found_in(&format!("{error:?} {}", preflight::chain(&error))), Vec::<String>::new());
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_credential_that_no_header_can_carry_is_not_sent() {
    let server = Server::http(Router::new()).await.expect("a server");
    let broken = Secret::new(format!("{}\r\nx-injected: 1", markers::Kind::Pat.of("mwren"))).bind(origin(server.origin()));
    let request = Request::get("/").authorized(Some(Authorization::Bearer(broken)));
    let error = transport(config(), server.origin()).execute(request).await.expect_err("not sent");
    assert_eq!(error.kind, Kind::UnsendableCredential);
    assert_eq!(markers::found_in(&format!("{error:?} {}", preflight::chain(&error))), Vec::<String>::new());
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn at_home_every_kind_arrives() {
    let echo = |headers: HeaderMap, body: String| async move {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        [text("authorization"), text("x-gate"), body, text("user-agent"), text("cookie")].join("|")
    };
    let router = Router::new().route("/", post(echo).get(echo));
    let server = Server::http(router).await.expect("a server");
    let mut arrived = Vec::new();
    for request in every_kind(server.origin()).into_iter().chain([Request::get("/").authorized(Some(Authorization::EmptyBearer))]) {
        let answer = transport(config(), server.origin()).execute(request).await.expect("an answer");
        arrived.push(answer.text().into_owned());
    }
    assert_eq!(
        arrived,
        [
            "Bearer MARKER-SECRET-PAT-mwren|||transport-tests|",
            "Basic bXdyZW46TUFSS0VSLVNFQ1JFVC1QQVQtbXdyZW4=|||transport-tests|",
            "|MARKER-SECRET-PAT-mwren||transport-tests|",
            "||user=mwren&password=MARKER-SECRET-PAT-mwren|transport-tests|",
            "Bearer|||transport-tests|",
        ]
    );
}

#[tokio::test]
async fn no_cookie_is_kept() {
    let server = Server::http(Router::new().route("/", axum::routing::get(|| async { [("set-cookie", "session=1; Path=/")] })))
        .await
        .expect("a server");
    let wiki = transport(config(), server.origin());
    for _ in 0..2 {
        wiki.execute(Request::get("/")).await.expect("an answer");
    }
    assert!(server.requests().iter().all(|seen| !seen.headers.contains_key("cookie")));
}
