//! Small painting helpers that several widgets share.

use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{Color32, CornerRadius, Galley, Pos2, Rect, Response, Stroke, StrokeKind, TextStyle, Ui, pos2};

use super::theme::RADIUS;
use super::tokens::Tokens;

/// One line of text.
pub(super) fn line(ui: &Ui, text: &str, style: &TextStyle, color: Color32) -> Arc<Galley> {
    ui.painter().layout_no_wrap(text.to_owned(), style.resolve(ui.style()), color)
}

/// One line of text, cut with an ellipsis where it does not fit.
pub(super) fn line_within(ui: &Ui, text: &str, style: &TextStyle, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), style.resolve(ui.style()), color);
    job.wrap.max_width = width;
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// Several lines of text.
pub(super) fn lines(ui: &Ui, text: &str, style: &TextStyle, color: Color32, width: f32) -> Arc<Galley> {
    ui.painter().layout(text.to_owned(), style.resolve(ui.style()), color, width)
}

/// Paints a line with its left edge and middle at `at`.
pub(super) fn text_left(ui: &Ui, at: Pos2, galley: Arc<Galley>, color: Color32) {
    let at = pos2(at.x, at.y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
}

/// The ring around what has the keyboard, just outside `rect`.
pub(super) fn focus_ring(ui: &Ui, response: &Response, rect: Rect, radius: u8) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            rect.expand(2.0),
            CornerRadius::same(radius + 2),
            Stroke::new(2.0, Tokens::of(ui).focus_ring.0),
            StrokeKind::Outside,
        );
    }
}

/// [`focus_ring`] with the radius of controls.
pub(super) fn control_focus_ring(ui: &Ui, response: &Response, rect: Rect) {
    focus_ring(ui, response, rect, RADIUS);
}

/// `count` where columns of at least `least` fit beside each other, else 1.
pub(super) fn columns_that_fit(available: f32, least: f32, gap: f32, count: usize) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "a handful of columns")]
    let needed = least * count as f32 + gap * count.saturating_sub(1) as f32;
    if needed <= available { count } else { 1 }
}
