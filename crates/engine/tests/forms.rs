//! The forms: what is taken, and what is refused at which field.

use engine::forms::{
    CloudChoice, ConfluenceCredential, ConfluenceForm, ConfluenceMethod, Method, SharePointForm, SharePointMethod, SharePointSecrets,
    check_authority,
};
use preflight::{Field, Secret};

const CLIENT: &str = "6f1d2c3a-8b47-4e59-a0c6-2d9e7b5f4a11";
const SITE: &str = "https://contoso.sharepoint.com/sites/wiki";

/// What the fields make, or the fields that cannot be right.
type Expected = Result<&'static str, &'static [Field]>;

fn confluence(address: &str, method: ConfluenceMethod, email: &str, token: &str) -> Result<String, Vec<Field>> {
    let form = ConfluenceForm { address: address.to_owned(), method, email: email.to_owned(), ..ConfluenceForm::default() };
    let settings = form.settings(&Secret::new(token.to_owned()));
    settings.map_err(|errors| errors.into_iter().map(|error| error.field).collect()).map(|settings| match settings.credential {
        ConfluenceCredential::Anonymous => "anonymous".to_owned(),
        ConfluenceCredential::PersonalToken(token) => format!("token of {}", token.inspect(str::len)),
        ConfluenceCredential::CloudToken { email, token } => format!("{email} with {}", token.inspect(str::len)),
        ConfluenceCredential::Basic { user, .. } => user,
        ConfluenceCredential::Interactive { .. } => "interactive".to_owned(),
    })
}

#[test]
fn the_confluence_card() {
    use ConfluenceMethod::{Anonymous, Token};
    let wiki = "https://wiki.example.com";
    let table: &[(&str, ConfluenceMethod, &str, &str, Expected)] = &[
        (wiki, Token, "", "abc", Ok("token of 3")),
        (" wiki.example.com/display/ENG/Home ", Token, "", " abc\n", Ok("token of 3")),
        (wiki, Token, " jane@example.com ", "abc", Ok("jane@example.com with 3")),
        (wiki, Anonymous, "", "", Ok("anonymous")),
        // left over from the other method
        (wiki, Anonymous, "jane", "abc", Ok("anonymous")),
        ("", Anonymous, "", "", Err(&[Field::ConfluenceAddress])),
        ("not an address", Token, "", "abc", Err(&[Field::ConfluenceAddress])),
        (wiki, Token, "", " ", Err(&[Field::Token])),
        (wiki, Token, "jane", "abc", Err(&[Field::Email])),
        (wiki, Token, "jane@host", "abc", Err(&[Field::Email])),
        ("", Token, "", "", Err(&[Field::ConfluenceAddress, Field::Token])),
    ];
    for (address, method, email, token, expected) in table {
        let found = confluence(address, *method, email, token);
        assert_eq!(found.as_deref().map_err(Vec::as_slice), *expected, "{address} {method:?} {email}");
    }
}

#[test]
fn the_sharepoint_card() {
    let table: &[(&str, &str, &str, &[Field])] = &[
        (SITE, "", CLIENT, &[]),
        (" contoso.sharepoint.com/sites/wiki/SitePages/Home.aspx ", " contoso.onmicrosoft.com ", CLIENT, &[]),
        (SITE, "11111111-2222-4333-8444-555555555555", "{6F1D2C3A-8B47-4E59-A0C6-2D9E7B5F4A11}", &[]),
        ("", "", CLIENT, &[Field::SharePointAddress]),
        (SITE, "common", CLIENT, &[Field::TenantId]),
        (SITE, "organizations", CLIENT, &[Field::TenantId]),
        (SITE, "not a tenant", CLIENT, &[Field::TenantId]),
        (SITE, "", "", &[Field::ClientId]),
        (SITE, "", "my app", &[Field::ClientId]),
        ("", "common", "", &[Field::SharePointAddress, Field::TenantId, Field::ClientId]),
    ];
    for (address, tenant, client_id, expected) in table {
        let (address, tenant, client_id) = ((*address).to_owned(), (*tenant).to_owned(), (*client_id).to_owned());
        let form = SharePointForm { address, tenant, client_id, ..SharePointForm::default() };
        let secrets = SharePointSecrets::default();
        let errors = form.settings(&secrets).err().unwrap_or_default();
        let fields: Vec<Field> = errors.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, *expected, "{form:?}");
        for field in [Field::SharePointAddress, Field::TenantId, Field::ClientId] {
            assert_eq!(form.error_at(field, &secrets).is_some(), expected.contains(&field), "{field:?} of {form:?}");
        }
    }
}

