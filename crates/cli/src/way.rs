//! The way of signing in to SharePoint, with its secret, from the words that were typed.

use engine::forms::Method;
use engine::practice::Practice;

use engine::Window;

use crate::args::{SharePoint, SignIn, WindowName};
use crate::order::{UsageError, from_env, from_stdin};

/// The way of signing in, with its secret.
pub(crate) fn method(args: &SharePoint, client_id: &str, practice: Option<&Practice>) -> Result<Method, UsageError> {
    // in a situation of an app by itself, practice has a certificate of its own
    let practised = practice.filter(|_| args.certificate.is_none()).and_then(Practice::certificate);
    let chosen = args.sign_in.unwrap_or(if practised.is_some() { SignIn::Certificate } else { SignIn::Browser });
    let given = [
        (args.certificate.is_some(), "--certificate and --certificate-password-env", SignIn::Certificate),
        (args.secret_env.is_some() || args.secret_stdin, "--secret-env and --secret-stdin", SignIn::Secret),
        (args.username.is_some(), "--username", SignIn::Password),
        (args.password_env.is_some() || args.password_stdin, "--password-env and --password-stdin", SignIn::Password),
    ];
    if let Some((_, flags, sign_in)) = given.iter().find(|(given, _, sign_in)| *given && *sign_in != chosen) {
        return Err(UsageError::Value(format!("{flags} go with --sign-in {}", sign_in.name())));
    }
    let secret = |what: &str, variable: &Option<String>, stdin: bool, flags: &str| match variable {
        Some(name) => from_env(name),
        None if stdin => from_stdin(what),
        None => Err(UsageError::Value(format!("say where the {what} is: {flags}"))),
    };
    let method = match chosen {
        SignIn::Browser => Method::Interactive,
        SignIn::DeviceCode => Method::DeviceCode,
        SignIn::Certificate => match (&args.certificate, practised) {
            (Some(file), _) => {
                let password = args.certificate_password_env.as_deref().map(from_env).transpose()?;
                engine::certificate::method(file, password.as_ref())
            }
            (None, Some(certificate)) => Method::Certificate(certificate),
            (None, None) => return Err(UsageError::Value("say where the certificate is: --certificate FILE".to_owned())),
        },
        SignIn::Secret => {
            Method::ClientSecret(secret("client secret", &args.secret_env, args.secret_stdin, "--secret-env NAME or --secret-stdin")?)
        }
        SignIn::Password => Method::Password {
            username: username(args)?,
            password: secret("password", &args.password_env, args.password_stdin, "--password-env NAME or --password-stdin")?,
        },
    };
    expectation_fits(args, client_id, &method)?;
    Ok(method)
}

/// The browser window, where there is a browser.
pub(crate) fn window(args: &SharePoint, method: &Method) -> Result<Window, UsageError> {
    match (args.window, method) {
        (None, _) => Ok(Window::Default),
        (Some(window), Method::Interactive) => Ok(match window {
            WindowName::Default => Window::Default,
            WindowName::Private => Window::Private,
            WindowName::Dedicated => Window::Dedicated,
        }),
        (Some(_), _) => Err(UsageError::Value("--window goes with --sign-in browser".to_owned())),
    }
}

fn username(args: &SharePoint) -> Result<String, UsageError> {
    let name = args.username.as_deref().unwrap_or_default().trim();
    match name.split_once('@') {
        Some((user, domain)) if !user.is_empty() && domain.contains('.') => Ok(name.to_owned()),
        _ => Err(UsageError::Value("--username takes the name to sign in with, such as ada@contoso.com".to_owned())),
    }
}

/// An expectation that cannot come true is a mistake in what was typed.
fn expectation_fits(args: &SharePoint, client_id: &str, method: &Method) -> Result<(), UsageError> {
    let Some(expected) = args.common.expect_account.as_deref().map(str::trim) else { return Ok(()) };
    let is_guid = expected.len() == 36 && expected.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    match method {
        // an expected display name is compared once it is known
        Method::Password { username, .. } if expected.contains('@') && !expected.eq_ignore_ascii_case(username) => {
            Err(UsageError::Value(format!("--expect-account {expected} contradicts --username {username}")))
        }
        Method::ClientSecret(_) | Method::Certificate(_) | Method::UnusableCertificate(_) => {
            if (is_guid || expected.contains('@')) && !expected.eq_ignore_ascii_case(client_id) {
                return Err(UsageError::Value(format!(
                    "--expect-account {expected} contradicts --client-id {client_id}: an app that signs in by itself is its own account"
                )));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

impl SignIn {
    const fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::DeviceCode => "device-code",
            Self::Certificate => "certificate",
            Self::Secret => "secret",
            Self::Password => "password",
        }
    }
}
