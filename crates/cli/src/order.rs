//! What it means: from the words that were typed to an order for the engine, or a sentence about what cannot be right.

use std::io::{self, Read as _};
use std::time::Duration;

use engine::forms::{ConfluenceCredential, ConfluenceForm, ConfluenceMethod, FieldError, RouteChoice, SharePointForm, SharePointSecrets};
use engine::practice::Practice;
use engine::{Job, NetworkOptions, ProxyOption};
use preflight::Secret;
use url::Url;

use crate::args::{CloudName, Common, Confluence, Route, SharePoint};
use crate::way;

/// Values that cannot be right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error("{0}")]
    Value(String),
    #[error("the environment variable {name} {problem}")]
    Variable { name: String, problem: &'static str },
    #[error("standard input could not be read")]
    Stdin(#[source] io::Error),
}

/// An environment variable's value, as a secret.
pub(crate) fn from_env(name: &str) -> Result<Secret, UsageError> {
    let problem = |problem| UsageError::Variable { name: name.to_owned(), problem };
    match std::env::var(name) {
        Ok(value) if value.trim().is_empty() => Err(problem("is empty")),
        Ok(value) => Ok(Secret::new(value)),
        Err(std::env::VarError::NotPresent) => Err(problem("is not set")),
        Err(std::env::VarError::NotUnicode(_)) => Err(problem("is not text")),
    }
}

/// The most that is read as a secret.
const LONGEST_SECRET: u64 = 64 * 1024;

/// A secret on standard input.
pub(crate) fn from_stdin(what: &str) -> Result<Secret, UsageError> {
    let mut text = String::new();
    tracing::debug!("waits for the {what} on standard input");
    io::stdin().lock().take(LONGEST_SECRET).read_to_string(&mut text).map_err(UsageError::Stdin)?;
    if text.trim().is_empty() {
        return Err(UsageError::Value(format!("no {what} came on standard input")));
    }
    // a password may begin or end with a space; the line end is not part of it
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn first(errors: Vec<FieldError>) -> UsageError {
    let sentences: Vec<String> = errors.into_iter().map(|error| format!("{}: {}", error.field.label(), error.text)).collect();
    UsageError::Value(sentences.join("\n"))
}

/// The network part of an order.
pub(crate) fn network(common: &Common) -> Result<NetworkOptions, UsageError> {
    let proxy = match &common.proxy {
        None => ProxyOption::System,
        Some(text) => {
            let password = common.proxy_password_env.as_deref().map(from_env).transpose()?;
            ProxyOption::Explicit { url: proxy_address(text)?, user: common.proxy_user.clone(), password }
        }
    };
    Ok(NetworkOptions {
        proxy,
        ca_file: common.ca_file.clone(),
        browser: common.browser.clone(),
        secret_variables: common.secret_variables.clone(),
    })
}

/// A proxy's address, with or without `http://`. What was typed is not repeated, because it may hold a password.
fn proxy_address(text: &str) -> Result<Url, UsageError> {
    let text = text.trim();
    let parsed = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
    let url = parsed.ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| UsageError::Value("--proxy takes an address such as http://proxy.example.com:8080".to_owned()))?;
    if url.username().is_empty() && url.password().is_none() {
        return Ok(url);
    }
    // every user of this computer can read the arguments of a program
    Err(UsageError::Value("--proxy takes no user name and password; use --proxy-user and --proxy-password-env".to_owned()))
}

/// The time limit of an order.
pub(crate) fn time_limit(common: &Common) -> Option<Duration> {
    common.timeout.map(Duration::from_secs)
}

/// A Confluence test; in practice, of the practice server.
pub(crate) fn confluence(args: &Confluence, practice: Option<&Practice>) -> Result<Job, UsageError> {
    let mut job = match practice {
        Some(practice) => practice.confluence_job(args.anonymous).map_err(UsageError::Value)?,
        None => confluence_as_typed(args)?,
    };
    if let Job::Confluence(settings) = &mut job {
        settings.expect_account.clone_from(&args.common.expect_account);
        if args.interactive {
            settings.credential = ConfluenceCredential::Interactive { anonymous: args.anonymous, route: route(args.route) };
        }
        for header in &args.header_env {
            settings.extra_headers.push(header_from_env(header)?);
        }
    }
    Ok(job)
}

fn confluence_as_typed(args: &Confluence) -> Result<Job, UsageError> {
    let token = match (&args.token_env, args.token_stdin) {
        (Some(name), _) => Some(from_env(name)?),
        (None, true) => Some(from_stdin("token")?),
        (None, false) => None,
    };
    let without_token = args.anonymous || args.interactive;
    let Some(token) = token.or_else(|| without_token.then(|| Secret::new(String::new()))) else {
        return Err(UsageError::Value("say how to sign in: --interactive, --token-stdin, --token-env NAME or --anonymous".to_owned()));
    };
    let form = ConfluenceForm {
        address: args.address.clone().unwrap_or_default(),
        method: if without_token { ConfluenceMethod::Anonymous } else { ConfluenceMethod::Token },
        email: args.email.clone().unwrap_or_default(),
        ..ConfluenceForm::default()
    };
    let mut settings = form.settings(&token).map_err(first)?;
    if let Some(user) = &args.user {
        // RFC 7617, section 2: the first colon ends the user name
        if user.contains(':') {
            return Err(UsageError::Value(
                "--user takes a name without a colon; the password comes by --token-stdin or --token-env".to_owned(),
            ));
        }
        settings.credential = ConfluenceCredential::Basic { user: user.clone(), password: token };
    }
    Ok(Job::Confluence(Box::new(settings)))
}

fn route(route: Option<Route>) -> RouteChoice {
    match route {
        None | Some(Route::Auto) => RouteChoice::Auto,
        Some(Route::Direct) => RouteChoice::Direct,
        Some(Route::Browser) => RouteChoice::Browser,
    }
}

fn header_from_env(text: &str) -> Result<(engine::forms::HeaderName, Secret), UsageError> {
    let wrong = || UsageError::Value(format!("--header-env takes NAME=ENV, not “{text}”"));
    let (name, variable) = text.split_once('=').ok_or_else(wrong)?;
    let name = engine::forms::gate_header(name).map_err(|why| UsageError::Value(format!("--header-env {text}: {why}")))?;
    Ok((name, from_env(variable.trim())?))
}

/// A SharePoint test; in practice, of the practice cloud.
pub(crate) fn sharepoint(args: &SharePoint, practice: Option<&Practice>) -> Result<Job, UsageError> {
    let mut job = match practice {
        Some(practice) => practice.sharepoint_job().map_err(UsageError::Value)?,
        None => sharepoint_as_typed(args)?,
    };
    if let Job::SharePoint(settings) = &mut job {
        settings.expect_account.clone_from(&args.common.expect_account);
        settings.method = way::method(args, settings.client_id.as_str(), practice)?;
        settings.window = way::window(args, &settings.method)?;
    }
    Ok(job)
}

fn sharepoint_as_typed(args: &SharePoint) -> Result<Job, UsageError> {
    let form = SharePointForm {
        address: args.site.clone().unwrap_or_default(),
        tenant: args.tenant.clone().unwrap_or_default(),
        client_id: args.client_id.clone().unwrap_or_default(),
        ..SharePointForm::default()
    };
    let mut settings = form.settings(&SharePointSecrets::default()).map_err(first)?;
    settings.cloud = args.cloud.map(|cloud| match cloud {
        CloudName::Public => engine::forms::Cloud::Public,
        CloudName::GccHigh => engine::forms::Cloud::GccHigh,
        CloudName::Dod => engine::forms::Cloud::Dod,
        CloudName::China => engine::forms::Cloud::China,
    });
    if let Some(authority) = &args.authority {
        engine::forms::check_authority(authority).map_err(|text| UsageError::Value(format!("--authority: {text}")))?;
    }
    settings.authority.clone_from(&args.authority);
    Ok(Job::SharePoint(Box::new(settings)))
}
