//! The welcome screen of an empty profile.

use egui::{Align, CentralPanel, Frame, Layout, Margin, Ui, vec2};

use crate::command::UiCommand;
use crate::kit::theme::space;
use crate::kit::{Button, Icon, Tokens, card, icons, text};

const WIDTH: f32 = 580.0;

const POINTS: [(Icon, &str, &str); 3] = [
    (icons::KEY, "Sign in to both sides", "Confluence, where the content is, and SharePoint Online, where it goes"),
    (icons::SHIELD, "See that it works, or why not", "What is wrong and who can mend it, in one sentence. Tokens stay in memory"),
    (icons::FILE_TEXT, "Know what would come across", "Pages, permissions, authors and dates, before the migration weekend"),
];

/// Shows the screen.
pub fn welcome_ui(ui: &mut Ui, commands: &mut Vec<UiCommand>) {
    let frame = Frame::new().fill(ui.visuals().panel_fill).inner_margin(Margin::same(24));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let space_above = ((ui.available_height() - 440.0) / 2.0).max(0.0);
        ui.add_space(space_above);
        ui.with_layout(Layout::top_down(Align::Center), |ui| {
            ui.allocate_ui_with_layout(vec2(WIDTH.min(ui.available_width()), 0.0), Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = space::S;
                text::title(ui, "Welcome to Wayleave");
                text::subdued(ui, "Tests whether a Confluence to SharePoint migration will get in, and what it could carry across. It reads, and changes nothing.");
                ui.add_space(space::S);
                card::frame(ui).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = space::L;
                    for (icon, title, explanation) in POINTS {
                        ui.horizontal_top(|ui| {
                            ui.spacing_mut().item_spacing.x = space::M;
                            let accent = Tokens::of(ui).accent.text;
                            icon.decoration(ui, accent);
                            ui.vertical(|ui| {
                                ui.spacing_mut().item_spacing.y = 2.0;
                                text::subheading(ui, title);
                                text::subdued(ui, explanation);
                            });
                        });
                    }
                });
                ui.add_space(space::M);
                ui.horizontal(|ui| {
                    if ui.add(Button::primary("Set up connections").trailing_icon(icons::ARROW_RIGHT)).clicked() {
                        commands.push(UiCommand::LeaveWelcome);
                    }
                    if ui.add(Button::secondary("Try it in practice mode").icon(icons::FLASK)).clicked() {
                        commands.push(UiCommand::ShowPractice);
                    }
                });
                text::small(ui, "Practice mode runs pretend servers on this computer. Nothing leaves it");
            });
        });
    });
}
