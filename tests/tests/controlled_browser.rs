//! The controlled browser: a real Chromium in a visible window, looked at and clicked as a person does.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::State;
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect};
use axum::routing::get;
use browser::{BrowserError, Choice, ControlledBrowser, Event, Gone, Launcher as _, Panel, Window};
use end_to_end::controlled::{Desk, event, eventually, order, usable_panel};
use end_to_end::proxy::Proxy;
use http::{HeaderMap, HeaderName, StatusCode, header};
use practice::{Authority, Identity, Server};
use preflight::Secret;
use transport::direct::ProxyChoice;
use transport::{Origin, Request, Route, TransportErrorKind};
use url::Url;

const STRICT: &str = "default-src 'none'; script-src 'none'; style-src 'none'; require-trusted-types-for 'script'; sandbox";

/// The primary button of the panel in light colours.
const ACCENT: [u8; 3] = [0x4f, 0x5b, 0xd5];

const SESSION: &str = "sid=S3CRET-SESSION; HttpOnly; Path=/; Max-Age=86400";

/// The button of a page of ours.
const BUTTON: [u8; 3] = [0x0a, 0x5f, 0x38];

/// Opens a pop-up with each click: some that close at once, as single sign-on does it, and then one of the same origin that stays.
const POP_UPS: &str = "<button style='width:300px;height:90px;border:0;background:#0a5f38' onclick=\"
    this.count = (this.count ?? 0) + 1;
    if (this.count < 6) open('/blank', '_blank', 'popup').close();
    if (this.count == 6) open('/pop-up', '_blank', 'popup,width=500,height=420');
\"></button>";

fn site() -> Router {
    let signed_in = |headers: &HeaderMap| {
        headers.get(header::COOKIE).is_some_and(|cookies| cookies.to_str().is_ok_and(|text| text.contains("S3CRET-SESSION")))
    };
    Router::new()
        .route("/strict", get(|| async { ([(header::CONTENT_SECURITY_POLICY, STRICT)], Html("<h1>Strict</h1>")) }))
        .route("/pop-ups", get(|| async { Html(POP_UPS) }))
        .route("/pop-up", get(|| async { Html("<title>Pop-up</title><p>Sign in here</p>") }))
        .route("/blank", get(|| async { Html("") }))
        .route("/hostile", get(|| async { Html(HOSTILE) }))
        .route("/to", get(|address: axum::extract::RawQuery| async { Redirect::to(&address.0.unwrap_or_default()) }))
        .route(
            "/signed-in",
            get(|| async {
                (AppendHeaders([(header::SET_COOKIE, SESSION), (header::SET_COOKIE, "deep=1; Path=/rest")]), Html("<h1>Hello</h1>"))
            }),
        )
        .route(
            "/rest/who",
            get(move |headers: HeaderMap| async move {
                if signed_in(&headers) { "{\"user\":\"jane\"}".into_response() } else { StatusCode::UNAUTHORIZED.into_response() }
            }),
        )
        .route("/gate", get(gate))
        .route("/rest/login", get(|| async { Redirect::to("http://idp.example/login?secret=1") }))
        .with_state(Arc::default())
}

/// A page that looks for the panel and tries to press it.
const HOSTILE: &str = "<h1>Hostile</h1><script>
    setInterval(() => {
        for (const host of document.documentElement.children) {
            if (host.tagName !== 'DIV') continue;
            host.shadowRoot?.querySelector('.primary')?.click();
            for (const kind of ['pointerdown', 'pointerup', 'click']) host.dispatchEvent(new MouseEvent(kind, { bubbles: true, composed: true, clientX: 5, clientY: 5 }));
            fetch('/seen?' + [host.shadowRoot === null, typeof wayleaveTell, typeof wayleavePanel, navigator.webdriver].join());
            host.remove();
        }
    }, 200);
</script>";

