//! Something that is folded away until it is asked for: a line with a chevron, and what belongs to it below.

use egui::{CornerRadius, CursorIcon, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::theme::{RADIUS, SMALL_CONTROL_HEIGHT, space};
use super::tokens::Tokens;
use super::{fonts, icons, paint};

const CHEVRON: f32 = 14.0;
/// How far the highlight reaches beyond the text it is aligned with.
const BLEED: f32 = 6.0;

/// A line that folds its contents out and in.
#[must_use = "a fold has to be shown"]
#[derive(Clone, Copy, Debug)]
pub struct Fold<'a> {
    label: &'a str,
    aside: &'a str,
    open_at_first: bool,
    open_now: bool,
}

impl<'a> Fold<'a> {
    /// A line with this label, folded in.
    pub fn new(label: &'a str) -> Self {
        Self { label, aside: "", open_at_first: false, open_now: false }
    }

    /// What is in it, in a few words, while it is folded in.
    pub fn aside(mut self, aside: &'a str) -> Self {
        self.aside = aside;
        self
    }

    /// Folded out when it is first shown.
    pub fn open_at_first(mut self, open_at_first: bool) -> Self {
        self.open_at_first = open_at_first;
        self
    }

    /// Folds it out: something in it wants to be seen.
    pub fn open_now(mut self, open_now: bool) -> Self {
        self.open_now = open_now;
        self
    }

    /// Shows the line, and what belongs to it where it is folded out.
    pub fn show<R>(self, ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> Option<R> {
        let id = ui.make_persistent_id(("fold", self.label));
        let mut open = self.open_now || ui.data(|data| data.get_temp(id)).unwrap_or(self.open_at_first);
        if self.line(ui, open) {
            open = !open;
        }
        ui.data_mut(|data| data.insert_temp(id, open));
        open.then(|| {
            let mut inner = ui.available_rect_before_wrap();
            inner.min.x += CHEVRON + space::S;
            ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
                ui.spacing_mut().item_spacing.y = space::L;
                contents(ui)
            })
            .inner
        })
    }

    /// True where it was clicked.
    fn line(self, ui: &mut Ui, open: bool) -> bool {
        let t = Tokens::of(ui);
        let label = paint::line(ui, self.label, &fonts::control(), t.text.body.0);
        let left = CHEVRON + space::S;
        let room = ui.available_width() - left - label.size().x - space::M;
        let aside = if open { "" } else { self.aside };
        let aside = paint::line_within(ui, aside, &egui::TextStyle::Small, t.text.subdued.0, room.max(0.0));
        let width = left + label.size().x + if aside.is_empty() { 0.0 } else { space::M + aside.size().x };
        let (rect, response) = ui.allocate_exact_size(vec2(width.min(ui.available_width()), SMALL_CONTROL_HEIGHT), Sense::click());
        if ui.is_rect_visible(rect) {
            if response.hovered() {
                ui.painter().rect_filled(rect.expand2(vec2(BLEED, 0.0)), CornerRadius::same(RADIUS), t.surface.hover);
            }
            let icon = if open { icons::CHEVRON_DOWN } else { icons::CHEVRON_RIGHT };
            let at = Rect::from_center_size(pos2(rect.left() + CHEVRON / 2.0, rect.center().y), vec2(CHEVRON, CHEVRON));
            icon.paint(ui, at, t.text.subdued);
            let after_label = rect.left() + left + label.size().x + space::M;
            paint::text_left(ui, pos2(rect.left() + left, rect.center().y), label, t.text.body.0);
            paint::text_left(ui, pos2(after_label, rect.center().y), aside, t.text.subdued.0);
            paint::focus_ring(ui, &response, rect.expand2(vec2(BLEED - 2.0, 0.0)), RADIUS);
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), self.label));
        ui.accesskit_node_builder(response.id, |node| {
            node.set_expanded(open);
            if !open && !self.aside.is_empty() {
                node.set_description(self.aside);
            }
        });
        response.on_hover_cursor(CursorIcon::PointingHand).clicked()
    }
}
