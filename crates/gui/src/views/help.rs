//! The keys, and where to read on.

use egui::{Grid, Ui};

use crate::command::{SHORTCUTS, UiCommand};
use crate::kit::theme::space;
use crate::kit::{Button, Modal, text};

/// Shows the dialog.
pub fn help_ui(ui: &mut Ui, commands: &mut Vec<UiCommand>) {
    let shown = Modal::new("help", "Help").primary(Button::primary("Close")).show(ui, |ui| {
        text::subheading(ui, "Keys");
        Grid::new("keys").num_columns(2).spacing([space::XL, space::S]).show(ui, |ui| {
            for shortcut in SHORTCUTS {
                text::mono(ui, shortcut.shown);
                text::body(ui, shortcut.does);
                ui.end_row();
            }
        });
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
