//! An app that signs in by itself (RFC 6749 §4.4; Microsoft, "OAuth 2.0 client credentials flow"). Nobody is asked; the app's own
//! permissions count, and no ID token says who it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use preflight::Secret;
use transport::Response;

use super::proof::{clock_skew, skew_between};
use crate::certificate::Algorithm;
use crate::token::ClaimsChallenge;
use crate::token_endpoint::{TokenAnswer, TokenEndpoint};
use crate::{Certificate, ClientId, Cx, Guid, Metadata, Resource, SignInError, SignedIn, Way};

/// How an app proves itself.
#[derive(Clone, Debug)]
pub enum AppCredential {
    /// By a client secret. SharePoint refuses the tokens that come of it; Graph takes them.
    Secret(Secret),
    /// By a certificate, which both take.
    Certificate(ByCertificate),
}

/// A certificate, and which signature the sign-in service takes. Clones share what they learn.
#[derive(Clone, Debug)]
pub struct ByCertificate {
    certificate: Certificate,
    /// True once the service refused the newer signature and took the older one.
    older: Arc<AtomicBool>,
}

impl ByCertificate {
    /// Begins with the signature that Microsoft's documentation asks for.
    pub fn new(certificate: Certificate) -> Self {
        Self { certificate, older: Arc::default() }
    }

    fn algorithm(&self) -> Algorithm {
        if self.older.load(Ordering::Relaxed) { Algorithm::Rs256 } else { Algorithm::Ps256 }
    }

    /// One attempt; a second one, with the older signature, only where the refusal is about the signature's algorithm.
    async fn token(&self, cx: &Cx<'_>, ask: Ask<'_>) -> Result<(TokenAnswer, Response), SignInError> {
        let first = self.algorithm();
        match self.attempt(cx, ask, first).await {
            Err(SignInError::Refused(refusal)) if first == Algorithm::Ps256 && refusal.is_about_the_algorithm() => {
                tracing::info!(%refusal, "the signature's algorithm is not taken; trying the older one");
                let answer = self.attempt(cx, ask, Algorithm::Rs256).await?;
                self.older.store(true, Ordering::Relaxed);
                Ok(answer)
            }
            result => result,
        }
    }

    async fn attempt(&self, cx: &Cx<'_>, ask: Ask<'_>, algorithm: Algorithm) -> Result<(TokenAnswer, Response), SignInError> {
        let Ask { endpoint, resource, challenge } = ask;
        let now = cx.clock.now();
        let assertion = self.certificate.assertion(&endpoint.client_id, &endpoint.address(), now, algorithm);
        let assertion = assertion.ok_or(SignInError::NoSignature)?;
        let proof = vec![("client_assertion_type", ASSERTION_TYPE.into()), ("client_assertion", endpoint.secret(assertion))];
        match endpoint.client_credentials(cx, resource, proof, challenge).await {
            // an assertion names its time, so a wrong clock is refused for one reason or another
            Err(SignInError::Refused(refusal)) => {
                let skew = refusal.server_time.and_then(|server| skew_between(now, server));
                Err(skew.unwrap_or(SignInError::Refused(refusal)))
            }
            result => result,
        }
    }
}

/// What is asked for, and where.
#[derive(Clone, Copy)]
struct Ask<'a> {
    endpoint: &'a TokenEndpoint,
    resource: &'a Resource,
    challenge: Option<&'a ClaimsChallenge>,
}

/// RFC 7523 §2.2
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl AppCredential {
    /// Which way of signing in it makes.
    pub const fn way(&self) -> Way {
        match self {
            Self::Secret(_) => Way::ClientSecret,
            Self::Certificate(_) => Way::Certificate,
        }
    }

    /// How the app's proof was signed, where it was.
    pub fn signature(&self) -> Option<&'static str> {
        match self {
            Self::Secret(_) => None,
            Self::Certificate(by) => Some(by.algorithm().as_str()),
        }
    }

    /// A token for a resource.
    pub(crate) async fn token(
        &self,
        cx: &Cx<'_>,
        endpoint: &TokenEndpoint,
        resource: &Resource,
        challenge: Option<&ClaimsChallenge>,
    ) -> Result<(TokenAnswer, Response), SignInError> {
        match self {
            Self::Secret(secret) => {
                let proof = vec![("client_secret", endpoint.secret(secret.clone()))];
                endpoint.client_credentials(cx, resource, proof, challenge).await
            }
            Self::Certificate(by) => by.token(cx, Ask { endpoint, resource, challenge }).await,
        }
    }
}

/// An app that is signed in by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AppIdentity {
    /// Its name, where the token tells.
    pub name: Option<String>,
    /// Its client ID, which is also the account's name.
    pub client_id: ClientId,
    /// The object id of its service principal, where the token tells.
    pub oid: Option<Guid>,
    /// The tenant signed in to.
    pub tid: Guid,
}

/// Signs an app in by itself. The first resource's token comes along; further ones are asked for with the same credential.
pub async fn sign_in_app(
    cx: &Cx<'_>,
    metadata: &Metadata,
    client_id: &ClientId,
    first: &Resource,
    credential: AppCredential,
) -> Result<SignedIn, SignInError> {
    let endpoint = metadata.token_endpoint(client_id, credential.way());
    let (answer, response) = credential.token(cx, &endpoint, first, None).await?;
    if let Some(skew) = clock_skew(&response, cx.clock.now()) {
        return Err(skew);
    }
    let claims = answer.access_token.inspect(crate::TokenClaims::peek).unwrap_or_default();
    let app = AppIdentity {
        name: claims.app_name,
        client_id: client_id.clone(),
        oid: claims.object_id,
        // the token endpoint asked is the tenant's own
        tid: claims.tenant.unwrap_or_else(|| metadata.tenant().clone()),
    };
    Ok(SignedIn::app(cx, app, endpoint, credential, answer, first))
}
