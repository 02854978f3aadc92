//! A server that repeats the credential does not get it into the report.

use http::{HeaderMap, StatusCode};
use practice::confluence::{Confluence, Who};
use practice::{Fault, markers};

use crate::harness::*;

#[tokio::test]
async fn echoed_secrets_are_masked() {
    let password = Who::Super.password();
    let pair = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(format!("{}:{password}", Who::Super.username()))
    };
    for echo in [format!("bad password {password}"), format!("Authorization: Basic {pair}"), pair.clone()] {
        let wiki = Confluence::builder().data_center("9.2").start().await.expect("a practice server");
        let body = serde_json::json!({ "message": echo }).to_string();
        wiki.server().faults().on("/rest/api/user/current", Fault::answer(StatusCode::UNAUTHORIZED, "application/json", body));
        let report = report_of(&wiki, basic(Who::Super)).await;
        assert!(detail(&report, "credential", "server_says").is_some_and(|words| words.contains("[hidden]")), "{}", told(&report));
    }
}

#[tokio::test]
async fn practice_really_carries_markers() {
    let wiki = Confluence::builder().data_center("9.2").start().await.expect("a practice server");
    report_of(&wiki, pat(Who::Super)).await;
    let sent =
        |headers: &HeaderMap| headers.values().any(|value| !markers::found_in(&String::from_utf8_lossy(value.as_bytes())).is_empty());
    assert!(wiki.server().requests().iter().any(|seen| sent(&seen.headers)), "or this search could not find anything");
}
