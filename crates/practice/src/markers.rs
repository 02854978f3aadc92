//! Secrets of the practice accounts, recognisable wherever they leak.
//!
//! Every secret a practice server accepts or hands out contains [`PREFIX`], so a test can search any output (reports, logs,
//! screens, files) and know that nothing secret got through, not even base64-encoded inside a `Basic` header or a JWT.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Every practice secret contains this text.
pub const PREFIX: &str = "MARKER-SECRET-";

/// What a marker secret stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Confluence Data Center personal access token.
    Pat,
    /// A person's password.
    Password,
    /// Atlassian Cloud API token without scopes.
    ApiToken,
    /// Atlassian Cloud API token with scopes.
    ScopedToken,
    /// Session cookie value.
    Session,
    /// OAuth client secret.
    ClientSecret,
    /// Passphrase of a private key or certificate file.
    KeyPassphrase,
    /// OAuth access token.
    AccessToken,
    /// OAuth refresh token.
    RefreshToken,
    /// OpenID Connect ID token.
    IdToken,
    /// OAuth authorization code.
    AuthorizationCode,
    /// OAuth device code (the long one, not the one people type).
    DeviceCode,
    /// Password of an HTTP proxy.
    ProxyPassword,
}

impl Kind {
    /// Every kind there is.
    pub const ALL: [Self; 13] = [
        Self::Pat,
        Self::Password,
        Self::ApiToken,
        Self::ScopedToken,
        Self::Session,
        Self::ClientSecret,
        Self::KeyPassphrase,
        Self::AccessToken,
        Self::RefreshToken,
        Self::IdToken,
        Self::AuthorizationCode,
        Self::DeviceCode,
        Self::ProxyPassword,
    ];

    /// The secret of this kind that belongs to `owner`, always the same: `MARKER-SECRET-PAT-mwren`.
    pub fn of(self, owner: impl fmt::Display) -> String {
        format!("{}{owner}", self.stem())
    }

    /// The beginning that all secrets of this kind share.
    pub const fn stem(self) -> &'static str {
        match self {
            Self::Pat => "MARKER-SECRET-PAT-",
            Self::Password => "MARKER-SECRET-PASSWORD-",
            Self::ApiToken => "MARKER-SECRET-API-TOKEN-",
            Self::ScopedToken => "MARKER-SECRET-SCOPED-TOKEN-",
            Self::Session => "MARKER-SECRET-SESSION-",
            Self::ClientSecret => "MARKER-SECRET-CLIENT-SECRET-",
            Self::KeyPassphrase => "MARKER-SECRET-KEY-PASSPHRASE-",
            Self::AccessToken => "MARKER-SECRET-ACCESS-TOKEN-",
            Self::RefreshToken => "MARKER-SECRET-REFRESH-TOKEN-",
            Self::IdToken => "MARKER-SECRET-ID-TOKEN-",
            Self::AuthorizationCode => "MARKER-SECRET-AUTHORIZATION-CODE-",
            Self::DeviceCode => "MARKER-SECRET-DEVICE-CODE-",
            Self::ProxyPassword => "MARKER-SECRET-PROXY-PASSWORD-",
        }
    }
}

/// Texts of which none may show up in any output: the stem of every kind and the three ways [`PREFIX`] looks in base64.
pub fn all() -> Vec<String> {
    let stems = Kind::ALL.iter().map(|kind| kind.stem().to_owned());
    stems.chain((0..3).map(in_base64)).collect()
}

/// The markers that `text` gives away, for an assertion that names the leak.
pub fn found_in(text: &str) -> Vec<String> {
    all().into_iter().filter(|marker| text.contains(marker)).collect()
}

/// How [`PREFIX`] looks in base64 when `shift` bytes stand before it, without the characters that depend on its neighbours.
///
/// The part that is left holds only letters and digits, so it is the same in the URL-safe alphabet.
fn in_base64(shift: usize) -> String {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(PREFIX.as_bytes());
    let whole = bytes.len() / 3 * 4;
    let encoded = STANDARD_NO_PAD.encode(&bytes);
    let first_own = if shift == 0 { 0 } else { 4 };
    encoded.get(first_own..whole).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn a_secret_is_found_plain_and_encoded_at_every_alignment() {
        for kind in Kind::ALL {
            let secret = kind.of("mwren");
            assert!(!found_in(&format!("oops: {secret}")).is_empty(), "{secret}");
            for user in ["a", "ab", "abc"] {
                let basic = STANDARD.encode(format!("{user}:{secret}"));
                assert!(!found_in(&basic).is_empty(), "{secret} as {basic}");
                let claim = URL_SAFE_NO_PAD.encode(format!("{{\"{user}\":\"{secret}\"}}"));
                assert!(!found_in(&claim).is_empty(), "{secret} as {claim}");
            }
        }
    }

    #[test]
    fn ordinary_text_holds_no_marker() {
        let text = "Signed in as mwren with a personal access token (TUFSS0VS)";
        assert_eq!(found_in(text), Vec::<String>::new());
    }
}
