//! Short messages that need no decision: "Report copied". At the bottom right (at the top while a
//! dialog is open, whose footer is down there), gone by themselves, but never from under the pointer. What needs a decision is a dialog or an alert; failures too.

use std::time::Duration;

use egui::{Align2, Area, Context, CornerRadius, Frame, Id, Margin, Order, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, vec2};

use super::button::IconButton;
use super::status::Tone;
use super::theme::{SMALL_CONTROL_HEIGHT, space};
use super::tokens::Tokens;
use super::{icons, paint};

/// How long a toast stays.
pub const STAYS: Duration = Duration::from_secs(4);
const AT_MOST: usize = 3;
const WIDTH: f32 = 300.0;

/// The toasts of a window.
#[derive(Debug, Default)]
pub struct Toasts {
    items: Vec<Toast>,
    next: u64,
    /// When they were last painted. The window sleeps in between, so frames do not tell the time.
    last: Option<f64>,
    /// A dialog was open when the first of them came: then they keep away from its footer.
    over_dialog: bool,
}

#[derive(Debug)]
struct Toast {
    number: u64,
    tone: Tone,
    text: String,
    left: Duration,
    shown: bool,
}

impl Toasts {
    /// Something was done: "Report copied".
    pub fn done(&mut self, text: impl Into<String>) {
        self.add(Tone::Passed, text);
    }

    /// Something to know.
    pub fn info(&mut self, text: impl Into<String>) {
        self.add(Tone::Info, text);
    }

    /// How many are on screen.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether none is on screen.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn add(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        // The same again is the same message, for a little longer.
        self.items.retain(|toast| toast.text != text);
        self.items.push(Toast { number: self.next, tone, text, left: STAYS, shown: false });
        self.next += 1;
        if self.items.len() > AT_MOST {
            self.items.remove(0);
        }
    }

    /// Shows them over the window. Call once a frame, last.
    pub fn show(&mut self, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        let passed = Duration::from_secs_f64((now - self.last.replace(now).unwrap_or(now)).max(0.0));
        if self.items.is_empty() {
            return;
        }
        if self.items.iter().all(|toast| !toast.shown) {
            self.over_dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
        }
        let (corner, offset) =
            if self.over_dialog { (Align2::CENTER_TOP, vec2(0.0, space::S)) } else { (Align2::RIGHT_BOTTOM, vec2(-space::L, -space::L)) };
        let mut dismissed = None;
        let shown = Area::new(Id::unique("kit::toasts")).order(Order::Tooltip).anchor(corner, offset).show(ctx, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            for toast in &self.items {
                if toast_ui(ui, toast) {
                    dismissed = Some(toast.number);
                }
            }
        });

        let hovered = ctx.input(|input| input.pointer.hover_pos()).is_some_and(|at| shown.response.rect.contains(at));
        for toast in &mut self.items {
            if toast.shown && !hovered {
                toast.left = toast.left.saturating_sub(passed);
            }
            toast.shown = true;
        }
        self.items.retain(|toast| !toast.left.is_zero() && Some(toast.number) != dismissed);
        if let Some(soonest) = self.items.iter().map(|toast| toast.left).min()
            && !hovered
        {
            ctx.request_repaint_after(soonest);
        }
    }
}

fn toast_ui(ui: &mut Ui, toast: &Toast) -> bool {
    let t = Tokens::of(ui);
    let mut dismissed = false;
    let shown = Frame::new()
        .fill(t.surface.overlay.into())
        .stroke(Stroke::new(1.0, t.border.strong.0))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin { left: 12, right: 6, top: 6, bottom: 6 })
        .shadow(ui.visuals().popup_shadow)
        .show(ui, |ui| {
            ui.set_width(WIDTH);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                toast.tone.icon().decoration(ui, t.family(toast.tone).icon);
                let room = ui.available_width() - SMALL_CONTROL_HEIGHT - space::S;
                // Silent: the whole toast carries the text as its name.
                let text = paint::lines(ui, &toast.text, &TextStyle::Body, t.text.strong.0, room);
                let (at, _) = ui.allocate_exact_size(vec2(room, text.size().y), Sense::hover());
                ui.painter().galley(at.min, text, t.text.strong.0);
                let name = format!("Dismiss: {}", toast.text);
                dismissed = ui.add(IconButton::new(icons::CLOSE)).accessible_name(name).clicked();
            });
        });
    let status = ui.interact(shown.response.rect, ui.make_persistent_id(("toast", toast.number)), Sense::hover());
    status.widget_info(|| WidgetInfo::labeled(Role::Status, true, &toast.text));
    ui.accesskit_node_builder(status.id, |node| node.set_live(egui::accesskit::Live::Polite));
    dismissed
}
