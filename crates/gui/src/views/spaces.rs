//! The spaces of the source: what could be migrated of each.

mod filters;
mod head;
mod rows;

use egui::{Align, Layout, Ui};
use preflight::render::words;

use super::table_page;
use crate::command::UiCommand;
use crate::kit::theme::space;
use crate::kit::{Button, card, icons, text};
use crate::spaces::Spaces;
use crate::spaces::filter::Filter;

/// Shows the page, with a notice at its top while there is one.
pub fn spaces_ui(ui: &mut Ui, spaces: &mut Spaces, notice: &mut Option<String>, commands: &mut Vec<UiCommand>) {
    table_page(ui, "spaces-page", notice, |ui, room| {
        head::head_ui(ui, spaces, commands);
        if spaces.table.is_empty() {
            nothing_ui(ui, spaces);
            return;
        }
        filters::filters_ui(ui, spaces);
        count_ui(ui, spaces);
        table_ui(ui, spaces, room.left(ui));
    });
}

/// How many are shown and chosen.
fn count_ui(ui: &mut Ui, spaces: &mut Spaces) {
    let table = &spaces.table;
    let (all, shown, chosen, open) = (table.len(), table.shown(), table.chosen(), table.filter().is_open());
    card::row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let count = if open { words::spaces(all) } else { format!("{} of {} shown", words::count(shown), words::spaces(all)) };
        let count = if chosen == 0 { count } else { format!("{count}, {} selected", words::count(chosen)) };
        let label = text::body(ui, count);
        ui.accesskit_node_builder(label.id, |node| node.set_live(egui::accesskit::Live::Polite));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if !open && ui.add(Button::ghost("Clear filters").icon(icons::CLOSE).small()).clicked() {
                spaces.table.set_filter(Filter::default());
            }
            if chosen > 0 && ui.add(Button::ghost("Clear selection").icon(icons::CLOSE).small()).clicked() {
                spaces.table.choose_none();
            }
        });
    });
}

fn table_ui(ui: &mut Ui, spaces: &mut Spaces, height: f32) {
    if spaces.table.shown() > 0 {
        let focus = std::mem::take(&mut spaces.wants_keyboard) && ui.memory(|memory| memory.focused().is_none());
        for act in rows::rows_ui(ui, &spaces.table, spaces.is_running(), height, focus) {
            spaces.table.act(act);
        }
        return;
    }
    let inner = (height - 32.0).max(80.0);
    if instead_ui(ui, inner, "No space matches", "Other words or other filters find more", Some("Show all spaces")) {
        spaces.table.set_filter(Filter::default());
    }
}

/// Before the first space, or where there is none at all. What went wrong stands above.
fn nothing_ui(ui: &mut Ui, spaces: &Spaces) {
    if spaces.is_running() {
        instead_ui(ui, 160.0, "No space yet", "They appear here as they are listed", None);
    }
}

/// Words in the place of the table. True where the button was clicked.
fn instead_ui(ui: &mut Ui, height: f32, title: &str, explanation: &str, button: Option<&str>) -> bool {
    let inside = |ui: &mut Ui| {
        ui.add_space((height / 2.0 - 48.0).max(0.0));
        ui.spacing_mut().item_spacing.y = space::XS;
        text::subheading(ui, title);
        text::subdued(ui, explanation);
        ui.add_space(space::S);
        button.is_some_and(|button| ui.add(Button::secondary(button)).clicked())
    };
    card::frame(ui)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.set_height(height);
            ui.with_layout(Layout::top_down(Align::Center), inside).inner
        })
        .inner
}
