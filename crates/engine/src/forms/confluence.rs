//! The Confluence card's form.

use confluence_auth::{Credential, RouteChoice, SiteAddress as ConfluenceAddress, WindowOptions};
use http::HeaderName;
use preflight::{Explain as _, Field, Origin, SafeText, Secret};
use serde::{Deserialize, Serialize};

use super::{FieldError, looks_like_email, trimmed};

/// How to sign in to Confluence.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfluenceMethod {
    /// By a person, in a browser window that is opened for it.
    Interactive,
    /// A personal access token, or an e-mail address and an API token.
    #[default]
    Token,
    /// Without signing in.
    Anonymous,
}

impl ConfluenceMethod {
    /// All that there are, in the order on screen.
    pub const ALL: [Self; 3] = [Self::Interactive, Self::Token, Self::Anonymous];

    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Interactive => "Interactive",
            Self::Token => "Token",
            Self::Anonymous => "Anonymous",
        }
    }
}

/// Which way requests take after signing in in the browser.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Whichever works, the direct one first.
    #[default]
    Automatic,
    /// From this program, with the cookies of the session.
    Direct,
    /// Through the browser window, which stays open. No cookie leaves it.
    Browser,
}

impl Route {
    /// All that there are, in the order on screen.
    pub const ALL: [Self; 3] = [Self::Automatic, Self::Direct, Self::Browser];

    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Automatic => "Automatic",
            Self::Direct => "Copy cookies",
            Self::Browser => "Keep the browser",
        }
    }

    /// What it means, in one sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Automatic => "The window closes after the sign-in where the session works without it, else it stays",
            Self::Direct => "The window closes after the sign-in, and Wayleave goes on with its cookies",
            Self::Browser => "Every request goes through the window, which stays open. No cookie leaves it",
        }
    }
}

impl From<Route> for RouteChoice {
    fn from(route: Route) -> Self {
        match route {
            Route::Automatic => Self::Auto,
            Route::Direct => Self::Direct,
            Route::Browser => Self::Browser,
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
    /// `Route` of an interactive sign-in.
    pub route: Route,
    /// `Without an account`: the browser is only there to pass what stands before Confluence.
    pub without_account: bool,
    /// `Expected account`
    pub expect_account: String,
    /// `Extra header`, the name of one that a gate before Confluence wants. Its value is a secret and not kept.
    pub header: String,
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

    /// The address can be one.
    pub fn understood_address(&self) -> bool {
        ConfluenceAddress::understand(&self.address).is_ok()
    }

    /// What is wrong with one field, for when it is left.
    pub fn error_at(&self, field: Field, token: &Secret) -> Option<SafeText> {
        self.errors(token).into_iter().find(|error| error.field == field).map(|error| error.text)
    }

    fn errors(&self, token: &Secret) -> Vec<FieldError> {
        self.settings(token).err().unwrap_or_default()
    }

    /// True where it is not settled who will have signed in.
    pub fn asks_who(&self) -> bool {
        match self.method {
            ConfluenceMethod::Interactive => !self.without_account,
            ConfluenceMethod::Token => true,
            ConfluenceMethod::Anonymous => false,
        }
    }

    /// The account that is expected, where one is.
    pub fn expected(&self) -> Option<&str> {
        Some(self.expect_account.trim()).filter(|account| !account.is_empty() && self.asks_who())
    }

    /// The header that a gate wants, with this value. None where no name is given.
    pub fn gate_header(&self, value: &Secret) -> Result<Option<(HeaderName, Secret)>, Vec<FieldError>> {
        let name = self.header.trim();
        if name.is_empty() {
            return Ok(None);
        }
        let name = gate_header(name).map_err(|text| vec![FieldError::new(Field::HeaderName, text)])?;
        let value = trimmed(value);
        if value.is_empty() {
            return Err(vec![FieldError::new(Field::HeaderValue, "Enter the value of the header, or remove its name")]);
        }
        Ok(Some((name, value)))
    }

    /// The settings of a test, or everything that cannot be right.
    pub fn settings(&self, token: &Secret) -> Result<confluence_auth::Settings, Vec<FieldError>> {
        let mut errors = Vec::new();
        let address = ConfluenceAddress::understand(&self.address)
            .map_err(|error| errors.push(FieldError::new(Field::ConfluenceAddress, error.explain().summary)))
            .ok();
        let email = self.email.trim();
        let credential = match self.method {
            ConfluenceMethod::Interactive => Some(Credential::Interactive { anonymous: self.without_account, route: self.route.into() }),
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
                expect_account: self.expected().map(str::to_owned),
                extra_headers: Vec::new(),
                gateway: atlassian_gateway(),
                window: WindowOptions::default(),
            }),
            _ => Err(errors),
        }
    }
}

/// Headers that are not a gate's: they carry the credential, or hold the request together.
const OWN_HEADERS: [&str; 7] =
    ["authorization", "proxy-authorization", "host", "content-length", "transfer-encoding", "connection", "upgrade"];

/// The name of a header that a gate may want, or why it can be none.
pub fn gate_header(name: &str) -> Result<HeaderName, SafeText> {
    let name: HeaderName = name.trim().parse().map_err(|_not_a_name| SafeText::from("This is not the name of a header"))?;
    if OWN_HEADERS.contains(&name.as_str()) {
        return Err(SafeText::from(format!("{name} belongs to the request itself and cannot be set")));
    }
    Ok(name)
}
