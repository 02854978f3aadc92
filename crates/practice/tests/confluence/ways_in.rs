//! Signing in through pages, the way a person does it.

use practice::confluence::{Confluence, Front, GATE_CLIENT, GATE_HEADER, PAGE_PASSWORD, Who, gate_secret};

use crate::person::{Page, Person};
use crate::{With, client, get, header, status};

const ME: &str = "/rest/api/user/current";
const READER: (u16, &str) = (200, "mwren");

fn said(answer: &(u16, String)) -> (u16, &str) {
    (answer.0, &answer.1)
}

async fn logs_in(person: &mut Person, page: &Page, password: &str, more: &[(&str, &str)]) -> Page {
    let fields = [&[("os_username", "mwren"), ("os_password", password)], more].concat();
    person.submits(page, &fields).await
}

#[tokio::test]
async fn the_login_form_opens_a_session_with_a_new_id() {
    for version in ["6.15", "8.5", "9.2", "10.0"] {
        let wiki = Confluence::builder().data_center(version).context("/confluence").start().await.unwrap();
        let mut person = Person::default();
        let page = person.opens(&format!("{}/display/HB", wiki.base())).await;
        assert_eq!((page.url.path(), page.status), ("/confluence/login.action", 200));
        assert_eq!(page.text.contains("<form"), matches!(version, "6.15" | "8.5"), "since 9.0 a script draws the form");
        assert!(page.text.contains("<meta name=\"ajs-remote-user\" content=\"\">"));
        let before = person.cookie(&page.url);

        let page = logs_in(&mut person, &page, "guess", &[]).await;
        assert_eq!((page.status, page.reason.as_str()), (200, "AUTHENTICATED_FAILED"));
        let page = logs_in(&mut person, &page, PAGE_PASSWORD, &[]).await;
        assert_eq!((page.url.path(), page.reason.as_str()), ("/confluence/display/HB", "OK"));
        let after = person.cookie(&page.url);
        assert_ne!(before, after, "the session's ID changes");
        assert_eq!(said(&person.is(&wiki, false).await), READER);
        let stale = client().get(format!("{}{ME}", wiki.base())).header("cookie", before).send().await.unwrap();
        assert_eq!(stale.status(), 403, "and the old one is worth nothing");

        wiki.expire_sessions();
        assert_eq!(person.is(&wiki, false).await.0, 403);
        let page = person.opens(&format!("{}/", wiki.base())).await;
        assert!(page.url.path().ends_with("/login.action"), "{}", page.url);
    }
}

#[tokio::test]
async fn a_form_that_is_not_its_own_session_s_is_refused_since_9_0() {
    for (version, expected) in [("8.5", 302), ("9.2", 403)] {
        let wiki = Confluence::builder().data_center(version).start().await.unwrap();
        let password = Who::Reader.password();
        let fields = [("os_username", "mwren"), ("os_password", &password), ("atl_token", "f00d")];
        let response = client().post(format!("{}/dologin.action", wiki.base())).form(&fields).send().await.unwrap();
        assert_eq!(response.status(), expected, "{version}");
    }
}

#[tokio::test]
async fn remember_me_outlives_the_session_and_not_the_logout() {
    let wiki = Confluence::builder().data_center("8.5").start().await.unwrap();
    let mut person = Person::default();
    let page = person.opens(&format!("{}/login.action", wiki.base())).await;
    let page = logs_in(&mut person, &page, PAGE_PASSWORD, &[("os_cookie", "true")]).await;
    assert!(person.cookie(&page.url).contains("seraph.confluence="));
    wiki.expire_sessions();
    assert_eq!(said(&person.is(&wiki, false).await), READER);
    let page = person.opens(&format!("{}/", wiki.base())).await;
    person.loses("seraph.confluence");
    assert_eq!((page.reason.as_str(), said(&person.is(&wiki, false).await)), ("OK", READER), "a new session was opened");
    let page = person.opens(&format!("{}/logout.action", wiki.base())).await;
    assert!(page.url.query().is_some_and(|query| query == "logout=true"));
    assert_eq!(person.is(&wiki, false).await.0, 403);
}

