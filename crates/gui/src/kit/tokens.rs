//! Every colour of the app, loaded from `assets/themes/{dark,light}.json`.
//!
//! Widgets ask [`Tokens::of`] for the set that fits the theme they are painted in, and name a
//! purpose ("the text of a failed alert") instead of a colour. The tests below compute the contrast
//! of every pair that occurs, so a theme file cannot be edited into something unreadable.

use std::sync::LazyLock;

use egui::{Color32, Theme, Ui};
use serde::Deserialize;

use super::status::Tone;

/// A colour written as `#rrggbb` or `#rrggbbaa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub Color32);

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Color32::from_hex(&text).map(Self).map_err(|_not_hex| serde::de::Error::custom(format!("`{text}` is no colour like #rrggbb")))
    }
}

impl From<Color> for Color32 {
    fn from(color: Color) -> Self {
        color.0
    }
}

/// What things lie on, from the back to the front.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surfaces {
    /// The window behind everything.
    pub window: Color,
    /// A card on the window.
    pub card: Color,
    /// The inside of a text field.
    pub field: Color,
    /// A secondary button at rest.
    pub control: Color,
    /// A control under the pointer.
    pub hover: Color,
    /// A control that is held down.
    pub pressed: Color,
    /// Dialogs, menus, toasts.
    pub overlay: Color,
}

/// Lines.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Borders {
    /// Around cards, between rows: only there to order the eye.
    pub subtle: Color,
    /// Around buttons and overlays, which are told apart by their text as well.
    pub strong: Color,
    /// Around fields, which have nothing but their outline.
    pub control: Color,
}

/// Text, from the most to the least important.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Titles and names.
    pub strong: Color,
    /// Everything that is read.
    pub body: Color,
    /// Explanations, times, hints.
    pub subdued: Color,
    /// Controls that cannot be used now.
    pub disabled: Color,
}

/// The one colour that says "this is the next step".
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accent {
    /// The primary button.
    pub fill: Color,
    /// The primary button under the pointer.
    pub fill_hover: Color,
    /// The primary button held down.
    pub fill_pressed: Color,
    /// Text and icon on it.
    pub on_fill: Color,
    /// Links.
    pub text: Color,
    /// A chosen segment or row.
    pub tint: Color,
}

/// The button of something that cannot be taken back.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Danger {
    /// At rest.
    pub fill: Color,
    /// Under the pointer.
    pub fill_hover: Color,
    /// Held down.
    pub fill_pressed: Color,
    /// Text and icon on it.
    pub on_fill: Color,
}

/// The colours of one meaning, used together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Background of a chip or an alert.
    pub fill: Color,
    /// Line around it.
    pub border: Color,
    /// Icon, on the fill or on a card.
    pub icon: Color,
    /// Text, on the fill or on a card.
    pub text: Color,
}

/// Every colour of one theme.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// Backgrounds.
    pub surface: Surfaces,
    /// Lines.
    pub border: Borders,
    /// Text.
    pub text: Texts,
    /// The accent.
    pub accent: Accent,
    /// Destructive actions.
    pub danger: Danger,
    /// The ring around what has the keyboard.
    pub focus_ring: Color,
    /// It works.
    pub passed: Family,
    /// It works, with less.
    pub limited: Family,
    /// It does not work.
    pub failed: Family,
    /// It is under way, or a notice.
    pub running: Family,
    /// Not reached, not started, not important.
    pub neutral: Family,
    /// Laid over the window behind a dialog.
    pub backdrop: Color,
    /// The shadow of overlays.
    pub shadow: Color,
}

static DARK: LazyLock<Tokens> = LazyLock::new(|| load(include_str!("../../../../assets/themes/dark.json")));
static LIGHT: LazyLock<Tokens> = LazyLock::new(|| load(include_str!("../../../../assets/themes/light.json")));

fn load(json: &str) -> Tokens {
    serde_json::from_str(json).expect("the theme files are part of the program and tested")
}

