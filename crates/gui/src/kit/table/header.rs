//! The header of a table: titles that sort, and a box that chooses all.

use egui::accesskit::{Role, SortDirection};
use egui::{CornerRadius, CursorIcon, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::row::paint_box;
use super::{Act, BOX, Chosen, Column, Grid, PADDING, Rows};
use crate::kit::theme::CARD_RADIUS;
use crate::kit::tokens::Tokens;
use crate::kit::{fonts, icons, paint};

const ARROW: f32 = 14.0;

/// Shows it in `rect`, its columns moved to the left by `shift`, as the rows below are.
pub(super) fn header_ui(ui: &mut Ui, grid: &Grid<'_, impl Rows>, rect: Rect, columns: &[Column], shift: f32, acts: &mut Vec<Act>) {
    let Grid { id, edges, rows, .. } = *grid;
    let t = Tokens::of(ui);
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rect).id_salt("header"));
    let ui = &mut ui;
    ui.set_clip_rect(rect.intersect(ui.clip_rect()));
    let corners = CornerRadius { nw: CARD_RADIUS - 1, ne: CARD_RADIUS - 1, sw: 0, se: 0 };
    ui.painter().rect_filled(rect, corners, t.surface.window);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.border.subtle.0));

    let left = rect.left() - shift;
    let opened = rows.are_opened();
    if !opened {
        all_ui(ui, grid, Rect::from_min_size(pos2(left, rect.top()), vec2(BOX, rect.height())), acts);
    }

    for (index, column) in columns.iter().enumerate() {
        let at = Rect::from_min_max(pos2(left + edges[index], rect.top()), pos2(left + edges[index + 1], rect.bottom()));
        let sorted = rows.sorted().filter(|(by, _)| *by == index).map(|(_, descending)| descending);
        let cell = ui.interact(at, id.with(("column", index)), if opened { Sense::hover() } else { Sense::CLICK | Sense::FOCUSABLE });
        let cell = if opened { cell } else { cell.on_hover_cursor(CursorIcon::PointingHand) };
        if cell.hovered() && !opened {
            ui.painter().rect_filled(at.shrink2(vec2(2.0, 4.0)), CornerRadius::same(5), t.surface.hover);
        }
        let color = if sorted.is_some() { t.text.strong } else { t.text.subdued };
        let room = at.width() - 2.0 * PADDING - if sorted.is_some() { ARROW + 4.0 } else { 0.0 };
        let galley = paint::line_within(ui, column.title, &fonts::label(), color.0, room);
        let width = galley.size().x;
        paint::text_left(ui, pos2(at.left() + PADDING, at.center().y), galley, color.0);
        if let Some(descending) = sorted {
            let icon = if descending { icons::ARROW_DOWN } else { icons::ARROW_UP };
            let middle = pos2(at.left() + PADDING + width + 4.0 + ARROW / 2.0, at.center().y);
            icon.paint(ui, Rect::from_center_size(middle, vec2(ARROW, ARROW)), t.accent.text);
        }
        paint::focus_ring(ui, &cell, at.shrink2(vec2(4.0, 7.0)), 4);
        if cell.clicked() {
            acts.push(Act::Sort(index));
        }
        let name = match sorted {
            None => column.title.to_owned(),
            Some(false) => format!("{}, sorted ascending", column.title),
            Some(true) => format!("{}, sorted descending", column.title),
        };
        cell.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, &name));
        ui.accesskit_node_builder(cell.id, |node| {
            node.set_column_index(index);
            if let Some(descending) = sorted {
                node.set_sort_direction(if descending { SortDirection::Descending } else { SortDirection::Ascending });
            }
        });
    }
}

/// The box that chooses all.
fn all_ui(ui: &mut Ui, grid: &Grid<'_, impl Rows>, at: Rect, acts: &mut Vec<Act>) {
    let Grid { id, rows, .. } = *grid;
    let all = ui.interact(at, id.with("all"), Sense::CLICK | Sense::FOCUSABLE).on_hover_cursor(CursorIcon::PointingHand);
    paint_box(ui, at.center(), rows.chosen(), all.hovered());
    paint::focus_ring(ui, &all, at.shrink(8.0), 4);
    if all.clicked() {
        acts.push(Act::ToggleAll);
    }
    all.widget_info(|| WidgetInfo::labeled(Role::CheckBox, true, "All that are shown"));
    ui.accesskit_node_builder(all.id, |node| {
        node.set_toggled(match rows.chosen() {
            Chosen::All => egui::accesskit::Toggled::True,
            Chosen::Some => egui::accesskit::Toggled::Mixed,
            Chosen::None => egui::accesskit::Toggled::False,
        });
    });
}
