//! What is on screen. Views know neither the async runtime nor services: they take data and push commands.

pub mod certificate;
pub mod confluence_card;
pub mod desk;
pub mod facts;
pub mod forget;
pub mod form;
pub mod help;
pub mod identity;
pub mod new_certificate;
pub mod practice;
pub mod prompt;
pub mod quit;
pub mod report_dialog;
pub mod request;
pub mod save;
pub mod settings;
pub mod sharepoint_card;
pub mod sites;
pub mod spaces;
pub mod test_panel;
pub mod top_bar;
pub mod verdict;
pub mod welcome;

use egui::{Align, CentralPanel, Frame, Layout, Margin, ScrollArea, Ui};

use crate::command::UiCommand;
use crate::kit::theme::space;
use crate::kit::{Alert, Button, icons, text};

/// A page over the whole width that ends in a table: `contents` gets how high the window is below the top bar, from where it begins.
pub fn table_page(ui: &mut Ui, name: &str, notice: &mut Option<String>, contents: impl FnOnce(&mut Ui, Room)) {
    let frame = Frame::new().fill(ui.visuals().panel_fill);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let height = ui.available_height();
        ScrollArea::vertical().id_salt(name).auto_shrink([false, false]).show(ui, |ui| {
            let margin = Margin { left: 24, right: 24, top: 16, bottom: 20 };
            Frame::new().inner_margin(margin).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = space::M;
                let bottom = ui.min_rect().top() + height - f32::from(margin.top) - f32::from(margin.bottom);
                if let Some(text) = notice.as_deref()
                    && Alert::limited(text).dismissible().show(ui).dismissed
                {
                    *notice = None;
                }
                contents(ui, Room { bottom });
            });
        });
    });
}

/// Where a [`table_page`] ends.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    bottom: f32,
}

impl Room {
    /// The table is at least so high; below that, the page scrolls.
    const LEAST_HEIGHT: f32 = 200.0;

    /// How high a table can be here.
    pub fn left(self, ui: &Ui) -> f32 {
        (self.bottom - ui.cursor().top()).max(Self::LEAST_HEIGHT)
    }
}

/// The way back from a page, and what it is called.
pub fn page_title(ui: &mut Ui, title: &str, commands: &mut Vec<UiCommand>) {
    ui.spacing_mut().item_spacing.x = space::S;
    if ui.add(Button::secondary("Connections").icon(icons::ARROW_LEFT).small()).clicked() {
        commands.push(UiCommand::ShowConnections);
    }
    text::heading(ui, title);
}

/// Widest that the page gets, in points.
const PAGE_WIDTH: f32 = 1180.0;

/// The page below the top bar: centred, scrolling.
pub fn page(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let frame = Frame::new().fill(ui.visuals().panel_fill);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            let width = (ui.available_width() - 2.0 * space::XL).min(PAGE_WIDTH);
            let side = ((ui.available_width() - width) / 2.0).max(0.0);
            #[expect(clippy::cast_possible_truncation, reason = "a margin in points, bounded by the window")]
            let side = side as i8;
            Frame::new().inner_margin(Margin { left: side, right: side, top: 20, bottom: 24 }).show(ui, |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = space::L;
                ui.with_layout(Layout::top_down(Align::Min), contents);
            });
        });
    });
}
