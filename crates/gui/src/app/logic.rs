//! Receiving: what background tasks have to say, the window's wish to close, settings to be stored.

use std::sync::Arc;

use egui::{UserAttentionType, ViewportCommand};
use engine::settings::ThemeChoice;
use jiff::Timestamp;
use preflight::render::words;
use preflight::{Report, SafeText, TargetKind};

use super::{App, Browsing, Dialog};
use crate::certificate::Inspection;
use crate::command::{SHORTCUTS, UiCommand};
use crate::desk::{Connection, State, Talk};
use crate::kit::theme;
use crate::task::TaskPoll;
use crate::views;

impl App {
    /// Takes what tasks have to say. Runs also while the window is hidden, so it reads no input.
    pub(super) fn receive(&mut self, ctx: &egui::Context) {
        let now = self.outside.clock.now();
        for kind in [TargetKind::Confluence, TargetKind::SharePoint] {
            if self.practising.is_some() {
                // what was begun before practice goes on, and is found when practice is left
                take_report(self.real.test_mut(kind), now);
            }
            if let Some(report) = take_report(self.desk_mut().test_mut(kind), now) {
                self.tell(ctx, kind, report);
            }
        }
        self.real.spaces.receive(now);
        self.desk_mut().spaces.receive(now);
        self.real.sites.receive(now);
        self.desk_mut().sites.receive(now);
        self.receive_tenant();
        self.receive_forgotten();
        if let Some(task) = &mut self.saving {
            match task.poll() {
                TaskPoll::Running => {}
                TaskPoll::Finished(Ok(place)) => {
                    self.saving = None;
                    if let Some(Dialog::Save(form)) = self.dialog.take() {
                        self.toasts.done(form.saved(&place));
                    }
                }
                TaskPoll::Finished(Err(problem)) => self.saving_failed(problem),
                TaskPoll::Broken => self.saving_failed("The file could not be saved".into()),
            }
        }
        self.receive_certificates();
        self.receive_keychain();
        if let Some((what, task)) = &mut self.browsing {
            let what = *what;
            match task.poll() {
                TaskPoll::Running => {}
                TaskPoll::Finished(chosen) => {
                    self.browsing = None;
                    self.chosen(what, chosen);
                }
                TaskPoll::Broken => self.browsing = None,
            }
        }
        if let Some(practising) = &mut self.practising {
            practising.receive();
        }
        if ctx.input(|input| input.viewport().close_requested()) {
            self.closing(ctx);
        }
    }

