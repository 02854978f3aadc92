use std::sync::Mutex;

use preflight::Cause;
use serde_json::json;
use transport::{ScriptedNetwork, TransportErrorKind, Want};

use super::*;
use crate::testing::{CLIENT, Outside, TENANT, document, read};
use crate::{Authority, Cloud, Tenant, discover};

fn code(fields: &[(&str, serde_json::Value)]) -> Want {
    let mut body = json!({
        "user_code": "FJ3KQW7MN", "device_code": "S3CRET-DEVICE-CODE", "verification_uri": "https://microsoft.com/devicelogin",
        "expires_in": 900, "interval": 5, "message": "To sign in, use a web browser …",
    });
    for (name, value) in fields {
        body[*name] = value.clone();
    }
    Want::post(&format!("/{TENANT}/oauth2/v2.0/devicecode")).answer(200, &body.to_string())
}

fn keys() -> Want {
    Want::get(&format!("/{TENANT}/discovery/v2.0/keys")).answer(200, r#"{"keys":[]}"#)
}

fn token() -> Want {
    Want::post(&format!("/{TENANT}/oauth2/v2.0/token"))
}

fn refused(error: &str, number: u32) -> Want {
    let body = json!({"error": error, "error_description": format!("AADSTS{number}: words"), "error_codes": [number]});
    token().answer(400, &body.to_string())
}

fn pending() -> Want {
    refused("authorization_pending", 70016)
}

struct Run {
    error: SignInError,
    took: Duration,
    prompts: Vec<Option<UserPrompt>>,
    outside: Outside<ScriptedNetwork>,
}

async fn run(script: Vec<Want>, person: impl AsyncFnOnce(&Outside<ScriptedNetwork>)) -> Run {
    let document = Want::get("/").answer(200, &document("https://login.microsoftonline.com").to_string());
    let network = ScriptedNetwork::new(std::iter::once(document).chain(script));
    let outside = Outside::new(network, jiff::Timestamp::UNIX_EPOCH);
    let authority = Authority::of(Cloud::Public, Tenant::parse(TENANT).expect("a GUID"));
    let prompts = Mutex::new(Vec::new());
    let client_id = ClientId::parse(CLIENT).expect("a GUID");
    let site = Resource::new(Origin::parse("https://heather.sharepoint.com").expect("an origin"));
    let prompt = |prompt| prompts.lock().expect("not poisoned").push(prompt);
    let (error, took) = {
        let cx = outside.cx();
        let metadata = discover(&cx, &authority).await.expect("a tenant");
        let begun = Instant::now();
        let sign_in = sign_in_device_code(&cx, &metadata, &client_id, &site, &prompt);
        let (result, ()) = tokio::join!(sign_in, person(&outside));
        (result.expect_err("nobody signs in here"), begun.elapsed())
    };
    Run { error, took, prompts: prompts.into_inner().expect("not poisoned"), outside }
}

#[tokio::test(start_paused = true)]
async fn it_asks_at_the_pace_that_the_server_wants_and_survives_the_network() {
    use Cause as C;
    let not_reached = || token().fails(TransportErrorKind::Timeout);
    let slow_down = || token().answer(400, r#"{"error":"slow_down"}"#);
    let expired = || refused("expired_token", 70020);
    let portal = || token().header("content-type", "text/html").answer(200, "<html>Please sign in to this network</html>");
    let interval = |seconds: u64| code(&[("interval", json!(seconds))]);
    let table = [
        ("at its pace", vec![code(&[]), keys(), pending(), pending(), expired()], 15, C::EntraDeviceCodeExpired),
        ("at least a second", vec![interval(0), keys(), pending(), expired()], 2, C::EntraDeviceCodeExpired),
        (
            "slower when asked to, and it stays slower",
            vec![interval(1), keys(), slow_down(), pending(), expired()],
            13,
            C::EntraDeviceCodeExpired,
        ),
        (
            "backing off while nothing is reached",
            vec![interval(1), keys(), not_reached(), not_reached(), pending(), expired()],
            8,
            C::EntraDeviceCodeExpired,
        ),
        ("a portal in between", vec![interval(1), keys(), portal(), expired()], 3, C::EntraDeviceCodeExpired),
        ("declined", vec![code(&[]), keys(), token().answer(400, r#"{"error":"authorization_declined"}"#)], 5, C::EntraConsentDeclined),
        ("blocked", vec![code(&[]), keys(), refused("access_denied", 53003)], 5, C::EntraDeviceCodeBlocked),
        ("blocked by a device rule", vec![code(&[]), keys(), refused("invalid_grant", 530_033)], 5, C::EntraDeviceCodeBlocked),
        ("not a public client", vec![code(&[]), keys(), refused("invalid_client", 7_000_218)], 5, C::EntraPublicClientDisabled),
        ("not known", vec![code(&[]), keys(), token().answer(400, r#"{"error":"bad_verification_code"}"#)], 5, C::EntraRefused),
        ("its time is over", vec![code(&[("expires_in", json!(12))]), keys(), pending(), pending()], 12, C::EntraDeviceCodeExpired),
        ("not reached to the end", vec![code(&[("expires_in", json!(8))]), keys(), not_reached()], 8, C::NetworkTimeout),
        (
            "no code at all",
            vec![Want::post("/").answer(400, r#"{"error":"invalid_client","error_codes":[700016]}"#)],
            0,
            C::EntraAppNotFound,
        ),
        (
            "a page of a stranger",
            vec![code(&[("verification_uri", json!("http://login.evil.test/device"))])],
            0,
            C::NetworkUnexpectedAnswer,
        ),
    ];
    for (name, script, seconds, cause) in table {
        let run = run(script, async |_| ()).await;
        let fail = preflight::Fail::from(run.error);
        assert_eq!((fail.cause, run.took.as_secs()), (cause, seconds), "{name}: {}", read(&fail));
        assert_eq!(run.outside.network.left(), 0, "{name}");
        assert_eq!(run.prompts.last().cloned().flatten(), None, "{name}: nobody is wanted any more");
    }
}

#[tokio::test(start_paused = true)]
async fn the_code_is_shown_and_no_browser_is_opened() {
    let run = run(vec![code(&[]), keys(), refused("expired_token", 70020)], async |_| ()).await;
    let shown = run.prompts.first().cloned().flatten();
    let expires_at = jiff::Timestamp::from_second(900).expect("in range");
    let url = Url::parse("https://microsoft.com/devicelogin").expect("a URL");
    assert_eq!(shown, Some(UserPrompt::DeviceCode { code: "FJ3KQW7MN".to_owned(), url, expires_at }));
    assert!(run.outside.opener.opened().is_empty());
    assert!(!format!("{:?} {:?}", run.prompts, run.error).contains("S3CRET"));
}

#[tokio::test(start_paused = true)]
async fn what_only_the_page_says_can_be_typed() {
    let run = run(vec![code(&[]), keys()], async |outside| {
        outside.person.send(Reply::Pasted(Secret::new("nothing of that kind".to_owned()))).expect("it waits");
        outside.person.notice().wait_for(Option::is_some).await.expect("it runs");
        outside.person.send(Reply::Pasted(Secret::new("AADSTS50105".to_owned()))).expect("it waits");
    })
    .await;
    assert_eq!(preflight::Fail::from(run.error).cause, Cause::EntraUserNotAssigned);
}
