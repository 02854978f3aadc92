//! The request to the administrator as it is shown: as an e-mail or as Markdown.

use std::sync::Arc;

use preflight::{AdminRequest, Report, TargetKind};
use url::Url;

use crate::command::UiCommand;

/// The forms that it can be sent in.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Form {
    /// Plain text with a subject.
    #[default]
    Email,
    /// For a ticket.
    Markdown,
}

impl Form {
    /// Both, with their names on screen.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Email, "E-mail"), (Self::Markdown, "Markdown")];
}

/// A request on screen.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it says.
    pub request: AdminRequest,
    /// The report that it was opened from; none where it is about a list of sites.
    pub back: Option<(TargetKind, Arc<Report>)>,
    /// How it is shown.
    pub form: Form,
}

/// Longer links are cut or refused by some systems; Windows takes 2,048 characters.
const LONGEST_LINK: usize = 2000;

impl Request {
    /// A request, shown as an e-mail.
    pub fn new(back: Option<(TargetKind, Arc<Report>)>, request: AdminRequest) -> Self {
        Self { request, back, form: Form::default() }
    }

    /// What tests again.
    pub fn check_again(&self) -> UiCommand {
        self.back.as_ref().map_or(UiCommand::TestSites, |(kind, _)| UiCommand::Test(*kind))
    }

    /// It in this form.
    pub fn text(&self, form: Form) -> String {
        match form {
            Form::Email => {
                let email = self.request.email();
                format!("Subject: {}\n\n{}", email.subject, email.body)
            }
            Form::Markdown => self.request.markdown(),
        }
    }

    /// A link that opens the mail program (RFC 6068), and whether the text is in it: a text that is too long has to be pasted.
    pub fn mail(&self) -> (Option<Url>, bool) {
        let email = self.request.email();
        let link = |body: &str| {
            let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
            let body = body.replace('\n', "\r\n");
            Url::parse(&format!("mailto:?subject={}&body={}", encoded(&email.subject), encoded(&body))).ok()
        };
        let whole = link(&email.body).filter(|link| link.as_str().len() <= LONGEST_LINK);
        let fits = whole.is_some();
        (whole.or_else(|| link("")), fits)
    }
}

#[cfg(test)]
mod tests {
    use preflight::{Cause, gallery};

    use super::*;

    fn request(sentence: String) -> Request {
        let (_, report) = gallery::reports().into_iter().find(|(_, report)| report.request.is_some()).expect("in the gallery");
        let request = report.request.expect("one");
        Request::new(None, AdminRequest { sentence: sentence.into(), cause: Cause::EntraConsentRequired, ..request })
    }

    #[test]
    fn a_mail_program_gets_what_its_link_can_hold() {
        let short = AdminRequest { asks: Vec::new(), facts: Vec::new(), ..request("Ä & Ö?".to_owned()).request };
        let (link, whole) = Request::new(None, short).mail();
        let link = link.expect("a link");
        assert!(whole && link.as_str().starts_with("mailto:?subject="), "{link}");
        assert!(link.as_str().contains("%C3%84%20%26%20%C3%96%3F") && link.as_str().contains("%0D%0A"), "{link}");

        let (link, whole) = request("x".repeat(3000)).mail();
        let link = link.expect("a link");
        assert!(!whole && link.as_str().len() <= LONGEST_LINK && link.as_str().contains("subject="), "{link}");
    }
}
