//! Calls to a resource in the name of somebody who is signed in: with the token at hand, and once more with a new one where the resource asks
//! for it while the token is still good (continuous access evaluation).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use preflight::{BoundSecret, Secret};
use transport::{Authorization, Request, Response, Transport, TransportError};

use crate::token::ClaimsChallenge;
use crate::{AccessToken, Cx, Principal, Resource, SignInError, SignedIn};

/// Lets the person sign in once more, with what a resource asks for.
pub(crate) type Again<'a> = Box<dyn Fn(Resource, ClaimsChallenge) -> BoxFuture<'a, Result<SignedIn, SignInError>> + Send + Sync + 'a>;

/// What answers for somebody who is signed in, for as long as a test runs.
pub(crate) struct Renewal<'a> {
    cx: &'a Cx<'a>,
    signed_in: &'a SignedIn,
    /// Where a person can be asked.
    again: Option<Again<'a>>,
    /// Every new token goes there, to be kept out of the report.
    guard: Box<dyn Fn(Secret) + Send + Sync + 'a>,
    failure: Mutex<Option<Arc<SignInError>>>,
}

impl<'a> Renewal<'a> {
    pub(crate) fn new(
        cx: &'a Cx<'a>,
        signed_in: &'a SignedIn,
        again: Option<Again<'a>>,
        guard: impl Fn(Secret) + Send + Sync + 'a,
    ) -> Self {
        Self { cx, signed_in, again, guard: Box::new(guard), failure: Mutex::default() }
    }

    /// Why a challenge could not be answered, where one could not.
    pub(crate) fn failure(&self) -> Option<Arc<SignInError>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn answered(&self, challenge: &ClaimsChallenge, challenged: &AccessToken) -> Option<AccessToken> {
        let answer = match self.signed_in.tokens().answer(self.cx, challenge, challenged).await {
            Err(SignInError::Refused(refusal)) if refusal.needs_the_person() && self.again.is_some() => {
                tracing::info!(%refusal, "the session cannot be renewed in silence");
                self.ask(challenge, challenged, SignInError::Refused(refusal)).await
            }
            answer => answer,
        };
        match answer {
            Ok(token) => {
                if let Some(token) = &token {
                    (self.guard)(token.secret.clone().unbind());
                }
                token
            }
            Err(error) => {
                tracing::info!(error = %preflight::chain(&error), "a claims challenge was not answered");
                *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(error));
                None
            }
        }
    }

    async fn ask(
        &self,
        challenge: &ClaimsChallenge,
        challenged: &AccessToken,
        refused: SignInError,
    ) -> Result<Option<AccessToken>, SignInError> {
        let Some(again) = &self.again else { return Err(refused) };
        let tokens = self.signed_in.tokens();
        // one person, one question: who was asked once is not asked again
        let mut asked = tokens.asked().await;
        // others were challenged as well, and one of them may have asked meanwhile
        if let Some(newer) = tokens.newest(&challenged.resource).filter(|newest| newest.serial > challenged.serial) {
            return Ok(Some(newer));
        }
        if std::mem::replace(&mut *asked, true) {
            return Err(refused);
        }
        let other = again(challenged.resource.clone(), challenge.clone()).await?;
        if !is_same(&self.signed_in.who, &other.who) {
            return Err(SignInError::SomebodyElse);
        }
        Ok(tokens.adopt(other.tokens(), &challenged.resource, self.cx.clock.now()))
    }
}

fn is_same(one: &Principal, other: &Principal) -> bool {
    match (one.person(), other.person()) {
        (Some(one), Some(other)) => one.oid == other.oid && one.tid == other.tid,
        _ => false,
    }
}

impl fmt::Debug for Renewal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewal").field("who", &self.signed_in.who).finish_non_exhaustive()
    }
}

/// Who has tokens, and answers for them.
trait Tokens: Send + Sync + fmt::Debug {
    /// The newest token for a resource.
    fn newest(&self, resource: &Resource) -> Option<AccessToken>;
    /// Another token in the place of one that was challenged. None where there is none.
    fn answer<'b>(&'b self, challenge: &'b ClaimsChallenge, challenged: &'b AccessToken) -> BoxFuture<'b, Option<AccessToken>>;
}

impl Tokens for Renewal<'_> {
    fn newest(&self, resource: &Resource) -> Option<AccessToken> {
        self.signed_in.tokens().newest(resource)
    }

    fn answer<'b>(&'b self, challenge: &'b ClaimsChallenge, challenged: &'b AccessToken) -> BoxFuture<'b, Option<AccessToken>> {
        self.answered(challenge, challenged).boxed()
    }
}

/// Makes calls to one resource.
#[derive(Clone, Debug)]
pub(crate) struct Caller<'a> {
    transport: Arc<dyn Transport>,
    token: BoundSecret,
    tokens: Option<(&'a dyn Tokens, Resource)>,
}

impl<'a> Caller<'a> {
    /// In the name of a session, with the token that it has for the resource.
    pub(crate) fn new(renewal: &'a Renewal<'_>, token: &AccessToken) -> Self {
        let transport = renewal.cx.network.to(&token.resource.origin);
        Self { transport, token: token.secret.clone(), tokens: Some((renewal, token.resource.clone())) }
    }

    /// With one token and nobody behind it.
    #[cfg(test)]
    pub(crate) fn with(transport: Arc<dyn Transport>, token: BoundSecret) -> Self {
        Self { transport, token, tokens: None }
    }

    /// The host that is called.
    pub(crate) fn host(&self) -> &str {
        self.transport.origin().host()
    }

    /// Makes a call; once more, where the resource challenges the token and the challenge can be answered.
    pub(crate) fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        self.call(request).boxed()
    }

    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let with = |token: BoundSecret| request.clone().authorized(Some(Authorization::Bearer(token)));
        let newest = self.tokens.as_ref().and_then(|(tokens, resource)| tokens.newest(resource));
        let token = newest.as_ref().map_or(&self.token, |newest| &newest.secret);
        let response = self.transport.execute(with(token.clone())).await?;
        let (Some(challenge), Some(challenged), Some((tokens, _))) = (ClaimsChallenge::of(&response), newest, &self.tokens) else {
            return Ok(response);
        };
        match tokens.answer(&challenge, &challenged).await {
            Some(answer) => self.transport.execute(with(answer.secret)).await,
            None => Ok(response),
        }
    }
}
