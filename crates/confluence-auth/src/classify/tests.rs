//! One table of everything that was seen to answer in the place of the API.

use super::*;
use crate::testing::{HTML, JSON, answer, tomcat};

fn told(obstacle: Option<&Obstacle>) -> String {
    match obstacle {
        None => "the API".to_owned(),
        Some(Obstacle::IdentityProvider { name }) => format!("identity provider: {name}"),
        Some(Obstacle::Elsewhere { host, moved_to }) => {
            moved_to.as_ref().map_or_else(|| format!("elsewhere: {host}"), |address| format!("moved: {address}"))
        }
        Some(Obstacle::PlainHttp) => "plain http".to_owned(),
        Some(Obstacle::WantsHttps) => "wants https".to_owned(),
        Some(Obstacle::Login) => "login".to_owned(),
        Some(Obstacle::Negotiate { schemes }) => format!("negotiate: {schemes}"),
        Some(Obstacle::GateLogin { realm }) => format!("gate: {realm}"),
        Some(Obstacle::ClientCertificate) => "client certificate".to_owned(),
        Some(Obstacle::WebSudo) => "websudo".to_owned(),
        Some(Obstacle::Filter { by }) => format!("filter: {by}"),
        Some(Obstacle::Maintenance { why }) => format!("maintenance: {why}"),
        Some(Obstacle::Throttled { seconds }) => format!("throttled: {seconds:?}"),
        Some(Obstacle::BlockedForGood { why }) => format!("blocked: {why}"),
        Some(Obstacle::ServerError { status, proxy, .. }) => format!("server error: {status} {}", proxy.unwrap_or("itself")),
        Some(Obstacle::WebPage { title }) => format!("web page: {}", title.as_deref().unwrap_or("untitled")),
    }
}

type Row<'a> = (u16, &'a [(&'static str, &'a str)], &'a str, &'a str);

