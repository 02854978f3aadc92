//! The proof of who signed in, and that the clocks agree.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use openidconnect::Nonce;
use transport::Response;

use crate::id_token::{self, Expected, Keys, SKEW};
use crate::token_endpoint::TokenAnswer;
use crate::{ClientId, Cx, IdTokenError, Metadata, SignInError, Who};

/// What an answer has to prove.
pub(super) struct Proof<'a> {
    pub(super) metadata: &'a Metadata,
    pub(super) client_id: &'a ClientId,
    pub(super) nonce: Option<&'a Nonce>,
}

impl Proof<'_> {
    /// Proves who signed in, and that the clocks agree.
    pub(super) async fn prove(
        &self,
        cx: &Cx<'_>,
        answer: &TokenAnswer,
        response: &Response,
        keys: Result<Keys, SignInError>,
    ) -> Result<Who, SignInError> {
        let token = answer.id_token.as_ref().ok_or(SignInError::IdToken(IdTokenError::Missing))?;
        let now = cx.clock.now();
        let expected = Expected { metadata: self.metadata, client_id: self.client_id, nonce: self.nonce, now };
        let verify = |keys: &Keys| id_token::verify(token, answer.client_info.as_deref(), keys, expected);
        let keys = match keys {
            Ok(keys) => keys,
            // that was minutes ago
            Err(_) => Keys::fetch(cx, self.metadata).await?,
        };
        let proof = match verify(&keys) {
            // keys are replaced now and then, and may have been while the person signed in
            Err(IdTokenError::UnknownKey) => verify(&Keys::fetch(cx, self.metadata).await?),
            proof => proof,
        };
        match (proof, clock_skew(response, now)) {
            (Ok(_) | Err(IdTokenError::Expired | IdTokenError::NotYet), Some(skew)) => Err(skew),
            (proof, _) => proof.map_err(SignInError::IdToken),
        }
    }
}

/// Compares this computer's clock with the server's, by the `Date` of an answer that no cache can have kept (RFC 9110 §6.6.1).
pub(super) fn clock_skew(response: &Response, now: Timestamp) -> Option<SignInError> {
    skew_between(now, server_time(response)?)
}

/// The time of an answer, as its server has it.
pub(crate) fn server_time(response: &Response) -> Option<Timestamp> {
    response.header("date").and_then(|date| DateTimeParser::new().parse_timestamp(date).ok())
}

/// What is wrong with this computer's clock, where it is more than what is forgiven.
pub(super) fn skew_between(now: Timestamp, server: Timestamp) -> Option<SignInError> {
    let difference = now.duration_since(server);
    (difference.abs() > SKEW)
        .then(|| SignInError::ClockSkew { behind: difference.is_negative(), by: Duration::from_secs(difference.as_secs().unsigned_abs()) })
}
