//! Who the server says we are. The one question that tells a working credential from an ignored one.
//!
//! `GET /rest/api/user/current` answers 200 for anonymous visitors as well, so only a named user counts. Where the answer is no,
//! Seraph's headers say why on Server and Data Center (`X-Seraph-LoginReason`, `X-AUSERNAME`); Cloud sends neither.

use serde::{Deserialize, Deserializer};
use transport::Response;
use url::Url;

use crate::api::Api;
use crate::classify::{ATLASSIAN, Obstacle, missing_scope, obstacle, words};
use crate::error::{ConfluenceError, Sent};

/// Where the question is asked on Server and Data Center.
pub(crate) const CURRENT_USER: &str = "/rest/api/user/current";
/// Where it is asked on Cloud, which tells the account's rights along with it.
pub(crate) const CURRENT_USER_CLOUD: &str = "/rest/api/user/current?expand=operations,personalSpace";

/// A user as the server names it.
#[derive(Clone, Default, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct User {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) username: Option<String>,
    #[serde(rename = "userKey")]
    pub(crate) key: Option<String>,
    pub(crate) account_id: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) public_name: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) operations: Vec<Operation>,
}

/// A list that some servers leave empty by writing `null`.
fn or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Operation>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Something that the account may do, on Cloud.
#[derive(Clone, Default, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Operation {
    pub(crate) operation: String,
    pub(crate) target_type: String,
}

impl User {
    /// The names by which somebody may expect this account.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let names = [&self.username, &self.email, &self.account_id, &self.key];
        names.into_iter().flatten().map(|name| name.trim()).filter(|name| !name.is_empty())
    }

    /// User name on Data Center, e-mail or else account id on Cloud.
    pub(crate) fn account(&self) -> Option<&str> {
        self.names().next()
    }

    /// The name for people.
    pub(crate) fn called(&self) -> &str {
        let shown = self.display_name.as_deref().or(self.public_name.as_deref()).map(str::trim).filter(|name| !name.is_empty());
        shown.or_else(|| self.account()).unwrap_or("somebody without a name")
    }

    /// True where the server names somebody. A user without a type is the answer of something else that also has user names.
    fn is_somebody(&self) -> bool {
        matches!(self.kind.as_str(), "known" | "user") && self.account().is_some()
    }

    /// May administer Confluence as a whole, as Cloud tells it.
    pub(crate) fn administers(&self) -> bool {
        self.operations.iter().any(|operation| operation.operation == "administer" && operation.target_type == "application")
    }
}

/// What the server made of the question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Named {
    /// A user.
    User(Box<User>),
    /// Nobody, and welcome.
    Anonymous,
}

/// How the question was asked, as far as it matters for the answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// What was sent; none for an anonymous visitor.
    pub(crate) sent: Option<Sent>,
    pub(crate) is_cloud: bool,
    pub(crate) tokens_page: Option<Url>,
    pub(crate) login_page: Option<Url>,
}

/// Asks.
pub(crate) async fn ask(api: &Api, asked: &Asked) -> Result<Named, ConfluenceError> {
    let path = if asked.is_cloud { CURRENT_USER_CLOUD } else { CURRENT_USER };
    let response = api.send(api.get(path)).await?;
    judge(&response, asked, api.origin().host())
}

/// Reads the answer.
pub(crate) fn judge(response: &Response, asked: &Asked, host: &str) -> Result<Named, ConfluenceError> {
    if response.status.is_success()
        && !response.is_html()
        && let Ok(user) = response.json::<User>()
    {
        // a body that contradicts the headers was not made for this request: some box kept it from somebody else's
        if user.is_somebody() && !Seraph::of(response).names_nobody() {
            return Ok(Named::User(Box::new(user)));
        }
        if user.kind == "anonymous" && !(asked.sent.is_some() && Seraph::of(response).wants_captcha()) {
            return Ok(Named::Anonymous);
        }
    }
    Err(refused(response, asked, host))
}

/// What the login layer of Server and Data Center says in its headers.
struct Seraph<'a> {
    reasons: Vec<&'a str>,
    user_name: Option<&'a str>,
    captcha: bool,
}

impl<'a> Seraph<'a> {
    fn of(response: &'a Response) -> Self {
        // the header may come twice, and each may hold a list
        let lists = response.headers.get_all("x-seraph-loginreason").iter().filter_map(|value| value.to_str().ok());
        Self {
            reasons: lists.flat_map(|list| list.split(',')).map(str::trim).collect(),
            user_name: response.header("x-ausername").map(str::trim),
            captcha: response.header("x-authentication-denied-reason").is_some_and(|reason| reason.contains("CAPTCHA")),
        }
    }

