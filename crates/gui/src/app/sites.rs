//! The list of sites: loaded, tested with one sign-in, each report shown, all of them saved.

use std::path::Path;
use std::sync::Arc;

use engine::forms::SharePointForm;
use engine::sites::{self, SitesOrder};
use engine::{Job, Replies};
use preflight::{Event, Field, Progress, Report, SafeText, SitesProgress, TargetKind};

use super::{App, Dialog};
use crate::command::UiCommand;
use crate::desk::{Page, Talk};
use crate::practising::Practising;
use crate::sites::{Found, Loaded};
use crate::task::{Task, Teller, Wake, wake_on_change};
use crate::views::save::SaveForm;

impl App {
    /// Reads a list from a file. Lists are small.
    pub(super) fn load_sites(&mut self, path: String) {
        let sites = &mut self.desk_mut().sites;
        match sites::read(Path::new(&path)) {
            Ok(list) => (sites.loaded, sites.problem) = (Some(Loaded { path, list }), None),
            Err(error) => sites.problem = Some(SafeText::from(preflight::chain(&error))),
        }
    }

    /// Tests all sites of the list, with the sign-in of the card.
    pub(super) fn test_sites(&mut self, ctx: &egui::Context) {
        if self.is_welcoming() || self.desk().sites.is_running() || self.waits_for_certificate(ctx, UiCommand::TestSites) {
            return;
        }
        self.dialog = None;
        let desk = self.desk_mut();
        let list = desk.sites.list();
        // the form wants a site: the first that can be one
        let Some(first) = list.rows.iter().map(|row| &row.address).find(|address| sites::is_address(address)) else {
            desk.sites.problem = Some("Paste the addresses of sites, such as https://contoso.sharepoint.com/sites/wiki".into());
            return;
        };
        let form = SharePointForm { address: first.clone(), ..desk.sharepoint.clone() };
        let settings = match form.settings(&desk.sharepoint_secrets()) {
            Ok(settings) => settings,
            Err(errors) => {
                // how to sign in stands on the card
                desk.left.extend(errors.iter().map(|error| error.field.label()));
                desk.focus = errors.first().map(|error| error.field).or(Some(Field::SharePointMethod));
                desk.page = Page::Connections;
                return;
            }
        };
        let practice = self.practising.as_ref().and_then(Practising::servers);
        let (job, practice) = match practice {
            Some(servers) => (servers.adapt(Job::SharePoint(Box::new(settings))), true),
            None => (Job::SharePoint(Box::new(settings)), false),
        };
        let Job::SharePoint(mut settings) = job else { return };
        let Some(deps) = self.deps().map(|deps| self.with_memory(deps, false)) else { return };
        settings.memory.clone_from(&deps.memory);
        let order = SitesOrder { settings, list, time_limit: None, practice };
        let (sender, replies) = Replies::channel();
        let runtime = self.outside.runtime.clone();
        wake_on_change(&runtime, Wake::window(ctx), sender.notice());
        let task = Task::spawn_telling(&runtime, Wake::window(ctx), move |teller| async move {
            sites::run(&deps, &order, &Told(teller), &replies, std::future::pending()).await
        });
        self.desk_mut().sites.begin(task, Talk::with(sender));
    }

    /// Shows the report in a row of the table.
    pub(super) fn show_site(&mut self, row: usize) {
        if let Some(report) = self.desk().sites.row(row) {
            self.dialog = Some(Dialog::Report(TargetKind::SharePoint, report));
        }
    }

    /// Asks where to save the report of all sites.
    pub(super) fn export_sites(&mut self) {
        let now = self.outside.clock.now();
        if let Some(report) = self.desk().sites.report() {
            self.dialog = Some(Dialog::Save(Box::new(SaveForm::sites(report.clone(), now))));
        }
    }
}

/// Passes on how far it has come.
struct Told(Teller<Found>);

impl Progress for Told {
    fn emit(&self, event: Event) {
        self.0.tell(|found| found.live.apply(event));
    }
}

impl SitesProgress for Told {
    fn done(&self, _count: usize, of: usize, report: &Report) {
        let report = Arc::new(report.clone());
        self.0.tell(|found| {
            found.done.push(report);
            found.of = of;
        });
    }
}
