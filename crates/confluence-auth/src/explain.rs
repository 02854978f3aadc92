//! What a person is told about a failure of the connection test.

mod in_browser;

use preflight::{Cause, Explain, Fail, Field, Hint, HintAction, SafeText};
use url::Url;

pub(crate) use self::in_browser::browser_failed;
use crate::address::AddressError;
use crate::classify::Obstacle;
use crate::error::{ConfluenceError, Sent};
use crate::scopes;

impl Explain for AddressError {
    fn explain(&self) -> Fail {
        let (summary, hint) = match self {
            Self::Empty => ("Enter the address of Confluence", "Copy it from the browser while a page of Confluence is open"),
            Self::NotAnAddress => ("This is not a web address", "Copy the address from the browser while a page of Confluence is open"),
            Self::Scheme => {
                ("The address must begin with https:// or http://", "Copy the address from the browser while a page of Confluence is open")
            }
            Self::Credentials => (
                "The address holds a user name or password",
                "Remove everything before the @ from the address and enter the credential in its own field",
            ),
            Self::Email => {
                ("This is an e-mail address", "Enter the web address of Confluence here, and the e-mail address in the field for it")
            }
            Self::Token => (
                "This looks like a token, not like an address",
                "Paste the token into its own field and the web address of Confluence here",
            ),
        };
        Fail::new(Cause::AddressInvalid, summary).hint(edit(hint, Field::ConfluenceAddress))
    }
}

