//! Text by its place in the hierarchy, not by its size.

use egui::{Label, Response, RichText, TextStyle, Ui, WidgetText};

use super::fonts;
use super::tokens::Tokens;

/// Title of a window or dialog; one per surface.
pub fn title(ui: &mut Ui, text: impl Into<String>) -> Response {
    heading_label(ui, RichText::new(text).text_style(fonts::title()))
}

/// Title of a card or group.
pub fn heading(ui: &mut Ui, text: impl Into<String>) -> Response {
    heading_label(ui, RichText::new(text).text_style(TextStyle::Heading))
}

/// A title within a card, in the size of the body.
pub fn subheading(ui: &mut Ui, text: impl Into<String>) -> Response {
    heading_label(ui, RichText::new(text).text_style(fonts::strong()))
}

/// Running text.
pub fn body(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = Tokens::of(ui).text.body.0;
    ui.add(Label::new(RichText::new(text).color(color)).wrap())
}

/// A name or a number within running text.
pub fn strong(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = Tokens::of(ui).text.strong.0;
    ui.add(Label::new(RichText::new(text).text_style(fonts::strong()).color(color)).wrap())
}

/// An explanation in the size of the body.
pub fn subdued(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = Tokens::of(ui).text.subdued.0;
    ui.add(Label::new(RichText::new(text).color(color)).wrap())
}

/// A note in small print.
pub fn small(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = Tokens::of(ui).text.subdued.0;
    ui.add(Label::new(RichText::new(text).text_style(TextStyle::Small).color(color)).wrap())
}

/// An address, identifier or code.
pub fn mono(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = Tokens::of(ui).text.body.0;
    ui.add(Label::new(RichText::new(text).text_style(TextStyle::Monospace).color(color)).wrap())
}

/// What is to be copied as it stands: every line where it was, and all of it selectable.
pub fn verbatim(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = Tokens::of(ui).text.body.0;
    ui.add(Label::new(RichText::new(text).text_style(TextStyle::Monospace).color(color)).wrap().selectable(true))
}

fn heading_label(ui: &mut Ui, text: RichText) -> Response {
    let color = Tokens::of(ui).text.strong.0;
    let response = ui.add(Label::new(WidgetText::from(text.color(color))).wrap());
    ui.accesskit_node_builder(response.id, |node| {
        // A heading is read by its label, a label by its value.
        if let Some(value) = node.value().map(str::to_owned) {
            node.clear_value();
            node.set_label(value);
        }
        node.set_role(egui::Role::Heading);
    });
    response
}