/// Turns the first one away, as a server of a realm does with a fresh profile.
async fn gate(State(asked): State<Arc<AtomicU32>>) -> (StatusCode, [(HeaderName, &'static str); 1], &'static str) {
    let challenge = [(header::WWW_AUTHENTICATE, "Negotiate")];
    if asked.fetch_add(1, Ordering::Relaxed) == 0 {
        (StatusCode::UNAUTHORIZED, challenge, "turned away")
    } else {
        (StatusCode::OK, challenge, "welcome")
    }
}

fn origin(server: &Server) -> Origin {
    Origin::parse(server.origin()).expect("an origin")
}

fn at(server: &Server, path: &str) -> Url {
    Url::parse(&format!("{}{path}", server.origin())).expect("an address")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_everything_works_from_inside_and_outside() {
    let server = Server::http(site()).await.expect("a server");
    let desk = Desk::new();
    let mut order = order(at(&server, "/strict").as_str());
    order.panel = Some(usable_panel());
    let window = desk.launch(order).await.expect("a window");
    let origin = origin(&server);
    event(&*window, |event| *event == Event::Navigated(Some(origin.clone()))).await;

    desk.press(&*window, ACCENT, Choice::Use).await;

    window.go_to(&at(&server, "/signed-in")).await.expect("went");
    event(&*window, |event| *event == Event::Navigated(Some(origin.clone()))).await;
    let cookies = window.cookies_for(&at(&server, "/rest/who")).await.expect("asked").expect("cookies");
    assert_eq!(cookies.expose_for(&origin).expect("its origin"), "deep=1; sid=S3CRET-SESSION");
    let other = Url::parse("http://localhost/rest/who").expect("an address");
    assert!(window.cookies_for(&other).await.expect("asked").is_none(), "another host's");
    assert!(window.user_agent().starts_with("Mozilla/5.0"));

    let transport = window.transport(&origin).await.expect("a transport");
    assert_eq!(transport.route(), Route::Browser);
    let answer = transport.execute(Request::get("/rest/who")).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), answer.text().as_ref()), (200, "{\"user\":\"jane\"}"));
    let answer = transport.execute(Request::get("/rest/login")).await.expect("an answer");
    assert_eq!(answer.status.as_u16(), 303);
    assert_eq!(answer.redirect_away().expect("away").as_str(), "http://idp.example/login?secret=1");

    let here = [origin.clone()];
    assert_eq!(window.visible_text(&here, 100).await.expect("asked").as_deref(), Some("Hello"), "and nothing of the panel");
    assert_eq!(window.visible_text(&[Origin::parse("https://elsewhere.example").expect("an origin")], 100).await.expect("asked"), None);
    window.minimize().await.expect("made small");
    window.restore().await.expect("made normal");

    drop(transport);
    window.close().await;
    event(&*window, |event| *event == Event::Gone(Gone::Closed)).await;
    drop(window);
    assert!(desk.processes().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_is_the_persons_alone_and_follows_everywhere() {
    let (server, provider) = (Server::http(site()).await.expect("a server"), Server::http(site()).await.expect("a provider"));
    let desk = Desk::new();
    let mut order = order(at(&server, "/hostile").as_str());
    order.panel = Some(usable_panel());
    let window = desk.launch(order).await.expect("a window");

    // the page cannot see into it, press it or get rid of it
    eventually(|| server.requests().into_iter().filter(|seen| seen.path == "/seen").nth(3)).await.expect("the page tries");
    let told: Vec<_> = server.requests().into_iter().filter(|seen| seen.path == "/seen").filter_map(|seen| seen.query).collect();
    assert!(told.iter().all(|told| told == "true,undefined,undefined,false"), "{told:?}");
    let early =
        tokio::time::timeout(std::time::Duration::from_millis(300), event(&*window, |event| matches!(event, Event::Pressed(_)))).await;
    assert!(early.is_err(), "a script pressed it: {early:?}");

    // a redirect to the provider's origin, and the person there
    let away = format!("/to?{}", at(&provider, "/strict"));
    window.go_to(&at(&server, &away)).await.expect("went");
    event(&*window, |event| *event == Event::Navigated(Some(origin(&provider)))).await;
    desk.press(&*window, ACCENT, Choice::Use).await;

    // by the keyboard: the handle is reached by Tab and moves the panel, which stays so on the next page
    desk.click_at(100, 400);
    let before = desk.find_colour(ACCENT).await.expect("there");
    desk.display.xdotool(&["key", "--delay", "80", "Tab", "Left", "Left", "Up"]);
    let moved = eventually(|| desk.patch(ACCENT).filter(|now| now.0 < before.0 - 30 && now.1 < before.1 - 10)).await;
    moved.expect("moved by the keyboard");
    // by the mouse: it is dragged at its title, which stands above the button
    let (x, y) = desk.find_colour(ACCENT).await.expect("there");
    let place = |x: u32, y: u32| [x.to_string(), y.to_string()];
    let ([from_x, from_y], [to_x, to_y]) = (place(x - 20, y - 123), place(x - 220, y - 223));
    desk.display.xdotool(&[
        "mousemove",
        &from_x,
        &from_y,
        "mousedown",
        "1",
        "mousemove",
        "300",
        "300",
        "mousemove",
        &to_x,
        &to_y,
        "mouseup",
        "1",
    ]);
    let dragged = eventually(|| desk.patch(ACCENT).filter(|now| now.0.abs_diff(x - 200) < 4 && now.1.abs_diff(y - 100) < 4)).await;
    let moved = dragged.expect("moved by the mouse");
    window.show(Panel { usable: false, seen: "Not signed in yet".to_owned(), ..usable_panel() }).await.expect("shown");
    eventually(|| desk.patch(ACCENT).is_none().then_some(())).await.expect("cannot be used any more");
    window.go_to(&at(&server, "/pop-ups")).await.expect("went");
    window.show(usable_panel()).await.expect("shown");
    let there = eventually(|| desk.patch(ACCENT).filter(|now| now.0.abs_diff(moved.0) < 4 && now.1.abs_diff(moved.1) < 4)).await;
    there.expect("where it was put");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pop_ups_are_watched_and_may_close_at_once() {
    let server = Server::http(site()).await.expect("a server");
    let desk = Desk::new();
    let mut order = order(at(&server, "/pop-ups").as_str());
    order.panel = Some(usable_panel());
    let window = desk.launch(order).await.expect("a window");
    let patch = desk.find_colour(ACCENT).await.expect("a panel");
    // each window that closes takes the keyboard and the next click with it, so it is clicked until the last one is there
    let opened = || server.requests().iter().any(|seen| seen.path == "/pop-up");
    let clicked = || {
        if let Some((x, y)) = desk.patch(BUTTON) {
            desk.click_at(x, y);
        }
        opened().then_some(())
    };
    eventually(clicked).await.expect("a pop-up opens");
    // the pop-up lies over the window's middle; its own panel is the second patch
    eventually(|| desk.patch(ACCENT).filter(|now| *now != patch)).await.expect("it has a panel as well");
    window.go_to(&at(&server, "/signed-in")).await.expect("the browser still listens");
    let transport = window.transport(&origin(&server)).await.expect("a transport");
    assert_eq!(transport.execute(Request::get("/rest/who")).await.expect("an answer").status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_turned_a_fresh_profile_away_is_asked_once_more() {
    let server = Server::http(site()).await.expect("a server");
    let desk = Desk::new();
    let mut order = order(at(&server, "/gate").as_str());
    order.negotiate_hosts = vec!["127.0.0.1".to_owned()];
    let window = desk.launch(order).await.expect("a window");
    event(&*window, |event| matches!(event, Event::Navigated(Some(_)))).await;
    event(&*window, |event| matches!(event, Event::Navigated(Some(_)))).await;
    assert_eq!(window.visible_text(&[origin(&server)], 100).await.expect("asked").as_deref(), Some("welcome"));
    assert_eq!(server.requests().iter().filter(|seen| seen.path == "/gate").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_told_and_told_apart() {
    let server = Server::http(site()).await.expect("a server");
    let desk = Desk::new();
    let window = desk.open(at(&server, "/blank").as_str()).await;
    event(&*window, |event| matches!(event, Event::Navigated(Some(_)))).await;
    // the person closes the only tab
    desk.find_window("Chromium").await;
    desk.display.xdotool(&["key", "ctrl+w"]);
    assert_eq!(event(&*window, |event| matches!(event, Event::Gone(_))).await, Event::Gone(Gone::Closed));
    assert!(matches!(window.go_to(&at(&server, "/blank")).await, Err(BrowserError::Closed)));

    let window = desk.open(at(&server, "/blank").as_str()).await;
    let transport = window.transport(&origin(&server)).await.expect("a transport");
    transport.execute(Request::get("/blank")).await.expect("an answer");
    let hangs = tokio::spawn(async move { transport.execute(Request::get("/hangs")).await });
    server.faults().on("/hangs", practice::Fault::Hang);
    let leader = desk.leader().expect("a browser");
    std::process::Command::new("kill").args(["-9", &leader.to_string()]).status().expect("killed");
    assert_eq!(event(&*window, |event| matches!(event, Event::Gone(_))).await, Event::Gone(Gone::Crashed));
    assert_eq!(hangs.await.expect("ended").expect_err("no answer").kind, TransportErrorKind::Closed);
    drop(window);
    assert!(eventually(|| desk.processes().is_empty().then_some(())).await.is_some());

    // cancelling is dropping
    let window = desk.open(at(&server, "/blank").as_str()).await;
    drop(window);
    assert_eq!(desk.processes(), [0_u32; 0]);
    assert_eq!(fs::read_dir(desk.data.path().join("browser")).expect("profiles").count(), 0, "fresh profiles leave nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_kept_for_its_connection_and_forgotten_when_asked() {
    let server = Server::http(site()).await.expect("a server");
    let desk = Desk::new();
    let mut order = order(at(&server, "/signed-in").as_str());
    order.connection = Some(server.origin().to_owned());
    let window = desk.launch(order.clone()).await.expect("a window");
    event(&*window, |event| matches!(event, Event::Navigated(Some(_)))).await;
    assert!(matches!(desk.launch(order.clone()).await.expect_err("in use"), BrowserError::ProfileInUse));
    let launcher = ControlledBrowser::new(desk.config.clone());
    assert!(matches!(launcher.forget(server.origin()).await, Err(BrowserError::ProfileInUse)));
    window.close().await;
    drop(window);

    // signed in from last time, by a cookie that was fresh when the window closed
    order.start = at(&server, "/blank");
    let window = desk.launch(order.clone()).await.expect("free again");
    assert!(window.cookies_for(&at(&server, "/rest/who")).await.expect("asked").is_some(), "kept");
    // the owner is gone without a farewell, and with it the browser: the next one is not locked out
    drop(window);
    let window = desk.launch(order.clone()).await.expect("free again");
    drop(window);

    assert!(launcher.forget(server.origin()).await.expect("forgotten"));
    assert!(!launcher.forget(server.origin()).await.expect("nothing left"));
    let window = desk.launch(order).await.expect("a window");
    assert!(window.cookies_for(&at(&server, "/rest/who")).await.expect("asked").is_none(), "forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_can_speak_to_it_and_no_secret_is_on_its_command_line() {
    const PASSWORD: &str = "S3CRET-PROXY-PASSWORD";
    let server = Server::http(site()).await.expect("a server");
    let proxy = Proxy::start(Some(("jane", PASSWORD))).await;
    let mut desk = Desk::new();
    desk.config.proxy = ProxyChoice::Explicit {
        url: format!("http://{}", proxy.address),
        user: Some("jane".to_owned()),
        password: Some(Secret::new(PASSWORD.to_owned())),
    };
    let mut order = order(&format!("{}?code=S3CRET-CODE", at(&server, "/blank")));
    order.negotiate_hosts = vec!["wiki.corp.example".to_owned()];
    let window = desk.launch(order).await.expect("a window");

    // the proxy's question is answered, for pages and for requests
    let transport = window.transport(&origin(&server)).await.expect("a transport");
    assert_eq!(transport.execute(Request::get("/blank")).await.expect("through the proxy").status, StatusCode::OK);
    assert!(proxy.asked().iter().any(|line| line.contains("/blank?code=")), "{:?}", proxy.asked());

    let leader = desk.leader().expect("a browser");
    let line = fs::read_to_string(format!("/proc/{leader}/cmdline")).expect("a command line");
    let words: Vec<&str> = line.split('\0').collect();
    for process in desk.processes() {
        let line = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
        assert!(!line.contains("S3CRET") && !line.contains("jane"), "a secret is on the command line");
    }
    for wanted in [
        "--remote-debugging-pipe",
        &format!("--proxy-server=http://{}", proxy.address),
        "--auth-server-allowlist=wiki.corp.example",
        "--disable-component-update",
        "--disable-quic",
    ] {
        assert!(words.contains(&wanted), "{wanted} is missing in {words:?}");
    }
    for unwanted in [
        "--ignore-certificate-errors",
        "--remote-debugging-port",
        "--enable-automation",
        "--disable-extensions",
        "--disable-web-security",
        "--password-store",
        "--use-mock-keychain",
        "--disable-hang-monitor",
        "--headless",
    ] {
        assert!(!words.iter().any(|word| word.starts_with(unwanted)), "{unwanted} is in {words:?}");
    }
    // the sandbox is off for root alone, who could not start it otherwise
    assert_eq!(words.contains(&"--no-sandbox"), fs::read_to_string("/proc/self/status").expect("a status").contains("Uid:\t0\t0"));
    assert_eq!(listening(&desk.processes()), 0, "an open port");
    window.close().await;
}

/// How many ports these processes listen on.
fn listening(processes: &[u32]) -> usize {
    let sockets = |table: &str| -> Vec<String> {
        let text = fs::read_to_string(table).unwrap_or_default();
        let rows = text.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
        // state 0A is LISTEN
        rows.filter(|row| row.get(3) == Some(&"0A")).filter_map(|row| row.get(9).map(|inode| format!("socket:[{inode}]"))).collect()
    };
    let open = [sockets("/proc/net/tcp"), sockets("/proc/net/tcp6")].concat();
    let descriptors = processes.iter().flat_map(|process| fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten());
    descriptors
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .filter(|link| open.iter().any(|socket| Path::new(socket) == link))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_judged_as_on_the_direct_route() {
    let authority = Authority::new().expect("an authority");
    let own = Identity::self_signed(&["localhost"]).expect("a certificate");
    let site = || Router::new().route("/", get(|| async { Html("<h1>Safe</h1>") }));
    let issued = Server::https(site(), &authority, &["localhost"]).await.expect("a server");
    let alone = Server::https_as(site(), &own).await.expect("a server");
    let misnamed =
        Server::https_as(site(), &authority.issue_for_another_name(&["localhost"]).expect("a certificate")).await.expect("a server");
    let expired = Server::https_as(site(), &authority.issue_expired(&["localhost"]).expect("a certificate")).await.expect("a server");
    let stranger = Server::https(site(), &Authority::new().expect("an authority"), &["localhost"]).await.expect("a server");

    let mut desk = Desk::new();
    let file = desk.data.path().join("ca.pem");
    fs::write(&file, format!("{}{}", authority.pem(), own.pem())).expect("written");
    desk.config.ca_file = Some(file);
    let window = desk.open(at(&issued, "/").as_str()).await;
    for trusted in [&issued, &alone] {
        let asked = window.transport(&origin(trusted)).await.expect("a transport").execute(Request::get("/")).await;
        assert_eq!(asked.expect("trusted").status, StatusCode::OK);
    }
    for (server, kind) in [
        (&misnamed, TransportErrorKind::TlsNameMismatch { names: Vec::new() }),
        (&expired, TransportErrorKind::TlsExpired { when: None, not_yet: false }),
        (&stranger, TransportErrorKind::TlsUntrusted { issuer: None, intercepted: false }),
    ] {
        let asked = window.transport(&origin(server)).await.expect("a transport").execute(Request::get("/")).await;
        assert_eq!(asked.expect_err("not trusted").kind, kind);
        assert!(server.requests().is_empty(), "nothing was asked of a server that is not trusted");
    }
    drop(window);

    // and without the file neither is
    desk.config.ca_file = None;
    let window: Arc<dyn Window> = desk.open("about:blank").await;
    for server in [&issued, &alone] {
        let asked = window.transport(&origin(server)).await.expect("a transport").execute(Request::get("/")).await;
        assert!(matches!(asked.expect_err("not trusted").kind, TransportErrorKind::TlsUntrusted { .. }));
    }
}
