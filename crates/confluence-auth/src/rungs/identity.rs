//! Is it the account that was meant?

use preflight::{Fail, Identity, IdentityKind, Pass, Recorder};

use crate::api::Api;
use crate::error::ConfluenceError;
use crate::product::Product;
use crate::rungs::credential::SignedIn;
use crate::whoami::{Asked, Named, User, ask};

/// Shows who the server names, and compares with who was expected.
pub(crate) fn of_user(signed_in: &SignedIn, expected: Option<&str>, recorder: &Recorder<'_>) -> Result<Pass<()>, Fail> {
    let user = &signed_in.user;
    recorder.identity(Identity {
        kind: IdentityKind::User,
        name: Some(user.called().to_owned().into()),
        account: user.account().map(|account| account.to_owned().into()),
        ..Identity::anonymous()
    });
    if let Some(expected) = expected.map(str::trim).filter(|expected| !expected.is_empty())
        && !is_called(user, expected)
    {
        let found = user.account().unwrap_or_else(|| user.called()).to_owned();
        return Err(ConfluenceError::WrongAccount { expected: expected.to_owned(), found }.into());
    }
    let account = user.account().unwrap_or_default();
    let mut pass = Pass::new((), format!("Signed in as {} ({account})", user.called()));
    for (key, value) in [("user_name", &user.username), ("email", &user.email), ("account_id", &user.account_id), ("user_key", &user.key)] {
        if let Some(value) = value {
            pass = pass.detail(key, value.clone());
        }
    }
    Ok(pass)
}

/// Any of the account's names, without regard to case.
pub(crate) fn is_called(user: &User, expected: &str) -> bool {
    let expected = expected.to_lowercase();
    user.names().any(|name| name.to_lowercase() == expected)
}

/// Is a stranger welcome?
pub(crate) async fn of_nobody(api: &Api, product: &Product, expected: Option<&str>, recorder: &Recorder<'_>) -> Result<Pass<()>, Fail> {
    let asked = Asked { sent: None, is_cloud: product.is_cloud(), tokens_page: None, login_page: None };
    match ask(api, &asked).await {
        Ok(Named::Anonymous) => {
            recorder.identity(Identity::anonymous());
            match expected.map(str::trim).filter(|expected| !expected.is_empty() && !expected.eq_ignore_ascii_case("anonymous")) {
                Some(expected) => {
                    Err(ConfluenceError::WrongAccount { expected: expected.to_owned(), found: "anonymous".to_owned() }.into())
                }
                None => Ok(Pass::new((), "Anonymous visitors are welcome")),
            }
        }
        // a gate may sign people in by itself; then it is somebody, and they should know as whom
        Ok(Named::User(user)) => {
            let found = user.account().unwrap_or_else(|| user.called()).to_owned();
            Err(ConfluenceError::WrongAccount { expected: "anonymous".to_owned(), found }.into())
        }
        Err(error) => Err(error.into()),
    }
}
