//! The live indicator: something is under way, and this is why.
//!
//! It shows up only after a moment, so that what is quick does not flash; it is one line high from
//! the start, so that nothing jumps; and it moves in steps instead of painting every frame.

use std::f32::consts::TAU;
use std::time::Duration;

use egui::{Color32, Rect, Response, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::theme::{self, ICON_SIZE};
use super::tokens::Tokens;
use super::{icons, paint};

/// How long work has to take before it is worth a sign.
pub const DELAY: Duration = Duration::from_millis(150);

const STEP: Duration = Duration::from_millis(90);
const SPOKES: u8 = 8;

#[derive(Clone, Copy)]
struct Seen {
    reason: u64,
    since: f64,
    last_pass: u64,
}

/// "Waiting for you in the browser", with a sign that turns.
///
/// The reason is announced to assistive technology at once, and again when it changes.
pub fn waiting(ui: &mut Ui, reason: &str) -> Response {
    let color = Tokens::of(ui).text.subdued.0;
    let galley = paint::line_within(ui, reason, &TextStyle::Body, color, ui.available_width() - ICON_SIZE - theme::space::S);
    let height = galley.size().y.max(ICON_SIZE);
    let size = vec2(ICON_SIZE + theme::space::S + galley.size().x, height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());

    if is_due(ui, &response, reason) && ui.is_rect_visible(rect) {
        let icon = Rect::from_center_size(pos2(rect.left() + ICON_SIZE / 2.0, rect.center().y), vec2(ICON_SIZE, ICON_SIZE));
        paint_spinner(ui, icon, Tokens::of(ui).running.icon.0);
        paint::text_left(ui, pos2(icon.right() + theme::space::S, rect.center().y), galley, color);
    }

    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, reason));
    ui.accesskit_node_builder(response.id, |node| {
        node.set_live(egui::accesskit::Live::Polite);
        node.set_busy();
    });
    response
}

/// Has this reason stood here for [`DELAY`]? Asks for the frame in which that becomes true.
fn is_due(ui: &Ui, response: &Response, reason: &str) -> bool {
    let now = ui.input(|input| input.time);
    let pass = ui.cumulative_pass_nr();
    let hash = egui::Id::unique(reason).value();
    let seen = ui.data_mut(|data| {
        let seen = data.get_temp_mut_or_insert_with(response.id, || Seen { reason: hash, since: now, last_pass: pass });
        // Gone for a while: it is another wait. A new reason within one wait does not blink.
        if pass.saturating_sub(seen.last_pass) > 2 {
            seen.since = now;
        }
        seen.reason = hash;
        seen.last_pass = pass;
        *seen
    });
    let left = DELAY.as_secs_f64() - (now - seen.since);
    if left > 0.0 {
        ui.request_repaint_after(Duration::from_secs_f64(left));
    }
    left <= 0.0
}

/// Eight spokes, one of them bright. Stands still where motion is not wanted.
pub(super) fn paint_spinner(ui: &Ui, rect: Rect, color: Color32) {
    if theme::reduced_motion(ui) {
        icons::LOADER.paint(ui, rect, color);
        return;
    }
    ui.request_repaint_after(STEP);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a spoke between 0 and 7")]
    let head = ((ui.input(|input| input.time) / STEP.as_secs_f64()) as u64 % u64::from(SPOKES)) as u8;
    let radius = rect.width() / 2.0;
    for spoke in 0..SPOKES {
        let direction = egui::Vec2::angled(TAU * f32::from(spoke) / f32::from(SPOKES) - TAU / 4.0);
        let behind = (head + SPOKES - spoke) % SPOKES;
        let strength = (1.0 - f32::from(behind) / f32::from(SPOKES)).max(0.2);
        ui.painter().line_segment(
            [rect.center() + direction * radius * 0.45, rect.center() + direction * radius * 0.88],
            Stroke::new((radius * 0.17).max(1.0), color.gamma_multiply(strength)),
        );
    }
}
