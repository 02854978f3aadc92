//! A refusal of the sign-in service, taken apart whole.
//!
//! Frame: RFC 6749 §4.1.2.1 and §5.2, with Entra's own `suberror`, `error_codes`, `claims`, `trace_id`, `correlation_id` and `timestamp`
//! (Microsoft, "Microsoft identity platform and OAuth 2.0 authorization code flow", error response). Microsoft asks not to build logic
//! on the numbers: they only choose what a person is told.

use std::fmt;

use jiff::Timestamp;
use preflight::{Cause, SafeText};
use serde_json::Value;
use transport::Response;
use url::Url;

use crate::sign_in::server_time;
use crate::{Authority, ClientId, Cloud, Stage, Way, aadsts};

/// A refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Which conversation it was.
    pub stage: Stage,
    /// The way of signing in that it was about.
    pub way: Way,
    /// `error`, such as `invalid_grant`. Empty where there was none.
    pub error: String,
    /// `suberror`, or the redirect's `error_subcode`.
    pub suberror: Option<String>,
    /// Every AADSTS number in it, as they came.
    pub codes: Vec<u32>,
    /// `claims`: what the next interactive request must carry (a claims challenge), as the JSON text that came.
    pub claims: Option<String>,
    /// `trace_id`, by which an administrator finds the sign-in in the logs.
    pub trace_id: Option<SafeText>,
    /// `correlation_id`
    pub correlation_id: Option<SafeText>,
    /// `timestamp`
    pub timestamp: Option<SafeText>,
    /// The server's own words without the ids behind them. They may name people: shown only where the number is not known.
    pub description: Option<SafeText>,
    /// HTTP status, where it was an HTTP answer.
    pub status: Option<u16>,
    /// The server's own time, where it was an HTTP answer that told.
    pub server_time: Option<Timestamp>,
    /// The app that was refused, where it is known.
    pub app: Option<Box<RefusedApp>>,
}

/// The app registration that a refusal is about, so that hints can lead to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusedApp {
    /// Its client ID.
    pub client_id: ClientId,
    /// Where an administrator approves it for the tenant.
    pub admin_consent: Url,
    /// The cloud whose portal shows it.
    pub cloud: Option<Cloud>,
}

impl RefusedApp {
    pub(crate) fn new(authority: &Authority, client_id: &ClientId) -> Self {
        Self { client_id: client_id.clone(), admin_consent: authority.admin_consent(client_id), cloud: authority.cloud() }
    }
}

