//! What a `fetch` in a page comes back with.

use base64::Engine as _;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use transport::{Response, TransportErrorKind as Kind};
use url::Url;

/// When an answer came.
type Timestamp = jiff::Timestamp;

/// How a `fetch` ended.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// With an answer.
    Answer(Answer),
    /// With a redirect, of which a page is told nothing.
    Redirected,
    /// With more than was to be read.
    TooLarge,
    /// Without being sent, since the page is on another origin.
    Elsewhere,
    /// Called off.
    Cancelled,
    /// With an exception of this name.
    Failed(String),
}

/// An answer as the page sees it.
#[derive(Deserialize)]
pub(super) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    text: Option<String>,
    base64: Option<String>,
}

impl Answer {
    /// The same as it would come from the direct route. What was packed has been unpacked by the browser.
    pub(super) fn into_response(self, url: &Url, received_at: Timestamp) -> Result<Response, Kind> {
        let status = StatusCode::from_u16(self.status).map_err(|_not_a_status| Kind::NotHttp)?;
        let body = match (self.text, self.base64) {
            (Some(text), _) => Bytes::from(text),
            (None, Some(encoded)) => {
                base64::engine::general_purpose::STANDARD.decode(encoded).map(Bytes::from).map_err(|_damaged| Kind::Closed)?
            }
            (None, None) => Bytes::new(),
        };
        Ok(Response { status, headers: headers(self.headers), body, url: url.clone(), received_at })
    }
}

/// Headers that can be read; a script is never shown `Set-Cookie`, and neither are we.
pub(super) fn headers(pairs: impl IntoIterator<Item = (String, String)>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
            && name != header::SET_COOKIE
        {
            headers.append(name, value);
        }
    }
    headers
}

/// Whether this is a challenge that the browser might answer by itself (RFC 4559).
pub(super) fn is_negotiated(answer: &Response) -> bool {
    answer.status == StatusCode::UNAUTHORIZED
        && answer.headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok()).any(|value| {
            let value = value.to_ascii_lowercase();
            value.split(',').any(|part| matches!(part.trim().split(' ').next(), Some("negotiate" | "ntlm")))
        })
}

/// A redirect whose goal is known.
pub(super) fn sent_to(goal: &Url, url: &Url, received_at: Timestamp) -> Response {
    let mut answer = sent_somewhere(url, received_at);
    if let Ok(goal) = HeaderValue::try_from(goal.as_str()) {
        answer.headers.insert(header::LOCATION, goal);
    }
    answer
}

/// A redirect whose goal nobody tells.
pub(super) fn sent_somewhere(url: &Url, received_at: Timestamp) -> Response {
    Response { status: StatusCode::FOUND, headers: HeaderMap::new(), body: Bytes::new(), url: url.clone(), received_at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> Outcome {
        serde_json::from_str(json).expect("an outcome")
    }

    fn response(json: &str) -> Response {
        let Outcome::Answer(answer) = parsed(json) else { panic!("no answer: {json}") };
        answer.into_response(&Url::parse("https://wiki.example/x").expect("an address"), Timestamp::UNIX_EPOCH).expect("an answer")
    }

    #[test]
    fn answers_are_read_whatever_they_hold() {
        let text = response(
            r#"{"answer":{"status":200,"headers":[["content-type","application/json"],["set-cookie","a=S3CRET"]],"text":"{\"ä\":1}"}}"#,
        );
        assert_eq!((text.status.as_u16(), text.text().as_ref()), (200, "{\"ä\":1}"));
        assert!(text.is_json() && text.header("set-cookie").is_none());
        assert_eq!(response(r#"{"answer":{"status":404,"headers":[],"base64":"/wAB"}}"#).body.as_ref(), [255, 0, 1]);
        assert!(response(r#"{"answer":{"status":204,"headers":[]}}"#).body.is_empty());
        assert!(matches!(parsed(r#""redirected""#), Outcome::Redirected));
        assert!(matches!(parsed(r#"{"failed":"TypeError"}"#), Outcome::Failed(name) if name == "TypeError"));
    }

    #[test]
    fn challenges_of_kerberos_are_known_among_others() {
        let challenged = |value: &str| {
            let headers = serde_json::json!([["www-authenticate", value]]);
            is_negotiated(&response(&format!(r#"{{"answer":{{"status":401,"headers":{headers}}}}}"#)))
        };
        assert!(challenged("Negotiate") && challenged("Basic realm=\"x\", Negotiate") && challenged("NTLM"));
        assert!(!challenged("Basic realm=\"x\"") && !challenged("OAuth realm=\"negotiate\""));
    }
}
