//! What an answer is that is not the API's: a login page, an identity provider, a proxy, a page of something else.
//!
//! One order of questions for the whole room: where a redirect leads, what a 401 asks for, throttling and failures, then what the
//! HTML says. An answer without `X-Confluence-Request-Time` and its kin did not come from Confluence.

mod html;
mod idp;

use transport::{Origin, Response, RetryAfter};
use url::Url;

use self::html::PageKind;
pub(crate) use self::html::{Metas, metas};
pub(crate) use self::idp::ATLASSIAN;
use crate::scopes;

/// What stood in the way of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Obstacle {
    /// The sign-in page of an identity provider.
    IdentityProvider {
        /// Its name, as people know it.
        name: String,
    },
    /// A redirect to another address that is no known sign-in page.
    Elsewhere {
        /// The host it leads to.
        host: String,
        /// The address to use instead, where the redirect keeps the path and so looks like a move.
        moved_to: Option<String>,
    },
    /// A redirect from https to http.
    PlainHttp,
    /// A port for https that was asked over plain http.
    WantsHttps,
    /// Confluence's own login page.
    Login,
    /// Kerberos or NTLM.
    Negotiate {
        /// The schemes on offer.
        schemes: String,
    },
    /// A gate that asks for a user name and password of its own.
    GateLogin {
        /// Its realm.
        realm: String,
    },
    /// Confluence asks an administrator for the password once more.
    WebSudo,
    /// A gate that wants a client certificate.
    ClientCertificate,
    /// A box that filters.
    Filter {
        /// Which one.
        by: String,
    },
    /// Confluence says that it is not up.
    Maintenance {
        /// What it is doing.
        why: &'static str,
    },
    /// Too many requests.
    Throttled {
        /// The wait that the server asks for, in seconds.
        seconds: Option<u64>,
    },
    /// A rate limit that never ends, or an address that is not on the list.
    BlockedForGood {
        /// The rule.
        why: &'static str,
    },
    /// 5xx.
    ServerError {
        /// Status.
        status: u16,
        /// The proxy that says so, where it is one.
        proxy: Option<&'static str>,
        /// The server's own words.
        words: Option<String>,
    },
    /// Any other web page.
    WebPage {
        /// Its title.
        title: Option<String>,
    },
}

/// An answer that is not what was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    /// Status.
    pub(crate) status: u16,
    /// What stands in the way, where it is not just a status of the API.
    pub(crate) obstacle: Option<Obstacle>,
    /// The server's own words.
    pub(crate) words: Option<String>,
    /// The scope that is missing, where the gateway says that one is.
    pub(crate) missing_scope: Option<&'static str>,
}

impl Refusal {
    /// Says no to this account, as opposed to "not here", "not now" or "not understood".
    pub(crate) fn is_no(&self) -> bool {
        matches!(self.status, 401 | 403) || matches!(self.obstacle, Some(Obstacle::Login))
    }

    /// "There is no such thing", which may also mean "not for you".
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self.status, 404 | 410)
    }
}

/// Reads a refusal out of an answer.
pub(crate) fn refusal(response: &Response) -> Refusal {
    Refusal {
        status: response.status.as_u16(),
        obstacle: obstacle(response),
        words: words(response),
        missing_scope: missing_scope(response),
    }
}

/// The scope that is missing, where the gateway refuses the token for this call only.
pub(crate) fn missing_scope(response: &Response) -> Option<&'static str> {
    let by_header = response.header("x-failure-category").is_some_and(|category| category.contains("SCOPE"));
    let by_words = || response.status.as_u16() == 401 && words(response).is_some_and(|words| words.contains("scope does not match"));
    (by_header || by_words()).then(|| scopes::of(&response.url))
}

/// A wait longer than this is a block, not a limit.
const LONGEST_WAIT_SECONDS: u64 = 3600;

