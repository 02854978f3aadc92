//! A choice among many, of which one is visible.

use egui::{Align, ComboBox, Layout, Rect, Response, RichText, Ui, UiBuilder, vec2};

use super::field::{LABEL_GAP, label_line};
use super::theme::CONTROL_HEIGHT;
use super::tokens::Tokens;
use super::{fonts, icons};

/// A drop-down list under a label, which is its accessible name. The response says `changed()`.
pub fn select<T: PartialEq + Clone>(ui: &mut Ui, label: &str, chosen: &mut T, options: &[(T, &str)]) -> Response {
    ui.scope_builder(UiBuilder::new().layout(Layout::top_down(Align::Min)), |ui| {
        ui.spacing_mut().item_spacing.y = LABEL_GAP;
        ui.spacing_mut().interact_size.y = CONTROL_HEIGHT;
        let t = Tokens::of(ui);
        let visible = label_line(ui, label, None);
        let word = options.iter().find(|(value, _)| value == chosen).map_or("", |(_, word)| *word);
        let mut changed = false;
        let tint = t.text.subdued;
        let list = ComboBox::from_id_salt(("select", label))
            .width(ui.available_width())
            .selected_text(RichText::new(word).color(t.text.strong))
            .icon(move |ui, rect, _visuals, _open| {
                icons::CHEVRON_DOWN.paint(ui, Rect::from_center_size(rect.center(), vec2(14.0, 14.0)), tint);
            })
            .show_ui(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                for (value, word) in options {
                    let word = RichText::new(*word).text_style(fonts::control());
                    changed |= ui.selectable_value(chosen, value.clone(), word).changed();
                }
            });
        let mut response = list.response.labelled_by(visible.id);
        if changed {
            response.mark_changed();
        }
        response
    })
    .inner
}
