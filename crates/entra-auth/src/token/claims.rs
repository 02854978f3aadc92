//! Claims requests and claims challenges: how a session that was revoked, or that a new rule applies to, is told so while its tokens are
//! still good (Microsoft, "Continuous access evaluation" and "Claims challenges, claims requests and client capabilities").

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use http::header::WWW_AUTHENTICATE;
use serde_json::{Map, Value, json};
use transport::Response;

/// What a resource asks of the next token. It says nothing secret: a time, or a rule's name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ClaimsChallenge(Map<String, Value>);

/// Servers pad, or do not.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

impl ClaimsChallenge {
    /// The challenge in an answer: `WWW-Authenticate: Bearer …, error="insufficient_claims", claims="…"`.
    pub(crate) fn of(response: &Response) -> Option<Self> {
        let headers = response.headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        headers.filter(|header| header.contains("insufficient_claims")).find_map(|header| {
            let (_, rest) = header.split_once("claims=\"")?;
            let (claims, _) = rest.split_once('"')?;
            Self::read(&BASE64.decode(claims).ok()?)
        })
    }

    pub(super) fn read(json: &[u8]) -> Option<Self> {
        match serde_json::from_slice(json) {
            Ok(Value::Object(claims)) if json.len() <= LONGEST => Some(Self(claims)),
            _ => None,
        }
    }
}

/// The longest challenge that is answered: it has to fit into an address.
const LONGEST: usize = 4096;

/// What a token is asked for with: that this client understands challenges (the capability `cp1`), and what it was challenged for. Tokens of
/// clients that understand live for a day instead of an hour, and can be revoked meanwhile.
pub(crate) fn request(challenge: Option<&ClaimsChallenge>) -> String {
    let mut claims = challenge.map(|challenge| challenge.0.clone()).unwrap_or_default();
    let access_token = claims.entry("access_token").or_insert_with(|| json!({}));
    if !access_token.is_object() {
        *access_token = json!({});
    }
    access_token["xms_cc"] = json!({ "values": ["cp1"] });
    Value::Object(claims).to_string()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode};
    use url::Url;

    use super::*;

    fn answer(headers: &[&str]) -> Response {
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(WWW_AUTHENTICATE, HeaderValue::from_str(header).expect("a header"));
        }
        let url = Url::parse("https://heather.sharepoint.com/_api/web").expect("a URL");
        Response { status: StatusCode::UNAUTHORIZED, headers: map, body: "".into(), url, received_at: jiff::Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_challenge_is_read_with_and_without_padding_and_joined_with_what_is_always_asked() {
        // {"access_token":{"nbf":{"essential":true,"value":"1635527790"}}}
        let claims = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjM1NTI3NzkwIn19fQ";
        let asked = r#"{"access_token":{"nbf":{"essential":true,"value":"1635527790"},"xms_cc":{"values":["cp1"]}}}"#;
        for padding in ["", "=="] {
            let header = format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{claims}{padding}\"");
            let challenge = ClaimsChallenge::of(&answer(&["NTLM", &header])).expect("a challenge");
            assert_eq!(request(Some(&challenge)), asked);
        }
        assert_eq!(request(None), r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#);
        let none = [
            "Bearer realm=\"x\"",
            "Bearer error=\"insufficient_claims\"",
            "Bearer error=\"insufficient_claims\", claims=\"!\"",
            "Bearer error=\"insufficient_claims\", claims=\"W10=\"",
            "Bearer error=\"invalid_token\", claims=\"e30=\"",
        ];
        for header in none {
            assert_eq!(ClaimsChallenge::of(&answer(&[header])), None, "{header}");
        }
        let odd = ClaimsChallenge::read(br#"{"access_token":7,"id_token":{"acrs":null}}"#).expect("claims");
        assert_eq!(request(Some(&odd)), r#"{"access_token":{"xms_cc":{"values":["cp1"]}},"id_token":{"acrs":null}}"#);
    }
}
