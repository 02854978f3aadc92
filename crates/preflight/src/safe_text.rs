//! Text that is safe to show: whatever looks like a credential is masked when it is made.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// What stands in the place of a masked value.
pub const MASK: &str = "[hidden]";

/// Longest text kept, in characters; longer ones end in `…`.
const LONGEST: usize = 1200;

/// Texts shorter than this, in bytes, are not masked as a known secret: they would black out half of every sentence.
const SHORTEST_SECRET: usize = 4;

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

    /// The same text with every occurrence of a known secret masked, as it is and as a form or query would write it.
    #[must_use]
    pub fn without(self, secret: &str) -> Self {
        if secret.len() < SHORTEST_SECRET {
            return self;
        }
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let percent = encoded.replace('+', "%20");
        [secret, &encoded, &percent].into_iter().fold(self, Self::without_form)
    }

    fn without_form(self, secret: &str) -> Self {
        let cut = self.0.strip_suffix('…').and_then(|kept| beginning_at_end(kept, secret));
        if cut.is_none() && !self.0.contains(secret) {
            return self;
        }
        let text = match cut {
            Some(at) => format!("{}{MASK}…", &self.0[..at]),
            None => self.0.into_owned(),
        };
        Self(Cow::Owned(text.replace(secret, MASK)))
    }
}

