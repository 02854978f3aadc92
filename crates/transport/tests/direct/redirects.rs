//! Redirects are followed within the origin only, and nothing is sent along to another.

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::routing::any;
use practice::{Fault, Server, markers};
use transport::{Body, FormValue, Redirects, Request};

use crate::support::{bearer, config, transport};

async fn echo() -> Server {
    let echo = |method: Method, body: String| async move { format!("{method} {body}") };
    Server::http(Router::new().route("/end", any(echo))).await.expect("a server")
}

fn redirect(server: &Server, from: &str, status: u16, to: &str) {
    server.faults().on(from, Fault::Redirect { status: StatusCode::from_u16(status).expect("a status"), to: to.to_owned() });
}

#[tokio::test]
async fn another_origin_gets_nothing() {
    let (wiki, other) = (echo().await, echo().await);
    let pat = markers::Kind::Pat.of("mwren");
    let elsewhere = [
        format!("{}/end", other.origin()),
        format!("//{}/end", other.origin().trim_start_matches("http://")),
        wiki.origin().replace("127.0.0.1", "localhost"),
        wiki.origin().replace("http://", "https://"),
    ];
    for to in elsewhere {
        wiki.faults().clear();
        redirect(&wiki, "/start", 302, &to);
        wiki.forget_requests();
        let request = Request::get("/start").follow().authorized(Some(bearer(&pat, wiki.origin())));
        let answer = transport(config(), wiki.origin()).execute(request).await.expect("an answer");
        assert_eq!(answer.status, 302, "{to}");
        assert!(answer.redirect_away().is_some(), "{to}");
        assert_eq!(wiki.requests().len(), 1, "{to}");
    }
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn the_method_follows_the_rules() {
    let wiki = echo().await;
    let check = async |status: u16, method: Method, expected: &str| {
        wiki.faults().clear();
        redirect(&wiki, "/start", status, "end?x=1#top");
        let fields = vec![("a", FormValue::from("1"))];
        let body = if method == Method::GET { Body::Empty } else { Body::Form(fields) };
        let mut request = Request::new(method.clone(), transport::OriginPath::new("/start")).follow();
        request.body = body;
        let answer = transport(config(), wiki.origin()).execute(request).await.expect("an answer");
        assert_eq!(answer.text(), expected, "{status} after {method}");
        assert_eq!(answer.url.as_str(), format!("{}/end?x=1", wiki.origin()));
    };
    for status in [301, 302, 303, 307, 308] {
        check(status, Method::GET, "GET ").await;
    }
    for status in [301, 302, 303] {
        check(status, Method::POST, "GET ").await;
    }
    for status in [307, 308] {
        check(status, Method::POST, "POST a=1").await;
    }
    check(301, Method::PUT, "PUT a=1").await;
    check(303, Method::PUT, "GET ").await;
}

#[tokio::test]
async fn the_credential_stays_with_its_origin_along_the_way() {
    let wiki = echo().await;
    redirect(&wiki, "/start", 302, "/end");
    let pat = markers::Kind::Pat.of("mwren");
    let request = Request::get("/start").follow().authorized(Some(bearer(&pat, wiki.origin())));
    transport(config(), wiki.origin()).execute(request).await.expect("an answer");
    let credentials: Vec<_> = wiki.requests().iter().map(|seen| seen.credential).collect();
    assert_eq!(credentials, [practice::Credential::Bearer, practice::Credential::Bearer]);
}

#[tokio::test]
async fn a_circle_ends() {
    let wiki = echo().await;
    redirect(&wiki, "/", 302, "/again");
    let wiki_transport = transport(config(), wiki.origin());
    let answer = wiki_transport.execute(Request::get("/").follow()).await.expect("an answer");
    assert_eq!(answer.status, 302);
    assert_eq!(wiki.requests().len(), 6, "the first and five more");

    wiki.forget_requests();
    assert_eq!(Request::get("/").redirects, Redirects::Stop);
    wiki_transport.execute(Request::get("/")).await.expect("an answer");
    assert_eq!(wiki.requests().len(), 1, "not followed unless asked for");
}

#[tokio::test]
async fn what_only_looks_like_a_redirect_is_the_answer() {
    let wiki = echo().await;
    for status in [300, 304] {
        wiki.faults().clear();
        redirect(&wiki, "/start", status, "/end");
        let answer = transport(config(), wiki.origin()).execute(Request::get("/start").follow()).await.expect("an answer");
        assert_eq!(answer.status, status);
    }
}
