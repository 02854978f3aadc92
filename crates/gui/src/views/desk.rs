//! The desk: both cards beside each other, or below each other where the window is narrow.

use egui::Ui;
use jiff::Timestamp;

use super::{confluence_card, page, sharepoint_card};
use crate::command::UiCommand;
use crate::desk::Desk;
use crate::kit::{Alert, card};

/// Below this width per card they stand below each other.
const LEAST_WIDTH: f32 = 400.0;

/// Shows the cards, with a notice above them while there is one.
pub fn desk_ui(ui: &mut Ui, desk: &mut Desk, notice: &mut Option<String>, now: Timestamp, commands: &mut Vec<UiCommand>) {
    page(ui, |ui| {
        if let Some(text) = notice.as_deref()
            && Alert::limited(text).dismissible().show(ui).dismissed
        {
            *notice = None;
        }
        card::cards(ui, LEAST_WIDTH, 2, |column, ui| match column {
            0 => confluence_card::confluence_card_ui(ui, desk, now, commands),
            _ => sharepoint_card::sharepoint_card_ui(ui, desk, now, commands),
        });
    });
}
