//! Who am I, over versions, doors and credentials.

use practice::confluence::{Closed, Confluence, Who};

use crate::{With, client, dress, each, get, get_json, header, status};

const VERSIONS: [&str; 7] = ["6.15", "7.4", "7.13", "7.19", "8.5", "9.2", "10.0"];
const ME: &str = "/rest/api/user/current";
const ME_READER: With = With::Pat(Who::Reader);

#[tokio::test]
async fn a_wrong_token_is_an_anonymous_visitor() {
    for version in VERSIONS {
        for context in ["", "/confluence", "/wiki"] {
            let open = Confluence::builder().data_center(version).context(context).anonymous(true).start().await.unwrap();
            let response = get(&open, ME, With::WrongPat).await;
            assert_eq!(response.status(), 200, "{version}");
            assert_eq!((header(&response, "x-ausername"), header(&response, "x-seraph-loginreason")), ("anonymous", ""));
            assert!(!header(&response, "x-confluence-request-time").is_empty());
            let path = if context.is_empty() { "Path=/;" } else { &format!("Path={context};") };
            let cookie = header(&response, "set-cookie");
            assert!(cookie.starts_with("JSESSIONID=") && format!("{cookie};").contains(path), "{cookie}");
            let me: serde_json::Value = response.json().await.unwrap();
            assert_eq!((&me["type"], &me["username"]), (&"anonymous".into(), &serde_json::Value::Null), "{version}");

            for (closed, expected) in [(Closed::Forbidden, 403), (Closed::Unauthorized, 401), (Closed::Login, 302)] {
                open.switch(|switches| (switches.anonymous, switches.closed) = (false, closed));
                assert_eq!(status(&open, ME, With::WrongPat).await, expected, "{version}");
                assert_eq!(status(&open, ME, With::Nothing).await, expected, "{version}");
            }
            let login = get(&open, ME, With::Nothing).await;
            let expected = format!("{context}/login.action?os_destination=%2Frest%2Fapi%2Fuser%2Fcurrent&permissionViolation=true");
            assert_eq!(header(&login, "location"), expected);
        }
    }
}

#[tokio::test]
async fn tokens_work_from_7_9_on_while_they_are_on() {
    for version in VERSIONS {
        let wiki = Confluence::builder().data_center(version).anonymous(true).start().await.unwrap();
        let has_tokens = !matches!(version, "6.15" | "7.4");
        for on in [true, false] {
            wiki.switch(|switches| switches.tokens = on);
            let response = get(&wiki, ME, ME_READER).await;
            let name = header(&response, "x-ausername").to_owned();
            let reason = header(&response, "x-seraph-loginreason").to_owned();
            let me: serde_json::Value = response.json().await.unwrap();
            let expected = if has_tokens && on { ("known", "mwren", "OK") } else { ("anonymous", "anonymous", "") };
            assert_eq!((me["type"].as_str().unwrap(), name.as_str(), reason.as_str()), expected, "{version}");
            let listed = status(&wiki, "/rest/pat/latest/tokens", With::Password(Who::Reader)).await;
            assert_eq!(listed, if has_tokens && on { 200 } else { 404 }, "{version}");
        }
    }
}

#[tokio::test]
async fn a_revoked_token_is_ignored_like_a_wrong_one() {
    let wiki = Confluence::builder().data_center("8.5").start().await.unwrap();
    assert_eq!(status(&wiki, ME, ME_READER).await, 200);
    wiki.revoke(&Who::Reader.pat());
    assert_eq!(status(&wiki, ME, ME_READER).await, 403);
}

#[tokio::test]
async fn a_token_in_place_of_the_password_fails_loudly() {
    let wiki = Confluence::builder().data_center("8.5").anonymous(true).start().await.unwrap();
    let response = get(&wiki, ME, With::PatAsBasic(Who::Reader)).await;
    assert_eq!(response.status(), 401);
    assert_eq!(header(&response, "x-seraph-loginreason"), "AUTHENTICATED_FAILED");
    assert!(header(&response, "www-authenticate").starts_with("OAuth realm="));
    assert!(header(&response, "content-type").starts_with("text/html"));
    let text = response.text().await.unwrap();
    assert!(text.contains("Basic Authentication Failure - Reason : AUTHENTICATED_FAILED"), "{text}");
}

#[tokio::test]
async fn wrong_passwords_add_up_to_a_captcha_even_by_rest() {
    let wiki = Confluence::builder().data_center("7.19").start().await.unwrap();
    let wrong = With::WrongPassword(Who::Reader);
    let right = With::Password(Who::Reader);
    for _ in 0..3 {
        assert_eq!(header(&get(&wiki, ME, wrong).await, "x-seraph-loginreason"), "AUTHENTICATED_FAILED");
    }
    let response = get(&wiki, ME, right).await;
    assert_eq!((response.status().as_u16(), header(&response, "x-seraph-loginreason")), (401, "AUTHENTICATION_DENIED"));
    assert!(header(&response, "x-authentication-denied-reason").starts_with("CAPTCHA_CHALLENGE; login-url=http://"));
    let both = get(&wiki, ME, wrong).await;
    assert_eq!(header(&both, "x-seraph-loginreason"), "AUTHENTICATED_FAILED, AUTHENTICATION_DENIED");
    assert_eq!(status(&wiki, ME, ME_READER).await, 200, "a token does not care");
    assert_eq!(status(&wiki, ME, With::Password(Who::Super)).await, 200, "nor does somebody else");
    wiki.solve_captcha(Who::Reader);
    assert_eq!(status(&wiki, ME, right).await, 200);
    let page_password = client().get(format!("{}{ME}", wiki.base())).basic_auth("mwren", Some(practice::confluence::PAGE_PASSWORD));
    assert_eq!(page_password.send().await.unwrap().status(), 401, "that one is for pages only");
}

