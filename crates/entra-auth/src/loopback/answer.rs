//! What comes back from the sign-in page: read with the same care from a query, a form post and a pasted address.

use preflight::Secret;
use subtle::ConstantTimeEq as _;
use url::{Url, form_urlencoded};

use crate::{Cloud, Refusal};

/// The answer of the sign-in page, proven to belong to this sign-in by its state.
#[derive(Debug)]
pub(crate) enum Answer {
    /// An authorization code, and the cloud that gave it where that is said (`cloud_instance_host_name`). Only Microsoft's own sign-in
    /// hosts count: a code is sent to no other.
    Code(Secret, Option<Cloud>),
    /// A refusal.
    Refused(Box<Refusal>),
}

/// Parameters that hold no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoAnswer {
    /// None of an answer's parameters.
    Empty,
    /// The state is missing or another, or a parameter comes twice (RFC 6749 §3.1): it is not the answer to our request.
    Stranger,
}

/// The value that proves an answer to be one to our request (RFC 6749 §10.12).
#[derive(Clone, Debug)]
pub(crate) struct State(Secret);

impl State {
    pub(crate) fn new(text: String) -> Self {
        Self(Secret::new(text))
    }

    pub(crate) fn inspect<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        self.0.inspect(look)
    }

    fn is(&self, given: &str) -> bool {
        self.0.inspect(|own| own.as_bytes().ct_eq(given.as_bytes()).into())
    }

    /// Reads the parameters of an answer: form-encoded, as in a query or the body of a form post.
    pub(crate) fn read(&self, parameters: &[u8]) -> Result<Answer, NoAnswer> {
        let (mut state, mut code, mut error, mut description, mut subcode, mut cloud) = (None, None, None, None, None, None);
        for (name, value) in form_urlencoded::parse(parameters) {
            let place = match &*name {
                "state" => &mut state,
                "code" => &mut code,
                "error" => &mut error,
                "error_description" => &mut description,
                "error_subcode" => &mut subcode,
                "cloud_instance_host_name" => &mut cloud,
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(NoAnswer::Stranger);
            }
        }
        if state.is_none() && code.is_none() && error.is_none() {
            return Err(NoAnswer::Empty);
        }
        // errors, too, need the state: anybody on this computer can call the return address
        if !state.is_some_and(|state| self.is(&state)) {
            return Err(NoAnswer::Stranger);
        }
        // an error beside anything else wins: the admin consent page sends both
        match (error, code) {
            (Some(error), _) => Ok(Answer::Refused(Box::new(Refusal::from_redirect(&error, subcode.as_deref(), description.as_deref())))),
            (None, Some(code)) if !code.is_empty() => {
                Ok(Answer::Code(Secret::new(code.into_owned()), cloud.and_then(|host| Cloud::of_login_host(&host))))
            }
            (None, _) => Err(NoAnswer::Empty),
        }
    }
}

/// What a person pasted while the sign-in waits.
#[derive(Debug)]
pub(crate) enum Pasted {
    /// The answer.
    Answer(Answer),
    /// The return address without an answer, as it stands in the address bar after a form post.
    BareAddress,
    /// An address with an answer to another sign-in.
    Stranger,
    /// Nothing that helps.
    Nothing,
}

impl Pasted {
    /// Reads what was pasted: the address (whole, or from `?` on), or an error from the page, by its number.
    pub(crate) fn read(text: &str, state: &State) -> Self {
        let text = text.trim();
        let parameters = parameters(text);
        match parameters.map(|parameters| state.read(parameters.as_bytes())) {
            Some(Ok(answer)) => Self::Answer(answer),
            Some(Err(NoAnswer::Stranger)) => Self::Stranger,
            Some(Err(NoAnswer::Empty)) | None => match Refusal::from_page(text) {
                Some(refusal) => Self::Answer(Answer::Refused(Box::new(refusal))),
                None if Url::parse(text).is_ok_and(|url| url.host_str() == Some("localhost")) => Self::BareAddress,
                None => Self::Nothing,
            },
        }
    }
}

