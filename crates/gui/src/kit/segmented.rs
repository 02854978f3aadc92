//! A choice among a few, all of them visible. A radio group for keyboard and screen reader: one
//! stop for Tab, the arrow keys choose.

use egui::{
    Align, CornerRadius, CursorIcon, EventFilter, Key, Layout, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};

use super::theme::CONTROL_HEIGHT;
use super::tokens::Tokens;
use super::{fonts, paint};

const PADDING: f32 = 11.0;
const INSET: f32 = 3.0;

/// Shows the options side by side, in further rows where they do not fit. `label` is the group's
/// name and stands above it. The response says `changed()`.
pub fn segmented<T: PartialEq + Clone>(ui: &mut Ui, label: &str, chosen: &mut T, options: &[(T, &str)]) -> Response {
    ui.scope_builder(UiBuilder::new().layout(Layout::top_down(Align::Min)), |ui| {
        ui.spacing_mut().item_spacing.y = super::field::LABEL_GAP;
        let visible = super::field::label_line(ui, label, None);
        choose(ui, label, chosen, options).labelled_by(visible.id)
    })
    .inner
}

/// Gives the keyboard to an option of a [`segmented`], and scrolls there. `group` is what showing it returned.
pub fn focus(ui: &Ui, group: &Response, option: usize) {
    ui.memory_mut(|memory| memory.request_focus(group.id.with(option)));
    group.scroll_to_me(Some(Align::Center));
}

/// [`segmented`] without the visible label; the group still carries the name.
pub fn segmented_bare<T: PartialEq + Clone>(ui: &mut Ui, name: &str, chosen: &mut T, options: &[(T, &str)]) -> Response {
    choose(ui, name, chosen, options).accessible_name(name)
}

fn choose<T: PartialEq + Clone>(ui: &mut Ui, name: &str, chosen: &mut T, options: &[(T, &str)]) -> Response {
    let t = Tokens::of(ui);
    let current = options.iter().position(|(value, _)| value == chosen);

    // Measure, and break into rows.
    let limit = ui.available_width().max(80.0);
    let widths: Vec<f32> =
        options.iter().map(|(_, word)| paint::line(ui, word, &fonts::control(), t.text.strong.0).size().x + 2.0 * PADDING).collect();
    let mut cells = Vec::with_capacity(options.len());
    let (mut x, mut row, mut widest) = (0.0_f32, 0.0_f32, 0.0_f32);
    for width in widths {
        if x > 0.0 && x + width + 2.0 * INSET > limit {
            x = 0.0;
            row += 1.0;
        }
        cells.push((x, row, width));
        x += width;
        widest = widest.max(x);
    }
    let row_height = CONTROL_HEIGHT - 2.0 * INSET;
    let size = vec2(widest, (row + 1.0) * row_height) + vec2(2.0 * INSET, 2.0 * INSET);

    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let group_id = ui.make_persistent_id(("segmented", name));
    let mut group = ui.interact(rect, group_id, Sense::hover());
    let segment_id = |index: usize| group_id.with(index);

    // Keys first, so that the choice shows in this very frame.
    let focused = (0..options.len()).find(|index| ui.memory(|memory| memory.has_focus(segment_id(*index))));
    let mut next = None;
    if let Some(index) = focused
        && ui.is_enabled()
    {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(segment_id(index), filter));
        next = ui.input_mut(|input| {
            let last = options.len() - 1;
            let mut pressed = |key| input.consume_key(egui::Modifiers::NONE, key);
            if pressed(Key::ArrowRight) || pressed(Key::ArrowDown) {
                Some(if index == last { 0 } else { index + 1 })
            } else if pressed(Key::ArrowLeft) || pressed(Key::ArrowUp) {
                Some(if index == 0 { last } else { index - 1 })
            } else if pressed(Key::Home) {
                Some(0)
            } else if pressed(Key::End) {
                Some(last)
            } else {
                None
            }
        });
    }

    ui.painter().rect(rect, CornerRadius::same(8), t.surface.field, Stroke::new(1.0, t.border.strong.0), StrokeKind::Inside);

    for (index, ((value, word), (x, row, width))) in options.iter().zip(&cells).enumerate() {
        let cell = Rect::from_min_size(pos2(rect.left() + INSET + x, rect.top() + INSET + row * row_height), vec2(*width, row_height));
        let tab_stop = current.unwrap_or(0) == index || focused == Some(index) || next == Some(index);
        let sense = if tab_stop { Sense::CLICK | Sense::FOCUSABLE } else { Sense::CLICK };
        let segment = ui.interact(cell, segment_id(index), sense).on_hover_cursor(CursorIcon::PointingHand);
        if segment.clicked() {
            next = Some(index);
        }
        let selected = next.or(current) == Some(index);
        if selected {
            ui.painter().rect(
                cell,
                CornerRadius::same(5),
                t.accent.tint,
                Stroke::new(1.0, t.focus_ring.0.gamma_multiply(0.75)),
                StrokeKind::Inside,
            );
        } else if segment.hovered() && ui.is_enabled() {
            ui.painter().rect_filled(cell, CornerRadius::same(5), t.surface.hover);
        }
        let color = if !ui.is_enabled() {
            t.text.disabled
        } else if selected {
            t.text.strong
        } else {
            t.text.body
        };
        let galley = paint::line(ui, word, &fonts::control(), color.0);
        let left = cell.center().x - galley.size().x / 2.0;
        paint::text_left(ui, pos2(left, cell.center().y), galley, color.0);
        paint::focus_ring(ui, &segment, cell, 5);

        segment.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), selected, word));
        ui.accesskit_node_builder(segment.id, |node| {
            node.set_position_in_set(index);
            node.set_size_of_set(options.len());
        });
        if next == Some(index) {
            segment.request_focus();
            if value != chosen {
                *chosen = value.clone();
                group.mark_changed();
            }
        }
    }

    group.widget_info(|| WidgetInfo::new(Role::RadioGroup));
    group
}
