//! Parts of one thing beside each other, of which some are marked: by a word, an icon and a frame, not by colour alone.

use egui::{CornerRadius, Frame, Label, Margin, Rect, RichText, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::status::Tone;
use super::theme::{RADIUS, space};
use super::tokens::Tokens;
use super::{fonts, paint};

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Whose part it is.
    pub title: &'a str,
    /// What there is of it.
    pub text: &'a str,
    /// The word that marks it, where it is marked.
    pub mark: Option<&'a str>,
}

/// Below this width per part they stand below each other.
const LEAST_WIDTH: f32 = 140.0;
const ICON: f32 = 13.0;

/// Shows the parts in columns of equal width and height.
pub fn parts(ui: &mut Ui, parts: &[Part<'_>]) {
    let beside = paint::columns_that_fit(ui.available_width(), LEAST_WIDTH, space::S, parts.len()) == parts.len();
    if !beside {
        ui.spacing_mut().item_spacing.y = space::S;
        for part in parts {
            let surface = ui.painter().add(egui::Shape::Noop);
            let rect = contents(ui, part);
            ui.painter().set(surface, frame(ui, part).paint(rect));
        }
        return;
    }
    ui.spacing_mut().item_spacing.x = space::S;
    ui.columns(parts.len(), |uis| {
        // how high they are is known when the last one was laid out, so the surfaces are painted then
        let surfaces: Vec<_> = uis.iter().map(|ui| ui.painter().add(egui::Shape::Noop)).collect();
        let rects: Vec<Rect> = uis.iter_mut().zip(parts).map(|(ui, part)| contents(ui, part)).collect();
        let bottom = rects.iter().map(Rect::bottom).fold(0.0, f32::max);
        for (((ui, part), surface), rect) in uis.iter().zip(parts).zip(surfaces).zip(rects) {
            let rect = Rect::from_min_max(rect.min, pos2(rect.right(), bottom));
            ui.painter().set(surface, frame(ui, part).paint(rect));
        }
    });
}

fn frame(ui: &Ui, part: &Part<'_>) -> Frame {
    let t = Tokens::of(ui);
    let (fill, stroke) = if part.mark.is_some() {
        let family = t.family(Tone::Limited);
        (family.fill, Stroke::new(1.5, family.icon.0))
    } else {
        (t.surface.field, Stroke::new(1.0, t.border.subtle.0))
    };
    Frame::new().fill(fill.into()).stroke(stroke).corner_radius(CornerRadius::same(RADIUS))
}

fn contents(ui: &mut Ui, part: &Part<'_>) -> Rect {
    let t = Tokens::of(ui);
    let shown = Frame::new().inner_margin(Margin::symmetric(10, 8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.vertical(|ui| {
            head(ui, part);
            let text = RichText::new(part.text).text_style(TextStyle::Small).color(t.text.body);
            ui.add(Label::new(text).wrap());
        });
    });
    shown.response.rect
}

/// The title at the left, the mark at the right.
fn head(ui: &mut Ui, part: &Part<'_>) {
    let t = Tokens::of(ui);
    let title = paint::line(ui, part.title, &fonts::label(), t.text.subdued.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), title.size().y), Sense::hover());
    paint::text_left(ui, rect.left_center(), title, t.text.subdued.0);
    if let Some(mark) = part.mark {
        let family = t.family(Tone::Limited);
        let word = paint::line(ui, mark, &fonts::label(), family.text.0);
        let left = rect.right() - word.size().x;
        paint::text_left(ui, pos2(left, rect.center().y), word, family.text.0);
        let icon = Rect::from_center_size(pos2(left - 4.0 - ICON / 2.0, rect.center().y), vec2(ICON, ICON));
        Tone::Limited.icon().paint(ui, icon, family.icon);
    }
    let name = part.mark.map_or_else(|| part.title.to_owned(), |mark| format!("{} ({})", part.title, mark.to_lowercase()));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
}