/// Where a text that was cut short ends in the beginning of a secret.
fn beginning_at_end(kept: &str, secret: &str) -> Option<usize> {
    secret
        .char_indices()
        .map(|(at, _)| at)
        .filter(|at| *at >= SHORTEST_SECRET)
        .rev()
        .find_map(|at| kept.strip_suffix(&secret[..at]).map(str::len))
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
    "id_token_hint",
    "jsessionid",
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

/// Names of JSON members whose values are never shown. Shorter than the list of parameters: in JSON, `code` and `state` are
/// mostly an error's code and a server's state.
const SECRET_MEMBERS: &[&str] = &[
    "access_token",
    "client_assertion",
    "client_secret",
    "code_verifier",
    "device_code",
    "id_token",
    "password",
    "rawtoken",
    "refresh_token",
    "secret",
];

fn masked(text: &str) -> String {
    // A text that was cut short before keeps its mark, so that masking twice changes nothing.
    let (text, was_cut) = text.strip_suffix('…').map_or((text, false), |kept| (kept, true));
    // Much more than is kept, so that a credential is masked whole before the text is cut.
    let clean: String = text
        .chars()
        .take(LONGEST * 8)
        .map(|c| {
            // direction overrides and odd line ends could make a text read differently from what it says
            let hostile = (c.is_control() && c != '\n') || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if hostile { ' ' } else { c }
        })
        .collect();
    let mut clean = mask_all(clean);
    let end = clean.char_indices().nth(LONGEST).map(|(end, _)| end);
    if let Some(end) = end {
        clean.truncate(end);
    }
    if end.is_some() || was_cut {
        clean.push('…');
    }
    clean
}

/// Masks until nothing changes any more: what one kind of mask leaves can be the beginning of what another one looks for.
fn mask_all(mut text: String) -> String {
    const ROUNDS: usize = 8;
    for _ in 0..ROUNDS {
        let masked = mask_members(&mask_parameters(&mask_words(&mask_user_info(&text))));
        if masked == text {
            break;
        }
        text = masked;
    }
    text
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
        if after_scheme && looks_like_a_credential(word) {
            out.push_str(MASK);
        } else if let Some(at) = json_web_token(word) {
            out.push_str(&word[..at]);
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

/// Tells `NjA5Zm9v…` from the next word of a sentence (`Basic Authentication Failure`) and from a challenge's parameter (`client_id=`).
fn looks_like_a_credential(word: &str) -> bool {
    let a_parameter = word.strip_suffix('=').is_some_and(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    let a_capital_inside = word.chars().skip(1).any(|c| c.is_ascii_uppercase()) && word.chars().any(|c| c.is_ascii_lowercase());
    word.len() >= 8 && !a_parameter && (a_capital_inside || word.chars().any(|c| c.is_ascii_digit() || c == '='))
}

/// Where a JSON Web Token (RFC 7519) begins in a word, which may be a whole query string.
fn json_web_token(word: &str) -> Option<usize> {
    let at = word.find("eyJ")?;
    let token = &word[at..];
    (token.len() > 30 && token.contains('.')).then_some(at)
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

/// `{"refresh_token": "0.AXoA"}` → `{"refresh_token": "[hidden]"}`
fn mask_members(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(value_start) = next_secret_member(rest) {
        out.push_str(&rest[..value_start]);
        rest = &rest[value_start..];
        let mut escaped = false;
        let end = rest
            .find(|c: char| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            })
            .unwrap_or(rest.len());
        if end > 0 {
            out.push_str(MASK);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Where the value of the next secret JSON member begins, behind its opening quote.
fn next_secret_member(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(colon) = text[from..].find(':').map(|at| from + at) {
        let before = text[..colon].trim_end().strip_suffix('"').unwrap_or_default();
        let name = &before[before.rfind('"').map_or(before.len(), |quote| quote + 1)..];
        let after = text[colon + 1..].trim_start();
        if SECRET_MEMBERS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) && after.starts_with('"') {
            return Some(text.len() - after.len() + 1);
        }
        from = colon + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe(text: impl Into<String>) -> SafeText {
        SafeText::from(text.into())
    }

    #[test]
    fn credentials_are_masked_wherever_they_stand() {
        let check = |text: &str, expected: &str| assert_eq!(safe(text).as_str(), expected, "{text}");
        check("Authorization: Bearer NjA5Zm9vYmFyMTIzNDU2", "Authorization: Bearer [hidden]");
        check("sent Basic amFuZTpzM2NyZXQ= twice", "sent Basic [hidden] twice");
        check("Negotiate YIIJvwYGKwYBBQUCoIIJszCCCa+gMDAu", "Negotiate [hidden]");
        check("The token eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIn0.c2ln is no good", "The token [hidden] is no good");
        check("/logout?hint=eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIn0.c2ln", "/logout?hint=[hidden]");
        check("http://localhost:5000/?code=0.AXoA&state=s1&x=1", "http://localhost:5000/?code=[hidden]&state=[hidden]&x=1");
        check("https://jane:s3cret@wiki.example.com/x", "https://[hidden]@wiki.example.com/x");
        check("größe=1 état=2 password=geheim!", "größe=1 état=2 password=[hidden]");
        check("Cookie: JSESSIONID=0A1B2C; Path=/", "Cookie: JSESSIONID=[hidden] Path=/");
        check(
            r#"{"token_type":"Bearer","refresh_token" : "0.AX\"oA","scope":"x"}"#,
            r#"{"token_type":"Bearer","refresh_token" : "[hidden]","scope":"x"}"#,
        );
        check(r#"{"client_secret":"cut off"#, r#"{"client_secret":"[hidden]"#);
    }

    #[test]
    fn the_words_of_an_error_stay_readable() {
        for text in [
            "Basic authentication is switched off",
            "Basic Authentication Failure - Reason : AUTHENTICATED_FAILED",
            "Bearer realm=\"11111111-2222-3333-4444-555555555555\",client_id=\"00000003-0000-0ff1-ce00-000000000000\"",
            "error_codes=[50011]",
            r#"{"error":{"code":"accessDenied","message":"Access denied"}}"#,
            r#"{"state":"RUNNING"}"#,
            "",
        ] {
            assert_eq!(safe(text).as_str(), text);
        }
    }

    #[test]
    fn nothing_can_disguise_how_a_text_reads() {
        assert_eq!(safe("a\u{7}b\u{202e}c\u{1b}[31md\u{2028}e\u{9b}f").as_str(), "a b c [31md e f");
        assert_eq!(safe("שלום, first\nsecond").as_str(), "שלום, first\nsecond", "other scripts and lines stay");
    }

    #[test]
    fn long_texts_end() {
        let long = safe("ä".repeat(5000));
        assert_eq!(long.as_str().chars().count(), LONGEST + 1);
        assert!(long.as_str().ends_with('…'));
    }

    #[test]
    fn a_credential_across_the_cut_is_masked_whole() {
        let token = format!("eyJhbGciOiJSUzI1NiJ9.{}", "QUJD".repeat(300));
        for lead in LONGEST - 40..=LONGEST {
            let text = safe(format!("{} {token}", "x".repeat(lead)));
            assert!(!text.as_str().contains("eyJ"), "{lead}");
        }
    }

    #[test]
    fn known_secrets_are_masked() {
        let without = |text: &str, secret: &str| safe(text).without(secret).as_str().to_owned();
        assert_eq!(without("the server said hunter2-hunter2", "hunter2-hunter2"), "the server said [hidden]");
        assert_eq!(without("/x?p=a%26b%2Fc+d and a%26b%2Fc%20d", "a&b/c d"), "/x?p=[hidden] and [hidden]");
        assert_eq!(without("a cat", "cat"), "a cat", "too short to be a secret");
    }

    #[test]
    fn a_known_secret_across_the_cut_is_masked() {
        let secret = "päss-wörd-of-some-length";
        for lead in LONGEST - 30..=LONGEST {
            let text = safe(format!("{}{secret}", "x".repeat(lead))).without(secret);
            assert!(!text.as_str().contains("päs"), "{lead}: {}", &text.as_str()[LONGEST - 40..]);
        }
    }

    /// Texts put together from fragments that mean something to the maskers, cut anywhere.
    fn awkward_texts() -> impl Iterator<Item = String> {
        const FRAGMENTS: &[&str] = &[
            "Bearer ",
            "Basic ",
            "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIn0.c2ln",
            "https://",
            "jane:s3cret@",
            "wiki.example.com",
            "/",
            "?code=",
            "&state=",
            "password=",
            "=",
            "&",
            "\"",
            "\"refresh_token\":\"",
            "\\",
            ":",
            "@",
            " ",
            "\n",
            "…",
            "[hidden]",
            "ä",
            "日本",
            "🙂",
            "\u{202e}",
            "\u{0}",
            "A1b2C3d4E5",
            "ſ",
            "İ",
        ];
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = move |below: usize| {
            // xorshift64: the same texts in every run
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below as u64).expect("below a usize")
        };
        (0..20_000).map(move |round| {
            let pieces = if round % 50 == 0 { 700 } else { 14 };
            let text: String = (0..next(pieces)).map(|_| FRAGMENTS[next(FRAGMENTS.len())]).collect();
            let keep = next(text.chars().count() + 1);
            text.chars().take(keep).collect()
        })
    }

    #[test]
    fn masking_never_panics_and_masking_twice_changes_nothing() {
        for text in awkward_texts() {
            let once = safe(text.clone());
            assert_eq!(safe(once.as_str()), once, "{text:?}");
            assert!(once.as_str().chars().count() <= LONGEST + 1);
            assert!(
                !once.as_str().contains("://jane:s3cret@") && !once.as_str().contains("eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ."),
                "{text:?} gave {once}"
            );
        }
    }

    #[test]
    fn masking_a_known_secret_never_panics_and_leaves_none() {
        let secret = "日本wiki.example.com";
        for text in awkward_texts() {
            let masked = safe(text).without(secret);
            assert!(!masked.as_str().contains(secret));
            assert_eq!(masked.clone().without(secret), masked);
        }
    }
}
