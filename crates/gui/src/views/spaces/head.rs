//! The head of the page: where from and as whom, what is under way, what is missing.

use egui::{Align, Layout, Ui};
use preflight::render::words;
use preflight::{HintAction, Inventory, Outcome, Phase, TargetKind, UserPrompt};

use crate::command::UiCommand;
use crate::kit::theme::space;
use crate::kit::{Alert, Button, Status, Tone, card, chip, icons, progress, text, waiting};
use crate::spaces::{Found, Spaces, State};
use crate::views::page_title;
use crate::views::prompt::controlled_browser_ui;

/// Shows it.
pub(super) fn head_ui(ui: &mut Ui, spaces: &Spaces, commands: &mut Vec<UiCommand>) {
    title_ui(ui, spaces, commands);
    match &spaces.state {
        State::Idle => {}
        State::Running(task) => {
            let found = task.live().clone();
            running_ui(ui, &found, commands);
        }
        State::Ended { inventory, cancelled, .. } => ended_ui(ui, inventory, *cancelled, commands),
        State::Broken => {
            let alert = Alert::failed("Listing the spaces broke down")
                .text("This is a defect of Wayleave, not of your server. Try again, and report it if it repeats.")
                .action(Button::secondary("Try again").icon(icons::REFRESH));
            if alert.show(ui).clicked.is_some() {
                commands.push(UiCommand::ResumeSpaces);
            }
        }
    }
}

fn title_ui(ui: &mut Ui, spaces: &Spaces, commands: &mut Vec<UiCommand>) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        card::row(ui, |ui| {
            page_title(ui, "Spaces", commands);
            if let Some((status, word)) = state(spaces) {
                chip(ui, status, word);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let export = Button::secondary("Export…").icon(icons::DOWNLOAD).enabled(!spaces.table.is_empty());
                if ui.add(export).clicked() {
                    commands.push(UiCommand::ExportSpaces);
                }
                if !spaces.is_running() && ui.add(Button::ghost("List again").icon(icons::REFRESH)).clicked() {
                    commands.push(UiCommand::ListSpacesAgain);
                }
            });
        });
        if let Some(inventory) = spaces.latest() {
            let who = inventory.identity.as_ref().map(|who| format!(", seen by {}", words::identity(who)));
            text::small(ui, format!("{}{}", inventory.address, who.unwrap_or_default()));
        }
    });
}

fn state(spaces: &Spaces) -> Option<(Status, &'static str)> {
    match &spaces.state {
        State::Idle => None,
        State::Running(_) => Some((Status::Running, "Listing")),
        State::Ended { inventory, .. } if inventory.complete => Some((Status::Passed, "Complete")),
        State::Ended { cancelled: true, .. } => Some((Status::Skipped, "Cancelled")),
        State::Ended { inventory, .. } if inventory.outcome == Outcome::Failed => Some((Status::Failed, "Failed")),
        State::Ended { .. } => Some((Status::Limited, "Not complete")),
        State::Broken => Some((Status::Failed, "Broke down")),
    }
}

fn running_ui(ui: &mut Ui, found: &Found, commands: &mut Vec<UiCommand>) {
    if let Some(UserPrompt::ControlledBrowser { host, seen, again }) = &found.prompt {
        controlled_browser_ui(ui, host, seen.as_str(), *again);
    }
    let line = found.so_far.map_or_else(|| "Beginning".to_owned(), |so_far| words::so_far(so_far, 1));
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        card::row(ui, |ui| {
            ui.spacing_mut().item_spacing.x = space::M;
            if ui.add(Button::secondary("Cancel").icon(icons::CLOSE)).clicked() {
                commands.push(UiCommand::CancelSpaces);
            }
            waiting(ui, &line);
        });
        if let Some(so_far) = found.so_far.filter(|so_far| so_far.phase == Phase::Asking) {
            ui.add_space(space::XS);
            progress(ui, "Spaces asked about", so_far.asked, so_far.to_ask);
        }
    });
}

fn ended_ui(ui: &mut Ui, inventory: &Inventory, cancelled: bool, commands: &mut Vec<UiCommand>) {
    if inventory.complete {
        text::body(ui, inventory.headline.as_str());
        return;
    }
    let tone = match inventory.outcome {
        _ if cancelled => Tone::Info,
        Outcome::Failed => Tone::Failed,
        _ => Tone::Limited,
    };
    let missing = missing(inventory);
    let hints = inventory.hints.iter().map(|hint| hint.text.as_str());
    let explanation = missing.iter().map(String::as_str).chain(hints).collect::<Vec<_>>().join(". ");
    let again = if cancelled { Button::secondary("Continue") } else { Button::secondary("Try again") };
    let actions: Vec<&HintAction> = inventory.hints.iter().filter_map(|hint| hint.action.as_ref()).collect();
    let actions: Vec<&HintAction> = actions.into_iter().filter(|action| **action != HintAction::Retry).collect();
    let labels: Vec<String> = actions.iter().map(|action| words::action(action)).collect();
    let mut alert = Alert::new(tone, inventory.headline.as_str()).action(again.icon(icons::REFRESH));
    if !explanation.is_empty() {
        alert = alert.text(&explanation);
    }
    for label in &labels {
        alert = alert.action(Button::ghost(label));
    }
    match alert.show(ui).clicked {
        Some(0) => commands.push(UiCommand::ResumeSpaces),
        Some(action) => {
            if let Some(action) = actions.get(action - 1) {
                commands.push(UiCommand::Hint(TargetKind::Confluence, (*action).clone()));
            }
        }
        None => {}
    }
}

/// What is missing, in numbers.
fn missing(inventory: &Inventory) -> Option<String> {
    let unclear = inventory.unclear();
    match (inventory.spaces.is_empty(), inventory.total, unclear) {
        (true, ..) | (false, Some(_), 0) => None,
        (false, None, _) => Some("There may be more spaces than are listed here".to_owned()),
        (false, Some(_), unclear) => Some(format!("Unknown for {}", words::spaces(unclear))),
    }
}
