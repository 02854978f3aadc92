//! How far something has come, where that is known.

use egui::{CornerRadius, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2};

use super::tokens::Tokens;

const HEIGHT: f32 = 6.0;

/// A bar over the whole width: `done` of `all`. `name` says what is under way.
pub fn progress(ui: &mut Ui, name: &str, done: usize, all: usize) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    #[expect(clippy::cast_precision_loss, reason = "a bar is not that long")]
    let part = if all == 0 { 0.0 } else { (done as f32 / all as f32).clamp(0.0, 1.0) };
    let corners = CornerRadius::same(3);
    ui.painter().rect_filled(rect, corners, t.surface.pressed);
    let filled = Rect::from_min_size(rect.min, vec2((rect.width() * part).max(HEIGHT), HEIGHT));
    ui.painter().rect_filled(filled, corners, t.accent.fill);
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, name));
    ui.accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(100.0);
        node.set_numeric_value(f64::from(part * 100.0).round());
    });
    response
}
