//! What is on screen. Views know neither the async runtime nor services: they take data and push commands.

pub mod certificate;
pub mod confluence_card;
pub mod desk;
pub mod facts;
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
pub mod spaces;
pub mod test_panel;
pub mod top_bar;
pub mod verdict;
pub mod welcome;

use egui::{Align, CentralPanel, Frame, Layout, Margin, ScrollArea, Ui};

use crate::kit::theme::space;

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