impl Explain for ConfluenceError {
    fn explain(&self) -> Fail {
        match self {
            Self::Transport(error) => error.explain(),
            Self::InTheWay { host, obstacle } => in_the_way(host, obstacle),
            Self::Unreadable { asked, status, words } => with_words(
                Fail::new(Cause::NetworkUnexpectedAnswer, format!("What came back for {asked} could not be understood (status {status})"))
                    .hint(Hint::say("Something between this computer and Confluence may be changing its answers: ask your network team"))
                    .hint(edit("Check the address", Field::ConfluenceAddress)),
                words.as_ref(),
            ),
            Self::NotConfluence { found } => {
                Fail::new(Cause::AddressNotConfluence, format!("There is no Confluence at this address, but {found}"))
                    .hint(edit("Open a page of Confluence in the browser and copy its address", Field::ConfluenceAddress))
            }
            Self::TooOld { version } => {
                Fail::new(Cause::AddressVersionTooOld, format!("Confluence {version} is too old: the REST API came with version 5.5"))
                    .hint(Hint::say("Upgrade Confluence, or a copy of it, to a version that is still maintained before migrating"))
            }
            Self::TreatedAsAnonymous { sent, tokens_page } => treated_as_anonymous(*sent, tokens_page.as_ref()),
            Self::GateHeadersInTheClear { host } => {
                Fail::new(Cause::NetworkPlainHttp, format!("The extra headers would go to {host} unprotected, so they were not sent"))
                    .hint(edit("Use the https:// address of the server", Field::ConfluenceAddress))
            }
            Self::Rejected { sent, status, words, tokens_page } => {
                with_words(rejected(*sent, *status, tokens_page.as_ref()), words.as_ref())
            }
            Self::TokenUnsupported { too_old: Some(version) } => Fail::new(
                Cause::ConfluenceTokenUnsupported,
                format!("Confluence {version} has no personal access tokens: they came with version 7.9"),
            )
            .hint(edit("Choose the interactive sign-in, or a user name and password", Field::ConfluenceMethod)),
            Self::TokenUnsupported { too_old: None } => {
                Fail::new(Cause::ConfluenceTokenUnsupported, "Personal access tokens are switched off on this Confluence")
                    .hint(Hint::say("Ask an administrator to switch the app for personal access tokens on"))
                    .hint(edit("Or choose another way to sign in", Field::ConfluenceMethod))
            }
            Self::ScopeMissing { scope } => {
                let fail = Fail::new(Cause::ConfluenceTokenScopeMissing, format!("The token is valid, but lacks the scope {scope}"))
                    .detail("missing_scope", *scope)
                    .detail("scopes", scopes::ALL);
                scopes::hints().into_iter().fold(fail, Fail::hint)
            }
            Self::EmailNeeded => Fail::new(Cause::ConfluenceEmailNeeded, "Confluence Cloud needs the e-mail address of the token's owner")
                .hint(edit("Enter the e-mail address of the Atlassian account that made the token", Field::Email)),
            Self::BasicDisabled => {
                Fail::new(Cause::ConfluenceBasicDisabled, "Signing in with a user name and password is switched off on this Confluence")
                    .hint(edit("Use a personal access token or the interactive sign-in", Field::ConfluenceMethod))
                    .hint(Hint::say("Or ask an administrator to allow basic authentication on API calls"))
            }
            Self::CaptchaRequired { login_page } => {
                let fail =
                    Fail::new(Cause::ConfluenceCaptchaRequired, "Confluence denies the login until a CAPTCHA is solved in the browser");
                let fail = match login_page {
                    Some(page) => fail.hint(open_url("Sign in once on the login page and solve the CAPTCHA, then test again", page)),
                    None => fail.hint(Hint::say("Sign in once in the browser and solve the CAPTCHA, then test again")),
                };
                fail.hint(Hint::say("Or ask an administrator to reset the failed logins of the account"))
            }
            Self::NoAccess { account } => {
                let who = account.as_deref().map_or_else(|| "The account".to_owned(), |account| format!("The account {account}"));
                Fail::new(Cause::ConfluenceNoAccess, format!("{who} is known, but may not use Confluence")).hint(Hint::say(
                    "Ask an administrator to give the account access to Confluence (the global permission “Can use” and a licence)",
                ))
            }
            Self::AnonymousNotAllowed => {
                Fail::new(Cause::ConfluenceAnonymousNotAllowed, "This Confluence is not open to anonymous visitors")
                    .hint(edit("Choose a sign-in with an account", Field::ConfluenceMethod))
            }
            Self::SessionExpired => {
                Fail::new(Cause::ConfluenceSessionExpired, "The server named the account a moment ago and now asks to sign in again")
                    .hint(Hint::with("Test again", HintAction::Retry))
                    .hint(Hint::say(
                        "If it happens again, a load balancer may be sending requests to servers that do not know each other's sessions",
                    ))
            }
            Self::ElevationRequired => Fail::new(
                Cause::ConfluenceElevationRequired,
                "Confluence asks for the administrator's password once more (secure administrator session)",
            )
            .hint(Hint::say("Ask an administrator to switch secure administrator sessions off for the time of the migration")),
            Self::WrongAccount { expected, found } => {
                Fail::new(Cause::ConfluenceWrongAccount, format!("The server names {found}, but {expected} was expected"))
                    .hint(edit("Use the credential of the expected account", Field::Token))
            }
            Self::InBrowser(error) => error.explain(),
            Self::Refused { what, status, words } => with_words(
                Fail::new(Cause::ConfluenceNoAccess, format!("The account may not read {what} (status {status})"))
                    .hint(Hint::say("Ask an administrator of Confluence to give the account the permission to view it")),
                words.as_ref(),
            ),
        }
    }
}

