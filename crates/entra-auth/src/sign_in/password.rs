//! Signing in by user name and password (RFC 6749 §4.3; Microsoft, "OAuth 2.0 Resource Owner Password Credentials"). Legacy: Microsoft
//! advises against it, and a second factor and most sign-in rules rule it out.

use preflight::Secret;

use super::proof::Proof;
use crate::id_token::Keys;
use crate::{ClientId, Cx, Metadata, Resource, SignInError, SignedIn, Way};

/// Signs a person in by user name and password, once: wrong attempts lock accounts.
pub async fn sign_in_password(
    cx: &Cx<'_>,
    metadata: &Metadata,
    client_id: &ClientId,
    first: &Resource,
    username: &str,
    password: Secret,
) -> Result<SignedIn, SignInError> {
    let endpoint = metadata.token_endpoint(client_id, Way::Password);
    let (answer, keys) = tokio::join!(endpoint.password(cx, first, username, password), Keys::fetch(cx, metadata));
    let (answer, response) = answer?;
    let proof = Proof { metadata, client_id, nonce: None };
    let who = proof.prove(cx, &answer, &response, keys).await?;
    Ok(SignedIn::person(cx, who, endpoint, answer, first))
}
