//! What Graph's refusals mean: read from the status and the error's code (Microsoft, "Microsoft Graph error responses and resource types").
//! Two of them share their code with lesser mishaps, so there the sentence is looked at too; Graph does not translate it.

use http::StatusCode;
use serde_json::Value;
use std::time::Duration;
use transport::{Response, TransportError};

use crate::sharepoint::{Evidence, Unusable, error_code, retry_after};

/// Graph was asked and did not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// No answer at all.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A refusal whose meaning is known.
    #[error("Graph answered with status {}", .evidence.status)]
    Refused {
        /// What it means.
        refusal: Refusal,
        /// What to show somebody who has to look it up.
        evidence: Box<Evidence>,
    },
    /// An answer that is not Graph's, or not what Graph answers.
    #[error("{host} answered with something that cannot be used: {what}")]
    Unusable {
        /// Who answered.
        host: String,
        /// What is wrong with it.
        what: Unusable,
        /// What to show somebody who has to look it up.
        evidence: Box<Evidence>,
    },
}

/// What a refusal means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// 401: the token is not accepted.
    TokenNotAccepted,
    /// 401 or 403: the session was revoked, or a policy asks for more (continuous access evaluation).
    ClaimsChallenge,
    /// 400: the host is not of the signed-in tenant.
    WrongTenantHost,
    /// 400: the tenant has no SharePoint plan.
    NoSharePointLicence,
    /// 403: the account or app may not see this.
    NoAccess,
    /// 403: the app has `Sites.Selected` and no grant for this site.
    NotGrantedToApp,
    /// 403: the app has no permission for this kind of call.
    ScopeMissing,
    /// 403: a device or location policy.
    PolicyBlocked,
    /// 404: no such site, or none that the account may see.
    NotFound,
    /// 423: locked for everybody, or archived.
    Locked,
    /// 429 or 503 with `Retry-After`, still so after waiting.
    Throttled {
        /// How long Graph wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// 5xx.
    ServerError,
}

impl GraphError {
    /// The refusal, where it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            Self::Transport(_) | Self::Unusable { .. } => None,
        }
    }

    /// The same refusal under another name, for somebody who knows more than the answer says.
    #[must_use]
    pub(crate) fn renamed(self, renamed: Refusal) -> Self {
        match self {
            Self::Refused { evidence, .. } => Self::Refused { refusal: renamed, evidence },
            other => other,
        }
    }
}

