//! What SharePoint's refusals mean.
//!
//! They are read from the status, `WWW-Authenticate`, `x-ms-diagnostics` and the error's number, in this order. The message that people
//! see is translated into the site's language and never looked at; the sentences matched here come from the token layer, which has
//! one language. Sources: Microsoft, "Granting access via Entra ID App-Only", "Manage the lock status for sites", "Avoid getting
//! throttled or blocked in SharePoint Online", "Change your SharePoint domain name", "Claims challenges and claims requests".

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use transport::{Response, TransportError};
use url::Url;

use crate::Cloud;

/// SharePoint was asked and did not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SharePointError {
    /// No answer at all.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A refusal whose meaning is known.
    #[error("SharePoint answered with status {}", .evidence.status)]
    Refused {
        /// What it means.
        refusal: Refusal,
        /// What to show somebody who has to look it up.
        evidence: Box<Evidence>,
    },
    /// An answer that is not SharePoint's, or not what SharePoint answers.
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
    /// 401: an app-only token that was got with a client secret.
    AppOnlyToken,
    /// 401: an app-only token without any permission.
    AppWithoutPermission,
    /// 401: a client of Microsoft's own, which has no permission on SharePoint.
    AppWithoutSharePoint,
    /// 401: a token of the retired Azure Access Control Service.
    RetiredToken,
    /// 401: the session was revoked, or a policy asks for more (continuous access evaluation).
    ClaimsChallenge,
    /// 401: the token is for another host, resource or tenant.
    WrongAudience,
    /// 401: signed for another resource, usually a Graph token.
    ForeignToken,
    /// 401 for any other reason, or a redirect to a login page.
    TokenNotAccepted,
    /// 403: this account or app may not open the site.
    NoAccess,
    /// 403: the app has `Sites.Selected` and no grant for this site.
    NotGrantedToApp,
    /// 403: a device or location policy.
    PolicyBlocked,
    /// 423, or a 403 that says so: locked for everybody, or archived.
    Locked,
    /// 404: no such site.
    SiteNotFound,
    /// 404 for a list, group or property of a site that is there.
    ObjectNotFound,
    /// 301, 302, 308 or a 404 that says where to.
    Moved {
        /// The site's new address.
        to: Url,
    },
    /// 429 or 503 with `Retry-After`, still so after waiting.
    Throttled {
        /// How long SharePoint wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// 507: the storage is full.
    StorageFull,
    /// Any other 5xx.
    ServerError,
}

/// What is wrong with an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unusable {
    /// A web page instead of data.
    WebPage,
    /// Neither a web page nor the data that was asked for.
    NotTheData,
    /// A status that belongs to none of the refusals.
    Status,
    /// A redirect that leads neither to a site nor to a login page.
    Redirect {
        /// The host it leads to.
        host: String,
    },
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WebPage => f.write_str("a web page"),
            Self::NotTheData => f.write_str("not the data that was asked for"),
            Self::Status => f.write_str("an unexpected status"),
            Self::Redirect { host } => write!(f, "a redirect to {host}"),
        }
    }
}

/// What Microsoft's support or an administrator needs to look an answer up.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Evidence {
    /// Status.
    pub status: u16,
    /// The error's number or name, in the service's own words.
    pub code: Option<String>,
    /// `x-ms-diagnostics`
    pub diagnostics: Option<String>,
    /// `SPRequestGuid` or `request-id`
    pub request_id: Option<String>,
    /// The server's time of the answer.
    pub date: Option<String>,
}

impl Evidence {
    /// Reads the headers; the code is the body's.
    pub(crate) fn of(response: &Response, code: Option<String>) -> Self {
        let header = |name: &str| response.header(name).map(str::to_owned);
        Self {
            status: response.status.as_u16(),
            code,
            diagnostics: header("x-ms-diagnostics"),
            request_id: header("sprequestguid").or_else(|| header("request-id")),
            date: header("date"),
        }
    }
}

impl SharePointError {
    /// The refusal, where it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            Self::Transport(_) | Self::Unusable { .. } => None,
        }
    }

    /// The same refusal under another name, for somebody who knows more than the answer says.
    #[must_use]
    pub(crate) fn renamed(&self, refusal: Refusal) -> Option<Self> {
        match self {
            Self::Refused { evidence, .. } => Some(Self::Refused { refusal, evidence: evidence.clone() }),
            Self::Transport(_) | Self::Unusable { .. } => None,
        }
    }
}

