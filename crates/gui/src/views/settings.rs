//! The settings: looks, network, and what is stored where.

use std::path::Path;

use egui::Ui;
use engine::Browser;
use engine::settings::{Settings, ThemeChoice};

use crate::command::UiCommand;
use crate::kit::theme::space;
use crate::kit::{Button, Field, Modal, Note, icons, segmented, select, text};

/// Shows the dialog. Settings take effect at once.
pub fn settings_ui(ui: &mut Ui, settings: &mut Settings, browsers: &[Browser], file: &Path, commands: &mut Vec<UiCommand>) {
    let shown = Modal::new("settings", "Settings").primary(Button::primary("Close")).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::L;
        let before = (settings.theme, settings.reduce_motion);
        let themes = [(ThemeChoice::System, "As the system"), (ThemeChoice::Dark, "Dark"), (ThemeChoice::Light, "Light")];
        segmented(ui, "Theme", &mut settings.theme, &themes);
        segmented(ui, "Motion", &mut settings.reduce_motion, &[(false, "Normal"), (true, "Reduced")]);
        if before != (settings.theme, settings.reduce_motion) {
            commands.push(UiCommand::SettingsChanged);
        }
        browser_ui(ui, &mut settings.browser, browsers);
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

/// Which browser an interactive sign-in to Confluence opens. A path of one's own stays in the list.
fn browser_ui(ui: &mut Ui, chosen: &mut String, browsers: &[Browser]) {
    let installed = browsers.iter().map(|browser| (browser.path.display().to_string(), browser.name.to_owned()));
    let mut options: Vec<(String, String)> =
        std::iter::once((String::new(), "The first that is found".to_owned())).chain(installed).collect();
    if !options.iter().any(|(path, _)| path == chosen) {
        options.push((chosen.clone(), chosen.clone()));
    }
    let shown: Vec<(String, &str)> = options.iter().map(|(path, name)| (path.clone(), name.as_str())).collect();
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        select(ui, "Browser for the sign-in window", chosen, &shown);
        Field::new("Browser program", chosen)
            .mono()
            .optional()
            .note(Some(Note::Help("Chrome, Edge, Chromium or Brave; another program of that family works by its path")))
            .show(ui);
    });
}