#[tokio::test]
async fn people_without_a_licence_are_known_and_turned_away() {
    let wiki = Confluence::builder().data_center("9.2").anonymous(true).start().await.unwrap();
    for (with, code, name) in [(With::Password(Who::Unlicensed), 401, "anonymous"), (With::Pat(Who::Unlicensed), 403, "plind")] {
        let response = get(&wiki, ME, with).await;
        let (reason, user) = (header(&response, "x-seraph-loginreason"), header(&response, "x-ausername"));
        assert_eq!((response.status().as_u16(), reason), (code, "AUTHORISATION_FAILED"));
        if matches!(with, With::Pat(_)) {
            assert_eq!(user, name);
        }
    }
}

#[tokio::test]
async fn basic_can_be_switched_off() {
    for (version, content_type) in [("7.13", "text/html;charset=UTF-8"), ("8.5", "application/json")] {
        let wiki = Confluence::builder().data_center(version).switches(|switches| switches.basic = false).start().await.unwrap();
        let response = get(&wiki, ME, With::Password(Who::Reader)).await;
        assert_eq!((response.status().as_u16(), header(&response, "content-type")), (403, content_type), "{version}");
        assert_eq!(status(&wiki, ME, ME_READER).await, 200, "{version}");
    }
}

#[tokio::test]
async fn os_auth_type_is_obeyed_and_its_misuse_refused() {
    let wiki = Confluence::builder().anonymous(true).start().await.unwrap();
    let reader = With::Password(Who::Reader);
    let session = With::Session(Who::Reader);
    for (value, with, expected) in [
        ("basic", reader, 200),
        ("basic", With::Nothing, 401),
        ("basic", session, 401),
        ("cookie", session, 200),
        ("cookie", reader, 401),
        ("any", reader, 200),
        ("bogus", reader, 500),
    ] {
        assert_eq!(status(&wiki, &format!("{ME}?os_authType={value}"), with).await, expected, "{value} {with:?}");
    }
    let none = get_json(&wiki, &format!("{ME}?os_authType=none"), reader).await;
    assert_eq!(none["type"], "anonymous");
}

#[tokio::test]
async fn a_session_wins_over_a_token_until_it_expires() {
    let wiki = Confluence::builder().anonymous(true).start().await.unwrap();
    let cookie = format!("JSESSIONID={}", wiki.open_session(Who::Super));
    let ask = || client().get(format!("{}{ME}", wiki.base())).header("cookie", &cookie).bearer_auth(Who::Reader.pat());
    let name = |response: &reqwest::Response| header(response, "x-ausername").to_owned();
    assert_eq!(name(&ask().send().await.unwrap()), "ghalvorsen");
    wiki.expire_sessions();
    assert_eq!(name(&ask().send().await.unwrap()), "mwren");
    let stale = client().get(format!("{}{ME}", wiki.base())).header("cookie", &cookie).send().await.unwrap();
    assert_eq!((stale.status().as_u16(), name(&stale).as_str()), (200, "anonymous"), "an old cookie reads as anonymous");
}

#[tokio::test]
async fn writes_need_the_no_check_header_and_with_a_cookie_the_origin() {
    let wiki = Confluence::builder().start().await.unwrap();
    let url = format!("{}/rest/pat/latest/tokens", wiki.base());
    let body = r#"{"name":"laptop","expirationDuration":90}"#;
    let post = |with| dress(&wiki, client().post(&url).body(body), with);
    let refused = post(ME_READER).send().await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.text().await.unwrap().as_str()), (403, "XSRF check failed"));
    let session = || post(With::Session(Who::Reader)).header("x-atlassian-token", "no-check");
    assert_eq!(session().send().await.unwrap().status(), 403);
    let origin = wiki.server().origin();
    let made: serde_json::Value = session().header("origin", origin).send().await.unwrap().json().await.unwrap();
    let me = client().get(format!("{}{ME}", wiki.base())).bearer_auth(made["rawToken"].as_str().unwrap());
    assert_eq!(header(&me.send().await.unwrap(), "x-ausername"), "mwren");
    let listed = get_json(&wiki, "/rest/pat/latest/tokens", ME_READER).await;
    assert_eq!(each(&listed, "name"), ["Migration", "laptop"]);
    assert!(!listed.to_string().contains(practice::markers::PREFIX));
}

#[tokio::test]
async fn a_bound_session_works_in_the_browser_only() {
    let wiki = Confluence::builder().anonymous(true).switches(|switches| switches.bound_sessions = true).start().await.unwrap();
    let cookie = format!("JSESSIONID={}", wiki.open_session(Who::Reader));
    let ask = || client().get(format!("{}{ME}", wiki.base())).header("cookie", &cookie);
    let outside = ask().send().await.unwrap();
    assert_eq!((outside.status().as_u16(), header(&outside, "x-ausername")), (200, "anonymous"));
    let inside = ask().header("sec-fetch-site", "same-origin").send().await.unwrap();
    assert_eq!(header(&inside, "x-ausername"), "mwren");
}
