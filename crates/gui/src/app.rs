//! The app: state, and the two halves of a frame. `logic` receives and executes, also while the window is hidden; `ui` only paints.

mod certificates;
mod commands;
mod forgetting;
mod listing;
mod logic;
mod remembering;
mod requests;
mod signing_in;
mod sites;

use std::sync::Arc;

use engine::certificate::MadeFiles;
use engine::settings::{Settings, SettingsFile};
use engine::{Browser, Deps, NetworkOptions};
use preflight::{Clock, Fail, Report, SafeText, TargetKind};
use tokio::runtime::Handle;

use crate::certificate::NewCertificateForm;
use crate::command::UiCommand;
use crate::desk::{Desk, Page};
use crate::keychain::{OpenKeychain, Opened};
use crate::kit::{Toasts, theme};
use crate::practising::Practising;
use crate::request::Request;
use crate::task::Task;
use crate::views;
use crate::views::save::SaveForm;

/// Makes the outside things for these network options, or says why it cannot.
pub type MakeDeps = Arc<dyn Fn(&NetworkOptions) -> Result<Deps, SafeText> + Send + Sync>;

/// What the app is given from outside.
#[derive(Clone)]
pub struct Outside {
    /// The async runtime, made once in `main`.
    pub runtime: Handle,
    /// Makes network, browser and clock of a test.
    pub make_deps: MakeDeps,
    /// Where settings are kept.
    pub settings: SettingsFile,
    /// Opens the keychain that sign-ins are remembered in.
    pub open_keychain: OpenKeychain,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// A practice situation to begin with.
    pub practice: Option<String>,
}

/// The window's state.
pub struct App {
    outside: Outside,
    settings: Settings,
    stored: Settings,
    notice: Option<String>,
    real: Desk,
    practising: Option<Practising>,
    dialog: Option<Dialog>,
    commands: Vec<UiCommand>,
    toasts: Toasts,
    saving: Option<Task<Result<String, SafeText>>>,
    browsing: Option<(Browsing, Task<Option<String>>)>,
    making: Option<Task<Result<MadeFiles, SafeText>>>,
    keychain: Opened,
    forgetting: Option<Task<Result<bool, Fail>>>,
    browsers: Vec<Browser>,
    quit_anyway: bool,
}

/// The dialog on top. One at a time.
pub enum Dialog {
    /// How a test came out.
    Report(TargetKind, Arc<Report>),
    /// Where to save a report.
    Save(Box<SaveForm>),
    /// The keys.
    Help,
    /// The settings.
    Settings,
    /// Whether the browser session of this address is to be removed.
    Forget(String),
    /// The practice situations.
    Practice,
    /// A certificate to make.
    NewCertificate(Box<NewCertificateForm>),
    /// What to send to an administrator.
    Request(Box<Request>),
    /// Something runs; quit all the same?
    Quit,
}

/// What is chosen in the system's file dialog.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Browsing {
    Save,
    CaFile,
    Certificate,
    CertificateFolder,
    Sites,
}

impl App {
    /// The app in a new window.
    pub fn new(ctx: &egui::Context, outside: Outside) -> Self {
        let loaded = outside.settings.load(outside.clock.now());
        theme::apply(ctx);
        let real = Desk {
            confluence: loaded.settings.confluence.clone(),
            sharepoint: loaded.settings.sharepoint.clone(),
            remember: Some(loaded.settings.remember_sign_in),
            ..Desk::default()
        };
        let first = outside.practice.clone();
        let mut app = Self {
            stored: loaded.settings.clone(),
            settings: loaded.settings,
            notice: loaded.notice,
            real,
            practising: None,
            dialog: None,
            commands: Vec::new(),
            toasts: Toasts::default(),
            saving: None,
            browsing: None,
            making: None,
            keychain: Opened::default(),
            forgetting: None,
            browsers: Vec::new(),
            quit_anyway: false,
            outside,
        };
        app.apply_settings(ctx);
        app.open_keychain(ctx);
        ctx.set_zoom_factor(app.settings.zoom.clamp(0.5, 3.0));
        if let Some(situation) = first {
            app.start_practice(ctx, &situation);
        }
        app
    }

    /// The desk that is on screen.
    fn desk(&self) -> &Desk {
        self.practising.as_ref().map_or(&self.real, |practising| &practising.desk)
    }

    /// The desk that is on screen, to change it.
    fn desk_mut(&mut self) -> &mut Desk {
        self.practising.as_mut().map_or(&mut self.real, |practising| &mut practising.desk)
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.receive(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.execute(&ui.ctx().clone());
        self.keys(ui);
        let mut commands = std::mem::take(&mut self.commands);
        if self.is_welcoming() {
            views::welcome::welcome_ui(ui, &mut commands);
        } else {
            self.window_ui(ui, &mut commands);
        }
        self.dialog_ui(ui, &mut commands);
        self.toasts.show(ui.ctx());
        if !commands.is_empty() {
            ui.ctx().request_repaint();
        }
        self.commands = commands;
        self.remember(ui.ctx());
        tracing::trace!(target: "frames", "frame painted");
    }
}

impl App {
    fn is_welcoming(&self) -> bool {
        !self.settings.welcomed && self.practising.is_none()
    }

    fn window_ui(&mut self, ui: &mut egui::Ui, commands: &mut Vec<UiCommand>) {
        let now = self.outside.clock.now();
        views::top_bar::top_bar_ui(ui, self.practising.as_ref().map(Practising::banner).as_ref(), commands);
        let desk = self.practising.as_mut().map_or(&mut self.real, |practising| &mut practising.desk);
        match desk.page {
            Page::Connections => views::desk::desk_ui(ui, desk, &mut self.notice, now, commands),
            Page::Sites => views::sites::sites_ui(ui, &mut desk.sites, &mut self.notice, now, commands),
            Page::Spaces => views::spaces::spaces_ui(ui, &mut desk.spaces, &mut self.notice, commands),
        }
    }

    fn dialog_ui(&mut self, ui: &mut egui::Ui, commands: &mut Vec<UiCommand>) {
        let desk = self.practising.as_ref().map_or(&self.real, |practising| &practising.desk);
        match &mut self.dialog {
            None => {}
            Some(Dialog::Report(kind, report)) => {
                views::report_dialog::report_dialog_ui(ui, *kind, report, desk.expected(*kind), commands);
            }
            Some(Dialog::Save(form)) => views::save::save_ui(ui, form, self.saving.is_some(), commands),
            Some(Dialog::Help) => views::help::help_ui(ui, commands),
            Some(Dialog::Forget(address)) => views::forget::forget_ui(ui, address, self.forgetting.is_some(), commands),
            Some(Dialog::Settings) => {
                views::settings::settings_ui(ui, &mut self.settings, &self.browsers, self.outside.settings.path(), commands);
            }
            Some(Dialog::Practice) => views::practice::practice_ui(ui, self.practising.as_ref().and_then(Practising::situation), commands),
            Some(Dialog::NewCertificate(form)) => {
                views::new_certificate::new_certificate_ui(ui, form, self.making.is_some(), commands);
            }
            Some(Dialog::Request(request)) => views::request::request_ui(ui, request, commands),
            Some(Dialog::Quit) => views::quit::quit_ui(ui, commands),
        }
    }
}
