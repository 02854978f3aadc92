//! A code that somebody types elsewhere: large, in equal widths, in a box.

use egui::{CornerRadius, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::theme::RADIUS;
use super::tokens::Tokens;
use super::{fonts, paint};

const PADDING: egui::Vec2 = vec2(16.0, 8.0);

/// Shows the code. `name` says what it is: the accessible name is "Code: F7K2-M9QX".
pub fn code(ui: &mut Ui, name: &str, code: &str) -> egui::Response {
    let t = Tokens::of(ui);
    let galley = paint::line_within(ui, code, &fonts::code(), t.text.strong.0, ui.available_width() - 2.0 * PADDING.x);
    let (rect, response) = ui.allocate_exact_size(galley.size() + 2.0 * PADDING, Sense::hover());
    if ui.is_rect_visible(rect) {
        ui.painter().rect(rect, CornerRadius::same(RADIUS), t.surface.field, Stroke::new(1.0, t.border.strong.0), StrokeKind::Inside);
        ui.painter().galley(rect.min + PADDING, galley, t.text.strong.0);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {code}")));
    response
}
