//! The lower half of a card, the same on both sides: the button, what runs, what came out.

use egui::Ui;
use jiff::Timestamp;
use preflight::render::words;
use preflight::{Live, Outcome, RowState, TargetKind};

use super::identity::{Around, identity_ui, mismatch_of_live};
use super::prompt::{self, prompt_ui};
use crate::command::UiCommand;
use crate::desk::{Connection, State};
use crate::kit::theme::space;
use crate::kit::{Alert, Button, Rung, Status, card, chip, icons, rung, text, waiting};

/// The state of a card, at its top right.
pub struct Chip(Option<(Status, &'static str)>);

impl Chip {
    /// What the last test says.
    pub fn of(connection: &Connection) -> Self {
        Self(match &connection.state {
            State::Idle => None,
            State::Running(_) => Some((Status::Running, "Testing")),
            State::Done { report, .. } => Some((sign(report.outcome()), words::result(report.outcome()))),
            State::Cancelled(_) => Some((Status::Skipped, "Cancelled")),
            State::Broken => Some((Status::Failed, "Broke down")),
        })
    }

    /// Shows it, where there is something to say.
    pub fn show(&self, ui: &mut Ui) {
        if let Some((status, word)) = self.0 {
            chip(ui, status, word);
        }
    }
}

/// What a side is called.
pub const fn side(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Confluence => "Confluence",
        TargetKind::SharePoint => "SharePoint",
    }
}

/// Sign for a check's outcome.
pub const fn sign(outcome: Outcome) -> Status {
    match outcome {
        Outcome::Passed => Status::Passed,
        Outcome::Limited => Status::Limited,
        Outcome::Failed => Status::Failed,
        Outcome::Skipped => Status::Skipped,
    }
}

/// Shows the button, what runs and what came out.
pub fn test_panel_ui(ui: &mut Ui, kind: TargetKind, connection: &mut Connection, now: Timestamp, commands: &mut Vec<UiCommand>) {
    let test = match kind {
        TargetKind::Confluence => "Test Confluence connection",
        TargetKind::SharePoint => "Test SharePoint connection",
    };
    card::row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        if let State::Running(task) = &connection.state {
            if ui.add(Button::secondary("Cancel").icon(icons::CLOSE)).clicked() {
                commands.push(UiCommand::Cancel(kind));
            }
            ui.add_space(space::XS);
            waiting(ui, prompt::waiting_for(task.live().prompt.as_ref()));
            return;
        }
        if ui.add(Button::primary(test)).clicked() {
            commands.push(UiCommand::Test(kind));
        }
        if connection.report().is_some() && ui.add(Button::secondary("Show result")).clicked() {
            commands.push(UiCommand::ShowResult(kind));
        }
        if kind == TargetKind::Confluence && connection.report().is_none() && ui.add(list_spaces()).clicked() {
            commands.push(UiCommand::ListSpaces);
        }
        if kind == TargetKind::SharePoint && ui.add(Button::ghost("Several sites…")).clicked() {
            commands.push(UiCommand::ShowSites);
        }
    });
    match &connection.state {
        State::Idle => {}
        State::Running(task) => {
            let live = task.live().clone();
            prompt_ui(ui, kind, live.prompt.as_ref(), &mut connection.talk, now, commands);
            if let Some(identity) = live.identity.as_ref().filter(|identity| identity.tenant.is_some()) {
                let around = Around { mismatch: mismatch_of_live(&live), expected: None };
                identity_ui(ui, kind, identity, around, commands);
            }
            rows_ui(ui, &live, true);
        }
        State::Cancelled(live) => rows_ui(ui, live, false),
        State::Done { report, at } => {
            card::divider(ui);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                text::body(ui, report.headline().as_str());
                text::small(ui, format!("Tested {}: {}", ago(now, *at), words::result(report.outcome()).to_lowercase()));
            });
            if kind == TargetKind::Confluence && report.outcome() != Outcome::Failed && ui.add(list_spaces().small()).clicked() {
                commands.push(UiCommand::ListSpaces);
            }
            // the words change once a minute
            ui.request_repaint_after(std::time::Duration::from_mins(1));
        }
        State::Broken => {
            Alert::failed("The test broke down")
                .text("This is a defect of Wayleave, not of your servers. Test again, and report it if it repeats.")
                .show(ui);
        }
    }
}

/// The button that leads to the spaces.
pub fn list_spaces() -> Button<'static> {
    Button::secondary("List spaces…").icon(icons::LIST)
}

fn rows_ui(ui: &mut Ui, live: &Live, running: bool) {
    card::divider(ui);
    rung::list(ui, |ui| {
        for row in &live.rows {
            match &row.state {
                RowState::Running if running => Rung::new(Status::Running, row.title).show(ui),
                RowState::Pending | RowState::Running => Rung::new(Status::Pending, row.title).show(ui),
                RowState::Done(check) => {
                    Rung::new(sign(check.outcome), row.title).summary(check.summary.as_str()).took(Some(check.took)).show(ui)
                }
            };
        }
    });
}

/// "just now", "2 minutes ago", "3 hours ago", "on 2026-11-24".
fn ago(now: Timestamp, then: Timestamp) -> String {
    let minutes = (now.as_second() - then.as_second()).max(0) / 60;
    let plural = |count: i64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    match minutes {
        0 => "just now".to_owned(),
        1..60 => plural(minutes, "minute"),
        60..1440 => plural(minutes / 60, "hour"),
        _ => format!("on {}", then.strftime("%Y-%m-%d")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_as_people_do() {
        let then = Timestamp::from_second(1_800_000_000).expect("a time");
        let after = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).expect("a time");
        assert_eq!(ago(after(-5), then), "just now");
        assert_eq!(ago(after(59), then), "just now");
        assert_eq!(ago(after(60), then), "1 minute ago");
        assert_eq!(ago(after(125), then), "2 minutes ago");
        assert_eq!(ago(after(7200), then), "2 hours ago");
        assert_eq!(ago(after(200_000), then), "on 2027-01-15");
    }
}
