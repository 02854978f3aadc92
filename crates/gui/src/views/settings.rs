//! The settings: looks, network, and what is stored where.

use std::path::Path;

use egui::Ui;
use engine::settings::{Settings, ThemeChoice};

use crate::command::UiCommand;
use crate::kit::theme::space;
use crate::kit::{Button, Field, Modal, Note, icons, segmented, text};

/// Shows the dialog. Settings take effect at once.
pub fn settings_ui(ui: &mut Ui, settings: &mut Settings, file: &Path, commands: &mut Vec<UiCommand>) {
    let shown = Modal::new("settings", "Settings").primary(Button::primary("Close")).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::L;
        let before = (settings.theme, settings.reduce_motion);
        let themes = [(ThemeChoice::System, "As the system"), (ThemeChoice::Dark, "Dark"), (ThemeChoice::Light, "Light")];
        segmented(ui, "Theme", &mut settings.theme, &themes);
        segmented(ui, "Motion", &mut settings.reduce_motion, &[(false, "Normal"), (true, "Reduced")]);
        if before != (settings.theme, settings.reduce_motion) {
            commands.push(UiCommand::SettingsChanged);
        }
        Field::new("Proxy", &mut settings.proxy)
            .hint("http://proxy.example.com:8080")
            .optional()
            .note(Some(Note::Help("Empty means the system's own proxy settings")))
            .show(ui);
        let ca_file = Field::new("CA file", &mut settings.ca_file)
            .mono()
            .optional()
            .note(Some(Note::Help("A PEM file: your company's CA, or the server's own self-signed certificate")))
            .button(Button::secondary("Browse…").icon(icons::SEARCH))
            .show(ui);
        if ca_file.button_clicked {
            commands.push(UiCommand::BrowseCaFile);
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            text::subheading(ui, "What is stored");
            text::body(ui, "Addresses, IDs and these settings, in this file. Tokens are kept in memory only, until Wayleave is closed.");
            text::mono(ui, file.display().to_string());
        });
    });
    if shown.clicked.is_some() || shown.should_close {
        commands.push(UiCommand::CloseDialog);
    }
}
