//! The forms: what was typed, what was understood, and what cannot be right. The window and the command line share them.

mod sharepoint;

pub use confluence_auth::{Credential as ConfluenceCredential, RouteChoice};
use confluence_auth::{Credential, SiteAddress as ConfluenceAddress, WindowOptions};
use entra_auth::Tenant;
pub use entra_auth::{Cloud, Method};
pub use http::HeaderName;
use preflight::{Explain as _, Field, Origin, SafeText, Secret};
use serde::{Deserialize, Serialize};
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

/// How to sign in to Confluence.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfluenceMethod {
    /// A personal access token, or an e-mail address and an API token.
    #[default]
    Token,
    /// Without signing in.
    Anonymous,
}

impl ConfluenceMethod {
    /// All that there are, in the order on screen.
    pub const ALL: [Self; 2] = [Self::Token, Self::Anonymous];

    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Token => "Token",
            Self::Anonymous => "Anonymous",
        }
    }
}

/// The Confluence card's fields, without the token.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfluenceForm {
    /// `Confluence address`
    pub address: String,
    /// `Confluence sign-in method`
    pub method: ConfluenceMethod,
    /// `Email (Cloud only)`
    pub email: String,
}

/// Where scoped tokens of Confluence Cloud go.
const ATLASSIAN_GATEWAY: &str = "https://api.atlassian.com";

/// The Cloud gateway: `$WAYLEAVE_ATLASSIAN_GATEWAY`, else Atlassian's own.
fn atlassian_gateway() -> Origin {
    let chosen = std::env::var("WAYLEAVE_ATLASSIAN_GATEWAY").ok().and_then(|text| Origin::parse(&text).ok());
    chosen.unwrap_or_else(|| Origin::parse(ATLASSIAN_GATEWAY).expect("a constant"))
}

impl ConfluenceForm {
    /// What was understood of the address, where that differs from what was typed.
    pub fn understood(&self) -> Option<String> {
        ConfluenceAddress::understand(&self.address).ok().and_then(|address| address.note())
    }

    /// What is wrong with one field, for when it is left.
    pub fn error_at(&self, field: Field, token: &Secret) -> Option<SafeText> {
        self.errors(token).into_iter().find(|error| error.field == field).map(|error| error.text)
    }

    fn errors(&self, token: &Secret) -> Vec<FieldError> {
        self.settings(token).err().unwrap_or_default()
    }

    /// The settings of a test, or everything that cannot be right.
    pub fn settings(&self, token: &Secret) -> Result<confluence_auth::Settings, Vec<FieldError>> {
        let mut errors = Vec::new();
        let address = ConfluenceAddress::understand(&self.address)
            .map_err(|error| errors.push(FieldError::new(Field::ConfluenceAddress, error.explain().summary)))
            .ok();
        let email = self.email.trim();
        let credential = match self.method {
            ConfluenceMethod::Anonymous => Some(Credential::Anonymous),
            ConfluenceMethod::Token => {
                let token = trimmed(token);
                if token.is_empty() {
                    errors.push(FieldError::new(Field::Token, "Enter the token, or choose Anonymous"));
                    None
                } else if email.is_empty() {
                    Some(Credential::PersonalToken(token))
                } else if !looks_like_email(email) {
                    errors.push(FieldError::new(Field::Email, "This is not an e-mail address; leave it empty for Server and Data Center"));
                    None
                } else {
                    Some(Credential::CloudToken { email: email.to_owned(), token })
                }
            }
        };
        match (address, credential) {
            (Some(address), Some(credential)) if errors.is_empty() => Ok(confluence_auth::Settings {
                address,
                credential,
                expect_account: None,
                extra_headers: Vec::new(),
                gateway: atlassian_gateway(),
                window: WindowOptions::default(),
            }),
            _ => Err(errors),
        }
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
