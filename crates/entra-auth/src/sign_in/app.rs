//! An app that signs in by itself (RFC 6749 §4.4; Microsoft, "OAuth 2.0 client credentials flow"). Nobody is asked; the app's own
//! permissions count, and no ID token says who it is.

use preflight::Secret;
use transport::Response;

use super::proof::clock_skew;
use crate::token_endpoint::{TokenAnswer, TokenEndpoint};
use crate::{ClientId, Cx, Guid, Metadata, Resource, SignInError, SignedIn, Way};

/// How an app proves itself.
#[derive(Clone, Debug)]
pub enum AppCredential {
    /// By a client secret. SharePoint refuses the tokens that come of it; Graph takes them.
    Secret(Secret),
}

impl AppCredential {
    /// Which way of signing in it makes.
    pub const fn way(&self) -> Way {
        match self {
            Self::Secret(_) => Way::ClientSecret,
        }
    }

    /// A token for a resource.
    pub(crate) async fn token(
        &self,
        cx: &Cx<'_>,
        endpoint: &TokenEndpoint,
        resource: &Resource,
    ) -> Result<(TokenAnswer, Response), SignInError> {
        match self {
            Self::Secret(secret) => {
                let proof = vec![("client_secret", endpoint.secret(secret.clone()))];
                endpoint.client_credentials(cx, resource, proof).await
            }
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
    let (answer, response) = credential.token(cx, &endpoint, first).await?;
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
