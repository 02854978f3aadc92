//! The route through the browser: requests as `fetch` calls inside a page, in a real Chromium.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body as ResponseBody, Bytes};
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::{get, post};
use browser::BrowserError;
use end_to_end::controlled::Desk;
use futures::future::join_all;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use practice::{Fault, Server};
use preflight::Secret;
use transport::{Authorization, Body, FormValue, Origin, Request, Transport, TransportErrorKind};
use url::Url;

const LARGE: usize = 48 * 1024 * 1024;

fn site() -> Router {
    let closed = || [(header::CONTENT_SECURITY_POLICY, "default-src 'none'; connect-src 'none'")];
    Router::new()
        .route("/", get(move || async move { (closed(), Html("<h1>Wiki</h1>")) }))
        .route("/robots.txt", get(move || async move { (closed(), "User-agent: *") }))
        .route("/status/{code}", get(|Path(code): Path<u16>| async move { StatusCode::from_u16(code).expect("a status").into_response() }))
        .route("/number/{n}", get(|Path(n): Path<u32>| async move { n.to_string() }))
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(800)).await;
                "slow"
            }),
        )
        .route("/binary", get(|| async { (0..=255_u8).cycle().take(300_000).collect::<Vec<u8>>() }))
        .route("/text", get(|| async { "\u{feff}Grüße, 世界 \u{2028} \0 done" }))
        .route("/here", get(|| async { Redirect::to("/number/7?x=1#part") }))
        .route("/away", get(|| async { Redirect::temporary("https://idp.example/login?state=1") }))
        .route("/challenge", get(|| async { (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=\"wiki\"")]) }))
        .route("/negotiated", get(negotiated))
        .route("/echo", post(echo).put(echo))
        .route(
            "/large",
            get(|| async {
                let disposition =
                    [(header::CONTENT_DISPOSITION, "attachment; filename=large.bin"), (header::CONTENT_TYPE, "application/octet-stream")];
                (disposition, ResponseBody::from(vec![7_u8; LARGE]))
            }),
        )
        .route("/inline", get(|| async { Html("<p>shown, not saved") }))
}

/// Lets the second request through, as a server of a realm that Chromium is signed in to: its first challenge stays unanswered.
async fn negotiated() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    static ASKED: AtomicU64 = AtomicU64::new(0);
    let status = if ASKED.fetch_add(1, Ordering::Relaxed) == 0 { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    (status, [(header::WWW_AUTHENTICATE, "Negotiate")])
}

async fn echo(method: Method, headers: HeaderMap, body: Bytes) -> String {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("-").to_owned();
    format!("{method} {} {} {} {}", of("content-type"), of("authorization"), of("x-gate"), String::from_utf8_lossy(&body))
}