/// The JSON of a good answer, or what the answer means.
pub(crate) fn read(response: &Response) -> Result<Value, SharePointError> {
    let body = response.json::<Value>().ok();
    let code = body.as_ref().and_then(error_code);
    let evidence = || Box::new(Evidence::of(response, code.clone()));
    let refused = |refusal| SharePointError::Refused { refusal, evidence: evidence() };
    let unusable =
        |what| SharePointError::Unusable { host: response.url.host_str().unwrap_or_default().to_owned(), what, evidence: evidence() };
    let page = || if response.is_html() { Unusable::WebPage } else { Unusable::NotTheData };
    match response.status.as_u16() {
        200..=299 => body.ok_or_else(|| unusable(page())),
        300..=399 => Err(match redirect(response) {
            Some(Leads::Home(to)) => refused(Refusal::Moved { to }),
            Some(Leads::ToDenial) => refused(Refusal::NoAccess),
            Some(Leads::ToLogin) => refused(Refusal::TokenNotAccepted),
            Some(Leads::Elsewhere(host)) => unusable(Unusable::Redirect { host }),
            None => unusable(Unusable::Status),
        }),
        401 => Err(refused(unauthorized(response))),
        403 => Err(match code.as_deref() {
            Some(code) if names(code, &["conditionalAccessPolicyEnforced", "blockedIPAddress"]) => refused(Refusal::PolicyBlocked),
            Some(code) if names(code, &["resourceLocked"]) => refused(Refusal::Locked),
            _ if body.is_none() && !is_sharepoint(response) => unusable(page()),
            // SharePoint's own policies answer with a page, its permissions with a number
            None if response.is_html() => refused(Refusal::PolicyBlocked),
            _ => refused(Refusal::NoAccess),
        }),
        404 => Err(match (body.as_ref().and_then(redirect_location), &code) {
            (Some(to), _) => refused(Refusal::Moved { to }),
            // an exception's name behind the number: the site is there and something on it is not
            (None, Some(code)) if code.contains(", ") => refused(Refusal::ObjectNotFound),
            (None, _) => refused(Refusal::SiteNotFound),
        }),
        423 => Err(refused(Refusal::Locked)),
        429 => Err(refused(Refusal::Throttled { retry_after: retry_after(response) })),
        503 if response.header("retry-after").is_some() => Err(refused(Refusal::Throttled { retry_after: retry_after(response) })),
        507 => Err(refused(Refusal::StorageFull)),
        500..=599 => Err(refused(Refusal::ServerError)),
        _ => Err(unusable(Unusable::Status)),
    }
}

/// The error's code, whichever of the shapes it comes in: `odata.error` or `error`, and the innermost one of Graph's.
pub(crate) fn error_code(body: &Value) -> Option<String> {
    let error = body.get("odata.error").or_else(|| body.get("error"))?;
    let mut deepest = error.get("code").and_then(Value::as_str);
    let mut here = error;
    while let Some(inner) = here.get("innerError").or_else(|| here.get("innererror")) {
        deepest = inner.get("code").and_then(Value::as_str).or(deepest);
        here = inner;
    }
    deepest.map(str::to_owned)
}

fn names(code: &str, known: &[&str]) -> bool {
    known.iter().any(|name| code.eq_ignore_ascii_case(name))
}

fn redirect_location(body: &Value) -> Option<Url> {
    let location = body.get("error")?.get("@error.redirectLocation")?.as_str()?;
    Url::parse(location).ok().map(|url| site_of(&url))
}