fn check(rows: &[Row<'_>]) {
    for (status, headers, body, expected) in rows {
        let obstacle = obstacle(&answer(*status, headers, body));
        assert_eq!(told(obstacle.as_ref()), *expected, "{status} {headers:?} {body}");
    }
}

#[test]
fn redirects_by_where_they_lead() {
    let to = |location: &str| told(obstacle(&answer(302, &[("location", location)], "")).as_ref());
    let rows = [
        ("/login.action?os_destination=%2F&permissionViolation=true", "login"),
        ("https://wiki.example.com/confluence/login.action", "login"),
        ("/authenticate.action?destination=x", "websudo"),
        ("/johnson/errors.action", "maintenance: starting, upgrading or under maintenance"),
        ("/setup/setupstart.action", "maintenance: not set up yet"),
        ("/fixonly/fixlicense.action", "maintenance: waiting for a valid licence"),
        ("/my.policy", "identity provider: F5 BIG-IP"),
        ("/plugins/servlet/external-login", "identity provider: the single sign-on of this Confluence"),
        ("/oauth2/start?rd=%2F", "identity provider: an OAuth2 proxy"),
        ("https://login.microsoftonline.com/0/oauth2/authorize?client_id=0", "identity provider: Microsoft Entra ID"),
        ("https://brackwater.okta.com/app/x/sso/saml", "identity provider: Okta"),
        ("https://sts.brackwater.example/adfs/ls/?SAMLRequest=x", "identity provider: AD FS (sts.brackwater.example)"),
        ("https://login.idp.example/0/saml2?SAMLRequest=x", "identity provider: the identity provider login.idp.example"),
        ("https://auth.pingone.com/0/saml20/idp/sso", "identity provider: PingOne"),
        ("https://accounts.google.com/o/saml2", "identity provider: Google"),
        ("https://id.atlassian.com/login?continue=x", "identity provider: Atlassian"),
        ("https://access.brackwater.example/cdn-cgi/access/login/wiki", "identity provider: Cloudflare Access"),
        ("https://team.cloudflareaccess.com/cdn-cgi/access/login/wiki", "identity provider: Cloudflare Access"),
        (
            "https://sso.brackwater.example/realms/x/protocol/openid-connect/auth",
            "identity provider: the identity provider sso.brackwater.example",
        ),
        ("https://notokta.com/start", "elsewhere: notokta.com"),
        ("https://portal.example/welcome", "elsewhere: portal.example"),
        ("https://new-wiki.example.com/rest/api/user/current", "moved: https://new-wiki.example.com"),
        ("https://wiki.example.com:8443/rest/api/user/current", "moved: https://wiki.example.com:8443"),
        ("http://wiki.example.com/rest/api/user/current", "plain http"),
    ];
    for (location, expected) in rows {
        assert_eq!(to(location), expected, "{location}");
    }
}

#[test]
fn challenges_by_what_they_ask_for() {
    check(&[
        (401, &[("www-authenticate", "Negotiate"), ("www-authenticate", "NTLM"), HTML], "<html></html>", "negotiate: Negotiate and NTLM"),
        (401, &[("www-authenticate", "NTLM")], "", "negotiate: NTLM"),
        (401, &[("www-authenticate", "Basic realm=\"Extranet\"")], "", "gate: Extranet"),
        (401, &[("www-authenticate", "BASIC realm=\"Confluence\"")], "", "the API"),
        (401, &[("www-authenticate", "Basic realm=\"protected-area\""), ("x-confluence-request-time", "1")], "", "the API"),
        (401, &[("www-authenticate", "OAuth realm=\"https%3A%2F%2Fwiki\"")], &tomcat("no"), "the API"),
        // Seraph has looked at the credential already: the offer of a ticket is not what is wrong
        (401, &[("www-authenticate", "Negotiate"), ("x-seraph-loginreason", "AUTHENTICATED_FAILED")], "", "the API"),
        (401, &[JSON], r#"{"code":401,"message":"Unauthorized"}"#, "the API"),
    ]);
}

#[test]
fn throttling_blocking_and_failures() {
    check(&[
        (429, &[("retry-after", "34"), HTML], &tomcat("Rate limit exceeded"), "throttled: Some(34)"),
        (429, &[("retry-after", "3600")], "", "throttled: Some(3600)"),
        (429, &[("retry-after", "9223372036854775807")], "", "blocked: a rate limit that blocks all requests"),
        (429, &[("retry-after", "99999999999999999999999999")], "", "blocked: a rate limit that blocks all requests"),
        (429, &[("retry-after", "Sat, 21 Nov 2026 12:00:30 GMT")], "", "throttled: Some(30)"),
        (429, &[], "", "throttled: None"),
        (503, &[("retry-after", "5")], "", "throttled: Some(5)"),
        (503, &[("retry-after", "30")], "<errors/>", "maintenance: starting, upgrading or under maintenance"),
        (503, &[JSON], r#"{"state":"MAINTENANCE"}"#, "maintenance: starting, upgrading or under maintenance"),
        (
            503,
            &[HTML],
            "<html><head><title>503 Service Temporarily Unavailable</title></head><body>nginx</body></html>",
            "server error: 503 nginx",
        ),
        (
            503,
            &[HTML],
            "<html><body><h1>503 Service Unavailable</h1>No server is available to handle this request.</body></html>",
            "server error: 503 HAProxy",
        ),
        (500, &[JSON], r#"{"statusCode":500,"message":"java.lang.IllegalArgumentException"}"#, "server error: 500 itself"),
        (502, &[], "", "server error: 502 itself"),
        (511, &[HTML], "<html></html>", "filter: the sign-in page of this network"),
        (403, &[JSON], r#"{"message":"Your IP address is not on the allowlist"}"#, "blocked: an IP allow-list"),
        (403, &[JSON], r#"{"message":"not permitted to use Confluence"}"#, "the API"),
    ]);
}

#[test]
fn pages_by_what_they_say() {
    let form = |action: &str, field: &str| {
        format!(
            "<html><body onload=\"document.forms[0].submit()\"><form action=\"{action}\" method=\"post\"><input type=\"hidden\" name=\"{field}\" value=\"AAAA\"/></form></body></html>"
        )
    };
    let page = |title: &str, body: &str| format!("<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>");
    let meta = |user: &str| {
        format!(
            "<html><head><title>Home</title><meta name=\"ajs-version-number\" content=\"9.2.2\"><meta name=\"ajs-remote-user\" content=\"{user}\"></head></html>"
        )
    };
    check(&[
        (200, &[HTML], "<html><body><div id=\"okta-sign-in\"></div></body></html>", "identity provider: Okta"),
        (200, &[HTML], "<form id=\"loginForm\" action=\"/adfs/ls/?wa=wsignin1.0\"></form>", "identity provider: AD FS"),
        (200, &[HTML], "<form id=\"kc-form-login\" action=\"https://sso.example.com/x\"></form>", "identity provider: Keycloak"),
        (
            200,
            &[HTML],
            "<meta http-equiv=\"refresh\" content=\"0;url=https://login.microsoftonline.com/x/oauth2/authorize?client_id=1\">",
            "identity provider: Microsoft Entra ID",
        ),
        (200, &[HTML], "<script>window.location.href = 'https://acme.okta.com/app/x';</script>", "identity provider: Okta"),
        (200, &[HTML], "<script>window.location.href = '/next';</script><title>Shop</title>", "web page: Shop"),
        (400, &[HTML], "<title>400 No required SSL certificate was sent</title><center>nginx</center>", "client certificate"),
        (
            200,
            &[HTML],
            &form("https://login.idp.example/saml2", "SAMLRequest"),
            "identity provider: the identity provider login.idp.example",
        ),
        (200, &[HTML], &form("https://brackwater.okta.com/x", "SAMLRequest"), "identity provider: Okta"),
        (200, &[HTML], &form("/saml", "SAMLResponse"), "identity provider: the single sign-on of wiki.example.com"),
        (200, &[HTML], &page("Log In", "<form name=\"loginform\" action=\"/dologin.action\"><input name=\"os_username\"></form>"), "login"),
        (200, &[HTML], &page("Log In", "<a id=\"login-link\" href=\"/login.action\">Log in</a>"), "login"),
        (200, &[HTML], &meta(""), "login"),
        (200, &[HTML], &meta("mwren"), "web page: Home"),
        (
            200,
            &[HTML],
            &page("Administrator Access", "<form action=\"/doauthenticate.action\" name=\"authenticateform\"></form>"),
            "websudo",
        ),
        (403, &[HTML], &page("Just a moment...", "<div id=\"cf-chl-widget\"></div>"), "filter: Cloudflare's browser check"),
        (403, &[HTML], &page("ERROR", "Request blocked. Generated by cloudfront (CloudFront)"), "filter: CloudFront's firewall"),
        (200, &[HTML], &page("Access denied", "Zscaler: not allowed"), "filter: Zscaler"),
        (
            200,
            &[HTML],
            &page("Welcome", "<form action=\"http://wifi.example/accept\">Accept the terms of use</form>"),
            "filter: the sign-in page of this network",
        ),
        (401, &[HTML], &tomcat("Basic Authentication Failure"), "the API"),
        (404, &[HTML], &page("404 Not Found", "<hr><center>nginx</center>"), "web page: nginx"),
        (200, &[HTML], &page("Welcome to  nginx!", ""), "web page: Welcome to nginx!"),
        (200, &[], "<!DOCTYPE html><html><body>hello</body></html>", "web page: untitled"),
        (200, &[JSON], "{}", "the API"),
        (404, &[JSON], r#"{"message":"null for uri"}"#, "the API"),
    ]);
}

#[test]
fn the_servers_own_words_are_found() {
    for (status, header, body, expected) in [
        (
            401,
            HTML,
            tomcat("Basic Authentication Failure - Reason : AUTHENTICATED_FAILED"),
            Some("Basic Authentication Failure - Reason : AUTHENTICATED_FAILED"),
        ),
        (403, JSON, r#"{"message":"not permitted to use Confluence"}"#.to_owned(), Some("not permitted to use Confluence")),
        (404, JSON, r#"{"errors":[{"status":404,"title":"Not Found"}]}"#.to_owned(), Some("Not Found")),
        (500, JSON, r#"{"statusCode":500,"message":"","reason":"Internal Server Error"}"#.to_owned(), None),
        (500, JSON, "not json".to_owned(), None),
        (200, JSON, r#"{"message":"fine"}"#.to_owned(), None),
    ] {
        assert_eq!(words(&answer(status, &[header], &body)).as_deref(), expected, "{body}");
    }
}