async fn text(transport: &dyn Transport, request: Request) -> String {
    transport.execute(request).await.expect("an answer").text().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_request_goes_through_the_page() {
    let server = Server::http(site()).await.expect("a server");
    let desk = Desk::new();
    let window = desk.open(server.origin()).await;
    let origin = Origin::parse(server.origin()).expect("an origin");
    let transport = window.transport(&origin).await.expect("a transport");
    let transport = &*transport;

    // statuses are answers
    for status in [200, 204, 401, 403, 404, 500, 503] {
        let answer = transport.execute(Request { retry: transport::Retry::Never, ..Request::get(format!("/status/{status}")) }).await;
        assert_eq!(answer.expect("an answer").status.as_u16(), status);
    }
    // bytes are as they were
    let answer = transport.execute(Request::get("/binary")).await.expect("an answer");
    assert!(answer.body.iter().copied().eq((0..=255_u8).cycle().take(300_000)));
    assert_eq!(text(transport, Request::get("/text")).await, "\u{feff}Grüße, 世界 \u{2028} \0 done");
    let too_large = Request { body_limit: 1000, ..Request::get("/binary") };
    assert_eq!(transport.execute(too_large).await.expect_err("too large").kind, TransportErrorKind::BodyTooLarge { limit: 1000 });

    // redirects are seen as such, followed within the origin only
    let answer = transport.execute(Request::get("/here")).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), answer.redirect().expect("a goal").path()), (303, "/number/7"));
    let answer = transport.execute(Request::get("/here").follow()).await.expect("an answer");
    assert_eq!((answer.text().as_ref(), answer.url.as_str()), ("7", format!("{origin}/number/7?x=1").as_str()));
    let answer = transport.execute(Request::get("/away").follow()).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), answer.redirect_away().expect("away").host_str()), (307, Some("idp.example")));
    // a challenge is an answer and opens no dialog
    let answer = transport.execute(Request::get("/challenge")).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (401, Some("Basic realm=\"wiki\"")));
    assert_eq!(transport.execute(Request::get("/negotiated")).await.expect("an answer").status, StatusCode::OK);

    // credentials and bodies, for this origin only
    let secret = |origin: &Origin| Secret::new("S3CRET-PAT".to_owned()).bind(origin.clone());
    let json = Request::post("/echo", Body::Json(serde_json::json!({ "a": "\"</script>${1}" })))
        .authorized(Some(Authorization::Bearer(secret(&origin))));
    assert_eq!(text(transport, json).await, "POST application/json Bearer S3CRET-PAT - {\"a\":\"\\\"</script>${1}\"}");
    let mut form = Request::post("/echo", Body::Form(vec![("user", "jane".into()), ("word", FormValue::Secret(secret(&origin)))]));
    form.secret_headers.push((HeaderName::from_static("x-gate"), secret(&origin)));
    assert_eq!(text(transport, form).await, "POST application/x-www-form-urlencoded - S3CRET-PAT user=jane&word=S3CRET-PAT");
    let elsewhere = Origin::parse("https://elsewhere.example").expect("an origin");
    let foreign = Request::get("/number/1").authorized(Some(Authorization::Bearer(secret(&elsewhere))));
    let before = server.requests().len();
    let refused = transport.execute(foreign).await.expect_err("not sent");
    assert!(matches!(refused.kind, TransportErrorKind::WrongOrigin(_)) && !format!("{refused:?}").contains("S3CRET"));
    assert_eq!(server.requests().len(), before);

    // side by side
    let many = join_all((0..100).map(|n| text(transport, Request::get(format!("/number/{n}"))))).await;
    assert!(many.iter().enumerate().all(|(n, text)| *text == n.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_the_page_does_not_happen_to_the_requests() {
    let server = Server::http(site()).await.expect("a server");
    let gone = Server::http(site()).await.expect("a server");
    let desk = Desk::new();
    let window = desk.open(server.origin()).await;
    let origin = Origin::parse(server.origin()).expect("an origin");
    let transport = window.transport(&origin).await.expect("a transport");
    let transport = &*transport;
    assert_eq!(text(transport, Request::get("/number/1")).await, "1");

    // the person goes about while requests are under way
    let slow = text(transport, Request::get("/slow"));
    let elsewhere = async {
        for path in ["/inline", "/", "/inline"] {
            window.go_to(&Url::parse(&format!("{origin}{path}")).expect("an address")).await.expect("went");
        }
    };
    assert_eq!(tokio::join!(slow, elsewhere).0, "slow");

    // our own page is closed by somebody: reading is repeated in a new one
    server.faults().on_next(1, "/number/3", Fault::Hang);
    let cut = text(transport, Request::get("/number/3"));
    let closing = async {
        // pages ask for their icons meanwhile, so a number of requests says nothing
        let mut requests = server.requests();
        while !requests.iter().any(|seen| seen.path == "/number/3") {
            server.arrived(requests.len() + 1).await;
            requests = server.requests();
        }
        desk.kill_renderers();
    };
    assert_eq!(tokio::join!(cut, closing).0, "3");

    // a deadline ends it, and cancelling calls it off at the server
    server.faults().on("/number/4", Fault::Hang);
    let begun = Instant::now();
    let late = Request { timeout: Some(Duration::from_millis(700)), ..Request::get("/number/4") };
    assert_eq!(transport.execute(late).await.expect_err("too late").kind, TransportErrorKind::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());

    // network errors are told apart
    let address = Origin::parse(gone.origin()).expect("an origin");
    let dead = window.transport(&address).await.expect("a transport");
    assert_eq!(text(&*dead, Request::get("/number/5")).await, "5");
    gone.faults().on("/number/6", Fault::CloseUnanswered);
    assert_eq!(dead.execute(Request::get("/number/6")).await.expect_err("closed").kind, TransportErrorKind::Closed);
    drop(gone);
    assert_eq!(dead.execute(Request::get("/number/7")).await.expect_err("nobody there").kind, TransportErrorKind::Refused);
    let nowhere = window.transport(&Origin::parse("http://nowhere.invalid").expect("an origin")).await.expect("a transport");
    assert_eq!(nowhere.execute(Request::get("/")).await.expect_err("no such name").kind, TransportErrorKind::Dns);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_files_are_downloaded_by_the_browser_itself() {
    let server = Server::http(site()).await.expect("a server");
    let desk = Desk::new();
    let window = desk.open(server.origin()).await;
    let address = |path: &str| Url::parse(&format!("{}{path}", server.origin())).expect("an address");
    let seen = AtomicU64::new(0);
    let progress = |received: u64, total: Option<u64>| {
        assert!(total.is_none_or(|total| received <= total));
        assert!(seen.fetch_max(received, Ordering::Relaxed) <= received, "progress goes forward");
    };
    let file = desk.data.path().join("large.bin");
    let length = window.download(&address("/large"), &file, &progress).await.expect("downloaded");
    assert_eq!(usize::try_from(length).expect("a length"), LARGE);
    assert_eq!(seen.load(Ordering::Relaxed), length);
    let content = fs::read(&file).expect("a file");
    assert!(content.len() == LARGE && content.iter().all(|byte| *byte == 7));

    // what a page would show is saved all the same, again and again
    for round in 0..3 {
        let file = desk.data.path().join(format!("inline-{round}"));
        window.download(&address("/inline"), &file, &|_, _| {}).await.expect("downloaded");
        assert_eq!(fs::read_to_string(&file).expect("a file"), "<p>shown, not saved");
    }
    let refused = window.download(&address("/status/403"), &desk.data.path().join("none"), &|_, _| {}).await;
    assert!(matches!(refused, Err(BrowserError::Refused { what: "download", .. })), "{refused:?}");
    let left: Vec<_> = fs::read_dir(desk.data.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 6, "no parts stay behind: {left:?}");
}
