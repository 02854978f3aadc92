//! Where to save a report or the spaces: a typed path always works; the system's dialog helps where there is one.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Ui;
use jiff::Timestamp;
use preflight::render::words;
use preflight::{Inventory, Report, SafeText, SitesReport, TargetKind, render};

use crate::app::Dialog;
use crate::command::UiCommand;
use crate::kit::modal::Clicked;
use crate::kit::theme::space;
use crate::kit::{Button, Field, Modal, Note, icons, segmented, text};
use crate::request::{Form, Request};

/// The forms that there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A page to show and print.
    Html,
    /// Text for a ticket.
    Markdown,
    /// Data for a program.
    Json,
    /// A table for a spreadsheet.
    Csv,
    /// An e-mail's text.
    Text,
}

impl Format {
    const fn title(self) -> &'static str {
        match self {
            Self::Html => "HTML",
            Self::Markdown => "Markdown",
            Self::Json => "JSON",
            Self::Csv => "CSV",
            Self::Text => "E-mail",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Text => "txt",
        }
    }
}

/// What is to be saved.
#[derive(Clone)]
pub enum Subject {
    /// The report of one side.
    Report(TargetKind, Arc<Report>),
    /// The spaces, or some of them.
    Spaces(Export),
    /// The report of a list of sites.
    Sites(Arc<SitesReport>, Timestamp),
    /// A request to an administrator.
    Request(Box<Request>, Timestamp),
}

/// Spaces to be saved.
#[derive(Clone)]
pub struct Export {
    inventory: Arc<Inventory>,
    /// Places in the inventory, in the order on screen.
    shown: Vec<usize>,
    /// Places in the inventory, in its order.
    chosen: Vec<usize>,
    which: Which,
    at: Timestamp,
}

/// Which spaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// Every one.
    All,
    /// Those that the filters let through.
    Shown,
    /// Those that are chosen.
    Chosen,
}

impl Export {
    /// What there is to choose from, with how many it would be.
    fn options(&self) -> Vec<(Which, String)> {
        let all = self.inventory.spaces.len();
        let option = |which, word: &str, count| (which, format!("{word} ({})", words::count(count)));
        let mut options = vec![option(Which::All, "All", all)];
        if !self.shown.is_empty() && self.shown.len() < all {
            options.push(option(Which::Shown, "Shown", self.shown.len()));
        }
        if !self.chosen.is_empty() {
            options.push(option(Which::Chosen, "Selected", self.chosen.len()));
        }
        options
    }

    fn inventory(self) -> Inventory {
        match self.which {
            Which::All => (*self.inventory).clone(),
            Which::Shown => self.inventory.part(self.shown),
            Which::Chosen => self.inventory.part(self.chosen),
        }
    }
}

/// What is being typed in the dialog.
pub struct SaveForm {
    /// What is to be saved.
    pub subject: Subject,
    /// The chosen form.
    pub format: Format,
    /// The file.
    pub path: String,
    /// Why it could not be saved.
    pub problem: Option<SafeText>,
}

impl SaveForm {
    /// For a report, with a name made of side and date, in the home folder.
    pub fn new(kind: TargetKind, report: Arc<Report>) -> Self {
        Self::of(Subject::Report(kind, report), Format::Html)
    }

    /// For spaces: the selected ones where there are any, else all.
    pub fn spaces(inventory: Arc<Inventory>, shown: Vec<usize>, chosen: Vec<usize>, at: Timestamp) -> Self {
        let which = if chosen.is_empty() { Which::All } else { Which::Chosen };
        Self::of(Subject::Spaces(Export { inventory, shown, chosen, which, at }), Format::Csv)
    }

    /// For a list of sites.
    pub fn sites(report: Arc<SitesReport>, at: Timestamp) -> Self {
        Self::of(Subject::Sites(report, at), Format::Html)
    }

    /// For a request to an administrator.
    pub fn request(request: Request, at: Timestamp) -> Self {
        Self::of(Subject::Request(Box::new(request), at), Format::Text)
    }

    fn of(subject: Subject, format: Format) -> Self {
        let mut form = Self { subject, format, path: String::new(), problem: None };
        let folder = std::env::home_dir().unwrap_or_default();
        form.path = folder.join(form.file_name()).display().to_string();
        form
    }

