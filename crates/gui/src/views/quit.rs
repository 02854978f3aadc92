//! A test runs; quit all the same?

use egui::Ui;

use crate::command::UiCommand;
use crate::kit::modal::Clicked;
use crate::kit::{Button, Modal, text};

/// Shows the dialog.
pub fn quit_ui(ui: &mut Ui, commands: &mut Vec<UiCommand>) {
    let modal = Modal::new("quit", "Stop the test and quit?")
        .width(420.0)
        .other(Button::secondary("Quit"))
        .primary(Button::primary("Go on testing"));
    let shown = modal.show(ui, |ui| {
        text::body(ui, "A test is still running. Quitting stops it and closes its connections; nothing on the servers has been changed.")
    });
    match shown.clicked {
        Some(Clicked::Other(_)) => commands.push(UiCommand::QuitAnyway),
        Some(_) => commands.push(UiCommand::CloseDialog),
        None if shown.should_close => commands.push(UiCommand::CloseDialog),
        None => {}
    }
}
