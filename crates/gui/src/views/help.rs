//! The keys, and where to read on.

use egui::Ui;

use crate::command::{SHORTCUTS, UiCommand};
use crate::kit::theme::space;
use crate::kit::{Button, Modal, card, text};

/// Width of the column of keys.
const KEYS: f32 = 140.0;

/// Shows the dialog.
pub fn help_ui(ui: &mut Ui, commands: &mut Vec<UiCommand>) {
    let shown = Modal::new("help", "Help").primary(Button::primary("Close")).show(ui, |ui| {
        text::subheading(ui, "Keys");
        for shortcut in SHORTCUTS {
            ui.horizontal_top(|ui| {
                card::cell(ui, KEYS, |ui| text::mono(ui, shortcut.shown));
                card::cell(ui, ui.available_width(), |ui| text::body(ui, shortcut.does));
            });
        }
        ui.add_space(space::S);
        text::subheading(ui, "Without a window");
        text::body(ui, "Everything here can be done from a script, too:");
        text::mono(ui, "wayleave check confluence URL --token-env NAME --json");
        ui.add_space(space::S);
        text::small(ui, engine::PRODUCT);
    });
    if shown.clicked.is_some() || shown.should_close {
        commands.push(UiCommand::CloseDialog);
    }
}
