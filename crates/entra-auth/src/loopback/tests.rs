use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

const STATE: &str = "S3CRET-STATE";

/// Runs a test against a listener, which ends with it.
async fn with_listener<T>(test: impl AsyncFnOnce(u16, &mut mpsc::Receiver<Arrival>) -> T) -> T {
    let loopback = Loopback::bind().await.expect("a free port");
    let port = loopback.port;
    assert_eq!(loopback.redirect_uri(), format!("http://localhost:{port}"));
    let state = State::new(STATE.to_owned());
    let (sender, mut arrivals) = mpsc::channel(4);
    let stop = CancellationToken::new();
    let test = async {
        let result = test(port, &mut arrivals).await;
        stop.cancel();
        result
    };
    tokio::join!(loopback.serve(&state, sender, stop.clone()), test).1
}

/// Sends bytes and reads to the end.
async fn send(address: SocketAddr, request: impl AsRef<str>) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the listener is open");
    stream.write_all(request.as_ref().as_bytes()).await.expect("it takes the request");
    let mut answer = Vec::new();
    // one that is refused while it still sends is reset after the answer
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8(answer).expect("text")
}

fn v4(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn get(port: u16, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n")
}

fn post(port: u16, kind: &str, body: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

const FORM: &str = "application/x-www-form-urlencoded";

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

fn signed_in() -> Page {
    Page::SignedIn { name: "Ada Brook".into(), account: "ada@heather.example".into() }
}

/// Takes the next answer and says how it went.
async fn settle(arrivals: &mut mpsc::Receiver<Arrival>) -> Answer {
    match arrivals.recv().await.expect("the listener runs") {
        Arrival::Answer(answer, page) => {
            page.send_replace(Some(signed_in()));
            answer
        }
        Arrival::Stranger => panic!("a stranger"),
    }
}

#[tokio::test]
async fn the_answer_arrives_by_query_and_by_form_post_on_either_address() {
    let parameters = format!("code=S3CRET-CODE&state={STATE}&session_state=x");
    for by_form in [false, true] {
        for address in [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))] {
            let (answer, code) = with_listener(async |port, arrivals| {
                let request = if by_form {
                    post(port, &format!("{FORM}; charset=utf-8"), &parameters)
                } else {
                    get(port, &format!("/?{parameters}"))
                };
                let address = SocketAddr::new(address.ip(), port);
                tokio::join!(send(address, &request), settle(arrivals))
            })
            .await;
            assert!(matches!(&code, Answer::Code(code, None) if code.inspect(|code| code == "S3CRET-CODE")));
            assert_eq!(status(&answer), "200", "{answer}");
            assert!(answer.contains("Signed in as Ada Brook (ada@heather.example)."), "{answer}");
            assert!(!answer.contains("S3CRET"), "{answer}");
            let head = answer.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
            for header in [
                "content-type: text/html; charset=utf-8",
                "content-security-policy: default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                "cache-control: no-store",
                "x-frame-options: deny",
                "x-content-type-options: nosniff",
                "referrer-policy: no-referrer",
                "connection: close",
            ] {
                assert!(head.contains(header), "{header}: {head}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_with_a_wrong_state_is_told_and_waited_on() {
    with_listener(async |port, arrivals| {
        for wrong in ["code=x&state=S3CRET-OTHER", "code=x", "error=access_denied", "error=access_denied&state=S3CRET-OTHER"] {
            for request in [get(port, &format!("/?{wrong}")), post(port, FORM, wrong)] {
                let answer = send(v4(port), &request).await;
                assert_eq!(status(&answer), "400", "{wrong}");
                assert!(answer.contains("This is not the sign-in Wayleave waits for") && !answer.contains("S3CRET"), "{answer}");
                assert!(matches!(arrivals.recv().await, Some(Arrival::Stranger)), "{wrong}");
            }
        }
        let (answer, code) = tokio::join!(send(v4(port), get(port, &format!("/?code=x&state={STATE}"))), settle(arrivals));
        assert_eq!(status(&answer), "200");
        assert!(matches!(code, Answer::Code(..)));
    })
    .await;
}

#[tokio::test]
async fn a_second_delivery_is_not_passed_on_and_sees_the_same_page() {
    with_listener(async |port, arrivals| {
        let request = get(port, &format!("/?code=x&state={STATE}"));
        let (first, second, code) = tokio::join!(send(v4(port), &request), send(v4(port), &request), settle(arrivals));
        assert!(matches!(code, Answer::Code(..)));
        for answer in [first, second, send(v4(port), &request).await] {
            assert!(answer.contains("You are signed in"), "{answer}");
        }
        assert!(arrivals.try_recv().is_err());
    })
    .await;
}

#[tokio::test]
async fn a_refusal_arrives_and_its_words_stay_words() {
    let parameters = format!(
        "error=access_denied&error_subcode=cancel&error_description=AADSTS65004%3A+%3Cscript%3Ealert(1)%3C%2Fscript%3E&state={STATE}"
    );
    let answer = with_listener(async |port, arrivals| {
        let request = get(port, &format!("/?{parameters}"));
        let settle = async {
            let Some(Arrival::Answer(Answer::Refused(refusal), page)) = arrivals.recv().await else { panic!("no refusal") };
            assert_eq!(refusal.cause(), preflight::Cause::EntraConsentDeclined);
            page.send_replace(Some(Page::of(Err(&crate::SignInError::Refused(refusal)))));
        };
        tokio::join!(send(v4(port), &request), settle).0
    })
    .await;
    assert!(answer.contains("The sign-in was cancelled in the browser"), "{answer}");
    assert!(!answer.contains("<script"), "{answer}");
}

#[tokio::test]
async fn what_is_not_asked_for_is_refused_and_changes_nothing() {
    with_listener(async |port, arrivals| {
        let large = "x".repeat(LARGEST + 1);
        let table = [
            (get(port, "/favicon.ico"), "404"),
            (get(port, &format!("/callback?code=x&state={STATE}")), "404"),
            (get(port, "/"), "400"),
            (get(port, "/?x=1"), "400"),
            (format!("PUT / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0\r\n\r\n"), "405"),
            (format!("OPTIONS / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"), "405"),
            (post(port, "application/json", "{}"), "415"),
            (post(port, "multipart/form-data; boundary=x", "x"), "415"),
            (post(port, "", &format!("code=x&state={STATE}")), "415"),
            (post(port, FORM, ""), "400"),
            (post(port, FORM, &format!("code={large}&state={STATE}")), "413"),
            (get(port, &format!("/?code={large}&state={STATE}")), "414"),
            (format!("GET /?code=x&state={STATE} HTTP/1.1\r\nHost: evil.test:{port}\r\n\r\n"), "421"),
            (format!("GET /?code=x&state={STATE} HTTP/1.1\r\nHost: localhost.evil.test:{port}\r\n\r\n"), "421"),
            (format!("GET /?code=x&state={STATE} HTTP/1.1\r\nHost: localhost\r\n\r\n"), "421"),
            (format!("GET /?code=x&state={STATE} HTTP/1.1\r\nHost: localhost:1{port}\r\n\r\n"), "421"),
            (format!("GET /?code=x&state={STATE} HTTP/1.0\r\n\r\n"), "421"),
            ("no HTTP at all\r\n\r\n".to_owned(), "400"),
        ];
        for (request, expected) in table {
            let answer = send(v4(port), &request).await;
            assert_eq!(status(&answer), expected, "{}", request.chars().take(120).collect::<String>());
            assert!(arrivals.try_recv().is_err());
        }
        let (answer, _) = tokio::join!(send(v4(port), get(port, &format!("/?code=x&state={STATE}"))), settle(arrivals));
        assert_eq!(status(&answer), "200");
    })
    .await;
}

#[tokio::test]
async fn a_slow_outcome_does_not_keep_the_browser_waiting() {
    let answer = with_listener(async |port, arrivals| {
        let slow = async {
            let arrival = arrivals.recv().await.expect("an answer");
            // nothing else moves now, so the hold is over at once
            tokio::time::pause();
            arrival
        };
        let request = get(port, &format!("/?code=x&state={STATE}"));
        let (answer, arrival) = tokio::join!(send(v4(port), &request), slow);
        drop(arrival);
        answer
    })
    .await;
    assert!(answer.contains("Almost done"), "{answer}");
}

#[tokio::test]
async fn dropping_it_closes_listener_and_connections() {
    let loopback = Loopback::bind().await.expect("a free port");
    let port = loopback.port;
    let state = State::new(STATE.to_owned());
    let (sender, mut arrivals) = mpsc::channel(4);
    let stop = CancellationToken::new();
    let waiting = {
        let mut serve = std::pin::pin!(loopback.serve(&state, sender, stop.clone()));
        let mut waiting = TcpStream::connect(v4(port)).await.expect("open");
        waiting.write_all(get(port, &format!("/?code=x&state={STATE}")).as_bytes()).await.expect("taken");
        tokio::select! {
            () = &mut serve => panic!("it was not told to stop"),
            arrival = arrivals.recv() => assert!(arrival.is_some()),
        }
        waiting
    };
    let mut waiting = waiting;
    let mut rest = Vec::new();
    let read = waiting.read_to_end(&mut rest).await;
    assert!(rest.is_empty(), "{read:?}");
    assert!(TcpStream::connect(v4(port)).await.is_err());
    assert!(TcpStream::connect(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await.is_err());
    assert!(arrivals.recv().await.is_none());
}

#[tokio::test]
async fn connections_that_say_nothing_do_not_delay_the_end() {
    let loopback = Loopback::bind().await.expect("a free port");
    let port = loopback.port;
    let state = State::new(STATE.to_owned());
    let (sender, mut arrivals) = mpsc::channel(4);
    let stop = CancellationToken::new();
    let silent = async {
        // browsers open connections ahead
        let silent = [TcpStream::connect(v4(port)).await.expect("open"), TcpStream::connect(v4(port)).await.expect("open")];
        let (answer, _) = tokio::join!(send(v4(port), get(port, &format!("/?code=x&state={STATE}"))), settle(&mut arrivals));
        stop.cancel();
        (silent, answer)
    };
    let ((), (_silent, answer)) = tokio::join!(loopback.serve(&state, sender, stop.clone()), silent);
    assert_eq!(status(&answer), "200");
}
