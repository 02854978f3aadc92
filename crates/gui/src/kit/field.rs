//! A labelled text field: label above, one line of text, a note below.

use egui::text_edit::TextEditState;
use egui::{
    Align, Align2, Color32, Context, CornerRadius, Frame, Id, Key, Layout, Margin, Rect, Response, RichText, Role, Sense, Stroke,
    StrokeKind, TextEdit, TextStyle, Ui, UiBuilder, pos2, vec2,
};

use super::button::{Button, IconButton};
use super::icons::{self, Icon};
use super::theme::{CONTROL_HEIGHT, ICON_SIZE, RADIUS, SMALL_CONTROL_HEIGHT, space};
use super::tokens::Tokens;
use super::{fonts, paint};

/// Between a label and what it names.
pub(super) const LABEL_GAP: f32 = 6.0;

/// What stands below a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note<'a> {
    /// What is wrong with it, and how to put it right.
    Error(&'a str),
    /// How it was understood: "Will test wiki.example.com".
    Understood(&'a str),
    /// What it is for.
    Help(&'a str),
}

/// What is typed into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Words,
    Identifier,
    Secret,
}

/// A text field. Its accessible name is its label, to the letter.
#[must_use = "a field has to be shown"]
pub struct Field<'a> {
    label: &'a str,
    text: &'a mut String,
    hint: &'a str,
    note: Option<Note<'a>>,
    optional: bool,
    kind: Kind,
    icon: Option<Icon>,
    enabled: bool,
    button: Option<Button<'a>>,
    width: Option<f32>,
}

/// What happened to a [`Field`].
#[derive(Debug)]
pub struct FieldResponse {
    /// Of the text: `changed()`, `has_focus()`, `request_focus()`.
    pub text: Response,
    /// Enter was pressed in it.
    pub submitted: bool,
    /// The keyboard has left it, so it is fair to complain now.
    pub left: bool,
    /// The button beside it was clicked.
    pub button_clicked: bool,
}

impl<'a> Field<'a> {
    /// A field that edits `text`.
    pub fn new(label: &'a str, text: &'a mut String) -> Self {
        Self { label, text, hint: "", note: None, optional: false, kind: Kind::Words, icon: None, enabled: true, button: None, width: None }
    }

    /// An example, shown while it is empty.
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// What stands below it.
    pub fn note(mut self, note: Option<Note<'a>>) -> Self {
        self.note = note;
        self
    }

    /// Says beside the label that it may stay empty.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Dots instead of letters, with a button that shows them. What is shown stays out of the
    /// accessibility tree and cannot be copied.
    pub fn secret(mut self) -> Self {
        self.kind = Kind::Secret;
        self
    }

    /// For identifiers: equal widths.
    pub fn mono(mut self) -> Self {
        self.kind = Kind::Identifier;
        self
    }

    /// An icon inside it, at the left.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Whether it can be edited.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// A button at its right, as high as the field.
    pub fn button(mut self, button: Button<'a>) -> Self {
        self.button = Some(button);
        self
    }

