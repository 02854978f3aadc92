//! A table of any length: only the rows on screen are laid out. One stop for Tab; the arrow keys, Page Up and Down, Home and End
//! move through it, Space chooses, with Shift a whole range.
//!
//! Assistive technology meets a grid with rows that are read in full, and column headers that say how the table is sorted.

mod header;
mod keys;
mod row;

use std::ops::Range;

use egui::accesskit::Role;
use egui::style::ScrollAnimation;
use egui::{CornerRadius, Id, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

pub use keys::Step;

use super::status::Status;
use super::theme::CARD_RADIUS;
use super::tokens::Tokens;

/// Height of a row.
const ROW: f32 = 32.0;
/// Height of the header.
const HEADER: f32 = 34.0;
/// Width of the boxes before the rows.
const BOX: f32 = 40.0;
/// Between the edge of a cell and its text.
const PADDING: f32 = 8.0;

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// What stands over it.
    pub title: &'static str,
    /// How wide it is at least.
    pub width: f32,
    /// It takes the room that the others leave.
    pub grows: bool,
}

/// What stands in a cell.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// The words.
    pub text: &'a str,
    /// An icon before them, for a state.
    pub status: Option<Status>,
    /// How it looks.
    pub look: Look,
}

/// How the words of a cell look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// What the row is called.
    Name,
    /// An identifier.
    Literal,
    /// What is read now and then.
    Plain,
    /// What is there for completeness.
    Quiet,
}

/// Which of the shown rows are chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chosen {
    /// Not one.
    None,
    /// Some.
    Some,
    /// Every one.
    All,
}

/// What the table shows. Everything is prepared: a row is asked for whenever it is painted.
pub trait Rows {
    /// How many rows there are.
    fn count(&self) -> usize;
    /// What tells the row from others, wherever it stands.
    fn id(&self, at: usize) -> u64;
    /// The row in one sentence, for assistive technology.
    fn name(&self, at: usize) -> String;
    /// One cell.
    fn cell(&self, at: usize, column: usize) -> Cell<'_>;
    /// The row is chosen.
    fn is_chosen(&self, at: usize) -> bool;
    /// Which of them are chosen.
    fn chosen(&self) -> Chosen;
    /// Where the keyboard is.
    fn cursor(&self) -> Option<usize>;
    /// The column by which the rows are sorted, and whether the most comes first.
    fn sorted(&self) -> Option<(usize, bool)>;
    /// Rows are opened instead of chosen: there are no boxes, the order is fixed, and [`Act::Toggle`] means to open a row.
    fn are_opened(&self) -> bool {
        false
    }
}

/// What was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Sort by this column, or the other way round.
    Sort(usize),
    /// Choose this row, or not any more.
    Toggle(usize),
    /// Choose everything from the last chosen row to this one.
    Extend(usize),
    /// Choose all, or none.
    ToggleAll,
    /// Choose all.
    All,
    /// Move the cursor.
    Go(Step),
    /// Move the cursor and choose everything on the way.
    GoExtending(Step),
    /// Choose the row at the cursor, or not any more.
    ToggleCursor,
}

#[derive(Clone, Copy, Default)]
struct Memory {
    /// The cursor was moved by a key: it has to stay in sight.
    follow: bool,
    /// How far the rows are scrolled to the right, and the header with them.
    shift: f32,
}

/// The table while it is shown.
struct Grid<'a, R> {
    id: Id,
    edges: &'a [f32],
    rows: &'a R,
    has_keyboard: bool,
}

impl<R: Rows> Grid<'_, R> {
    fn row(&self, at: usize) -> Id {
        self.id.with(("row", self.rows.id(at)))
    }
}

