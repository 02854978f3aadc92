//! A link in running text.

use egui::{CursorIcon, Rect, Response, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::icons;
use super::paint;
use super::tokens::Tokens;

/// A link that does something in the app. The response says `clicked()`.
pub fn link(ui: &mut Ui, text: &str) -> Response {
    show(ui, text, false)
}

/// A link that opens in the browser, and looks like it. The caller opens it.
pub fn external_link(ui: &mut Ui, text: &str) -> Response {
    show(ui, text, true)
}

fn show(ui: &mut Ui, text: &str, external: bool) -> Response {
    const ICON: f32 = 13.0;
    let color = Tokens::of(ui).accent.text.0;
    let galley = paint::line_within(ui, text, &TextStyle::Body, color, ui.available_width());
    let text_size = galley.size();
    let icon_width = if external { 4.0 + ICON } else { 0.0 };
    let (rect, response) = ui.allocate_exact_size(text_size + vec2(icon_width, 0.0), Sense::click());
    if ui.is_rect_visible(rect) {
        let words = Rect::from_min_size(rect.min, text_size);
        paint::text_left(ui, words.left_center(), galley, color);
        if response.hovered() {
            ui.painter().hline(words.x_range(), words.bottom() - 1.5, Stroke::new(1.0, color));
        }
        if external {
            let at = Rect::from_center_size(pos2(words.right() + 4.0 + ICON / 2.0, rect.center().y), vec2(ICON, ICON));
            icons::EXTERNAL_LINK.paint(ui, at, color);
        }
        paint::focus_ring(ui, &response, rect, 2);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Link, ui.is_enabled(), text));
    response.on_hover_cursor(CursorIcon::PointingHand)
}
