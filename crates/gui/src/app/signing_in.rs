//! What somebody does while a sign-in waits, and who it is that signs in.

use preflight::{TargetKind, UserPrompt};
use url::Url;

use super::App;

impl App {
    /// Opens the page that is waited for.
    pub(super) fn open_sign_in_page(&mut self, ctx: &egui::Context, kind: TargetKind) {
        if let Some(url) = self.sign_in_page(kind) {
            self.open(ctx, &url);
        }
    }

    /// Copies its address.
    pub(super) fn copy_sign_in_page(&mut self, ctx: &egui::Context, kind: TargetKind) {
        if let Some(url) = self.sign_in_page(kind) {
            ctx.copy_text(url.to_string());
            self.toasts.done("Link copied");
        }
    }

    /// Copies the code to type there.
    pub(super) fn copy_device_code(&mut self, ctx: &egui::Context, kind: TargetKind) {
        if let Some(UserPrompt::DeviceCode { code, .. }) = self.desk().prompt(kind) {
            ctx.copy_text(code);
            self.toasts.done("Code copied");
        }
    }

    /// Tests anew: nobody is expected any more, and nobody remembered.
    pub(super) fn sign_in_as_someone_else(&mut self, ctx: &egui::Context, kind: TargetKind) {
        let desk = self.desk_mut();
        desk.expect(kind, String::new());
        desk.test_mut(kind).cancel();
        self.test_as(ctx, kind, true);
    }

    /// Expects this account from now on.
    pub(super) fn expect(&mut self, kind: TargetKind, account: String) {
        self.toasts.done(format!("From now on only {account} may sign in"));
        self.desk_mut().expect(kind, account);
    }

    fn sign_in_page(&self, kind: TargetKind) -> Option<Url> {
        match self.desk().prompt(kind)? {
            UserPrompt::SystemBrowser { url, .. } | UserPrompt::DeviceCode { url, .. } => Some(url),
            UserPrompt::ControlledBrowser { .. } => None,
        }
    }
}
