//! The bar at the top: the product, practice mode, settings and help.

use egui::{Align, Frame, Layout, Margin, Panel, Ui};
use preflight::render::words;

use crate::command::UiCommand;
use crate::kit::theme::space;
use crate::kit::{Button, IconButton, Tone, card, icons, tag, text};
use crate::practising::Banner;

/// Shows the bar.
pub fn top_bar_ui(ui: &mut Ui, practising: Option<&Banner>, commands: &mut Vec<UiCommand>) {
    let frame = Frame::new().fill(ui.visuals().panel_fill).inner_margin(Margin { left: 24, right: 20, top: 12, bottom: 12 });
    Panel::top("top-bar").frame(frame).show_separator_line(true).show(ui, |ui| {
        card::row(ui, |ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            text::heading(ui, "Wayleave");
            if let Some(practising) = practising {
                tag(ui, Tone::Limited, icons::FLASK, words::PRACTICE);
                text::small(ui, practising.title);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(IconButton::new(icons::HELP.named("Help"))).clicked() {
                    commands.push(UiCommand::ShowHelp);
                }
                if ui.add(IconButton::new(icons::SETTINGS.named("Settings"))).clicked() {
                    commands.push(UiCommand::ShowSettings);
                }
                if practising.is_some() {
                    if ui.add(Button::ghost("Leave practice").small()).clicked() {
                        commands.push(UiCommand::LeavePractice);
                    }
                    if ui.add(Button::secondary("Change situation").small()).clicked() {
                        commands.push(UiCommand::ShowPractice);
                    }
                } else if ui.add(Button::ghost("Practice").icon(icons::FLASK).small()).clicked() {
                    commands.push(UiCommand::ShowPractice);
                }
            });
        });
        if let Some(practising) = practising {
            ui.add_space(space::XS);
            text::small(ui, practising.note.as_str());
        }
    });
}
