//! The controlled browser: a real Chromium in a visible window.

use axum::Router;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use browser::{Choice, Event, Gone};
use end_to_end::controlled::{Desk, event, order, usable_panel};
use http::{HeaderMap, StatusCode, header};
use practice::Server;
use transport::{Origin, Request, Route};
use url::Url;

const STRICT: &str = "default-src 'none'; script-src 'none'; style-src 'none'; require-trusted-types-for 'script'; sandbox";

/// The primary button of the panel in light colours.
const ACCENT: [u8; 3] = [0x4f, 0x5b, 0xd5];

fn site() -> Router {
    Router::new()
        .route("/strict", get(|| async { ([(header::CONTENT_SECURITY_POLICY, STRICT)], Html("<h1>Strict</h1>")) }))
        .route(
            "/signed-in",
            get(|| async {
                let cookies = [(header::SET_COOKIE, "sid=S3CRET-SESSION; HttpOnly; Path=/"), (header::SET_COOKIE, "deep=1; Path=/rest")];
                (axum::response::AppendHeaders(cookies), Html("<h1>Hello</h1>"))
            }),
        )
        .route(
            "/rest/who",
            get(|headers: HeaderMap| async move {
                let signed_in =
                    headers.get(header::COOKIE).is_some_and(|cookies| cookies.to_str().is_ok_and(|text| text.contains("S3CRET-SESSION")));
                if signed_in { "{\"user\":\"jane\"}".into_response() } else { StatusCode::UNAUTHORIZED.into_response() }
            }),
        )
        .route("/rest/login", get(|| async { Redirect::to("http://idp.example/login?secret=1") }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_everything_works_from_inside_and_outside() {
    let server = Server::http(site()).await.expect("a server");
    let desk = Desk::new();
    let mut order = order(&format!("{}/strict", server.origin()));
    order.panel = Some(usable_panel());
    let window = desk.launch(order).await.expect("a window");
    let origin = Origin::parse(server.origin()).expect("an origin");
    event(&*window, |event| *event == Event::Navigated(Some(origin.clone()))).await;

    desk.press(&*window, ACCENT, Choice::Use).await;

    window.go_to(&Url::parse(&format!("{}/signed-in", server.origin())).expect("an address")).await.expect("went");
    event(&*window, |event| *event == Event::Navigated(Some(origin.clone()))).await;
    let address = Url::parse(&format!("{}/rest/who", server.origin())).expect("an address");
    let cookies = window.cookies_for(&address).await.expect("asked").expect("cookies");
    assert_eq!(cookies.expose_for(&origin).expect("its origin"), "deep=1; sid=S3CRET-SESSION");

    let transport = window.transport(&origin).await.expect("a transport");
    assert_eq!(transport.route(), Route::Browser);
    let answer = transport.execute(Request::get("/rest/who")).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), answer.text().as_ref()), (200, "{\"user\":\"jane\"}"));
    let answer = transport.execute(Request::get("/rest/login")).await.expect("an answer");
    assert_eq!(answer.status.as_u16(), 303);
    assert_eq!(answer.redirect_away().expect("away").as_str(), "http://idp.example/login?secret=1");

    drop(transport);
    window.close().await;
    event(&*window, |event| *event == Event::Gone(Gone::Closed)).await;
    drop(window);
    assert!(desk.processes().is_empty());
}
