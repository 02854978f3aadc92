//! The wire log tells what happened and nothing secret.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderName, StatusCode};
use axum::routing::any;
use practice::{Server, markers};
use preflight::Secret;
use transport::{Authorization, Body, FormValue, Request};

use crate::environment::{is_inside, run_inside};
use crate::support::{config, origin, transport};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("the log").clone()).expect("text")
    }
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level() {
    if !is_inside() {
        // in a process of its own, where no other test decides what is logged
        return run_inside("wire::no_secret_is_logged_at_any_level", BTreeMap::new()).await;
    }
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).expect("the only one");

    let code = markers::Kind::AuthorizationCode.of("mwren");
    let session = markers::Kind::Session.of("mwren");
    let answer = {
        let location = format!("https://login.example.com/authorize?login={code}#{code}");
        let cookie = format!("JSESSIONID={session}; Path=/");
        move || {
            let (location, cookie) = (location.clone(), cookie.clone());
            async move { (StatusCode::FOUND, [("location", location), ("set-cookie", cookie), ("server", "nginx".to_owned())], "body") }
        }
    };
    let server = Server::http(Router::new().fallback(any(answer))).await.expect("a server");
    let secret = |kind: markers::Kind| Secret::new(kind.of("mwren")).bind(origin(server.origin()));

    let mut gated = Request::post(
        format!("/token?code={code}&x=1"),
        Body::Form(vec![("grant", FormValue::from("refresh")), ("refresh_token", secret(markers::Kind::RefreshToken).into())]),
    );
    gated.secret_headers.push((HeaderName::from_static("x-gate"), secret(markers::Kind::Session)));
    let wiki = transport(config(), server.origin());
    for request in [
        gated.authorized(Some(Authorization::Bearer(secret(markers::Kind::Pat)))),
        Request::get("/rest")
            .accept_json()
            .authorized(Some(Authorization::Basic { user: "mwren".to_owned(), password: secret(markers::Kind::Password) })),
    ] {
        wiki.execute(request).await.expect("an answer");
    }
    let gone = transport(config(), "http://wiki.invalid").execute(Request::get("/rest/api?token=MARKER-SECRET-PAT-x")).await;
    gone.expect_err("no answer");

    let text = log.text();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("DEBUG wire:")).collect();
    assert_eq!(lines.len(), 3, "{text}");
    for told in ["method=POST", "path=/token?code=[hidden]&x=1", "credential=\"bearer\"", "status=302", "bytes=4", "server: nginx", "ms="] {
        assert!(lines[0].contains(told), "{told} in {}", lines[0]);
    }
    assert!(
        lines[0].contains("location=https://login.example.com/authorize ") && lines[0].contains(&format!("origin={}", server.origin())),
        "{}",
        lines[0]
    );
    assert!(lines[1].contains("credential=\"basic\"") && lines[1].contains("accept: application/json"), "{}", lines[1]);
    assert!(lines[2].contains("failed=the name does not resolve"), "{}", lines[2]);
    assert_eq!(markers::found_in(&text), Vec::<String>::new(), "{text}");
}
