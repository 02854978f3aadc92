//! Secrets: they cannot be printed, compared or serialised, and are released only for the origin they were bound to.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::{Origin, SafeText};

/// A secret as it was entered or received: a token, a password, an authorization code.
///
/// It has no `Display`, `Serialize`, `PartialEq` or `Deref`; [`Secret::bind`] says where it may go.
///
/// ```
/// use preflight::Secret;
/// assert_eq!(format!("{:?}", Secret::new("hunter2".to_owned())), "Secret([hidden])");
/// ```
///
/// ```compile_fail
/// let text = preflight::Secret::new("hunter2".to_owned()).to_string();
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// True where nothing was entered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says which origin this secret may be sent to. It can go nowhere else.
    #[must_use]
    pub fn bind(self, origin: Origin) -> BoundSecret {
        BoundSecret { text: self.0, origin }
    }

    /// The same text with every occurrence of this secret masked.
    pub fn mask_in(&self, text: SafeText) -> SafeText {
        text.without(&self.0)
    }

    /// Hands the text to a function that must look at it (a parser, a signature), never to keep or show it.
    pub fn inspect<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        look(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([hidden])")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// A secret that is released for one origin only.
#[derive(Clone)]
pub struct BoundSecret {
    text: Zeroizing<String>,
    origin: Origin,
}

/// A secret was asked for by an origin it does not belong to.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a credential for {bound_to} was not sent to {asked_by}")]
pub struct WrongOrigin {
    /// Where the secret belongs.
    pub bound_to: Origin,
    /// Who asked for it.
    pub asked_by: Origin,
}

impl BoundSecret {
    /// The secret text, for a request to exactly this origin.
    pub fn expose_for(&self, origin: &Origin) -> Result<&str, WrongOrigin> {
        if *origin == self.origin { Ok(&self.text) } else { Err(WrongOrigin { bound_to: self.origin.clone(), asked_by: origin.clone() }) }
    }

    /// Where the secret may go.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The same text with every occurrence of this secret masked.
    pub fn mask_in(&self, text: SafeText) -> SafeText {
        text.without(&self.text)
    }

    /// The same secret, free to be bound anew.
    pub fn unbind(self) -> Secret {
        Secret(self.text)
    }
}

impl fmt::Debug for BoundSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BoundSecret([hidden], for {})", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_to_its_own_origin_only() {
        let origin = |text| Origin::parse(text).expect(text);
        let bound = Secret::new("S3CRET-PAT-1".to_owned()).bind(origin("https://wiki.example.com"));
        assert_eq!(bound.expose_for(&origin("https://wiki.example.com:443")), Ok("S3CRET-PAT-1"));
        for foreign in ["http://wiki.example.com", "https://wiki.example.com.evil.test", "https://wiki.example.com:8443"] {
            let error = bound.expose_for(&origin(foreign)).expect_err(foreign);
            assert!(!format!("{error} {error:?} {bound:?}").contains("S3CRET"));
        }
    }
}
