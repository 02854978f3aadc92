//! Several sites of the destination, tested with one sign-in: the list, a table with what came of each.

mod rows;

use std::sync::Arc;

use egui::Ui;
use engine::sites::is_address;
use jiff::Timestamp;
use preflight::{Outcome, Report, SitesReport, TargetKind};

use super::identity::{Around, identity_ui};
use super::prompt::{prompt_ui, waiting_for};
use super::{page_title, table_page};
use crate::command::UiCommand;
use crate::kit::table::Act;
use crate::kit::theme::space;
use crate::kit::{Alert, Button, Note, Tone, card, icons, progress, text, text_area, waiting};
use crate::sites::{Sites, State};

/// The list and what is said to the person are read, not scanned.
const READING_WIDTH: f32 = 760.0;

/// Shows the page, with a notice at its top while there is one.
pub fn sites_ui(ui: &mut Ui, sites: &mut Sites, notice: &mut Option<String>, now: Timestamp, commands: &mut Vec<UiCommand>) {
    table_page(ui, "sites-page", notice, |ui, room| {
        title_ui(ui, commands);
        let reports = state_ui(ui, sites, now, commands);
        if !reports.is_empty() {
            ui.vertical(|ui| text::small(ui, "Click a site, or press Enter, for its report"));
            table_ui(ui, sites, &reports, room.left(ui), commands);
        }
    });
}

fn title_ui(ui: &mut Ui, commands: &mut Vec<UiCommand>) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        card::row(ui, |ui| page_title(ui, "Several sites", commands));
        text::subdued(ui, "One sign-in, as set up on the SharePoint card, and every site tested side by side");
    });
}

/// Shows where it stands. Returns the reports that there are for the table.
fn state_ui(ui: &mut Ui, sites: &mut Sites, now: Timestamp, commands: &mut Vec<UiCommand>) -> Vec<Arc<Report>> {
    match &sites.state {
        State::Idle => {
            reading(ui, |ui| list_ui(ui, sites, commands));
            Vec::new()
        }
        State::Running(task) => {
            let found = task.live().clone();
            card::row(ui, |ui| {
                ui.spacing_mut().item_spacing.x = space::M;
                if ui.add(Button::secondary("Cancel").icon(icons::CLOSE)).clicked() {
                    commands.push(UiCommand::CancelSites);
                }
                let counted = format!("{} of {} sites tested", found.done.len(), found.of);
                waiting(ui, if found.of > 0 { &counted } else { waiting_for(found.live.prompt.as_ref()) });
            });
            if found.of > 0 {
                progress(ui, "Sites tested", found.done.len(), found.of);
            }
            reading(ui, |ui| prompt_ui(ui, TargetKind::SharePoint, found.live.prompt.as_ref(), &mut sites.talk, now, commands));
            found.done
        }
        State::Done { report, .. } => {
            let report = report.clone();
            reading(ui, |ui| done_ui(ui, &report, commands));
            report.sites.iter().cloned().map(Arc::new).collect()
        }
        State::Broken => {
            let alert = Alert::failed("The test broke down")
                .text("This is a defect of Wayleave, not of your servers. Test again, and report it if it repeats.")
                .action(Button::secondary("Change the list"));
            if alert.show(ui).clicked.is_some() {
                commands.push(UiCommand::EditSites);
            }
            Vec::new()
        }
    }
}

fn reading(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let width = ui.available_width().min(READING_WIDTH);
    ui.scope(|ui| {
        ui.set_max_width(width);
        contents(ui);
    });
}

fn list_ui(ui: &mut Ui, sites: &mut Sites, commands: &mut Vec<UiCommand>) {
    let list = sites.list();
    let wrong = list.rows.iter().filter(|row| !is_address(&row.address)).count();
    let understood = match (list.rows.len(), wrong) {
        (0, _) => String::new(),
        (all, 0) => counted(all),
        (all, wrong) => format!("{}, {wrong} of them not the address of a site", counted(all)),
    };
    let problem = sites.problem.clone();
    if let Some(loaded) = &sites.loaded {
        let more = if list.columns.is_empty() { String::new() } else { format!(". Kept besides: {}", list.columns.join(", ")) };
        let alert = Alert::info(&understood)
            .icon(icons::FILE_TEXT)
            .text(&format!("From {}{more}", loaded.path))
            .action(Button::secondary("Remove"))
            .show(ui);
        if alert.clicked.is_some() {
            sites.loaded = None;
        }
    } else {
        let note = match &problem {
            Some(problem) => Note::Error(problem.as_str()),
            None if understood.is_empty() => Note::Help("One address per line, or CSV with a column “address”"),
            None => Note::Understood(&understood),
        };
        let area = text_area(ui, "Site addresses", &mut sites.text, "https://contoso.sharepoint.com/sites/wiki", 8, Some(note));
        if area.changed() {
            sites.problem = None;
        }
    }
    card::row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        if ui.add(Button::primary("Test all sites")).clicked() {
            commands.push(UiCommand::TestSites);
        }
        if ui.add(Button::secondary("Load CSV…").icon(icons::FILE_TEXT)).clicked() {
            commands.push(UiCommand::BrowseSites);
        }
    });
}

fn counted(sites: usize) -> String {
    if sites == 1 { "1 site".to_owned() } else { format!("{sites} sites") }
}

fn done_ui(ui: &mut Ui, report: &SitesReport, commands: &mut Vec<UiCommand>) {
    let tone = match report.outcome {
        Outcome::Passed => Tone::Passed,
        Outcome::Limited => Tone::Limited,
        Outcome::Failed => Tone::Failed,
        Outcome::Skipped => Tone::Neutral,
    };
    let headline = report.headline();
    let mut alert = Alert::new(tone, headline.as_str())
        .action(Button::secondary("Test again").icon(icons::REFRESH))
        .action(Button::secondary("Change the list"))
        .action(Button::secondary("Save report…").icon(icons::DOWNLOAD));
    if report.request.is_some() {
        alert = alert.action(Button::secondary("Request to the administrator…").icon(icons::FILE_TEXT));
    }
    match alert.show(ui).clicked {
        Some(0) => commands.push(UiCommand::TestSites),
        Some(1) => commands.push(UiCommand::EditSites),
        Some(2) => commands.push(UiCommand::ExportSites),
        Some(_) => commands.push(UiCommand::ShowRequest),
        None => {}
    }
    if let Some(identity) = report.sites.iter().find_map(|report| report.identity.as_ref()) {
        identity_ui(ui, TargetKind::SharePoint, identity, Around { mismatch: None, expected: None }, commands);
    }
}

fn table_ui(ui: &mut Ui, sites: &mut Sites, reports: &[Arc<Report>], height: f32, commands: &mut Vec<UiCommand>) {
    for act in rows::rows_ui(ui, reports, sites.cursor, height) {
        match act {
            Act::Toggle(row) => commands.push(UiCommand::ShowSite(row)),
            Act::ToggleCursor => commands.extend(sites.cursor.map(UiCommand::ShowSite)),
            Act::Go(step) | Act::GoExtending(step) => sites.go(step, reports.len()),
            Act::Sort(_) | Act::Extend(_) | Act::ToggleAll | Act::All => {}
        }
    }
}
