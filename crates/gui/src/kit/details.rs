//! Keys and values in equal widths, to be read closely or pasted into a ticket.

use egui::{Align, CornerRadius, Frame, Label, Layout, Margin, Rect, RichText, Stroke, TextStyle, Ui, UiBuilder, vec2};

use super::button::IconButton;
use super::icons;
use super::theme::{RADIUS, SMALL_CONTROL_HEIGHT, space};
use super::tokens::Tokens;
use super::{fonts, paint};

/// Shows `rows` as a block with a button that copies them. True when they were copied: say so.
///
/// `name` tells the copy button apart from others: "Copy details of Server reachable".
pub fn details<K: AsRef<str>, V: AsRef<str>>(ui: &mut Ui, name: &str, rows: &[(K, V)]) -> bool {
    let t = Tokens::of(ui);
    let mut copied = false;
    Frame::new()
        .fill(t.surface.field.into())
        .stroke(Stroke::new(1.0, t.border.subtle.0))
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            let whole = ui.available_rect_before_wrap();
            let keys = rows
                .iter()
                .map(|(key, _)| paint::line(ui, key.as_ref(), &TextStyle::Small, t.text.subdued.0).size().x)
                .fold(0.0_f32, f32::max)
                .min(whole.width() * 0.4);
            for (index, (key, value)) in rows.iter().enumerate() {
                row(ui, keys, if index == 0 { SMALL_CONTROL_HEIGHT } else { 0.0 }, key.as_ref(), value.as_ref());
            }
            let corner = whole.right_top() + vec2(6.0 - SMALL_CONTROL_HEIGHT, -4.0);
            let at = Rect::from_min_size(corner, vec2(SMALL_CONTROL_HEIGHT, SMALL_CONTROL_HEIGHT));
            let button = ui.place(at, IconButton::new(icons::COPY)).accessible_name(format!("Copy {name}"));
            if button.clicked() {
                ui.copy_text(as_text(rows));
                copied = true;
            }
        });
    copied
}

fn row(ui: &mut Ui, keys: f32, keep_free: f32, key: &str, value: &str) {
    let t = Tokens::of(ui);
    let whole = ui.available_rect_before_wrap();
    let mut left = whole;
    left.max.x = left.min.x + keys;
    let mut right = whole;
    right.min.x = left.max.x + space::L;
    right.max.x -= keep_free;
    // Both on one baseline: the key is set in the height of the value's line.
    let line = ui.text_style_height(&TextStyle::Monospace);
    ui.scope_builder(UiBuilder::new().max_rect(whole).layout(Layout::left_to_right(Align::Min)), |ui| {
        ui.scope_builder(UiBuilder::new().max_rect(left).layout(Layout::left_to_right(Align::Min)), |ui| {
            let key = RichText::new(key).text_style(fonts::label()).color(t.text.subdued).line_height(Some(line));
            ui.add(Label::new(key).truncate());
        });
        ui.scope_builder(UiBuilder::new().max_rect(right).layout(Layout::top_down(Align::Min)), |ui| {
            let value = RichText::new(value).text_style(TextStyle::Monospace).color(t.text.body);
            ui.add(Label::new(value).wrap().selectable(true));
        });
    });
}

fn as_text<K: AsRef<str>, V: AsRef<str>>(rows: &[(K, V)]) -> String {
    let lines: Vec<String> = rows.iter().map(|(key, value)| format!("{}: {}", key.as_ref(), value.as_ref())).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_copied_line_by_line() {
        assert_eq!(as_text(&[("Host", "wiki.example.com"), ("Port", "443")]), "Host: wiki.example.com\nPort: 443");
    }
}