#[tokio::test]
async fn three_wrong_passwords_are_followed_by_letters() {
    let wiki = Confluence::builder().start().await.unwrap();
    let mut person = Person::default();
    let mut page = person.opens(&format!("{}/login.action", wiki.base())).await;
    for _ in 0..3 {
        page = logs_in(&mut person, &page, "guess", &[]).await;
        assert_eq!(page.reason, "AUTHENTICATED_FAILED");
    }
    page = logs_in(&mut person, &page, PAGE_PASSWORD, &[]).await;
    assert!(page.reason == "AUTHENTICATION_DENIED" && page.text.contains("captchaResponse"));
    let with_letters = |letters: &'static str| [("os_username", "mwren"), ("os_password", PAGE_PASSWORD), ("captchaResponse", letters)];
    let again = person.submits(&page, &with_letters("WIND")).await;
    assert_eq!(again.reason, "AUTHENTICATION_DENIED");
    assert_eq!(person.submits(&again, &with_letters("tide")).await.reason, "OK");
}

#[tokio::test]
async fn an_administrator_gives_the_password_once_more() {
    let wiki = Confluence::builder().data_center("8.5").switches(|switches| switches.websudo = true).start().await.unwrap();
    let mut person = Person::default();
    let page = person.opens(&format!("{}/login.action", wiki.base())).await;
    person.submits(&page, &[("os_username", "ghalvorsen"), ("os_password", PAGE_PASSWORD)]).await;
    let console = format!("{}/admin/console.action", wiki.base());
    let page = person.opens(&console).await;
    assert_eq!(page.url.path(), "/authenticate.action");
    let page = person.submits(&page, &[("password", "guess")]).await;
    assert!(page.text.contains("Incorrect password"));
    let page = person.submits(&page, &[("password", PAGE_PASSWORD)]).await;
    assert!(page.url.path() == "/admin/console.action" && page.text.contains("Administration Console"));
    wiki.expire_sessions();
    assert_eq!(person.opens(&console).await.url.path(), "/login.action");
}

#[tokio::test]
async fn a_strict_policy_stands_on_every_answer() {
    let wiki = Confluence::builder().switches(|switches| switches.csp = true).start().await.unwrap();
    let page = Person::default().opens(&format!("{}/login.action", wiki.base())).await;
    let nonce = page.policy.split("script-src 'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(page.policy.contains("connect-src 'none'") && page.policy.contains("default-src 'none'"), "{}", page.policy);
    assert!(page.text.contains(&format!("<script nonce=\"{nonce}\">")) && !page.text.contains("<script>"));
    assert!(!header(&get(&wiki, ME, With::Pat(Who::Reader)).await, "content-security-policy").is_empty());
}

/// Through the identity provider's pages, up to where it sends the person on by a script.
async fn identifies(person: &mut Person, page: &Page, stays: &str) -> Page {
    let wrong = person.submits(page, &[("user", "mwren"), ("password", "guess")]).await;
    assert!(wrong.text.contains("not the right password"));
    let stay = person.submits(&wrong, &[("user", "mwren"), ("password", PAGE_PASSWORD)]).await;
    assert!(stay.text.contains("Stay signed in?"));
    person.submits(&stay, &[("stay", stays)]).await
}

#[tokio::test]
async fn an_identity_provider_on_another_origin_signs_people_in() {
    for (front, posts) in [(Front::IdpRedirect, true), (Front::IdpAutopost, true), (Front::IdpOidc, false)] {
        let wiki = Confluence::builder().context("/wiki").front(front).start().await.unwrap();
        let start = format!("{}/display/HB", wiki.base());
        let mut person = Person::default();
        let mut page = person.opens(&start).await;
        if front == Front::IdpAutopost {
            page = person.submits(&page, &[]).await;
        }
        assert_eq!(page.url.host_str(), Some("localhost"), "another host than the wiki's: {}", page.url);
        assert_eq!(person.cookie(&page.url), "", "nothing of the wiki's cookies goes there");
        let mut page = identifies(&mut person, &page, "yes").await;
        let answer = page.text.clone();
        if posts {
            page = person.submits(&page, &[]).await;
        }
        assert_eq!((page.url.path(), page.status), ("/wiki/display/HB", 200), "{front:?}");
        assert_eq!(said(&person.is(&wiki, false).await), READER, "{front:?}");
        if posts {
            // the same answer once more
            page.text = answer;
            assert_eq!(person.submits(&page, &[]).await.status, 400, "an answer is good for one sign-in");
        }
        // signed in over there, so nobody is asked again
        wiki.expire_sessions();
        page = person.opens(&start).await;
        for _ in 0..2 {
            if page.text.contains("document.forms[0].submit()") {
                page = person.submits(&page, &[]).await;
            }
        }
        assert_eq!((page.url.path(), said(&person.is(&wiki, false).await)), ("/wiki/display/HB", READER), "{front:?}");
        wiki.forget_everybody();
        page = person.opens(&start).await;
        assert!(page.url.host_str() == Some("localhost") || page.text.contains("SAMLRequest"), "{front:?}: asked again");
    }
}

#[tokio::test]
async fn what_the_identity_provider_did_not_say_is_refused() {
    let wiki = Confluence::builder().front(Front::IdpRedirect).start().await.unwrap();
    let mut person = Person::default();
    let page = person.opens(&wiki.base()).await;
    let page = identifies(&mut person, &page, "no").await;
    let field = |name: &str| page.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (response, relay) = (field("SAMLResponse"), field("RelayState"));
    let forged = {
        use base64::Engine as _;
        let xml = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(&response).unwrap()).unwrap();
        base64::engine::general_purpose::STANDARD.encode(xml.replace(">mwren<", ">ghalvorsen<"))
    };
    for (response, relay) in [(&forged, relay.as_str()), (&response, "another"), (&response, relay.as_str())] {
        let fields = [("SAMLResponse", response.as_str()), ("RelayState", relay)];
        let answer = client().post(format!("{}/plugins/servlet/samlconsumer", wiki.base())).form(&fields).send().await.unwrap();
        assert_eq!(answer.status(), 400, "forged, then with another state, then spent by that");
    }
    let foreign = format!("{}/oauth2/authorize?client_id=brackwater-wiki&response_type=code&nonce=n", wiki.idp().origin());
    assert_eq!(person.opens(&format!("{foreign}&redirect_uri=https%3A%2F%2Fexample.com")).await.status, 400);
    wiki.switch(|switches| switches.front = Front::IdpOidc);
    let callback = format!("{}/plugins/servlet/oidc/callback?code=x&state=y", wiki.base());
    assert_eq!(person.opens(&callback).await.status, 400);
}

