//! Text that is safe to show: whatever looks like a credential is masked when it is made.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// What stands in the place of a masked value.
pub const MASK: &str = "[hidden]";

/// Longest text kept, in characters; longer ones end in `…`.
const LONGEST: usize = 1200;

/// Text for people and reports. Making one masks whatever looks like a credential (bearer and basic headers,
/// JSON Web Tokens, secret query parameters, passwords in URLs) and drops control characters, so a server's own words can be quoted.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SafeText(Cow<'static, str>);

impl SafeText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True where there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same text with every occurrence of a known secret masked.
    #[must_use]
    pub fn without(self, secret: &str) -> Self {
        if secret.len() < 4 || !self.0.contains(secret) {
            return self;
        }
        Self(Cow::Owned(self.0.replace(secret, MASK)))
    }
}

impl From<&'static str> for SafeText {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for SafeText {
    fn from(text: String) -> Self {
        Self(Cow::Owned(masked(&text)))
    }
}

impl From<SafeText> for String {
    fn from(text: SafeText) -> Self {
        text.0.into_owned()
    }
}

impl std::fmt::Display for SafeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for SafeText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Names of query or form parameters whose values are never shown.
const SECRET_PARAMETERS: &[&str] = &[
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "id_token",
    "os_password",
    "password",
    "passwd",
    "refresh_token",
    "samlrequest",
    "samlresponse",
    "secret",
    "session_state",
    "state",
    "token",
];

fn masked(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for (count, c) in text.chars().enumerate() {
        if count >= LONGEST {
            clean.push('…');
            break;
        }
        // direction overrides could make a text read differently from what it says
        let hostile = (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        clean.push(if hostile { ' ' } else { c });
    }
    let clean = mask_user_info(&clean);
    let clean = mask_words(&clean);
    mask_parameters(&clean)
}

/// `https://user:password@host` → `https://[hidden]@host`
fn mask_user_info(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let authority_end = after.find(|c: char| c == '/' || c == '?' || c == '#' || c.is_whitespace()).unwrap_or(after.len());
        rest = match after[..authority_end].rfind('@') {
            Some(user_end) => {
                out.push_str(MASK);
                &after[user_end..]
            }
            None => after,
        };
    }
    out.push_str(rest);
    out
}

/// Masks JSON Web Tokens anywhere, and the word after `Bearer`, `Basic` or `Negotiate`.
fn mask_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_scheme = false;
    for piece in text.split_inclusive(|c: char| !is_token_char(c)) {
        let word = piece.trim_end_matches(|c: char| !is_token_char(c));
        let tail = &piece[word.len()..];
        let scheme = ["bearer", "basic", "negotiate"].iter().any(|s| word.eq_ignore_ascii_case(s));
        if is_jwt(word)
            || (after_scheme && word.len() >= 8 && word.chars().any(|c| c.is_ascii_digit() || c == '=' || c.is_ascii_uppercase()))
        {
            out.push_str(MASK);
        } else {
            out.push_str(word);
        }
        out.push_str(tail);
        after_scheme = scheme || (after_scheme && word.is_empty());
    }
    out
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | '+' | '/' | '=')
}

fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() > 30 && word.matches('.').count() >= 1
}

/// `code=abc&x=1` → `code=[hidden]&x=1`
fn mask_parameters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('=') {
        let name_start = rest[..at]
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .map_or(0, |i| i + rest[i..].chars().next().map_or(1, char::len_utf8));
        let name = &rest[name_start..at];
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if SECRET_PARAMETERS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
            let end = rest.find(|c: char| c == '&' || c == '"' || c == '\'' || c == '<' || c.is_whitespace()).unwrap_or(rest.len());
            if end > 0 {
                out.push_str(MASK);
            }
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked_wherever_they_stand() {
        let check = |text: &str, expected: &str| assert_eq!(SafeText::from(text.to_owned()).as_str(), expected, "{text}");
        check("Authorization: Bearer NjA5Zm9vYmFyMTIzNDU2", "Authorization: Bearer [hidden]");
        check("sent Basic amFuZTpzM2NyZXQ= twice", "sent Basic [hidden] twice");
        check("The token eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIn0.c2ln is no good", "The token [hidden] is no good");
        check("http://localhost:5000/?code=0.AXoA&state=s1&x=1", "http://localhost:5000/?code=[hidden]&state=[hidden]&x=1");
        check("https://jane:s3cret@wiki.example.com/x", "https://[hidden]@wiki.example.com/x");
        check("Basic authentication is switched off", "Basic authentication is switched off");
        check("error_codes=[50011]", "error_codes=[50011]");
        check("a\u{7}b\u{202e}c", "a b c");
        check("", "");
        check("größe=1 état=2 password=geheim!", "größe=1 état=2 password=[hidden]");
    }

    #[test]
    fn long_texts_end() {
        let long = SafeText::from("ä".repeat(5000));
        assert_eq!(long.as_str().chars().count(), LONGEST + 1);
        assert!(long.as_str().ends_with('…'));
    }

    #[test]
    fn known_secrets_are_masked() {
        let text = SafeText::from("the server said hunter2-hunter2".to_owned()).without("hunter2-hunter2");
        assert_eq!(text.as_str(), "the server said [hidden]");
    }
}
