//! A labelled field of several lines.

use egui::{Align, Frame, Layout, Margin, RichText, Stroke, TextEdit, TextStyle, Ui, UiBuilder, vec2};

use super::field::{LABEL_GAP, Note, label_line, note_line};
use super::theme::RADIUS;
use super::tokens::Tokens;

/// Shows it over the whole width, so many lines high. Its accessible name is its label.
pub fn text_area(ui: &mut Ui, label: &str, text: &mut String, hint: &str, lines: usize, note: Option<Note<'_>>) -> egui::Response {
    ui.scope_builder(UiBuilder::new().layout(Layout::top_down(Align::Min)), |ui| {
        ui.spacing_mut().item_spacing.y = LABEL_GAP;
        let t = Tokens::of(ui);
        let visible = label_line(ui, label, None);
        let id = ui.make_persistent_id(("text area", label));
        let failed = matches!(note, Some(Note::Error(_)));
        let stroke = if ui.memory(|memory| memory.has_focus(id)) {
            Stroke::new(1.5, if failed { t.failed.icon.0 } else { t.focus_ring.0 })
        } else {
            Stroke::new(1.0, if failed { t.failed.icon.0 } else { t.border.control.0 })
        };
        let frame = Frame::new().fill(t.surface.field.into()).stroke(stroke).corner_radius(RADIUS).inner_margin(Margin::symmetric(10, 8));
        let height = ui.text_style_height(&TextStyle::Monospace) * 1.25;
        #[expect(clippy::cast_precision_loss, reason = "a handful of lines")]
        let height = height * lines as f32;
        let shown = frame.show(ui, |ui| {
            egui::ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, false]).show(ui, |ui| {
                TextEdit::multiline(text)
                    .id(id)
                    .frame(Frame::NONE)
                    .margin(Margin::ZERO)
                    .font(TextStyle::Monospace)
                    .text_color(t.text.strong.0)
                    .hint_text(RichText::new(hint).text_style(TextStyle::Monospace))
                    .min_size(vec2(0.0, height))
                    .desired_width(f32::INFINITY)
                    .show(ui)
                    .response
                    .response
            })
        });
        let response = shown.inner.inner.labelled_by(visible.id);
        if let Some(note) = note {
            note_line(ui, note, &response);
        }
        response
    })
    .inner
}
