//! The request to the administrator: opened from a result, copied, sent, saved.

use super::{App, Dialog};
use crate::request::{Form, Request};
use crate::views::save::SaveForm;

impl App {
    /// Opens it over the result that it belongs to.
    pub(super) fn show_request(&mut self) {
        let (back, request) = match &self.dialog {
            Some(Dialog::Report(kind, report)) => (Some((*kind, report.clone())), report.request.clone()),
            None => (None, self.desk().sites.report().and_then(|report| report.request.clone())),
            Some(_) => return,
        };
        if let Some(request) = request {
            self.dialog = Some(Dialog::Request(Box::new(Request::new(back, request))));
        }
    }

    /// Copies it in this form.
    pub(super) fn copy_request(&mut self, ctx: &egui::Context, form: Form) {
        if let Some(Dialog::Request(request)) = &self.dialog {
            ctx.copy_text(request.text(form));
            self.toasts.done("Request copied");
        }
    }

    /// Asks where to save it.
    pub(super) fn save_request(&mut self) {
        let now = self.outside.clock.now();
        if let Some(Dialog::Request(request)) = &self.dialog {
            self.dialog = Some(Dialog::Save(Box::new(SaveForm::request((**request).clone(), now))));
        }
    }

    /// Opens the mail program with it. What is too long for a link is copied, to be pasted.
    pub(super) fn mail_request(&mut self, ctx: &egui::Context) {
        let Some(Dialog::Request(request)) = &self.dialog else { return };
        let (link, whole) = request.mail();
        let body = request.request.email().body;
        let opened = link.zip(self.deps()).is_some_and(|(link, deps)| deps.opener.open(&link).is_ok());
        if !opened || !whole {
            ctx.copy_text(body);
        }
        self.toasts.info(match (opened, whole) {
            (true, true) => "Opened in the mail program",
            (true, false) => "The text is too long for a link: it was copied, paste it into the message",
            (false, _) => "No mail program could be opened: the text was copied instead",
        });
    }
}
