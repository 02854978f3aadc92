//! The result dialog: headline, rungs, what can be migrated, what to do.

use egui::Ui;
use preflight::render::words;
use preflight::{Hint, HintAction, Outcome, Report, TargetKind};

use super::facts::facts_ui;
use super::identity::{Around, identity_ui, mismatch_of_report};
use super::test_panel::{list_spaces, sign};
use super::verdict::verdict_ui;
use crate::command::UiCommand;
use crate::kit::modal::Clicked;
use crate::kit::theme::space;
use crate::kit::{Alert, Button, Modal, Rung, Tone, card, details, icons, rung, tag, text};

/// Shows the dialog. `expected` is the account that is expected of the next sign-in, where that is open.
pub fn report_dialog_ui(ui: &mut Ui, kind: TargetKind, report: &Report, expected: Option<&str>, commands: &mut Vec<UiCommand>) {
    let outcome = report.outcome();
    let modal = Modal::new("report", "Test result")
        .width(680.0)
        .alert(outcome == Outcome::Failed)
        .aside(Button::secondary("Copy report").icon(icons::COPY))
        .aside(Button::secondary("Save report…").icon(icons::DOWNLOAD));
    let again = outcome == Outcome::Failed;
    let modal = if again {
        modal.other(Button::ghost("Close")).primary(Button::primary("Try again").icon(icons::REFRESH))
    } else {
        modal.primary(Button::primary("Close"))
    };
    let shown = modal.show(ui, |ui| body_ui(ui, kind, report, expected, commands));
    match shown.clicked {
        Some(Clicked::Aside(0)) => commands.push(UiCommand::CopyReport),
        Some(Clicked::Aside(_)) => commands.push(UiCommand::SaveReport),
        Some(Clicked::Primary) if again => commands.push(UiCommand::Hint(kind, HintAction::Retry)),
        Some(Clicked::Primary | Clicked::Other(_)) => commands.push(UiCommand::CloseDialog),
        None if shown.should_close => commands.push(UiCommand::CloseDialog),
        None => {}
    }
}

fn body_ui(ui: &mut Ui, kind: TargetKind, report: &Report, expected: Option<&str>, commands: &mut Vec<UiCommand>) {
    let outcome = report.outcome();
    let tone = match outcome {
        Outcome::Passed => Tone::Passed,
        Outcome::Limited => Tone::Limited,
        Outcome::Failed => Tone::Failed,
        Outcome::Skipped => Tone::Neutral,
    };
    if report.target.practice {
        card::row(ui, |ui| {
            tag(ui, Tone::Limited, icons::FLASK, words::PRACTICE);
            text::small(ui, words::PRACTICE_NOTE);
        });
    }
    Alert::new(tone, report.headline().as_str()).show(ui);
    ui.add_space(space::XS);
    match report.identity.as_ref().filter(|identity| identity.tenant.is_some()) {
        Some(identity) => {
            facts_ui(ui, &words::facts_of_the_run(report));
            ui.add_space(space::XS);
            identity_ui(ui, kind, identity, Around { mismatch: mismatch_of_report(report), expected }, commands);
        }
        None => facts_ui(ui, &words::facts(report)),
    }

    let hints = report.hints();
    if !hints.is_empty() {
        ui.add_space(space::M);
        text::subheading(ui, words::HINTS);
        for hint in hints {
            hint_ui(ui, kind, hint, commands);
        }
    }
    if report.request.is_some() {
        request_ui(ui, commands);
    }
    if !report.abilities.is_empty() {
        ui.add_space(space::M);
        verdict_ui(ui, &report.abilities);
        if kind == TargetKind::Confluence && outcome != Outcome::Failed {
            ui.add_space(space::XS);
            if ui.add(list_spaces().small()).clicked() {
                commands.push(UiCommand::ListSpaces);
            }
        }
    }
    ui.add_space(space::M);
    text::subheading(ui, words::CHECKS);
    let decisive = report.decisive().map(|check| check.id);
    rung::list(ui, |ui| {
        for check in &report.checks {
            let rung = Rung::new(sign(check.outcome), check.title).summary(check.summary.as_str()).took(Some(check.took));
            if check.details.is_empty() && check.cause.is_none() {
                rung.among_details().show(ui);
                continue;
            }
            rung.open_at_first(decisive == Some(check.id)).show_with_details(ui, check.id.0, |ui| {
                let cause = check.cause.map(|cause| ("Cause".to_owned(), cause.as_str()));
                let evidence = check.details.iter().map(|detail| (words::detail(detail.key), detail.value.as_str()));
                let rows: Vec<(String, &str)> = cause.into_iter().chain(evidence).collect();
                details(ui, check.title, &rows);
            });
        }
    });
}

/// What somebody else has to do can be sent to them.
fn request_ui(ui: &mut Ui, commands: &mut Vec<UiCommand>) {
    let button = Button::secondary("Request to the administrator…").icon(icons::FILE_TEXT).small();
    with_button(ui, Some(button), "An administrator can mend this: send them what is to be done", || commands.push(UiCommand::ShowRequest));
}

/// A sentence, and at its right the button that does what it says.
fn with_button(ui: &mut Ui, button: Option<Button<'_>>, sentence: &str, clicked: impl FnOnce()) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        let room = ui.available_width() - button.map_or(0.0, |button| button.width(ui) + space::M);
        card::cell(ui, room, |ui| {
            // on one line with the word of the button
            ui.add_space(5.0);
            text::body(ui, sentence);
        });
        if button.is_some_and(|button| ui.add(button).clicked()) {
            clicked();
        }
    });
}

fn hint_ui(ui: &mut Ui, kind: TargetKind, hint: &Hint, commands: &mut Vec<UiCommand>) {
    let label = hint.action.as_ref().map(words::action).unwrap_or_default();
    let button = hint.action.as_ref().map(|action| {
        let button = Button::secondary(&label).small();
        match action {
            HintAction::OpenUrl(_) => button.trailing_icon(icons::EXTERNAL_LINK),
            HintAction::Copy(_) => button.icon(icons::COPY),
            HintAction::EditField(_) | HintAction::Retry => button,
        }
    });
    with_button(ui, button, hint.text.as_str(), || commands.extend(hint.action.clone().map(|action| UiCommand::Hint(kind, action))));
}
