//! The forms: what is taken, and what is refused at which field.

use engine::forms::{ConfluenceCredential, ConfluenceForm, ConfluenceMethod, SharePointForm, check_authority};
use preflight::{Field, Secret};

const CLIENT: &str = "6f1d2c3a-8b47-4e59-a0c6-2d9e7b5f4a11";
const SITE: &str = "https://contoso.sharepoint.com/sites/wiki";

/// What the fields make, or the fields that cannot be right.
type Expected = Result<&'static str, &'static [Field]>;

fn confluence(address: &str, method: ConfluenceMethod, email: &str, token: &str) -> Result<String, Vec<Field>> {
    let form = ConfluenceForm { address: address.to_owned(), method, email: email.to_owned() };
    let settings = form.settings(&Secret::new(token.to_owned()));
    settings.map_err(|errors| errors.into_iter().map(|error| error.field).collect()).map(|settings| match settings.credential {
        ConfluenceCredential::Anonymous => "anonymous".to_owned(),
        ConfluenceCredential::PersonalToken(token) => format!("token of {}", token.inspect(str::len)),
        ConfluenceCredential::CloudToken { email, token } => format!("{email} with {}", token.inspect(str::len)),
        ConfluenceCredential::Basic { user, .. } => user,
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
        let form = SharePointForm { address: (*address).into(), tenant: (*tenant).into(), client_id: (*client_id).into() };
        let errors = form.settings().err().unwrap_or_default();
        let fields: Vec<Field> = errors.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, *expected, "{address} {tenant} {client_id}");
        for field in [Field::SharePointAddress, Field::TenantId, Field::ClientId] {
            assert_eq!(form.error_at(field).is_some(), expected.contains(&field), "{field:?} of {address} {tenant} {client_id}");
        }
    }
}

#[test]
fn a_token_is_in_no_error() {
    let form = ConfluenceForm { address: String::new(), method: ConfluenceMethod::Token, email: "jane".to_owned() };
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