/// What stands in the way, or nothing where the answer is the API's own.
pub(crate) fn obstacle(response: &Response) -> Option<Obstacle> {
    if let Some(target) = response.redirect() {
        return Some(redirected(response, &target));
    }
    let status = response.status.as_u16();
    match status {
        401 => {
            if let Some(obstacle) = challenged(response) {
                return Some(obstacle);
            }
        }
        // RFC 6585, section 6
        511 => return Some(Obstacle::Filter { by: "the sign-in page of this network".to_owned() }),
        429 => return Some(throttled(response)),
        _ => {}
    }
    if let Some(why) = maintenance(response) {
        return Some(Obstacle::Maintenance { why });
    }
    if status == 503 && response.header("retry-after").is_some() {
        return Some(throttled(response));
    }
    // Tomcat and Go's server say it in plain text
    if status == 400 && !response.is_html() && html::wants_https(&response.text().to_ascii_lowercase()) {
        return Some(Obstacle::WantsHttps);
    }
    let page = response.is_html().then(|| html::kind(&response.text(), response.url.host_str().unwrap_or_default()));
    if response.status.is_server_error() {
        let proxy = match page {
            Some(PageKind::ProxyError(proxy)) => Some(proxy),
            _ => None,
        };
        return Some(Obstacle::ServerError { status, proxy, words: words(response) });
    }
    if status == 403 && names_allow_list(response) {
        return Some(Obstacle::BlockedForGood { why: "an IP allow-list" });
    }
    let page = page?;
    // a redirect within the host was followed to a gate's own page
    if matches!(page, PageKind::Other(_))
        && let Some(name) = idp::gate_on_own_host(&response.url.path().to_ascii_lowercase())
    {
        return Some(Obstacle::IdentityProvider { name: name.to_owned() });
    }
    // newer versions draw the login form by a script, so that the page itself has no sign of it
    if matches!(page, PageKind::Other(_)) && response.url.path().ends_with("/login.action") {
        return Some(Obstacle::Login);
    }
    match page {
        PageKind::IdentityProvider(name) => Some(Obstacle::IdentityProvider { name }),
        PageKind::WebSudo => Some(Obstacle::WebSudo),
        PageKind::ClientCertificate => Some(Obstacle::ClientCertificate),
        PageKind::WantsHttps => Some(Obstacle::WantsHttps),
        PageKind::Filter(by) => Some(Obstacle::Filter { by }),
        PageKind::Login => Some(Obstacle::Login),
        // the container speaks for Confluence: the status says it all
        PageKind::Container => None,
        PageKind::ProxyError(by) => Some(Obstacle::WebPage { title: Some(by.to_owned()) }),
        PageKind::Other(title) => Some(Obstacle::WebPage { title }),
    }
}

fn redirected(response: &Response, target: &Url) -> Obstacle {
    if let Some(name) = idp::provider(target) {
        return Obstacle::IdentityProvider { name };
    }
    let path = target.path().to_ascii_lowercase();
    if Origin::of(target) == Origin::of(&response.url) {
        return if let Some(name) = idp::gate_on_own_host(&path) {
            Obstacle::IdentityProvider { name: name.to_owned() }
        } else if path.ends_with("/authenticate.action") {
            Obstacle::WebSudo
        } else if let Some(why) = maintenance_page(&path) {
            Obstacle::Maintenance { why }
        } else {
            // `login.action`, and whatever else is shown to people instead of an answer
            Obstacle::Login
        };
    }
    let host = target.host_str().unwrap_or_default().to_owned();
    if target.scheme() == "http" && response.url.scheme() == "https" {
        return Obstacle::PlainHttp;
    }
    let moved = target.path() == response.url.path();
    let moved_to = moved.then(|| Origin::of(target).ok().map(|origin| origin.to_string())).flatten();
    Obstacle::Elsewhere { host, moved_to }
}

