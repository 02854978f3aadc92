//! The request to the administrator: to read, to copy, to send.

use egui::Ui;
use preflight::render::words;

use crate::command::UiCommand;
use crate::kit::modal::Clicked;
use crate::kit::theme::space;
use crate::kit::{Button, Modal, card, icons, segmented_bare, text};
use crate::request::{Form, Request};

/// Shows the dialog.
pub fn request_ui(ui: &mut Ui, request: &mut Request, commands: &mut Vec<UiCommand>) {
    let modal = Modal::new("request", words::REQUEST)
        .width(680.0)
        .aside(Button::secondary("Copy as e-mail").icon(icons::COPY))
        .aside(Button::secondary("Copy as Markdown").icon(icons::COPY))
        .other(Button::ghost("Back"))
        .primary(Button::primary("Re-check").icon(icons::REFRESH).tooltip("Tests again with fresh tokens, once it is done"));
    let shown = modal.show(ui, |ui| {
        text::body(ui, "Somebody else has to do this. Send it to them as it is; it holds no secrets. Test again afterwards.");
        ui.add_space(space::XS);
        card::row(ui, |ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            segmented_bare(ui, "Form of the request", &mut request.form, &Form::ALL);
            if ui.add(Button::ghost("Save…").icon(icons::DOWNLOAD)).clicked() {
                commands.push(UiCommand::SaveRequest);
            }
            if ui.add(Button::ghost("Open mail program").icon(icons::EXTERNAL_LINK)).clicked() {
                commands.push(UiCommand::MailRequest);
            }
        });
        card::frame(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            text::verbatim(ui, request.text(request.form).trim_end());
        });
    });
    match shown.clicked {
        Some(Clicked::Aside(0)) => commands.push(UiCommand::CopyRequest(Form::Email)),
        Some(Clicked::Aside(_)) => commands.push(UiCommand::CopyRequest(Form::Markdown)),
        Some(Clicked::Primary) => commands.push(request.check_again()),
        Some(Clicked::Other(_)) => commands.push(UiCommand::CloseDialog),
        None if shown.should_close => commands.push(UiCommand::CloseDialog),
        None => {}
    }
}
