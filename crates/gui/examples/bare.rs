//! A bare eframe window with one label: what the app's start-up, memory and idle frames are measured against.

use std::io::Write as _;

struct Bare;

impl eframe::App for Bare {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        egui::CentralPanel::default().show(ui, |ui| ui.label("Bare"));
        writeln!(std::io::stderr().lock(), "frame painted").ok();
    }
}

fn main() -> eframe::Result {
    let viewport = egui::ViewportBuilder::default().with_inner_size([1080.0, 760.0]);
    let options = eframe::NativeOptions { viewport, renderer: eframe::Renderer::Glow, ..eframe::NativeOptions::default() };
    eframe::run_native("Bare", options, Box::new(|_creation| Ok(Box::new(Bare))))
}