    const fn formats(&self) -> &'static [Format] {
        match self.subject {
            Subject::Report(..) | Subject::Sites(..) => &[Format::Html, Format::Markdown, Format::Json],
            Subject::Request(..) => &[Format::Text, Format::Markdown],
            Subject::Spaces(_) => &[Format::Csv, Format::Json],
        }
    }

    /// The title of the dialog.
    pub const fn title(&self) -> &'static str {
        match self.subject {
            Subject::Report(..) | Subject::Sites(..) => "Save report",
            Subject::Request(..) => "Save request",
            Subject::Spaces(_) => "Export spaces",
        }
    }

    /// A name made of side and date.
    pub fn file_name(&self) -> String {
        let (what, at) = match &self.subject {
            Subject::Report(kind, report) => (kind.as_str(), report.started_at),
            Subject::Spaces(export) => ("spaces", export.at),
            Subject::Sites(_, at) => ("sites", *at),
            Subject::Request(_, at) => ("request", *at),
        };
        format!("wayleave-{what}-{}.{}", at.strftime("%Y-%m-%d-%H%M"), self.format.ending())
    }

    /// Makes what is written, in the chosen form. It may take a moment where there are thousands of spaces.
    pub fn content(&self) -> impl FnOnce() -> String + Send + use<> {
        let (subject, format) = (self.subject.clone(), self.format);
        move || {
            let json = |value| serde_json::to_string_pretty(&value).unwrap_or_default();
            match (subject, format) {
                (Subject::Report(_, report), Format::Json) => json(render::to_json(&report, engine::PRODUCT)),
                (Subject::Report(_, report), Format::Markdown) => render::markdown::to_markdown(&report, engine::PRODUCT),
                (Subject::Report(_, report), _) => render::html::to_html(&report, engine::PRODUCT),
                (Subject::Sites(sites, _), Format::Json) => json(render::sites::to_json(&sites, engine::PRODUCT)),
                (Subject::Sites(sites, _), Format::Markdown) => render::sites::to_markdown(&sites, engine::PRODUCT),
                (Subject::Sites(sites, _), _) => render::sites::to_html(&sites, engine::PRODUCT),
                (Subject::Request(request, _), Format::Markdown) => request.text(Form::Markdown),
                (Subject::Request(request, _), _) => request.text(Form::Email),
                (Subject::Spaces(export), Format::Json) => json(render::spaces::to_json(&export.inventory())),
                (Subject::Spaces(export), _) => render::spaces::to_csv(&export.inventory()),
            }
        }
    }

    /// What is said when it is done.
    pub fn saved(&self, place: &str) -> String {
        match self.subject {
            Subject::Report(..) | Subject::Sites(..) => format!("Report saved to {place}"),
            Subject::Request(..) => format!("Request saved to {place}"),
            Subject::Spaces(_) => format!("Spaces exported to {place}"),
        }
    }

    /// The dialog that this one came from.
    pub fn back(self) -> Option<Dialog> {
        match self.subject {
            Subject::Report(kind, report) => Some(Dialog::Report(kind, report)),
            Subject::Request(request, _) => Some(Dialog::Request(request)),
            Subject::Spaces(_) | Subject::Sites(..) => None,
        }
    }
}

/// Shows the dialog.
pub fn save_ui(ui: &mut Ui, form: &mut SaveForm, saving: bool, commands: &mut Vec<UiCommand>) {
    let ready = !form.path.trim().is_empty() && !saving;
    let other = if matches!(form.subject, Subject::Report(..) | Subject::Request(..)) { "Back" } else { "Cancel" };
    let modal = Modal::new("save", form.title()).other(Button::ghost(other));
    let shown = modal.primary(Button::primary("Save").enabled(ready).pending(saving)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::L;
        if let Subject::Spaces(export) = &mut form.subject {
            let options = export.options();
            let options: Vec<(Which, &str)> = options.iter().map(|(which, word)| (*which, word.as_str())).collect();
            segmented(ui, "Spaces", &mut export.which, &options);
        }
        let before = form.format;
        let formats: Vec<(Format, &str)> = form.formats().iter().map(|format| (*format, format.title())).collect();
        segmented(ui, "Format", &mut form.format, &formats);
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
        text::small(
            ui,
            match form.subject {
                Subject::Report(..) | Subject::Sites(..) => "The report holds no secrets, but it names accounts and servers",
                Subject::Request(..) => "The request holds no secrets, but it names accounts and servers",
                Subject::Spaces(_) => "The file holds no secrets, but it names spaces, some of them after people",
            },
        );
    });
    match shown.clicked {
        Some(Clicked::Primary) => commands.push(UiCommand::Save),
        Some(_) => commands.push(UiCommand::CloseDialog),
        None if shown.should_close => commands.push(UiCommand::CloseDialog),
        None => {}
    }
}
