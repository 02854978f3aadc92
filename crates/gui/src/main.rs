//! Opens the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use gui::kit::{gallery::Gallery, theme};

struct App {
    gallery: Gallery,
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.gallery.ui(ui);
    }
}

fn main() -> eframe::Result {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("wayleave")
            .with_inner_size([900.0, 680.0])
            .with_min_inner_size([640.0, 480.0]),
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "Wayleave",
        options,
        Box::new(|creation| {
            theme::apply(&creation.egui_ctx);
            Ok(Box::new(App { gallery: Gallery::default() }))
        }),
    )
}
