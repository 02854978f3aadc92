//! One table of answers to "who is signed in?", for each form of credential.

use super::*;
use crate::testing::{HTML, JSON, answer, tomcat};

const KNOWN: &str = r#"{"type":"known","username":"mwren","userKey":"2c9d","displayName":"Mirela Wren"}"#;
const CLOUD: &str = r#"{"type":"known","accountId":"6241","email":"","publicName":"Mirela","operations":[{"operation":"administer","targetType":"application"}]}"#;
const ANONYMOUS: &str = r#"{"type":"anonymous","displayName":"Anonymous"}"#;

/// Status, headers, body, and what is made of it.
type Row<'a> = (u16, &'a [(&'static str, &'a str)], &'a str, &'a str);

fn told(sent: Option<Sent>, is_cloud: bool, status: u16, headers: &[(&'static str, &str)], body: &str) -> String {
    let asked = Asked { sent, is_cloud, tokens_page: None, login_page: None };
    match judge(&answer(status, headers, body), &asked, "wiki.example.com") {
        Ok(Named::User(user)) => format!("user {}", user.account().unwrap_or_default()),
        Ok(Named::Anonymous) => "anonymous".to_owned(),
        Err(error) => preflight::Explain::explain(&error).cause.to_string(),
    }
}

#[test]
fn data_center_with_a_token() {
    let rows: &[Row<'_>] = &[
        (200, &[JSON, ("x-ausername", "mwren"), ("x-seraph-loginreason", "OK")], KNOWN, "user mwren"),
        (200, &[JSON, ("x-ausername", "anonymous")], ANONYMOUS, "anonymous"),
        (200, &[JSON], ANONYMOUS, "anonymous"),
        (403, &[JSON, ("x-ausername", "anonymous")], r#"{"message":"not permitted to use Confluence"}"#, "confluence.treated-as-anonymous"),
        (401, &[HTML, ("x-ausername", "anonymous")], &tomcat("no"), "confluence.treated-as-anonymous"),
        (302, &[("location", "/login.action"), ("x-ausername", "anonymous")], "", "confluence.treated-as-anonymous"),
        (403, &[JSON], r#"{"message":"not permitted to use Confluence"}"#, "confluence.credential-rejected"),
        (401, &[JSON], "{}", "confluence.credential-rejected"),
        (302, &[("location", "/login.action")], "", "confluence.credential-rejected"),
        (403, &[JSON, ("x-ausername", "plind")], r#"{"message":"not permitted to use Confluence"}"#, "confluence.no-access"),
        (403, &[("x-seraph-loginreason", "AUTHORISATION_FAILED")], "", "confluence.no-access"),
        (302, &[("location", "https://login.microsoftonline.com/x")], "", "confluence.sso-required"),
        (401, &[("www-authenticate", "Negotiate")], "", "confluence.negotiate-required"),
        (200, &[HTML], "<form name=\"authenticateform\"></form>", "confluence.elevation-required"),
        (200, &[HTML], "<html><head><title>Shop</title></head></html>", "address.not-confluence"),
        (200, &[JSON], r#"{"unrelated":1}"#, "network.unexpected-answer"),
        (200, &[JSON], r#"{"username":"mwren","userKey":"2c9d"}"#, "network.unexpected-answer"),
        (200, &[JSON], r#"{"type":"known","username":" ","userKey":""}"#, "network.unexpected-answer"),
        (200, &[JSON], r#"{"type":"known","username":"mwren","operations":null}"#, "user mwren"),
        // somebody else's answer, kept by a box in between
        (200, &[JSON, ("x-ausername", "anonymous")], KNOWN, "confluence.treated-as-anonymous"),
        (200, &[JSON, ("x-seraph-loginreason", "AUTHENTICATED_FAILED")], KNOWN, "confluence.credential-rejected"),
        (200, &[JSON, ("x-seraph-loginreason", "AUTHENTICATED_FAILED, OK")], KNOWN, "user mwren"),
        (200, &[JSON, ("x-seraph-loginreason", "AUTHENTICATION_DENIED")], ANONYMOUS, "confluence.captcha-required"),
        (200, &[JSON], r#"{"type":"known"}"#, "network.unexpected-answer"),
        (404, &[JSON], "{}", "network.unexpected-answer"),
        (503, &[], "<errors/>", "server.maintenance"),
    ];
    for (status, headers, body, expected) in rows {
        assert_eq!(told(Some(Sent::PersonalToken), false, *status, headers, body), *expected, "{status} {headers:?} {body}");
    }
}

#[test]
fn data_center_with_a_password() {
    let rows: &[Row<'_>] = &[
        (200, &[JSON], KNOWN, "user mwren"),
        (
            401,
            &[HTML, ("x-seraph-loginreason", "AUTHENTICATED_FAILED"), ("x-ausername", "anonymous")],
            &tomcat("no"),
            "confluence.credential-rejected",
        ),
        (
            401,
            &[HTML, ("x-seraph-loginreason", "AUTHENTICATED_FAILED, AUTHENTICATION_DENIED")],
            &tomcat("no"),
            "confluence.captcha-required",
        ),
        (
            401,
            &[("x-seraph-loginreason", "AUTHENTICATED_FAILED"), ("x-seraph-loginreason", "AUTHENTICATION_DENIED")],
            "",
            "confluence.captcha-required",
        ),
        (
            403,
            &[("x-authentication-denied-reason", "CAPTCHA_CHALLENGE; login-url=https://wiki.example.com/login.action")],
            "",
            "confluence.captcha-required",
        ),
        (403, &[JSON], r#"{"message":"Basic Authentication has been disabled on this instance."}"#, "confluence.basic-disabled"),
        (403, &[HTML], &tomcat("Basic Auth with password is disabled by the API Token Authentication app"), "confluence.basic-disabled"),
        (401, &[("x-seraph-loginreason", "AUTHORISATION_FAILED")], "", "confluence.no-access"),
        (401, &[("www-authenticate", "Basic realm=\"Extranet\"")], "", "network.unexpected-answer"),
    ];
    for (status, headers, body, expected) in rows {
        assert_eq!(told(Some(Sent::Password), false, *status, headers, body), *expected, "{status} {headers:?} {body}");
    }
}

#[test]
fn cloud() {
    let closed = r#"{"statusCode":403,"message":"403 FORBIDDEN \"Request rejected because caller cannot access Confluence\""}"#;
    let scope = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    let unauthorized = r#"{"code":401,"message":"Unauthorized"}"#;
    let site = Sent::CloudPair;
    let gateway = Sent::GatewayToken;
    let rows: &[(Sent, Row<'_>)] = &[
        (site, (200, &[JSON], CLOUD, "user 6241")),
        (site, (200, &[JSON], ANONYMOUS, "anonymous")),
        (site, (403, &[JSON], closed, "confluence.credential-rejected")),
        (site, (401, &[JSON], unauthorized, "confluence.credential-rejected")),
        (site, (404, &[JSON], "{}", "address.not-confluence")),
        (gateway, (200, &[JSON], CLOUD, "user 6241")),
        (gateway, (401, &[JSON], unauthorized, "confluence.credential-rejected")),
        (gateway, (401, &[JSON, ("x-failure-category", "FAILURE_CLIENT_SCOPE_CHECK")], scope, "confluence.token-scope-missing")),
        (gateway, (401, &[JSON], scope, "confluence.token-scope-missing")),
        (gateway, (403, &[JSON], closed, "confluence.no-access")),
    ];
    for (sent, (status, headers, body, expected)) in rows {
        assert_eq!(told(Some(*sent), true, *status, headers, body), *expected, "{sent:?} {status} {body}");
    }
}

#[test]
fn strangers() {
    let rows: &[Row<'_>] = &[
        (200, &[JSON], ANONYMOUS, "anonymous"),
        (200, &[JSON], KNOWN, "user mwren"),
        (401, &[HTML], &tomcat("no"), "confluence.anonymous-not-allowed"),
        (403, &[JSON], "{}", "confluence.anonymous-not-allowed"),
        (302, &[("location", "/login.action")], "", "confluence.anonymous-not-allowed"),
        (302, &[("location", "https://id.atlassian.com/login?continue=x")], "", "confluence.anonymous-not-allowed"),
        (302, &[("location", "https://brackwater.okta.com/x")], "", "confluence.sso-required"),
        (401, &[("www-authenticate", "NTLM")], "", "confluence.negotiate-required"),
    ];
    for (status, headers, body, expected) in rows {
        assert_eq!(told(None, false, *status, headers, body), *expected, "{status} {headers:?} {body}");
    }
}
