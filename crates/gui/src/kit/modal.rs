//! A dialog: title bar, a body that scrolls, a footer with one primary button at the right.
//!
//! Escape and a click beside it close it. It never gets smaller while it is open, so that folding
//! something in does not make it jump.

use egui::{Align, CornerRadius, Frame, Id, Layout, Margin, Response, Role, ScrollArea, Stroke, Ui, vec2};

use super::button::{Button, IconButton};
use super::theme::{CARD_RADIUS, space};
use super::tokens::Tokens;
use super::{icons, text};

/// A dialog.
#[must_use = "a dialog has to be shown"]
pub struct Modal<'a> {
    id: Id,
    title: &'a str,
    width: f32,
    alert: bool,
    primary: Option<Button<'a>>,
    others: Vec<Button<'a>>,
    aside: Vec<Button<'a>>,
}

/// Which button of the footer was clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clicked {
    /// The primary one, at the right.
    Primary,
    /// One beside it, counted from the right.
    Other(usize),
    /// One at the left end, counted from the left.
    Aside(usize),
}

/// What happened to a [`Modal`].
#[derive(Debug)]
pub struct ModalResponse<R> {
    /// What the body returned.
    pub body: R,
    /// The footer button that was clicked.
    pub clicked: Option<Clicked>,
    /// Escape, a click beside the dialog, or its cross: close it.
    pub should_close: bool,
}

impl<'a> Modal<'a> {
    /// A dialog 520 wide. `salt` is unique among the dialogs of the app.
    pub fn new(salt: &'static str, title: &'a str) -> Self {
        Self {
            id: Id::unique(("kit::modal", salt)),
            title,
            width: 520.0,
            alert: false,
            primary: None,
            others: Vec::new(),
            aside: Vec::new(),
        }
    }

    /// Another width.
    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// It tells of a failure: assistive technology reads it out at once.
    pub fn alert(mut self, alert: bool) -> Self {
        self.alert = alert;
        self
    }

    /// The button at the right. It has the keyboard when the dialog opens.
    pub fn primary(mut self, button: Button<'a>) -> Self {
        self.primary = Some(button);
        self
    }

    /// A button left of the primary one.
    pub fn other(mut self, button: Button<'a>) -> Self {
        self.others.push(button);
        self
    }

    /// A button at the left end.
    pub fn aside(mut self, button: Button<'a>) -> Self {
        self.aside.push(button);
        self
    }

    /// Shows it over everything else.
    pub fn show<R>(self, ui: &Ui, body: impl FnOnce(&mut Ui) -> R) -> ModalResponse<R> {
        let t = Tokens::of(ui);
        let window = ui.content_rect();
        let width = self.width.min(window.width() - 2.0 * space::L);
        let pass = ui.cumulative_pass_nr();
        let mut memory: Memory = ui.data(|data| data.get_temp(self.id)).unwrap_or_default();
        let just_opened = pass.saturating_sub(memory.last_pass) > 2 || memory.last_pass == 0;
        if just_opened {
            memory = Memory::default();
        }
        memory.last_pass = pass;

        let frame = Frame::new()
            .fill(t.surface.overlay.into())
            .stroke(Stroke::new(1.0, t.border.strong.0))
            .corner_radius(CornerRadius::same(CARD_RADIUS))
            .shadow(ui.visuals().window_shadow);

        let shown = egui::Modal::new(self.id).backdrop_color(t.backdrop.into()).frame(frame).show(ui, |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 0.0;
            let role = if self.alert { Role::AlertDialog } else { Role::Dialog };

            let dialog = ui.unique_id();
            let mut close = false;
            Frame::new().inner_margin(Margin { left: 20, right: 12, top: 12, bottom: 12 }).show(ui, |ui| {
                ui.horizontal(|ui| {
                    let heading = text::heading(ui, self.title);
                    ui.accesskit_node_builder(dialog, |node| {
                        node.set_role(role);
                        node.push_labelled_by(heading.id.accesskit_id());
                        node.set_modal();
                    });
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        close = ui.add(IconButton::new(icons::CLOSE.named("Close this dialog"))).clicked();
                    });
                });
            });
            line(ui, t);

            let footer = self.primary.is_some() || !self.others.is_empty() || !self.aside.is_empty();
            let chrome = if footer { 53.0 + 58.0 } else { 53.0 };
            let most = (window.height() - chrome - 2.0 * space::XL).max(120.0);
            let inner = ScrollArea::vertical()
                .max_height(most)
                .min_scrolled_height(most)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    Frame::new()
                        .inner_margin(Margin::symmetric(20, 16))
                        .show(ui, |ui| {
                            ui.set_width(ui.available_width());
                            ui.set_min_height(memory.body_height);
                            ui.spacing_mut().item_spacing.y = space::S;
                            let inner = body(ui);
                            memory.body_height = memory.body_height.max(ui.min_rect().height());
                            inner
                        })
                        .inner
                })
                .inner;

            let clicked = footer.then(|| {
                line(ui, t);
                self.footer(ui, just_opened)
            });
            (inner, clicked.flatten(), close)
        });

        ui.data_mut(|data| data.insert_temp(self.id, memory));
        let should_close = shown.should_close();
        let (body, clicked, close) = shown.inner;
        ModalResponse { body, clicked, should_close: should_close || close }
    }

    fn footer(&self, ui: &mut Ui, just_opened: bool) -> Option<Clicked> {
        let mut clicked = None;
        let mut note = |response: &Response, what| {
            if response.clicked() {
                clicked = Some(what);
            }
        };
        // A ghost button has no edge to see: its word is what lines up with the text above.
        let left = if self.aside.first().is_some_and(Button::is_ghost) { 8 } else { 20 };
        Frame::new().inner_margin(Margin { left, right: 20, top: 12, bottom: 12 }).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                for (index, button) in self.aside.iter().enumerate() {
                    note(&ui.add(*button), Clicked::Aside(index));
                }
                // Laid out from the right, but reached by Tab from the left.
                let buttons: f32 = self.others.iter().chain(&self.primary).map(|button| button.width(ui) + space::S).sum();
                ui.add_space((ui.available_width() - buttons + space::S).max(0.0));
                for (index, button) in self.others.iter().enumerate().rev() {
                    note(&ui.add(*button), Clicked::Other(index));
                }
                if let Some(button) = self.primary {
                    let response = ui.add(button);
                    if just_opened {
                        response.request_focus();
                    }
                    note(&response, Clicked::Primary);
                }
            });
        });
        clicked
    }
}

#[derive(Clone, Copy, Default)]
struct Memory {
    last_pass: u64,
    body_height: f32,
}

fn line(ui: &mut Ui, t: &Tokens) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), egui::Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, t.border.subtle.0));
}