#[test]
fn ways_of_signing_in_to_sharepoint() {
    use SharePointMethod::{ClientSecret, DeviceCode, Interactive, Password};
    // method, user name, client secret, password
    let table: &[(SharePointMethod, &str, &str, &str, Expected)] = &[
        (Interactive, "", "", "", Ok("in the browser")),
        (DeviceCode, "", "", "", Ok("by a code")),
        // left over from the other methods
        (DeviceCode, "ada", "s", "p", Ok("by a code")),
        (ClientSecret, "", " a~b ", "", Ok("secret of 3")),
        (ClientSecret, "", " ", "p", Err(&[Field::ClientSecret])),
        (Password, " ada@contoso.com ", "", " p ", Ok("ada@contoso.com with 3")),
        (Password, "ada@contoso.com", "s", "", Err(&[Field::Password])),
        (Password, "ada", "", "p", Err(&[Field::Username])),
        (Password, "", "", "", Err(&[Field::Username, Field::Password])),
    ];
    for (method, username, client_secret, password, expected) in table {
        let form = SharePointForm { method: *method, username: (*username).to_owned(), ..contoso() };
        let secret = |text: &str| Secret::new(text.to_owned());
        let (client_secret, password) = (secret(client_secret), secret(password));
        let settings = form.settings(&SharePointSecrets { client_secret, password, ..SharePointSecrets::default() });
        let found = settings.map(|settings| match settings.method {
            Method::Interactive => "in the browser".to_owned(),
            Method::DeviceCode => "by a code".to_owned(),
            Method::ClientSecret(secret) => format!("secret of {}", secret.inspect(str::len)),
            Method::Password { username, password } => format!("{username} with {}", password.inspect(str::len)),
            Method::Certificate(certificate) => certificate.to_string(),
            Method::UnusableCertificate(error) => error.to_string(),
        });
        let found = found.map_err(|errors| errors.into_iter().map(|error| error.field).collect::<Vec<_>>());
        assert_eq!(found.as_deref().map_err(Vec::as_slice), *expected, "{method:?} {username}");
    }
}

#[test]
fn a_certificate_is_wrong_at_the_field_where_it_can_be_put_right() {
    use engine::certificate::CertificateError as E;
    let form = SharePointForm { method: SharePointMethod::Certificate, certificate: "wiki.pfx".to_owned(), ..contoso() };
    let wrong = |form: &SharePointForm, read| {
        let secrets = SharePointSecrets { certificate: read, ..SharePointSecrets::default() };
        form.settings(&secrets).expect_err("no certificate").into_iter().map(|error| error.field).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&SharePointForm { certificate: " ".to_owned(), ..form.clone() }, None), [Field::CertificateFile]);
    assert_eq!(wrong(&form, None), [], "it has still to be read");
    for (error, field) in [
        (E::UnknownForm, Field::CertificateFile),
        (E::NoPrivateKey, Field::CertificateFile),
        (E::PasswordNeeded, Field::CertificatePassword),
        (E::WrongPassword, Field::CertificatePassword),
    ] {
        assert_eq!(wrong(&form, Some(Err(error))), [field]);
    }
}

fn contoso() -> SharePointForm {
    SharePointForm { address: SITE.to_owned(), client_id: CLIENT.to_owned(), ..SharePointForm::default() }
}

#[test]
fn an_account_is_expected_where_it_is_open_who_signs_in() {
    for method in SharePointMethod::ALL {
        let form = SharePointForm { method, expect_account: " ada@contoso.com ".to_owned(), ..contoso() };
        let expected = method.asks_who().then(|| "ada@contoso.com".to_owned());
        assert_eq!(form.expected(), expected, "{method:?}");
    }
    assert_eq!(contoso().expected(), None);
}

#[test]
fn a_cloud_of_ones_own_choice() {
    for choice in CloudChoice::ALL {
        let settings = SharePointForm { cloud: choice, ..contoso() }.settings(&SharePointSecrets::default()).expect("settings");
        assert_eq!(settings.cloud, choice.cloud());
    }
}

#[test]
fn a_token_is_in_no_error() {
    let form =
        ConfluenceForm { address: String::new(), method: ConfluenceMethod::Token, email: "jane".to_owned(), ..ConfluenceForm::default() };
    let errors = form.settings(&Secret::new("S3CRET".to_owned())).expect_err("no address");
    assert!(!format!("{errors:?}").contains("S3CRET"));
}

#[test]
fn authorities() {
    for (address, good) in [
        ("https://login.microsoftonline.com", true),
        ("https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0", true),
        ("http://127.0.0.1:8080", true),
        ("http://login.example.com", false),
        ("https://jane:pass@login.example.com", false),
        ("https://login.example.com?x=1", false),
        ("ftp://login.example.com", false),
    ] {
        let address = address.parse().expect("a URL");
        assert_eq!(check_authority(&address).is_ok(), good, "{address}");
    }
}
