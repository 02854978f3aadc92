//! The choice of practice situations.

use egui::{Align, Layout, Ui, vec2};
use engine::practice::{Side, Situation, situations};

use crate::command::UiCommand;
use crate::kit::theme::space;
use crate::kit::{Button, Modal, Tokens, card, text};

/// The groups, in the order in which one explores: the whole story first.
const GROUPS: [(Side, &str); 3] =
    [(Side::Both, "Both sides work"), (Side::Confluence, "Something about Confluence"), (Side::SharePoint, "Something about SharePoint")];

/// Where the explanations of a list begin.
const TITLE_WIDTH: f32 = 200.0;
/// Brings text on one line with the word of a small button.
const WITH_BUTTON: f32 = 5.0;

/// Shows the dialog. `now` is the situation that is being practised.
pub fn practice_ui(ui: &mut Ui, now: Option<&'static Situation>, commands: &mut Vec<UiCommand>) {
    let shown = Modal::new("practice", "Practice").width(760.0).primary(Button::primary("Close")).show(ui, |ui| {
        text::body(ui, "Choose a situation. Pretend servers on this computer then behave that way, with real sign-in pages in your browser. Nothing leaves this computer.");
        for (side, heading) in GROUPS {
            ui.add_space(space::S);
            text::subheading(ui, heading);
            let group = situations().iter().filter(|situation| situation.side == side);
            card::frame(ui).inner_margin(egui::Margin::symmetric(12, 4)).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (index, situation) in group.enumerate() {
                    if index > 0 {
                        line_between(ui);
                    }
                    situation_ui(ui, situation, now.is_some_and(|now| now.id == situation.id), commands);
                }
            });
        }
    });
    if shown.clicked.is_some() || shown.should_close {
        commands.push(UiCommand::CloseDialog);
    }
}

fn situation_ui(ui: &mut Ui, situation: &'static Situation, chosen: bool, commands: &mut Vec<UiCommand>) {
    let button = Button::secondary(if chosen { "Start again" } else { "Start" }).small();
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        ui.add_space(space::XS);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::M;
            let title = TITLE_WIDTH.min(ui.available_width() * 0.4);
            let rest = ui.available_width() - title - button.width(ui) - 2.0 * space::M;
            card::cell(ui, title, |ui| {
                ui.add_space(WITH_BUTTON);
                text::strong(ui, situation.title)
            });
            card::cell(ui, rest, |ui| {
                ui.add_space(WITH_BUTTON);
                text::subdued(ui, situation.text)
            });
            if ui.add(button).accessible_name(format!("Start: {}", situation.title)).clicked() {
                commands.push(UiCommand::StartPractice(situation.id));
            }
        });
        ui.add_space(space::XS);
    });
}

fn line_between(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), egui::Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, egui::Stroke::new(1.0, Tokens::of(ui).border.subtle.0));
}
