//! Something that is on or off, at once.

use egui::{CornerRadius, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::field::{Note, note_line};
use super::theme::{ICON_SIZE, SMALL_CONTROL_HEIGHT, space};
use super::tokens::Tokens;
use super::{fonts, icons, paint};

const TRACK: egui::Vec2 = vec2(36.0, 20.0);

/// Shows it with its label at the right and a note below. The response says `changed()`.
pub fn switch(ui: &mut Ui, label: &str, on: &mut bool, note: Option<Note<'_>>) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let t = Tokens::of(ui);
        let color = if ui.is_enabled() { t.text.body } else { t.text.disabled };
        let word = paint::line(ui, label, &fonts::control(), color.0);
        let size = vec2(TRACK.x + space::S + word.size().x, SMALL_CONTROL_HEIGHT);
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
        if response.clicked() {
            *on = !*on;
            response.mark_changed();
        }
        let track = Rect::from_min_size(pos2(rect.left(), rect.center().y - TRACK.y / 2.0), TRACK);
        let round = CornerRadius::same(10);
        // told by place and sign, not by colour alone
        let (fill, stroke, knob) = if *on {
            (t.accent.fill, Stroke::NONE, t.accent.on_fill)
        } else {
            (t.surface.field, Stroke::new(1.0, t.border.control.0), t.text.subdued)
        };
        ui.painter().rect(track, round, fill, stroke, StrokeKind::Inside);
        let x = if *on { track.right() - 10.0 } else { track.left() + 10.0 };
        ui.painter().circle_filled(pos2(x, track.center().y), 6.5, knob);
        if *on {
            let tick = Rect::from_center_size(pos2(track.left() + 11.0, track.center().y), vec2(ICON_SIZE - 4.0, ICON_SIZE - 4.0));
            icons::CHECK.paint(ui, tick, t.accent.on_fill);
        }
        paint::text_left(ui, pos2(track.right() + space::S, rect.center().y), word, color.0);
        paint::focus_ring(ui, &response, track, 10);
        response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), *on, label));
        if let Some(note) = note {
            note_line(ui, note, &response);
        }
        response.on_hover_cursor(CursorIcon::PointingHand)
    })
    .inner
}