impl Refusal {
    /// The refusal in a JSON answer. None where it is not one: no `error` and no AADSTS number.
    pub(crate) fn from_response(stage: Stage, response: &Response) -> Option<Self> {
        let body: Value = serde_json::from_slice(&response.body).ok()?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let codes = body
            .get("error_codes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()))
            .filter_map(|code| u32::try_from(code).ok())
            .collect();
        let ids = Ids { trace: text("trace_id"), correlation: text("correlation_id"), timestamp: text("timestamp") };
        let mut refusal = Self::new(stage, text("error").unwrap_or_default(), text("suberror"), codes, text("error_description"), &ids);
        refusal.claims = text("claims").filter(|claims| claims.len() <= LONGEST_CLAIMS).map(str::to_owned);
        refusal.status = Some(response.status.as_u16());
        refusal.server_time = server_time(response);
        (!refusal.error.is_empty() || !refusal.codes.is_empty()).then_some(refusal)
    }

    /// The refusal that the browser brought to the return address (RFC 6749 §4.1.2.1).
    pub(crate) fn from_redirect(error: &str, subcode: Option<&str>, description: Option<&str>) -> Self {
        Self::new(Stage::Authorize, error, subcode, Vec::new(), description, &Ids::default())
    }

    /// The refusal that the person read on the page and typed or pasted. None where there is no AADSTS number in it.
    pub(crate) fn from_page(text: &str) -> Option<Self> {
        let refusal = Self::new(Stage::Page, "", None, aadsts::codes_in(text), None, &Ids::found_in(text));
        (!refusal.codes.is_empty()).then_some(refusal)
    }

    fn new(stage: Stage, error: &str, suberror: Option<&str>, mut codes: Vec<u32>, description: Option<&str>, ids: &Ids<'_>) -> Self {
        for code in description.map(aadsts::codes_after_prefix).unwrap_or_default() {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        let in_text = description.map(Ids::found_in).unwrap_or_default();
        let safe = |given: Option<&str>, found: Option<&str>| given.or(found).map(|text| SafeText::from(shortened(text, 80)));
        Self {
            stage,
            way: Way::default(),
            error: word(error),
            suberror: suberror.map(word).filter(|word| !word.is_empty()),
            codes,
            claims: None,
            trace_id: safe(ids.trace, in_text.trace),
            correlation_id: safe(ids.correlation, in_text.correlation),
            timestamp: safe(ids.timestamp, in_text.timestamp),
            description: description.map(|text| SafeText::from(without_ids(text).trim().to_owned())).filter(|text| !text.is_empty()),
            status: None,
            server_time: None,
            app: None,
        }
    }

    /// With the app that was refused.
    #[must_use]
    pub(crate) fn of_app(mut self, app: &RefusedApp) -> Self {
        self.app = Some(Box::new(app.clone()));
        self
    }

    /// With the way of signing in that was refused.
    #[must_use]
    pub(crate) fn by(mut self, way: Way) -> Self {
        self.way = way;
        self
    }

    /// True where a sign-in rule keeps device codes out (Microsoft, "Conditional Access: Authentication flows"). In that flow the general
    /// number means the same. A session that began by a code stays under the rule when it is renewed.
    pub(crate) fn blocks_device_codes(&self) -> bool {
        self.way == Way::DeviceCode && self.codes.iter().any(|code| matches!(code, 53003 | 530_033 | 530_036))
    }

    /// True where a signed assertion was refused for the way it is signed: by the number (5002730, an unsupported key for the algorithm), or
    /// by the reason that Entra names beside the general numbers for assertions.
    pub(crate) fn is_about_the_algorithm(&self) -> bool {
        const WORDS: [&str; 5] = ["algorithm", "ps256", "rs256", "pss", "'alg'"];
        let reason = self.description.as_ref().map(|text| text.as_str().to_ascii_lowercase()).unwrap_or_default();
        self.codes.contains(&5_002_730) || WORDS.iter().any(|word| reason.contains(word))
    }

    /// The number that says most: one that our table knows before others, the longest, and of those the last
    /// (older bodies give a general number first, such as 70002 before 70008).
    pub fn code(&self) -> Option<u32> {
        self.codes
            .iter()
            .copied()
            .enumerate()
            .max_by_key(|(at, code)| (aadsts::lookup(*code).is_some(), code.to_string().len(), *at))
            .map(|(_, code)| code)
    }

    /// What it means, by the number, else by `suberror`, `error` and status.
    pub fn cause(&self) -> Cause {
        if self.is_cancelled() {
            return Cause::EntraConsentDeclined;
        }
        if self.blocks_device_codes() {
            return Cause::EntraDeviceCodeBlocked;
        }
        if let Some(entry) = self.code().and_then(aadsts::lookup) {
            return entry.cause;
        }
        let by_suberror = match self.suberror.as_deref() {
            Some("consent_required") => Some(Cause::EntraConsentRequired),
            Some("basic_action" | "additional_action") => Some(Cause::EntraMfaRequired),
            Some("message_only") => Some(Cause::EntraConditionalAccess),
            Some("user_password_expired") => Some(Cause::EntraPasswordExpired),
            Some("bad_token" | "token_expired") => Some(Cause::EntraSessionExpired),
            Some("protection_policy_required" | "device_authentication_failed") => Some(Cause::EntraDeviceRequired),
            _ => None,
        };
        by_suberror.unwrap_or(match self.error.as_str() {
            "access_denied" | "authorization_declined" => Cause::EntraConsentDeclined,
            "expired_token" | "code_expired" => Cause::EntraDeviceCodeExpired,
            "consent_required" => Cause::EntraConsentRequired,
            "invalid_tenant" => Cause::EntraTenantNotFound,
            "invalid_resource" => Cause::EntraResourceNotAvailable,
            "temporarily_unavailable" | "server_error" => Cause::EntraTemporarilyUnavailable,
            _ => match self.status {
                Some(429) => Cause::ServerThrottled,
                Some(500..=599) => Cause::EntraTemporarilyUnavailable,
                _ => Cause::EntraRefused,
            },
        })
    }

    /// True where the person pressed Cancel or declined (`error_subcode=cancel`; MSAL reads it the same way).
    pub fn is_cancelled(&self) -> bool {
        self.suberror.as_deref() == Some("cancel")
    }

    /// True where signing in once more in the browser can help. The same condition has come under several of these names over the years.
    pub fn needs_the_person(&self) -> bool {
        matches!(self.error.as_str(), "invalid_grant" | "interaction_required" | "consent_required" | "login_required")
    }
}

/// Longest claims challenge that is kept: it has to fit into the next address.
const LONGEST_CLAIMS: usize = 4096;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code(), self.error.as_str()) {
            (Some(code), "") => write!(f, "AADSTS{code}"),
            (Some(code), error) => write!(f, "{error} (AADSTS{code})"),
            (None, "") => f.write_str("refused without a reason"),
            (None, error) => f.write_str(error),
        }
    }
}

impl std::error::Error for Refusal {}

/// The ids behind a description, by which an administrator finds the event.
#[derive(Default)]
struct Ids<'a> {
    trace: Option<&'a str>,
    correlation: Option<&'a str>,
    timestamp: Option<&'a str>,
}

impl<'a> Ids<'a> {
    /// Reads `Trace ID: …`, `Correlation ID: …` and `Timestamp: …`, separated by line ends or blanks.
    fn found_in(text: &'a str) -> Self {
        let after = |label: &str, words: usize| {
            let rest = text[text.find(label)? + label.len()..].trim_start();
            let mut end = 0;
            for (at, word) in rest.split_inclusive([' ', '\r', '\n']).take(words).enumerate() {
                if at > 0 && rest[..end].ends_with(['\r', '\n']) {
                    break;
                }
                end += word.len();
            }
            Some(rest[..end].trim()).filter(|id| !id.is_empty())
        };
        Self { trace: after("Trace ID:", 1), correlation: after("Correlation ID:", 1), timestamp: after("Timestamp:", 2) }
    }
}

fn without_ids(text: &str) -> &str {
    text.find("Trace ID:").map_or(text, |at| &text[..at])
}

/// A machine word such as `invalid_grant`; anything else that stands in its place is dropped, since anybody can call the return address.
fn word(text: &str) -> String {
    let fits = text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    if fits { text.to_owned() } else { String::new() }
}

fn shortened(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

#[cfg(test)]
mod tests;