#[tokio::test]
async fn the_identity_provider_may_open_in_a_window_of_its_own() {
    let wiki = Confluence::builder().front(Front::IdpPopup).start().await.unwrap();
    let mut person = Person::default();
    let page = person.opens(&wiki.base()).await;
    let address = page.text.split("window.open(\"").nth(1).unwrap().split('"').next().unwrap();
    let popup = person.opens(page.url.join(address).unwrap().as_str()).await;
    let popup = identifies(&mut person, &popup, "no").await;
    let popup = person.submits(&popup, &[]).await;
    assert!(popup.status == 200 && popup.text.contains("window.opener.location = \"/\""), "{popup:?}");
    assert_eq!(said(&person.is(&wiki, false).await), READER);
}

#[tokio::test]
async fn a_gate_wants_its_own_cookie_beside_the_sign_in() {
    let wiki = Confluence::builder().context("/wiki").front(Front::GatePage).start().await.unwrap();
    let turned_away = get(&wiki, ME, With::Pat(Who::Reader)).await;
    assert_eq!((turned_away.status().as_u16(), header(&turned_away, "x-confluence-request-time")), (302, ""));
    assert!(header(&turned_away, "location").starts_with("/my.policy?back="));
    let mut person = Person::default();
    let gate = person.opens(&wiki.base()).await;
    let gate = person.submits(&gate, &[("username", "iokonjo"), ("password", "guess")]).await;
    assert!(gate.text.contains("The logon attempt failed"));
    let page = person.submits(&gate, &[("username", "iokonjo"), ("password", PAGE_PASSWORD)]).await;
    assert_eq!(page.url.path(), "/wiki/login.action", "now the wiki itself asks");
    // cookie and token together
    let cookie = person.cookie(&page.url);
    let ask = || client().get(format!("{}{ME}", wiki.base())).header("cookie", &cookie);
    assert_eq!(header(&ask().bearer_auth(Who::Reader.pat()).send().await.unwrap(), "x-ausername"), "mwren");
    assert_eq!(ask().send().await.unwrap().status(), 403);
    let page = logs_in(&mut person, &page, PAGE_PASSWORD, &[]).await;
    assert_eq!(said(&person.is(&wiki, false).await), READER);
    assert!(wiki.server().requests().last().unwrap().cookies().contains(&"MRHSession"));
    person.loses("MRHSession");
    assert_eq!(person.is(&wiki, false).await.0, 302, "the wiki's cookie alone does not get past the gate at {}", page.url);
}

