//! The SharePoint card's fields.

use entra_auth::{Certificate, CertificateError, ClientId, Cloud, Method, SiteAddress, Tenant};
use preflight::{Explain as _, Field, SafeText, Secret};
use serde::{Deserialize, Serialize};

use super::{FieldError, looks_like_email, trimmed};

/// How to sign in to SharePoint.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SharePointMethod {
    /// On a page in the system browser.
    #[default]
    Interactive,
    /// By a code that is typed on any device.
    DeviceCode,
    /// An app by itself, by a certificate.
    Certificate,
    /// An app by itself, by a client secret.
    ClientSecret,
    /// User name and password.
    Password,
}

impl SharePointMethod {
    /// All that there are, in the order on screen.
    pub const ALL: [Self; 5] = [Self::Interactive, Self::DeviceCode, Self::Certificate, Self::ClientSecret, Self::Password];

    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Interactive => "Interactive",
            Self::DeviceCode => "Device code",
            Self::Certificate => "Certificate",
            Self::ClientSecret => "Client secret",
            Self::Password => "Password (legacy)",
        }
    }

    /// True where it is open at first who will sign in, so that an account can be expected. An app is its own account, and
    /// a typed user name says it already.
    pub const fn asks_who(self) -> bool {
        matches!(self, Self::Interactive | Self::DeviceCode)
    }
}

/// Which of Microsoft's clouds to sign in to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloudChoice {
    /// The one that the site's host belongs to.
    #[default]
    Automatic,
    /// The worldwide one.
    Public,
    /// US Government, GCC High.
    GccHigh,
    /// US Government, DoD.
    Dod,
    /// Operated by 21Vianet.
    China,
}

impl CloudChoice {
    /// All that there are, in the order on screen.
    pub const ALL: [Self; 5] = [Self::Automatic, Self::Public, Self::GccHigh, Self::Dod, Self::China];

    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Automatic => "Automatic, by the site's address",
            Self::Public => "Public (worldwide)",
            Self::GccHigh => "US Government GCC High",
            Self::Dod => "US Government DoD",
            Self::China => "China (21Vianet)",
        }
    }

    /// The cloud, where one was chosen.
    pub const fn cloud(self) -> Option<Cloud> {
        match self {
            Self::Automatic => None,
            Self::Public => Some(Cloud::Public),
            Self::GccHigh => Some(Cloud::GccHigh),
            Self::Dod => Some(Cloud::Dod),
            Self::China => Some(Cloud::China),
        }
    }
}

/// What ways of signing in need that no form may hold, because forms are stored.
#[derive(Clone, Debug)]
pub struct SharePointSecrets {
    /// `Client secret`
    pub client_secret: Secret,
    /// `Password`
    pub password: Secret,
    /// What came of reading `Certificate file`; none where that is still to be done.
    pub certificate: Option<Result<Certificate, CertificateError>>,
}

impl Default for SharePointSecrets {
    fn default() -> Self {
        let nothing = || Secret::new(String::new());
        Self { client_secret: nothing(), password: nothing(), certificate: None }
    }
}

/// The SharePoint card's fields, without the secrets.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct SharePointForm {
    /// `SharePoint site address`
    pub address: String,
    /// `Tenant ID`
    pub tenant: String,
    /// `Application (client) ID`
    pub client_id: String,
    /// `SharePoint sign-in method`
    pub method: SharePointMethod,
    /// `Certificate file`
    pub certificate: String,
    /// `User name`
    pub username: String,
    /// `Expected account`
    pub expect_account: String,
    /// `Microsoft cloud`
    pub cloud: CloudChoice,
}

impl SharePointForm {
    /// What was understood of the address, where that differs from what was typed.
    pub fn understood(&self) -> Option<String> {
        SiteAddress::understand(&self.address).ok().and_then(|address| address.note())
    }

    /// What is wrong with one field, for when it is left.
    pub fn error_at(&self, field: Field, secrets: &SharePointSecrets) -> Option<SafeText> {
        self.settings(secrets).err().unwrap_or_default().into_iter().find(|error| error.field == field).map(|error| error.text)
    }

    /// The settings of a test, or everything that cannot be right: nothing where only the certificate has still to be read.
    pub fn settings(&self, secrets: &SharePointSecrets) -> Result<entra_auth::Settings, Vec<FieldError>> {
        let mut errors = Vec::new();
        let site = SiteAddress::understand(&self.address)
            .map_err(|error| errors.push(FieldError::new(Field::SharePointAddress, error.explain().summary)))
            .ok();
        let tenant = if self.tenant.trim().is_empty() {
            None
        } else {
            Tenant::parse(&self.tenant).map_err(|error| errors.push(FieldError::new(Field::TenantId, error.explain().summary))).ok()
        };
        let client_id =
            ClientId::parse(&self.client_id).map_err(|error| errors.push(FieldError::new(Field::ClientId, error.explain().summary))).ok();
        let method = self.method(secrets, &mut errors);
        match (site, client_id, method) {
            (Some(site), Some(client_id), Some(method)) if errors.is_empty() => Ok(entra_auth::Settings {
                site,
                tenant,
                client_id,
                method,
                cloud: self.cloud.cloud(),
                authority: None,
                expect_account: self.expected(),
                memory: None,
                window: entra_auth::Window::default(),
            }),
            _ => Err(errors),
        }
    }

    /// The account that is meant to sign in, where the way of signing in leaves that open.
    pub fn expected(&self) -> Option<String> {
        let expected = self.expect_account.trim();
        (self.method.asks_who() && !expected.is_empty()).then(|| expected.to_owned())
    }

    fn method(&self, secrets: &SharePointSecrets, errors: &mut Vec<FieldError>) -> Option<Method> {
        match self.method {
            SharePointMethod::Interactive => Some(Method::Interactive),
            SharePointMethod::DeviceCode => Some(Method::DeviceCode),
            SharePointMethod::Certificate => self.certificate(secrets.certificate.as_ref(), errors),
            SharePointMethod::ClientSecret => {
                let secret = trimmed(&secrets.client_secret);
                if secret.is_empty() {
                    errors.push(FieldError::new(Field::ClientSecret, "Enter the client secret: its value, not its ID"));
                }
                Some(Method::ClientSecret(secret))
            }
            SharePointMethod::Password => {
                let username = self.username.trim().to_owned();
                if !looks_like_email(&username) {
                    errors.push(FieldError::new(Field::Username, "Enter the name to sign in with, such as ada@contoso.com"));
                }
                if secrets.password.is_empty() {
                    errors.push(FieldError::new(Field::Password, "Enter the password, or choose another way of signing in"));
                }
                // a password may begin or end with a space
                Some(Method::Password { username, password: secrets.password.clone() })
            }
        }
    }

    fn certificate(&self, read: Option<&Result<Certificate, CertificateError>>, errors: &mut Vec<FieldError>) -> Option<Method> {
        if self.certificate.trim().is_empty() {
            errors.push(FieldError::new(Field::CertificateFile, "Enter the path of the PFX or PEM file, or choose it with Browse…"));
            return None;
        }
        match read? {
            Ok(certificate) => Some(Method::Certificate(certificate.clone())),
            Err(error) => {
                let field = match error {
                    CertificateError::PasswordNeeded | CertificateError::WrongPassword => Field::CertificatePassword,
                    _ => Field::CertificateFile,
                };
                errors.push(FieldError::new(field, error.explain().summary));
                None
            }
        }
    }
}