impl Tokens {
    /// The tokens of the theme that `ui` is painted in.
    pub fn of(ui: &Ui) -> &'static Self {
        Self::for_theme(if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light })
    }

    /// The tokens of a theme.
    pub fn for_theme(theme: Theme) -> &'static Self {
        match theme {
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
        }
    }

    /// The colours of a meaning.
    pub fn family(&self, tone: Tone) -> &Family {
        match tone {
            Tone::Passed => &self.passed,
            Tone::Limited => &self.limited,
            Tone::Failed => &self.failed,
            Tone::Info => &self.running,
            Tone::Neutral => &self.neutral,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two opaque colours after WCAG 2.2, "contrast ratio" and "relative luminance".
    fn contrast(a: Color, b: Color) -> f64 {
        fn luminance(color: Color) -> f64 {
            let channel = |byte: u8| {
                let value = f64::from(byte) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            let Color(c) = color;
            0.2126 * channel(c.r()) + 0.7152 * channel(c.g()) + 0.0722 * channel(c.b())
        }
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn contrast_of_known_pairs() {
        let black = Color(Color32::BLACK);
        let white = Color(Color32::WHITE);
        assert!((contrast(black, white) - 21.0).abs() < 0.001);
        assert!((contrast(white, white) - 1.0).abs() < 0.001);
        // the often quoted lightest grey that is still readable on white
        let grey = Color(Color32::from_hex("#767676").unwrap());
        assert!((contrast(grey, white) - 4.54).abs() < 0.01);
    }

    #[test]
    fn text_and_icons_can_be_read_in_both_themes() {
        const TEXT: f64 = 4.5; // WCAG 2.2, 1.4.3 Contrast (Minimum), AA
        const GRAPHIC: f64 = 3.0; // WCAG 2.2, 1.4.11 Non-text Contrast, AA

        let mut bad = Vec::new();
        for (theme, t) in [("dark", Tokens::for_theme(Theme::Dark)), ("light", Tokens::for_theme(Theme::Light))] {
            let mut check = |what: &str, front: Color, back: Color, needed: f64| {
                let ratio = contrast(front, back);
                if ratio < needed {
                    bad.push(format!("{theme}: {what} has {ratio:.2}, needs {needed}"));
                }
            };
            let surfaces = [
                ("window", t.surface.window),
                ("card", t.surface.card),
                ("field", t.surface.field),
                ("control", t.surface.control),
                ("hover", t.surface.hover),
                ("overlay", t.surface.overlay),
            ];
            for (name, back) in surfaces {
                check(&format!("strong text on {name}"), t.text.strong, back, TEXT);
                check(&format!("body text on {name}"), t.text.body, back, TEXT);
                check(&format!("subdued text on {name}"), t.text.subdued, back, TEXT);
                check(&format!("link on {name}"), t.accent.text, back, TEXT);
                check(&format!("focus ring on {name}"), t.focus_ring, back, GRAPHIC);
            }
            check("strong text on pressed", t.text.strong, t.surface.pressed, TEXT);
            check("body text on pressed", t.text.body, t.surface.pressed, TEXT);
            for back in [t.surface.window, t.surface.card, t.surface.field, t.surface.overlay] {
                check("field outline", t.border.control, back, GRAPHIC);
            }
            for fill in [t.accent.fill, t.accent.fill_hover, t.accent.fill_pressed] {
                check("primary button text", t.accent.on_fill, fill, TEXT);
            }
            check("primary button on a card", t.accent.fill, t.surface.card, GRAPHIC);
            check("danger button on a card", t.danger.fill, t.surface.card, GRAPHIC);
            for fill in [t.danger.fill, t.danger.fill_hover, t.danger.fill_pressed] {
                check("danger button text", t.danger.on_fill, fill, TEXT);
            }
            check("text of a chosen segment", t.text.strong, t.accent.tint, TEXT);
            check("link on a chosen row", t.accent.text, t.accent.tint, TEXT);
            for tone in Tone::ALL {
                let family = t.family(tone);
                for (name, back) in
                    [("its fill", family.fill), ("card", t.surface.card), ("window", t.surface.window), ("overlay", t.surface.overlay)]
                {
                    check(&format!("{tone:?} text on {name}"), family.text, back, TEXT);
                    check(&format!("{tone:?} icon on {name}"), family.icon, back, GRAPHIC);
                }
                check(&format!("body text on the {tone:?} fill"), t.text.body, family.fill, TEXT);
                check(&format!("strong text on the {tone:?} fill"), t.text.strong, family.fill, TEXT);
            }
            check("failed outline of a field", t.failed.icon, t.surface.field, GRAPHIC);
        }
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    }

    #[test]
    fn a_misspelt_colour_is_refused() {
        assert!(serde_json::from_str::<Color>("\"blue\"").is_err());
        assert_eq!(serde_json::from_str::<Color>("\"#0000ff\"").unwrap(), Color(Color32::BLUE));
    }
}
