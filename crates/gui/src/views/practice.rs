//! The choice of practice situations.

use egui::Ui;
use engine::practice::situations;

use crate::command::UiCommand;
use crate::kit::theme::space;
use crate::kit::{Button, Modal, card, text};
use crate::practising::Practising;

/// Shows the dialog.
pub fn practice_ui(ui: &mut Ui, practising: Option<&Practising>, commands: &mut Vec<UiCommand>) {
    let now = practising.map(Practising::title);
    let shown = Modal::new("practice", "Practice").width(640.0).primary(Button::primary("Close")).show(ui, |ui| {
        text::body(ui, "Choose a situation. Pretend servers on this computer then behave that way, with real sign-in pages in your browser. Nothing leaves this computer.");
        ui.add_space(space::XS);
        for situation in situations() {
            let chosen = now == Some(situation.title);
            card::frame(ui).inner_margin(egui::Margin::symmetric(12, 8)).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal(|ui| {
                    let button = Button::secondary(if chosen { "Start again" } else { "Start" }).small();
                    let room = ui.available_width() - button.width(ui) - space::M;
                    ui.allocate_ui(egui::vec2(room, 0.0), |ui| {
                        ui.set_width(room);
                        ui.vertical(|ui| {
                            ui.spacing_mut().item_spacing.y = 2.0;
                            text::subheading(ui, situation.title);
                            text::subdued(ui, situation.text);
                        });
                    });
                    let start = ui.add(button);
                    let name = format!("Start: {}", situation.title);
                    if start.accessible_name(name).clicked() {
                        commands.push(UiCommand::StartPractice(situation.id));
                    }
                });
            });
        }
    });
    if shown.clicked.is_some() || shown.should_close {
        commands.push(UiCommand::CloseDialog);
    }
}
