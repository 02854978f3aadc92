//! The certificate's fields, and what it is before it is used.

use egui::Ui;
use engine::certificate::Certificate;
use jiff::Timestamp;
use preflight::Field as FieldId;
use preflight::render::words::Fact;

use super::facts::facts_ui;
use super::form::Form;
use crate::certificate::Inspection;
use crate::command::UiCommand;
use crate::kit::{Button, Note, Tone, card, icons, tag, waiting};

/// Shows the fields and the certificate.
pub fn certificate_ui(ui: &mut Ui, form: &mut Form<'_>, now: Timestamp, commands: &mut Vec<UiCommand>) {
    let help = Note::Help("PFX, or PEM with certificate and private key");
    let browse = Button::secondary("Browse…").icon(icons::SEARCH);
    let file = form.field(
        ui,
        FieldId::CertificateFile,
        |desk| &mut desk.sharepoint.certificate,
        Some(help),
        |field| field.mono().icon(icons::FILE_TEXT).button(browse),
    );
    if file.button_clicked {
        commands.push(UiCommand::BrowseCertificate);
    }
    let help = Note::Help("What the file was exported with. Kept in memory only");
    let password = form.field(
        ui,
        FieldId::CertificatePassword,
        |desk| &mut desk.certificate_password,
        Some(help),
        |field| field.secret().icon(icons::KEY).optional(),
    );
    if file.text.changed() || password.text.changed() {
        form.desk.certificate = Inspection::None;
    }
    let typed = !form.desk.sharepoint.certificate.trim().is_empty();
    if (file.left || password.left) && typed && matches!(form.desk.certificate, Inspection::None) {
        commands.push(UiCommand::InspectCertificate);
    }
    match &form.desk.certificate {
        Inspection::None | Inspection::Read(Err(_)) => {
            if ui.add(Button::secondary("Make a certificate…").icon(icons::KEY).small()).clicked() {
                commands.push(UiCommand::NewCertificate);
            }
        }
        Inspection::Reading { .. } => {
            waiting(ui, "Reading the certificate…");
        }
        Inspection::Read(Ok(certificate)) => shown(ui, certificate, now),
    }
}

/// Days before its end from which on a certificate is worth a word.
const SOON: i64 = 30;

fn shown(ui: &mut Ui, certificate: &Certificate, now: Timestamp) {
    card::frame(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let days = (certificate.not_after().as_second() - now.as_second()) / (24 * 3600);
        if days <= SOON {
            tag(ui, Tone::Limited, icons::TRIANGLE_ALERT, &format!("Expires in {days} days"));
        }
        facts_ui(ui, &facts(certificate));
    });
}

/// What a person compares with the portal.
pub fn facts(certificate: &Certificate) -> Vec<Fact> {
    let fact = |label, value: String, literal| Fact { label, value, literal };
    vec![
        fact("Certificate", certificate.subject().to_owned(), false),
        fact("Thumbprint", certificate.thumbprint_sha1(), true),
        fact("Valid until", certificate.not_after().strftime("%Y-%m-%d").to_string(), false),
    ]
}
