//! Buttons: four kinds, two sizes, one look.

use egui::{Color32, CornerRadius, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Widget, WidgetInfo, pos2, vec2};

use super::icons::Icon;
use super::theme::{CONTROL_HEIGHT, ICON_SIZE, RADIUS, SMALL_CONTROL_HEIGHT};
use super::tokens::Tokens;
use super::{fonts, indicator, paint};

/// Between an icon and the word.
const GAP: f32 = 7.0;

/// How much a button asks to be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// The next step. At most one in a card or dialog.
    Primary,
    /// Any other step.
    Secondary,
    /// A step beside the way; without a frame until it is pointed at.
    Ghost,
    /// Cannot be taken back.
    Danger,
}

/// A button with a word, and perhaps an icon before it.
#[must_use = "a button has to be added to a `Ui`"]
#[derive(Clone, Copy, Debug)]
pub struct Button<'a> {
    text: &'a str,
    variant: Variant,
    icon: Option<Icon>,
    trailing_icon: Option<Icon>,
    small: bool,
    pending: bool,
    enabled: bool,
    tooltip: Option<&'a str>,
    min_width: f32,
}

impl<'a> Button<'a> {
    /// A button of any kind.
    pub fn new(variant: Variant, text: &'a str) -> Self {
        Self { text, variant, icon: None, trailing_icon: None, small: false, pending: false, enabled: true, tooltip: None, min_width: 0.0 }
    }

    /// The next step.
    pub fn primary(text: &'a str) -> Self {
        Self::new(Variant::Primary, text)
    }

    /// Any other step.
    pub fn secondary(text: &'a str) -> Self {
        Self::new(Variant::Secondary, text)
    }

    /// A step beside the way.
    pub fn ghost(text: &'a str) -> Self {
        Self::new(Variant::Ghost, text)
    }

    /// Cannot be taken back.
    pub fn danger(text: &'a str) -> Self {
        Self::new(Variant::Danger, text)
    }

    /// An icon before the word.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// An icon after the word, for "opens elsewhere".
    pub fn trailing_icon(mut self, icon: Icon) -> Self {
        self.trailing_icon = Some(icon);
        self
    }

    /// 28 instead of 32 high, for rows and alerts.
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// It has been clicked and the work is under way: it turns and cannot be clicked again.
    pub fn pending(mut self, pending: bool) -> Self {
        self.pending = pending;
        self
    }

    /// Whether it can be clicked.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// More words for who points at it. Say why it is disabled, if it is.
    pub fn tooltip(mut self, tooltip: &'a str) -> Self {
        self.tooltip = Some(tooltip);
        self
    }

    /// At least this wide.
    pub fn min_width(mut self, width: f32) -> Self {
        self.min_width = width;
        self
    }
}

impl Button<'_> {
    /// Without a frame: its word is what lines up with other things.
    pub(super) fn is_ghost(&self) -> bool {
        self.variant == Variant::Ghost
    }

    fn padding(&self) -> f32 {
        if self.small { 10.0 } else { 14.0 }
    }

    fn content_width(&self, ui: &Ui) -> f32 {
        let text = paint::line(ui, self.text, &fonts::control(), Color32::PLACEHOLDER).size().x;
        let leading = self.icon.is_some() || self.pending;
        text + f32::from(u8::from(leading) + u8::from(self.trailing_icon.is_some())) * (ICON_SIZE + GAP)
    }

    /// How wide it will be.
    pub fn width(&self, ui: &Ui) -> f32 {
        (self.content_width(ui) + 2.0 * self.padding()).max(self.min_width)
    }
}

impl Widget for Button<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let enabled = self.enabled && !self.pending && ui.is_enabled();
        let height = if self.small { SMALL_CONTROL_HEIGHT } else { CONTROL_HEIGHT };
        let content = self.content_width(ui);
        let width = self.width(ui);
        let galley = paint::line(ui, self.text, &fonts::control(), Color32::PLACEHOLDER);

        let sense = if enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);

        if ui.is_rect_visible(rect) {
            let look = Look::of(ui, self.variant, &response, self.enabled && ui.is_enabled(), self.pending);
            ui.painter().rect(rect, CornerRadius::same(RADIUS), look.fill, look.stroke, StrokeKind::Inside);

            let mut x = rect.center().x - content / 2.0;
            let icon_at = |x: f32| Rect::from_min_size(pos2(x, rect.center().y - ICON_SIZE / 2.0), vec2(ICON_SIZE, ICON_SIZE));
            if self.pending {
                indicator::paint_spinner(ui, icon_at(x), look.icon);
                x += ICON_SIZE + GAP;
            } else if let Some(icon) = self.icon {
                icon.paint(ui, icon_at(x), look.icon);
                x += ICON_SIZE + GAP;
            }
            let text_width = galley.size().x;
            paint::text_left(ui, pos2(x, rect.center().y), galley, look.text);
            if let Some(icon) = self.trailing_icon {
                icon.paint(ui, icon_at(x + text_width + GAP), look.icon);
            }
            paint::control_focus_ring(ui, &response, rect);
        }

        finish(ui, response, self.text, enabled, self.pending, self.tooltip)
    }
}