fn unauthorized(response: &Response) -> Refusal {
    let challenge = response.header("www-authenticate").unwrap_or_default();
    if challenge.contains("insufficient_claims") {
        return Refusal::ClaimsChallenge;
    }
    let diagnostics = response.header("x-ms-diagnostics").unwrap_or_default();
    match diagnostics.split(';').next().unwrap_or_default().trim() {
        "3001003" => return Refusal::AppWithoutSharePoint,
        "3000006" => return Refusal::ForeignToken,
        _ => {}
    }
    let text = response.text();
    let says = |sentence: &str| text.contains(sentence) || diagnostics.contains(sentence);
    if says("Unsupported app only token") {
        Refusal::AppOnlyToken
    } else if says("AudienceUriValidationFailed") || says("Invalid audience Uri") {
        Refusal::WrongAudience
    } else if says("Token type is not allowed") {
        Refusal::RetiredToken
    } else if says("Invalid issuer or signature") {
        Refusal::ForeignToken
    } else {
        Refusal::TokenNotAccepted
    }
}

/// True where the answer carries marks that SharePoint leaves on all of its own.
pub(crate) fn is_sharepoint(response: &Response) -> bool {
    ["sprequestguid", "microsoftsharepointteamservices", "x-sharepointhealthscore", "x-ms-diagnostics"]
        .iter()
        .any(|name| response.headers.contains_key(*name))
}

