//! Why a connection test of Confluence fails. Each kind is one cause that a person can act on.

mod in_browser;

use transport::TransportError;
use url::Url;

pub(crate) use self::in_browser::SignInError;

use crate::classify::Obstacle;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfluenceError {
    /// No answer.
    #[error(transparent)]
    Transport(Box<TransportError>),
    /// The headers for a gate are secrets, and would go over plain http.
    #[error("the headers for the gate before {host} would go over plain http")]
    GateHeadersInTheClear {
        /// Who would be sent them.
        host: String,
    },
    /// Something else than Confluence's API answered.
    #[error("{host} gave another answer than Confluence's API")]
    InTheWay {
        /// Who was asked.
        host: String,
        /// What answered.
        obstacle: Obstacle,
    },
    /// An answer of Confluence in a shape that it should not have.
    #[error("the answer to {asked} (status {status}) has an unexpected shape")]
    Unreadable {
        /// What was asked for.
        asked: &'static str,
        /// The answer's status.
        status: u16,
        /// The server's own words.
        words: Option<String>,
    },
    /// There is no Confluence.
    #[error("there is no Confluence at this address")]
    NotConfluence {
        /// What is there.
        found: String,
    },
    /// Older than the REST API.
    #[error("Confluence {version} has no REST API")]
    TooOld {
        /// The version.
        version: String,
    },
    /// A credential was sent and ignored.
    #[error("the server answered as if nobody had signed in")]
    TreatedAsAnonymous {
        /// What was sent.
        sent: Sent,
        /// Where tokens are made, on this server.
        tokens_page: Option<Url>,
    },
    /// A credential was sent and refused.
    #[error("the server refused the credential (status {status})")]
    Rejected {
        /// What was sent.
        sent: Sent,
        /// The answer's status.
        status: u16,
        /// The server's own words.
        words: Option<String>,
        /// Where tokens are made.
        tokens_page: Option<Url>,
    },
    /// No personal access tokens here.
    #[error("this Confluence has no personal access tokens")]
    TokenUnsupported {
        /// The version, where it is known to be too old; none where tokens are switched off.
        too_old: Option<String>,
    },
    /// The gateway wants another scope.
    #[error("the gateway says that the token's scopes do not match")]
    ScopeMissing {
        /// The scope that is missing.
        scope: &'static str,
    },
    /// A token for Cloud without an e-mail address.
    #[error("Confluence Cloud needs the e-mail address of the token's owner")]
    EmailNeeded,
    /// Basic authentication is switched off.
    #[error("basic authentication is switched off")]
    BasicDisabled,
    /// A CAPTCHA is due.
    #[error("the login is denied until a CAPTCHA is solved")]
    CaptchaRequired {
        /// Where to solve it.
        login_page: Option<Url>,
    },
    /// Known, but not allowed in.
    #[error("the account may not use Confluence")]
    NoAccess {
        /// The account, where the server names it.
        account: Option<String>,
    },
    /// Anonymous visitors are turned away.
    #[error("anonymous access is not open")]
    AnonymousNotAllowed,
    /// Signed in before, and now no longer.
    #[error("the server no longer knows the signed-in account")]
    SessionExpired,
    /// A secure administrator session is wanted.
    #[error("Confluence asks administrators for their password once more")]
    ElevationRequired,
    /// Another account than the one expected.
    #[error("signed in as another account than the one expected")]
    WrongAccount {
        /// Who was expected.
        expected: String,
        /// Who the server names.
        found: String,
    },
    /// The sign-in in the browser.
    #[error(transparent)]
    InBrowser(SignInError),
    /// Signed in, but something that content depends on is refused.
    #[error("the account may not read {what} (status {status})")]
    Refused {
        /// What was asked for.
        what: &'static str,
        /// The answer's status.
        status: u16,
        /// The server's own words.
        words: Option<String>,
    },
}

impl ConfluenceError {
    /// It says something about who is signed in, other than that nobody could be asked just now.
    pub(crate) fn is_about_the_session(&self) -> bool {
        let passing = |obstacle: &Obstacle| {
            matches!(
                obstacle,
                Obstacle::Throttled { .. } | Obstacle::Maintenance { .. } | Obstacle::ServerError { .. } | Obstacle::BlockedForGood { .. }
            )
        };
        !matches!(self, Self::Transport(_)) && !matches!(self, Self::InTheWay { obstacle, .. } if passing(obstacle))
    }
}

impl From<TransportError> for ConfluenceError {
    fn from(error: TransportError) -> Self {
        Self::Transport(Box::new(error))
    }
}

/// The form in which a credential was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sent {
    /// A personal access token, as `Bearer`.
    PersonalToken,
    /// A user name and password, as `Basic`.
    Password,
    /// An e-mail address and an API token, to the site.
    CloudPair,
    /// An e-mail address and an API token, to the API gateway, as `Basic` and as `Bearer`.
    GatewayToken,
    /// The session of a person who signed in in the browser.
    Session,
}