/// A square button that only shows an icon; named by the icon's alt text, which is its tooltip too.
#[must_use = "a button has to be added to a `Ui`"]
#[derive(Clone, Copy, Debug)]
pub struct IconButton {
    icon: Icon,
    enabled: bool,
    side: f32,
}

impl IconButton {
    /// A button for what the icon's alt text says.
    pub fn new(icon: Icon) -> Self {
        Self { icon, enabled: true, side: SMALL_CONTROL_HEIGHT }
    }

    /// Whether it can be clicked.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// As high as a field.
    pub fn large(mut self) -> Self {
        self.side = CONTROL_HEIGHT;
        self
    }
}

impl Widget for IconButton {
    fn ui(self, ui: &mut Ui) -> Response {
        let enabled = self.enabled && ui.is_enabled();
        let sense = if enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(self.side, self.side), sense);
        if ui.is_rect_visible(rect) {
            let look = Look::of(ui, Variant::Ghost, &response, enabled, false);
            ui.painter().rect(rect, CornerRadius::same(RADIUS), look.fill, look.stroke, StrokeKind::Inside);
            let at = Rect::from_center_size(rect.center(), vec2(ICON_SIZE, ICON_SIZE));
            self.icon.paint(ui, at, look.icon);
            paint::control_focus_ring(ui, &response, rect);
        }
        finish(ui, response, self.icon.alt(), enabled, false, Some(self.icon.alt()))
    }
}

fn finish(ui: &Ui, response: Response, name: &str, enabled: bool, pending: bool, tooltip: Option<&str>) -> Response {
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    if pending {
        ui.accesskit_node_builder(response.id, egui::accesskit::Node::set_busy);
    }
    let response = if enabled { response.on_hover_cursor(CursorIcon::PointingHand) } else { response };
    match tooltip {
        Some(text) => response.on_hover_text(text),
        None => response,
    }
}

struct Look {
    fill: Color32,
    stroke: Stroke,
    text: Color32,
    icon: Color32,
}

impl Look {
    fn of(ui: &Ui, variant: Variant, response: &Response, enabled: bool, pending: bool) -> Self {
        let t = Tokens::of(ui);
        let down = response.is_pointer_button_down_on();
        let hovered = response.hovered() && enabled && !pending;
        let solid = |rest, hover, pressed, on: Color32| {
            let fill: super::tokens::Color = if down && hovered {
                pressed
            } else if hovered {
                hover
            } else {
                rest
            };
            Self { fill: fill.into(), stroke: Stroke::NONE, text: on, icon: on }
        };
        let mut look = match variant {
            Variant::Primary => solid(t.accent.fill, t.accent.fill_hover, t.accent.fill_pressed, t.accent.on_fill.into()),
            Variant::Danger => solid(t.danger.fill, t.danger.fill_hover, t.danger.fill_pressed, t.danger.on_fill.into()),
            Variant::Secondary => Self {
                stroke: Stroke::new(1.0, t.border.strong.0),
                icon: t.text.subdued.into(),
                ..solid(t.surface.control, t.surface.hover, t.surface.pressed, t.text.strong.into())
            },
            Variant::Ghost => {
                let mut look = solid(t.surface.hover, t.surface.hover, t.surface.pressed, t.text.body.into());
                if !hovered {
                    look.fill = Color32::TRANSPARENT;
                }
                look.icon = if hovered { t.text.body.into() } else { t.text.subdued.into() };
                look
            }
        };
        if !enabled {
            look.text = t.text.disabled.into();
            look.icon = t.text.disabled.into();
            if variant != Variant::Ghost {
                look.fill = t.surface.hover.into();
                look.stroke = Stroke::new(1.0, t.border.subtle.0);
            }
        }
        look
    }
}
