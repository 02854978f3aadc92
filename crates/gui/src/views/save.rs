//! Where to save a report: a typed path always works; the system's dialog helps where there is one.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Ui;
use preflight::{Report, SafeText, TargetKind, render};

use crate::command::UiCommand;
use crate::kit::modal::Clicked;
use crate::kit::theme::space;
use crate::kit::{Button, Field, Modal, Note, icons, segmented, text};

/// The forms that a report can be saved in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A page to show and print.
    Html,
    /// Text for a ticket.
    Markdown,
    /// Data for a program.
    Json,
}

impl Format {
    const ALL: [(Self, &'static str); 3] = [(Self::Html, "HTML"), (Self::Markdown, "Markdown"), (Self::Json, "JSON")];

    const fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Json => "json",
        }
    }
}

/// What is being typed in the dialog.
pub struct SaveForm {
    /// Which side the report is about.
    pub kind: TargetKind,
    /// The report.
    pub report: Arc<Report>,
    /// The chosen form.
    pub format: Format,
    /// The file.
    pub path: String,
    /// Why it could not be saved.
    pub problem: Option<SafeText>,
}

impl SaveForm {
    /// With a name made of side and date, in the home folder.
    pub fn new(kind: TargetKind, report: Arc<Report>) -> Self {
        let mut form = Self { kind, report, format: Format::Html, path: String::new(), problem: None };
        let folder = std::env::home_dir().unwrap_or_default();
        form.path = folder.join(form.file_name()).display().to_string();
        form
    }

    /// A name made of side and date.
    pub fn file_name(&self) -> String {
        let date = self.report.started_at.strftime("%Y-%m-%d-%H%M");
        format!("wayleave-{}-{date}.{}", self.kind.as_str(), self.format.ending())
    }

    /// The report in the chosen form.
    pub fn text(&self) -> String {
        match self.format {
            Format::Html => render::html::to_html(&self.report, engine::PRODUCT),
            Format::Markdown => render::markdown::to_markdown(&self.report, engine::PRODUCT),
            Format::Json => serde_json::to_string_pretty(&render::to_json(&self.report, engine::PRODUCT)).unwrap_or_default(),
        }
    }
}

/// Shows the dialog.
pub fn save_ui(ui: &mut Ui, form: &mut SaveForm, saving: bool, commands: &mut Vec<UiCommand>) {
    let ready = !form.path.trim().is_empty() && !saving;
    let modal =
        Modal::new("save", "Save report").other(Button::ghost("Back")).primary(Button::primary("Save").enabled(ready).pending(saving));
    let shown = modal.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::L;
        let before = form.format;
        segmented(ui, "Format", &mut form.format, &Format::ALL);
        if before != form.format {
            form.path = PathBuf::from(&form.path).with_extension(form.format.ending()).display().to_string();
        }
        let note = form.problem.as_ref().map(|problem| Note::Error(problem.as_str()));
        let field = Field::new("File", &mut form.path).mono().note(note).button(Button::secondary("Browse…").icon(icons::SEARCH)).show(ui);
        if field.button_clicked {
            commands.push(UiCommand::BrowseSave);
        }
        if field.submitted && ready {
            commands.push(UiCommand::Save);
        }
        text::small(ui, "The report holds no secrets, but it names accounts and servers");
    });
    match shown.clicked {
        Some(Clicked::Primary) => commands.push(UiCommand::Save),
        Some(_) => commands.push(UiCommand::CloseDialog),
        None if shown.should_close => commands.push(UiCommand::CloseDialog),
        None => {}
    }
}
