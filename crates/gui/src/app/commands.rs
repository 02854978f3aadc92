//! Executing: what each command does.

use std::path::PathBuf;

use egui::ViewportCommand;
use engine::{Job, NetworkOptions, Order, ProxyOption, Replies};
use preflight::{Field, HintAction, SafeText, TargetKind, render};
use url::Url;

use super::listing::From;
use super::{App, Browsing, Dialog};
use crate::command::UiCommand;
use crate::desk::{Page, State, Talk};
use crate::practising::Practising;
use crate::task::{Task, Wake, wake_on_change};
use crate::views::save::SaveForm;

impl App {
    /// Executes what was asked for since the last frame.
    pub(super) fn execute(&mut self, ctx: &egui::Context) {
        for command in std::mem::take(&mut self.commands) {
            self.execute_one(ctx, command);
        }
    }

    fn execute_one(&mut self, ctx: &egui::Context, command: UiCommand) {
        match command {
            UiCommand::Test(kind) => self.test(ctx, kind),
            UiCommand::Cancel(kind) => self.desk_mut().test_mut(kind).cancel(),
            UiCommand::DetectTenant => self.detect(ctx),
            UiCommand::ShowResult(kind) => {
                if let Some(report) = self.desk().test(kind).report() {
                    self.dialog = Some(Dialog::Report(kind, report));
                }
            }
            UiCommand::CloseDialog => self.close_dialog(),
            UiCommand::CopyReport => {
                if let Some(Dialog::Report(_, report)) = &self.dialog {
                    ctx.copy_text(render::markdown::to_markdown(report, engine::PRODUCT));
                    self.toasts.done("Report copied");
                }
            }
            UiCommand::SaveReport => match &self.dialog {
                Some(Dialog::Report(kind, report)) => self.dialog = Some(Dialog::Save(Box::new(SaveForm::new(*kind, report.clone())))),
                None if self.desk().page == Page::Spaces => self.export_spaces(),
                None if self.desk().page == Page::Sites => self.export_sites(),
                _ => {}
            },
            UiCommand::Save => self.save(ctx),
            UiCommand::BrowseSave => self.browse(ctx, Browsing::Save),
            UiCommand::BrowseCaFile => self.browse(ctx, Browsing::CaFile),
            UiCommand::InspectCertificate => self.inspect_certificate(ctx, None),
            UiCommand::BrowseCertificate => self.browse(ctx, Browsing::Certificate),
            UiCommand::NewCertificate => self.new_certificate(),
            UiCommand::BrowseCertificateFolder => self.browse(ctx, Browsing::CertificateFolder),
            UiCommand::MakeCertificate => self.make_certificate(ctx),
            UiCommand::UseCertificate => self.use_certificate(),
            UiCommand::ShowRequest => self.show_request(),
            UiCommand::CopyRequest(form) => self.copy_request(ctx, form),
            UiCommand::MailRequest => self.mail_request(ctx),
            UiCommand::Hint(kind, action) => self.hint(ctx, kind, action),
            UiCommand::Paste(kind) => self.desk_mut().talk_mut(kind).hand_over(),
            UiCommand::OpenSignInPage(kind) => self.open_sign_in_page(ctx, kind),
            UiCommand::CopySignInPage(kind) => self.copy_sign_in_page(ctx, kind),
            UiCommand::CopyDeviceCode(kind) => self.copy_device_code(ctx, kind),
            UiCommand::SignInAsSomeoneElse(kind) => self.sign_in_as_someone_else(ctx, kind),
            UiCommand::Expect(kind, account) => self.expect(kind, account),
            UiCommand::ForgetExpected(kind) => self.desk_mut().expect(kind, String::new()),
            UiCommand::ListSpaces => self.list_spaces(ctx, From::Fields),
            UiCommand::ListSpacesAgain => self.list_spaces(ctx, From::Scratch),
            UiCommand::ResumeSpaces => self.list_spaces(ctx, From::LastTime),
            UiCommand::CancelSpaces => {
                let now = self.outside.clock.now();
                self.desk_mut().spaces.cancel(now);
            }
            UiCommand::ExportSpaces => self.export_spaces(),
            UiCommand::FilterSpaces => self.desk_mut().spaces.wants_filter = true,
            UiCommand::ShowSites => self.desk_mut().page = Page::Sites,
            UiCommand::BrowseSites => self.browse(ctx, Browsing::Sites),
            UiCommand::TestSites => self.test_sites(ctx),
            UiCommand::CancelSites => {
                let now = self.outside.clock.now();
                self.desk_mut().sites.cancel(now);
            }
            UiCommand::EditSites => self.desk_mut().sites.edit(),
            UiCommand::ShowSite(row) => self.show_site(row),
            UiCommand::ExportSites => self.export_sites(),
            UiCommand::SaveRequest => self.save_request(),
            UiCommand::ShowConnections => self.desk_mut().page = Page::Connections,
            UiCommand::RememberChanged => self.open_keychain(ctx),
            UiCommand::Focus(field) => self.focus(field),
            UiCommand::ShowHelp => self.dialog = Some(Dialog::Help),
            UiCommand::AskToForget => self.ask_to_forget(),
            UiCommand::Forget => self.forget(ctx),
            UiCommand::ShowSettings => {
                self.browsers = engine::browsers();
                self.dialog = Some(Dialog::Settings);
            }
            UiCommand::SettingsChanged => self.apply_settings(ctx),
            UiCommand::ShowPractice => self.dialog = Some(Dialog::Practice),
            UiCommand::StartPractice(situation) => {
                self.dialog = None;
                self.start_practice(ctx, situation);
            }
            UiCommand::LeavePractice => self.practising = None,
            UiCommand::LeaveWelcome => self.settings.welcomed = true,
            UiCommand::QuitAnyway => {
                self.quit_anyway = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    fn close_dialog(&mut self) {
        self.dialog = match self.dialog.take() {
            // back to the report that was about to be saved
            Some(Dialog::Save(form)) => form.back(),
            Some(Dialog::Request(request)) => request.back.map(|(kind, report)| Dialog::Report(kind, report)),
            _ => None,
        };
        self.saving = None;
        self.browsing = None;
        self.making = None;
    }

    fn network_options(&self) -> Result<NetworkOptions, SafeText> {
        let proxy = match self.settings.proxy.trim() {
            "" => ProxyOption::System,
            text => {
                let url = Url::parse(text).ok().filter(Url::has_host);
                let url = url.ok_or_else(|| {
                    SafeText::from(format!("The proxy in the settings is not an address such as http://proxy.example.com:8080: {text}"))
                })?;
                ProxyOption::Explicit { url, user: None, password: None }
            }
        };
        let ca_file = Some(self.settings.ca_file.trim()).filter(|path| !path.is_empty()).map(PathBuf::from);
        let browser = Some(self.settings.browser.trim()).filter(|path| !path.is_empty()).map(PathBuf::from);
        Ok(NetworkOptions { proxy, ca_file, browser, ..NetworkOptions::default() })
    }

    pub(super) fn deps(&mut self) -> Option<engine::Deps> {
        let deps = self.network_options().and_then(|options| (self.outside.make_deps)(&options));
        deps.map_err(|problem| self.notice = Some(problem.into())).ok()
    }

    /// Starts a test, or leads to the first field that cannot be right.
    fn test(&mut self, ctx: &egui::Context, kind: TargetKind) {
        self.test_as(ctx, kind, false);
    }

    /// The same; `anew` where somebody else is to sign in.
    pub(super) fn test_as(&mut self, ctx: &egui::Context, kind: TargetKind, anew: bool) {
        if self.is_welcoming() || self.desk().test(kind).is_running() {
            return;
        }
        self.dialog = None;
        if kind == TargetKind::SharePoint && self.waits_for_certificate(ctx, UiCommand::Test(kind)) {
            return;
        }
        let Some(job) = self.job(kind) else { return };
        let Some(deps) = self.deps().map(|deps| self.with_memory(deps, anew)) else { return };
        let practice = self.practising.as_ref().and_then(Practising::servers).is_some();
        let order = Order { job, time_limit: None, practice };
        let (sender, replies) = Replies::channel();
        let runtime = self.outside.runtime.clone();
        wake_on_change(&runtime, Wake::window(ctx), sender.notice());
        let task =
            Task::spawn(&runtime, Wake::window(ctx), move |progress| async move { engine::run(&deps, &order, &*progress, &replies).await });
        let test = self.desk_mut().test_mut(kind);
        test.talk = Talk::with(sender);
        test.state = State::Running(task);
    }

    /// What the fields of one side ask for. Where they cannot be right, it leads to the first of those instead.
    pub(super) fn job(&mut self, kind: TargetKind) -> Option<Job> {
        let desk = self.desk_mut();
        let job = match kind {
            TargetKind::Confluence => desk.confluence_settings().map(|settings| Job::Confluence(Box::new(settings))),
            TargetKind::SharePoint => {
                desk.sharepoint.settings(&desk.sharepoint_secrets()).map(|settings| Job::SharePoint(Box::new(settings)))
            }
        };
        let job = match job {
            Ok(job) => job,
            Err(errors) => {
                desk.left.extend(errors.iter().map(|error| error.field.label()));
                desk.focus = errors.first().map(|error| error.field);
                desk.page = Page::Connections;
                return None;
            }
        };
        Some(match self.practising.as_ref().and_then(Practising::servers) {
            Some(servers) => servers.adapt(job),
            None => job,
        })
    }

    fn focus(&mut self, field: Field) {
        let desk = self.desk_mut();
        (desk.focus, desk.page) = (Some(field), Page::Connections);
    }

    fn detect(&mut self, ctx: &egui::Context) {
        let Some(deps) = self.deps() else { return };
        let runtime = self.outside.runtime.clone();
        let desk = self.desk_mut();
        let address = desk.sharepoint.address.clone();
        desk.left.insert(Field::SharePointAddress.label());
        desk.detected = None;
        desk.detect =
            Some(Task::spawn(&runtime, Wake::window(ctx), move |_progress| async move { engine::detect_tenant(&deps, &address).await }));
    }

    pub(super) fn open(&mut self, ctx: &egui::Context, url: &Url) {
        let opened = self.deps().is_some_and(|deps| deps.opener.open(url).is_ok());
        if !opened {
            ctx.copy_text(url.to_string());
            self.toasts.info("The browser could not be opened. The link was copied instead");
        }
    }

    fn hint(&mut self, ctx: &egui::Context, kind: TargetKind, action: HintAction) {
        match action {
            HintAction::OpenUrl(url) => self.open(ctx, &url),
            HintAction::Copy(text) => {
                ctx.copy_text(text.into());
                self.toasts.done("Copied");
            }
            HintAction::EditField(field) => {
                self.dialog = None;
                self.focus(field);
            }
            HintAction::Retry => self.test(ctx, kind),
        }
    }

    fn save(&mut self, ctx: &egui::Context) {
        let Some(Dialog::Save(form)) = &mut self.dialog else { return };
        form.problem = None;
        let (path, content) = (PathBuf::from(form.path.trim()), form.content());
        self.saving = Some(Task::spawn(&self.outside.runtime, Wake::window(ctx), move |_progress| async move {
            let place = path.display().to_string();
            match tokio::fs::write(&path, content()).await {
                Ok(()) => Ok(place),
                Err(error) => Err(SafeText::from(format!("{place} could not be written: {error}"))),
            }
        }));
    }

    /// Opens the system's file dialog. It is made on the main thread and awaited elsewhere, as some systems want it.
    fn browse(&mut self, ctx: &egui::Context, what: Browsing) {
        let dialog = rfd::AsyncFileDialog::new();
        let chosen: std::pin::Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> = match (what, &self.dialog) {
            (Browsing::Save, Some(Dialog::Save(form))) => {
                Box::pin(dialog.set_title(form.title()).set_file_name(form.file_name()).save_file())
            }
            (Browsing::Save, _) => return,
            (Browsing::CaFile, _) => {
                Box::pin(dialog.set_title("Choose a CA file").add_filter("Certificates", &["pem", "crt", "cer"]).pick_file())
            }
            (Browsing::Certificate, _) => {
                let dialog = dialog.set_title("Choose a certificate with its private key");
                Box::pin(dialog.add_filter("Certificates with private key", &["pfx", "p12", "pem", "key"]).pick_file())
            }
            (Browsing::Sites, _) => {
                let dialog = dialog.set_title("Choose a list of sites").add_filter("CSV", &["csv", "txt", "tsv"]);
                Box::pin(dialog.pick_file())
            }
            (Browsing::CertificateFolder, _) => Box::pin(dialog.set_title("Choose a folder for the certificate").pick_folder()),
        };
        let task = Task::spawn(&self.outside.runtime, Wake::window(ctx), move |_progress| async move {
            chosen.await.map(|file| file.path().display().to_string())
        });
        self.browsing = Some((what, task));
    }

    /// Starts the practice servers; their desk comes when they answer.
    pub(super) fn start_practice(&mut self, ctx: &egui::Context, situation: &str) {
        self.practising = Some(Practising::start(&self.outside.runtime, Wake::window(ctx), situation));
    }
}