    /// Takes this much width instead of all there is.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// Shows it.
    pub fn show(self, ui: &mut Ui) -> FieldResponse {
        // From the label, not from what stands above it: the keyboard stays when that changes.
        let id = ui.make_persistent_id(("field", self.label));
        let width = self.width.unwrap_or_else(|| ui.available_width()).min(ui.available_width());
        ui.scope_builder(UiBuilder::new().layout(Layout::top_down(Align::Min)), |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = LABEL_GAP;
            if !self.enabled {
                ui.disable();
            }
            self.contents(ui, id)
        })
        .inner
    }

    fn contents(self, ui: &mut Ui, id: Id) -> FieldResponse {
        let Self { label, text, hint, note, optional, kind, icon, enabled: _, button, width: _ } = self;
        let label = label_line(ui, label, optional.then_some("Optional"));

        let (text, button_clicked) = ui
            .horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                let button_width = button.map_or(0.0, |button| button.width(ui) + space::S);
                let width = (ui.available_width() - button_width).max(80.0);
                let response = edit(ui, id, text, &label, width, &Look { hint, kind, icon, failed: matches!(note, Some(Note::Error(_))) });
                let clicked = button.is_some_and(|button| ui.add(button).clicked());
                (response, clicked)
            })
            .inner;

        if let Some(note) = note {
            note_line(ui, note, &text);
        }

        // `Response::lost_focus` is true for two frames, so that no widget misses it.
        let focus_id = text.id.with("had focus");
        let focus = ui.memory(|memory| memory.has_focus(text.id));
        let left = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default(focus_id), focus)) && !focus;
        FieldResponse { submitted: left && ui.input(|input| input.key_pressed(Key::Enter)), left, button_clicked, text }
    }
}

/// Forgets what was typed into a secret field: egui keeps earlier versions for undo. Call it when
/// the secret has been taken out of the field, with the `id` of [`FieldResponse::text`].
pub fn forget_typing(ctx: &Context, id: Id) {
    if let Some(mut state) = TextEditState::load(ctx, id) {
        state.clear_undoer();
        state.store(ctx, id);
    }
}

/// [`forget_typing`] of the field of this label that is, or was, shown directly in `ui`.
pub fn forget_field(ui: &Ui, label: &str) {
    forget_typing(ui.ctx(), ui.make_persistent_id(("field", label)));
}

/// The label over a control, with a quiet word at its side.
pub(super) fn label_line(ui: &mut Ui, label: &str, aside: Option<&str>) -> Response {
    let t = Tokens::of(ui);
    // A row is as high as a control by default; this one only as its letters.
    let height = ui.text_style_height(&fonts::label());
    ui.allocate_ui_with_layout(vec2(ui.available_width(), height), Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.spacing_mut().interact_size.y = 0.0;
        let color = if ui.is_enabled() { t.text.body } else { t.text.subdued };
        let response = ui.label(RichText::new(label).text_style(fonts::label()).color(color));
        if let Some(aside) = aside {
            ui.label(RichText::new(aside).small().color(t.text.subdued));
        }
        response
    })
    .inner
}

struct Look<'a> {
    hint: &'a str,
    kind: Kind,
    icon: Option<Icon>,
    failed: bool,
}

