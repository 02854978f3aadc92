//! Not reached, not answered, or not answered to the end.

use std::sync::Arc;

use axum::Router;
use practice::{Authority, Fault, Server};
use tokio::net::TcpListener;
use tokio::time::{Duration, Instant};
use transport::direct::{DirectConfig, DirectNetwork, SetupError};
use transport::{Request, TransportErrorKind as Kind};

use crate::support::{CONNECT_TIMEOUT, Raw, TOTAL_TIMEOUT, Then, config, failure, get, transport};

#[tokio::test]
async fn a_name_that_does_not_resolve() {
    for origin in ["http://wiki.invalid", "https://wiki.invalid"] {
        assert_eq!(failure(config(), origin).await, Kind::Dns, "{origin}");
    }
}

#[tokio::test]
async fn nothing_listens_there() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    for origin in [format!("http://{address}"), format!("https://{address}"), format!("http://localhost:{}", address.port())] {
        assert_eq!(failure(config(), &origin).await, Kind::Refused, "{origin}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_connection_in_time() {
    // the kernel takes the connection, and nobody ever answers the handshake
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let origin = format!("https://{}", listener.local_addr().expect("an address"));
    let started = Instant::now();
    assert_eq!(failure(config(), &origin).await, Kind::Timeout);
    assert_eq!(started.elapsed().as_secs(), CONNECT_TIMEOUT.as_secs());
}

#[tokio::test]
async fn no_answer_in_time() {
    let server = Server::http(Router::new()).await.expect("a server");
    server.faults().on("/", Fault::Hang);
    let wiki = transport(config(), server.origin());
    for (number, timeout) in [(1, None), (2, Some(Duration::from_secs(3)))] {
        let mut request = Request::get("/");
        request.timeout = timeout;
        let wiki = Arc::clone(&wiki);
        let asking = tokio::spawn(async move { wiki.execute(request).await });
        server.arrived(number).await;
        tokio::time::pause();
        let paused = Instant::now();
        let error = asking.await.expect("no panic").expect_err("no answer");
        assert_eq!(error.kind, Kind::Timeout);
        assert!(paused.elapsed() <= timeout.unwrap_or(TOTAL_TIMEOUT) + Duration::from_millis(1), "{:?}", paused.elapsed());
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_body_that_stops_coming() {
    let server = Raw::start(&[b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"], Then::Hold).await;
    let origin = server.http();
    let asking = tokio::spawn(async move { failure(config(), &origin).await });
    server.said(1).await;
    tokio::time::pause();
    assert_eq!(asking.await.expect("no panic"), Kind::Timeout);
}

#[tokio::test]
async fn a_connection_that_breaks() {
    for (what, piece) in [
        ("at once", &b""[..]),
        ("in the head", b"HTTP/1.1 200 OK\r\ncontent-le"),
        ("in the body", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"),
        ("in a chunk", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab"),
        ("before the last chunk", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n"),
    ] {
        let server = Raw::says(&[piece]).await;
        assert_eq!(failure(config(), &server.http()).await, Kind::Closed, "{what}");
        let server = Raw::start(&[piece], Then::Reset).await;
        assert_eq!(failure(config(), &server.http()).await, Kind::Closed, "reset {what}");
    }
}

#[tokio::test]
async fn a_handshake_that_breaks() {
    for then in [Then::Close, Then::Reset] {
        let server = Raw::start(&[b""], then).await;
        assert_eq!(failure(config(), &server.https()).await, Kind::Closed);
    }
}

#[tokio::test]
async fn something_that_is_not_http() {
    for piece in [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], b"220 mail.example.com ESMTP\r\n", b"\x00\x01\x02\x03\x04\x05"] {
        let server = Raw::says(&[piece]).await;
        assert_eq!(failure(config(), &server.http()).await, Kind::NotHttp, "{}", piece.escape_ascii());
    }
}

#[tokio::test]
async fn plain_http_where_tls_is_spoken() {
    let authority = Authority::new().expect("an authority");
    let server = Server::https(Router::new(), &authority, &["localhost"]).await.expect("a server");
    let plain = server.origin().replace("https://", "http://");
    assert_eq!(failure(config(), &plain).await, Kind::NotHttp);
}

#[tokio::test]
async fn any_status_is_an_answer() {
    for status in [204, 302, 401, 403, 404, 407, 418, 500, 502] {
        let piece = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 0\r\n\r\n");
        let server = Raw::says(&[piece.as_bytes()]).await;
        let answer = get(config(), &server.http()).await;
        match status {
            // said in plain text it is a proxy's question, also where the proxy was never configured
            407 => assert_eq!(answer.expect_err("no answer").kind, Kind::ProxyAuthRequired),
            _ => assert_eq!(answer.expect("an answer").status, status),
        }
    }
}

#[tokio::test]
async fn a_dropped_request_hangs_up() {
    let server = Raw::start(&[b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"], Then::Hold).await;
    let wiki = transport(config(), &server.http());
    tokio::select! {
        answer = wiki.execute(Request::get("/")) => panic!("nobody answered, yet there is {answer:?}"),
        () = server.said(1) => {}
    }
    // the server serves one after the other, so a second piece is only said once the first connection is gone
    let again = tokio::spawn(async move { wiki.execute(Request::get("/again")).await });
    server.said(2).await;
    again.abort();
}

#[test]
fn a_header_that_no_client_can_send_is_a_setup_error() {
    let config = DirectConfig { user_agent: "two\nlines".to_owned(), ..config() };
    let error = DirectNetwork::new(config).expect_err("no network");
    assert!(matches!(error, SetupError::Client(_)), "{error:?}");
}
