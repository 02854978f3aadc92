//! The typefaces: Inter for reading, `JetBrains` Mono for addresses, identifiers and codes.
//!
//! Both come with their licence in `assets/fonts`. egui's own fonts stay behind them for the few
//! signs that they lack; names in other scripts come from the system's fonts in the running app.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId, TextStyle};

const REGULAR: &str = "Inter Regular";
const MEDIUM: &str = "Inter Medium";
const SEMI_BOLD: &str = "Inter SemiBold";
const MONO: &str = "JetBrains Mono";

/// Title of a window or dialog: 22 points, semi-bold.
pub fn title() -> TextStyle {
    TextStyle::Name("title".into())
}

/// A name inside running text: 14 points, semi-bold.
pub fn strong() -> TextStyle {
    TextStyle::Name("strong".into())
}

/// The word on a button or a segment: 14 points, medium.
pub fn control() -> TextStyle {
    TextStyle::Button
}

/// The label over a field, the word on a chip: 12 points, medium.
pub fn label() -> TextStyle {
    TextStyle::Name("label".into())
}

/// A code to be typed elsewhere: 26 points, equal widths.
pub fn code() -> TextStyle {
    TextStyle::Name("code".into())
}

/// The type scale.
pub(super) fn text_styles() -> std::collections::BTreeMap<TextStyle, FontId> {
    let medium = || FontFamily::Name(MEDIUM.into());
    let semi_bold = || FontFamily::Name(SEMI_BOLD.into());
    [
        (title(), FontId::new(22.0, semi_bold())),
        (TextStyle::Heading, FontId::new(18.0, semi_bold())),
        (TextStyle::Body, FontId::new(14.0, FontFamily::Proportional)),
        (strong(), FontId::new(14.0, semi_bold())),
        (TextStyle::Button, FontId::new(14.0, medium())),
        (label(), FontId::new(12.0, medium())),
        (TextStyle::Small, FontId::new(12.0, FontFamily::Proportional)),
        (TextStyle::Monospace, FontId::new(13.0, FontFamily::Monospace)),
        (code(), FontId::new(26.0, FontFamily::Monospace)),
    ]
    .into()
}

/// Our faces first, egui's behind them.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let faces: [(&str, &'static [u8]); 4] = [
        (REGULAR, include_bytes!("../../../../assets/fonts/Inter-Regular.otf")),
        (MEDIUM, include_bytes!("../../../../assets/fonts/Inter-Medium.otf")),
        (SEMI_BOLD, include_bytes!("../../../../assets/fonts/Inter-SemiBold.otf")),
        (MONO, include_bytes!("../../../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ];
    for (name, bytes) in faces {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }

    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (family, first) in
        [(FontFamily::Proportional, REGULAR), (FontFamily::Name(MEDIUM.into()), MEDIUM), (FontFamily::Name(SEMI_BOLD.into()), SEMI_BOLD)]
    {
        let mut names = vec![first.to_owned()];
        names.extend(fallback.iter().cloned());
        fonts.families.insert(family, names);
    }
    fonts.families.entry(FontFamily::Monospace).or_default().insert(0, MONO.to_owned());
    fonts
}