fn edit(ui: &mut Ui, id: Id, text: &mut String, label: &Response, width: f32, look: &Look<'_>) -> Response {
    const PADDING: f32 = 10.0;
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, CONTROL_HEIGHT), Sense::hover());
    let background = ui.painter().add(egui::Shape::Noop);

    let shown_id = id.with("shown");
    let secret = look.kind == Kind::Secret;
    let shown = secret && ui.data(|data| data.get_temp(shown_id).unwrap_or(false));

    let mut inner = rect.shrink2(vec2(PADDING, 0.0));
    if let Some(icon) = look.icon {
        let at = Rect::from_center_size(pos2(inner.left() + ICON_SIZE / 2.0, rect.center().y), vec2(ICON_SIZE, ICON_SIZE));
        icon.paint(ui, at, t.text.subdued);
        inner.min.x = at.right() + space::S;
    }
    let mut right = rect.right() - 2.0;
    if secret {
        right -= SMALL_CONTROL_HEIGHT;
        inner.max.x = right - 2.0;
    }
    if look.failed {
        let at = Rect::from_center_size(
            pos2(right.min(rect.right() - PADDING + 4.0) - ICON_SIZE / 2.0 - 2.0, rect.center().y),
            vec2(ICON_SIZE, ICON_SIZE),
        );
        icons::CIRCLE_X.paint(ui, at, t.failed.icon);
        inner.max.x = at.left() - space::XS;
    }

    // Equal widths, so that the letters can be laid over the dots.
    let style = if look.kind == Kind::Words { TextStyle::Body } else { TextStyle::Monospace };
    let color = if ui.is_enabled() { t.text.strong.0 } else { t.text.disabled.0 };
    let mut child = ui.new_child(UiBuilder::new().id_salt(id.with("edit")).max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    let output = TextEdit::singleline(text)
        .id(id)
        .frame(Frame::NONE)
        .margin(Margin::ZERO)
        .font(style.clone())
        .text_color(if shown { Color32::TRANSPARENT } else { color })
        .hint_text(RichText::new(look.hint).text_style(style.clone()))
        .password(secret)
        .align(Align2::LEFT_CENTER)
        .min_size(vec2(0.0, CONTROL_HEIGHT))
        .desired_width(inner.width())
        .show(&mut child);
    if shown && !text.is_empty() {
        let galley = paint::line(ui, text, &style, color);
        ui.painter_at(output.text_clip_rect.expand(1.0)).galley(output.galley_pos, galley, color);
    }
    let response = output.response.response.labelled_by(label.id);

    let stroke = if response.has_focus() {
        Stroke::new(1.5, if look.failed { t.failed.icon.0 } else { t.focus_ring.0 })
    } else if look.failed {
        Stroke::new(1.0, t.failed.icon.0)
    } else if !ui.is_enabled() {
        Stroke::new(1.0, t.border.subtle.0)
    } else if response.hovered() {
        Stroke::new(1.0, t.text.subdued.0)
    } else {
        Stroke::new(1.0, t.border.control.0)
    };
    let fill = if ui.is_enabled() { t.surface.field } else { t.surface.window };
    ui.painter().set(
        background,
        egui::Shape::Rect(egui::epaint::RectShape::new(rect, CornerRadius::same(RADIUS), fill, stroke, StrokeKind::Inside)),
    );

    if secret {
        let icon = if shown { icons::EYE_OFF.named("Hide what was typed") } else { icons::EYE.named("Show what was typed") };
        let at = Rect::from_min_size(pos2(right, rect.top() + 2.0), vec2(SMALL_CONTROL_HEIGHT, SMALL_CONTROL_HEIGHT));
        if ui.place(at, IconButton::new(icon)).clicked() {
            ui.data_mut(|data| data.insert_temp(shown_id, !shown));
        }
    }
    response
}

pub(super) fn note_line(ui: &mut Ui, note: Note<'_>, field: &Response) {
    const ICON: f32 = 13.0;
    let t = Tokens::of(ui);
    let (icon, text, tint, color) = match note {
        Note::Error(text) => (Some(icons::CIRCLE_X), text, t.failed.icon, t.failed.text),
        Note::Understood(text) => (Some(icons::CHECK), text, t.passed.icon, t.text.subdued),
        Note::Help(text) => (None, text, t.neutral.icon, t.text.subdued),
    };
    let indent = if icon.is_some() { ICON + 5.0 } else { 0.0 };
    let galley = paint::lines(ui, text, &TextStyle::Small, color.0, ui.available_width() - indent);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + indent, galley.size().y), Sense::hover());
    if let Some(icon) = icon {
        let middle = rect.top() + galley.rows.first().map_or(0.0, |row| row.height()) / 2.0;
        icon.paint(ui, Rect::from_center_size(pos2(rect.left() + ICON / 2.0, middle), vec2(ICON, ICON)), tint);
    }
    ui.painter().galley(pos2(rect.left() + indent, rect.top()), galley, color.0);

    response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, text));
    ui.accesskit_node_builder(response.id, |node| node.set_live(egui::accesskit::Live::Polite));
    let failed = matches!(note, Note::Error(_));
    ui.accesskit_node_builder(field.id, |node| {
        node.push_described_by(response.id.accesskit_id());
        if failed {
            node.set_invalid(egui::accesskit::Invalid::True);
            node.set_error_message(response.id.accesskit_id());
        }
    });
}
