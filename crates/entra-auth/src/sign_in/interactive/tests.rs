use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use preflight::{Cause, Fail};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use transport::{Response, ScriptedNetwork, Want};

use super::*;
use crate::sign_in::proof::clock_skew;
use crate::testing::{CLIENT, Outside, TENANT, document};
use crate::{Authority, Cloud, Tenant, discover};

/// Where the prompts of a sign-in go.
#[derive(Default)]
struct Prompts(Mutex<Vec<Option<UserPrompt>>>);

impl Prompts {
    fn take(&self) -> impl Fn(Option<UserPrompt>) + Send + Sync {
        |prompt| self.0.lock().expect("not poisoned").push(prompt)
    }

    fn last(&self) -> Option<UserPrompt> {
        self.0.lock().expect("not poisoned").last().cloned().flatten()
    }

    fn count(&self) -> usize {
        self.0.lock().expect("not poisoned").len()
    }
}

fn query(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

fn keys() -> Want {
    Want::get(&format!("/{TENANT}/discovery/v2.0/keys")).answer(200, r#"{"keys":[]}"#)
}

fn token(answer: &str, status: u16) -> Want {
    Want::post(&format!("/{TENANT}/oauth2/v2.0/token")).answer(status, answer)
}

async fn metadata(form_post: bool) -> Metadata {
    let mut document = document("https://login.microsoftonline.com");
    if !form_post {
        document["response_modes_supported"] = json!(["query", "fragment"]);
    }
    let outside = Outside::new(ScriptedNetwork::new([Want::get("/").answer(200, &document.to_string())]), Timestamp::UNIX_EPOCH);
    discover(&outside.cx(), &Authority::of(Cloud::Public, Tenant::parse(TENANT).expect("a GUID"))).await.expect("a tenant")
}

/// Runs a sign-in beside a person who acts on what is prompted.
async fn run<T>(
    outside: &Outside<ScriptedNetwork>,
    metadata: &Metadata,
    hint: &AccountHint,
    person: impl AsyncFnOnce(&Prompts, Url) -> T,
) -> (Result<SignedIn, SignInError>, T, usize) {
    let prompts = Prompts::default();
    let client_id = ClientId::parse(CLIENT).expect("a GUID");
    let site = Resource::new(Origin::parse("https://heather.sharepoint.com").expect("an origin"));
    let cx = outside.cx();
    let take = prompts.take();
    let sign_in = sign_in_interactive(&cx, metadata, &client_id, &site, hint, Window::Default, &take);
    let person = async {
        let url = loop {
            if let Some(UserPrompt::SystemBrowser { url, .. }) = prompts.last() {
                break url;
            }
            tokio::task::yield_now().await;
        };
        person(&prompts, url).await
    };
    let (result, said) = tokio::join!(sign_in, person);
    (result, said, prompts.count())
}

fn outside(script: impl IntoIterator<Item = Want>) -> Outside<ScriptedNetwork> {
    Outside::new(ScriptedNetwork::new(script), Timestamp::UNIX_EPOCH)
}

fn paste(outside: &Outside<ScriptedNetwork>, text: &str) {
    outside.person.send(Reply::Pasted(Secret::new(text.to_owned()))).expect("the sign-in waits");
}

/// Waits until the sign-in has said something about the last paste.
async fn notice(outside: &Outside<ScriptedNetwork>) -> String {
    let mut notice = outside.person.notice();
    let said = tokio::time::timeout(Duration::from_secs(30), notice.wait_for(Option::is_some)).await;
    let said = said.expect("it is told").expect("the sign-in runs");
    said.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[tokio::test]
async fn a_code_of_another_cloud_is_redeemed_there_and_at_no_strange_host() {
    let refused = || token(r#"{"error":"invalid_grant","error_description":"AADSTS54005: x"}"#, 400);
    let government = document("https://login.microsoftonline.us").to_string();
    for (host, elsewhere) in [("login.microsoftonline.us", true), ("login.windows.net", false), ("login.evil.example", false)] {
        let script = if elsewhere {
            vec![keys(), Want::get(&format!("/{TENANT}/v2.0/.well-known/openid-configuration")).answer(200, &government), keys(), refused()]
        } else {
            vec![keys(), refused()]
        };
        let outside = outside(script);
        let metadata = metadata(true).await;
        let (result, (), _) = run(&outside, &metadata, &AccountHint::Choose, async |_, url| {
            let state = query(&url)["state"].clone();
            let form = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("code", "S3CRET-CODE"), ("state", &state), ("cloud_instance_host_name", host)])
                .finish();
            paste(&outside, &format!("?{form}"));
        })
        .await;
        assert!(matches!(result, Err(SignInError::Refused(_))), "{host}: {result:?}");
        let seen = outside.network.seen();
        let asked_at = |origin: &str| seen.iter().any(|line| line.contains(origin) && line.contains("/token"));
        assert!(asked_at(if elsewhere { "login.microsoftonline.us" } else { "login.microsoftonline.com" }), "{host}: {seen:?}");
        assert!(seen.iter().all(|line| !line.contains("evil")), "{host}: {seen:?}");
    }
}

#[tokio::test]
async fn the_page_asked_for_is_protected_and_complete() {
    for form_post in [true, false] {
        for (hint, name, value) in [
            (AccountHint::Choose, "prompt", "select_account"),
            (AccountHint::Expected("ada@heather.example".to_owned()), "login_hint", "ada@heather.example"),
        ] {
            let outside = outside([keys()]);
            let metadata = metadata(form_post).await;
            let (_, url, _) = run(&outside, &metadata, &hint, async |_, url| {
                paste(&outside, "50011");
                url
            })
            .await;
            assert!(url.as_str().starts_with(&format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize?")));
            let query = query(&url);
            assert_eq!(query["client_id"], CLIENT);
            assert_eq!(query["response_type"], "code");
            assert_eq!(query["response_mode"], if form_post { "form_post" } else { "query" });
            assert_eq!(query["scope"], "https://heather.sharepoint.com/.default openid profile offline_access");
            assert_eq!(query["code_challenge_method"], "S256");
            assert_eq!(query["code_challenge"].len(), 43, "the base64url of 32 bytes");
            assert!(query["state"].len() >= 22 && query["nonce"].len() >= 22, "at least 128 bits");
            assert!(query["redirect_uri"].starts_with("http://localhost:") && !query["redirect_uri"].ends_with('/'));
            assert_eq!(query[name], value);
            assert!(!(query.contains_key("prompt") && query.contains_key("login_hint")), "Entra takes only one of them");
        }
    }
}

#[tokio::test]
async fn an_error_that_only_the_page_shows_can_be_pasted() {
    for text in ["50011", "AADSTS50011: The redirect URI 'http://localhost:1' specified in the request does not match"] {
        let outside = outside([keys()]);
        let (result, (), prompts) = run(&outside, &metadata(true).await, &AccountHint::Choose, async |_, _| paste(&outside, text)).await;
        let error = result.expect_err("refused");
        let fail = error.explain();
        assert_eq!(fail.cause, Cause::EntraRedirectUri);
        assert_eq!(prompts, 2, "the prompt is taken back");
    }
}

#[tokio::test]
async fn what_is_pasted_in_vain_is_told_and_waited_on() {
    let outside = outside([keys()]);
    run(&outside, &metadata(true).await, &AccountHint::Choose, async |_, url| {
        paste(&outside, "hello");
        assert!(notice(&outside).await.starts_with("That is neither the address"));
        paste(&outside, &format!("{}/?code=S3CRET-CODE&state=S3CRET-OTHER", query(&url)["redirect_uri"]));
        let mut notices = outside.person.notice();
        let told = tokio::time::timeout(
            Duration::from_secs(30),
            notices.wait_for(|notice| notice.as_ref().is_some_and(|notice| notice.as_str().contains("another sign-in"))),
        )
        .await;
        told.expect("it is told").expect("the sign-in runs");
        paste(&outside, "50105");
    })
    .await
    .0
    .expect_err("refused at last");
}

#[tokio::test]
async fn an_address_without_an_answer_brings_a_link_whose_answer_can_be_copied() {
    let refused = r#"{"error":"invalid_grant","error_codes":[54005]}"#;
    let outside = outside([keys(), token(refused, 400)]);
    let (result, (), _) = run(&outside, &metadata(true).await, &AccountHint::Choose, async |prompts, first| {
        let address = query(&first)["redirect_uri"].clone();
        paste(&outside, &address);
        assert!(notice(&outside).await.starts_with("This address holds no answer"));
        let Some(UserPrompt::SystemBrowser { url, opened: false }) = prompts.last() else { panic!("no new link") };
        let second = query(&url);
        assert_eq!(second["response_mode"], "query");
        for same in ["state", "nonce", "code_challenge", "redirect_uri"] {
            assert_eq!(second[same], query(&first)[same], "{same}");
        }
        paste(&outside, &format!("{address}/?code=S3CRET-CODE&state={}", second["state"]));
    })
    .await;
    assert_eq!(result.expect_err("the script refuses").explain().cause, Cause::EntraSessionExpired);
    assert_eq!(outside.network.left(), 0);
}

#[tokio::test]
async fn a_browser_that_does_not_open_is_no_end() {
    let mut outside = outside([keys()]);
    outside.opener.broken = true;
    let (result, opened, _) = run(&outside, &metadata(true).await, &AccountHint::Choose, async |prompts, _| {
        let Some(UserPrompt::SystemBrowser { opened, .. }) = prompts.last() else { panic!("no prompt") };
        paste(&outside, "50105");
        opened
    })
    .await;
    assert!(!opened);
    assert_eq!(result.expect_err("refused").explain().cause, Cause::EntraUserNotAssigned);
}

#[tokio::test]
async fn answers_of_the_token_endpoint_are_told_apart() {
    let refusal = |error: &str, code: u32, more: &str| {
        format!(
            r#"{{"error":"{error}","error_description":"AADSTS{code}: text with S3CRET?\r\nTrace ID: t-1","error_codes":[{code}]{more}}}"#
        )
    };
    let table = [
        (400, refusal("invalid_client", 7_000_218, ""), Cause::EntraPublicClientDisabled),
        (400, refusal("invalid_grant", 65001, r#","suberror":"consent_required""#), Cause::EntraConsentRequired),
        (400, refusal("interaction_required", 53003, ""), Cause::EntraConditionalAccess),
        (503, refusal("temporarily_unavailable", 90033, ""), Cause::EntraTemporarilyUnavailable),
        (200, "<!doctype html><title>Guest network</title>".to_owned(), Cause::NetworkUnexpectedAnswer),
        (200, "{}".to_owned(), Cause::NetworkUnexpectedAnswer),
        (200, r#"{"token_type":"mac","access_token":"S3CRET-TOKEN"}"#.to_owned(), Cause::NetworkUnexpectedAnswer),
        (200, r#"{"token_type":"Bearer","access_token":"S3CRET-TOKEN"}"#.to_owned(), Cause::EntraIdTokenInvalid),
        (200, r#"{"token_type":"Bearer","access_token":"S3CRET-TOKEN","id_token":"S3CRET-ID"}"#.to_owned(), Cause::EntraIdTokenInvalid),
        (302, String::new(), Cause::NetworkUnexpectedAnswer),
        (502, String::new(), Cause::EntraTemporarilyUnavailable),
    ];
    for (status, body, cause) in table {
        let outside = outside([keys(), token(&body, status)]);
        let (result, page, _) = run(&outside, &metadata(true).await, &AccountHint::Choose, async |_, url| {
            let query = query(&url);
            deliver(&query["redirect_uri"], &format!("code=S3CRET-CODE&state={}", query["state"])).await
        })
        .await;
        let error = result.expect_err(&body);
        let fail = Fail::from(error);
        assert_eq!(fail.cause, cause, "{body}");
        assert!(page.contains("The sign-in did not work") && page.contains(&fail.summary.as_str().replace('\'', "&#39;")), "{page}");
        assert!(!format!("{fail:?} {page}").contains("S3CRET"), "{fail:?}");
    }
}

/// Brings an answer to the return address, as the browser's form post does.
async fn deliver(redirect_uri: &str, parameters: &str) -> String {
    let authority = redirect_uri.strip_prefix("http://").expect("a return address");
    let port = authority.rsplit_once(':').expect("a port").1;
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).await.expect("open");
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{parameters}",
        parameters.len()
    );
    stream.write_all(request.as_bytes()).await.expect("taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("text");
    answer
}

/// Signs in in a window of its own, in which these things happen.
async fn in_a_window(happens: impl IntoIterator<Item = WindowEvent>, broken: bool) -> (Result<SignedIn, SignInError>, Option<SafeText>) {
    let mut outside = outside([keys()]);
    outside.opener.broken = broken;
    outside.opener.happens = Mutex::new(happens.into_iter().collect());
    let metadata = metadata(true).await;
    let client_id = ClientId::parse(CLIENT).expect("a GUID");
    let site = Resource::new(Origin::parse("https://heather.sharepoint.com").expect("an origin"));
    let (cx, notice) = (outside.cx(), outside.person.notice());
    let sign_in = sign_in_interactive(&cx, &metadata, &client_id, &site, &AccountHint::Choose, Window::Dedicated, &|_| ());
    if broken {
        // it waits on, as it does without any browser
        let mut sign_in = std::pin::pin!(sign_in);
        while notice.borrow().is_none() {
            assert!(futures::poll!(sign_in.as_mut()).is_pending());
        }
        let told = notice.borrow().clone();
        return (Err(SignInError::NoRefreshToken), told);
    }
    (sign_in.await, None)
}

#[tokio::test]
async fn an_error_page_in_a_window_of_our_own_is_read_by_itself() {
    let page = |text: &str| WindowEvent::Error(Secret::new(text.to_owned()));
    let events = [page("Sign in to your account"), page("AADSTS50011: The redirect URI is not registered. Trace ID: t-1")];
    let error = in_a_window(events, false).await.0.expect_err("refused");
    let SignInError::Refused(refusal) = &error else { panic!("{error:?}") };
    assert_eq!((refusal.code(), refusal.app.is_some()), (Some(50011), true));
    assert_eq!(error.explain().cause, Cause::EntraRedirectUri);
}

#[tokio::test(start_paused = true)]
async fn closing_the_window_cancels_the_sign_in() {
    let error = in_a_window([WindowEvent::Closed], false).await.0.expect_err("cancelled");
    assert_eq!(error.explain().cause, Cause::EntraConsentDeclined);
}

#[tokio::test]
async fn a_window_that_cannot_be_opened_is_told_and_the_address_is_shown() {
    let told = in_a_window([], true).await.1.expect("a notice");
    assert!(told.as_str().contains("open the address in any browser"), "{told}");
}

#[tokio::test]
async fn dropping_it_leaves_no_listener() {
    let outside = outside([keys()]);
    let metadata = metadata(true).await;
    let client_id = ClientId::parse(CLIENT).expect("a GUID");
    let site = Resource::new(Origin::parse("https://heather.sharepoint.com").expect("an origin"));
    let prompts = Prompts::default();
    let take = prompts.take();
    let cx = outside.cx();
    {
        let mut sign_in =
            std::pin::pin!(sign_in_interactive(&cx, &metadata, &client_id, &site, &AccountHint::Choose, Window::Default, &take));
        while prompts.last().is_none() {
            assert!(futures::poll!(sign_in.as_mut()).is_pending());
        }
    }
    let Some(UserPrompt::SystemBrowser { url, .. }) = prompts.last() else { panic!("no prompt") };
    let port = query(&url)["redirect_uri"].rsplit_once(':').expect("a port").1.to_owned();
    assert!(TcpStream::connect(format!("127.0.0.1:{port}")).await.is_err());
}

#[test]
fn clocks_are_compared_by_the_date_of_the_answer() {
    let now = Timestamp::from_second(1_800_000_000).expect("in range");
    let skew = |date: &str| {
        let mut headers = http::HeaderMap::new();
        headers.insert(http::header::DATE, date.parse().expect("a header value"));
        let url = Url::parse("https://login.microsoftonline.com").expect("a URL");
        let response = Response { status: http::StatusCode::OK, headers, body: bytes::Bytes::new(), url, received_at: now };
        match clock_skew(&response, now) {
            Some(SignInError::ClockSkew { behind, by }) => Some((behind, by.as_secs())),
            _ => None,
        }
    };
    // 1 800 000 000 is 2027-01-15 08:00:00 UTC
    assert_eq!(skew("Fri, 15 Jan 2027 08:00:00 GMT"), None);
    assert_eq!(skew("Fri, 15 Jan 2027 08:02:00 GMT"), None);
    assert_eq!(skew("Fri, 15 Jan 2027 07:58:00 GMT"), None);
    assert_eq!(skew("Fri, 15 Jan 2027 08:02:01 GMT"), Some((true, 121)));
    assert_eq!(skew("Fri, 15 Jan 2027 07:00:00 GMT"), Some((false, 3600)));
    assert_eq!(skew("yesterday"), None);
}
