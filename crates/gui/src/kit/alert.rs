//! A callout in the page: what is the matter, and buttons that do something about it.

use egui::{
    Align, CornerRadius, Frame, Label, Layout, Margin, Rect, Response, RichText, Role, Sense, Stroke, TextStyle, Ui, UiBuilder, vec2,
};

use super::button::{Button, IconButton};
use super::icons::{self, Icon};
use super::status::Tone;
use super::theme::{ICON_SIZE, RADIUS, SMALL_CONTROL_HEIGHT, space};
use super::tokens::Tokens;
use super::{fonts, paint};

/// A callout. It stays until what it says is no longer true.
#[must_use = "an alert has to be shown"]
#[derive(Clone, Debug)]
pub struct Alert<'a> {
    tone: Tone,
    icon: Icon,
    title: &'a str,
    text: Option<&'a str>,
    actions: Vec<Button<'a>>,
    dismissible: bool,
}

/// What happened to an [`Alert`].
#[derive(Debug)]
pub struct AlertResponse {
    /// Of the whole callout.
    pub response: Response,
    /// The action that was clicked, counted from zero.
    pub clicked: Option<usize>,
    /// It was asked to go away.
    pub dismissed: bool,
}

impl<'a> Alert<'a> {
    /// A callout of any tone. The title is a sentence without a period.
    pub fn new(tone: Tone, title: &'a str) -> Self {
        Self { tone, icon: tone.icon(), title, text: None, actions: Vec::new(), dismissible: false }
    }

    /// Something to know.
    pub fn info(title: &'a str) -> Self {
        Self::new(Tone::Info, title)
    }

    /// It works, with less.
    pub fn limited(title: &'a str) -> Self {
        Self::new(Tone::Limited, title)
    }

    /// It does not work.
    pub fn failed(title: &'a str) -> Self {
        Self::new(Tone::Failed, title)
    }

    /// It works.
    pub fn passed(title: &'a str) -> Self {
        Self::new(Tone::Passed, title)
    }

    /// Another icon than the tone's.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = icon;
        self
    }

    /// More words.
    pub fn text(mut self, text: &'a str) -> Self {
        self.text = Some(text);
        self
    }

    /// A button, shown small; any number.
    pub fn action(mut self, button: Button<'a>) -> Self {
        self.actions.push(button.small());
        self
    }

    /// With a cross that sends it away.
    pub fn dismissible(mut self) -> Self {
        self.dismissible = true;
        self
    }

    /// Shows it over the whole width.
    pub fn show(self, ui: &mut Ui) -> AlertResponse {
        self.show_with(ui, |_nothing_more| {})
    }

    /// Shows it over the whole width, with more between its words and its buttons.
    pub fn show_with(self, ui: &mut Ui, contents: impl FnOnce(&mut Ui)) -> AlertResponse {
        let t = Tokens::of(ui);
        let family = t.family(self.tone);
        let mut clicked = None;
        let mut dismissed = false;
        let frame = Frame::new()
            .fill(family.fill.into())
            .stroke(Stroke::new(1.0, family.border.0))
            .corner_radius(CornerRadius::same(RADIUS + 2))
            .inner_margin(Margin::symmetric(12, 10));
        let shown = frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            let whole = ui.available_rect_before_wrap();
            let line = ui.text_style_height(&fonts::strong());
            let icon = Rect::from_center_size(whole.left_top() + vec2(ICON_SIZE / 2.0, line / 2.0), vec2(ICON_SIZE, ICON_SIZE));
            self.icon.paint(ui, icon, family.icon);

            let right = if self.dismissible { SMALL_CONTROL_HEIGHT } else { 0.0 };
            let mut column = whole;
            column.min.x = icon.right() + 10.0;
            column.max.x -= right;
            ui.scope_builder(UiBuilder::new().max_rect(column).layout(Layout::top_down(Align::Min)), |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                // Silent: the whole callout carries the title as its name.
                let title = paint::lines(ui, self.title, &fonts::strong(), family.text.0, ui.available_width());
                let (at, _) = ui.allocate_exact_size(title.size(), Sense::hover());
                ui.painter().galley(at.min, title, family.text.0);
                if let Some(text) = self.text {
                    let text = RichText::new(text).text_style(TextStyle::Body).color(t.text.body);
                    ui.add(Label::new(text).wrap());
                }
                contents(ui);
                if !self.actions.is_empty() {
                    ui.add_space(space::S);
                    ui.horizontal_wrapped(|ui| {
                        ui.spacing_mut().item_spacing = vec2(space::S, space::S);
                        for (index, button) in self.actions.iter().enumerate() {
                            if ui.add(*button).clicked() {
                                clicked = Some(index);
                            }
                        }
                    });
                    ui.add_space(2.0);
                }
            });
            if self.dismissible {
                let corner = whole.right_top() + vec2(6.0 - SMALL_CONTROL_HEIGHT, -5.0);
                let at = Rect::from_min_size(corner, vec2(SMALL_CONTROL_HEIGHT, SMALL_CONTROL_HEIGHT));
                dismissed = ui.place(at, IconButton::new(icons::CLOSE.named("Dismiss"))).clicked();
            }
        });

        let response = ui.interact(shown.response.rect, shown.response.id.with("alert"), Sense::hover());
        let role = if self.tone == Tone::Failed { Role::Alert } else { Role::Status };
        response.widget_info(|| egui::WidgetInfo::labeled(role, true, self.title));
        ui.accesskit_node_builder(response.id, |node| {
            node.set_live(egui::accesskit::Live::Polite);
        });
        AlertResponse { response, clicked, dismissed }
    }
}
