//! Where the tokens of one sign-in come from: at hand, or by renewal.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use preflight::Secret;

use super::{AccessToken, ClaimsChallenge, Resource};
use crate::sign_in::AppCredential;
use crate::token_endpoint::{TokenAnswer, TokenEndpoint};
use crate::{Cx, SignInError};

/// Tokens are renewed this long before they end, as Microsoft's own libraries do.
const AHEAD: Duration = Duration::from_mins(5);

/// A token that answered a challenge is not renewed for another one so soon after: that would go on for ever.
const AGAIN: Duration = Duration::from_mins(1);

/// The tokens of one sign-in, in memory only: one access token per resource, and what brings new ones: of a person the newest refresh
/// token, of an app its credential.
pub struct TokenSource {
    endpoint: TokenEndpoint,
    /// Of an app by itself, which gets no refresh token.
    app: Option<AppCredential>,
    held: Mutex<Held>,
    /// One renewal at a time: refresh tokens are replaced with every use, and a used one may be refused.
    renewing: tokio::sync::Mutex<()>,
    /// True once the person was asked to sign in again for this sign-in.
    asked: tokio::sync::Mutex<bool>,
}

#[derive(Default)]
struct Held {
    refresh_token: Option<Secret>,
    tokens: BTreeMap<Resource, Kept>,
    /// How many tokens came so far.
    count: u64,
}

struct Kept {
    token: AccessToken,
    renew_at: Timestamp,
    /// When it answered a challenge, if it did.
    answered_at: Option<Timestamp>,
}

impl TokenSource {
    pub(crate) fn new(endpoint: TokenEndpoint) -> Self {
        Self::of(endpoint, None)
    }

    /// Of an app by itself.
    pub(crate) fn of_app(endpoint: TokenEndpoint, credential: AppCredential) -> Self {
        Self::of(endpoint, Some(credential))
    }

    fn of(endpoint: TokenEndpoint, app: Option<AppCredential>) -> Self {
        Self { endpoint, app, held: Mutex::default(), renewing: tokio::sync::Mutex::default(), asked: tokio::sync::Mutex::default() }
    }

    /// What an app by itself signs in with.
    pub(crate) const fn credential(&self) -> Option<&AppCredential> {
        self.app.as_ref()
    }

    /// Whether the person was asked again, held by whoever asks.
    pub(crate) async fn asked(&self) -> tokio::sync::MutexGuard<'_, bool> {
        self.asked.lock().await
    }

    /// The newest refresh token, where there is one.
    pub(crate) fn refresh_token(&self) -> Option<Secret> {
        self.lock().refresh_token.clone()
    }

    /// Keeps a refresh token where the answer brought no newer one.
    pub(crate) fn keep_refresh_token(&self, refresh_token: &Secret) {
        self.lock().refresh_token.get_or_insert_with(|| refresh_token.clone());
    }

    /// Keeps what an answer brought.
    pub(crate) fn keep(&self, answer: TokenAnswer, resource: &Resource, now: Timestamp) -> AccessToken {
        self.put(answer, resource, now, None)
    }

    fn put(&self, answer: TokenAnswer, resource: &Resource, now: Timestamp, answered_at: Option<Timestamp>) -> AccessToken {
        let mut held = self.lock();
        held.count += 1;
        let token = AccessToken { serial: held.count, ..AccessToken::from_answer(&answer, resource, now) };
        // of a token that lives shorter than usual, half the life
        let ahead = AHEAD.min(answer.lifetime / 2);
        let renew_at = token.expires_at.checked_sub(ahead).unwrap_or(Timestamp::MIN);
        if answer.refresh_token.is_some() {
            held.refresh_token = answer.refresh_token;
        }
        held.tokens.insert(resource.clone(), Kept { token: token.clone(), renew_at, answered_at });
        token
    }

    /// A token for this resource: the one at hand, or a new one.
    pub(crate) async fn token(&self, cx: &Cx<'_>, resource: &Resource) -> Result<AccessToken, SignInError> {
        let fresh = || self.at_hand(resource, |kept| cx.clock.now() < kept.renew_at);
        if let Some(token) = fresh() {
            return Ok(token);
        }
        let _one_at_a_time = self.renewing.lock().await;
        // somebody else may have renewed it meanwhile
        if let Some(token) = fresh() {
            return Ok(token);
        }
        match self.renewed(cx, resource, None).await {
            Ok(answer) => Ok(self.keep(answer, resource, cx.clock.now())),
            // an old token that is still good beats a network that is not
            Err(SignInError::Transport(error)) => {
                self.at_hand(resource, |kept| cx.clock.now() < kept.token.expires_at).ok_or(SignInError::Transport(error))
            }
            Err(error) => Err(error),
        }
    }

    /// Answers a resource that challenged a token: by a newer one where somebody answered already, else by a renewal with what was asked
    /// for. None where the token is an answer itself, and was not enough.
    pub(crate) async fn answer(
        &self,
        cx: &Cx<'_>,
        challenge: &ClaimsChallenge,
        challenged: &AccessToken,
    ) -> Result<Option<AccessToken>, SignInError> {
        let resource = &challenged.resource;
        let _one_at_a_time = self.renewing.lock().await;
        if let Some(newer) = self.at_hand(resource, |kept| kept.token.serial > challenged.serial) {
            return Ok(Some(newer));
        }
        let now = cx.clock.now();
        let just_answered = |kept: &Kept| kept.answered_at.is_some_and(|at| now.duration_since(at).unsigned_abs() < AGAIN);
        if self.at_hand(resource, just_answered).is_some() {
            return Ok(None);
        }
        let answer = self.renewed(cx, resource, Some(challenge)).await?;
        let now = cx.clock.now();
        Ok(Some(self.put(answer, resource, now, Some(now))))
    }

    /// Takes over what another sign-in of the same account brought for this resource.
    pub(crate) fn adopt(&self, other: &Self, resource: &Resource, now: Timestamp) -> Option<AccessToken> {
        let (refresh_token, token) = {
            let mut other = other.lock();
            (other.refresh_token.take(), other.tokens.remove(resource)?)
        };
        let mut held = self.lock();
        held.count += 1;
        let token = Kept { token: AccessToken { serial: held.count, ..token.token }, answered_at: Some(now), ..token };
        held.refresh_token = refresh_token;
        let newest = token.token.clone();
        held.tokens.insert(resource.clone(), token);
        Some(newest)
    }

    async fn renewed(&self, cx: &Cx<'_>, resource: &Resource, challenge: Option<&ClaimsChallenge>) -> Result<TokenAnswer, SignInError> {
        if let Some(credential) = &self.app {
            return credential.token(cx, &self.endpoint, resource, challenge).await.map(|(answer, _)| answer);
        }
        let refresh_token = self.refresh_token().ok_or(SignInError::NoRefreshToken)?;
        self.endpoint.refresh(cx, resource, refresh_token, challenge).await
    }

    fn at_hand(&self, resource: &Resource, good: impl FnOnce(&Kept) -> bool) -> Option<AccessToken> {
        self.lock().tokens.get(resource).filter(|kept| good(kept)).map(|kept| kept.token.clone())
    }

    /// The newest token for this resource, whatever its age.
    pub(crate) fn newest(&self, resource: &Resource) -> Option<AccessToken> {
        self.at_hand(resource, |_| true)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("resources", &self.lock().tokens.keys().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}
