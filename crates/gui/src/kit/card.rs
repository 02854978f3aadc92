//! A surface with a header row.

use egui::{Align, CornerRadius, Frame, InnerResponse, Layout, Margin, Rect, Stroke, Ui, pos2, vec2};

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
    framed: bool,
}

impl<'a> Card<'a> {
    /// A card with a title.
    pub fn new(title: &'a str) -> Self {
        Self { title, subtitle: None, icon: None, framed: true }
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

    /// Without a surface of its own: [`cards`] paints it.
    pub fn unframed(mut self) -> Self {
        self.framed = false;
        self
    }

    /// Shows the card over the whole width. `aside` fills the right end of the header, from the
    /// right; `contents` the rest.
    pub fn show<R>(self, ui: &mut Ui, aside: impl FnOnce(&mut Ui), contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
        // What a card holds is known by the card's title, wherever the card stands.
        ui.push_id(self.title, |ui| {
            let frame = if self.framed { frame(ui) } else { Frame::new().inner_margin(PADDING) };
            frame.show(ui, |ui| {
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

/// Between the edge of a card and what it holds.
const PADDING: Margin = Margin::same(16);

/// The frame of a card, for surfaces without a header.
pub fn frame(ui: &Ui) -> Frame {
    let t = Tokens::of(ui);
    Frame::new()
        .fill(t.surface.card.into())
        .stroke(Stroke::new(1.0, t.border.subtle.0))
        .corner_radius(CornerRadius::same(CARD_RADIUS))
        .inner_margin(PADDING)
}

/// [`frame`] of something that is not as it should be. What is wrong has to be said in it.
pub fn failed_frame(ui: &Ui) -> Frame {
    frame(ui).stroke(Stroke::new(1.5, Tokens::of(ui).failed.icon.0))
}

/// Controls side by side, as high as a field, centred on one line.
pub fn row<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.allocate_ui_with_layout(vec2(ui.available_width(), CONTROL_HEIGHT), Layout::left_to_right(Align::Center), contents).inner
}

/// Part of a row of this width, its contents from the top: what stands in rows below each other lines up. Show it in
/// [`Ui::horizontal_top`].
pub fn cell<R>(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let width = width.max(0.0);
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        contents(ui)
    })
    .inner
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
    if fall(ui, least_width, count) {
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

/// [`columns`] of equal height, with one [`Card::unframed`] each.
pub fn cards(ui: &mut Ui, least_width: f32, count: usize, mut card: impl FnMut(usize, &mut Ui)) {
    if fall(ui, least_width, count) {
        for index in 0..count {
            frame(ui).inner_margin(0).show(ui, |ui| card(index, ui));
        }
    } else {
        ui.spacing_mut().item_spacing.x = space::L;
        ui.columns(count, |uis| {
            // How high they are is known when the last one was laid out, so the surfaces are painted then.
            let surfaces: Vec<_> = uis.iter().map(|ui| ui.painter().add(egui::Shape::Noop)).collect();
            for (index, ui) in uis.iter_mut().enumerate() {
                card(index, ui);
            }
            let bottom = uis.iter().map(|ui| ui.min_rect().bottom()).fold(0.0, f32::max);
            for (ui, surface) in uis.iter().zip(surfaces) {
                let rect = Rect::from_min_max(ui.min_rect().left_top(), pos2(ui.min_rect().right(), bottom));
                ui.painter().set(surface, frame(ui).inner_margin(0).paint(rect));
            }
        });
    }
}

fn fall(ui: &Ui, least_width: f32, count: usize) -> bool {
    paint::columns_that_fit(ui.available_width(), least_width, space::L, count) < count
}