fn in_the_way(host: &str, obstacle: &Obstacle) -> Fail {
    match obstacle {
        Obstacle::IdentityProvider { name } => {
            Fail::new(Cause::ConfluenceSsoRequired, format!("{host} sends requests to {name} to sign in"))
                .hint(edit("Choose the interactive sign-in", Field::ConfluenceMethod))
                .hint(Hint::say(format!("Or ask whoever runs {name} to let API requests with a token through")))
        }
        Obstacle::Elsewhere { moved_to: Some(address), .. } => {
            Fail::new(Cause::AddressNotConfluence, format!("{host} forwards to {address}; no credential was sent there"))
                .hint(Hint::with("Copy the new address", HintAction::Copy(SafeText::from(address.clone()))))
                .hint(edit("If it is the right one, enter it as the address", Field::ConfluenceAddress))
        }
        Obstacle::Elsewhere { host: to, moved_to: None } => {
            let to = if to.is_empty() { "an address that is none".to_owned() } else { format!("another host, {to}") };
            Fail::new(Cause::NetworkUnexpectedAnswer, format!("{host} sends requests to {to}; nothing was sent there"))
                .hint(Hint::say("Open the address in the browser: this network may want you to sign in or accept its terms first"))
                .hint(edit("Check the address", Field::ConfluenceAddress))
        }
        Obstacle::PlainHttp => {
            Fail::new(Cause::NetworkPlainHttp, format!("{host} sends requests from https to plain http; nothing was sent there"))
                .hint(Hint::say("Ask the administrator to correct the base URL of Confluence or its reverse proxy"))
        }
        Obstacle::WantsHttps => {
            Fail::new(Cause::NetworkUnexpectedAnswer, format!("{host} speaks https at this port, and was asked over plain http"))
                .hint(edit("Begin the address with https://", Field::ConfluenceAddress))
        }
        Obstacle::Login => Fail::new(Cause::ConfluenceSessionExpired, format!("{host} shows its login page instead of an answer"))
            .hint(Hint::with("Test again", HintAction::Retry)),
        Obstacle::Negotiate { schemes } => {
            Fail::new(Cause::ConfluenceNegotiateRequired, format!("{host} asks for a Windows sign-in ({schemes})"))
                .hint(edit("Choose the interactive sign-in on a computer of the company network", Field::ConfluenceMethod))
                .hint(Hint::say("Or ask an administrator to leave the paths under /rest out of the Kerberos sign-in"))
        }
        Obstacle::GateLogin { realm } => {
            let realm = if realm.is_empty() { String::new() } else { format!(" (“{realm}”)") };
            Fail::new(Cause::NetworkUnexpectedAnswer, format!("A gate before {host} asks for a user name and password of its own{realm}"))
                .hint(Hint::say("Ask whoever runs the gate for a header that lets programs through, and add it to the connection"))
        }
        Obstacle::WebSudo => Fail::new(
            Cause::ConfluenceElevationRequired,
            "Confluence asks for the administrator's password once more (secure administrator session)",
        )
        .hint(Hint::say("Ask an administrator to switch secure administrator sessions off for the time of the migration")),
        Obstacle::ClientCertificate => {
            Fail::new(Cause::NetworkTlsFailed, format!("A gate before {host} wants a client certificate, which cannot be sent from here"))
                .hint(Hint::say("Ask whoever runs the gate for a way in that needs no client certificate"))
        }
        Obstacle::Filter { by } => {
            Fail::new(Cause::NetworkUnexpectedAnswer, format!("Not {host} answered, but something in between: {by}")).hint(Hint::say(
                format!("Open https://{host} in the browser to see what it wants, and ask your network team to let this program through"),
            ))
        }
        Obstacle::Maintenance { why } => Fail::new(Cause::ServerMaintenance, format!("Confluence at {host} is {why}"))
            .hint(Hint::with("Try again later, or ask the administrator of Confluence", HintAction::Retry)),
        Obstacle::Throttled { seconds } => {
            let wait = match seconds {
                None | Some(0) => String::new(),
                Some(1) => " and asks to wait 1 second".to_owned(),
                Some(seconds) => format!(" and asks to wait {seconds} seconds"),
            };
            Fail::new(Cause::ServerThrottled, format!("{host} answers that there were too many requests{wait}"))
                .hint(Hint::with("Try again later", HintAction::Retry))
                .hint(Hint::say("For a migration, ask an administrator to exempt the account from the rate limit"))
        }
        Obstacle::BlockedForGood { why } => Fail::new(Cause::ServerBlockedByAdministrator, format!("{host} blocks these requests: {why}"))
            .hint(Hint::say("Ask an administrator of Confluence to exempt the account or to allow this computer's address")),
        Obstacle::ServerError { status, proxy, words } => {
            let fail = match proxy {
                Some(proxy) => {
                    Fail::new(Cause::ServerError, format!("{proxy} before {host} cannot reach Confluence behind it (status {status})"))
                }
                None => Fail::new(Cause::ServerError, format!("{host} failed with status {status}")),
            };
            with_words(
                fail.hint(Hint::with("Try again", HintAction::Retry))
                    .hint(Hint::say("If it goes on, the administrator of Confluence finds the reason in its log")),
                words.as_ref(),
            )
        }
        Obstacle::WebPage { title } => {
            let found = title.as_deref().map_or_else(|| "a web page".to_owned(), |title| format!("a web page named “{title}”"));
            Fail::new(Cause::AddressNotConfluence, format!("{host} answers with {found} instead of Confluence's API"))
                .hint(edit("Open a page of Confluence in the browser and copy its address", Field::ConfluenceAddress))
        }
    }
}