#[tokio::test]
async fn a_gate_elsewhere_lets_programs_in_by_two_headers() {
    let wiki = Confluence::builder().front(Front::GateAccess).switches(|switches| switches.gate_signs_in = true).start().await.unwrap();
    let ask = |id: &str, secret: String| {
        let request = client().get(format!("{}{ME}", wiki.base())).bearer_auth(Who::Reader.pat());
        request.header("CF-Access-Client-Id", id).header("CF-Access-Client-Secret", secret).send()
    };
    assert_eq!(ask(GATE_CLIENT, gate_secret()).await.unwrap().status(), 200);
    assert_eq!(ask(GATE_CLIENT, "guess".to_owned()).await.unwrap().status(), 403);
    assert_eq!(status(&wiki, ME, With::Pat(Who::Reader)).await, 302);
    let mut person = Person::default();
    let page = person.opens(&wiki.base()).await;
    assert_eq!((page.url.host_str(), page.url.path()), (Some("localhost"), "/cdn-cgi/access/login/wiki.brackwater.example"));
    let page = person.submits(&page, &[("user", "mwren"), ("password", PAGE_PASSWORD)]).await;
    assert_eq!((page.url.path(), page.reason.as_str()), ("/", "OK"), "the gate names the person to the wiki");
    assert_eq!(said(&person.is(&wiki, false).await), READER);
    assert_eq!(person.opens(&format!("{}/cdn-cgi/access/authorized?ticket=guess", wiki.base())).await.status, 403);

    let wiki = Confluence::builder().front(Front::GateHeader).start().await.unwrap();
    assert_eq!(status(&wiki, "/", With::Pat(Who::Reader)).await, 403);
    let keyed = client().get(format!("{}{ME}", wiki.base())).bearer_auth(Who::Reader.pat()).header(GATE_HEADER, gate_secret());
    assert_eq!(keyed.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_bound_session_is_nobody_outside_the_browser() {
    for (open, outside) in [(true, (200, "anonymous")), (false, (403, ""))] {
        let wiki = Confluence::builder().anonymous(open).switches(|switches| switches.bound_sessions = true).start().await.unwrap();
        let mut person = Person::default();
        let page = person.opens(&format!("{}/login.action", wiki.base())).await;
        logs_in(&mut person, &page, PAGE_PASSWORD, &[("os_cookie", "true")]).await;
        assert_eq!(said(&person.is(&wiki, true).await), READER);
        assert_eq!(said(&person.is(&wiki, false).await), outside);
        let seen = wiki.server().requests();
        let (inside, outside) = (&seen[seen.len() - 2], &seen[seen.len() - 1]);
        assert!(inside.is_from_browser() && !outside.is_from_browser() && inside.cookies() == outside.cookies());
    }
}

#[tokio::test]
async fn cloud_signs_people_in_on_another_origin() {
    let wiki = Confluence::builder().cloud().start().await.unwrap();
    let mut person = Person::default();
    let page = person.opens(&wiki.base()).await;
    assert_eq!((page.url.host_str(), page.url.path()), (Some("localhost"), "/login"));
    let email = Who::Reader.email();
    let page = person.submits(&page, &[("user", email)]).await;
    let page = person.submits(&page, &[("password", "guess")]).await;
    let page = person.submits(&page, &[("password", PAGE_PASSWORD)]).await;
    assert_eq!((page.url.host_str(), page.url.path()), (Some("127.0.0.1"), "/wiki/home"));
    assert!(page.text.contains(Who::Reader.account().account_id));
    assert_eq!(said(&person.is(&wiki, false).await), (200, email));
    assert_eq!(wiki.session_cookie(), "tenant.session.token");
    wiki.expire_sessions();
    assert_eq!(person.is(&wiki, false).await.0, 403);
    let page = person.opens(&wiki.base()).await;
    assert_eq!(page.url.path(), "/wiki/home", "still signed in over there");
    person.opens(&format!("{}/logout.action", wiki.base())).await;
    assert_eq!(person.opens(&wiki.base()).await.url.path(), "/login");
    // the gateway is for tokens
    let gateway = format!("{}/ex/confluence/{}/wiki{ME}", wiki.gateway().unwrap().origin(), wiki.cloud_id());
    let cookie = format!("{}={}", wiki.session_cookie(), wiki.open_session(Who::Reader));
    assert_eq!(client().get(gateway).header("cookie", cookie).send().await.unwrap().status(), 401);
}
