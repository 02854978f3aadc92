//! The request to the administrator: opened from a result, copied, sent, saved.

use super::{App, Dialog};
use crate::request::{Form, Request};

impl App {
    /// Opens it over the result that it belongs to.
    pub(super) fn show_request(&mut self) {
        if let Some(Dialog::Report(kind, report)) = &self.dialog
            && let Some(request) = report.request.clone()
        {
            self.dialog = Some(Dialog::Request(Box::new(Request::new(*kind, request))));
        }
    }

    /// Copies it in this form.
    pub(super) fn copy_request(&mut self, ctx: &egui::Context, form: Form) {
        if let Some(Dialog::Request(request)) = &self.dialog {
            ctx.copy_text(request.text(form));
            self.toasts.done("Request copied");
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
