//! What every failure says, for reading in review.

use preflight::{Explain, Origin};
use transport::{TransportError, TransportErrorKind};

use browser::BrowserError;

use super::*;
use crate::error::SignInError;

fn told(fail: &Fail) -> String {
    let hints = fail.hints.iter().map(|hint| {
        let action = hint.action.as_ref().map_or_else(String::new, |action| match action {
            HintAction::OpenUrl(url) => format!(" [open {url}]"),
            HintAction::Copy(_) => " [copy]".to_owned(),
            HintAction::EditField(field) => format!(" [{}]", field.label()),
            HintAction::Retry => " [retry]".to_owned(),
        });
        format!("  - {}{action}\n", hint.text)
    });
    let details = fail.details.iter().map(|detail| format!("  {} = {}\n", detail.key, detail.value));
    format!("{}: {}\n{}{}", fail.cause, fail.summary, details.collect::<String>(), hints.collect::<String>())
}

#[test]
fn every_address_error_is_explained() {
    let all = [
        AddressError::Empty,
        AddressError::NotAnAddress,
        AddressError::Scheme,
        AddressError::Credentials,
        AddressError::Email,
        AddressError::Token,
    ];
    insta::assert_snapshot!(all.map(|error| format!("{error}\n{}", told(&error.explain()))).join("\n"));
}

#[test]
fn every_confluence_error_is_explained() {
    let url = || Url::parse("https://wiki.example.com/plugins/personalaccesstokens/usertokens.action").ok();
    let words = || Some("the server's words".to_owned());
    let mut all = vec![
        ConfluenceError::from(TransportError {
            origin: Origin::parse("https://wiki.example.com").expect("an origin"),
            kind: TransportErrorKind::Dns,
            source: None,
        }),
        ConfluenceError::Unreadable { asked: "the list of spaces", status: 200, words: None },
        ConfluenceError::NotConfluence { found: "Jira 9.12.8".to_owned() },
        ConfluenceError::TooOld { version: "4.2.4".to_owned() },
        ConfluenceError::TokenUnsupported { too_old: Some("7.4.18".to_owned()) },
        ConfluenceError::TokenUnsupported { too_old: None },
        ConfluenceError::ScopeMissing { scope: "read:confluence-user" },
        ConfluenceError::EmailNeeded,
        ConfluenceError::BasicDisabled,
        ConfluenceError::CaptchaRequired { login_page: url() },
        ConfluenceError::CaptchaRequired { login_page: None },
        ConfluenceError::NoAccess { account: Some("plind".to_owned()) },
        ConfluenceError::NoAccess { account: None },
        ConfluenceError::AnonymousNotAllowed,
        ConfluenceError::SessionExpired,
        ConfluenceError::ElevationRequired,
        ConfluenceError::WrongAccount { expected: "ghalvorsen".to_owned(), found: "mwren".to_owned() },
        ConfluenceError::Refused { what: "the list of spaces", status: 403, words: words() },
        ConfluenceError::InBrowser(SignInError::WrongAccount { expected: "ghalvorsen".to_owned(), found: "mwren".to_owned() }),
        ConfluenceError::InBrowser(SignInError::Timeout {
            host: "wiki.example.com".to_owned(),
            seconds: 600,
            seen: "Not signed in yet".to_owned(),
        }),
        ConfluenceError::InBrowser(SignInError::Closed { crashed: false, signed_in: false }),
        ConfluenceError::InBrowser(SignInError::Closed { crashed: true, signed_in: true }),
        ConfluenceError::InBrowser(SignInError::Cancelled),
        ConfluenceError::InBrowser(SignInError::SessionBound {
            outside: Box::new(ConfluenceError::TreatedAsAnonymous { sent: Sent::Session, tokens_page: None }),
        }),
        ConfluenceError::InBrowser(SignInError::AnotherOutside { found: "mwren".to_owned() }),
        ConfluenceError::InBrowser(SignInError::NegotiateUnanswered { host: "wiki.example.com".to_owned() }),
    ];
    let browser = [
        BrowserError::Missing { looked_at: vec!["google-chrome".to_owned(), "chromium".to_owned()] },
        BrowserError::ProfileInUse,
        BrowserError::Profile(std::io::Error::from(std::io::ErrorKind::PermissionDenied)),
        BrowserError::Start { said: "Running as root without --no-sandbox is not supported".to_owned(), source: None },
        BrowserError::Closed,
        BrowserError::Refused { what: "Page.navigate", words: "Cannot navigate to invalid URL".to_owned() },
        BrowserError::Timeout { what: "Page.navigate" },
    ];
    all.extend(browser.map(|error| ConfluenceError::InBrowser(SignInError::Browser(error))));
    for sent in [Sent::PersonalToken, Sent::Password, Sent::CloudPair, Sent::GatewayToken, Sent::Session] {
        let tokens_page = match sent {
            Sent::PersonalToken => url(),
            Sent::Password | Sent::Session => None,
            Sent::CloudPair | Sent::GatewayToken => Url::parse(scopes::CLOUD_TOKENS).ok(),
        };
        all.push(ConfluenceError::TreatedAsAnonymous { sent, tokens_page: tokens_page.clone() });
        all.push(ConfluenceError::Rejected { sent, status: 401, words: words(), tokens_page });
    }
    all.push(ConfluenceError::Rejected { sent: Sent::CloudPair, status: 403, words: None, tokens_page: None });
    let obstacles = [
        Obstacle::IdentityProvider { name: "Okta".to_owned() },
        Obstacle::Elsewhere { host: "portal.example".to_owned(), moved_to: None },
        Obstacle::Elsewhere { host: "new-wiki.example.com".to_owned(), moved_to: Some("https://new-wiki.example.com".to_owned()) },
        Obstacle::PlainHttp,
        Obstacle::WantsHttps,
        Obstacle::Login,
        Obstacle::Negotiate { schemes: "Negotiate and NTLM".to_owned() },
        Obstacle::GateLogin { realm: "Extranet".to_owned() },
        Obstacle::WebSudo,
        Obstacle::Filter { by: "Zscaler".to_owned() },
        Obstacle::Maintenance { why: "starting, upgrading or under maintenance" },
        Obstacle::Throttled { seconds: Some(34) },
        Obstacle::BlockedForGood { why: "an IP allow-list" },
        Obstacle::ServerError { status: 503, proxy: Some("nginx"), words: None },
        Obstacle::ServerError { status: 500, proxy: None, words: words() },
        Obstacle::WebPage { title: Some("Welcome to nginx!".to_owned()) },
        Obstacle::WebPage { title: None },
    ];
    all.extend(obstacles.map(|obstacle| ConfluenceError::InTheWay { host: "wiki.example.com".to_owned(), obstacle }));
    insta::assert_snapshot!(all.iter().map(|error| told(&error.explain())).collect::<Vec<_>>().join("\n"));
}
