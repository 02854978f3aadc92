//! Signing in by what was remembered: in silence, by a refresh token, and with the same proof of who it is (RFC 6749 §6; OpenID Connect Core
//! 1.0 §12).

use super::proof::Proof;
use crate::id_token::Keys;
use crate::memory::Remembered;
use crate::{ClientId, Cx, Metadata, Resource, SignInError, SignedIn, Way};

/// Renews a remembered session and proves that it is the remembered account's.
pub async fn sign_in_remembered(
    cx: &Cx<'_>,
    metadata: &Metadata,
    client_id: &ClientId,
    first: &Resource,
    remembered: &Remembered,
) -> Result<SignedIn, SignInError> {
    let endpoint = metadata.token_endpoint(client_id, Way::Browser);
    let renewal = endpoint.refresh_whole(cx, first, remembered.refresh_token.clone(), None);
    let (answer, keys) = tokio::join!(renewal, Keys::fetch(cx, metadata));
    let (answer, response) = answer?;
    let proof = Proof { metadata, client_id, nonce: None };
    let who = proof.prove(cx, &answer, &response, keys).await?;
    if !who.answers_to(&remembered.account) {
        return Err(SignInError::SomebodyElse);
    }
    let signed_in = SignedIn::person(cx, who, endpoint, answer, first);
    signed_in.tokens().keep_refresh_token(&remembered.refresh_token);
    Ok(signed_in)
}