/// The JSON of a good answer, or what the answer means.
pub(crate) fn read(response: &Response) -> Result<Value, GraphError> {
    let body = response.json::<Value>().ok();
    let code = body.as_ref().and_then(error_code);
    let outer = body.as_ref().and_then(|body| body.get("error")?.get("code")?.as_str()).unwrap_or_default();
    let message = body.as_ref().and_then(|body| body.get("error")?.get("message")?.as_str()).unwrap_or_default();
    let evidence = || Box::new(Evidence::of(response, code.clone()));
    let refused = |refusal| GraphError::Refused { refusal, evidence: evidence() };
    let unusable = |what| GraphError::Unusable { host: response.url.host_str().unwrap_or_default().to_owned(), what, evidence: evidence() };
    let page = || if response.is_html() { Unusable::WebPage } else { Unusable::NotTheData };
    let is_code = |known: &str| code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(known)) || outer.eq_ignore_ascii_case(known);
    let challenged = response.header("www-authenticate").is_some_and(|header| header.contains("insufficient_claims"));
    match response.status {
        status if status.is_success() => body.ok_or_else(|| unusable(page())),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if challenged => Err(refused(Refusal::ClaimsChallenge)),
        StatusCode::UNAUTHORIZED => Err(refused(Refusal::TokenNotAccepted)),
        StatusCode::BAD_REQUEST if is_code("invalidRequest") && message.contains("hostname") => Err(refused(Refusal::WrongTenantHost)),
        StatusCode::BAD_REQUEST if message.contains("SPO license") => Err(refused(Refusal::NoSharePointLicence)),
        StatusCode::FORBIDDEN if is_code("conditionalAccessPolicyEnforced") || is_code("blockedIPAddress") => {
            Err(refused(Refusal::PolicyBlocked))
        }
        StatusCode::FORBIDDEN if is_code("Authorization_RequestDenied") => Err(refused(Refusal::ScopeMissing)),
        StatusCode::FORBIDDEN if body.is_some() => Err(refused(Refusal::NoAccess)),
        StatusCode::NOT_FOUND if body.is_some() => Err(refused(Refusal::NotFound)),
        StatusCode::LOCKED => Err(refused(Refusal::Locked)),
        StatusCode::TOO_MANY_REQUESTS => Err(refused(Refusal::Throttled { retry_after: retry_after(response) })),
        StatusCode::SERVICE_UNAVAILABLE if response.header("retry-after").is_some() => {
            Err(refused(Refusal::Throttled { retry_after: retry_after(response) }))
        }
        status if status.is_server_error() => Err(refused(Refusal::ServerError)),
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Err(unusable(page())),
        _ => Err(unusable(Unusable::Status)),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use url::Url;

    use super::*;

    /// Status, headers, body, and what that means.
    type Row<'a> = (u16, Vec<(&'static str, &'a str)>, String, &'a str);

    fn meaning(status: u16, headers: &[(&'static str, &str)], body: &str) -> String {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header value")))
            .collect();
        let response = Response {
            status: StatusCode::from_u16(status).expect("a status"),
            headers,
            body: body.to_owned().into(),
            url: Url::parse("https://graph.microsoft.com/v1.0/me").expect("a URL"),
            received_at: jiff::Timestamp::UNIX_EPOCH,
        };
        match read(&response) {
            Ok(_) => "good".to_owned(),
            Err(GraphError::Refused { refusal, .. }) => format!("{refusal:?}"),
            Err(GraphError::Unusable { what, .. }) => format!("unusable: {what}"),
            Err(GraphError::Transport(error)) => error.to_string(),
        }
    }

    #[test]
    fn refusals_are_told_apart_by_status_and_code() {
        let error =
            |code: &str, message: &str| format!(r#"{{"error":{{"code":"{code}","message":"{message}","innerError":{{"date":"x"}}}}}}"#);
        let inner = |code: &str, name: &str| format!(r#"{{"error":{{"code":"outer","message":"x","{name}":{{"code":"{code}"}}}}}}"#);
        let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhIjoxfQ==""#;
        let html = ("content-type", "text/html");
        let table: Vec<Row<'_>> = vec![
            (200, vec![], "{}".into(), "good"),
            (200, vec![html], "<html>".into(), "unusable: a web page"),
            (400, vec![], error("invalidRequest", "Invalid hostname for this tenancy"), "WrongTenantHost"),
            (400, vec![], error("BadRequest", "Tenant does not have a SPO license."), "NoSharePointLicence"),
            (400, vec![], error("BadRequest", "Resource not found for the segment 'x'."), "unusable: an unexpected status"),
            (400, vec![], error("invalidRequest", "Invalid request"), "unusable: an unexpected status"),
            (401, vec![], error("InvalidAuthenticationToken", "Access token validation failure. Invalid audience."), "TokenNotAccepted"),
            (401, vec![("www-authenticate", challenge)], error("InvalidAuthenticationToken", "x"), "ClaimsChallenge"),
            (403, vec![("www-authenticate", challenge)], error("accessDenied", "x"), "ClaimsChallenge"),
            (403, vec![], error("accessDenied", "Access denied"), "NoAccess"),
            (403, vec![], error("Authorization_RequestDenied", "Insufficient privileges"), "ScopeMissing"),
            (403, vec![], inner("conditionalAccessPolicyEnforced", "innererror"), "PolicyBlocked"),
            (403, vec![html], "<html>blocked".into(), "unusable: a web page"),
            (404, vec![], error("itemNotFound", "Requested site could not be found"), "NotFound"),
            (404, vec![html], "<html>".into(), "unusable: a web page"),
            (423, vec![], inner("resourceLocked", "innerError"), "Locked"),
            (429, vec![("retry-after", "2.128")], error("activityLimitReached", "x"), "Throttled { retry_after: Some(2.128s) }"),
            (503, vec![("retry-after", "3")], error("serviceNotAvailable", "x"), "Throttled { retry_after: Some(3s) }"),
            (503, vec![], String::new(), "ServerError"),
            (509, vec![], String::new(), "ServerError"),
            (302, vec![], String::new(), "unusable: an unexpected status"),
        ];
        for (status, headers, body, expected) in table {
            assert_eq!(meaning(status, &headers, &body), expected, "{status} {body}");
        }
    }
}