fn treated_as_anonymous(sent: Sent, tokens_page: Option<&Url>) -> Fail {
    let summary = match sent {
        Sent::PersonalToken => "The server ignored the token and answered as to an anonymous visitor",
        Sent::Password => "The server ignored the user name and password and answered as to an anonymous visitor",
        Sent::CloudPair | Sent::GatewayToken => "The site ignored the e-mail address and token and answered as to an anonymous visitor",
        Sent::Session => "The server ignored the session and answered as to an anonymous visitor",
    };
    let fail = Fail::new(Cause::ConfluenceTreatedAsAnonymous, summary);
    let fail = match sent {
        Sent::PersonalToken => fail.hint(Hint::say("Servers do this when a token is wrong, expired or revoked")),
        Sent::Password => fail.hint(edit("Check the user name and password", Field::Token)),
        Sent::CloudPair | Sent::GatewayToken => {
            fail.hint(Hint::say("Sites that are open to everybody do this when the token is wrong, expired or of another account"))
        }
        Sent::Session => fail.hint(Hint::with("Sign in again", HintAction::Retry)),
    };
    match (tokens_page, sent) {
        (Some(page), _) => fail.hint(open_url("Make a new token and paste it", page)),
        (None, Sent::Password | Sent::Session) => fail,
        (None, _) => fail.hint(edit("Make a new token and paste it", Field::Token)),
    }
}

fn rejected(sent: Sent, status: u16, tokens_page: Option<&Url>) -> Fail {
    let cause = Cause::ConfluenceCredentialRejected;
    // 200 or 302: a page to sign in at, and no refusal that a person would know by its number
    let how = if status < 400 { "and shows its login page".to_owned() } else { format!("(status {status})") };
    let fail = match sent {
        Sent::PersonalToken => Fail::new(cause, format!("The server refused the token {how}"))
            .hint(Hint::say("The token may be wrong, expired or revoked: compare it with the list of your tokens")),
        Sent::Password => Fail::new(cause, format!("The server refused the user name and password {how}"))
            .hint(edit("Check both and test again only then: after a few wrong attempts Confluence asks for a CAPTCHA", Field::Token))
            .hint(Hint::say("An account that signs in through an identity provider has no password here: use a personal access token or the interactive sign-in")),
        Sent::CloudPair if status == 403 => {
            Fail::new(cause, "The site refused the e-mail address and token, or the account may not use Confluence (status 403 means both)")
                .hint(edit("Check that the e-mail address is the one of the token's owner", Field::Email))
                .hint(Hint::say("If both are right, ask an administrator to give the account access to Confluence on this site"))
        }
        Sent::CloudPair => Fail::new(cause, format!("The site refused the e-mail address and token {how}"))
            .hint(edit("Check that the e-mail address is the one of the token's owner", Field::Email)),
        Sent::GatewayToken => Fail::new(cause, format!("Neither the site nor Atlassian's API gateway accepts the token {how}"))
            .hint(Hint::say("The token may be wrong, expired or revoked, or belong to another account or site")),
        Sent::Session => Fail::new(cause, format!("The server refused the session {how}")).hint(Hint::with("Sign in again", HintAction::Retry)),
    };
    match tokens_page {
        Some(page) => fail.hint(open_url("Look at your tokens, or make a new one", page)),
        None => fail,
    }
}

fn with_words(fail: Fail, words: Option<&String>) -> Fail {
    match words {
        Some(words) => fail.detail("server_says", words.clone()),
        None => fail,
    }
}

fn edit(text: &'static str, field: Field) -> Hint {
    Hint::with(text, HintAction::EditField(field))
}

fn open_url(text: &'static str, url: &Url) -> Hint {
    Hint::with(text, HintAction::OpenUrl(url.clone()))
}

#[cfg(test)]
mod tests;
