//! One line of a test: how it went, what it was, what came of it, how long it took.

use std::time::Duration;

use egui::{CornerRadius, CursorIcon, Id, Rect, Response, Role, Sense, TextStyle, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use preflight::render::words;

use super::status::Status;
use super::theme::{ICON_SIZE, space};
use super::tokens::Tokens;
use super::{fonts, icons, paint};

const HEIGHT: f32 = 36.0;
/// How far the highlight of a pointed-at line reaches beyond the text it is aligned with.
const BLEED: f32 = 8.0;
const GAP: f32 = 10.0;
const CHEVRON: f32 = 14.0;

/// A list of rungs, close together.
pub fn list<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        contents(ui)
    })
    .inner
}

/// One line of a test.
#[must_use = "a rung has to be shown"]
#[derive(Clone, Copy, Debug)]
pub struct Rung<'a> {
    status: Status,
    title: &'a str,
    summary: &'a str,
    took: Option<Duration>,
    title_width: f32,
    open_at_first: bool,
    among_details: bool,
}

/// What happened to a [`Rung`].
#[derive(Debug)]
pub struct RungResponse<R> {
    /// Of the line.
    pub response: Response,
    /// What the details returned, if they are open.
    pub details: Option<R>,
}

impl<'a> Rung<'a> {
    /// A line with its title.
    pub fn new(status: Status, title: &'a str) -> Self {
        Self { status, title, summary: "", took: None, title_width: 176.0, open_at_first: false, among_details: false }
    }

    /// What came of it, in a few words.
    pub fn summary(mut self, summary: &'a str) -> Self {
        self.summary = summary;
        self
    }

    /// How long it took.
    pub fn took(mut self, took: Option<Duration>) -> Self {
        self.took = took;
        self
    }

    /// Where the summaries of a list begin.
    pub fn title_width(mut self, width: f32) -> Self {
        self.title_width = width;
        self
    }

    /// Unfolded when it is first shown: for what went wrong.
    pub fn open_at_first(mut self, open: bool) -> Self {
        self.open_at_first = open;
        self
    }

    /// Lines up with others of its list that have details.
    pub fn among_details(mut self) -> Self {
        self.among_details = true;
        self
    }

    /// Shows the line alone.
    pub fn show(self, ui: &mut Ui) -> Response {
        self.line(ui, None)
    }

    /// Shows the line with details that fold out below it. `salt` tells the rungs of a list apart.
    pub fn show_with_details<R>(self, ui: &mut Ui, salt: impl egui::AsIdSalt, details: impl FnOnce(&mut Ui) -> R) -> RungResponse<R> {
        let id: Id = ui.make_persistent_id(salt);
        let mut open = ui.data(|data| data.get_temp(id)).unwrap_or(self.open_at_first);
        let response = self.line(ui, Some(open));
        if response.clicked() {
            open = !open;
        }
        ui.data_mut(|data| data.insert_temp(id, open));
        let details = open.then(|| {
            let mut inner = ui.available_rect_before_wrap();
            inner.min.x += ICON_SIZE + GAP;
            inner.min.y += space::XS;
            let shown = ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
                ui.spacing_mut().item_spacing.y = space::S;
                details(ui)
            });
            ui.add_space(space::S);
            shown.inner
        });
        RungResponse { response, details }
    }

    fn line(self, ui: &mut Ui, open: Option<bool>) -> Response {
        let t = Tokens::of(ui);
        let family = t.family(self.status.tone());
        let quiet = matches!(self.status, Status::Pending | Status::Skipped);
        let width = ui.available_width();

        let took = self.took.and_then(words::took).map(|took| paint::line(ui, &took, &TextStyle::Small, t.text.subdued.0));
        let left = ICON_SIZE + GAP;
        let chevron_width = if open.is_some() || self.among_details { CHEVRON + 6.0 } else { 0.0 };
        let right = chevron_width + took.as_ref().map_or(0.0, |galley| galley.size().x + GAP);

        let title_color = if quiet { t.text.subdued } else { t.text.strong };
        let title = paint::line_within(ui, self.title, &fonts::control(), title_color.0, width - left - right);

        // A summary that does not fit beside the title goes below it, and wraps there.
        let summary_color = if matches!(self.status, Status::Failed | Status::Limited) { family.text } else { t.text.subdued };
        let beside = (width - left - right - self.title_width - GAP).max(0.0);
        let one_line = paint::line(ui, self.summary, &TextStyle::Body, summary_color.0);
        let fits = title.size().x <= self.title_width && one_line.size().x <= beside;
        let summary = if fits || self.summary.is_empty() {
            one_line
        } else {
            paint::lines(ui, self.summary, &TextStyle::Body, summary_color.0, width - left - right)
        };
        let below = !fits && !self.summary.is_empty();
        let height = if below { HEIGHT + summary.size().y } else { HEIGHT };

        let sense = if open.is_some() { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);
        if ui.is_rect_visible(rect) {
            if open.is_some() && response.hovered() {
                ui.painter().rect_filled(rect.expand2(vec2(BLEED, 0.0)), CornerRadius::same(6), t.surface.hover);
            }
            let middle = rect.top() + HEIGHT / 2.0;
            let square = |x: f32, side: f32| Rect::from_center_size(pos2(x + side / 2.0, middle), vec2(side, side));
            self.status.paint(ui, square(rect.left(), ICON_SIZE));
            paint::text_left(ui, pos2(rect.left() + left, middle), title, title_color.0);
            if below {
                ui.painter().galley(pos2(rect.left() + left, rect.top() + HEIGHT - 7.0), summary, summary_color.0);
            } else {
                paint::text_left(ui, pos2(rect.left() + left + self.title_width + GAP, middle), summary, summary_color.0);
            }
            let mut x = rect.right() - chevron_width;
            if let Some(open) = open {
                let icon = if open { icons::CHEVRON_DOWN } else { icons::CHEVRON_RIGHT };
                icon.paint(ui, square(rect.right() - CHEVRON, CHEVRON), t.text.subdued);
            }
            if let Some(took) = took {
                x -= took.size().x;
                paint::text_left(ui, pos2(x, middle), took, t.text.subdued.0);
            }
            paint::focus_ring(ui, &response, rect.expand2(vec2(BLEED - 4.0, -4.0)), 4);
        }

        let role = if open.is_some() { Role::Button } else { Role::ListItem };
        let name = format!("{}: {}", self.title, self.status.word().to_lowercase());
        response.widget_info(|| WidgetInfo::labeled(role, true, &name));
        ui.accesskit_node_builder(response.id, |node| {
            if !self.summary.is_empty() {
                node.set_description(self.summary);
            }
            if let Some(open) = open {
                node.set_expanded(open);
            }
        });
        if open.is_some() { response.on_hover_cursor(CursorIcon::PointingHand) } else { response }
    }
}
