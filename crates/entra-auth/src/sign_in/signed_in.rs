//! A person who is signed in, and the tokens of that sign-in.

use crate::{AccessToken, Cx, Resource, SignInError, TokenCache, Who};

/// A proven sign-in. Its tokens are in memory only and end with it.
#[derive(Debug)]
pub struct SignedIn {
    /// Who signed in, as the verified ID token says.
    pub who: Who,
    tokens: TokenCache,
}

impl SignedIn {
    pub(crate) fn new(who: Who, tokens: TokenCache) -> Self {
        Self { who, tokens }
    }

    /// A token for this resource: the one at hand where it is good for some minutes more, else a new one by the refresh token.
    /// Asking from several places at once brings one request.
    pub async fn token(&self, cx: &Cx<'_>, resource: &Resource) -> Result<AccessToken, SignInError> {
        self.tokens.token(cx, resource).await
    }
}
