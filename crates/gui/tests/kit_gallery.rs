//! Pictures of the kit in both themes, at one and two pixels per point.

use egui::Theme;
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotResults};
use gui::kit::gallery::{Gallery, Page};
use gui::kit::theme;

struct Shown(Gallery);

impl eframe::App for Shown {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.0.ui(ui);
    }
}

fn picture(results: &mut SnapshotResults, name: &str, size: [f32; 2], scale: f32, click: Option<&str>, gallery: impl Fn() -> Gallery) {
    for look in [Theme::Dark, Theme::Light] {
        let mut harness = Harness::builder().with_size(size).with_pixels_per_point(scale).with_theme(look).build_eframe(|creation| {
            theme::apply(&creation.egui_ctx);
            theme::set_reduced_motion(&creation.egui_ctx, true);
            Shown(gallery())
        });
        harness.run_steps(4);
        if let Some(button) = click {
            harness.get_by_label(button).click();
            harness.run_steps(2);
        }
        let look = if look == Theme::Dark { "dark" } else { "light" };
        harness.snapshot(format!("kit/{name}_{look}_{scale}x"));
        results.extend_harness(&mut harness);
    }
}

#[test]
fn a_running_test() {
    let mut results = SnapshotResults::new();
    picture(&mut results, "running", [720.0, 640.0], 1.0, None, || Gallery::at(Page::Running));
}

#[test]
fn a_form() {
    let mut results = SnapshotResults::new();
    picture(&mut results, "form", [720.0, 784.0], 1.0, None, || Gallery::at(Page::Form));
}

#[test]
fn a_form_in_the_smallest_window() {
    let mut results = SnapshotResults::new();
    picture(&mut results, "form_small", [640.0, 480.0], 1.0, None, || Gallery::at(Page::Form));
}

#[test]
fn the_parts() {
    let mut results = SnapshotResults::new();
    picture(&mut results, "parts", [720.0, 900.0], 1.0, None, || Gallery::at(Page::Parts));
}

#[test]
fn the_dialog_with_a_toast() {
    let mut results = SnapshotResults::new();
    picture(&mut results, "dialog", [640.0, 520.0], 1.0, Some("Copy report"), || Gallery::at(Page::Form).with_dialog());
}

#[test]
fn closely_on_a_sharp_screen() {
    let mut results = SnapshotResults::new();
    picture(&mut results, "closely", [480.0, 444.0], 2.0, None, || Gallery::at(Page::Closely));
}