/// What a 401 asks for, where that is not a credential of Confluence.
fn challenged(response: &Response) -> Option<Obstacle> {
    // Seraph has looked at the credential: whatever else is on offer, this is Confluence's own refusal
    if response.header("x-seraph-loginreason").is_some() {
        return None;
    }
    let challenges: Vec<&str> = response.headers.get_all("www-authenticate").iter().filter_map(|value| value.to_str().ok()).collect();
    let scheme = |challenge: &&str| challenge.split([' ', ',']).next().unwrap_or_default().to_owned();
    let ticket: Vec<String> = challenges
        .iter()
        .map(scheme)
        .filter(|scheme| ["negotiate", "ntlm", "kerberos"].contains(&scheme.to_ascii_lowercase().as_str()))
        .collect();
    if !ticket.is_empty() {
        return Some(Obstacle::Negotiate { schemes: ticket.join(" and ") });
    }
    if is_from_confluence(response) {
        return None;
    }
    challenges.iter().find(|challenge| scheme(challenge).eq_ignore_ascii_case("basic")).and_then(|challenge| {
        let realm = challenge.split_once("realm=").map_or("", |(_, realm)| realm).trim_matches(['"', ' ']).to_owned();
        let is_own = ["confluence", "protected-area", "seraph"].contains(&realm.to_ascii_lowercase().as_str());
        (!is_own).then_some(Obstacle::GateLogin { realm })
    })
}

/// True where a header proves that Confluence itself answered. Their absence proves nothing.
pub(crate) fn is_from_confluence(response: &Response) -> bool {
    ["x-confluence-request-time", "x-confluence-cluster-node", "x-seraph-loginreason"]
        .iter()
        .any(|name| response.headers.contains_key(*name))
        || response.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("OAuth realm="))
}

fn throttled(response: &Response) -> Obstacle {
    let seconds = response.retry_after().map(|RetryAfter::Seconds(seconds)| seconds);
    match seconds {
        Some(seconds) if seconds > LONGEST_WAIT_SECONDS => Obstacle::BlockedForGood { why: "a rate limit that blocks all requests" },
        _ => Obstacle::Throttled { seconds },
    }
}

/// Johnson, the page that Atlassian's servers show while they are not up, answers REST with an empty `<errors/>`.
fn maintenance(response: &Response) -> Option<&'static str> {
    if let Some(why) = maintenance_page(&response.url.path().to_ascii_lowercase()) {
        return Some(why);
    }
    if response.status.as_u16() != 503 {
        return None;
    }
    let text = response.text();
    let signs = ["<errors", "johnson", "\"MAINTENANCE\"", "\"STARTING\"", "Confluence is unavailable", "Confluence is not available"];
    signs.iter().any(|sign| text.contains(sign)).then_some("starting, upgrading or under maintenance")
}

fn maintenance_page(path: &str) -> Option<&'static str> {
    if path.contains("/johnson/") {
        Some("starting, upgrading or under maintenance")
    } else if path.contains("/fixonly/") {
        Some("waiting for a valid licence")
    } else if path.contains("/setup/setup") || path.contains("/bootstrap/") {
        Some("not set up yet")
    } else {
        None
    }
}

fn names_allow_list(response: &Response) -> bool {
    let text = response.text().to_ascii_lowercase();
    let list = ["allowlist", "allow list", "allow-list", "whitelist", "ip address is not allowed"];
    text.contains("ip") && list.iter().any(|words| text.contains(words))
}

/// The server's own words about a refusal: the `message` of a JSON body, or the title or message of the container's page.
pub(crate) fn words(response: &Response) -> Option<String> {
    if response.status.is_success() || response.body.is_empty() {
        return None;
    }
    let text = response.text();
    let found = if response.is_html() {
        html::message(&text)
    } else {
        let value: serde_json::Value = response.json().ok()?;
        let field = |name| value.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        field("message").or_else(|| field("reason")).or_else(|| {
            let first = value.get("errors")?.get(0)?;
            first.get("title").or_else(|| first.get("message"))?.as_str().map(str::to_owned)
        })
    };
    found.map(|found| found.trim().to_owned()).filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests;