/// The part of a pasted text that holds parameters, if it is one address: what stands behind `?` or `#`, else all of it.
fn parameters(text: &str) -> Option<&str> {
    if text.contains(char::is_whitespace) {
        return None;
    }
    let after = text.split_once(['?', '#']).map_or(text, |(_, after)| after);
    let parameters = after.split_once('#').map_or(after, |(query, _)| query);
    let is_answer = form_urlencoded::parse(parameters.as_bytes()).any(|(name, _)| matches!(&*name, "code" | "error" | "state"));
    is_answer.then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State::new("S3CRET-STATE".to_owned())
    }

    fn shape(pasted: &Pasted) -> String {
        match pasted {
            Pasted::Answer(Answer::Code(code, cloud)) => {
                let from = cloud.map_or_else(String::new, |cloud| format!(" of {}", cloud.as_str()));
                format!("code {}{from}", code.inspect(str::len))
            }
            Pasted::Answer(Answer::Refused(refusal)) => format!("refused {refusal}"),
            Pasted::BareAddress => "bare".to_owned(),
            Pasted::Stranger => "stranger".to_owned(),
            Pasted::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn answers_need_our_state() {
        let table: &[(&str, Result<&str, NoAnswer>)] = &[
            ("code=abc&state=S3CRET-STATE&session_state=x", Ok("code 3")),
            ("state=S3CRET-STATE&code=abc", Ok("code 3")),
            ("code=abc&state=S3CRET-STATF", Err(NoAnswer::Stranger)),
            ("code=abc&state=S3CRET-STAT", Err(NoAnswer::Stranger)),
            ("code=abc&state=", Err(NoAnswer::Stranger)),
            ("code=abc", Err(NoAnswer::Stranger)),
            ("error=access_denied", Err(NoAnswer::Stranger)),
            ("error=access_denied&state=wrong", Err(NoAnswer::Stranger)),
            ("error=access_denied&error_description=AADSTS65004%3A+x&state=S3CRET-STATE", Ok("refused access_denied (AADSTS65004)")),
            ("error=consent_required&code=abc&state=S3CRET-STATE", Ok("refused consent_required")),
            ("code=abc&code=def&state=S3CRET-STATE", Err(NoAnswer::Stranger)),
            ("code=abc&state=wrong&state=S3CRET-STATE", Err(NoAnswer::Stranger)),
            ("code=&state=S3CRET-STATE", Err(NoAnswer::Empty)),
            ("state=S3CRET-STATE", Err(NoAnswer::Empty)),
            ("", Err(NoAnswer::Empty)),
            ("x=1", Err(NoAnswer::Empty)),
        ];
        for (parameters, expected) in table {
            let read = state().read(parameters.as_bytes()).map(|answer| shape(&Pasted::Answer(answer)));
            assert_eq!(read.as_deref().map_err(|error| *error), *expected, "{parameters}");
        }
    }

    #[test]
    fn people_paste_in_many_ways() {
        let table = [
            (" http://localhost:50123/?code=abc&state=S3CRET-STATE#\n", "code 3"),
            ("localhost:50123/?code=abc&state=S3CRET-STATE", "code 3"),
            ("?code=abc&state=S3CRET-STATE", "code 3"),
            ("code=abc&state=S3CRET-STATE", "code 3"),
            ("http://localhost:50123/#code=abc&state=S3CRET-STATE", "code 3"),
            ("http://localhost:50123/?code=abc&state=other", "stranger"),
            ("http://localhost:50123/?error=access_denied&error_subcode=cancel&state=S3CRET-STATE", "refused access_denied"),
            ("http://localhost:50123/?error=access_denied&state=other", "stranger"),
            ("http://localhost:50123/", "bare"),
            ("http://localhost:50123", "bare"),
            ("50011", "refused AADSTS50011"),
            ("AADSTS50011", "refused AADSTS50011"),
            (
                "Sorry, but we're having trouble signing you in. AADSTS50011: The redirect URI 'http://localhost:1' does not match",
                "refused AADSTS50011",
            ),
            ("https://login.microsoftonline.com/error?code=50011", "stranger"),
            ("hello", "nothing"),
            ("", "nothing"),
            ("123456", "nothing"),
        ];
        for (text, expected) in table {
            assert_eq!(shape(&Pasted::read(text, &state())), expected, "{text}");
        }
    }

    #[test]
    fn neither_state_nor_code_can_be_printed() {
        let answer = state().read(b"code=S3CRET-CODE&state=S3CRET-STATE").expect("an answer");
        assert!(!format!("{:?} {answer:?}", state()).contains("S3CRET"));
    }
}