/// Shows the table over the whole width. `name` is what assistive technology calls it; it has the keyboard from the beginning where
/// `focus` says so. Returns what was asked for.
pub fn table(ui: &mut Ui, name: &str, columns: &[Column], rows: &impl Rows, height: f32, focus: bool) -> Vec<Act> {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let id = ui.make_persistent_id(("table", name));
    let grid = ui.interact(rect, id, Sense::FOCUSABLE);
    if focus {
        grid.request_focus();
    }
    ui.painter().rect(rect, CornerRadius::same(CARD_RADIUS), t.surface.card, Stroke::new(1.0, t.border.subtle.0), StrokeKind::Inside);

    let inner = rect.shrink(1.0);
    let body = Rect::from_min_max(pos2(inner.left(), inner.top() + HEADER), inner.max);
    let mut acts = Vec::new();
    let mut memory: Memory = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    if grid.has_focus() {
        keys::read(ui, id, page_of(body), rows.are_opened(), &mut acts);
    }

    let edges = edges(columns, if rows.are_opened() { PADDING } else { BOX }, inner.width());
    let shown = Grid { id, edges: &edges, rows, has_keyboard: grid.has_focus() };
    grid.widget_info(|| WidgetInfo::labeled(Role::Grid, true, name));
    ui.accesskit_node_builder(id, |node| {
        node.set_row_count(rows.count());
        node.set_column_count(columns.len());
        if !rows.are_opened() {
            node.set_multiselectable();
        }
    });

    let builder = UiBuilder::new().id_salt(id).max_rect(inner).accessibility_parent(id);
    ui.scope_builder(builder, |ui| {
        let at = Rect::from_min_max(inner.min, pos2(inner.right(), body.top()));
        header::header_ui(ui, &shown, at, columns, memory.shift, &mut acts);

        let mut place = ui.new_child(UiBuilder::new().max_rect(body));
        place.set_clip_rect(body.intersect(ui.clip_rect()));
        let scrolled = ScrollArea::both().id_salt("rows").auto_shrink(false).show_viewport(&mut place, |ui, viewport| {
            ui.set_width(edges.last().copied().unwrap_or_default());
            #[expect(clippy::cast_precision_loss, reason = "fewer rows than a float counts")]
            ui.set_height(rows.count() as f32 * ROW);
            let top = ui.min_rect().min;
            if memory.follow
                && let Some(cursor) = rows.cursor()
            {
                ui.scroll_to_rect_animation(row_rect(top, cursor, viewport.width()), None, ScrollAnimation::none());
            }
            let in_sight = in_sight(viewport, rows.count());
            if let Some(cursor) = rows.cursor().filter(|cursor| in_sight.contains(cursor)) {
                ui.accesskit_node_builder(id, |node| node.set_active_descendant(shown.row(cursor).accesskit_id()));
            }
            for at in in_sight {
                let rect = row_rect(top, at, ui.min_rect().width());
                row::row_ui(ui, &shown, rect, at, &mut acts);
            }
        });
        memory.shift = scrolled.state.clamped_offset().x;
    });

    if acts.iter().any(|act| matches!(act, Act::Toggle(_) | Act::Extend(_))) {
        grid.request_focus();
    }
    memory.follow = acts.iter().any(|act| matches!(act, Act::Go(_) | Act::GoExtending(_)));
    ui.data_mut(|data| data.insert_temp(id, memory));
    if !acts.is_empty() {
        ui.request_repaint();
    }
    if grid.has_focus() {
        ui.painter().rect_stroke(rect, CornerRadius::same(CARD_RADIUS), Stroke::new(1.5, t.focus_ring.0), StrokeKind::Inside);
    }
    acts
}

/// How many rows are in sight at a time.
fn page_of(body: Rect) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful")]
    let rows = (body.height() / ROW).floor().max(2.0) as usize;
    rows - 1
}

fn row_rect(top: egui::Pos2, at: usize, width: f32) -> Rect {
    #[expect(clippy::cast_precision_loss, reason = "fewer rows than a float counts")]
    let y = top.y + at as f32 * ROW;
    Rect::from_min_size(pos2(top.x, y), vec2(width, ROW))
}

fn in_sight(viewport: Rect, count: usize) -> Range<usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list, never below zero")]
    let row = |y: f32| (y / ROW).max(0.0) as usize;
    let first = row(viewport.top()).min(count);
    first..(row(viewport.bottom()) + 1).clamp(first, count)
}

/// Where the columns begin and the last one ends: the boxes, then the columns.
fn edges(columns: &[Column], first: f32, width: f32) -> Vec<f32> {
    let least: f32 = first + columns.iter().map(|column| column.width).sum::<f32>();
    let growing = columns.iter().filter(|column| column.grows).count();
    #[expect(clippy::cast_precision_loss, reason = "a handful of columns")]
    let more = if growing == 0 { 0.0 } else { (width - least).max(0.0) / growing as f32 };
    let mut edges = vec![first];
    let mut x = first;
    for column in columns {
        x += column.width + if column.grows { more } else { 0.0 };
        edges.push(x);
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_sight_is_laid_out() {
        let viewport = |top: f32| Rect::from_min_size(pos2(0.0, top), vec2(800.0, 320.0));
        assert_eq!(in_sight(viewport(0.0), 20_000), 0..11);
        assert_eq!(in_sight(viewport(16.0), 20_000), 0..11);
        assert_eq!(in_sight(viewport(639_680.0), 20_000), 19_990..20_000);
        assert_eq!(in_sight(viewport(0.0), 0), 0..0);
        // the list has become shorter than it was scrolled
        assert_eq!(in_sight(viewport(5000.0), 3), 3..3);
    }

    #[test]
    fn columns_grow_and_never_shrink() {
        let column = |width, grows| Column { title: "", width, grows };
        let columns = [column(100.0, false), column(160.0, true)];
        assert_eq!(edges(&columns, BOX, 600.0), [BOX, BOX + 100.0, 600.0]);
        assert_eq!(edges(&columns, BOX, 200.0), [BOX, BOX + 100.0, BOX + 260.0]);
    }
}
