use super::*;

fn response(status: u16, kind: &str, body: &str) -> Response {
    Response {
        status: http::StatusCode::from_u16(status).expect("a status"),
        headers: [(http::header::CONTENT_TYPE, kind.parse().expect("a header value"))].into_iter().collect(),
        body: body.to_owned().into(),
        url: Url::parse("https://login.microsoftonline.com/x/oauth2/v2.0/token").expect("a URL"),
        received_at: Timestamp::UNIX_EPOCH,
    }
}

fn parse(status: u16, body: &str) -> Option<Refusal> {
    Refusal::from_response(Stage::Token, &response(status, "application/json; charset=utf-8", body))
}

/// A body in the shape of Entra's, with the ids behind the sentence as they come: on lines of their own, or not.
fn body(error: &str, code: u32, text: &str, separator: &str, more: &str) -> String {
    let description = format!(
        "AADSTS{code}: {text}{separator}Trace ID: 0a1b2c3d-0000-4000-8000-00000000aaaa{separator}Correlation ID: 0a1b2c3d-0000-4000-8000-00000000bbbb{separator}Timestamp: 2026-03-02 11:12:13Z"
    );
    format!(
        r#"{{"error":"{error}","error_description":{},"error_codes":[{code}],"timestamp":"2026-03-02 11:12:13Z","trace_id":"0a1b2c3d-0000-4000-8000-00000000aaaa","correlation_id":"0a1b2c3d-0000-4000-8000-00000000bbbb","error_uri":"https://login.microsoftonline.com/error?code={code}"{more}}}"#,
        Value::from(description)
    )
}

