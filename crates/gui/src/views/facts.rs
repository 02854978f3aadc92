//! Labels and values below each other.

use egui::{Ui, vec2};
use preflight::render::words::Fact;

use crate::kit::theme::space;
use crate::kit::{card, text};

/// Width of the labels.
const LABELS: f32 = 88.0;

/// Shows the facts, the literal ones letter by letter.
pub fn facts_ui(ui: &mut Ui, facts: &[Fact]) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::M, space::XS);
        for fact in facts {
            ui.horizontal_top(|ui| {
                card::cell(ui, LABELS, |ui| text::subdued(ui, fact.label));
                card::cell(ui, ui.available_width(), |ui| {
                    if fact.literal { text::mono(ui, fact.value.as_str()) } else { text::body(ui, fact.value.as_str()) }
                });
            });
        }
    });
}
