//! One polite retry, and never one that could lock somebody out or do a thing twice.

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::any;
use practice::{Fault, Server};
use tokio::time::{Duration, Instant};
use transport::{Body, Request, Response, Retry, RetryAfter};

use crate::support::{config, transport};

async fn server() -> Server {
    Server::http(Router::new().route("/", any(|| async { "well" }))).await.expect("a server")
}

fn throttled(retry_after: &str) -> Fault {
    Fault::TooManyRequests { retry_after: retry_after.to_owned() }
}

/// Asks, with time standing still while sockets are busy; gives the answer and how long was waited.
async fn ask(server: &Server, request: Request) -> (Response, Duration) {
    let wiki = transport(config(), server.origin());
    let before = server.requests().len();
    let asking = tokio::spawn(async move { wiki.execute(request).await });
    server.arrived(before + 1).await;
    // from here on time only passes while everybody waits
    tokio::time::pause();
    let started = Instant::now();
    let answer = asking.await.expect("no panic").expect("an answer");
    let waited = started.elapsed();
    tokio::time::resume();
    (answer, waited)
}

#[tokio::test]
async fn what_the_server_asks_for_is_waited_out_once() {
    let server = server().await;
    server.faults().on_next(1, "/", throttled("7"));
    let (answer, waited) = ask(&server, Request::get("/")).await;
    assert_eq!((answer.status, answer.text().as_ref()), (StatusCode::OK, "well"));
    assert_eq!(waited.as_secs(), 7);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn still_throttled_is_the_answer() {
    let server = server().await;
    server.faults().on("/", throttled("30"));
    let (answer, waited) = ask(&server, Request::get("/")).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.retry_after(), Some(RetryAfter::Seconds(30)));
    assert_eq!(waited.as_secs(), 30);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn more_patience_than_a_person_has_is_not_waited_out() {
    for value in ["31", "86400", "18446744073709551615", "99999999999999999999999", "Fri, 31 Dec 2100 23:59:59 GMT"] {
        let server = server().await;
        server.faults().on("/", throttled(value));
        let answer = transport(config(), server.origin()).execute(Request::get("/")).await.expect("an answer");
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{value}");
        assert!(answer.retry_after() > Some(RetryAfter::Seconds(30)), "{value}");
        assert_eq!(server.requests().len(), 1, "{value}");
    }
}

#[tokio::test]
async fn without_a_time_a_429_gets_a_second_and_a_503_nothing() {
    let server = server().await;
    server.faults().on_next(1, "/", Fault::answer(StatusCode::TOO_MANY_REQUESTS, "text/plain", ""));
    let (answer, waited) = ask(&server, Request::get("/")).await;
    assert_eq!((answer.status, waited.as_secs()), (StatusCode::OK, 1));

    server.forget_requests();
    server.faults().on_next(1, "/", Fault::Unavailable);
    let answer = transport(config(), server.origin()).execute(Request::get("/")).await.expect("an answer");
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_never_tried_again() {
    for status in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::INTERNAL_SERVER_ERROR] {
        let server = server().await;
        let headers = vec![(header::RETRY_AFTER, HeaderValue::from_static("1"))];
        server.faults().on("/", Fault::Answer { status, headers, body: axum::body::Bytes::new() });
        let answer = transport(config(), server.origin()).execute(Request::get("/")).await.expect("an answer");
        assert_eq!(answer.status, status);
        assert_eq!(server.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn what_must_not_happen_twice_is_not_sent_twice() {
    let server = server().await;
    server.faults().on("/", throttled("1"));
    let request = Request::post("/", Body::Json("x".into()));
    assert_eq!(request.retry, Retry::Never);
    let answer = transport(config(), server.origin()).execute(request).await.expect("an answer");
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(server.requests().len(), 1);
}
