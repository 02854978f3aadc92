//! One row of a table.

use egui::accesskit::Role;
use egui::{CornerRadius, Id, Pos2, Rect, Sense, Stroke, StrokeKind, TextStyle, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::{Act, BOX, Cell, Chosen, Grid, Look, PADDING, Rows};
use crate::kit::theme::ICON_SIZE;
use crate::kit::tokens::Tokens;
use crate::kit::{fonts, icons, paint};

/// Shows the row in `rect`.
pub(super) fn row_ui(ui: &mut Ui, grid: &Grid<'_, impl Rows>, rect: Rect, at: usize, acts: &mut Vec<Act>) {
    let Grid { edges, rows, has_keyboard, .. } = *grid;
    let id = grid.row(at);
    let t = Tokens::of(ui);
    let response = ui.interact(rect, id, Sense::CLICK);
    let chosen = rows.is_chosen(at);
    if chosen {
        ui.painter().rect_filled(rect, CornerRadius::ZERO, t.accent.tint);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::ZERO, t.surface.hover);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.border.subtle.0));
    let middle = rect.center().y;
    let state = if chosen { Chosen::All } else { Chosen::None };
    if !rows.are_opened() {
        paint_box(ui, pos2(rect.left() + BOX / 2.0, middle), state, response.hovered());
    }
    if response.clicked() {
        let extends = ui.input(|input| input.modifiers.shift);
        acts.push(if extends { Act::Extend(at) } else { Act::Toggle(at) });
    }
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, chosen, rows.name(at)));
    ui.accesskit_node_builder(id, |node| {
        node.set_row_index(at);
        node.set_selected(chosen);
    });

    let mut cells = ui.new_child(UiBuilder::new().id_salt(id).max_rect(rect).accessibility_parent(id));
    for (column, edge) in edges.windows(2).enumerate() {
        let cell = rows.cell(at, column);
        let (left, right) = (rect.left() + edge[0] + PADDING, rect.left() + edge[1] - PADDING);
        let cell_rect = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
        cell_ui(&mut cells, id.with(column), cell_rect, cell, column);
    }

    if has_keyboard && rows.cursor() == Some(at) {
        let ring = Stroke::new(1.5, t.focus_ring.0);
        ui.painter().rect_stroke(rect.shrink2(vec2(3.0, 2.0)), CornerRadius::same(5), ring, StrokeKind::Inside);
    }
}

fn cell_ui(ui: &mut Ui, id: Id, rect: Rect, cell: Cell<'_>, column: usize) {
    let t = Tokens::of(ui);
    let (style, color) = match cell.look {
        Look::Name => (fonts::control(), t.text.strong),
        Look::Literal => (TextStyle::Monospace, t.text.body),
        Look::Plain => (TextStyle::Body, t.text.body),
        Look::Quiet => (TextStyle::Body, t.text.subdued),
    };
    let mut left = rect.left();
    if let Some(status) = cell.status {
        status.paint(ui, Rect::from_center_size(pos2(left + ICON_SIZE / 2.0, rect.center().y), vec2(ICON_SIZE, ICON_SIZE)));
        left += ICON_SIZE + 6.0;
    }
    let galley = paint::line_within(ui, cell.text, &style, color.0, rect.right() - left);
    let elided = galley.elided;
    paint::text_left(ui, pos2(left, rect.center().y), galley, color.0);

    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Cell, true, cell.text));
    ui.accesskit_node_builder(id, |node| node.set_column_index(column));
    if elided {
        response.on_hover_text(cell.text);
    }
}

/// A box that says what is chosen, with a sign besides its colour.
pub(super) fn paint_box(ui: &Ui, middle: Pos2, chosen: Chosen, hovered: bool) {
    let t = Tokens::of(ui);
    let rect = Rect::from_center_size(middle, vec2(ICON_SIZE, ICON_SIZE));
    if chosen == Chosen::None {
        let stroke = Stroke::new(1.0, if hovered { t.text.subdued.0 } else { t.border.control.0 });
        ui.painter().rect(rect, CornerRadius::same(4), t.surface.field, stroke, StrokeKind::Inside);
        return;
    }
    ui.painter().rect_filled(rect, CornerRadius::same(4), t.accent.fill);
    let icon = if chosen == Chosen::All { icons::CHECK } else { icons::MINUS };
    icon.paint(ui, rect.shrink(2.0), t.accent.on_fill);
}
