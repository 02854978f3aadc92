//! Making a certificate: name, folder and password; then what it is and what is to be done with it.

use egui::Ui;
use engine::certificate::MadeFiles;
use preflight::render::words::Fact;

use super::certificate::facts;
use super::facts::facts_ui;
use crate::certificate::{Lifetime, NewCertificateForm};
use crate::command::UiCommand;
use crate::kit::modal::Clicked;
use crate::kit::theme::space;
use crate::kit::{Alert, Button, Field, Modal, Note, card, icons, segmented, text};

/// Shows the dialog.
pub fn new_certificate_ui(ui: &mut Ui, form: &mut NewCertificateForm, making: bool, commands: &mut Vec<UiCommand>) {
    let made = form.made.is_some();
    let modal = Modal::new("new-certificate", "Make a certificate").width(600.0);
    let modal = if made {
        modal.other(Button::ghost("Close")).primary(Button::primary("Use this certificate"))
    } else {
        let ready = form.is_ready() && !making;
        modal.other(Button::ghost("Close")).primary(Button::primary("Make").enabled(ready).pending(making))
    };
    let shown = modal.show(ui, |ui| match &form.made {
        Some(made) => made_ui(ui, made),
        None => form_ui(ui, form, making, commands),
    });
    match shown.clicked {
        Some(Clicked::Primary) => commands.push(if made { UiCommand::UseCertificate } else { UiCommand::MakeCertificate }),
        Some(_) => commands.push(UiCommand::CloseDialog),
        None if shown.should_close => commands.push(UiCommand::CloseDialog),
        None => {}
    }
}

fn form_ui(ui: &mut Ui, form: &mut NewCertificateForm, making: bool, commands: &mut Vec<UiCommand>) {
    ui.spacing_mut().item_spacing.y = space::L;
    text::body(
        ui,
        "An app that signs in by itself proves itself by a certificate. Its private key stays on this computer; only the CER file is uploaded.",
    );
    let name = Field::new("Certificate name", &mut form.name).note(Some(Note::Help("The portal shows it"))).show(ui);
    let note = form.problem.as_ref().map(|problem| Note::Error(problem.as_str()));
    let browse = Button::secondary("Browse…").icon(icons::SEARCH);
    let folder = Field::new("Folder", &mut form.folder).mono().note(note).button(browse).show(ui);
    if folder.button_clicked {
        commands.push(UiCommand::BrowseCertificateFolder);
    }
    if folder.text.changed() || name.text.changed() {
        form.problem = None;
    }
    let help = "Protects the file with the private key. Keep it where you keep passwords";
    let field = Field::new("Password for the file", &mut form.password).secret().icon(icons::KEY).optional();
    let password = field.note(Some(Note::Help(help))).show(ui);
    segmented(ui, "Good for", &mut form.lifetime, &Lifetime::ALL);
    if (name.submitted || folder.submitted || password.submitted) && form.is_ready() && !making {
        commands.push(UiCommand::MakeCertificate);
    }
}

fn made_ui(ui: &mut Ui, made: &MadeFiles) {
    Alert::passed("The certificate is made").show(ui);
    card::frame(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let mut facts = facts(&made.certificate);
        for (label, path) in [("PFX file", &made.pfx), ("CER file", &made.cer)] {
            facts.push(Fact { label, value: path.display().to_string(), literal: true });
        }
        facts_ui(ui, &facts);
        text::small(ui, format!("PFX file: {}", made.protection()));
    });
    text::subheading(ui, "What to do now");
    for (step, number) in made.to_do().iter().zip(1..) {
        ui.horizontal_top(|ui| {
            card::cell(ui, 18.0, |ui| text::body(ui, format!("{number}.")));
            card::cell(ui, ui.available_width(), |ui| text::body(ui, step.as_str()));
        });
    }
}