/// How long the server wants to be left alone. Graph writes fractions; a date is not looked at.
pub(crate) fn retry_after(response: &Response) -> Option<Duration> {
    let seconds: f64 = response.header("retry-after")?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Where a redirect leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Leads {
    /// To the same call at the site's new address.
    Home(Url),
    /// To a page that says that access is denied.
    ToDenial,
    /// To a login page.
    ToLogin,
    /// To another host, for no reason that is known.
    Elsewhere(String),
}

/// Reads a redirect. The target is never followed with a token.
pub(crate) fn redirect(response: &Response) -> Option<Leads> {
    let target = response.redirect()?;
    let host = target.host_str().unwrap_or_default().to_owned();
    let path = target.path().to_ascii_lowercase();
    let is_call = |path: &str| path.contains("/_api/") || path.contains("/_vti_bin/");
    Some(if path.contains("/accessdenied.aspx") {
        Leads::ToDenial
    } else if host.starts_with("login.")
        || ["/_forms/", "/_login/", "/authenticate.aspx", "/oauth2/", "/_trust/"].iter().any(|part| path.contains(part))
    {
        Leads::ToLogin
    } else if target != response.url && (is_call(&path) || response.redirect_away().is_some() && Cloud::of_site_host(&host).is_some()) {
        Leads::Home(site_of(&target))
    } else {
        Leads::Elsewhere(host)
    })
}

/// A site's address, cut out of the address of a call to it.
fn site_of(url: &Url) -> Url {
    let lower = url.path().to_ascii_lowercase();
    let end = ["/_api/", "/_vti_bin/", "/_layouts/"].iter().filter_map(|part| lower.find(part)).min().unwrap_or(lower.len());
    let mut site = url.clone();
    site.set_path(url.path().get(..end).unwrap_or_default().trim_end_matches('/'));
    site.set_query(None);
    site.set_fragment(None);
    site
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
    use jiff::Timestamp;

    use super::*;

    const CALL: &str = "https://heather.sharepoint.com/sites/wiki/_api/web";
    const SP: (&str, &str) = ("sprequestguid", "8a1e0aa1-1111-4000-8000-000000000001");

    fn response(status: u16, headers: &[(&'static str, &str)], body: &str) -> Response {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header value")))
            .collect();
        Response {
            status: StatusCode::from_u16(status).expect("a status"),
            headers,
            body: body.to_owned().into(),
            url: Url::parse(CALL).expect("a URL"),
            received_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Status, headers, body, and what that means.
    type Row<'a> = (u16, Vec<(&'static str, &'a str)>, String, &'a str);

    fn meaning(status: u16, headers: &[(&'static str, &str)], body: &str) -> String {
        match read(&response(status, headers, body)) {
            Ok(_) => "good".to_owned(),
            Err(SharePointError::Refused { refusal: Refusal::Moved { to }, .. }) => format!("Moved to {to}"),
            Err(SharePointError::Refused { refusal, .. }) => format!("{refusal:?}"),
            Err(SharePointError::Unusable { what, .. }) => format!("unusable: {what}"),
            Err(SharePointError::Transport(error)) => error.to_string(),
        }
    }

    #[test]
    fn refusals_are_told_apart_by_numbers_and_headers() {
        let realm = r#"Bearer realm="7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20",client_id="00000003-0000-0ff1-ce00-000000000000""#;
        let challenge = format!("{realm},error=\"insufficient_claims\",claims=\"eyJhIjoxfQ==\"");
        // the same refusal in German: the number decides
        let denied = r#"{"odata.error":{"code":"-2147024891, System.UnauthorizedAccessException","message":{"lang":"de-DE","value":"Zugriff verweigert."}}}"#;
        let verbose =
            r#"{"error":{"code":"-2147024891, System.UnauthorizedAccessException","message":{"lang":"fr-FR","value":"Accès refusé."}}}"#;
        let html = ("content-type", "text/html; charset=utf-8");
        let moved = r#"{"error":{"code":"itemNotFound","message":"Site has moved.","@error.redirectLocation":"https://heather.sharepoint.com/sites/wiki-2"}}"#;
        let inner = |code: &str| format!(r#"{{"error":{{"code":"accessDenied","message":"x","innerError":{{"code":"{code}"}}}}}}"#);
        let new_home = "https://heathervale.sharepoint.com/sites/wiki/_api/web?x=1";
        let table: Vec<Row<'_>> = vec![
            (200, vec![], "{}".into(), "good"),
            (200, vec![html], "<html>Welcome".into(), "unusable: a web page"),
            (200, vec![], String::new(), "unusable: not the data that was asked for"),
            (401, vec![("www-authenticate", realm)], "401 UNAUTHORIZED".into(), "TokenNotAccepted"),
            (401, vec![("www-authenticate", &challenge)], String::new(), "ClaimsChallenge"),
            (
                401,
                vec![("x-ms-diagnostics", r#"3000006;reason="Token contains invalid signature.";category="invalid_client""#)],
                r#"{"error_description":"Invalid issuer or signature."}"#.into(),
                "ForeignToken",
            ),
            (401, vec![], r#"{"error_description":"Invalid issuer or signature."}"#.into(), "ForeignToken"),
            (
                401,
                vec![],
                r#"{"error_description":"Exception of type 'Microsoft.IdentityModel.Tokens.AudienceUriValidationFailedException' was thrown."}"#.into(),
                "WrongAudience",
            ),
            (401, vec![("x-ms-diagnostics", r#"3000007;reason="Invalid audience Uri 'x'.""#)], String::new(), "WrongAudience"),
            (401, vec![], "Unsupported app only token.".into(), "AppOnlyToken"),
            (
                401,
                vec![("x-ms-diagnostics", r#"3001000;reason="There has been an error authenticating the request.""#)],
                r#"{"error_description":"Unsupported app only token."}"#.into(),
                "AppOnlyToken",
            ),
            (
                401,
                vec![("x-ms-diagnostics", r#"3001003;reason="App is not allowed to call SPO with user_impersonation scope""#)],
                r#"{"error":"invalid_request"}"#.into(),
                "AppWithoutSharePoint",
            ),
            (401, vec![], r#"{"error":"invalid_request","error_description":"Token type is not allowed."}"#.into(), "RetiredToken"),
            (401, vec![("x-ms-diagnostics", r#"3005004;reason="does not contain valid algorithm""#)], String::new(), "TokenNotAccepted"),
            (401, vec![], "Unsupported security token.".into(), "TokenNotAccepted"),
            (403, vec![], denied.into(), "NoAccess"),
            (403, vec![], verbose.into(), "NoAccess"),
            (403, vec![SP], "403 FORBIDDEN".into(), "NoAccess"),
            (403, vec![SP, html], "<html>Due to organizational policies".into(), "PolicyBlocked"),
            (403, vec![html], "<html>Blocked by the web filter".into(), "unusable: a web page"),
            (403, vec![], inner("conditionalAccessPolicyEnforced"), "PolicyBlocked"),
            (403, vec![], inner("blockedIPAddress"), "PolicyBlocked"),
            (403, vec![], inner("resourceLocked"), "Locked"),
            (404, vec![SP], "404 FILE NOT FOUND".into(), "SiteNotFound"),
            (404, vec![], moved.into(), "Moved to https://heather.sharepoint.com/sites/wiki-2"),
            (404, vec![], r#"{"odata.error":{"code":"-1, System.ArgumentException","message":{"value":"x"}}}"#.into(), "ObjectNotFound"),
            (
                404,
                vec![],
                r#"{"odata.error":{"code":"-2130575338, Microsoft.SharePoint.SPException","message":{"value":"x"}}}"#.into(),
                "ObjectNotFound",
            ),
            (301, vec![("location", new_home)], String::new(), "Moved to https://heathervale.sharepoint.com/sites/wiki"),
            (308, vec![("location", "/sites/wiki-2/_api/web")], String::new(), "Moved to https://heather.sharepoint.com/sites/wiki-2"),
            (302, vec![("location", "https://heathervale.sharepoint.com/")], String::new(), "Moved to https://heathervale.sharepoint.com/"),
            (302, vec![("location", "/_layouts/15/AccessDenied.aspx?Source=x")], String::new(), "NoAccess"),
            (302, vec![("location", "/_forms/default.aspx?ReturnUrl=x")], String::new(), "TokenNotAccepted"),
            (302, vec![("location", "/_layouts/15/Authenticate.aspx?Source=x")], String::new(), "TokenNotAccepted"),
            (302, vec![("location", "https://login.microsoftonline.com/common/oauth2/authorize")], String::new(), "TokenNotAccepted"),
            (302, vec![("location", "http://portal.hotel.example/welcome")], String::new(), "unusable: a redirect to portal.hotel.example"),
            (302, vec![("location", CALL)], String::new(), "unusable: a redirect to heather.sharepoint.com"),
            (304, vec![], String::new(), "unusable: an unexpected status"),
            (400, vec![], "{}".into(), "unusable: an unexpected status"),
            (423, vec![SP], "423 LOCKED".into(), "Locked"),
            (429, vec![("retry-after", "31")], "429 TOO MANY REQUESTS".into(), "Throttled { retry_after: Some(31s) }"),
            (429, vec![], String::new(), "Throttled { retry_after: None }"),
            (503, vec![("retry-after", "120")], "Server Too Busy".into(), "Throttled { retry_after: Some(120s) }"),
            (503, vec![("retry-after", "2.5")], String::new(), "Throttled { retry_after: Some(2.5s) }"),
            (503, vec![], "Service Unavailable".into(), "ServerError"),
            (507, vec![], String::new(), "StorageFull"),
            (500, vec![], r#"{"odata.error":{"code":"-2130575342, Microsoft.SharePoint.SPException"}}"#.into(), "ServerError"),
            (511, vec![], String::new(), "ServerError"),
        ];
        for (status, headers, body, expected) in table {
            assert_eq!(meaning(status, &headers, &body), expected, "{status} {headers:?} {body}");
        }
    }

    #[test]
    fn evidence_is_kept_for_whoever_looks_it_up() {
        let headers = [SP, ("x-ms-diagnostics", "3001000;reason=\"x\""), ("date", "Tue, 13 Jan 2026 09:00:00 GMT")];
        let Err(SharePointError::Refused { evidence, .. }) = read(&response(403, &headers, r#"{"odata.error":{"code":"-2147024891, x"}}"#))
        else {
            panic!("a refusal was expected");
        };
        assert_eq!(
            *evidence,
            Evidence {
                status: 403,
                code: Some("-2147024891, x".to_owned()),
                diagnostics: Some("3001000;reason=\"x\"".to_owned()),
                request_id: Some(SP.1.to_owned()),
                date: Some("Tue, 13 Jan 2026 09:00:00 GMT".to_owned()),
            }
        );
    }

    #[test]
    fn codes_come_in_several_shapes() {
        let code = |json: &str| error_code(&serde_json::from_str(json).expect(json)).unwrap_or_default();
        assert_eq!(code(r#"{"odata.error":{"code":"-1, X"}}"#), "-1, X");
        assert_eq!(code(r#"{"error":{"code":"outer","innerError":{"code":"inner","innererror":{"code":"innermost"}}}}"#), "innermost");
        assert_eq!(code(r#"{"error":{"code":"outer","innerError":{"date":"x"}}}"#), "outer");
        assert_eq!(code(r#"{"error":"invalid_request"}"#), "");
        assert_eq!(code("{}"), "");
    }
}
