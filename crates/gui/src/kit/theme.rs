//! Puts tokens, fonts and measures into egui, for both themes at once.

use egui::epaint::text::TextOptions;
use egui::style::{ScrollStyle, Selection, WidgetVisuals, Widgets};
use egui::{Context, CornerRadius, Id, Margin, Shadow, Stroke, Style, Theme, ThemePreference, vec2};

use super::tokens::Tokens;
use super::{fonts, icons};

/// Distances of the 4-point grid.
pub mod space {
    /// 4 points: between an icon and its word.
    pub const XS: f32 = 4.0;
    /// 8 points: between things that belong together.
    pub const S: f32 = 8.0;
    /// 12 points: between fields.
    pub const M: f32 = 12.0;
    /// 16 points: inside a card.
    pub const L: f32 = 16.0;
    /// 24 points: between groups and around the page.
    pub const XL: f32 = 24.0;
}

/// Corner radius of controls.
pub const RADIUS: u8 = 6;
/// Corner radius of cards and dialogs.
pub const CARD_RADIUS: u8 = 10;
/// Height of fields and buttons.
pub const CONTROL_HEIGHT: f32 = 32.0;
/// Height of small buttons and of everything that sits inside a row; also the least size of a target.
pub const SMALL_CONTROL_HEIGHT: f32 = 28.0;
/// Side of an icon.
pub const ICON_SIZE: f32 = 16.0;

/// Installs fonts, icons and both styles. Call once, before the first frame.
pub fn apply(ctx: &Context) {
    ctx.set_fonts(fonts::definitions());
    icons::install(ctx);
    for theme in [Theme::Dark, Theme::Light] {
        ctx.set_style_of(theme, style_for(theme));
    }
    ctx.options_mut(|options| options.fallback_theme = Theme::Light);
}

/// Follows the system, or keeps to one theme.
pub fn set_preference(ctx: &Context, preference: ThemePreference) {
    ctx.options_mut(|options| options.theme_preference = preference);
}

/// Whether things may move. Without motion the live indicator stands still and nothing fades.
pub fn set_reduced_motion(ctx: &Context, reduced: bool) {
    ctx.data_mut(|data| data.insert_temp(reduced_motion_id(), reduced));
    ctx.all_styles_mut(|style| {
        style.animation_time = if reduced { 0.0 } else { ANIMATION_TIME };
        style.visuals.text_cursor.blink = !reduced;
    });
}

/// What [`set_reduced_motion`] was last told.
pub fn reduced_motion(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp(reduced_motion_id())).unwrap_or(false)
}

fn reduced_motion_id() -> Id {
    Id::unique("kit::reduced_motion")
}

const ANIMATION_TIME: f32 = 0.12;

fn style_for(theme: Theme) -> Style {
    let t = Tokens::for_theme(theme);
    let mut style = Style { text_styles: fonts::text_styles(), animation_time: ANIMATION_TIME, ..theme.default_style() };

    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(space::S, space::S);
    spacing.button_padding = vec2(10.0, 5.0);
    spacing.interact_size = vec2(SMALL_CONTROL_HEIGHT, SMALL_CONTROL_HEIGHT);
    spacing.icon_width = ICON_SIZE;
    spacing.icon_width_inner = 9.0;
    spacing.icon_spacing = 6.0;
    spacing.indent = space::XL;
    spacing.menu_margin = Margin::same(4);
    spacing.window_margin = Margin::same(16);
    spacing.tooltip_width = 320.0;
    spacing.combo_width = 120.0;
    spacing.scroll = ScrollStyle { bar_width: 8.0, floating_width: 4.0, ..ScrollStyle::floating() };

    // Text is read, buttons are clicked: dragging across a label selects nothing.
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;

    let v = &mut style.visuals;
    v.text_options = TextOptions { color_transfer_function: v.text_options.color_transfer_function, ..TextOptions::default() };
    v.override_text_color = None;
    v.weak_text_color = Some(t.text.subdued.into());
    v.hyperlink_color = t.accent.text.into();
    v.warn_fg_color = t.limited.text.into();
    v.error_fg_color = t.failed.text.into();
    v.panel_fill = t.surface.window.into();
    v.window_fill = t.surface.overlay.into();
    v.window_stroke = Stroke::new(1.0, t.border.strong.0);
    v.window_corner_radius = CornerRadius::same(CARD_RADIUS);
    v.menu_corner_radius = CornerRadius::same(8);
    v.window_shadow = Shadow { offset: [0, 12], blur: 32, spread: 0, color: t.shadow.into() };
    v.popup_shadow = Shadow { offset: [0, 6], blur: 16, spread: 0, color: t.shadow.into() };
    v.faint_bg_color = t.surface.hover.into();
    v.extreme_bg_color = t.surface.field.into();
    v.text_edit_bg_color = Some(t.surface.field.into());
    v.code_bg_color = t.surface.control.into();
    v.text_cursor.stroke = Stroke::new(1.5, t.focus_ring.0);
    v.selection = Selection { bg_fill: t.focus_ring.0.gamma_multiply(0.35), stroke: Stroke::new(1.0, t.focus_ring.0) };
    v.indent_has_left_vline = false;
    v.disabled_alpha = 0.55;
    v.interact_cursor = None;

    let visuals = |fill: super::tokens::Color, line: super::tokens::Color, text: super::tokens::Color| WidgetVisuals {
        bg_fill: fill.into(),
        weak_bg_fill: fill.into(),
        bg_stroke: Stroke::new(1.0, line.0),
        corner_radius: CornerRadius::same(RADIUS),
        fg_stroke: Stroke::new(1.0, text.0),
        expansion: 0.0,
    };
    v.widgets = Widgets {
        noninteractive: visuals(t.surface.card, t.border.subtle, t.text.body),
        inactive: visuals(t.surface.control, t.border.control, t.text.body),
        hovered: visuals(t.surface.hover, t.border.control, t.text.strong),
        active: visuals(t.surface.pressed, t.focus_ring, t.text.strong),
        open: visuals(t.surface.hover, t.border.control, t.text.strong),
    };
    style
}
