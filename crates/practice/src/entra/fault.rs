//! Answers that are wrong on purpose.

use std::collections::BTreeMap;

/// A way in which the practice provider misbehaves, to see that its client notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The id token carries another nonce than the request.
    WrongNonce,
    /// The id token names another issuer.
    WrongIssuer,
    /// The id token is for another client.
    WrongAudience,
    /// The id token is signed by a key that is not in the key set, under the name of one that is.
    WrongSignature,
    /// The id token ran out an hour ago.
    ExpiredIdToken,
    /// No id token although `openid` was asked for and granted.
    NoIdToken,
    /// The redirect carries another state than the request.
    WrongState,
    /// The answer is delivered to the return address twice.
    DeliverTwice,
    /// Discovery, keys and token endpoint answer 200 with the HTML page of a captive portal.
    CaptivePortal,
    /// The token endpoint answers 503 `temporarily_unavailable` (AADSTS90033).
    Unavailable,
    /// `code_challenge_method=plain` and a missing challenge are refused.
    NoPlainPkce,
    /// A used refresh token is refused, and with it the whole family (RFC 9700, section 4.14.2).
    StrictRotation,
    /// Discovery does not list `form_post`, and it is refused.
    NoFormPost,
    /// Refusals that Entra shows on its page (50105, 53003, 53000) go to the return address instead.
    RefuseAtRedirect,
}

/// The faults that are switched on, each with how often it still happens (`None`: always).
#[derive(Debug, Default)]
pub(crate) struct Faults(BTreeMap<Fault, Option<u32>>);

impl Faults {
    pub(crate) fn set(&mut self, fault: Fault, times: Option<u32>) {
        self.0.insert(fault, times);
    }

    pub(crate) fn clear(&mut self, fault: Fault) {
        self.0.remove(&fault);
    }

    pub(crate) fn is_on(&self, fault: Fault) -> bool {
        self.0.get(&fault).is_some_and(|left| *left != Some(0))
    }

    /// Whether the fault happens now; counts it.
    pub(crate) fn strikes(&mut self, fault: Fault) -> bool {
        match self.0.get_mut(&fault) {
            Some(Some(0)) | None => false,
            Some(Some(left)) => {
                *left -= 1;
                true
            }
            Some(None) => true,
        }
    }
}