    /// Shows how a test came out. Where somebody is in another dialog, only says so: the card keeps the result.
    fn tell(&mut self, ctx: &egui::Context, kind: TargetKind, report: Arc<Report>) {
        match self.dialog {
            None | Some(Dialog::Quit) => self.dialog = Some(Dialog::Report(kind, report)),
            Some(_) => {
                let side = views::test_panel::side(kind);
                self.toasts.info(format!("{side} was tested: {}", words::result(report.outcome()).to_lowercase()));
            }
        }
        ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(UserAttentionType::Informational));
    }

    fn receive_tenant(&mut self) {
        let desk = self.desk_mut();
        let Some(task) = &mut desk.detect else { return };
        match task.poll() {
            TaskPoll::Running => return,
            TaskPoll::Finished(Ok(tenant)) => {
                desk.sharepoint.tenant = tenant;
                desk.detected = Some(Ok("Found from the site".into()));
            }
            TaskPoll::Finished(Err(fail)) => desk.detected = Some(Err(fail.summary)),
            TaskPoll::Broken => desk.detected = Some(Err("The tenant could not be looked up".into())),
        }
        desk.detect = None;
    }

    fn saving_failed(&mut self, problem: SafeText) {
        self.saving = None;
        if let Some(Dialog::Save(form)) = &mut self.dialog {
            form.problem = Some(problem);
        }
    }

    fn chosen(&mut self, what: Browsing, chosen: Option<String>) {
        let Some(path) = chosen else { return };
        match (what, &mut self.dialog) {
            (Browsing::Save, Some(Dialog::Save(form))) => form.path = path,
            (Browsing::CaFile, _) => self.settings.ca_file = path,
            (Browsing::Certificate, _) => {
                let desk = self.desk_mut();
                desk.sharepoint.certificate = path;
                desk.certificate = Inspection::None;
                self.commands.push(UiCommand::InspectCertificate);
            }
            (Browsing::Sites, _) => self.load_sites(path),
            (Browsing::CertificateFolder, Some(Dialog::NewCertificate(form))) => form.folder = path,
            (Browsing::Save | Browsing::CertificateFolder, _) => {}
        }
    }

    fn closing(&mut self, ctx: &egui::Context) {
        let busy = self.real.is_busy() || self.practising.as_ref().is_some_and(|practising| practising.desk.is_busy());
        if busy && !self.quit_anyway {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.dialog = Some(Dialog::Quit);
        } else {
            self.store(true);
        }
    }

    /// Shortcuts, and Escape: the dialog first, then what runs.
    pub(super) fn keys(&mut self, ui: &egui::Ui) {
        for shortcut in SHORTCUTS {
            if let Some(command) = &shortcut.command
                && ui.input_mut(|input| input.consume_shortcut(&shortcut.keys))
            {
                self.commands.push(command.clone());
            }
        }
        if self.dialog.is_none() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            for kind in [TargetKind::Confluence, TargetKind::SharePoint] {
                if self.desk().test(kind).is_running() {
                    self.commands.push(UiCommand::Cancel(kind));
                }
            }
            if self.desk().spaces.is_running() {
                self.commands.push(UiCommand::CancelSpaces);
            }
            if self.desk().sites.is_running() {
                self.commands.push(UiCommand::CancelSites);
            }
        }
    }

    /// Settings take effect.
    pub(super) fn apply_settings(&self, ctx: &egui::Context) {
        let preference = match self.settings.theme {
            ThemeChoice::System => egui::ThemePreference::System,
            ThemeChoice::Dark => egui::ThemePreference::Dark,
            ThemeChoice::Light => egui::ThemePreference::Light,
        };
        theme::set_preference(ctx, preference);
        theme::set_reduced_motion(ctx, self.settings.reduce_motion);
    }

    /// Takes the fields into the settings and stores them when nobody is typing.
    pub(super) fn remember(&mut self, ctx: &egui::Context) {
        self.settings.confluence.clone_from(&self.real.confluence);
        self.settings.sharepoint.clone_from(&self.real.sharepoint);
        self.settings.remember_sign_in = self.real.remember.unwrap_or_default();
        self.settings.zoom = ctx.zoom_factor();
        let typing = ctx.memory(|memory| memory.focused().is_some());
        self.store(!typing);
    }

    /// Stores settings that have changed. A failure is told once, and nothing is lost: they stay in memory.
    fn store(&mut self, settled: bool) {
        if !settled || self.settings == self.stored {
            return;
        }
        self.stored = self.settings.clone();
        if let Err(error) = self.outside.settings.store(&self.settings) {
            self.notice = Some(format!("Settings cannot be kept: {}", preflight::chain(&error)));
        }
    }
}

/// The report of a test that has just come to its end.
fn take_report(test: &mut Connection, now: Timestamp) -> Option<Arc<Report>> {
    let State::Running(task) = &mut test.state else { return None };
    let done = match task.poll() {
        TaskPoll::Running => return None,
        // as if *Cancel* had been pressed here
        TaskPoll::Finished(_) if task.live().cancelled => {
            test.cancel();
            return None;
        }
        TaskPoll::Finished(report) => Some(Arc::new(report)),
        TaskPoll::Broken => None,
    };
    tracing::debug!(outcome = ?done.as_ref().map(|report| report.outcome()), "test ended");
    test.talk = Talk::default();
    test.state = done.clone().map_or(State::Broken, |report| State::Done { report, at: now });
    done
}
