//! A surface with a header row.

use egui::{Align, CornerRadius, Frame, InnerResponse, Layout, Margin, Rect, Stroke, Ui, vec2};

use super::icons::Icon;
use super::theme::{CARD_RADIUS, CONTROL_HEIGHT, SMALL_CONTROL_HEIGHT, space};
use super::tokens::Tokens;
use super::{paint, text};

/// A card: title at the left, what goes with it at the right, then the contents.
#[must_use = "a card has to be shown"]
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    title: &'a str,
    subtitle: Option<&'a str>,
    icon: Option<Icon>,
}

impl<'a> Card<'a> {
    /// A card with a title.
    pub fn new(title: &'a str) -> Self {
        Self { title, subtitle: None, icon: None }
    }

    /// A line below the title.
    pub fn subtitle(mut self, subtitle: &'a str) -> Self {
        self.subtitle = Some(subtitle);
        self
    }

    /// An icon before the title.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Shows the card over the whole width. `aside` fills the right end of the header, from the
    /// right; `contents` the rest.
    pub fn show<R>(self, ui: &mut Ui, aside: impl FnOnce(&mut Ui), contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
        // What a card holds is known by the card's title, wherever the card stands.
        ui.push_id(self.title, |ui| {
            frame(ui).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = space::L;
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.horizontal(|ui| {
                        ui.set_height(SMALL_CONTROL_HEIGHT);
                        ui.spacing_mut().item_spacing.x = 10.0;
                        if let Some(icon) = self.icon {
                            icon_tile(ui, icon);
                        }
                        text::heading(ui, self.title);
                        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                            ui.spacing_mut().item_spacing.x = space::S;
                            aside(ui);
                        });
                    });
                    if let Some(subtitle) = self.subtitle {
                        text::subdued(ui, subtitle);
                    }
                });
                contents(ui)
            })
        })
        .inner
    }
}

/// The frame of a card, for surfaces without a header.
pub fn frame(ui: &Ui) -> Frame {
    let t = Tokens::of(ui);
    Frame::new()
        .fill(t.surface.card.into())
        .stroke(Stroke::new(1.0, t.border.subtle.0))
        .corner_radius(CornerRadius::same(CARD_RADIUS))
        .inner_margin(Margin::same(16))
}

/// Controls side by side, as high as a field, centred on one line.
pub fn row<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.allocate_ui_with_layout(vec2(ui.available_width(), CONTROL_HEIGHT), Layout::left_to_right(Align::Center), contents).inner
}

/// A line through the whole card, from edge to edge.
pub fn divider(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), egui::Sense::hover());
    ui.painter().hline(rect.x_range().expand(space::L), rect.center().y, Stroke::new(1.0, Tokens::of(ui).border.subtle.0));
}

fn icon_tile(ui: &mut Ui, icon: Icon) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(SMALL_CONTROL_HEIGHT, SMALL_CONTROL_HEIGHT), egui::Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(7), t.accent.tint);
    icon.paint(ui, Rect::from_center_size(rect.center(), vec2(16.0, 16.0)), t.accent.text);
}

/// Two or more columns of equal width that fall below each other where the window is narrow.
pub fn columns(ui: &mut Ui, least_width: f32, count: usize, mut column: impl FnMut(usize, &mut Ui)) {
    let fits = paint::columns_that_fit(ui.available_width(), least_width, space::L, count);
    if fits < count {
        for index in 0..count {
            column(index, ui);
        }
    } else {
        ui.spacing_mut().item_spacing.x = space::L;
        ui.columns(count, |uis| {
            for (index, ui) in uis.iter_mut().enumerate() {
                column(index, ui);
            }
        });
    }
}
