//! Whether the browser session of a connection is to be removed.

use egui::Ui;

use crate::command::UiCommand;
use crate::kit::modal::Clicked;
use crate::kit::{Button, Modal, text};

/// Shows the question.
pub fn forget_ui(ui: &mut Ui, address: &str, pending: bool, commands: &mut Vec<UiCommand>) {
    let shown = Modal::new("forget", "Forget this browser session?")
        .other(Button::danger("Forget").pending(pending))
        .primary(Button::primary("Keep"))
        .show(ui, |ui| {
            text::mono(ui, address);
            text::body(ui, "Its cookies and everything else that the sign-in window keeps for this address are removed from this computer. The next sign-in begins anew.");
        });
    match shown.clicked {
        Some(Clicked::Other(_)) => commands.push(UiCommand::Forget),
        Some(_) => commands.push(UiCommand::CloseDialog),
        None if shown.should_close => commands.push(UiCommand::CloseDialog),
        None => {}
    }
}
