//! What a state looks like: always an icon and a word, never colour alone.

use egui::{CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use preflight::Outcome;
use preflight::render::words;

use super::fonts;
use super::icons::{self, Icon};
use super::paint;
use super::tokens::Tokens;

/// A meaning that has its own colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It works.
    Passed,
    /// It works, with less.
    Limited,
    /// It does not work.
    Failed,
    /// Under way, or a notice.
    Info,
    /// Nothing to say about it.
    Neutral,
}

impl Tone {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Passed, Self::Limited, Self::Failed, Self::Info, Self::Neutral];

    /// The icon that goes with it in alerts and toasts.
    pub fn icon(self) -> Icon {
        match self {
            Self::Passed => icons::CIRCLE_CHECK,
            Self::Limited => icons::TRIANGLE_ALERT,
            Self::Failed => icons::CIRCLE_X,
            Self::Info | Self::Neutral => icons::INFO,
        }
    }
}

/// How far a check, a rung or a whole test has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not started.
    Pending,
    /// Under way.
    Running,
    /// It works.
    Passed,
    /// It works, with less.
    Limited,
    /// It does not work.
    Failed,
    /// Not reached.
    Skipped,
}

impl Status {
    /// All of them, in the order of a run.
    pub const ALL: [Self; 6] = [Self::Pending, Self::Running, Self::Passed, Self::Limited, Self::Failed, Self::Skipped];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "Not started",
            Self::Running => "Running",
            Self::Passed => words::outcome(Outcome::Passed),
            Self::Limited => words::outcome(Outcome::Limited),
            Self::Failed => words::outcome(Outcome::Failed),
            Self::Skipped => words::outcome(Outcome::Skipped),
        }
    }

    /// The icon for it.
    pub fn icon(self) -> Icon {
        match self {
            Self::Pending => icons::CIRCLE_DASHED,
            Self::Running => icons::LOADER,
            Self::Passed => icons::CIRCLE_CHECK,
            Self::Limited => icons::TRIANGLE_ALERT,
            Self::Failed => icons::CIRCLE_X,
            Self::Skipped => icons::CIRCLE_MINUS,
        }
    }

    /// The colours for it.
    pub fn tone(self) -> Tone {
        match self {
            Self::Pending | Self::Skipped => Tone::Neutral,
            Self::Running => Tone::Info,
            Self::Passed => Tone::Passed,
            Self::Limited => Tone::Limited,
            Self::Failed => Tone::Failed,
        }
    }

    /// Paints its icon into `rect`; the one of [`Status::Running`] turns.
    pub(super) fn paint(self, ui: &Ui, rect: Rect) {
        let color = Tokens::of(ui).family(self.tone()).icon;
        if self == Self::Running {
            super::indicator::paint_spinner(ui, rect, color.0);
        } else {
            self.icon().paint(ui, rect, color);
        }
    }
}

/// A small pill: "Limited", "Works, limited", "Practice".
pub fn chip(ui: &mut Ui, status: Status, word: &str) -> Response {
    chip_with(ui, status.tone(), word, |ui, rect| status.paint(ui, rect))
}

/// A small pill with an icon of its own: for "Practice" and the like.
pub fn tag(ui: &mut Ui, tone: Tone, icon: Icon, word: &str) -> Response {
    let color = Tokens::of(ui).family(tone).icon;
    chip_with(ui, tone, word, |ui, rect| icon.paint(ui, rect, color))
}

fn chip_with(ui: &mut Ui, tone: Tone, word: &str, paint_icon: impl FnOnce(&Ui, Rect)) -> Response {
    const HEIGHT: f32 = 24.0;
    const ICON: f32 = 14.0;
    const PADDING: f32 = 8.0;
    const GAP: f32 = 5.0;

    let family = Tokens::of(ui).family(tone);
    let galley = paint::line(ui, word, &fonts::label(), family.text.0);
    let size = vec2(PADDING + ICON + GAP + galley.size().x + PADDING + 2.0, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    if ui.is_rect_visible(rect) {
        ui.painter().rect(rect, CornerRadius::same(12), family.fill, Stroke::new(1.0, family.border.0), StrokeKind::Inside);
        let icon = Rect::from_center_size(pos2(rect.left() + PADDING + ICON / 2.0, rect.center().y), vec2(ICON, ICON));
        paint_icon(ui, icon);
        paint::text_left(ui, pos2(icon.right() + GAP, rect.center().y), galley, family.text.0);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    response
}
