//! The forms: what was typed, what was understood, and what cannot be right. The window and the command line share them.

mod confluence;
mod sharepoint;

pub use confluence::{ConfluenceForm, ConfluenceMethod, Route, gate_header};
pub use confluence_auth::{Credential as ConfluenceCredential, RouteChoice, Settings as ConfluenceSettings};
use entra_auth::Tenant;
pub use entra_auth::{Cloud, Method};
pub use http::HeaderName;
use preflight::{Explain as _, Field, SafeText, Secret};
pub use sharepoint::{CloudChoice, SharePointForm, SharePointMethod, SharePointSecrets};

/// A value that cannot be right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldError {
    /// Which field.
    pub field: Field,
    /// What is wrong and what to do, in one sentence.
    pub text: SafeText,
}

impl FieldError {
    fn new(field: Field, text: impl Into<SafeText>) -> Self {
        Self { field, text: text.into() }
    }
}

/// Whether an address can be a sign-in authority, or why not.
pub fn check_authority(address: &url::Url) -> Result<(), SafeText> {
    // its tenant changes nothing about the address
    let tenant = Tenant::parse("contoso.onmicrosoft.com").map_err(|error| error.explain().summary)?;
    entra_auth::Authority::custom(address, tenant).map(drop).map_err(|error| error.explain().summary)
}

fn trimmed(secret: &Secret) -> Secret {
    Secret::new(secret.inspect(|text| text.trim().to_owned()))
}

fn looks_like_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.') && !text.contains(char::is_whitespace))
}
