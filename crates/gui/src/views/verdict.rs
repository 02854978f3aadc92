//! What can be migrated, and what decides it: the account's part, the app's and the site's, with the limit marked.

use egui::Ui;
use preflight::render::words;
use preflight::{Ability, Factor, Verdict};

use super::test_panel::sign;
use crate::kit::theme::space;
use crate::kit::{Fold, Part, card, chip, parts, text};

/// Wide enough for the longest verdict.
const CHIPS: f32 = 96.0;

/// Shows the table.
pub fn verdict_ui(ui: &mut Ui, abilities: &[Ability]) {
    text::subheading(ui, words::ABILITIES);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::M;
        for ability in abilities {
            ui.push_id(ability.id, |ui| ability_ui(ui, ability));
        }
    });
}

fn ability_ui(ui: &mut Ui, ability: &Ability) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        card::cell(ui, CHIPS, |ui| chip(ui, sign(words::verdict_as_outcome(ability.verdict)), words::verdict(ability.verdict)));
        card::cell(ui, ui.available_width(), |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            // on one line with the word of the chip
            ui.add_space(1.0);
            text::strong(ui, ability.id.title());
            text::body(ui, words::meaning(ability));
            if !ability.limited_by.is_empty() {
                text::small(ui, format!("Limited by {}", words::limits(&ability.limited_by)));
            }
            if !ability.factors.is_empty() {
                // where all is well there is nothing to look for
                let fold = Fold::new(words::FACTORS).open_at_first(ability.verdict != Verdict::Yes);
                fold.show(ui, |ui| parts(ui, &ability.factors.iter().map(part).collect::<Vec<_>>()));
            }
        });
    });
}

fn part(factor: &Factor) -> Part<'_> {
    Part { title: factor.side.title(), text: factor.text.as_str(), mark: factor.limiting.then_some(words::LIMIT) }
}