#[test]
fn every_part_of_a_refusal_is_read() {
    for separator in ["\r\n", " "] {
        let claims = r#"{"access_token":{"capolids":{"essential":true,"values":["7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20"]}}}"#;
        let more = format!(r#","suberror":"message_only","claims":{}"#, Value::from(claims));
        let refusal =
            parse(400, &body("invalid_grant", 53003, "Access has been blocked by Conditional Access policies.", separator, &more))
                .expect("a refusal");
        assert_eq!(refusal.error, "invalid_grant");
        assert_eq!(refusal.suberror.as_deref(), Some("message_only"));
        assert_eq!(refusal.codes, [53003]);
        assert_eq!(refusal.claims.as_deref(), Some(claims));
        assert_eq!(refusal.trace_id.as_ref().map(SafeText::as_str), Some("0a1b2c3d-0000-4000-8000-00000000aaaa"));
        assert_eq!(refusal.correlation_id.as_ref().map(SafeText::as_str), Some("0a1b2c3d-0000-4000-8000-00000000bbbb"));
        assert_eq!(refusal.timestamp.as_ref().map(SafeText::as_str), Some("2026-03-02 11:12:13Z"));
        assert_eq!(
            refusal.description.as_ref().map(SafeText::as_str),
            Some("AADSTS53003: Access has been blocked by Conditional Access policies.")
        );
        assert_eq!((refusal.cause(), refusal.status), (Cause::EntraConditionalAccess, Some(400)));
        assert_eq!(refusal.to_string(), "invalid_grant (AADSTS53003)");
    }
}

#[test]
fn the_number_that_says_most_wins() {
    let of = |body: &str| parse(400, body).expect(body).code();
    assert_eq!(of(r#"{"error":"invalid_client","error_codes":[70002,70008]}"#), Some(70008));
    assert_eq!(of(r#"{"error":"invalid_grant","error_codes":[50011,7000218]}"#), Some(7_000_218));
    assert_eq!(of(r#"{"error":"invalid_grant","error_codes":[50011,99999999]}"#), Some(50011), "a known one before a longer unknown one");
    assert_eq!(of(r#"{"error":"invalid_grant","error_description":"AADSTS70002: x. AADSTS50012: y."}"#), Some(50012));
    assert_eq!(of(r#"{"error":"invalid_grant","error_codes":["65001"]}"#), Some(65001), "a number in quotes");
    assert_eq!(of(r#"{"error":"invalid_grant"}"#), None);
    // no `error` at all, and a description that names no number of ours
    assert_eq!(of(r#"{"something":"x","error_description":"AADSTS991: no such thing","error_codes":[90010]}"#), Some(90010));
}

#[test]
fn without_a_known_number_the_words_decide() {
    let table = [
        (400, r#"{"error":"invalid_grant","suberror":"consent_required"}"#, Cause::EntraConsentRequired),
        (400, r#"{"error":"interaction_required","suberror":"basic_action"}"#, Cause::EntraMfaRequired),
        (400, r#"{"error":"invalid_grant","suberror":"bad_token"}"#, Cause::EntraSessionExpired),
        (400, r#"{"error":"invalid_grant","suberror":"token_expired"}"#, Cause::EntraSessionExpired),
        (400, r#"{"error":"invalid_grant","suberror":"user_password_expired"}"#, Cause::EntraPasswordExpired),
        (400, r#"{"error":"invalid_grant","suberror":"device_authentication_failed"}"#, Cause::EntraDeviceRequired),
        (400, r#"{"error":"consent_required"}"#, Cause::EntraConsentRequired),
        (400, r#"{"error":"invalid_tenant"}"#, Cause::EntraTenantNotFound),
        (400, r#"{"error":"invalid_resource"}"#, Cause::EntraResourceNotAvailable),
        (503, r#"{"error":"temporarily_unavailable"}"#, Cause::EntraTemporarilyUnavailable),
        (429, r#"{"error":"too_many_requests"}"#, Cause::ServerThrottled),
        (500, r#"{"error":"unknown"}"#, Cause::EntraTemporarilyUnavailable),
        (400, r#"{"error":"invalid_grant","error_codes":[12345678]}"#, Cause::EntraRefused),
    ];
    for (status, body, cause) in table {
        assert_eq!(parse(status, body).expect(body).cause(), cause, "{body}");
    }
}

#[test]
fn what_is_no_refusal_is_not_taken_for_one() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"access_token":"x"}"#,
        r#"{"error":7}"#,
        "<!doctype html><title>Guest network</title>",
        r#"{"error":"""#,
    ] {
        assert_eq!(parse(400, body), None, "{body}");
    }
}

#[test]
fn hostile_values_are_dropped_or_masked() {
    let body = r#"{"error":"<script>","suberror":"a b","error_description":"no access_token=S3CRET-TOKEN here","error_codes":[-1,4.5,"x",99999999999,50011],"trace_id":7}"#;
    let refusal = parse(400, body).expect("a refusal");
    assert_eq!((refusal.error.as_str(), refusal.suberror.as_deref(), refusal.codes.as_slice()), ("", None, [50011].as_slice()));
    assert!(!format!("{refusal:?} {refusal}").contains("S3CRET"));
}

#[test]
fn the_return_address_brings_refusals_too() {
    let declined = Refusal::from_redirect(
        "access_denied",
        Some("cancel"),
        Some(
            "AADSTS65004: User declined to consent to access the app.\r\nTrace ID: t-1\r\nCorrelation ID: c-1\r\nTimestamp: 2026-03-02 11:12:13Z",
        ),
    );
    assert_eq!((declined.cause(), declined.code()), (Cause::EntraConsentDeclined, Some(65004)));
    assert_eq!(declined.trace_id.as_ref().map(SafeText::as_str), Some("t-1"));
    // pressing Cancel outweighs any number
    assert_eq!(Refusal::from_redirect("access_denied", Some("cancel"), Some("AADSTS50105: x")).cause(), Cause::EntraConsentDeclined);
    assert_eq!(Refusal::from_redirect("access_denied", None, Some("AADSTS50105: x")).cause(), Cause::EntraUserNotAssigned);
    assert_eq!(Refusal::from_redirect("access_denied", None, None).cause(), Cause::EntraConsentDeclined);
    assert_eq!(Refusal::from_redirect("server_error", None, None).cause(), Cause::EntraTemporarilyUnavailable);
}
