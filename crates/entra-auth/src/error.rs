//! What can go wrong while somebody signs in. What that means to a person stands in `explain`.

use std::io;
use std::time::Duration;

use transport::TransportError;

use crate::Refusal;
use crate::certificate::CertificateError;
use crate::discovery::MetadataError;
use crate::id_token::IdTokenError;

/// Which conversation with the sign-in service it was.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stage {
    /// The tenant's OpenID configuration.
    Discovery,
    /// The key set.
    Keys,
    /// The answer that the browser brings.
    Authorize,
    /// The page that only the person sees.
    Page,
    /// The token endpoint, with a code.
    Token,
    /// The token endpoint, with a refresh token.
    Refresh,
    /// The device endpoint, which gives codes.
    DeviceCode,
}

/// Why nobody is signed in, or why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The sign-in service was not reached.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// It refused, and said why.
    #[error("the sign-in service refused")]
    Refused(#[source] Box<Refusal>),
    /// What answered is not the sign-in service, or it is not well.
    #[error("the sign-in service gave no usable answer")]
    Unexpected(#[source] UnexpectedAnswer),
    /// The tenant's OpenID configuration cannot be used.
    #[error("the tenant's sign-in configuration cannot be used")]
    Metadata(#[source] MetadataError),
    /// The ID token does not prove who signed in.
    #[error("the ID token does not verify")]
    IdToken(#[source] IdTokenError),
    /// This computer's clock and the server's are too far apart.
    #[error("this computer's clock is {} seconds {} the server's", .by.as_secs(), if *.behind { "behind" } else { "ahead of" })]
    ClockSkew {
        /// True where this computer's clock is late.
        behind: bool,
        /// By how much.
        by: Duration,
    },
    /// The listener for the browser's answer could not be opened.
    #[error("no listener for the sign-in answer could be opened")]
    Loopback(#[source] io::Error),
    /// Another account signed in than the one before.
    #[error("another account signed in the second time")]
    SomebodyElse,
    /// The session brought no refresh token, so it ends with its first token.
    #[error("the sign-in brought no refresh token")]
    NoRefreshToken,
    /// The certificate cannot be used.
    #[error("the certificate cannot be used")]
    Certificate(#[source] CertificateError),
    /// Nothing was signed, because the system gave no random numbers.
    #[error("the system gave no random numbers to sign with")]
    NoSignature,
    /// The sign-in service offers no device codes.
    #[error("the sign-in service has no endpoint for device codes")]
    NoDeviceCodes,
    /// Nobody signed in with the code in its time.
    #[error("the device code expired")]
    DeviceCodeExpired,
}

/// An answer that is not what was asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{host} answered {status} with {what}")]
pub struct UnexpectedAnswer {
    /// What was asked.
    pub stage: Stage,
    /// Who answered, or who was meant to.
    pub host: String,
    /// HTTP status.
    pub status: u16,
    /// What came.
    pub what: Content,
}

/// What an unexpected answer holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// A web page: a proxy's, a captive portal's.
    Page,
    /// JSON with the wrong fields, or with needed ones missing.
    OtherJson,
    /// A redirect.
    Redirect,
    /// Anything else.
    Other,
}

impl std::fmt::Display for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Page => "a web page",
            Self::OtherJson => "JSON that lacks what is needed",
            Self::Redirect => "a redirect",
            Self::Other => "something unknown",
        })
    }
}

impl UnexpectedAnswer {
    /// What came instead.
    pub(crate) fn of(stage: Stage, response: &transport::Response) -> Self {
        let what = if response.status.is_redirection() {
            Content::Redirect
        } else if response.is_html() {
            Content::Page
        } else if serde_json::from_slice::<serde::de::IgnoredAny>(&response.body).is_ok() {
            Content::OtherJson
        } else {
            Content::Other
        };
        Self { stage, host: response.url.host_str().unwrap_or_default().to_owned(), status: response.status.as_u16(), what }
    }
}

impl From<Refusal> for SignInError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

/// Something that came while the sign-in waits, and that could not be used. It waits on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum BadPaste {
    /// An answer to another sign-in.
    #[error("it belongs to another sign-in")]
    Stranger,
    /// The return address without an answer.
    #[error("the address holds no answer")]
    BareAddress,
    /// Neither an address nor a known error.
    #[error("it is neither an address nor a known error")]
    Nothing,
}