    fn says(&self, reason: &str) -> bool {
        self.reasons.contains(&reason)
    }

    fn is_anonymous(&self) -> bool {
        self.user_name == Some("anonymous")
    }

    fn wants_captcha(&self) -> bool {
        self.captcha || self.says("AUTHENTICATION_DENIED")
    }

    fn names_nobody(&self) -> bool {
        let failed = self.wants_captcha() || self.says("AUTHENTICATED_FAILED");
        self.is_anonymous() || (failed && !self.says("OK"))
    }
}

fn refused(response: &Response, asked: &Asked, host: &str) -> ConfluenceError {
    let status = response.status.as_u16();
    let Some(sent) = asked.sent else { return refused_anonymous(response, host) };
    let seraph = Seraph::of(response);
    let rejected = || ConfluenceError::Rejected { sent, status, words: words(response), tokens_page: asked.tokens_page.clone() };
    if seraph.wants_captcha() {
        return ConfluenceError::CaptchaRequired { login_page: asked.login_page.clone() };
    }
    if is_basic_disabled(response) {
        return ConfluenceError::BasicDisabled;
    }
    if seraph.says("AUTHORISATION_FAILED") || seraph.says("AUTHORIZATION_FAILED") {
        let account = seraph.user_name.filter(|name| *name != "anonymous").map(str::to_owned);
        return ConfluenceError::NoAccess { account };
    }
    if seraph.says("AUTHENTICATED_FAILED") {
        return rejected();
    }
    let anonymous = || ConfluenceError::TreatedAsAnonymous { sent, tokens_page: asked.tokens_page.clone() };
    let names_nobody = || if seraph.is_anonymous() { anonymous() } else { rejected() };
    match obstacle(response) {
        Some(Obstacle::Login) => return names_nobody(),
        Some(Obstacle::WebSudo) => return ConfluenceError::ElevationRequired,
        Some(Obstacle::WebPage { .. }) if matches!(status, 401 | 403) => {}
        Some(obstacle) => return ConfluenceError::InTheWay { host: host.to_owned(), obstacle },
        None => {}
    }
    if let Some(scope) = missing_scope(response) {
        return ConfluenceError::ScopeMissing { scope };
    }
    match status {
        // the gateway has taken the token by then: it answers 401 where it does not
        403 if sent == Sent::GatewayToken => ConfluenceError::NoAccess { account: None },
        401 | 403 => match seraph.user_name {
            Some("anonymous") => anonymous(),
            Some(name) if status == 403 && !name.is_empty() => ConfluenceError::NoAccess { account: Some(name.to_owned()) },
            _ => rejected(),
        },
        200..=299 if seraph.is_anonymous() => anonymous(),
        404 if asked.is_cloud => ConfluenceError::NotConfluence { found: "an Atlassian Cloud site without Confluence".to_owned() },
        _ => ConfluenceError::Unreadable { asked: "the question who is signed in", status, words: words(response) },
    }
}

fn refused_anonymous(response: &Response, host: &str) -> ConfluenceError {
    let status = response.status.as_u16();
    match obstacle(response) {
        Some(Obstacle::Login) => ConfluenceError::AnonymousNotAllowed,
        // Cloud sends strangers to its own sign-in page
        Some(Obstacle::IdentityProvider { name }) if name == ATLASSIAN => ConfluenceError::AnonymousNotAllowed,
        Some(Obstacle::WebPage { .. }) if matches!(status, 401 | 403) => ConfluenceError::AnonymousNotAllowed,
        Some(obstacle) => ConfluenceError::InTheWay { host: host.to_owned(), obstacle },
        None if matches!(status, 401 | 403) => ConfluenceError::AnonymousNotAllowed,
        None => ConfluenceError::Unreadable { asked: "the question who is signed in", status, words: words(response) },
    }
}

/// Confluence's own switch says so in JSON; apps that replace passwords by tokens say it in the container's page.
fn is_basic_disabled(response: &Response) -> bool {
    response.status.as_u16() == 403 && {
        let text = response.text().to_ascii_lowercase();
        text.contains("basic auth") && text.contains("disabled")
    }
}

#[cfg(test)]
mod tests;
