//! The certificate: read when its fields are left, made in a dialog of its own.

use std::path::PathBuf;

use engine::certificate::{self, NewCertificateError};
use engine::forms::SharePointMethod;
use preflight::{Explain as _, Field, SafeText, Secret};
use zeroize::Zeroizing;

use super::{App, Dialog};
use crate::certificate::{Inspection, NewCertificateForm};
use crate::command::UiCommand;
use crate::task::{Task, TaskPoll, Wake};

impl App {
    /// Reads the certificate file in the background.
    pub(super) fn inspect_certificate(&mut self, ctx: &egui::Context, then: Option<UiCommand>) {
        let now = self.outside.clock.now();
        let runtime = self.outside.runtime.clone();
        let desk = self.desk_mut();
        let path = PathBuf::from(desk.sharepoint.certificate.trim());
        let password = Some(Secret::new(desk.certificate_password.to_string())).filter(|password| !password.is_empty());
        let task = Task::spawn_blocking(&runtime, Wake::window(ctx), move || certificate::inspect(&path, password.as_ref(), now));
        desk.certificate = Inspection::Reading { task, then };
    }

    /// True where a test has to wait for the certificate; it goes on by itself.
    pub(super) fn waits_for_certificate(&mut self, ctx: &egui::Context, test: UiCommand) -> bool {
        let desk = self.desk_mut();
        if desk.sharepoint.method != SharePointMethod::Certificate || desk.sharepoint.certificate.trim().is_empty() {
            return false;
        }
        match &mut desk.certificate {
            Inspection::Read(_) => false,
            Inspection::Reading { then, .. } => {
                *then = Some(test);
                true
            }
            Inspection::None => {
                self.inspect_certificate(ctx, Some(test));
                true
            }
        }
    }

    /// Takes what reading or making a certificate came to.
    pub(super) fn receive_certificates(&mut self) {
        let desk = self.desk_mut();
        if let Inspection::Reading { task, then } = &mut desk.certificate {
            match task.poll() {
                TaskPoll::Running => {}
                TaskPoll::Finished(outcome) => {
                    let then = then.take();
                    // a problem is told at once, at the field where it can be put right
                    desk.left.extend([Field::CertificateFile, Field::CertificatePassword].map(Field::label));
                    desk.certificate = Inspection::Read(outcome);
                    self.commands.extend(then);
                }
                TaskPoll::Broken => desk.certificate = Inspection::None,
            }
        }
        let Some(task) = &mut self.making else { return };
        let outcome = match task.poll() {
            TaskPoll::Running => return,
            TaskPoll::Finished(outcome) => outcome,
            TaskPoll::Broken => Err("The certificate could not be made".into()),
        };
        self.making = None;
        if let Some(Dialog::NewCertificate(form)) = &mut self.dialog {
            match outcome {
                Ok(made) => form.made = Some(made),
                Err(problem) => form.problem = Some(problem),
            }
        }
    }

    /// Opens the dialog that makes one.
    pub(super) fn new_certificate(&mut self) {
        self.dialog = Some(Dialog::NewCertificate(Box::default()));
    }

    /// Makes it, which takes a moment.
    pub(super) fn make_certificate(&mut self, ctx: &egui::Context) {
        let now = self.outside.clock.now();
        let Some(Dialog::NewCertificate(form)) = &mut self.dialog else { return };
        form.problem = None;
        let order = form.order();
        let make = move || order.make(now).map_err(|error| problem(&error));
        self.making = Some(Task::spawn_blocking(&self.outside.runtime, Wake::window(ctx), make));
    }

    /// Fills the new certificate into the card.
    pub(super) fn use_certificate(&mut self) {
        let Some(Dialog::NewCertificate(form)) = self.dialog.take() else { return };
        let NewCertificateForm { made: Some(made), password, .. } = *form else { return };
        let desk = self.desk_mut();
        desk.sharepoint.method = SharePointMethod::Certificate;
        desk.sharepoint.certificate = made.pfx.display().to_string();
        desk.certificate_password = if made.protected { password } else { Zeroizing::default() };
        desk.certificate = Inspection::Read(Ok(made.certificate));
    }
}

fn problem(error: &NewCertificateError) -> SafeText {
    match error {
        NewCertificateError::Make(error) => error.explain().summary,
        NewCertificateError::Exists(_) | NewCertificateError::Write { .. } => preflight::chain(error).into(),
    }
}
