//! Who is signed in, and the tokens of that sign-in.

use super::app::{AppCredential, AppIdentity};
use crate::token_endpoint::{TokenAnswer, TokenEndpoint};
use crate::{AccessToken, Cx, Guid, Resource, SignInError, TokenSource, Who};

/// A proven sign-in. Its tokens are in memory only and end with it.
#[derive(Debug)]
pub struct SignedIn {
    /// Who signed in.
    pub who: Principal,
    tokens: TokenSource,
}

/// Somebody or something that is signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Principal {
    /// A person, as the verified ID token says.
    Person(Who),
    /// An app by itself, as the tenant's own token endpoint took it for.
    App(AppIdentity),
}

impl Principal {
    /// The person, where it is one.
    pub fn person(&self) -> Option<&Who> {
        match self {
            Self::Person(who) => Some(who),
            Self::App(_) => None,
        }
    }

    /// Display name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Person(who) => who.name.as_deref(),
            Self::App(app) => app.name.as_deref(),
        }
    }

    /// What to call the account by: of an app its client ID.
    pub fn account(&self) -> &str {
        match self {
            Self::Person(who) => who.account(),
            Self::App(app) => app.client_id.as_str(),
        }
    }

    /// The tenant signed in to.
    pub fn tenant(&self) -> &Guid {
        match self {
            Self::Person(who) => &who.tid,
            Self::App(app) => &app.tid,
        }
    }

    /// True for an account that is at home in another tenant.
    pub fn is_guest(&self) -> bool {
        self.person().is_some_and(Who::is_guest)
    }

    /// True where any of its names is this one, without regard to case.
    pub fn answers_to(&self, expected: &str) -> bool {
        match self {
            Self::Person(who) => who.answers_to(expected),
            Self::App(app) => {
                let names = [app.name.as_deref(), Some(app.client_id.as_str()), app.oid.as_ref().map(Guid::as_str)];
                names.into_iter().flatten().any(|name| name.to_lowercase() == expected.trim().to_lowercase())
            }
        }
    }
}

impl SignedIn {
    /// A person, with the tokens that proved it.
    pub(super) fn person(cx: &Cx<'_>, who: Who, endpoint: TokenEndpoint, answer: TokenAnswer, resource: &Resource) -> Self {
        Self::with(cx, Principal::Person(who), TokenSource::new(endpoint), answer, resource)
    }

    /// An app by itself, with the token that it got and what gets it more.
    pub(super) fn app(
        cx: &Cx<'_>,
        app: AppIdentity,
        endpoint: TokenEndpoint,
        credential: AppCredential,
        answer: TokenAnswer,
        resource: &Resource,
    ) -> Self {
        Self::with(cx, Principal::App(app), TokenSource::of_app(endpoint, credential), answer, resource)
    }

    fn with(cx: &Cx<'_>, who: Principal, tokens: TokenSource, answer: TokenAnswer, resource: &Resource) -> Self {
        tokens.keep(answer, resource, cx.clock.now());
        Self { who, tokens }
    }

    /// How an app's proof was signed, where it signed in by a certificate.
    pub fn signature(&self) -> Option<&'static str> {
        self.tokens.credential().and_then(AppCredential::signature)
    }

    /// Where its tokens come from.
    pub(crate) const fn tokens(&self) -> &TokenSource {
        &self.tokens
    }

    /// A token for this resource: the one at hand where it is good for some minutes more, else a new one: of a person by the refresh
    /// token, of an app by its credential. Asking from several places at once brings one request.
    pub async fn token(&self, cx: &Cx<'_>, resource: &Resource) -> Result<AccessToken, SignInError> {
        self.tokens.token(cx, resource).await
    }
}
